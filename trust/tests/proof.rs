//! The proof decides: the reference policy, what it hangs on, and the days on which a verdict turns.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use trust::anchors::Inventory;
use trust::calendar::Calendar;
use trust::chains::Chains;
use trust::channel::Channel;
use trust::coverage::served::{Declaration, World};
use trust::coverage::{
    Counting, Coverage, Question as Asked, Served, Store, Without, leave_one_out, prove,
};
use trust::date::Date;
use trust::gate::{self, Inputs, Question, Verdict};
use trust::hierarchy::Hierarchy;
use trust::policy;
use trust::source::SourceFile;

fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn text(relative: &str) -> String {
    std::fs::read_to_string(path(relative)).unwrap()
}

fn reference() -> String {
    text("../policy.toml")
}

fn base() -> String {
    text("fixtures/base/policy.toml")
}

fn files(kind: &str) -> Vec<Arc<SourceFile>> {
    let entries = std::fs::read_dir(path(kind)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| trust::anchors::is_pool_file(path.to_str().unwrap()));
    let source = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = std::fs::read(path).unwrap();
        SourceFile::from_bytes(format!("trust/{kind}/{name}"), &bytes)
    };
    paths.iter().map(source).collect()
}

fn inputs(policy: &str, releases: &[(&str, String)]) -> Inputs {
    let release = |(version, text): &(&str, String)| {
        SourceFile::new(format!("trust/releases/{version}.toml"), text.clone())
    };
    Inputs {
        policy: SourceFile::new("policy.toml", policy),
        anchors: files("anchors"),
        calendar: files("calendar"),
        endpoints: Vec::new(),
        releases: releases.iter().map(release).collect(),
    }
}

fn judge(policy: &str, as_of: &str, releases: &[(&str, String)]) -> Verdict {
    let question = Question {
        as_of: date(as_of),
        channel: Channel::Development,
        facts_known_on: None,
    };
    gate::judge(&inputs(policy, releases), question)
}

/// Ids of the findings that are about coverage and devices in the field.
fn found(verdict: &Verdict) -> Vec<&'static str> {
    let ids = verdict.findings().iter().map(|finding| finding.rule.id);
    ids.filter(|id| id.starts_with(['E', 'L'])).collect()
}

/// The same question as the gate's, for the engine.
struct Project {
    hierarchy: Hierarchy,
    store: Store,
    served: Vec<Served>,
    policy: policy::PolicyDraft,
}

impl Project {
    fn new(policy_text: &str, as_of: &str) -> Self {
        let inputs = inputs(policy_text, &[]);
        let reading = policy::read(&inputs.policy);
        let (inventory, _) = Inventory::from_files(&inputs.anchors);
        let (calendar, _) = Calendar::read(&inputs.calendar);
        let chains = Chains::default();
        let hierarchy = Hierarchy::of_project(&calendar, &inventory, &chains);
        let world = World {
            hierarchy: &hierarchy,
            calendar: &calendar,
            known_on: date(as_of),
        };
        let declared = reading.draft.endpoints.iter();
        let served = declared
            .map(|endpoint| Served::new(&Declaration::of(endpoint, &chains, &hierarchy), &world))
            .collect();
        Self {
            store: Store::of_policy(&reading.draft, &hierarchy, &calendar),
            served,
            hierarchy,
            policy: reading.draft,
        }
    }

