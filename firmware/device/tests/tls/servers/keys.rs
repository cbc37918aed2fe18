//! Keys that rcgen does not make: OpenSSL does.

use std::path::PathBuf;
use std::process::Command;

use rcgen::KeyPair;

/// An RSA key. Making one takes seconds, so it is kept for the next run.
pub(crate) fn rsa(bits: u32) -> KeyPair {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let kept = folder.join(format!("rsa-{bits}.pem"));
    if !kept.exists() {
        // Whole or not at all: other tests want it, too.
        let made = tempfile::NamedTempFile::new_in(&folder).unwrap();
        let bits = format!("rsa_keygen_bits:{bits}");
        std::fs::write(made.path(), generate(&["RSA", "-pkeyopt", &bits])).unwrap();
        made.persist(&kept).unwrap();
    }
    KeyPair::from_pem(&std::fs::read_to_string(kept).unwrap()).unwrap()
}

/// A key that the device cannot verify with.
pub(crate) fn ed25519() -> KeyPair {
    KeyPair::from_pem(&generate(&["ED25519"])).unwrap()
}

/// A key in PEM, as OpenSSL makes and reads it.
fn generate(algorithm: &[&str]) -> String {
    let mut command = Command::new("openssl");
    command.args(["genpkey", "-algorithm"]).args(algorithm);
    let output = command.output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}
