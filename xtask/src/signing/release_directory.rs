//! A release on disk that may be signed: everything in it is what `release.json` and `SHA256SUMS` say.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::dsse::Envelope;
use super::key_file::SigningKeyFile;
use super::minisign::{KeyId, PublicKey, SignatureFile};
use super::trusted_comment::TrustedComment;
use crate::atomic::{self, Existing, Readers};
use crate::digest::sha256_hex;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::release::integrity;
use crate::release::manifest::{ArtefactKind, FILE_NAME, ReleaseManifest};
use crate::secure_boot;

/// The list of hashes, in the form of `sha256sum`.
pub const SUMS_NAME: &str = "SHA256SUMS";

/// The file of the first signature, where stock minisign looks for it.
const FIRST_SIGNATURE: &str = "release.json.minisig";

/// A release directory whose hashes agree. Only [`ReleaseDirectory::open`] makes one.
#[derive(Clone, Debug)]
pub struct ReleaseDirectory {
    path: PathBuf,
    manifest: ReleaseManifest,
    bytes: Vec<u8>,
}

/// What became of a signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Signed {
    /// The key had signed these bytes before; its signature is in this file, unchanged.
    Already(PathBuf),
    /// The signature is in this new file.
    New(PathBuf),
    /// The key's signature of other bytes was in this file; its signature of these took the place.
    Renewed(PathBuf),
}

impl ReleaseDirectory {
    /// Reads a release and compares each of its files with `release.json` and `SHA256SUMS`.
    ///
    /// # Errors
    ///
    /// [`Exit::Unreadable`] when a file cannot be read, [`Exit::Tampered`] with every difference.
    pub fn open(path: &Path) -> Result<Self> {
        let bytes = read(&path.join(FILE_NAME))?;
        let manifest = ReleaseManifest::from_bytes(&bytes).map_err(|error| {
            let what = format!("{} is no release manifest", path.join(FILE_NAME).display());
            Failure::new(Exit::Tampered, what)
                .evidence(error)
                .help(HELP)
        })?;
        let sums = read(&path.join(SUMS_NAME))?;
        let mut differences = Vec::new();
        compare_artefacts(path, &manifest, &mut differences)?;
        let sums = integrity::sums_difference(&sums, &manifest);
        differences.extend(sums.map(|found| format!("{SUMS_NAME}: {}", found.message)));
        compare_names(path, &manifest, &mut differences)?;
        if differences.is_empty() {
            return Ok(Self {
                path: path.to_owned(),
                manifest,
                bytes,
            });
        }
        let what = format!(
            "the release in {} is damaged and must not be signed",
            path.display()
        );
        let failure = Failure::new(Exit::Tampered, what).help(HELP);
        Err(differences.into_iter().fold(failure, Failure::evidence))
    }

    /// What the release is.
    pub fn manifest(&self) -> &ReleaseManifest {
        &self.manifest
    }

    /// Signs with `key`: the manifest, whose signature goes into a file of its own, and each statement, whose envelope
    /// gets another signature. A signature of another key is never touched, and a release that the key has signed before
    /// stays as it is.
    ///
    /// # Errors
    ///
    /// [`Exit::Tampered`] when an envelope holds another statement than the release, or when a signature file that is there cannot be read, so that nobody can tell whose it
    /// is; [`Exit::Unreadable`] when the file cannot be written.
    pub fn sign(&self, key: &SigningKeyFile) -> Result<Signed> {
        self.sign_statements(key)?;
        let made = key.sign(&self.bytes, &self.trusted_comment()?)?;
        self.place(&made, &key.public())
    }

    /// Puts a signature by `key` into its file, as [`ReleaseDirectory::sign`] does. Who calls has verified it.
    ///
    /// # Errors
    /// As [`ReleaseDirectory::sign`].
    pub fn place(&self, made: &SignatureFile, key: &PublicKey) -> Result<Signed> {
        let own = |(_, signature): &&(PathBuf, SignatureFile)| signature.key_id == made.key_id;
        match self.signatures()?.iter().find(own) {
            Some((path, old)) if old.verifies(&self.bytes, key) => {
                Ok(Signed::Already(path.clone()))
            }
            Some((path, _)) => {
                let file = made.to_file();
                atomic::write(path, file.as_bytes(), Existing::Replace, Readers::Everyone)?;
                Ok(Signed::Renewed(path.clone()))
            }
            None => self.write_new(made).map(Signed::New),
        }
    }

