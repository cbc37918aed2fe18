//! Verification: enough different keys of the policy signed exactly these bytes.

use std::collections::BTreeSet;

use trust::policy::{KeyRole, KeySet, SigningKey};

use super::minisign::{Defect, Field, KeyId, PublicKey, SignatureFile, globally_signed, prehash};

/// Bytes that a threshold of the policy's keys signed. Only [`signatures`] makes one.
///
/// The proof keeps to the bytes: it borrows them, and nobody can put others in.
#[derive(Clone, Debug)]
pub struct VerifiedBytes<'a> {
    bytes: &'a [u8],
    signatures: Vec<ValidSignature>,
}

impl<'a> VerifiedBytes<'a> {
    /// What was signed: who acts on it takes it from here, not from the file again.
    #[allow(dead_code, reason = "`verify` reports and does not act")]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The signatures, in the order of the files given. Two may be by one key.
    pub fn signatures(&self) -> &[ValidSignature] {
        &self.signatures
    }
}

/// A signature that verifies, by a key that may sign releases.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ValidSignature {
    /// Name of the signature file.
    pub file: String,
    /// The key that made it.
    pub key_id: KeyId,
    /// What the policy says the key is for.
    pub role: KeyRole,
    /// What the signer says about it.
    pub trusted_comment: String,
    /// The key itself: two key ids may be one key.
    key: [u8; 32],
}

/// Why bytes do not count as signed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignatureProblem {
    /// A part of a signature file is not what it must be, or the signed bytes are not those that were signed.
    #[error("{file}: {}: {}", .defect.field, .defect.seen)]
    Defect {
        /// Name of the signature file.
        file: String,
        /// The part and what is wrong with it.
        defect: Defect,
    },
    /// By a key that the policy does not list.
    #[error("{file}: {}: {key_id} is not a key of the policy", Field::KeyId)]
    UnknownKey {
        /// Name of the signature file.
        file: String,
        /// The key id in it.
        key_id: KeyId,
    },
    /// By a key that the policy lists for something else.
    #[error("{file}: {}: {key_id} is a {} key and must not sign releases", Field::KeyId, role.word())]
    WrongRole {
        /// Name of the signature file.
        file: String,
        /// The key.
        key_id: KeyId,
        /// What the policy says it is for.
        role: KeyRole,
    },
    /// Not enough different keys.
    #[error("{found} of the {needed} different keys that must sign have signed")]
    Threshold {
        /// Different keys with a valid signature.
        found: usize,
        /// `threshold` of the policy.
        needed: usize,
    },
}

impl SignatureProblem {
    /// Name of the signature file that is wrong; `None` when a signature is missing.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Defect { file, .. }
            | Self::UnknownKey { file, .. }
            | Self::WrongRole { file, .. } => Some(file),
            Self::Threshold { .. } => None,
        }
    }

    /// The part of a signature file (or the signed file) that is wrong; `None` when a signature is missing.
    pub fn field(&self) -> Option<Field> {
        match self {
            Self::Defect { defect, .. } => Some(defect.field),
            Self::UnknownKey { .. } | Self::WrongRole { .. } => Some(Field::KeyId),
            Self::Threshold { .. } => None,
        }
    }
}

/// Verifies that at least `keys.threshold` different keys, none of them a rescue key, signed `bytes`.
///
/// `signature_files` are all that were found, each as name and content. One that is not right refuses the whole:
/// every byte of a release counts, those of a signature that is not needed too. A key that signed twice
/// counts once, also when the policy lists it under two ids.
///
/// # Errors
///
/// Every problem of every file, in their order, then a threshold that is not reached.
pub fn signatures<'a>(
    bytes: &'a [u8],
    signature_files: &[(&str, &[u8])],
    keys: &KeySet,
) -> Result<VerifiedBytes<'a>, Vec<SignatureProblem>> {
    let hash = prehash(bytes);
    let mut signatures = Vec::new();
    let mut problems = Vec::new();
    for (name, content) in signature_files {
        match check(name, content, &hash, keys) {
            Ok(signature) => signatures.push(signature),
            Err(problem) => problems.push(problem),
        }
    }
    let found = signatures
        .iter()
        .map(|valid| valid.key)
        .collect::<BTreeSet<_>>()
        .len();
    // A threshold of none would make everything signed.
    let needed = usize::try_from(*keys.threshold)
        .unwrap_or(usize::MAX)
        .max(1);
    if found < needed {
        problems.push(SignatureProblem::Threshold { found, needed });
    }
    match problems.is_empty() {
        true => Ok(VerifiedBytes { bytes, signatures }),
        false => Err(problems),
    }
}

