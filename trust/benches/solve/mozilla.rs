//! A project with the Mozilla set as its pool, and endpoints of real CAs.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use trust::gate::{Inputs, Question};
use trust::source::SourceFile;

/// Whose chains the calendar has.
const CHAINS: [(&str, &str); 5] = [
    ("Let's Encrypt", "ecdsa"),
    ("DigiCert", "rsa"),
    ("Sectigo", "ecdsa"),
    ("Let's Encrypt", "rsa"),
    ("DigiCert", "ecdsa"),
];

/// The policy but for its endpoints: it requires no root yet.
const POLICY: &str = r#"schema-version = 1

[product]
name = "bench"
chip = "esp32c3"
verifier = "perennial"
store-sequence = 1

[service-life]
ends = "ENDS"
longest-offline-days = 180

[validity]
min-remaining-days = 365
programme-end = "allow"

[coverage]
independent-paths = 3
distinct-owners = 3

[signing]
threshold = 1
keys = [
    { public = "RWSBlWiwPqCRlnukLnkTTA8Fz0ZLvlPVqSZqZ4amJ5elJT18VWHtD4+6", role = "development" },
]
"#;

/// What is asked.
pub(crate) struct Project {
    pub(crate) inputs: Inputs,
    pub(crate) question: Question,
}

/// How many roots the Mozilla set has.
pub(crate) fn most_roots() -> usize {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS.len()
}

impl Project {
    /// With so many endpoints, until a day.
    pub(crate) fn of(endpoints: usize, ends: &str) -> Self {
        let mut policy = POLICY.replace("ENDS", ends);
        for number in 0..endpoints {
            let (owner, kind) = CHAINS[number % CHAINS.len()];
            let _ = write!(
                policy,
                "\n[[endpoint]]\nname = \"endpoint-{number}\"\nurl = \"https://ota-{number}.example.com/\"\n\
                 owner = \"{owner}\"\nprofile = \"default\"\nkey-type = \"{kind}\"\nleaf-days = {}\n",
                47 + number,
            );
        }
        Self {
            inputs: Inputs {
                policy: SourceFile::new("policy.toml", policy),
                anchors: pool(),
                calendar: calendar(),
                endpoints: Vec::new(),
                releases: Vec::new(),
            },
            question: crate::question(),
        }
    }
}

/// One PEM file for each root.
fn pool() -> Vec<Arc<SourceFile>> {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().enumerate();
    let file = |(number, root): (usize, &rustls_pki_types::CertificateDer<'_>)| {
        SourceFile::new(format!("trust/anchors/{number}.pem"), pem(root))
    };
    roots.map(file).collect()
}

fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(der);
    let lines = encoded.as_bytes().chunks(64).map(String::from_utf8_lossy);
    let body: String = lines.map(|line| format!("{line}\n")).collect();
    format!("-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n")
}

fn calendar() -> Vec<Arc<SourceFile>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("calendar");
    let entries = std::fs::read_dir(folder).expect("trust/calendar");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let bytes = std::fs::read(path).expect("a calendar file");
        SourceFile::from_bytes(path.display().to_string(), &bytes)
    };
    paths.iter().map(read).collect()
}
