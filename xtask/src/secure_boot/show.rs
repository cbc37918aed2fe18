//! `digest`, `key-digest` and `verify`: what prints.

use std::path::Path;

use serde::Serialize;

use super::cli::{self, Form};
use super::signed_image::{FILE_NAME, SignedImage};
use super::subject::{self, Subject};
use crate::atomic::{self, Existing, Readers};
use crate::digest::sha256_hex;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;

/// The schema of the answer for machines.
const SCHEMA: &str = "perennial.secure-boot/1";

/// Prints or writes what a key elsewhere must sign.
pub fn digest(arguments: &cli::Digest) -> Result<Exit> {
    let subject = Subject::read(&arguments.target, None)?;
    give(&subject.padded.digest(), arguments.output.as_deref())
}

/// Prints or writes what is burnt for a key.
pub fn key_digest(arguments: &cli::KeyDigest) -> Result<Exit> {
    give(
        &arguments.public_key()?.digest(),
        arguments.output.as_deref(),
    )
}

/// Checks a signed image, and that the demanded keys signed it.
pub fn verify(arguments: &cli::Verify) -> Result<Exit> {
    let demanded = demanded(&arguments.key_digest)?;
    let path = match arguments.image.is_dir() {
        true => arguments.image.join(FILE_NAME),
        false => arguments.image.clone(),
    };
    let bytes = subject::read(&path)?;
    let signed = SignedImage::read(&bytes).map_err(|faults| faults.failure(path.display()))?;
    require_keys(&path, &signed, &demanded)?;
    output::print(&match arguments.format {
        Form::Human => human(&path, &signed),
        Form::Json => json(&bytes, &signed),
    })?;
    Ok(Exit::Done)
}

/// What is in a signed image, for people.
pub fn human(path: &Path, signed: &SignedImage<'_>) -> String {
    let padded = signed.padded();
    let mut text = format!(
        "{}\n  padded image   {} bytes, SHA-256 {}\n",
        path.display(),
        padded.bytes().len(),
        hex::encode(padded.digest()),
    );
    for (index, block) in signed.sector().blocks().iter().enumerate() {
        let digest = hex::encode(block.key().digest());
        text += &format!("  signature {index}    valid, by the key with the digest {digest}\n");
    }
    text
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Answer {
    schema: &'static str,
    size: usize,
    sha256: String,
    padded_size: usize,
    padded_sha256: String,
    signatures: Vec<Signature>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Signature {
    block: usize,
    key_digest: String,
}

fn json(bytes: &[u8], signed: &SignedImage<'_>) -> String {
    let blocks = signed.sector().blocks().iter().enumerate();
    let answer = Answer {
        schema: SCHEMA,
        size: bytes.len(),
        sha256: sha256_hex(bytes),
        padded_size: signed.padded().bytes().len(),
        padded_sha256: hex::encode(signed.padded().digest()),
        signatures: blocks
            .map(|(block, signature)| Signature {
                block,
                key_digest: hex::encode(signature.key().digest()),
            })
            .collect(),
    };
    pretty(&answer)
}

/// JSON with a final newline.
pub fn pretty(value: &impl Serialize) -> String {
    // Strings, numbers and lists: nothing that JSON cannot say.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// The digests of `--key-digest`.
fn demanded(given: &[String]) -> Result<Vec<[u8; 32]>> {
    let read = |text: &String| {
        let bytes = hex::decode(text).ok();
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| {
                Failure::new(Exit::Unreadable, format!("{text:?} is no digest of a key"))
                    .evidence("a digest has 64 hexadecimal digits")
                    .help("`cargo xtask secure-boot key-digest KEY.pem` prints it")
            })
    };
    given.iter().map(read).collect()
}

/// Every demanded key signed.
fn require_keys(path: &Path, signed: &SignedImage<'_>, demanded: &[[u8; 32]]) -> Result<()> {
    let blocks = signed.sector().blocks();
    let digests: Vec<_> = blocks.iter().map(|block| block.key().digest()).collect();
    let mut missing = demanded.iter().filter(|digest| !digests.contains(digest));
    let Some(first) = missing.next() else {
        return Ok(());
    };
    let what = format!(
        "{} is not signed by a key that must sign it",
        path.display()
    );
    let failure = Failure::new(Exit::Tampered, what);
    let failure = std::iter::once(first)
        .chain(missing)
        .map(|digest| {
            format!(
                "no signature by the key with the digest {}",
                hex::encode(digest)
            )
        })
        .fold(failure, Failure::evidence);
    Err(digests
        .iter()
        .map(|digest| format!("signed by {}", hex::encode(digest)))
        .fold(failure, Failure::evidence)
        .help("a device starts only what a key of its eFuses signed: do not ship it before it is"))
}

fn give(digest: &[u8; 32], output: Option<&Path>) -> Result<Exit> {
    match output {
        None => output::print(&format!("{}\n", hex::encode(digest)))?,
        Some(path) => atomic::write(path, digest, Existing::Refuse, Readers::Everyone)?,
    }
    Ok(Exit::Done)
}
