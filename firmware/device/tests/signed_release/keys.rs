//! Keys and signatures of minisign's own library, and the forms that it does not make.

use std::io::Cursor;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use blake2::{Blake2b512, Digest as _};
use device::store::{KeyContents, KeySetContents, TrustStore};
use ed25519_dalek::{Signer as _, SigningKey};
use minisign::KeyPair;

use crate::stores;

/// Three keys that may sign, and one that may not.
pub(crate) static KEYS: LazyLock<[KeyPair; 4]> = LazyLock::new(|| {
    std::array::from_fn(|_| KeyPair::generate_unencrypted_keypair().expect("randomness"))
});

/// The number in [`KEYS`] of the key that may not sign.
pub(crate) const STRANGER: usize = 3;

/// A store whose release keys are the first three, of which `threshold` must sign.
pub(crate) fn store(threshold: u8) -> TrustStore<'static> {
    store_with(threshold, (0..STRANGER).map(contents).collect())
}

/// A store with these release keys.
pub(crate) fn store_with(threshold: u8, mut keys: Vec<KeyContents>) -> TrustStore<'static> {
    keys.sort_by_key(|key| key.id);
    let mut contents = stores::sample();
    contents.release_keys = KeySetContents { threshold, keys };
    let bytes = contents.write().expect("a store");
    TrustStore::read(bytes.leak()).expect("a store")
}

/// A key as a store has it.
pub(crate) fn contents(number: usize) -> KeyContents {
    let bytes = KEYS[number].pk.to_bytes();
    KeyContents {
        id: bytes[2..10].try_into().expect("8 bytes"),
        public: bytes[10..42].try_into().expect("32 bytes"),
    }
}

/// The id as it stands in names of files.
pub(crate) fn id(number: usize) -> String {
    format!("{:016X}", u64::from_le_bytes(contents(number).id))
}

/// The signature of `bytes` by key `number`, as minisign's library makes it.
pub(crate) fn sign(number: usize, bytes: &[u8]) -> String {
    let KeyPair { pk, sk } = &KEYS[number];
    let comment = Some("file:release.json\tproduct:reference");
    let signature = minisign::sign(Some(pk), sk, Cursor::new(bytes), comment, None);
    signature.expect("a signature").into_string()
}

/// A signature file of these parts, with both signatures right.
pub(crate) fn sign_as(number: usize, algorithm: [u8; 2], id: [u8; 8], bytes: &[u8]) -> String {
    let key = signing_key(number);
    let hash: [u8; 64] = Blake2b512::digest(bytes).into();
    let signature = match &algorithm {
        b"Ed" => key.sign(bytes),
        _ => key.sign(&hash),
    };
    let comment = "comment";
    let global = key.sign(&[&signature.to_bytes()[..], comment.as_bytes()].concat());
    format!(
        "untrusted comment: mine\n{}\ntrusted comment: {comment}\n{}\n",
        STANDARD.encode([&algorithm[..], &id, &signature.to_bytes()].concat()),
        STANDARD.encode(global.to_bytes()),
    )
}

fn signing_key(number: usize) -> SigningKey {
    // Algorithms, checksum of none, salt, limits and key id stand before it.
    const SEED: usize = 3 * 2 + 32 + 2 * 8 + 8;
    let bytes = KEYS[number].sk.to_bytes();
    let seed = bytes[SEED..][..32].try_into().expect("32 bytes");
    let key = SigningKey::from_bytes(seed);
    assert_eq!(key.verifying_key().to_bytes(), contents(number).public);
    key
}
