//! OpenSSL reads the same things out of every root of the Mozilla set.

use std::io::Write as _;
use std::process::{Command, Stdio};

use trust::anchors::{Certificate, PublicKey};

use crate::support::mozilla;

fn openssl(arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let spawned = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = spawned.ok()?;
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}");
    Some(output.stdout)
}

fn present() -> bool {
    let found = openssl(&["version"], b"").is_some();
    if !found {
        eprintln!("SKIPPED: openssl is not installed, nothing was compared");
    }
    found
}

/// What `openssl x509` prints about a certificate, by field.
fn facts(certificate: &Certificate) -> String {
    let arguments = [
        "x509",
        "-inform",
        "der",
        "-noout",
        "-fingerprint",
        "-sha256",
        "-dates",
        "-dateopt",
        "iso_8601",
        "-serial",
        "-ext",
        "basicConstraints",
        "-text",
        "-certopt",
        "no_sigdump,no_header",
    ];
    String::from_utf8_lossy(&openssl(&arguments, &certificate.der).unwrap()).into_owned()
}

fn field<'a>(facts: &'a str, name: &str) -> &'a str {
    let line = facts
        .lines()
        .find_map(|line| line.trim().strip_prefix(name));
    line.unwrap_or_else(|| panic!("{name} in {facts}"))
}

#[test]
fn fingerprint_dates_serial_and_key_are_what_openssl_says() {
    if !present() {
        return;
    }
    let roots = mozilla();
    assert_eq!(roots.len(), 118);
    for root in &roots {
        let facts = facts(root);
        let fingerprint = field(&facts, "sha256 Fingerprint=")
            .replace(':', "")
            .to_lowercase();
        assert_eq!(fingerprint, hex::encode(root.fingerprint), "{}", root.name);
        assert_eq!(
            &field(&facts, "notBefore=")[..10],
            root.not_before.to_string(),
            "{}",
            root.name
        );
        assert_eq!(
            &field(&facts, "notAfter=")[..10],
            root.not_after.to_string(),
            "{}",
            root.name
        );
        let serial = field(&facts, "serial=").to_lowercase();
        let digits = serial.trim_start_matches('-').trim_start_matches('0');
        let sign = if serial.starts_with('-') { "-" } else { "" };
        let digits = if digits.is_empty() { "0" } else { digits };
        assert_eq!(format!("{sign}{digits}"), root.serial(), "{}", root.name);
        let bits = field(&facts, "Public-Key: (").trim_end_matches(" bit)");
        let expected = match root.key {
            PublicKey::P256 => "256".to_owned(),
            PublicKey::P384 => "384".to_owned(),
            PublicKey::P521 => "521".to_owned(),
            PublicKey::Rsa(bits) => bits.to_string(),
            _ => panic!("{}: {:?}", root.name, root.key),
        };
        assert_eq!(bits, expected, "{}", root.name);
        assert!(root.is_root() && facts.contains("CA:TRUE"), "{}", root.name);
    }
}

#[test]
fn key_and_names_have_the_bytes_that_openssl_writes() {
    if !present() {
        return;
    }
    for root in mozilla() {
        let pem = openssl(&["x509", "-inform", "der", "-noout", "-pubkey"], &root.der).unwrap();
        let spki = openssl(&["pkey", "-pubin", "-outform", "der"], &pem).unwrap();
        // OpenSSL writes the key anew; equal bytes mean that nothing was lost or added at the edges.
        assert_eq!(spki, root.spki, "{}", root.name);
        let hash = openssl(&["dgst", "-sha256", "-binary"], &spki).unwrap();
        assert_eq!(hash, root.spki_sha256, "{}", root.name);
        assert_name(&root);
    }
}

/// `asn1parse` of our subject bytes must be one SEQUENCE that fills them, and appear in the certificate.
fn assert_name(root: &Certificate) {
    let parsed = openssl(&["asn1parse", "-inform", "der"], &root.subject).unwrap();
    let parsed = String::from_utf8_lossy(&parsed).into_owned();
    let outermost: Vec<_> = parsed
        .lines()
        .filter(|line| line.contains(":d=0 "))
        .collect();
    assert_eq!(outermost.len(), 1, "{}: {parsed}", root.name);
    assert!(
        outermost[0].contains("cons: SEQUENCE"),
        "{}: {parsed}",
        root.name
    );
    let at = root
        .der
        .windows(root.subject.len())
        .filter(|w| *w == root.subject)
        .count();
    assert_eq!(at, 2, "{}: as subject and as issuer", root.name);
    let text = openssl(
        &[
            "x509",
            "-inform",
            "der",
            "-noout",
            "-subject",
            "-nameopt",
            "utf8,sep_multiline,sname",
        ],
        &root.der,
    );
    let text = String::from_utf8(text.unwrap()).unwrap();
    assert!(
        text.contains(&format!("={}", root.name)),
        "{}: {text}",
        root.name
    );
}