fn check(
    file: &str,
    content: &[u8],
    hash: &[u8; 64],
    keys: &KeySet,
) -> Result<ValidSignature, SignatureProblem> {
    let defect = |defect| SignatureProblem::Defect {
        file: file.to_owned(),
        defect,
    };
    let signature = SignatureFile::parse(content).map_err(defect)?;
    let key_id = signature.key_id;
    let named: Vec<_> = keys
        .keys
        .iter()
        .filter(|key| key.key_id == key_id.0)
        .collect();
    let valid = named
        .iter()
        .find(|key| outcome(&signature, hash, key) == Outcome::Valid);
    match (valid, named.first()) {
        (Some(key), _) if may_sign_releases(*key.role) => Ok(ValidSignature {
            file: file.to_owned(),
            key_id,
            role: *key.role,
            trusted_comment: signature.trusted_comment,
            key: key.ed25519,
        }),
        (Some(key), _) => Err(SignatureProblem::WrongRole {
            file: file.to_owned(),
            key_id,
            role: *key.role,
        }),
        (None, Some(key)) => Err(defect(outcome(&signature, hash, key).defect())),
        (None, None) if keys.keys.iter().any(|key| made_by(&signature, key)) => {
            Err(defect(Defect {
                field: Field::KeyId,
                seen: "the signature is by another key",
            }))
        }
        (None, None) => Err(SignatureProblem::UnknownKey {
            file: file.to_owned(),
            key_id,
        }),
    }
}

fn may_sign_releases(role: KeyRole) -> bool {
    match role {
        KeyRole::Development | KeyRole::Release => true,
        KeyRole::Rescue => false,
    }
}

/// What the two signatures of a file say about one key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Outcome {
    /// Both verify.
    Valid,
    /// The file verifies, the comment does not.
    OtherComment,
    /// The signature is as it was made, and it is for other bytes.
    OtherBytes,
    /// Neither verifies.
    Neither,
}

impl Outcome {
    /// In words; the key made at least one of the two signatures unless it is the signature that is wrong.
    fn defect(self) -> Defect {
        let (field, seen) = match self {
            Self::OtherBytes => (Field::SignedFile, "it is not the file that was signed"),
            Self::OtherComment => (
                Field::TrustedComment,
                "it does not agree with the global signature (line 4)",
            ),
            Self::Neither | Self::Valid => (Field::Signature, "it does not verify"),
        };
        Defect { field, seen }
    }
}

fn outcome(signature: &SignatureFile, hash: &[u8; 64], key: &SigningKey) -> Outcome {
    let key = public(key);
    match (
        key.verifies(hash, &signature.signature),
        signature.global_verifies(&key),
    ) {
        (true, true) => Outcome::Valid,
        (true, false) => Outcome::OtherComment,
        (false, true) => Outcome::OtherBytes,
        (false, false) => Outcome::Neither,
    }
}

fn made_by(signature: &SignatureFile, key: &SigningKey) -> bool {
    signature.global_verifies(&public(key))
}

fn public(key: &SigningKey) -> PublicKey {
    PublicKey {
        key_id: KeyId(key.key_id),
        ed25519: key.ed25519,
    }
}

impl SignatureFile {
    /// Whether both signatures are by `key`, for `bytes`.
    pub(crate) fn verifies(&self, bytes: &[u8], key: &PublicKey) -> bool {
        let names_it = self.key_id == key.key_id;
        names_it && key.verifies(&prehash(bytes), &self.signature) && self.global_verifies(key)
    }

    fn global_verifies(&self, key: &PublicKey) -> bool {
        let message = globally_signed(&self.signature, &self.trusted_comment);
        key.verifies(&message, &self.global_signature)
    }
}

#[cfg(test)]
mod tests;
