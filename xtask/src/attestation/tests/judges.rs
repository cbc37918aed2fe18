//! What others say of our documents: the libraries of in-toto and DSSE, and the schema of CycloneDX.

use std::process::{Command, Output};

use serde_json::Value;

use super::{Rebuild, Sample, rebuilt};
use crate::attestation::provenance::Provenance;
use crate::attestation::rebuild;
use crate::attestation::sample::project;
use crate::attestation::statement::{Predicate, Statement};
use crate::release::manifest::ArtefactKind;
use crate::signing::dsse::Envelope;
use crate::signing::key_file::SigningKeyFile;
use crate::signing::minisign::PublicKey;
use crate::signing::password::PasswordSource;
use crate::signing::sample::write_key;
use crate::tools;

#[path = "../../../tests/release/cyclonedx.rs"]
mod cyclonedx;

/// Signs with the keys of these numbers, and asks the judge about the envelope, for these public keys.
fn judged(payload: Vec<u8>, kind: &str, keys: &[u8], damage: impl Fn(String) -> String) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut envelope = Envelope::new(payload);
    let mut public: Vec<PublicKey> = Vec::new();
    for number in keys {
        let path = write_key(folder.path(), *number);
        let key = SigningKeyFile::open(&path, &PasswordSource::Terminal).unwrap();
        envelope.sign(&key).unwrap();
        public.push(key.public());
    }
    let (file, script) = (
        folder.path().join("envelope.json"),
        folder.path().join("judge.py"),
    );
    let written = damage(String::from_utf8(envelope.to_bytes()).unwrap());
    std::fs::write(&file, written).unwrap();
    std::fs::write(&script, include_str!("judge.py")).unwrap();
    let named = |key: &PublicKey| format!("{}={}", key.key_id, hex::encode(key.ed25519));
    Command::new(tools::in_toto(&project().root).unwrap())
        .arg(script)
        .arg(file)
        .arg(kind)
        .args(public.iter().map(named))
        .output()
        .unwrap()
}

fn accepts(payload: Vec<u8>, kind: &str, keys: &[u8]) {
    let output = judged(payload, kind, keys, |same| same);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
}

#[test]
fn the_libraries_of_in_toto_accept_every_statement_and_signature() {
    let sample = Sample::made();
    let kinds = [
        (ArtefactKind::ProvenanceStatement, Provenance::TYPE),
        (ArtefactKind::CoverageStatement, "urn:perennial:coverage:v1"),
    ];
    for (kind, predicate) in kinds {
        accepts(sample.document(kind), predicate, &[3, 1, 2]);
    }
    let statement = rebuilt(&sample, sample.equal_files()).statement(&sample.manifest);
    accepts(statement.to_bytes(), Rebuild::TYPE, &[1]);
    let failed = Rebuild::failed("ci", &sample.manifest, None, "no network");
    let failed = Statement::new(rebuild::subjects(&sample.manifest), failed);
    accepts(failed.to_bytes(), Rebuild::TYPE, &[1]);
}

/// The judge can refuse: another byte, another type, a signature less.
#[test]
fn the_libraries_of_in_toto_refuse_what_is_not_right() {
    let sample = Sample::made();
    let kind = ArtefactKind::ProvenanceStatement;
    let refused = |damage: fn(String) -> String| {
        let output = judged(sample.document(kind), Provenance::TYPE, &[1], damage);
        String::from_utf8(output.stderr).unwrap()
    };
    // `{` becomes `z`.
    let payload = refused(|text| text.replacen("\"payload\": \"ew", "\"payload\": \"eg", 1));
    assert!(payload.contains("VerificationError"), "{payload}");
    let key = refused(|text| text.replacen("0101010101010101", "0202020202020202", 1));
    assert!(key.contains("VerificationError"), "{key}");
    let statement = sample.document(kind);
    let text = String::from_utf8(statement).unwrap();
    let without = text.replacen("\"sha256\": \"", "\"sha256x\": [], \"s\": \"", 1);
    let output = judged(without.into_bytes(), Provenance::TYPE, &[1], |same| same);
    assert!(!output.status.success());
}

#[test]
fn the_schema_of_cyclonedx_accepts_the_bill_of_materials_and_can_refuse_it() {
    let validator = cyclonedx::validator();
    let good: Value = serde_json::from_slice(&Sample::made().document(ArtefactKind::Sbom)).unwrap();
    let problems: Vec<_> = validator
        .iter_errors(&good)
        .map(|e| e.to_string())
        .collect();
    assert_eq!(problems, [""; 0]);
    let lies: [fn(&mut Value); 4] = [
        |bom| bom["serialNumber"] = "urn:uuid:1".into(),
        |bom| bom["components"][0]["type"] = "crate".into(),
        |bom| bom["components"][1]["hashes"][0]["alg"] = "sha256".into(),
        |bom| bom["components"][0]["origin"] = "x".into(),
    ];
    for lie in lies {
        let mut bad = good.clone();
        lie(&mut bad);
        assert!(!validator.is_valid(&bad));
    }
}
