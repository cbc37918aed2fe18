//! Throw-away keys, made by `openssl` once for all tests.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::{TempDir, tempdir};

use crate::tools;

/// RSA-3072 private keys, PKCS#8.
pub const NAMES: [&str; 4] = ["one.pem", "two.pem", "three.pem", "four.pem"];

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A key file: one of [`NAMES`], or another kind of key that [`make`] makes.
pub fn path(name: &str) -> PathBuf {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER.get_or_init(make).path().join(name)
}

/// Runs `openssl` in `folder`.
pub fn openssl(folder: &Path, arguments: &[&str]) {
    let program = tools::openssl(&root()).unwrap();
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {said}");
}

fn make() -> TempDir {
    let folder = tempdir().unwrap();
    let run = |line: &str| {
        openssl(folder.path(), &line.split(' ').collect::<Vec<_>>());
    };
    for name in NAMES {
        run(&format!("genrsa -out {name} 3072"));
    }
    run("rsa -in one.pem -traditional -out one.pkcs1.pem");
    run("rsa -in one.pem -pubout -out one.pub.pem");
    run("rsa -in one.pem -RSAPublicKey_out -out one.pkcs1.pub.pem");
    run("pkcs8 -topk8 -in one.pem -passout pass:x -out encrypted.pem");
    run("rsa -in one.pem -traditional -aes128 -passout pass:x -out encrypted.pkcs1.pem");
    run("genrsa -out small.pem 2048");
    run("genrsa -out large.pem 4096");
    run("genrsa -3 -out exponent.pem 3072");
    run("ecparam -name prime256v1 -genkey -noout -out curve.sec1.pem");
    run("pkcs8 -topk8 -nocrypt -in curve.sec1.pem -out curve.pem");
    folder
}