    fn ask<T>(&self, as_of: &str, counting: Counting, answer: impl Fn(&Asked<'_>) -> T) -> T {
        let verifier = self.policy.product.as_ref().unwrap().verifier.value;
        answer(&Asked {
            store: &self.store,
            model: &verifier.behaviour(),
            endpoints: &self.served,
            hierarchy: &self.hierarchy,
            counting,
            from: date(as_of),
            until: self.policy.service_life.as_ref().unwrap().ends.value,
        })
    }

    fn coverage(&self, as_of: &str, counting: Counting) -> Coverage {
        self.ask(as_of, counting, prove)
    }
}

const TODAY: &str = "2026-09-01";

#[test]
fn the_reference_policy_is_covered_on_each_day_of_service() {
    for day in ["2026-08-12", TODAY, "2027-06-30", "2032-06-30"] {
        let verdict = judge(&reference(), day, &[]);
        let stands: Vec<_> = found(&verdict)
            .into_iter()
            .filter(|id| *id != "L104")
            .collect();
        assert_eq!(stands, [""; 0], "{day}: {:#?}", verdict.findings());
    }
    let coverage = Project::new(&reference(), TODAY).coverage(TODAY, Counting::default());
    assert_eq!(
        (coverage.from, coverage.until),
        (date(TODAY), date("2032-06-30"))
    );
    for interval in &coverage.intervals {
        assert!(
            interval.independent_paths >= 2 && interval.distinct_owners >= 2,
            "{interval:?}"
        );
    }
}

/// Removing an anchor, an owner or a host from the policy does what the table says.
#[test]
fn removing_something_does_what_the_table_says() {
    let table = Project::new(&reference(), TODAY).ask(TODAY, Counting::default(), leave_one_out);
    let mut seen = [0; 4];
    for row in &table {
        let (kind, policy) = match &row.without {
            Without::Anchor { name, .. } => (0, without_table(&reference(), "required-root", name)),
            Without::Host { host } => (1, without_table(&reference(), "endpoint", host)),
            Without::Owner { name } => (2, without_owner(&reference(), name)),
            Without::CrossCertificate { .. } => {
                seen[3] += 1;
                // Each of the two paths has the other owner's.
                assert!(row.loss.is_none() && row.independent_paths >= 1, "{row:?}");
                continue;
            }
        };
        seen[kind] += 1;
        let coverage = Project::new(&policy, TODAY).coverage(TODAY, Counting::default());
        let least = coverage.weakest().unwrap();
        assert_eq!(
            (
                least.independent_paths,
                least.distinct_owners,
                coverage.loss()
            ),
            (
                row.independent_paths,
                row.distinct_owners,
                row.loss.as_ref()
            ),
            "{:?}",
            row.without
        );
        // With one path and one owner the gate is closed, by a rule that looks at coverage.
        assert_eq!(
            (row.independent_paths, row.distinct_owners),
            (1, 1),
            "{row:?}"
        );
        let verdict = judge(&policy, TODAY, &[]);
        assert!(verdict.approved().is_none(), "{:?}", row.without);
        let blocking = verdict.findings().iter().filter(|f| f.blocks());
        let ids: BTreeSet<_> = blocking.map(|f| f.rule.id).collect();
        let wanted = match &row.without {
            Without::Host { .. } => "E103",
            _ => "E101",
        };
        assert_eq!(ids, BTreeSet::from([wanted]), "{:?}", row.without);
    }
    assert!(seen.iter().all(|count| *count >= 2), "{seen:?}");
}

/// The policy without the table of `section` that says `word`.
fn without_table(policy: &str, section: &str, word: &str) -> String {
    let header = format!("[[{section}]]");
    let mut kept = String::new();
    for table in policy.split_inclusive("\n\n") {
        if !(table.starts_with(&header) && table.contains(word)) {
            kept.push_str(table);
        }
    }
    assert_ne!(kept, policy, "{section} {word}");
    kept
}

/// An owner that is gone: its anchors, and nobody knows what its customers' servers send.
fn without_owner(policy: &str, owner: &str) -> String {
    let anchor = if owner == "DigiCert" {
        "DigiCert"
    } else {
        "ISRG"
    };
    let owned = format!("owner = \"{owner}\"\nprofile = \"default\"\nkey-type = \"ecdsa\"\n");
    assert!(policy.contains(&owned), "{owner}");
    without_table(policy, "required-root", anchor)
        .replace(&owned, &format!("owner = \"{owner}\"\n"))
}

#[test]
fn two_of_three_paths_end_with_isrg_root_x1_to_the_day() {
    let policy = |ends: &str| {
        base()
            .replace("independent-paths = 2", "independent-paths = 3")
            .replace(
                "last-unit-made = \"2028-06-30\"\nyears-in-service = 4",
                &format!("ends = \"{ends}\""),
            )
    };
    assert_eq!(found(&judge(&policy("2030-06-04"), TODAY, &[])), [""; 0]);
    assert_eq!(found(&judge(&policy("2030-06-05"), TODAY, &[])), ["E103"]);
}

/// A release of the ledger: version, anchors by the name of their pool file, endpoints by host and owner.
fn release(
    version: &str,
    released: &str,
    anchors: &[&str],
    endpoints: &[(&str, &str)],
) -> (String, String) {
    let sample = text("fixtures/rules/L903-ledger-bad-value/pass/releases/1.0.4.toml");
    let (head, rest) = sample.split_once("[[anchor]]").unwrap();
    let mut release = head
        .replace("\"1.0.4\"", &format!("\"{version}\""))
        .replace("2026-03-19", released);
    let (inventory, _) = Inventory::from_files(&files("anchors"));
    for name in anchors {
        let certificate = inventory.iter().find(|c| c.name == *name).unwrap();
        release += &format!(
            "[[anchor]]\nname = \"{name}\"\nsha256 = \"{}\"\nspki-sha256 = \"{}\"\nnot-after = \"{}\"\n\n",
            hex::encode(certificate.fingerprint),
            hex::encode(certificate.spki_sha256),
            certificate.not_after
        );
    }
    for (host, owner) in endpoints {
        release += &format!(
            "[[endpoint]]\nname = \"{host}\"\nurl = \"https://{host}/perennial/\"\nowner = \"{owner}\"\nprofile = \
             \"default\"\nkey-type = \"ecdsa\"\nleaf-days = 90\n\n"
        );
    }
    release += &rest[rest.find("[[artefact]]").unwrap()..];
    (version.to_owned(), release)
}

const LETS_ENCRYPT: (&str, &str) = ("ota.example.com", "Let's Encrypt");
const DIGICERT_ROOT: &str = "DigiCert TLS ECC P384 Root G5";

/// 1.0.0 asks an old host of DigiCert's alone; 1.1.0 knows it and the host of this policy.
#[test]
fn the_stepping_stone_is_named() {
    let old = ("old.example.com", "DigiCert");
    let stranded = release("1.0.0", "2025-01-01", &[DIGICERT_ROOT], &[old]);
    let stone = release(
        "1.1.0",
        "2026-01-01",
        &[DIGICERT_ROOT, "ISRG Root X2"],
        &[old, LETS_ENCRYPT],
    );
    let help = |releases: &[&(String, String)]| {
        let releases: Vec<_> = releases
            .iter()
            .map(|(v, t)| (v.as_str(), t.clone()))
            .collect();
        let verdict = judge(&base(), TODAY, &releases);
        let finding = verdict
            .findings()
            .iter()
            .find(|f| f.rule.id == "L101")
            .cloned()
            .unwrap();
        assert!(finding.blocks());
        assert_eq!(finding.subject.item.as_deref(), Some("1.0.0"));
        assert!(
            finding.message.starts_with("12000 devices with 1.0.0"),
            "{}",
            finding.message
        );
        (
            finding.evidence.get("stepping-stone").cloned(),
            finding.help,
        )
    };
    let (named, words) = help(&[&stranded, &stone]);
    assert_eq!(named.as_deref(), Some("1.1.0"));
    assert!(
        words.contains("keep 1.1.0 published at old.example.com"),
        "{words}"
    );
    assert_eq!(help(&[&stranded]).0, None);
    // One that cannot reach this release itself is none.
    let useless = release(
        "1.1.0",
        "2026-01-01",
        &[DIGICERT_ROOT],
        &[old, LETS_ENCRYPT],
    );
    let releases = [("1.0.0", stranded.1.clone()), ("1.1.0", useless.1)];
    let verdict = judge(&base(), TODAY, &releases);
    let lost = verdict.findings().iter().filter(|f| f.rule.id == "L101");
    assert_eq!(
        lost.map(|f| f.evidence.contains_key("stepping-stone"))
            .collect::<Vec<_>>(),
        [false, false]
    );
}

/// A server is a host and a port: what another port sends says nothing of it, and the path says nothing either.
#[test]
fn a_release_is_judged_by_what_the_server_sends_that_it_asks() {
    let elsewhere = ("ota.example.com:8443", "DigiCert");
    let asks = |endpoint, anchor| {
        let text = release("1.0.0", "2025-01-01", &[anchor], &[endpoint]).1;
        text.replace("name = \"ota.example.com:8443\"", "name = \"elsewhere\"")
    };
    let stranded = |policy: &str, release: &str| {
        let verdict = judge(policy, TODAY, &[("1.0.0", release.to_owned())]);
        let mut findings = verdict.findings().iter();
        let lost = findings.find(|finding| finding.rule.id == "L101");
        lost.map(|finding| finding.message.clone())
    };
    let primary = "url = \"https://ota.example.com/perennial/\"";
    let at = |place: &str| {
        let policy = base();
        assert_eq!(policy.matches(primary).count(), 1);
        policy.replace(primary, &format!("url = \"https://{place}\""))
    };
    let old = asks(LETS_ENCRYPT, "ISRG Root X2");
    assert_eq!(stranded(&at("ota.example.com:443/other/"), &old), None);
    let message = stranded(&at("ota.example.com:8443/perennial/"), &old).unwrap();
    assert!(
        message.contains("it asks ota.example.com alone, which this policy does not have"),
        "{message}"
    );

    let both = base().replace(
        "[[pin-fallback]]",
        "[[endpoint]]\nname = \"elsewhere\"\nurl = \"https://ota.example.com:8443/perennial/\"\nowner = \
         \"DigiCert\"\nprofile = \"default\"\nkey-type = \"ecdsa\"\nleaf-days = 90\n\n[[pin-fallback]]",
    );
    assert_eq!(stranded(&both, &asks(elsewhere, DIGICERT_ROOT)), None);
    assert!(stranded(&both, &asks(elsewhere, "ISRG Root X2")).is_some());
    assert!(stranded(&both, &asks(LETS_ENCRYPT, DIGICERT_ROOT)).is_some());
}

/// As above: a port that no endpoint has may send anything.
#[test]
fn a_redirect_to_another_port_is_not_covered() {
    let redirects = |to: &str| {
        let policy = base();
        let own = "redirects = [\"https://ota.example.net/perennial/\"]";
        assert_eq!(policy.matches(own).count(), 1);
        let policy = policy.replace(own, &format!("redirects = [\"https://{to}\"]"));
        found(&judge(&policy, TODAY, &[])).contains(&"E113")
    };
    assert!(!redirects("ota.example.net:443/other/"));
    assert!(redirects("ota.example.net:8443/perennial/"));
}

/// No devices, or one that is not shipped yet: nobody is stranded.
#[test]
fn a_release_without_devices_strands_nobody() {
    let stranded = release("1.0.0", "2025-01-01", &[DIGICERT_ROOT], &[LETS_ENCRYPT]).1;
    let ids = |text: String, day: &str| found(&judge(&base(), day, &[("1.0.0", text)]));
    assert_eq!(ids(stranded.clone(), TODAY), ["L101"]);
    assert_eq!(
        ids(stranded.replace("units = 12000", "units = 0"), TODAY),
        [""; 0]
    );
    assert_eq!(
        ids(stranded.replace("2025-01-01", "2026-09-02"), TODAY),
        [""; 0]
    );
}

/// Where the new store itself reaches nothing, that is the one mistake.
#[test]
fn one_mistake_is_not_found_twice() {
    let old = release("1.0.0", "2025-01-01", &["ISRG Root X2"], &[LETS_ENCRYPT]).1;
    let other = without_table(
        &without_table(&base(), "required-root", "ISRG Root X2"),
        "required-root",
        "ISRG Root X1",
    );
    let verdict = judge(&other, TODAY, &[("1.0.0", old)]);
    assert_eq!(found(&verdict), ["E101"]);
}

/// Private anchors and the rescue keys count where the policy says so, and only there.
#[test]
fn private_anchors_and_rescue_keys_count_where_the_policy_says_so() {
    let project = Project::new(&base(), TODAY);
    let paths = |counting| {
        project
            .coverage(TODAY, counting)
            .weakest()
            .unwrap()
            .independent_paths
    };
    assert!(project.store.rescue);
    let plain = paths(Counting::default());
    assert_eq!(
        paths(Counting {
            rescue: true,
            private: false
        }),
        plain + 1
    );
    let mut private = Project::new(&base(), TODAY);
    for anchor in &mut private.store.anchors {
        anchor.private = true;
    }
    let weakest = |counting| {
        private
            .coverage(TODAY, counting)
            .weakest()
            .unwrap()
            .independent_paths
    };
    assert_eq!(weakest(Counting::default()), 0);
    assert_eq!(
        weakest(Counting {
            private: true,
            rescue: false
        }),
        plain
    );
    // The key of the policy reaches the engine.
    let short = base().replace("independent-paths = 2", "independent-paths = 3");
    assert_eq!(found(&judge(&short, TODAY, &[])), ["E103"]);
    let counted = short.replace(
        "distinct-owners = 2",
        "distinct-owners = 2\ncount-rescue = true",
    );
    assert_eq!(found(&judge(&counted, TODAY, &[])), [""; 0]);
}

/// The primary's chain as captured in `file`, which is `pem`, and nothing said of it.
fn judge_captured(host: &str, pem: &str, profile: bool) -> Verdict {
    let said = "profile = \"default\"\nkey-type = \"ecdsa\"\nleaf-days = 90\n";
    let captured = "chains = [\"endpoints/primary.pem\"]\n";
    let with = if profile {
        format!("{said}{captured}")
    } else {
        captured.to_owned()
    };
    let policy = reference().replacen(said, &with, 1);
    let policy = policy.replacen("ota.example.com", host, 1);
    let mut inputs = inputs(&policy, &[]);
    inputs.endpoints = vec![SourceFile::new("trust/endpoints/primary.pem", pem)];
    let question = Question {
        as_of: date(TODAY),
        channel: Channel::Development,
        facts_known_on: None,
    };
    gate::judge(&inputs, question)
}

/// A root is the same for every server: it is no evidence of any, however long it lasts.
#[test]
fn a_capture_without_a_servers_certificate_proves_nothing() {
    let root = text("anchors/isrg-root-x2.pem");
    let intermediate = text("fixtures/pki/e6-by-isrg-root-x2.pem");
    for pem in [root, intermediate] {
        for profile in [false, true] {
            let verdict = judge_captured("ota.example.com", &pem, profile);
            assert!(verdict.approved().is_none());
            let blocking = verdict.findings().iter().filter(|f| f.blocks());
            let ids: Vec<_> = blocking.map(|f| f.rule.id).collect();
            // One mistake is found once: that less is covered follows from it.
            assert_eq!(ids, ["E114"]);
        }
    }
}

#[test]
fn a_capture_of_another_host_proves_nothing() {
    let chain = text("fixtures/pki/leaf-2024-lencr-org-by-e6.pem")
        + &text("fixtures/pki/e6-by-isrg-root-x2.pem");
    for (host, refused) in [
        ("lencr.org", false),
        ("www.lencr.org", false),
        ("ota.lencr.org", true),
        ("ota.example.com", true),
    ] {
        let verdict = judge_captured(host, &chain, false);
        let found = verdict.findings().iter().any(|f| f.rule.id == "E115");
        assert_eq!(found, refused, "{host}");
    }
}

/// What a shipped release's capture shows counts under the same conditions; else it is as if it were not there.
#[test]
fn a_releases_capture_counts_only_for_its_own_host() {
    let leaf = text("fixtures/pki/leaf-2024-lencr-org-by-e6.pem");
    let above = text("fixtures/pki/e6-by-isrg-root-x2.pem");
    let (calendar, _) = Calendar::read(&files("calendar"));
    let (inventory, _) = Inventory::from_files(&files("anchors"));
    let hierarchy = Hierarchy::of_project(&calendar, &inventory, &Chains::default());
    let known = |pem: &str, url: &str| {
        let (chain, _) = trust::anchors::read_pem(&SourceFile::new("seen.pem", pem));
        let endpoint = trust::ledger::ReleaseEndpoint {
            url: url.to_owned(),
            chains: vec!["endpoints/seen.pem".to_owned()],
            name: "primary".to_owned(),
            redirects: Vec::new(),
            owner: "Let's Encrypt".to_owned(),
            profile: None,
            key_type: None,
            leaf_days: None,
            leaf_ends: None,
            renewal_slack_days: None,
        };
        let captured = |_: &str| Some(chain.as_slice());
        let declared = Declaration::of_release(&endpoint, captured, &hierarchy);
        declared.captures.len()
    };
    let whole = leaf + &above;
    assert_eq!(known(&whole, "https://lencr.org/"), 1);
    assert_eq!(known(&whole, "https://ota.example.com/"), 0);
    assert_eq!(known(&above, "https://lencr.org/"), 0);
    assert_eq!(known("", "https://lencr.org/"), 0);
}

/// Without the file that has them, all facts of a kind are gone, and nothing would end.
#[test]
fn a_lost_calendar_file_is_named() {
    let question = Question {
        as_of: date(TODAY),
        channel: Channel::Development,
        facts_known_on: None,
    };
    let whole = inputs(&reference(), &[]);
    assert!(gate::judge(&whole, question).approved().is_some());
    for file in &whole.calendar {
        let mut lacking = whole.clone();
        lacking.calendar.retain(|other| other.name != file.name);
        let verdict = gate::judge(&lacking, question);
        assert!(verdict.approved().is_none(), "{}", file.name);
        let lost = verdict.findings().iter().filter(|f| f.rule.id == "A901");
        let named: Vec<_> = lost.map(|f| &f.location().file.name).collect();
        assert_eq!(named, [&file.name]);
    }
    let nothing = Inputs {
        calendar: Vec::new(),
        ..whole.clone()
    };
    let verdict = gate::judge(&nothing, question);
    let lost = verdict.findings().iter().filter(|f| f.rule.id == "A901");
    assert_eq!(lost.count(), whole.calendar.len());
}

/// What A106 says is not said twice; where somebody answers for A106, what it hid is said.
#[test]
fn a_waiver_of_an_anchor_that_begins_later_covers_no_day_before() {
    let policy = text("fixtures/rules/A106-anchor-not-yet-valid/fail/policy.toml");
    let waiver = "\n[[waiver]]\ncode = \"A106\"\nowner = \"pki\"\nreason = \"it begins tomorrow\"\nexpires = \"2030-01-01\"\n";
    let lost = |verdict: &Verdict| {
        let lost = ["E101", "E103", "E104"];
        found(verdict).iter().any(|id| lost.contains(id))
    };
    let alone = judge(&policy, "2021-03-21", &[]);
    assert!(!lost(&alone), "{:?}", found(&alone));
    let waived = judge(&format!("{policy}{waiver}"), "2021-03-21", &[]);
    assert!(lost(&waived), "{:?}", found(&waived));
    assert!(waived.approved().is_none());
}

/// The device's reader takes no URL with a query, and the policy does: its server has a host all the same.
#[test]
fn a_url_with_a_query_has_a_host() {
    let plain = "https://ota.example.com/perennial/";
    for url in [plain.to_owned(), format!("{plain}?channel=stable")] {
        let policy = reference().replace(plain, &url);
        let draft = policy::read(&SourceFile::new("policy.toml", policy)).draft;
        let declared = Declaration::of(
            &draft.endpoints[0],
            &Chains::default(),
            &Hierarchy::default(),
        );
        assert_eq!(declared.host, "ota.example.com", "{url}");
    }
}
