//! What is to be said about material, in the order of an inspection.

mod configuration;

use std::collections::{BTreeMap, BTreeSet};

use super::{AnchorKind, Basis, Facts, Identified, Known, Outlook, Question};
use crate::finding::{Finding, Severity, Subject};
use crate::hierarchy::Hierarchy;
use crate::material::{DamageKind, Material};
use crate::policy::VerifierModel;
use crate::rules::Rule;
use crate::rules::inspection::{
    INSPECTED_ANCHOR_EXPIRED, INSPECTED_BLOCK_NOT_READ, INSPECTED_DEFAULT_CHAIN_REFUSED,
    INSPECTED_GOES_DARK, INSPECTED_NAME_TWICE, INSPECTED_NOT_A_ROOT, INSPECTED_NOTHING_FOUND,
    INSPECTED_ONE_OWNER, INSPECTED_TRUNCATED, INSPECTED_UNKNOWN_ANCHOR, INSPECTED_UNUSABLE_KEY,
};
use crate::source::Location;
use crate::words::counted;

pub(super) fn findings(
    material: &Material,
    outlook: &Outlook,
    hierarchy: &Hierarchy,
    facts: &Facts<'_>,
    question: &Question,
) -> Vec<Finding> {
    let inspection = Inspection {
        material,
        outlook,
        hierarchy,
        facts,
        question,
    };
    let mut findings = inspection.damages();
    findings.extend(inspection.nothing());
    findings.extend(inspection.dark());
    findings.extend(inspection.refused());
    for anchor in &outlook.anchors {
        findings.extend(inspection.expired(anchor));
        findings.extend(inspection.no_root(anchor));
        findings.extend(inspection.unknown(anchor));
        findings.extend(inspection.weak(anchor));
    }
    findings.extend(inspection.one_owner());
    findings.extend(inspection.duplicates());
    if let Some(config) = &question.sdkconfig {
        findings.extend(inspection.configuration(config));
    }
    // What stands against it first; the sort is stable.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

struct Inspection<'a> {
    material: &'a Material,
    outlook: &'a Outlook,
    hierarchy: &'a Hierarchy,
    facts: &'a Facts<'a>,
    question: &'a Question,
}

