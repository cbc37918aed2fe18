//! The release report: what it says, and what it must never do.

use std::sync::Arc;

use trust::calendar::{Confidence, End, EndCause};
use trust::channel::Channel;
use trust::date::Date;
use trust::gate::{self, Inputs, Question, Verdict};
use trust::source::SourceFile;

use super::super::release::{
    AnchorReport, EndpointReport, KeyReport, KeysReport, Outcome, PinReport, ReleaseReport,
    StoreReport, ToolchainReport,
};
use super::super::{Summary, text_of_json};
use crate::image::Footprint;
use crate::release::manifest::{ArtefactKind, ReleaseManifest, StoreRecord, ToolchainRecord};

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn anchor(name: &str, ends: &str, not_after: &str, cause: EndCause) -> AnchorReport {
    let service_ends = date("2034-06-30");
    AnchorReport {
        name: name.into(),
        owner: Some("Internet Security Research Group".into()),
        sha256: "69729b8e15a86efc177a57afb7171dfc64add28c2fca8cf1507e34453ccb1470".into(),
        not_before: date("2015-06-04"),
        not_after: date(not_after),
        effective_end: End {
            date: date(ends),
            cause,
            confidence: Confidence::Announced,
            source: "Let's Encrypt, Chains of Trust page".into(),
        },
        days_beyond_service: date(ends).days_since(service_ends),
        reason: "primary CA of the update server".into(),
    }
}

fn key(role: &'static str) -> KeyReport {
    KeyReport {
        id: "2C704BB93F2B46C1".into(),
        public: "RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ".into(),
        role,
    }
}

fn sample() -> ReleaseReport {
    let findings = super::sample();
    let keys = |threshold, keys| KeysReport { threshold, keys };
    let endpoint = |name: &str, url: &str, redirects, owner: &str| EndpointReport {
        name: name.into(),
        url: url.into(),
        redirects,
        owner: owner.into(),
    };
    let report = ReleaseReport {
        schema: "perennial.report/1",
        product: "perennial-reference".into(),
        chip: "esp32c3".into(),
        verifier: "perennial".into(),
        version: "1.4.0".into(),
        channel: "development".into(),
        commit: "0123456789abcdef0123456789abcdef01234567".into(),
        dirty: false,
        released: date("2026-06-30"),
        service_ends: date("2034-06-30"),
        facts_known_on: None,
        longest_offline_days: 180,
        verdict: Outcome::Refused,
        summary: Summary::of(&findings),
        findings,
        store: StoreReport {
            sequence: 3,
            identity: "ab".repeat(32),
        },
        anchors: vec![
            anchor(
                "ISRG Root X2",
                "2040-09-17",
                "2040-09-17",
                EndCause::NotAfter,
            ),
            anchor("ISRG Root X1", "2030-06-04", "2035-06-04", EndCause::Owner),
            anchor(
                "Starfield Services Root Certificate Authority - G2",
                "2034-06-30",
                "2037-12-31",
                EndCause::Programme,
            ),
        ],
        pins: vec![PinReport {
            endpoint: "failover".into(),
            host: "ota.example.net".into(),
            spki_sha256: "07".repeat(32),
            expires: date("2034-01-01"),
            after_expiry: "roots-only".into(),
        }],
        endpoints: vec![
            endpoint(
                "primary",
                "https://ota.example.com/perennial/",
                vec!["https://cdn.example.com/".into()],
                "Let's Encrypt",
            ),
            endpoint(
                "failover",
                "https://ota.example.net/",
                Vec::new(),
                "Sectigo",
            ),
        ],
        release_keys: keys(1, vec![key("development"), key("release")]),
        rescue_keys: Some(keys(2, vec![key("rescue"), key("rescue")])),
        toolchain: ToolchainReport {
            provider: "debian".into(),
            rustc: "rustc 1.95.0".into(),
            tree_sha256: "cd".repeat(32),
        },
        footprint: None,
        artefacts: Vec::new(),
    };
    report
        .with_artefacts(&artefacts())
        .with_footprint(footprint())
}

