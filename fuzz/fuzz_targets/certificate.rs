//! The certificate reader, of DER and of PEM.
//!
//! What is read keeps its bytes and its identity, alone or among others; what is not read has a finding.

#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use perennial_fuzz::findings::assert_printable;
use sha2::{Digest as _, Sha256};
use trust::anchors::{Certificate, Inventory, file_name, read_pem};
use trust::finding;
use trust::source::{Location, SourceFile};

fuzz_target!(|bytes: &[u8]| {
    read_der(bytes);
    let file = SourceFile::from_bytes("root.pem", bytes);
    let (certificates, mut findings) = read_pem(&file);
    finding::sort(&mut findings);
    assert_printable(&findings);
    assert!(
        !certificates.is_empty() || !findings.is_empty(),
        "a file without a certificate has no finding"
    );
    for certificate in &certificates {
        check(certificate);
        check_alone(certificate);
    }
    let (pool, findings) = Inventory::from_files(&[file]);
    assert_printable(&findings);
    assert!(pool.len() <= certificates.len());
    for certificate in &certificates {
        let found = pool.find(&certificate.fingerprint);
        assert_eq!(found.map(|found| &found.der), Some(&certificate.der));
    }
    assert!(
        pool.iter()
            .is_sorted_by(|a, b| a.fingerprint < b.fingerprint)
    );
});

fn read_der(bytes: &[u8]) {
    let nowhere = Location::whole(&SourceFile::new("root.der", ""));
    let certificate = match Certificate::from_der(bytes, nowhere) {
        Ok(certificate) => certificate,
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.help().is_empty());
            return;
        }
    };
    assert_eq!(&*certificate.der, bytes);
    check(&certificate);
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        STANDARD.encode(bytes)
    );
    let (read, findings) = read_pem(&SourceFile::new("root.pem", pem));
    assert!(findings.is_empty());
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].der, certificate.der);
}

fn check(certificate: &Certificate) {
    let sha256 = |bytes: &[u8]| <[u8; 32]>::from(Sha256::digest(bytes));
    assert_eq!(certificate.fingerprint, sha256(&certificate.der));
    assert_eq!(certificate.spki_sha256, sha256(&certificate.spki));
    assert!(certificate.not_before <= certificate.not_after);
    assert_eq!(
        certificate.self_issued,
        certificate.subject == certificate.issuer
    );
    assert_eq!(certificate.may_issue, certificate.issue_bar().is_none());
    for part in [&certificate.subject, &certificate.issuer, &certificate.spki] {
        assert_eq!(part.first(), Some(&0x30), "no SEQUENCE");
        assert!(
            certificate
                .der
                .windows(part.len())
                .any(|window| window == part)
        );
    }
    assert!(!certificate.name.is_empty());
    assert!(!certificate.name.contains(['\n', '\r']));
    assert!(!certificate.serial().is_empty());
    assert!(!file_name(&certificate.name).contains('/'));
}

/// The text that it says it was read from is that certificate, and nothing else.
fn check_alone(certificate: &Certificate) {
    let at = &certificate.at;
    let text = &at.file.text[at.span.clone()];
    let (read, findings) = read_pem(&SourceFile::new("alone.pem", text));
    assert!(findings.is_empty(), "{}", findings[0].message);
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].der, certificate.der);
}
