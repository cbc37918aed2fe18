//! Fleets whose stores hold many roots: the inputs of a check, made in memory.

use std::fmt::Write as _;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, KeyUsagePurpose};
use time::macros::datetime;
use trust::anchors::{Certificate, file_name, read_pem};
use trust::channel::Channel;
use trust::gate::{Inputs, Question};
use trust::source::{Location, SourceFile};

use crate::{calendar, pem::pem};

/// Owners that the generated roots are spread over.
const GENERATED_OWNERS: usize = 10;
/// Owner and kind of key of each endpoint: whatever the calendar knows the chains of.
const ENDPOINTS: [(&str, &str); 5] = [
    ("Let's Encrypt", "ecdsa"),
    ("Let's Encrypt", "rsa"),
    ("DigiCert", "ecdsa"),
    ("DigiCert", "rsa"),
    ("Sectigo", "ecdsa"),
];
/// The roots that the endpoints' chains lead to: without them nothing is covered, and the gate stays closed.
const SERVED_ROOTS: [&str; 5] = [
    "ISRG Root X1",
    "ISRG Root X2",
    "DigiCert TLS ECC P384 Root G5",
    "DigiCert TLS RSA4096 Root G5",
    "Sectigo Public Server Authentication Root E46",
];

/// The policy but for its roots and endpoints. Service is short, because roots of the Mozilla set end soon; the
/// verifier is one that has P-521, as two of them do.
const POLICY: &str = r#"schema-version = 1

[product]
name = "bench"
chip = "esp32c3"
verifier = "esp-idf-pem-time"
store-sequence = 1

[service-life]
ends = "2027-06-30"
longest-offline-days = 30

[validity]
min-remaining-days = 30
programme-end = "allow"

[coverage]
independent-paths = 2
distinct-owners = 2

[signing]
threshold = 1
keys = [
    { public = "RWSBlWiwPqCRlnukLnkTTA8Fz0ZLvlPVqSZqZ4amJ5elJT18VWHtD4+6", role = "development" },
]
"#;

/// A question to the gate.
pub(crate) struct Fleet {
    /// The files.
    pub(crate) inputs: Inputs,
    /// Release date and channel.
    pub(crate) question: Question,
    /// How many roots the policy requires.
    pub(crate) anchors: usize,
}

impl Fleet {
    /// Every root of the Mozilla set, with the repository's calendar.
    pub(crate) fn mozilla() -> Self {
        Self::with_calendar(&mozilla_roots(), calendar::files())
    }

    /// Roots of [`generated_roots`], with the repository's calendar and a fact about each.
    pub(crate) fn of(roots: &[Certificate]) -> Self {
        let mut calendar = calendar::files();
        calendar.push(SourceFile::new(
            "trust/calendar/generated.toml",
            facts(roots),
        ));
        Self::with_calendar(roots, calendar)
    }

    fn with_calendar(roots: &[Certificate], calendar: Vec<Arc<SourceFile>>) -> Self {
        let inputs = Inputs {
            policy: SourceFile::new("policy.toml", policy(roots)),
            anchors: pool(roots),
            calendar,
            endpoints: Vec::new(),
            releases: Vec::new(),
        };
        let question = Question {
            as_of: "2026-07-01".parse().expect("a date"),
            channel: Channel::Development,
            facts_known_on: None,
        };
        Self {
            inputs,
            question,
            anchors: roots.len(),
        }
    }
}

/// As many roots: those that the endpoints need, then P-256 roots that differ in name, key and fingerprint.
pub(crate) fn generated_roots(count: usize) -> Vec<Certificate> {
    let mut roots = mozilla_roots();
    roots.retain(|root| SERVED_ROOTS.contains(&root.name.as_str()));
    assert_eq!(roots.len(), SERVED_ROOTS.len(), "a root has gone");
    let made: String = (roots.len()..count).map(generated_root).collect();
    let (generated, findings) = read_pem(&SourceFile::new("generated.pem", made));
    assert!(findings.is_empty(), "{}", findings[0].message);
    roots.extend(generated);
    roots
}

fn mozilla_roots() -> Vec<Certificate> {
    let nowhere = Location::whole(&SourceFile::new("webpki-root-certs", ""));
    let read = |der: &[u8]| Certificate::from_der(der, nowhere.clone()).expect("a root");
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
    roots.iter().map(|root| read(root.as_ref())).collect()
}

fn generated_root(number: usize) -> String {
    let owner = format!("Bench CA {}", number % GENERATED_OWNERS);
    let mut parameters = CertificateParams::default();
    let name = &mut parameters.distinguished_name;
    name.push(DnType::OrganizationName, owner);
    name.push(DnType::CommonName, format!("Bench Root {number}"));
    parameters.not_before = datetime!(2024-01-01 0:00 UTC);
    parameters.not_after = datetime!(2044-01-01 0:00 UTC);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().expect("a P-256 key");
    let root = parameters.self_signed(&key).expect("a certificate");
    root.pem().replace("\r\n", "\n")
}

/// One PEM file for each root.
fn pool(roots: &[Certificate]) -> Vec<Arc<SourceFile>> {
    let file = |(number, root): (usize, &Certificate)| {
        let name = format!("trust/anchors/{number}-{}", file_name(&root.name));
        SourceFile::new(name, pem(&root.der))
    };
    roots.iter().enumerate().map(file).collect()
}

fn policy(roots: &[Certificate]) -> String {
    let mut text = POLICY.to_owned();
    for root in roots {
        let fingerprint = hex::encode(root.fingerprint);
        let _ = write!(
            text,
            "\n[[required-root]]\nname = {:?}\nsha256 = \"{fingerprint}\"\nreason = \"measured\"\n",
            root.name,
        );
    }
    for (number, (owner, key_type)) in ENDPOINTS.iter().enumerate() {
        let _ = write!(
            text,
            "\n[[endpoint]]\nname = \"endpoint-{number}\"\nurl = \"https://ota-{number}.example.com/\"\n\
             owner = {owner:?}\nprofile = \"default\"\nkey-type = {key_type:?}\nleaf-days = 90\n",
        );
    }
    text
}

/// A fact about each generated root, as a large calendar would have it; the others are in the repository's.
fn facts(roots: &[Certificate]) -> String {
    let mut text = "schema-version = 1\nconfidence = \"observed\"\nsource = \"made\"\n".to_owned();
    for root in &roots[SERVED_ROOTS.len()..] {
        let owner = root.organisation.as_deref().unwrap_or_default();
        let _ = write!(
            text,
            "\n[[root]]\nname = {:?}\nsha256 = \"{}\"\nowner = {owner:?}\nnot-after = \"{}\"\n\
             key-created = \"2023-12-01\"\n",
            root.name,
            hex::encode(root.fingerprint),
            root.not_after,
        );
    }
    text
}
