//! A project with the Mozilla set as its pool, and endpoints of real CAs.

use std::fmt::Write as _;
use std::sync::Arc;

use trust::gate::{Inputs, Question};
use trust::source::SourceFile;

use crate::{calendar, pem::pem};

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
                calendar: calendar::files(),
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
