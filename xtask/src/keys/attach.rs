//! `keys attach`: signatures that were made elsewhere, verified with the policy's keys and put in place.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use trust::policy::{KeySet, SigningKey};

use super::cli::Attach;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::Project;
use crate::release::manifest::ArtefactKind;
use crate::signing::dsse::{Envelope, release_keys};
use crate::signing::minisign::{KeyId, PublicKey, SignatureFile};
use crate::signing::release_directory::{ReleaseDirectory, Signed};
use crate::signing::verify;

/// The largest file that is read: an envelope holds a statement of some hundred kilobytes.
const MAX_BYTES: u64 = 16 << 20;

/// A signature that is right, and where it belongs.
enum Verified {
    Manifest(SignatureFile, PublicKey),
    Statement(ArtefactKind, Envelope),
}

/// Verifies every signature, then puts each in place.
///
/// # Errors
/// [`Exit::Tampered`] with everything that is wrong with any of them, and then nothing is written; [`Exit::Unreadable`] for a
/// file that cannot be read.
pub(super) fn run(project: &Project, arguments: &Attach, talk: &mut dyn Write) -> Result<()> {
    let release = ReleaseDirectory::open(&super::release_directory(&arguments.release)?)?;
    let keys = one_is_enough(&crate::verify::trusted_policy(project)?.signing);
    let mut verified = Vec::new();
    let mut problems = Vec::new();
    for path in &arguments.signatures {
        match judge(&release, path, &read(path)?, &keys)? {
            Ok(signature) => verified.push(signature),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        let what = "not every signature is right; nothing was attached";
        let failure = Failure::new(Exit::Tampered, what).help(
            "`cargo xtask keys request DIRECTORY` says what is to be signed, and by which keys",
        );
        return Err(problems.into_iter().fold(failure, Failure::evidence));
    }
    for signature in &verified {
        place(&release, signature, talk)?;
    }
    Ok(())
}

/// Signers come one after the other: whether they are enough is asked by `verify`.
fn one_is_enough(keys: &KeySet) -> KeySet {
    let mut keys = keys.clone();
    keys.threshold.value = 1;
    keys
}

/// The signature when it is right, else what is wrong with it.
fn judge(
    release: &ReleaseDirectory,
    path: &Path,
    bytes: &[u8],
    keys: &KeySet,
) -> Result<std::result::Result<Verified, Vec<String>>> {
    if bytes.first() == Some(&b'{') {
        return envelope(release, path, bytes, keys);
    }
    let name = path.display().to_string();
    let files = [(name.as_str(), bytes)];
    Ok(match verify::signatures(release.bytes(), &files, keys) {
        Err(problems) => Err(problems
            .iter()
            // That the only one there was does not count says nothing more.
            .filter(|problem| problem.file().is_some())
            .map(ToString::to_string)
            .collect()),
        Ok(valid) => {
            let key = valid.signatures().first().map(|valid| valid.key_id);
            match (SignatureFile::parse(bytes), public(keys, key)) {
                (Ok(signature), Some(key)) => Ok(Verified::Manifest(signature, key)),
                _ => Err(vec![format!("{name}: nobody signed")]),
            }
        }
    })
}

fn envelope(
    release: &ReleaseDirectory,
    path: &Path,
    bytes: &[u8],
    keys: &KeySet,
) -> Result<std::result::Result<Verified, Vec<String>>> {
    let name = path.display();
    let envelope = match Envelope::from_bytes(bytes) {
        Ok(envelope) => envelope,
        Err(why) => return Ok(Err(vec![format!("{name}: {why}")])),
    };
    let statements = release.statements()?;
    let of = |(_, statement): &&(ArtefactKind, Vec<u8>)| statement == envelope.unverified_payload();
    let Some((kind, _)) = statements.iter().find(of) else {
        let why = format!("{name}: what is in it is no statement of this release");
        return Ok(Err(vec![why]));
    };
    if let Err(problems) = envelope.verify(&release_keys(keys), 1) {
        let told = problems.iter().map(|problem| format!("{name}: {problem}"));
        return Ok(Err(told.collect()));
    }
    Ok(Ok(Verified::Statement(*kind, envelope)))
}

fn place(release: &ReleaseDirectory, signature: &Verified, talk: &mut dyn Write) -> Result<()> {
    let line = match signature {
        Verified::Manifest(signature, key) => {
            let (did, path) = match release.place(signature, key)? {
                Signed::Already(path) => ("had signed already", path),
                Signed::New(path) => ("attached", path),
                Signed::Renewed(path) => ("attached in place of a signature of other bytes", path),
            };
            format!("{} {did}: {}", key.key_id, path.display())
        }
        Verified::Statement(kind, envelope) => match release.place_envelope(*kind, envelope)? {
            Some(path) => format!("{} attached: {}", kind.file_name(), path.display()),
            None => format!("{}: every signature was there already", kind.file_name()),
        },
    };
    super::say(talk, &line)
}

fn public(keys: &KeySet, key_id: Option<KeyId>) -> Option<PublicKey> {
    let named = |key: &&SigningKey| Some(KeyId(key.key_id)) == key_id;
    keys.keys.iter().find(named).map(|key| PublicKey {
        key_id: KeyId(key.key_id),
        ed25519: key.ed25519,
    })
}

fn read(path: &PathBuf) -> Result<Vec<u8>> {
    let unreadable = |error| Failure::io("read", path, &error);
    let found = fs::metadata(path).map_err(unreadable)?;
    if !found.is_file() || found.len() > MAX_BYTES {
        let what = format!("{} is no signature", path.display());
        return Err(Failure::new(Exit::Unreadable, what)
            .help("give a .minisig file of release.json, or a .dsse.json file"));
    }
    fs::read(path).map_err(unreadable)
}
