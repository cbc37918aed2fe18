//! Who signed an approval: SSH signatures (`ssh-keygen -Y sign`) and minisign's.

use ssh_key::public::{KeyData, PublicKey};
use ssh_key::{Signature as RawSignature, SshSig};
use trust::policy::ApproverKey;
use trust::review::approval::SSH_NAMESPACE;
use trust::review::approvals::Signature;

use crate::signing::minisign::{self, KeyId, SignatureFile};

/// The bit of a security token's signature that says that somebody touched it (PROTOCOL.u2f of OpenSSH).
const TOUCHED: u8 = 1;

/// Flags and counter behind the signature of a security token.
const TOKEN_TRAILER: usize = 5;

/// Who signed `text` with an armored SSH signature (PROTOCOL.sshsig of OpenSSH).
pub fn of_ssh(text: &[u8], armored: &[u8]) -> Signature {
    match ssh_signer(text, armored) {
        Ok(key) => Signature::By(key),
        Err(why) => Signature::Refused(why),
    }
}

fn ssh_signer(text: &[u8], armored: &[u8]) -> Result<String, String> {
    let signature = SshSig::from_pem(armored)
        .map_err(|error| format!("the signature beside it is no SSH signature: {error}"))?;
    let namespace = signature.namespace();
    if namespace != SSH_NAMESPACE {
        return Err(format!(
            "it is signed in the namespace {namespace:?}, not in {SSH_NAMESPACE:?}"
        ));
    }
    let key = PublicKey::from(signature.public_key().clone());
    require_strong(signature.public_key())?;
    require_touched(signature.public_key(), signature.signature())?;
    key.verify(SSH_NAMESPACE, text, &signature).map_err(|_| {
        "the signature does not verify: the text is not the one that was signed".to_owned()
    })?;
    key.to_openssh()
        .map_err(|error| format!("its key cannot be written: {error}"))
}

/// With a few points of the curve, everything verifies.
fn require_strong(key: &KeyData) -> Result<(), String> {
    let point = match key {
        KeyData::Ed25519(key) => key.0,
        KeyData::SkEd25519(key) => key.public_key().0,
        _ => return Ok(()),
    };
    let usable = ed25519_dalek::VerifyingKey::from_bytes(&point).is_ok_and(|key| !key.is_weak());
    usable
        .then_some(())
        .ok_or_else(|| "its key is no usable Ed25519 key".to_owned())
}

/// A token signs for a person who touched it; whatever runs on the person's machine can make the others.
fn require_touched(key: &KeyData, signature: &RawSignature) -> Result<(), String> {
    if !matches!(key, KeyData::SkEd25519(_)) {
        return Ok(());
    }
    let bytes = signature.as_bytes();
    let flags = bytes
        .len()
        .checked_sub(TOKEN_TRAILER)
        .and_then(|at| bytes.get(at));
    let touched = flags.is_some_and(|flags| flags & TOUCHED != 0);
    touched
        .then_some(())
        .ok_or_else(|| "nobody touched the security token that signed it".to_owned())
}

/// Which of the minisign keys among `known` signed `text`. Minisign's signatures name their key by its id alone.
pub fn of_minisign(text: &[u8], file: &[u8], known: &[ApproverKey]) -> Signature {
    let signature = match SignatureFile::parse(file) {
        Ok(signature) => signature,
        Err(defect) => {
            let (field, seen) = (defect.field, defect.seen);
            return Signature::Refused(format!("the signature beside it, {field}: {seen}"));
        }
    };
    let id = signature.key_id;
    let keys = known.iter().filter_map(|key| match key {
        ApproverKey::Minisign {
            text,
            key_id,
            ed25519,
        } if KeyId(*key_id) == id => Some((text, *ed25519)),
        _ => None,
    });
    let keys: Vec<_> = keys.collect();
    let signer = keys.iter().find(|(_, ed25519)| {
        let key = minisign::PublicKey {
            key_id: id,
            ed25519: *ed25519,
        };
        signature.verifies(text, &key)
    });
    match signer {
        Some((key, _)) => Signature::By((*key).clone()),
        None if keys.is_empty() => Signature::Refused(format!(
            "it is signed by the minisign key {id}, which no [review] lists"
        )),
        None => Signature::Refused(
            "the signature does not verify: the text is not the one that was signed".to_owned(),
        ),
    }
}