fn footprint() -> Footprint {
    Footprint {
        image: 560_608,
        slot: 1_900_544,
        budget: 1_258_291,
        code_in_ram: 39_540,
        data: 7_424,
        zeroed: 79_120,
        stack: 194_424,
        reclaimed: 65_536,
    }
}

fn artefacts() -> Vec<(ArtefactKind, Vec<u8>)> {
    let all = ArtefactKind::ALL.into_iter().rev();
    all.map(|kind| (kind, b"abc".to_vec())).collect()
}

#[test]
fn the_report_as_json_and_as_a_page() {
    insta::assert_snapshot!("release-json", sample().json());
    insta::assert_snapshot!("release-html", sample().html().unwrap());
}

/// A file cannot hold its own hash; every other one is listed with what its hash is of.
#[test]
fn artefacts_are_all_but_the_reports() {
    let report = sample();
    let names: Vec<_> = report.artefacts.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "application.bin",
            "coverage.json",
            "firmware.elf",
            "flash.bin",
            "provenance.json",
            "sbom.cdx.json",
            "trust-store.bin"
        ]
    );
    // FIPS 180-2, appendix B.1.
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert!(
        report
            .artefacts
            .iter()
            .all(|it| it.sha256 == abc && it.size == 3)
    );
    assert!(
        report
            .artefacts
            .iter()
            .all(|it| it.recipe == format!("sha256sum {}", it.name))
    );
}

/// Every element that is opened is closed, in order, and attributes are quoted.
#[test]
fn the_page_is_well_formed_and_fetches_nothing() {
    let page = sample().html().unwrap();
    let tags = tags(&page);
    let mut open = Vec::new();
    for tag in &tags {
        let name = tag.trim_matches('/').split([' ', '/']).next().unwrap();
        let is_void = matches!(name, "!DOCTYPE" | "meta") || tag.ends_with('/');
        match tag.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "in <{tag}>"),
            None if !is_void => open.push(name),
            None => {}
        }
        assert!(
            !matches!(name, "script" | "link" | "img" | "iframe" | "object" | "a"),
            "{tag}"
        );
        assert!(!tag.contains("src=") && !tag.contains("href="), "{tag}");
    }
    assert_eq!(open, [""; 0]);
    assert!(!page.contains("url(") && !page.contains("@import"));
    assert!(
        page.contains("<title id=\"timeline-title\">")
            && page.contains("<desc id=\"timeline-words\">")
    );
}

fn tags(page: &str) -> Vec<&str> {
    let pieces = page.split('<').skip(1);
    pieces
        .map(|piece| piece.split_once('>').expect("a tag ends").0)
        .collect()
}

/// Text from certificates and policies cannot become markup.
#[test]
fn hostile_names_stay_text() {
    let evil = "\"><script>alert(1)</script><img src=x onerror='y'>{{ 7 * 7 }}&amp;";
    let mut report = sample();
    report.product = evil.into();
    report.anchors[0].name = evil.into();
    report.anchors[0].owner = Some(evil.into());
    report.anchors[0].effective_end.source = evil.into();
    report.anchors[1].reason = evil.into();
    report.endpoints[0].url = evil.into();
    report.endpoints[0].redirects = vec![evil.into()];
    report.findings[0].message = evil.into();
    report.findings[1].help = evil.into();
    report.findings[3].waived = Some(evil.into());
    let page = report.html().unwrap();
    assert_eq!(tags(&page).len(), tags(&sample().html().unwrap()).len());
    assert!(!page.contains("<script") && !page.contains("<img"));
}

#[test]
fn a_report_without_the_optional_parts_is_whole() {
    let mut report = sample();
    report.findings.clear();
    report.pins.clear();
    report.rescue_keys = None;
    report.artefacts.clear();
    report.dirty = true;
    report.anchors[0].owner = None;
    report.verdict = Outcome::Passed;
    report.summary = Summary::default();
    let page = report.html().unwrap();
    assert!(page.contains("no findings, judged at 2026-06-30"));
    assert!(page.contains("changes that are in no commit") && page.contains("owner unknown"));
    assert!(!page.contains("id=\"pins\"") && !page.contains("rescue store"));
}

