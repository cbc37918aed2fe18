//! in-toto statements, version 1 (<https://github.com/in-toto/attestation/blob/v1.1.0/spec/v1/statement.md>): what is said, and of
//! which files.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::release::manifest::{ArtefactKind, ReleaseManifest};

/// The type of every statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// What a statement says of its subjects.
pub trait Predicate {
    /// The URI that names its meaning and form.
    const TYPE: &'static str;
}

/// A statement about files.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Statement<P> {
    /// [`STATEMENT_TYPE`].
    #[serde(rename = "_type")]
    pub statement_type: String,
    /// The files, ordered by name.
    pub subject: Vec<Subject>,
    /// [`Predicate::TYPE`].
    pub predicate_type: String,
    /// What is said.
    pub predicate: P,
}

/// A file that a statement is about.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Its name in the release.
    pub name: String,
    /// Its digests, by algorithm.
    pub digest: Digest,
}

/// Digests in lowercase hexadecimal, by the algorithm's name in in-toto's words: `sha256`, `gitCommit`.
pub type Digest = BTreeMap<String, String>;

/// The digest of a file with this SHA-256.
pub fn sha256(hexadecimal: &str) -> Digest {
    Digest::from([("sha256".to_owned(), hexadecimal.to_owned())])
}

/// The digest of what the verdict of a release is from: of a file, or of a folder, whose path ends with a slash.
pub fn of_input(path: &str, hexadecimal: &str) -> Digest {
    if path.ends_with('/') {
        Digest::from([("dirHash".to_owned(), hexadecimal.to_owned())])
    } else {
        sha256(hexadecimal)
    }
}

/// What statements about a release are about: what devices get, and what it was made from. The statements themselves and the
/// reports are not among them, so that there is no circle.
pub fn subjects(manifest: &ReleaseManifest) -> Vec<Subject> {
    const KINDS: [ArtefactKind; 4] = [
        ArtefactKind::ApplicationImage,
        ArtefactKind::FirmwareElf,
        ArtefactKind::FlashImage,
        ArtefactKind::TrustStore,
    ];
    let artefacts = manifest.artefacts.iter();
    let about = artefacts.filter(|artefact| KINDS.contains(&artefact.kind));
    let mut subjects: Vec<_> = about
        .map(|artefact| Subject {
            name: artefact.name.clone(),
            digest: sha256(&artefact.sha256),
        })
        .collect();
    subjects.sort();
    subjects
}

impl<P: Predicate + Serialize> Statement<P> {
    /// A statement about these files.
    pub fn new(subject: Vec<Subject>, predicate: P) -> Self {
        Self {
            statement_type: STATEMENT_TYPE.to_owned(),
            subject,
            predicate_type: P::TYPE.to_owned(),
            predicate,
        }
    }

    /// Its one form: JSON, two spaces of indentation, a final newline.
    pub fn to_bytes(&self) -> Vec<u8> {
        json(self)
    }
}

impl<P: Predicate + Serialize + DeserializeOwned> Statement<P> {
    /// Reads what [`Statement::to_bytes`] writes, and nothing else.
    ///
    /// # Errors
    /// What is wrong, as a lowercase fragment.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let statement: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let (found, wanted) = (&statement.statement_type, STATEMENT_TYPE);
        if found != wanted {
            return Err(format!("_type is {found:?}, this tool reads {wanted:?}"));
        }
        let (found, wanted) = (&statement.predicate_type, P::TYPE);
        if found != wanted {
            return Err(format!("predicateType is {found:?}, not {wanted:?}"));
        }
        if statement.to_bytes() != bytes {
            return Err("it is not in the form that this tool writes".to_owned());
        }
        Ok(statement)
    }
}

/// JSON as every document of a release has it.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    // Text, numbers, lists and maps with text as keys: nothing that JSON cannot say.
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
