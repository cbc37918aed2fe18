//! `forecast` from a captured chain that verifies: Deploy the Fleet 1.0.4, on the day of the announcement.
//!
//! **Real**: the release, its anchors by name, the dates of every certificate (root, R3, and the leaf of 2024-05-25 to
//! 2024-08-23), the dated facts of the repository's calendar, and that the server sent the leaf with R3. **Stands in**: the
//! keys. The leaf that the server sent is not to be had, and nobody but R3 can sign another one; so the root and R3 are
//! made again, with the names and dates of the real ones, and wherever a file of the copied project has the fingerprint
//! or key hash of the real certificate, it gets those of the one that stands in.
//!
//! What the ledger says of a server counts whatever its day (`docs/forecast.md`): the leaf was captured after the day up to
//! which facts are known.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_RSA_SHA256,
    PublicKeyData, SanType, SignatureAlgorithm,
};
use serde_json::Value;
use tempfile::TempDir;
use x509_parser::parse_x509_certificate;
use x509_parser::pem::parse_x509_pem;

type Day = (i32, u8, u8);

/// A CA certificate with the key that stands in.
struct Authority {
    params: CertificateParams,
    key: KeyPair,
    der: Vec<u8>,
}

/// A public RSA key whose other half nobody has: a leaf needs no more.
struct PublicRsa(Vec<u8>);

impl PublicKeyData for PublicRsa {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

impl Authority {
    /// `name` is C, O and CN, in the order of the certificate.
    fn new(name: [&str; 3], from: Day, until: Day, issuer: Option<&Self>) -> Self {
        let mut params = dated(from, until);
        let kinds = [
            DnType::CountryName,
            DnType::OrganizationName,
            DnType::CommonName,
        ];
        for (kind, value) in kinds.into_iter().zip(name) {
            params.distinguished_name.push(kind, value);
        }
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let made = match issuer {
            Some(issuer) => params.signed_by(&key, &issuer.issuer()),
            None => params.self_signed(&key),
        };
        let der = made.unwrap().der().to_vec();
        Self { params, key, der }
    }

    fn root() -> Self {
        let name = ["US", "Internet Security Research Group", "ISRG Root X1"];
        Self::new(name, (2015, 6, 4), (2035, 6, 4), None)
    }

    fn r3(root: &Self) -> Self {
        let name = ["US", "Let's Encrypt", "R3"];
        Self::new(name, (2020, 9, 4), (2025, 9, 15), Some(root))
    }

    fn issuer(&self) -> Issuer<'_, &KeyPair> {
        Issuer::from_params(&self.params, &self.key)
    }

    /// The leaf of the update server, with the RSA key of the made one in the fixtures.
    fn leaf(&self) -> Vec<u8> {
        let mut params = dated((2024, 5, 25), (2024, 8, 23));
        params
            .distinguished_name
            .push(DnType::CommonName, "ota.example.com");
        params.subject_alt_names = vec![SanType::DnsName("ota.example.com".try_into().unwrap())];
        let made = params.signed_by(&public_rsa(), &self.issuer()).unwrap();
        made.der().to_vec()
    }
}

fn dated((year, month, day): Day, until: Day) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.not_before = rcgen::date_time_ymd(year, month, day);
    params.not_after = rcgen::date_time_ymd(until.0, until.1, until.2);
    params
}

fn public_rsa() -> PublicRsa {
    let pem = std::fs::read(fleet().join("trust/endpoints/updates-2024-05.pem")).unwrap();
    let (_, pem) = parse_x509_pem(&pem).unwrap();
    let (_, leaf) = parse_x509_certificate(&pem.contents).unwrap();
    PublicRsa(leaf.public_key().subject_public_key.data.to_vec())
}

fn fleet() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    root.join("trust/fixtures/forecast/deploy-the-fleet")
}

/// SHA-256 of the certificate and of its SubjectPublicKeyInfo.
fn hashes(der: &[u8]) -> [String; 2] {
    use sha2::{Digest as _, Sha256};
    let (_, certificate) = parse_x509_certificate(der).unwrap();
    let spki = certificate.public_key().raw;
    [der, spki].map(|bytes| hex::encode(Sha256::digest(bytes)))
}

fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<_> = (0..text.len())
        .step_by(64)
        .map(|at| &text[at..text.len().min(at + 64)])
        .collect();
    let body = lines.join("\n");
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
}

/// Copies the files of a folder, with `change` made to the text of each.
fn copy(from: &Path, into: &Path, change: &dyn Fn(String) -> String) {
    std::fs::create_dir_all(into).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(into.join(path.file_name().unwrap()), change(text)).unwrap();
    }
}

