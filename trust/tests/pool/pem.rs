//! Every input trap has the outcome that `docs/reference/pem.md` says.

use trust::anchors::{Inventory, read_pem};
use trust::source::SourceFile;

use crate::support::{date, only, path, said, source, text};

/// The rows of the table: file, input, outcome.
fn table() -> Vec<(String, String)> {
    let page = text("docs/reference/pem.md");
    let rows = page
        .lines()
        .skip_while(|line| !line.starts_with("| ---"))
        .skip(1);
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        (cells[1].to_owned(), cells[3].to_owned())
    })
    .collect()
}

/// `1 certificate, A007`
fn outcome(file: &std::sync::Arc<SourceFile>) -> String {
    let (certificates, findings) = read_pem(file);
    let count = match certificates.len() {
        0 => None,
        1 => Some("1 certificate".to_owned()),
        n => Some(format!("{n} certificates")),
    };
    let ids = findings.iter().map(|finding| finding.rule.id.to_owned());
    count.into_iter().chain(ids).collect::<Vec<_>>().join(", ")
}

#[test]
fn every_trap_has_the_outcome_of_its_row() {
    let table = table();
    assert!(table.len() > 40, "{} rows", table.len());
    for (name, expected) in &table {
        let file = source(&path(&format!("fixtures/pem/{name}")));
        let (_, findings) = read_pem(&file);
        assert_eq!(&outcome(&file), expected, "{name}: {:?}", said(&findings));
        assert!(
            findings.iter().all(|finding| !finding.help.is_empty()),
            "{name}"
        );
    }
}

#[test]
fn every_fixture_has_a_row() {
    let rows: Vec<_> = table().into_iter().map(|(name, _)| name).collect();
    for entry in std::fs::read_dir(path("fixtures/pem")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            name.starts_with('.') || rows.contains(&name),
            "{name} has no row"
        );
    }
}

/// The framing never changes what is read.
#[test]
fn tolerated_forms_give_the_same_certificate() {
    let plain = only(&source(&path("fixtures/pem/plain.pem")));
    for name in [
        "no-final-newline",
        "crlf",
        "cr",
        "bom",
        "space-after-end",
        "one-line-base64",
    ] {
        let other = only(&source(&path(&format!("fixtures/pem/{name}.pem"))));
        assert_eq!(plain.der, other.der, "{name}");
    }
}

#[test]
fn no_finding_shows_any_part_of_a_private_key() {
    for name in ["", "-encrypted", "-cut-off", "-one-line"] {
        let file = source(&path(&format!("fixtures/pem/private-key{name}.pem")));
        let (_, findings) = read_pem(&file);
        let finding = findings.iter().find(|f| f.rule.id == "A007").unwrap();
        for label in &finding.labels {
            let (line, _) = label.location.start();
            let shown = label.location.file.text.lines().nth(line - 1).unwrap();
            assert!(!shown.contains("bm8ga2V5"), "{name}: {shown}");
            assert!(shown.contains("PRIVATE KEY-----"), "{name}: {shown}");
        }
    }
}

#[test]
fn two_digit_years_turn_at_fifty() {
    let certificate = only(&source(&path("fixtures/pem/utc-time-50-49.pem")));
    assert_eq!(certificate.not_before, date("1950-01-01"));
    assert_eq!(certificate.not_after, date("2049-12-31"));
}

#[test]
fn serial_numbers_may_be_zero_or_negative() {
    let serial = |name: &str| only(&source(&path(&format!("fixtures/pem/{name}.pem")))).serial();
    assert_eq!(serial("serial-zero"), "0");
    assert_eq!(serial("serial-negative"), "-5");
    assert_eq!(serial("plain"), "1");
}

#[test]
fn names_keep_their_letters() {
    let certificate = only(&source(&path("fixtures/pem/non-ascii-name.pem")));
    assert_eq!(certificate.name, "Példa Főtanúsítvány 根");
    assert_eq!(certificate.organisation.as_deref(), Some("Példa Kft."));
}

/// Both of two roots with one name, and both certificates of one key, are in the pool.
#[test]
fn the_pool_tells_certificates_apart_by_fingerprint_only() {
    for name in ["two", "same-key"] {
        let file = source(&path(&format!("fixtures/pem/{name}.pem")));
        let (pool, findings) = Inventory::from_files(&[file]);
        assert_eq!(pool.len(), 2, "{name}");
        assert_eq!(
            findings.len(),
            1,
            "one file, two certificates: {:?}",
            said(&findings)
        );
        let fingerprints: Vec<_> = pool.iter().map(|c| c.fingerprint).collect();
        assert!(fingerprints.is_sorted());
        assert!(
            fingerprints
                .iter()
                .all(|f| pool.find(f).unwrap().fingerprint == *f)
        );
    }
}

/// A found certificate is the text from BEGIN to END, whatever stands before it.
#[test]
fn places_point_at_the_block() {
    let file = source(&path("fixtures/pem/comments-latin-1.pem"));
    let certificate = only(&file);
    let block = &file.text[certificate.at.span.clone()];
    assert!(block.starts_with("-----BEGIN") && block.ends_with("END CERTIFICATE-----"));
    assert_eq!(certificate.at.start(), (2, 1));
}

/// Every byte of a certificate changed, and every prefix: no panic, and never another certificate that counts as the same.
#[test]
fn damage_never_panics_and_never_passes_for_the_original() {
    let plain = only(&source(&path("fixtures/pem/plain.pem")));
    let at = plain.at.clone();
    for position in 0..plain.der.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut der = plain.der.to_vec();
            der[position] ^= flip;
            if let Ok(other) = trust::anchors::Certificate::from_der(&der, at.clone()) {
                assert_ne!(other.fingerprint, plain.fingerprint);
            }
        }
        let cut = &plain.der[..position];
        assert!(trust::anchors::Certificate::from_der(cut, at.clone()).is_err());
    }
}

/// The parser takes a subject whose SEQUENCE is not marked as constructed; the device and ESP-IDF do not.
#[test]
fn a_certificate_that_is_not_der_throughout_is_refused() {
    let plain = only(&source(&path("fixtures/pem/plain.pem")));
    let read = |der: &[u8]| trust::anchors::Certificate::from_der(der, plain.at.clone());
    assert!(read(&plain.der).is_ok());
    for part in [&plain.subject, &plain.spki] {
        let mut der = plain.der.to_vec();
        let starts = plain.der.windows(part.len()).rposition(|at| at == part);
        der[starts.unwrap()] = 0x10;
        let error = read(&der).expect_err("refused").to_string();
        assert!(error.contains("the tag 0x10"), "{error}");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        let (certificates, findings) = read_pem(&SourceFile::from_bytes("any.pem", &bytes));
        assert!(!certificates.is_empty() || !findings.is_empty());
    }

    #[test]
    fn any_text_near_pem_is_read_without_panic(text in "(-----(BEGIN|END) (CERTIFICATE|X PRIVATE KEY)-----[ \r\n]?|[A-Z=é]{0,5}|[-\r\n]){0,12}") {
        let (certificates, findings) = read_pem(&SourceFile::new("near.pem", text));
        assert!(!certificates.is_empty() || !findings.is_empty());
    }
}
