//! `rescue sign`: one more signature, far from any network.

use std::path::PathBuf;

use device::rescue::{Envelope, EnvelopeContents, SignatureContents};

use super::cli::Sign;
use super::file::{RescueFile, Whole};
use crate::atomic::{self, Existing, Readers};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;
use crate::signing::key_file::SigningKeyFile;
use crate::signing::password::PasswordSource;

/// Signs with every key that is given, or with none.
///
/// # Errors
/// A file that is no rescue store, or a damaged one; a key that cannot be opened; a signature that stands there in the
/// name of a key, and is not its own.
pub fn run(arguments: &Sign) -> Result<Exit> {
    let file = RescueFile::read(&arguments.file)?;
    let Whole { envelope, .. } = file.whole()?;
    let source = PasswordSource::from_option(arguments.password.password_file.as_deref());
    // All keys are opened before one signs, so that all signatures are made or none.
    let open = |path: &PathBuf| SigningKeyFile::open(path, &source);
    let keys = arguments.keys.iter().map(open);
    let keys = keys.collect::<Result<Vec<_>>>()?;
    let mut contents = EnvelopeContents::from(&envelope);
    let mut told = Vec::new();
    for key in &keys {
        let did = add(&mut contents, key, &envelope)?;
        told.push(format!("{} {did}", key.public().key_id));
    }
    let bytes = contents.write().map_err(|error| {
        let what = format!("{} cannot hold these signatures", file.path().display());
        Failure::new(Exit::Unreadable, what)
            .evidence(error)
            .help("sign a fresh one with the keys that must sign: `cargo xtask rescue make`")
    })?;
    if bytes != file.bytes() {
        atomic::write(file.path(), &bytes, Existing::Replace, Readers::Everyone)?;
    }
    for line in told {
        output::say(format_args!("{line}: {}", file.path().display()));
    }
    Ok(Exit::Done)
}

/// Adds the signature by `key`, and says what came of it. A key signs the same bytes always alike.
fn add(
    contents: &mut EnvelopeContents,
    key: &SigningKeyFile,
    envelope: &Envelope<'_>,
) -> Result<&'static str> {
    let made = SignatureContents {
        key_id: key.public().key_id.0,
        signature: key.sign_rescue(envelope)?,
    };
    let mut there = contents.signatures.iter();
    match there.find(|there| there.key_id == made.key_id) {
        None => {
            contents.signatures.push(made);
            Ok("signed")
        }
        Some(there) if *there == made => Ok("had signed already"),
        Some(_) => Err(stranger(key)),
    }
}

fn stranger(key: &SigningKeyFile) -> Failure {
    let id = key.public().key_id;
    let what = format!("the signature of {id} that is there is not its own");
    Failure::new(Exit::Tampered, what)
        .evidence(format!("the key is that in {}", key.path().display()))
        .help("somebody changed the file; nothing was written: sign a fresh one, `cargo xtask rescue make`")
}
