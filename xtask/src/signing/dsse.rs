//! DSSE envelopes, version 1.0.2 (<https://github.com/secure-systems-lab/dsse/blob/v1.0.2/envelope.md>): a payload, its type, and
//! signatures over both.
//!
//! The keys are those that sign releases in minisign's form. What is signed is never the same: an envelope's signature is over
//! the pre-authentication encoding, which begins with `DSSEv1 28 application/vnd.in-toto+json `; minisign's are over a BLAKE2b-512
//! hash, and over such a signature followed by a comment. For one to pass as the other, a hash or an Ed25519 signature would
//! have to begin with these 39 bytes. minisign's legacy form signs a file as it is, and is not accepted anywhere here.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::key_file::SigningKeyFile;
use super::minisign::{KeyId, PublicKey};
use crate::failure::Result;

/// The type of every payload: an in-toto statement.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// The bytes that an envelope's signatures are over: `DSSEv1 SP len SP type SP len SP body`.
#[derive(Clone, Debug)]
pub struct PreAuthenticationEncoding(Vec<u8>);

impl PreAuthenticationEncoding {
    /// Of a statement with these bytes.
    pub fn of(payload: &[u8]) -> Self {
        let head = format!(
            "DSSEv1 {} {PAYLOAD_TYPE} {} ",
            PAYLOAD_TYPE.len(),
            payload.len()
        );
        Self([head.as_bytes(), payload].concat())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A statement with the signatures of those who vouch for it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Envelope {
    payload: Vec<u8>,
    /// Ordered by key id as it is printed; no id twice.
    signatures: Vec<(String, [u8; 64])>,
}

/// Bytes that enough of the keys signed. Only [`Envelope::verify`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedPayload<'a> {
    bytes: &'a [u8],
    signers: Vec<PublicKey>,
}

impl<'a> VerifiedPayload<'a> {
    /// What was signed.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Who signed it, ordered as in the envelope. No key twice.
    pub fn signers(&self) -> &[PublicKey] {
        &self.signers
    }
}

/// Why an envelope does not count as signed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EnvelopeProblem {
    /// By a key that is none of those that may sign.
    #[error("{0} is not a key that may sign this")]
    UnknownKey(String),
    /// Not a signature of the payload by the key that it names.
    #[error("the signature by {0} does not verify")]
    Signature(String),
    /// Two of the signatures are by one key.
    #[error("{0} is a second signature by the same key")]
    Repeated(String),
    /// Not enough different keys.
    #[error("{found} of the {needed} different keys that must sign have signed")]
    Threshold {
        /// Different keys with a valid signature.
        found: usize,
        /// How many there must be.
        needed: usize,
    },
}

impl EnvelopeProblem {
    /// The part of the envelope that is wrong.
    pub fn field(&self) -> String {
        match self {
            Self::UnknownKey(keyid) | Self::Signature(keyid) | Self::Repeated(keyid) => {
                format!("signature {keyid}")
            }
            Self::Threshold { .. } => "threshold".to_owned(),
        }
    }
}

/// The JSON form. The key id is the one that minisign prints, 16 upper-case hexadecimal digits; like every key id of DSSE it
/// is a hint: keys are compared by key.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Written {
    payload: String,
    payload_type: String,
    signatures: Vec<WrittenSignature>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenSignature {
    keyid: String,
    sig: String,
}

impl Envelope {
    /// An envelope that nobody has signed yet.
    pub fn new(payload: Vec<u8>) -> Self {
        Self {
            payload,
            signatures: Vec::new(),
        }
    }

    /// What is in it, whoever signed it or did not.
    pub fn unverified_payload(&self) -> &[u8] {
        &self.payload
    }

    /// Adds the signature by `key`, in its place among the others; a signature of the same id is replaced. Whether anything
    /// changed: the same key and payload give the same signature.
    ///
    /// # Errors
    /// As [`SigningKeyFile::sign_statement`].
    pub fn sign(&mut self, key: &SigningKeyFile) -> Result<bool> {
        let signature = key.sign_statement(&PreAuthenticationEncoding::of(&self.payload))?;
        let made = (key.public().key_id.to_string(), signature);
        if self.signatures.contains(&made) {
            return Ok(false);
        }
        self.signatures.retain(|(keyid, _)| *keyid != made.0);
        self.signatures.push(made);
        self.signatures.sort();
        Ok(true)
    }

    /// Adds the signatures of another envelope, each in its place; one of the same id is replaced. Whether anything changed.
    pub fn add_signatures_of(&mut self, other: &Self) -> bool {
        let before = self.signatures.clone();
        for made in &other.signatures {
            self.signatures.retain(|(keyid, _)| *keyid != made.0);
            self.signatures.push(made.clone());
        }
        self.signatures.sort();
        self.signatures != before
    }

    /// The bytes that are signed for `payload`.
    pub fn signed_bytes(payload: &[u8]) -> Vec<u8> {
        PreAuthenticationEncoding::of(payload).0
    }

