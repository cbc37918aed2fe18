//! Keys in PEM files: PKCS#1 and PKCS#8 private keys, PKCS#1 and SubjectPublicKeyInfo public ones.

use std::fs::File;
use std::path::Path;

use ring::rand::SystemRandom;
use ring::signature::RSA_PSS_SHA256;
use rsa::pkcs1::{DecodeRsaPrivateKey as _, DecodeRsaPublicKey as _, EncodeRsaPrivateKey as _};
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{RsaPrivateKey, RsaPublicKey};
use zeroize::Zeroizing;

use super::layout::NUMBER_LENGTH;
use super::padding::PaddedImage;
use super::public_key::PublicKey;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::signing::password::read_up_to;

/// More than any PEM file of one key has, with what `openssl` may write above it.
const LONGEST: usize = 64 * 1024;

const BEGIN: &str = "-----BEGIN ";
const PRIVATE: [&str; 2] = ["PRIVATE KEY", "RSA PRIVATE KEY"];

/// A private key from a file. It is never shown.
pub struct PemKey {
    public: PublicKey,
    pair: ring::rsa::KeyPair,
    name: String,
}

impl PemKey {
    /// Reads a private key: `BEGIN PRIVATE KEY` (PKCS#8, RFC 5958) or `BEGIN RSA PRIVATE KEY` (PKCS#1, RFC 8017).
    ///
    /// # Errors
    ///
    /// [`Exit::Unreadable`] for a file that cannot be read, is no such key, is encrypted, or is a key that the chip does
    /// not take.
    pub fn read(path: &Path) -> Result<Self> {
        let text = read_text(path)?;
        let private = private_key(path, &text)?;
        let public = accept(path, &private.to_public_key())?;
        // Nothing but ring computes with the private numbers: in constant time.
        let der = private
            .to_pkcs1_der()
            .map_err(|error| refused(path, &error))?;
        let pair =
            ring::rsa::KeyPair::from_der(der.as_bytes()).map_err(|error| refused(path, &error))?;
        Ok(Self {
            public,
            pair,
            name: path.display().to_string(),
        })
    }

    /// Its public half.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Where it is from.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Signs a padded image: RSA-PSS, SHA-256, salt of 32 bytes; big-endian.
    ///
    /// # Errors
    ///
    /// [`Exit::Environment`] when the machine gives no random bytes for the salt.
    pub fn sign(&self, image: &PaddedImage<'_>) -> Result<Vec<u8>> {
        let mut signature = vec![0; NUMBER_LENGTH];
        self.pair
            .sign(
                &RSA_PSS_SHA256,
                &SystemRandom::new(),
                image.bytes(),
                &mut signature,
            )
            .map_err(|_| {
                let what = format!("{} cannot sign", self.name);
                Failure::new(Exit::Environment, what)
                    .evidence("RSA-PSS needs random bytes for its salt, and the system gave none")
                    .help("run it on a machine whose /dev/urandom works")
            })?;
        Ok(signature)
    }
}

/// Reads a public key, or the public half of a private one.
///
/// # Errors
///
/// As [`PemKey::read`].
pub fn public_key(path: &Path) -> Result<PublicKey> {
    let text = read_text(path)?;
    let label = label(path, &text)?;
    if PRIVATE.contains(&label) {
        return accept(path, &private_key(path, &text)?.to_public_key());
    }
    let key = match label {
        "PUBLIC KEY" => RsaPublicKey::from_public_key_pem(&text).map_err(|e| refused(path, &e))?,
        "RSA PUBLIC KEY" => RsaPublicKey::from_pkcs1_pem(&text).map_err(|e| refused(path, &e))?,
        other => return Err(another_label(path, other)),
    };
    accept(path, &key)
}

fn private_key(path: &Path, text: &str) -> Result<RsaPrivateKey> {
    match label(path, text)? {
        _ if text.contains("Proc-Type: 4,ENCRYPTED") => Err(encrypted(path)),
        "ENCRYPTED PRIVATE KEY" => Err(encrypted(path)),
        "PRIVATE KEY" => RsaPrivateKey::from_pkcs8_pem(text).map_err(|e| refused(path, &e)),
        "RSA PRIVATE KEY" => RsaPrivateKey::from_pkcs1_pem(text).map_err(|e| refused(path, &e)),
        other => Err(another_label(path, other)),
    }
}

fn accept(path: &Path, key: &RsaPublicKey) -> Result<PublicKey> {
    PublicKey::new(key.n(), key.e()).map_err(|error| refused(path, &error))
}

/// What the only PEM block of a file calls itself.
fn label<'a>(path: &Path, text: &'a str) -> Result<&'a str> {
    let mut begins = text.lines().filter_map(|line| line.strip_prefix(BEGIN));
    match (begins.next(), begins.next()) {
        (Some(begin), None) => Ok(begin.trim_end().trim_end_matches('-')),
        (None, _) => Err(refused(path, &"it has no line that begins a PEM block")),
        (Some(_), Some(_)) => Err(refused(path, &"it has more than one PEM block")),
    }
}

/// The text of a file, in one place that is zeroised when it goes.
fn read_text(path: &Path) -> Result<Zeroizing<String>> {
    let unread = |error: std::io::Error| Failure::io("read", path, &error);
    let mut room = Zeroizing::new(vec![0; LONGEST + 1]);
    let length = read_up_to(File::open(path).map_err(unread)?, &mut room).map_err(unread)?;
    let bytes = room.get(..length).unwrap_or_default();
    if length > LONGEST {
        let why = format!("it has more than {LONGEST} bytes");
        return Err(refused(path, &why));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| refused(path, &"it is no text: not PEM"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn refused(path: &Path, why: &dyn std::fmt::Display) -> Failure {
    let what = format!("{} is no key for Secure Boot v2", path.display());
    Failure::new(Exit::Unreadable, what)
        .evidence(why)
        .help("give an RSA-3072 key in PEM, as `openssl genrsa -out KEY.pem 3072` makes one")
}

fn another_label(path: &Path, label: &str) -> Failure {
    refused(
        path,
        &format!("it begins with `{BEGIN}{label}-----`: another kind of file"),
    )
}

fn encrypted(path: &Path) -> Failure {
    let what = format!("{} is encrypted", path.display());
    Failure::new(Exit::Unreadable, what).help(
        "keep the key in a token and sign with --pkcs11, or let the tool that keeps it sign: \
         `cargo xtask secure-boot digest`, then `attach`",
    )
}