/// The fleet, with `root` and `r3` in the places of the real ones, whose server was seen to send `leaf` and R3.
fn project(root: &Authority, r3: &Authority, leaf: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (from, into) = (fleet(), folder.path());
    let anchors = from.join("trust/anchors");
    let real = |name: &str| {
        let (_, pem) = parse_x509_pem(&std::fs::read(anchors.join(name)).unwrap()).unwrap();
        hashes(&pem.contents)
    };
    let pairs = [
        (real("isrg-root-x1.pem"), hashes(&root.der)),
        (real("r3.pem"), hashes(&r3.der)),
    ];
    let stand_in = |mut text: String| {
        for (real, made) in &pairs {
            for (real, made) in real.iter().zip(made) {
                text = text.replace(real, made);
            }
        }
        text
    };
    let policy = std::fs::read_to_string(from.join("policy.toml")).unwrap();
    std::fs::write(into.join("policy.toml"), stand_in(policy)).unwrap();
    for kind in ["anchors", "calendar", "releases"] {
        let below = Path::new("trust").join(kind);
        copy(&from.join(&below), &into.join(&below), &stand_in);
    }
    let anchors = into.join("trust/anchors");
    std::fs::write(anchors.join("isrg-root-x1.pem"), pem(&root.der)).unwrap();
    std::fs::write(anchors.join("r3.pem"), pem(&r3.der)).unwrap();
    let endpoints = into.join("trust/endpoints");
    std::fs::create_dir(&endpoints).unwrap();
    let sent = [pem(leaf), pem(&r3.der)].concat();
    std::fs::write(endpoints.join("updates-2024-05.pem"), sent).unwrap();
    name_capture(&into.join("trust/releases/1.0.4.toml"));
    folder
}

/// The capture in place of the last day of the leaf.
fn name_capture(release: &Path) {
    let text = std::fs::read_to_string(release).unwrap();
    let ends = "leaf-ends = \"2024-08-23\"";
    assert_eq!(text.matches(ends).count(), 1);
    let chains = "chains = [\"endpoints/updates-2024-05.pem\"]";
    std::fs::write(release, text.replace(ends, chains)).unwrap();
}

/// `forecast 1.0.4 --facts-known-on DAY`, as a person reads it and as data.
fn forecast(project: &TempDir, day: &str) -> (String, Value) {
    let run = |format: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("--project").arg(project.path());
        command.args(["forecast", "1.0.4", "--facts-known-on", day]);
        command.args(["--format", format]);
        let output = command.env_remove("SOURCE_DATE_EPOCH").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}");
        String::from_utf8(output.stdout).unwrap()
    };
    (run("human"), serde_json::from_str(&run("json")).unwrap())
}

fn loss(forecast: &Value) -> String {
    let loss = &forecast["releases"][0]["loss"];
    let day = |key: &str| loss[key].as_str().unwrap_or("-").to_owned();
    format!("[{}, {}]", day("earliest"), day("latest"))
}

#[test]
fn the_captured_leaf_says_on_which_days_the_fleet_is_lost() {
    let root = Authority::root();
    let r3 = Authority::r3(&root);
    let project = project(&root, &r3, &r3.leaf());
    let (said, forecast_then) = forecast(&project, "2024-04-12");
    assert_eq!(loss(&forecast_then), "[2024-07-24, 2024-08-23]");
    for day in ["2024-07-24", "2024-08-23"] {
        assert!(said.contains(day), "{said}");
    }
    let release = &forecast_then["releases"][0];
    assert_eq!(release["standing"], "goes-dark");
    let days = release["endpoints"][0]["days"].as_array().unwrap();
    let seen = days.iter().find(|days| days["from"] == "2024-05-25");
    let seen = seen.unwrap_or_else(|| panic!("{days:#?}"));
    assert_eq!(
        (&seen["evidence"], &seen["held"]),
        (&"proven".into(), &true.into())
    );
    assert_eq!(seen["until"], "2024-07-23");
    // The day before the announcement nobody could know: R3 goes on until it ends.
    let (_, before) = forecast(&project, "2024-04-11");
    assert_eq!(loss(&before), "[2025-09-16, 2025-09-16]");
}

/// The same leaf by the key of somebody who calls himself R3: nobody knows its issuer, and nothing is held.
#[test]
fn a_leaf_that_another_key_signed_is_unknown() {
    let root = Authority::root();
    let (r3, another) = (Authority::r3(&root), Authority::r3(&root));
    let project = project(&root, &r3, &another.leaf());
    let (said, forecast) = forecast(&project, "2024-04-12");
    assert_eq!(loss(&forecast), "[2024-05-25, 2024-05-25]");
    assert!(said.contains("an issuer that nobody knows"), "{said}");
    let endpoint = &forecast["releases"][0]["endpoints"][0];
    assert_eq!(endpoint["standing"], "unknown");
    let days = endpoint["days"].as_array().unwrap();
    let later = days
        .iter()
        .filter(|days| days["from"].as_str() >= Some("2024-05-25"));
    assert!(later.clone().count() > 0);
    for days in later {
        assert_eq!(days["held"], false, "{days}");
    }
}
