//! A key that was made in a token, and never leaves it.
//!
//! SoftHSM is told its configuration in the environment, which a test cannot change for itself: the test runs itself
//! again, in a process that has it.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::tempdir;

use super::commands::run as typed;
use super::keys;
use crate::exit::Exit;
use crate::image::sample_application;
use crate::secure_boot::pem::public_key;
use crate::secure_boot::pkcs11::{TokenKey, TokenUri};
use crate::secure_boot::signed_image::SignedImage;
use crate::signing::password::PasswordSource;
use crate::tools;

const CONFIGURATION: &str = "SOFTHSM2_CONF";
const PIN: &str = "270182";

#[test]
fn a_key_in_a_token_signs_what_espsecure_accepts() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    make_token(at);
    let program = env::current_exe().unwrap();
    let output = Command::new(program)
        .args([
            "--exact",
            "--nocapture",
            "secure_boot::tests::token::within",
        ])
        .env(CONFIGURATION, at.join("softhsm2.conf"))
        .env("PERENNIAL_TOKEN_FOLDER", at)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
    assert!(!said.contains(PIN), "{said}");
    let bytes = fs::read(at.join("signed.bin")).unwrap();
    assert_eq!(
        SignedImage::read(&bytes).unwrap().sector().blocks().len(),
        2
    );
    let espsecure = tools::esptool(&keys::root()).unwrap();
    let espsecure = espsecure.with_file_name("espsecure");
    for key in ["key-1", "key-2"] {
        let verify = [
            "verify-signature",
            "-v",
            "2",
            "-k",
            &format!("{key}.pem"),
            "signed.bin",
        ];
        run(&espsecure, at, &verify);
    }
}

/// A token with two keys that the chip takes and two that it does not; the public halves beside it.
fn make_token(at: &Path) {
    fs::create_dir(at.join("tokens")).unwrap();
    let tokens = at.join("tokens").display().to_string();
    let configuration = format!("directories.tokendir = {tokens}\nobjectstore.backend = file\n");
    fs::write(at.join("softhsm2.conf"), configuration).unwrap();
    fs::write(at.join("pin"), format!("{PIN}\n")).unwrap();
    fs::write(at.join("wrong-pin"), "123456\n").unwrap();
    let (utility, module) = tools::softhsm(&keys::root()).unwrap();
    let module = module.to_str().unwrap();
    let token = [
        "--init-token",
        "--free",
        "--label",
        "release",
        "--so-pin",
        "5678",
    ];
    let token = [&["--module", module], &token[..], &["--pin", PIN]].concat();
    run(&utility, at, &token);
    let tool = tools::pkcs11_tool(&keys::root()).unwrap();
    let login = [
        "--module",
        module,
        "--token-label",
        "release",
        "--login",
        "--pin",
        PIN,
    ];
    for (label, id, kind) in [
        ("key-1", "01", "rsa:3072"),
        ("key-2", "02", "rsa:3072"),
        ("small", "03", "rsa:2048"),
        ("curve", "04", "EC:prime256v1"),
        ("twin", "05", "rsa:2048"),
        ("twin", "06", "rsa:2048"),
    ] {
        let make = [
            "--keypairgen",
            "--key-type",
            kind,
            "--label",
            label,
            "--id",
            id,
        ];
        run(&tool, at, &[&login[..], &make].concat());
    }
    for (label, id) in [("key-1", "01"), ("key-2", "02")] {
        let (der, pem) = (format!("{label}.der"), format!("{label}.pem"));
        let read = ["--read-object", "--type", "pubkey", "--id", id, "-o", &der];
        run(&tool, at, &[&login[..], &read].concat());
        keys::openssl(
            at,
            &[
                "pkey", "-pubin", "-inform", "DER", "-in", &der, "-out", &pem,
            ],
        );
    }
}

fn run(program: &Path, at: &Path, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(at)
        .env(CONFIGURATION, at.join("softhsm2.conf"))
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "{program:?} {arguments:?}: {said}");
}

/// What runs where SoftHSM has its configuration; elsewhere there is nothing to run.
#[test]
fn within() {
    let Some(folder) = env::var_os("PERENNIAL_TOKEN_FOLDER") else {
        return;
    };
    let at = Path::new(&folder);
    let (_, module) = tools::softhsm(&keys::root()).unwrap();
    let pin = |name: &str| PasswordSource::from_option(Some(&at.join(name)));
    let open = |uri: &str, pin_file: &str| {
        let uri: TokenUri = uri.parse().unwrap();
        TokenKey::open(&uri, Some(&module), &pin(pin_file))
    };
    for (uri, pin_file, why) in [
        ("pkcs11:token=release;object=small", "pin", "2048 bits"),
        ("pkcs11:token=release;object=curve", "pin", "no RSA key"),
        ("pkcs11:token=release;object=twin", "pin", "2 private keys"),
        (
            "pkcs11:token=release;object=absent",
            "pin",
            "no private key",
        ),
        (
            "pkcs11:token=release;object=key-1;id=%02",
            "pin",
            "no private key",
        ),
        ("pkcs11:token=other;object=key-1", "pin", "token release"),
        (
            "pkcs11:token=release;object=key-1?module-path=/nowhere.so",
            "pin",
            "/nowhere.so",
        ),
        (
            "pkcs11:token=release;object=key-1",
            "wrong-pin",
            "PIN is incorrect",
        ),
        ("pkcs11:token=release;object=key-1", "no-pin", "cannot read"),
    ] {
        let failure = open(uri, pin_file).err().unwrap();
        assert_eq!(failure.exit, Exit::Unreadable, "{uri}: {failure}");
        assert!(failure.to_string().contains(why), "{uri}: {failure}");
    }
    fs::write(at.join("application.bin"), sample_application(700)).unwrap();
    let source = format!(
        "pkcs11:token=release;id=%02?pin-source=file:{}",
        at.join("pin").display()
    );
    let module = module.display();
    for (uri, pin_file, public) in [
        ("pkcs11:token=release;object=key-1", "pin", "key-1.pem"),
        (&source, "wrong-pin", "key-2.pem"),
    ] {
        let key = open(uri, pin_file).unwrap();
        assert_eq!(*key.public(), public_key(&at.join(public)).unwrap());
        let words = format!(
            "sign @application.bin --pkcs11 {uri} --pkcs11-module {module} --password-file @{pin_file}"
        );
        typed(at, &words).unwrap();
    }
    fs::rename(at.join("application.signed.bin"), at.join("signed.bin")).unwrap();
}
