//! SSH public keys, as OpenSSH writes them: a type, and base64 of the key (RFC 4253, section 6.6).

use ssh_key::public::{KeyData, PublicKey};
use ssh_key::{Algorithm, EcdsaCurve};

/// The sizes of an RSA key in bits: a shorter one is weak, a longer one is verified by nothing here.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// Why a text is no key that can approve.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum SshKeyDefect {
    /// Not a type and a key.
    #[error("not an SSH public key: {0}")]
    Form(String),
    /// An RSA key of this many bits.
    #[error("an RSA key of {0} bits, not of {least} to {most}", least = RSA_BITS.start(), most = RSA_BITS.end())]
    RsaSize(usize),
    /// A type that nothing here verifies.
    #[error(
        "a key of the type {0}; known: ssh-ed25519, sk-ssh-ed25519@openssh.com, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ssh-rsa"
    )]
    Type(String),
}

/// The key as type and base64, without a comment.
pub(super) fn canonical(text: &str) -> Result<String, SshKeyDefect> {
    let mut key = read(text)?;
    match key.algorithm() {
        Algorithm::Ed25519 | Algorithm::SkEd25519 => {}
        Algorithm::Ecdsa {
            curve: EcdsaCurve::NistP256 | EcdsaCurve::NistP384,
        } => {}
        Algorithm::Rsa { .. } => require_size(key.key_data())?,
        other => return Err(SshKeyDefect::Type(other.as_str().to_owned())),
    }
    key.set_comment("");
    key.to_openssh().map_err(|error| form(&error))
}

/// The key itself, where it is an Ed25519 key of no security token.
pub(super) fn ed25519(text: &str) -> Option<[u8; 32]> {
    let key = read(text).ok()?;
    key.key_data().ed25519().map(|key| key.0)
}

fn read(text: &str) -> Result<PublicKey, SshKeyDefect> {
    PublicKey::from_openssh(text).map_err(|error| form(&error))
}

fn form(error: &ssh_key::Error) -> SshKeyDefect {
    SshKeyDefect::Form(error.to_string())
}

fn require_size(key: &KeyData) -> Result<(), SshKeyDefect> {
    let modulus = key.rsa().and_then(|key| key.n.as_positive_bytes());
    let bits = modulus.map_or(0, bits);
    let fits = RSA_BITS.contains(&bits);
    fits.then_some(()).ok_or(SshKeyDefect::RsaSize(bits))
}

/// How many bits a number of big-endian bytes without leading zeros has.
fn bits(number: &[u8]) -> usize {
    let leading = number.first().map_or(0, |byte| byte.leading_zeros());
    (number.len() * 8).saturating_sub(usize::try_from(leading).unwrap_or(0))
}
