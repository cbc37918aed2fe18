//! What the writers of the specifications say of the statements and the bill of materials of the release.

use std::process::Command;

use serde_json::Value;
use xtask::signing::minisign::PublicKey;
use xtask::tools;

use super::cyclonedx;
use super::place::{files, release, root, text};

/// Asks `in-toto-attestation` and `securesystemslib` whether the development key signed a valid statement of this type.
fn judged(envelope: &str, kind: &str) -> std::process::Output {
    let public = std::fs::read_to_string(root().join("trust/keys/development.pub")).unwrap();
    let public = PublicKey::from_file(&public).unwrap();
    Command::new(tools::in_toto(&root()).unwrap())
        .arg(root().join("xtask/src/attestation/tests/judge.py"))
        .arg(release().join(envelope))
        .arg(kind)
        .arg(format!("{}={}", public.key_id, hex::encode(public.ed25519)))
        .output()
        .unwrap()
}

#[test]
fn the_libraries_of_in_toto_accept_the_published_envelopes() {
    let provenance = "https://slsa.dev/provenance/v1";
    for (envelope, kind) in [
        ("provenance.dsse.json", provenance),
        ("coverage.dsse.json", "urn:perennial:coverage:v1"),
    ] {
        let output = judged(envelope, kind);
        assert!(output.status.success(), "{envelope}: {}", text(&output));
        // The four files that devices get.
        assert!(text(&output).contains("accepted 4"), "{}", text(&output));
    }
    assert!(!judged("coverage.dsse.json", provenance).status.success());
}

#[test]
fn the_schema_of_cyclonedx_accepts_the_published_bill_of_materials() {
    let bom: Value = serde_json::from_slice(&files()["sbom.cdx.json"]).unwrap();
    let validator = cyclonedx::validator();
    let problems = validator.iter_errors(&bom).map(|e| e.to_string());
    assert_eq!(problems.collect::<Vec<_>>(), [""; 0]);
    let components = bom["components"].as_array().unwrap();
    let of = |kind: &str| components.iter().filter(|one| one["type"] == kind).count();
    assert!(of("library") > 100, "{}", of("library"));
    assert!(of("cryptographic-asset") >= 3);
}