    /// Verifies that at least `threshold` different ones of `keys` signed, and nobody else.
    ///
    /// # Errors
    /// Every signature that is not right, also where enough others are; then a threshold that is not reached.
    pub fn verify(
        &self,
        keys: &[PublicKey],
        threshold: usize,
    ) -> std::result::Result<VerifiedPayload<'_>, Vec<EnvelopeProblem>> {
        let encoded = PreAuthenticationEncoding::of(&self.payload);
        let (mut signers, mut seen, mut problems) = (Vec::new(), BTreeSet::new(), Vec::new());
        for (keyid, signature) in &self.signatures {
            match signer(keyid, signature, &encoded, keys) {
                Ok(key) if !seen.insert(key.ed25519) => {
                    problems.push(EnvelopeProblem::Repeated(keyid.clone()));
                }
                Ok(key) => signers.push(key),
                Err(problem) => problems.push(problem),
            }
        }
        // A threshold of none would make everything signed.
        let (found, needed) = (signers.len(), threshold.max(1));
        if found < needed {
            problems.push(EnvelopeProblem::Threshold { found, needed });
        }
        match problems.is_empty() {
            true => Ok(VerifiedPayload {
                bytes: &self.payload,
                signers,
            }),
            false => Err(problems),
        }
    }

    /// JSON, two spaces of indentation, signatures ordered by key id, a final newline.
    pub fn to_bytes(&self) -> Vec<u8> {
        let written = |(keyid, signature): &(String, [u8; 64])| WrittenSignature {
            keyid: keyid.clone(),
            sig: STANDARD.encode(signature),
        };
        let written = Written {
            payload: STANDARD.encode(&self.payload),
            payload_type: PAYLOAD_TYPE.to_owned(),
            signatures: self.signatures.iter().map(written).collect(),
        };
        // Strings and lists: nothing that JSON cannot say.
        let mut bytes = serde_json::to_vec_pretty(&written).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Reads what [`Envelope::to_bytes`] writes, and nothing else: two readings of one envelope are one too many.
    ///
    /// # Errors
    /// What is wrong, as a lowercase fragment.
    pub fn from_bytes(bytes: &[u8]) -> std::result::Result<Self, String> {
        let written: Written = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if written.payload_type != PAYLOAD_TYPE {
            let found = written.payload_type;
            return Err(format!(
                "payloadType is {found:?}, this tool reads {PAYLOAD_TYPE:?}"
            ));
        }
        let payload = STANDARD.decode(&written.payload);
        let payload = payload.map_err(|error| format!("payload: {error}"))?;
        let signatures = written.signatures.iter().map(read);
        let envelope = Self {
            payload,
            signatures: signatures.collect::<std::result::Result<_, _>>()?,
        };
        let ids = envelope.signatures.windows(2);
        if let Some([_, (later, _)]) = ids.into_iter().find(|pair| pair[0].0 >= pair[1].0) {
            return Err(format!(
                "signatures: {later} is there twice, or not in the order of the key ids"
            ));
        }
        if envelope.to_bytes() != bytes {
            return Err("it is not in the form that this tool writes".to_owned());
        }
        Ok(envelope)
    }
}

fn read(written: &WrittenSignature) -> std::result::Result<(String, [u8; 64]), String> {
    let WrittenSignature { keyid, sig } = written;
    let digit = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
    if keyid.len() != 16 || !keyid.bytes().all(digit) {
        return Err(format!(
            "keyid: {keyid:?} is not 16 upper-case hexadecimal digits"
        ));
    }
    let decoded = STANDARD.decode(sig).ok();
    let signature = decoded.and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
    let signature = signature.ok_or_else(|| format!("sig of {keyid}: it is not 64 bytes"))?;
    Ok((keyid.clone(), signature))
}

/// The key of `keys` that made a signature.
fn signer(
    keyid: &str,
    signature: &[u8; 64],
    encoded: &PreAuthenticationEncoding,
    keys: &[PublicKey],
) -> std::result::Result<PublicKey, EnvelopeProblem> {
    let named = || keys.iter().filter(|key| key.key_id.to_string() == keyid);
    if named().next().is_none() {
        return Err(EnvelopeProblem::UnknownKey(keyid.to_owned()));
    }
    named()
        .find(|key| key.verifies(encoded.as_bytes(), signature))
        .copied()
        .ok_or_else(|| EnvelopeProblem::Signature(keyid.to_owned()))
}

/// The keys of a policy that may sign releases, and with them statements about releases.
pub fn release_keys(keys: &trust::policy::KeySet) -> Vec<PublicKey> {
    let may_sign = |key: &&trust::policy::SigningKey| *key.role != trust::policy::KeyRole::Rescue;
    let public = |key: &trust::policy::SigningKey| PublicKey {
        key_id: KeyId(key.key_id),
        ed25519: key.ed25519,
    };
    keys.keys.iter().filter(may_sign).map(public).collect()
}

#[cfg(test)]
mod tests;
