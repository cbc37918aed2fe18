//! `pad`, `sign` and `attach`: what writes images.

use super::block::Block;
use super::cli;
use super::layout::{MAX_BLOCKS, NUMBER_LENGTH};
use super::padding::PaddedImage;
use super::pem;
use super::sector::SectorError;
use super::signed_image::SignedImage;
use super::subject::{self, Subject};
use crate::atomic::{self, Existing, Readers};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::image::Application;
use crate::output;

/// Writes the padded image of an application.
pub fn pad(arguments: &cli::Pad) -> Result<Exit> {
    let bytes = subject::read(&arguments.input)?;
    let application =
        Application::read(&bytes).map_err(|faults| faults.failure(arguments.input.display()))?;
    let padded = PaddedImage::pad(&application)
        .map_err(|error| subject::not_padded(&arguments.input, error))?;
    padded.require_slot()?;
    atomic::write(
        &arguments.output,
        padded.bytes(),
        Existing::Refuse,
        Readers::Everyone,
    )?;
    output::print(&format!(
        "{}  {}  {} bytes\n",
        hex::encode(padded.digest()),
        arguments.output.display(),
        padded.bytes().len()
    ))?;
    Ok(Exit::Done)
}

/// Signs a release or an image with every key that is given.
pub fn sign(arguments: &cli::Sign) -> Result<Exit> {
    let mut subject = Subject::read(&arguments.target, arguments.output.as_deref())?;
    let count = arguments.keys.pem.len() + arguments.keys.pkcs11.len();
    require_room(&subject, count)?;
    // All keys are opened before one signs, so that all signatures are made or none.
    for signer in arguments.keys.signers()? {
        let there = subject.sector.blocks().iter();
        if there
            .into_iter()
            .any(|block| block.key() == signer.public())
        {
            return Err(not_added(signer.name(), SectorError::SameKey));
        }
        let block = signer.sign(&subject.padded)?;
        let added = subject.sector.add(block);
        added.map_err(|error| not_added(signer.name(), error))?;
    }
    write(&subject)
}

/// Adds a signature that was made elsewhere.
pub fn attach(arguments: &cli::Attach) -> Result<Exit> {
    let mut subject = Subject::read(&arguments.target, arguments.output.as_deref())?;
    require_room(&subject, 1)?;
    let key = pem::public_key(&arguments.public_key)?;
    let path = &arguments.signature;
    let signature = subject::read(path)?;
    let refused = |why: String| {
        let what = format!("{} is not the signature of this image", path.display());
        Failure::new(Exit::Tampered, what).evidence(why).help(
            "sign what `cargo xtask secure-boot digest` gives, with RSA-PSS, SHA-256 and a salt of 32 bytes, and give \
             the public key of who signed",
        )
    };
    if signature.len() != NUMBER_LENGTH {
        let length = signature.len();
        return Err(refused(format!(
            "it has {length} bytes, a signature by an RSA-3072 key has {NUMBER_LENGTH}"
        )));
    }
    let digest = subject.padded.digest();
    let block = Block::sign(key, &digest, &signature).map_err(|error| {
        refused(error.to_string()).evidence(format!("SHA-256 {}", hex::encode(digest)))
    })?;
    let name = arguments.public_key.display().to_string();
    subject
        .sector
        .add(block)
        .map_err(|error| not_added(&name, error))?;
    write(&subject)
}

/// Asked before any key is used: a token may count its signatures.
fn require_room(subject: &Subject, keys: usize) -> Result<()> {
    let there = subject.sector.blocks().len();
    if there + keys <= MAX_BLOCKS {
        return Ok(());
    }
    let what = format!(
        "{keys} more signatures do not fit {}",
        subject.output.display()
    );
    Err(Failure::new(Exit::Unreadable, what)
        .evidence(format!("it has {there}"))
        .evidence(SectorError::Full)
        .help("sign with fewer keys, or into another file with --output FILE"))
}

fn not_added(key: &str, error: SectorError) -> Failure {
    Failure::new(Exit::Unreadable, format!("{key} cannot sign this image"))
        .evidence(error)
        .help("give another key; `cargo xtask secure-boot verify` shows who signed")
}

/// Writes the signed image whole, after it was read back as `verify` reads it.
fn write(subject: &Subject) -> Result<Exit> {
    let bytes = [subject.padded.bytes(), &subject.sector.bytes()].concat();
    let signed = SignedImage::read(&bytes).map_err(|faults| {
        let failure = Failure::new(Exit::Bug, "the signed image is not one");
        faults.iter().fold(failure, Failure::evidence)
    })?;
    let path = &subject.output;
    atomic::write(path, &bytes, Existing::Replace, Readers::Everyone)?;
    output::print(&super::show::human(path, &signed))?;
    Ok(Exit::Done)
}
