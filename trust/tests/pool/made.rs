//! Stand-ins for two CA certificates of which no package has the original: same subject, dates and kind of key.
//!
//! The committed files were made by `cargo test -p trust --test pool -- --ignored make`. Their keys were thrown
//! away, so making them again gives other keys and other fingerprints; everything else is compared here.

use std::process::Command;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue, IsCa, KeyPair,
    KeyUsagePurpose,
};
use time::OffsetDateTime;
use time::macros::datetime;
use trust::anchors::{Certificate, PublicKey};

use crate::support::{date, only, path, source};

const FOLDER: &str = "fixtures/fleets/deploy-the-fleet-1.0.7/anchors";

struct StandIn {
    file: &'static str,
    name: &'static str,
    subject: &'static [(DnType, &'static str)],
    from: OffsetDateTime,
    until: OffsetDateTime,
    bits: usize,
}

const STAND_INS: [StandIn; 2] = [
    StandIn {
        file: "cloudflare-origin-ca.pem",
        name: "CloudFlare Origin SSL Certificate Authority",
        subject: &[
            (DnType::CountryName, "US"),
            (DnType::OrganizationName, "CloudFlare, Inc."),
            (
                DnType::OrganizationalUnitName,
                "CloudFlare Origin SSL Certificate Authority",
            ),
            (DnType::LocalityName, "San Francisco"),
            (DnType::StateOrProvinceName, "California"),
        ],
        from: datetime!(2019-08-23 21:08 UTC),
        until: datetime!(2029-08-15 17:00 UTC),
        bits: 2048,
    },
    StandIn {
        file: "mk-root-1.pem",
        name: "MK Root 1",
        subject: &[
            (DnType::CountryName, "US"),
            (DnType::StateOrProvinceName, "Utah"),
            (DnType::OrganizationName, "MakerCrew LLC"),
            (DnType::CommonName, "MK Root 1"),
        ],
        from: datetime!(2024-07-29 23:20:29 UTC),
        until: datetime!(2044-07-24 23:20:29 UTC),
        bits: 4096,
    },
];

#[test]
fn the_stand_ins_have_the_names_dates_and_keys_of_the_originals() {
    for stand_in in &STAND_INS {
        let file = source(&path(&format!("{FOLDER}/{}", stand_in.file)));
        assert!(
            file.text.starts_with("# MADE, not real: "),
            "{}",
            stand_in.file
        );
        let certificate = only(&file);
        assert!(certificate.is_root());
        assert_eq!(certificate.name, stand_in.name);
        assert_eq!(certificate.key, PublicKey::Rsa(stand_in.bits));
        assert_eq!(
            certificate.not_before,
            date(&stand_in.from.date().to_string())
        );
        assert_eq!(
            certificate.not_after,
            date(&stand_in.until.date().to_string())
        );
        assert_same_subject(&certificate, stand_in);
    }
}

fn assert_same_subject(certificate: &Certificate, stand_in: &StandIn) {
    let again = parameters(stand_in)
        .self_signed(&KeyPair::generate().unwrap())
        .unwrap();
    let again = Certificate::from_der(again.der(), certificate.at.clone()).unwrap();
    assert_eq!(again.subject, certificate.subject, "{}", stand_in.name);
}

#[test]
#[ignore = "writes fixtures: run it to make the stand-ins anew, with other keys"]
fn make() {
    for stand_in in &STAND_INS {
        let bits = format!("rsa_keygen_bits:{}", stand_in.bits);
        let key = Command::new("openssl")
            .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", &bits])
            .output()
            .unwrap();
        let key = KeyPair::from_pem(std::str::from_utf8(&key.stdout).unwrap()).unwrap();
        let pem = parameters(stand_in)
            .self_signed(&key)
            .unwrap()
            .pem()
            .replace("\r\n", "\n");
        let text = format!(
            "# MADE, not real: a stand-in for {}. See ../README.md\n{pem}",
            stand_in.name
        );
        std::fs::write(path(&format!("{FOLDER}/{}", stand_in.file)), text).unwrap();
    }
}

fn parameters(stand_in: &StandIn) -> CertificateParams {
    let mut name = DistinguishedName::new();
    for (kind, value) in stand_in.subject {
        let value = match kind {
            DnType::CountryName => DnValue::PrintableString((*value).try_into().unwrap()),
            _ => DnValue::Utf8String((*value).to_owned()),
        };
        name.push(kind.clone(), value);
    }
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = name;
    parameters.not_before = stand_in.from;
    parameters.not_after = stand_in.until;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters
}