impl Inspection<'_> {
    fn name(&self) -> &str {
        &self.material.file.name
    }

    fn whole(&self) -> Location {
        Location::whole(&self.material.file)
    }

    fn about_anchor(
        &self,
        rule: &'static Rule,
        anchor: &Identified,
        label: &str,
        message: String,
    ) -> Finding {
        let at = self.material.location(&anchor.place);
        let finding = Finding::new(rule, at, label, message)
            .evidence("place", self.material.where_in_words(&anchor.place))
            .evidence("spki-sha256", hex::encode(anchor.spki_sha256))
            .about(Subject::anchor(&anchor.name));
        match &anchor.sha256 {
            Some(sha256) => finding.evidence("sha256", hex::encode(sha256)),
            None => finding,
        }
    }

    fn damages(&self) -> Vec<Finding> {
        let finding = |damage: &crate::material::Damage| {
            let (rule, help) = match damage.kind {
                DamageKind::Broken => (
                    &INSPECTED_TRUNCATED,
                    "fetch the file again, or build it again, and compare its length",
                ),
                DamageKind::NotRead => (
                    &INSPECTED_BLOCK_NOT_READ,
                    "write it as a plain certificate: openssl x509 -in FILE -out FILE",
                ),
            };
            let place = self.material.where_in_words(&damage.place);
            let message = format!("{}, {place}: {}", self.name(), damage.what);
            Finding::new(
                rule,
                self.material.location(&damage.place),
                "cannot be read",
                message,
            )
            .help(help)
            .evidence("place", &place)
            .about(Subject::item(place))
        };
        self.material.damages.iter().map(finding).collect()
    }

    fn nothing(&self) -> Option<Finding> {
        self.outlook.anchors.is_empty().then(|| {
            let message = format!("{} holds no trust anchor: no PEM, no DER, no ESP-IDF bundle, no store", self.name());
            let finding = Finding::new(&INSPECTED_NOTHING_FOUND, self.whole(), "nothing found", message);
            let hidden = self.material.commented_out.iter();
            let finding = hidden.fold(finding, |finding, found| {
                let place = self.material.where_in_words(&found.place);
                finding.evidence("commented-out", format!("{}, {place}", found.anchor.name()))
            });
            finding.help("inspect the file that has them: the application image, ca.pem or the header; an encrypted image cannot be read")
                .about(Subject::item(self.name()))
        })
    }

    fn dark(&self) -> Option<Finding> {
        let asked = self.question.owner.as_deref();
        let Some(dark) = self.outlook.dark_on() else {
            let known = self
                .outlook
                .anchors
                .iter()
                .any(|anchor| anchor.known != Known::Unknown);
            let never = known && self.outlook.last_day().is_none();
            return never.then(|| {
                let whose = asked.map_or_else(
                    || "any CA that is known".to_owned(),
                    |owner| format!("{owner}'s customers"),
                );
                let message = format!("devices with {} reach no server of {whose}", self.name());
                self.dark_finding(Severity::Error, message)
            });
        };
        if self.question.until.is_some_and(|until| until < dark) {
            return None;
        }
        let passed = dark <= self.question.as_of;
        let severity = if passed || self.question.until.is_some() {
            Severity::Error
        } else {
            Severity::Warning
        };
        let (go, are) = if passed {
            ("went", "were")
        } else {
            ("go", "are")
        };
        let reach = self.outlook.last_reach()?;
        let name = self.name();
        let owner = &reach.owner;
        let message =
            format!("{dark}: devices with {name} {go} dark, when servers of {owner} {are} lost");
        Some(
            self.dark_finding(severity, message)
                .evidence("dark-on", dark)
                .evidence("because", &reach.cause),
        )
    }

    fn dark_finding(&self, severity: Severity, message: String) -> Finding {
        Finding::new(&INSPECTED_GOES_DARK, self.whole(), "goes dark", message)
            .severity(severity)
            .help("ship other anchors before that day; `cargo xtask init` makes a policy that proves how long they last")
            .about(Subject::item(self.name()))
    }

    /// Owners whose default chain is refused, although a root of theirs is here.
    fn refused(&self) -> Vec<Finding> {
        let reaches = self.outlook.stores.iter().flat_map(|store| &store.reaches);
        let other = reaches.filter(|reach| reach.basis == Basis::OtherChain);
        let owners: BTreeSet<_> = other.map(|reach| &reach.owner).collect();
        let finding = |owner: &String| {
            let message = format!("servers of {owner} that send its default chain are refused");
            Finding::new(&INSPECTED_DEFAULT_CHAIN_REFUSED, self.whole(), "refused", message)
                .help("add the root that this chain leads to, or capture what your servers send and prove it with a policy")
                .about(Subject::item(owner))
        };
        owners.into_iter().map(finding).collect()
    }

    fn expired(&self, anchor: &Identified) -> Option<Finding> {
        let not_after = anchor.not_after.filter(|day| *day < self.question.as_of)?;
        let message = format!("{} ended on {not_after}", anchor.name);
        let finding = self.about_anchor(&INSPECTED_ANCHOR_EXPIRED, anchor, "ended", message);
        Some(
            finding
                .evidence("not-after", not_after)
                .help("take it out, and add the root that chains lead to today"),
        )
    }

    fn no_root(&self, anchor: &Identified) -> Option<Finding> {
        let what = match anchor.kind {
            AnchorKind::Intermediate => "an intermediate, and CAs replace these without notice",
            AnchorKind::Leaf => "a server's own certificate, and servers renew these within months",
            AnchorKind::Root | AnchorKind::Unknown => return None,
        };
        let message = format!("{} is no root: it is {what}", anchor.name);
        let finding = self.about_anchor(&INSPECTED_NOT_A_ROOT, anchor, "not a root", message);
        Some(
            finding.help(
                "trust the root above it; to trust one key alone use an SPKI pin with a backup",
            ),
        )
    }

    fn unknown(&self, anchor: &Identified) -> Option<Finding> {
        (anchor.known == Known::Unknown).then(|| {
            let message = format!(
                "{} has no known certificate: nobody can say when it ends",
                anchor.name
            );
            let finding =
                self.about_anchor(&INSPECTED_UNKNOWN_ANCHOR, anchor, "not known", message);
            finding.help("inspect the PEM file that the bundle was made from, which has the dates")
        })
    }

    fn weak(&self, anchor: &Identified) -> Option<Finding> {
        let store = self.store_of(anchor)?;
        (!store.verifier.verifies_with(&anchor.key)).then(|| {
            let message = format!(
                "{} has a key ({}) that {} cannot verify with",
                anchor.name,
                anchor.key,
                store.verifier.word()
            );
            let finding = self.about_anchor(&INSPECTED_UNUSABLE_KEY, anchor, "this key", message);
            finding
                .evidence("key", &anchor.key)
                .help("take it out, and add the root that replaced it")
        })
    }

    fn store_of(&self, anchor: &Identified) -> Option<&super::StoreOutlook> {
        let place = self
            .outlook
            .anchors
            .iter()
            .position(|other| std::ptr::eq(other, anchor))?;
        self.outlook
            .stores
            .iter()
            .find(|store| store.anchors.contains(&place))
    }

    fn one_owner(&self) -> Option<Finding> {
        let owners: BTreeSet<_> = self
            .outlook
            .anchors
            .iter()
            .map(|anchor| anchor.owner.as_ref())
            .collect();
        let [Some(owner)] = owners.into_iter().collect::<Vec<_>>()[..] else {
            return None;
        };
        let count = counted(self.outlook.anchors.len(), "anchor");
        let message = format!("all trust is in one CA owner: {owner} ({count})");
        let finding = Finding::new(&INSPECTED_ONE_OWNER, self.whole(), "one owner", message);
        Some(
            finding
                .help("add a root of a second owner, and a server that has a certificate of it")
                .about(Subject::item(owner)),
        )
    }

    fn duplicates(&self) -> Vec<Finding> {
        let mut first: BTreeMap<(usize, &[u8]), &Identified> = BTreeMap::new();
        let mut findings = Vec::new();
        for anchor in self
            .outlook
            .anchors
            .iter()
            .filter(|anchor| anchor.form.is_bundle())
        {
            let key = (anchor.within.unwrap_or_default(), anchor.subject.as_slice());
            match first.get(&key) {
                None => drop(first.insert(key, anchor)),
                Some(earlier) => {
                    let message = format!(
                        "the bundle has two entries with the name {}: only one is ever tried",
                        anchor.name
                    );
                    let finding =
                        self.about_anchor(&INSPECTED_NAME_TWICE, anchor, "the second", message);
                    let earlier = self.material.where_in_words(&earlier.place);
                    findings.push(
                        finding
                            .evidence("first", earlier)
                            .help("keep the one that the servers' chains lead to, or use PEM"),
                    );
                }
            }
        }
        findings
    }

    /// Whether an anchor is verified with by mbedTLS.
    fn has_mbedtls(&self) -> bool {
        let mbedtls = |model: VerifierModel| model.word().starts_with("esp-idf");
        self.outlook
            .stores
            .iter()
            .any(|store| mbedtls(store.verifier))
    }
}