/// The end of service and the days around it, in words.
#[test]
fn words_for_the_distance_to_the_end_of_service() {
    let page = |days: i64| {
        let mut report = sample();
        report.anchors.truncate(1);
        report.anchors[0].days_beyond_service = days;
        report.html().unwrap()
    };
    assert!(page(-1).contains(">1 day before service ends<"));
    assert!(page(-1).contains("class=\"short\">1 day before"));
    assert!(page(0).contains(">the last day of service<"));
    assert!(!page(0).contains("class=\"short\">"));
    assert!(page(1).contains(">1 day after service<"));
}

/// Built from a verdict as `build-firmware` builds it.
#[test]
fn the_report_says_what_the_gate_approved() {
    let verdict = base_verdict();
    let (store, policy) = (verdict.approved().unwrap(), verdict.policy().unwrap());
    let report = ReleaseReport::new(&manifest(), store, &verdict, policy);
    assert_eq!(report.verdict, Outcome::Passed);
    assert_eq!(
        (report.released, report.service_ends),
        (date("2026-07-01"), date("2032-06-30"))
    );
    assert_eq!(report.verifier, "perennial");
    let names: Vec<_> = report.anchors.iter().map(|it| it.name.as_str()).collect();
    let by_fingerprint = [
        "ISRG Root X2",
        "ISRG Root X1",
        "Sectigo Public Server Authentication Root E46",
    ];
    assert_eq!(names, by_fingerprint);
    assert_eq!(report.endpoints[1].owner, "Sectigo");
    assert_eq!(report.pins.len(), 2);
    assert_eq!(report.release_keys.keys[0].role, "release");
    assert_eq!(report.rescue_keys.as_ref().unwrap().threshold, 2);
    assert_eq!(report.store.identity, "ee".repeat(32));
    assert!(
        report
            .html()
            .unwrap()
            .contains("Passed: nothing stands against this release")
    );
    assert!(text_of_json(&report).contains("\"schema\": \"perennial.report/1\""));
}

fn base_verdict() -> Verdict {
    let policy = include_str!("../../../../trust/fixtures/base/policy.toml");
    let anchors = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().enumerate();
    let anchors = anchors.map(|(index, der)| {
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD.encode(der);
        let lines: Vec<_> = encoded
            .as_bytes()
            .chunks(64)
            .map(String::from_utf8_lossy)
            .collect();
        let body = lines.join("\n");
        let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        SourceFile::new(format!("trust/anchors/{index}.pem"), pem)
    });
    let inputs = Inputs {
        policy: SourceFile::new("policy.toml", policy),
        anchors: anchors.collect(),
        calendar: calendar(),
        endpoints: Vec::new(),
        releases: Vec::new(),
    };
    let question = Question {
        as_of: date("2026-07-01"),
        channel: Channel::Development,
        facts_known_on: None,
    };
    gate::judge(&inputs, question)
}

fn calendar() -> Vec<Arc<SourceFile>> {
    let folder = std::fs::read_dir("../trust/calendar").unwrap();
    let files = folder.map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        SourceFile::new(format!("trust/calendar/{name}"), text)
    });
    files.collect()
}

fn manifest() -> ReleaseManifest {
    ReleaseManifest {
        schema: crate::release::manifest::SCHEMA.into(),
        product: "perennial-reference".into(),
        chip: "esp32c3".into(),
        version: "1.4.0".into(),
        channel: "development".into(),
        commit: "01".repeat(20),
        dirty: false,
        released: "2026-07-01".into(),
        facts_known_on: None,
        source_date_epoch: 1_782_864_000,
        service_ends: "2034-06-30".into(),
        secure_version: 0,
        secure_boot: None,
        store: StoreRecord {
            format_version: 1,
            sequence: 1,
            sha256: "ee".repeat(32),
        },
        inputs: Default::default(),
        lockfile_sha256: "0".repeat(64),
        blobs: Vec::new(),
        toolchain: ToolchainRecord {
            provider: "debian".into(),
            rustc: "rustc 1.95.0".into(),
            tree_sha256: "cd".repeat(32),
            converter: "espflash 4.7.0".into(),
            bootloader_sha256: "ef".repeat(32),
            packages: Vec::new(),
        },
        artefacts: Vec::new(),
    }
}