    /// Adds the signatures of `other`, an envelope of the same statement, to the one of this release. Who calls has
    /// verified them. Gives the path, and whether anything changed.
    ///
    /// # Errors
    /// As [`ReleaseDirectory::sign`].
    pub fn place_envelope(&self, kind: ArtefactKind, other: &Envelope) -> Result<Option<PathBuf>> {
        let Some(name) = kind.envelope_name() else {
            return Ok(None);
        };
        let path = self.path.join(name);
        let mut envelope = self.envelope(kind, &path)?;
        if !envelope.add_signatures_of(other) {
            return Ok(None);
        }
        let bytes = envelope.to_bytes();
        atomic::write(&path, &bytes, Existing::Replace, Readers::Everyone)?;
        Ok(Some(path))
    }

    /// The statements of this release that are signed in an envelope, with their bytes.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] when one cannot be read.
    pub fn statements(&self) -> Result<Vec<(ArtefactKind, Vec<u8>)>> {
        let kinds = self.manifest.artefacts.iter().map(|artefact| artefact.kind);
        kinds
            .filter(|kind| kind.envelope_name().is_some())
            .map(|kind| Ok((kind, read(&self.path.join(kind.file_name()))?)))
            .collect()
    }

    /// The key ids of the signature files that are there.
    ///
    /// # Errors
    /// As [`ReleaseDirectory::sign`].
    pub fn signed_by(&self) -> Result<Vec<KeyId>> {
        let signatures = self.signatures()?;
        Ok(signatures
            .iter()
            .map(|(_, signature)| signature.key_id)
            .collect())
    }

    /// The exact bytes of `release.json`.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Adds the key's signature to the envelope of each statement. Those who sign at the same moment each write what
    /// they read: they sign one after the other.
    fn sign_statements(&self, key: &SigningKeyFile) -> Result<()> {
        for artefact in &self.manifest.artefacts {
            let Some(name) = artefact.kind.envelope_name() else {
                continue;
            };
            let path = self.path.join(name);
            let mut envelope = self.envelope(artefact.kind, &path)?;
            if envelope.sign(key)? {
                let bytes = envelope.to_bytes();
                atomic::write(&path, &bytes, Existing::Replace, Readers::Everyone)?;
            }
        }
        Ok(())
    }

    /// The envelope that is there, else one that nobody has signed.
    fn envelope(&self, kind: ArtefactKind, path: &Path) -> Result<Envelope> {
        let statement = read(&self.path.join(kind.file_name()))?;
        if !path
            .try_exists()
            .map_err(|e| Failure::io("read", path, &e))?
        {
            return Ok(Envelope::new(statement));
        }
        let read = Envelope::from_bytes(&read(path)?).and_then(|envelope| {
            let same = envelope.unverified_payload() == statement;
            let other = || format!("what is in it is not {}", kind.file_name());
            same.then_some(envelope).ok_or_else(other)
        });
        read.map_err(|error| {
            let what = format!("{} is no envelope of this release", path.display());
            Failure::new(Exit::Tampered, what)
                .evidence(error)
                .help("find out whose it was; remove it, and let its keys sign again")
        })
    }

    fn trusted_comment(&self) -> Result<TrustedComment> {
        let ReleaseManifest {
            product,
            version,
            released,
            ..
        } = &self.manifest;
        let refused = |error: String| {
            let what = format!("{} cannot be signed", self.path.join(FILE_NAME).display());
            Failure::new(Exit::Tampered, what)
                .evidence(error)
                .help(HELP)
        };
        let released = released
            .parse()
            .map_err(|error: trust::date::DateError| refused(format!("released: {error}")))?;
        TrustedComment::of_release(product, version, released)
            .map_err(|error| refused(error.to_string()))
    }

    /// The signature files that are there, by name.
    fn signatures(&self) -> Result<Vec<(PathBuf, SignatureFile)>> {
        let mut signatures = Vec::new();
        for name in names(&self.path)?
            .into_iter()
            .filter(|name| is_signature_name(name))
        {
            let path = self.path.join(name);
            let signature = SignatureFile::parse(&read(&path)?).map_err(|defect| {
                Failure::new(
                    Exit::Tampered,
                    format!("{} is no signature", path.display()),
                )
                .evidence(format!("{}: {}", defect.field, defect.seen))
                .help("find out whose it was; remove it, and let its key sign again")
            })?;
            signatures.push((path, signature));
        }
        Ok(signatures)
    }

