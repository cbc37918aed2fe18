//! The real certificates among the fixtures are what their table and the calendar say.

use crate::support::{calendar, path, pki, text};

/// File without ending, subject, issuer, first day, last day and fingerprint of each row.
fn rows() -> Vec<Vec<String>> {
    let page = text("trust/fixtures/pki/PROVENANCE.md");
    let rows = page
        .lines()
        .skip_while(|line| !line.starts_with("| ---"))
        .skip(1);
    rows.map(|row| {
        row.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    })
    .collect()
}

#[test]
fn every_file_is_the_certificate_of_its_row() {
    let rows = rows();
    assert!(rows.len() >= 13, "{}", rows.len());
    for row in &rows {
        let certificate = pki(row[0].strip_suffix(".pem").unwrap());
        assert_eq!(certificate.not_before.to_string(), row[3], "{}", row[0]);
        assert_eq!(certificate.not_after.to_string(), row[4], "{}", row[0]);
        assert_eq!(hex::encode(certificate.fingerprint), row[7], "{}", row[0]);
        assert_eq!(
            certificate.may_issue,
            !row[0].starts_with("leaf-"),
            "{}",
            row[0]
        );
        assert_eq!(certificate.self_issued, row[1] == row[2], "{}", row[0]);
    }
    let files = std::fs::read_dir(path("fixtures/pki")).unwrap();
    let pem = files.filter(|f| {
        f.as_ref()
            .unwrap()
            .path()
            .extension()
            .is_some_and(|e| e == "pem")
    });
    assert_eq!(pem.count(), rows.len());
}

#[test]
fn every_ca_certificate_is_a_fact_of_the_calendar() {
    let calendar = calendar();
    for row in rows().iter().filter(|row| !row[0].starts_with("leaf-")) {
        let certificate = pki(row[0].strip_suffix(".pem").unwrap());
        let fact = calendar
            .certificates()
            .find(|f| f.sha256 == certificate.fingerprint);
        let fact = fact.unwrap_or_else(|| panic!("{} is no fact", row[0]));
        assert_eq!(
            (&fact.subject, &fact.issuer),
            (&row[1], &row[2]),
            "{}",
            row[0]
        );
        assert_eq!(fact.spki_sha256, certificate.spki_sha256, "{}", row[0]);
        assert_eq!(
            (fact.not_before, fact.not_after),
            (certificate.not_before, certificate.not_after),
            "{}",
            row[0]
        );
        assert_eq!(fact.serial, certificate.serial(), "{}", row[0]);
        let key = format!("{:?}", certificate.key).to_lowercase();
        let expected = match fact.key.as_str() {
            "ec-p384" => "p384".to_owned(),
            rsa => format!("{})", rsa.replace('-', "(")),
        };
        assert_eq!(key, expected, "{}", row[0]);
    }
}
