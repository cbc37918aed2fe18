//! OpenSSL reads the same things out of every root of the Mozilla set. One process for each root and one for all
//! hashes: starting processes is what costs.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use trust::anchors::{Certificate, PublicKey};

use crate::support::mozilla;

#[test]
fn openssl_reads_the_same_out_of_every_root() {
    if openssl(&["version"], b"").is_none() {
        eprintln!("SKIPPED: openssl is not installed, nothing was compared");
        return;
    }
    let roots = mozilla();
    assert_eq!(roots.len(), 118);
    for root in &roots {
        let facts = facts(root);
        same_identity(root, &facts);
        same_validity(root, &facts);
        same_key(root, &facts);
        same_name(root, &facts);
    }
    same_spki_hashes(&roots);
}

/// What `openssl x509` prints about a certificate.
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
        "-pubkey",
        "-text",
        "-certopt",
        "no_sigdump,no_header",
        "-subject",
        "-nameopt",
        "utf8,sep_multiline,sname",
    ];
    let printed = openssl(&arguments, &certificate.der).unwrap();
    String::from_utf8_lossy(&printed).into_owned()
}

fn same_identity(root: &Certificate, facts: &str) {
    let fingerprint = field(facts, "sha256 Fingerprint=")
        .replace(':', "")
        .to_lowercase();
    assert_eq!(fingerprint, hex::encode(root.fingerprint), "{}", root.name);
    let serial = field(facts, "serial=").to_lowercase();
    let digits = serial.trim_start_matches('-').trim_start_matches('0');
    let sign = if serial.starts_with('-') { "-" } else { "" };
    let digits = if digits.is_empty() { "0" } else { digits };
    assert_eq!(format!("{sign}{digits}"), root.serial(), "{}", root.name);
}

fn same_validity(root: &Certificate, facts: &str) {
    let day = |name: &str| field(facts, name)[..10].to_owned();
    assert_eq!(
        day("notBefore="),
        root.not_before.to_string(),
        "{}",
        root.name
    );
    assert_eq!(
        day("notAfter="),
        root.not_after.to_string(),
        "{}",
        root.name
    );
    assert!(root.is_root() && facts.contains("CA:TRUE"), "{}", root.name);
}

/// OpenSSL writes the key anew; equal bytes mean that nothing was lost or added at the edges.
fn same_key(root: &Certificate, facts: &str) {
    let (_, pem) = facts.split_once("-----BEGIN PUBLIC KEY-----").unwrap();
    let (base64, _) = pem.split_once("-----END PUBLIC KEY-----").unwrap();
    let spki = STANDARD
        .decode(base64.split_whitespace().collect::<String>())
        .unwrap();
    assert_eq!(spki, root.spki, "{}", root.name);
    let expected = match root.key {
        PublicKey::P256 => 256,
        PublicKey::P384 => 384,
        PublicKey::P521 => 521,
        PublicKey::Rsa(bits) => bits,
        _ => panic!("{}: {:?}", root.name, root.key),
    };
    let bits = field(facts, "Public-Key: (");
    assert_eq!(bits, format!("{expected} bit)"), "{}", root.name);
}

/// The subject is one SEQUENCE of the certificate, twice there: as subject and as issuer.
fn same_name(root: &Certificate, facts: &str) {
    let subject = &root.subject;
    let header = match subject[..] {
        [0x30, 0..=0x7f, ..] => 2 + usize::from(subject[1]),
        [0x30, 0x81, length, ..] => 3 + usize::from(length),
        _ => panic!("{}: {subject:?}", root.name),
    };
    assert_eq!(header, subject.len(), "{}", root.name);
    let places = root
        .der
        .windows(subject.len())
        .filter(|window| window == subject);
    assert_eq!(places.count(), 2, "{}", root.name);
    assert!(
        facts.contains(&format!("={}", root.name)),
        "{}: {facts}",
        root.name
    );
}

fn same_spki_hashes(roots: &[Certificate]) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let path = |index: usize| folder.join(format!("spki-{index}.der"));
    for (index, root) in roots.iter().enumerate() {
        std::fs::write(path(index), &root.spki).unwrap();
    }
    let paths: Vec<_> = (0..roots.len())
        .map(|i| path(i).to_str().unwrap().to_owned())
        .collect();
    let arguments = ["dgst", "-sha256", "-r"]
        .into_iter()
        .chain(paths.iter().map(String::as_str));
    let printed = openssl(&arguments.collect::<Vec<_>>(), b"").unwrap();
    let printed = String::from_utf8(printed).unwrap();
    let hashes: Vec<_> = printed
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    let ours: Vec<_> = roots
        .iter()
        .map(|root| hex::encode(root.spki_sha256))
        .collect();
    assert_eq!(hashes, ours);
}

fn field<'a>(facts: &'a str, name: &str) -> &'a str {
    let after = facts.lines().find_map(|line| line.split_once(name));
    after.unwrap_or_else(|| panic!("{name} in {facts}")).1
}

/// What openssl prints; `None` when it is not installed.
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