    /// Writes to the first name that is free; somebody else may be signing at this moment.
    fn write_new(&self, signature: &SignatureFile) -> Result<PathBuf> {
        let file = signature.to_file();
        let write = |name: &str| {
            let path = self.path.join(name);
            atomic::write(&path, file.as_bytes(), Existing::Refuse, Readers::Everyone)
                .map(|()| path)
        };
        let first = self.path.join(FIRST_SIGNATURE);
        match write(FIRST_SIGNATURE) {
            Err(_) if first.exists() => write(&keyed_name(signature.key_id)),
            outcome => outcome,
        }
    }
}

const HELP: &str = "build the release again, or fetch it again from where it was built";

/// Where a signature stands when [`FIRST_SIGNATURE`] is by another key.
fn keyed_name(key_id: KeyId) -> String {
    format!("{FILE_NAME}.{key_id}.minisig")
}

/// Whether a file of a release is a signature: `release.json.minisig` or `release.json.<KEYID>.minisig`.
pub fn is_signature_name(name: &str) -> bool {
    let key_id = name
        .strip_prefix(FILE_NAME)
        .and_then(|rest| rest.strip_prefix('.'))
        .and_then(|rest| rest.strip_suffix(".minisig"));
    let digit = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
    name == FIRST_SIGNATURE || key_id.is_some_and(|id| id.len() == 16 && id.bytes().all(digit))
}

/// Whether a file of a release is an envelope with the signatures of a statement: `provenance.dsse.json`.
pub fn is_envelope_name(name: &str) -> bool {
    let mut kinds = ArtefactKind::ALL.into_iter();
    kinds.any(|kind| kind.envelope_name() == Some(name))
}

fn compare_artefacts(
    directory: &Path,
    manifest: &ReleaseManifest,
    differences: &mut Vec<String>,
) -> Result<()> {
    if manifest.artefacts.is_empty() {
        differences.push(format!("{FILE_NAME}: it names no artefact"));
    }
    for artefact in &manifest.artefacts {
        let name = &artefact.name;
        let path = directory.join(name);
        // The name stands in a file that is not signed yet: it must not lead out of the directory.
        if Path::new(name).file_name() != Some(name.as_ref()) {
            differences.push(format!("{FILE_NAME}: {name:?} is no file name"));
        } else if !path
            .try_exists()
            .map_err(|e| Failure::io("read", &path, &e))?
        {
            differences.push(format!("{name}: it is missing"));
        } else {
            let bytes = read(&path)?;
            let difference = artefact.difference(bytes.len() as u64, &sha256_hex(&bytes));
            differences.extend(difference.map(|found| format!("{name}: {}", found.message)));
        }
    }
    Ok(())
}

fn compare_names(
    directory: &Path,
    manifest: &ReleaseManifest,
    differences: &mut Vec<String>,
) -> Result<()> {
    let named: BTreeSet<&str> = manifest.artefacts.iter().map(|a| a.name.as_str()).collect();
    for name in names(directory)? {
        let belongs = [FILE_NAME, SUMS_NAME].contains(&name.as_str())
            || named.contains(name.as_str())
            || is_signature_name(&name)
            || is_envelope_name(&name)
            || name == secure_boot::FILE_NAME;
        if !belongs {
            differences.push(format!("{name}: it is no file of the release"));
        } else if !is_plain_file(&directory.join(&name))? {
            differences.push(format!("{name}: it is not a plain file"));
        }
    }
    Ok(())
}

fn is_plain_file(path: &Path) -> Result<bool> {
    let metadata = fs::symlink_metadata(path).map_err(|e| Failure::io("read", path, &e))?;
    Ok(metadata.is_file())
}

/// The names in a directory, in order.
fn names(directory: &Path) -> Result<BTreeSet<String>> {
    let unreadable = |error| Failure::io("read", directory, &error);
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        names.insert(name.to_string_lossy().into_owned());
    }
    Ok(names)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| {
        Failure::io("read", path, &error).help("give the directory of a release: dist/VERSION")
    })
}

#[cfg(test)]
mod tests;
