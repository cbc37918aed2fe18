use ed25519_dalek::Signer as _;

use super::*;
use crate::signing::minisign::{Field, SignatureFile, globally_signed};
use crate::signing::password::PasswordSource;
use crate::signing::sample::{self, key_set, listed};
use crate::signing::verify;
use trust::policy::KeyRole;

const STATEMENT: &[u8] = b"{\"_type\":\"https://in-toto.io/Statement/v1\"}";

fn key_file(number: u8) -> SigningKeyFile {
    let folder = tempfile::tempdir().unwrap();
    let path = sample::write_key(folder.path(), number);
    SigningKeyFile::open(&path, &PasswordSource::Terminal).unwrap()
}

fn public(numbers: &[u8]) -> Vec<PublicKey> {
    numbers.iter().map(|n| sample::key(*n).public()).collect()
}

fn signed_by(numbers: &[u8]) -> Envelope {
    let mut envelope = Envelope::new(STATEMENT.to_vec());
    for number in numbers {
        assert!(envelope.sign(&key_file(*number)).unwrap());
    }
    envelope
}

#[test]
fn the_encoding_is_the_one_of_the_specification() {
    let encoded = PreAuthenticationEncoding::of(b"hello world");
    assert_eq!(
        encoded.as_bytes(),
        b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"
    );
}

#[test]
fn signers_in_any_order_give_the_same_bytes_and_sign_once() {
    let (one, other) = (signed_by(&[1, 2, 3]), signed_by(&[3, 1, 2]));
    assert_eq!(one.to_bytes(), other.to_bytes());
    let mut again = Envelope::from_bytes(&one.to_bytes()).unwrap();
    assert!(!again.sign(&key_file(2)).unwrap());
    assert_eq!(again, one);
    let verified = one.verify(&public(&[1, 2, 3]), 3).unwrap();
    assert_eq!(verified.bytes(), STATEMENT);
    assert_eq!(verified.signers(), public(&[1, 2, 3]));
}

#[test]
fn a_threshold_counts_different_keys_at_both_sides_of_its_boundary() {
    let keys = public(&[1, 2, 3]);
    signed_by(&[1, 2]).verify(&keys, 2).unwrap();
    let short = EnvelopeProblem::Threshold {
        found: 1,
        needed: 2,
    };
    assert_eq!(signed_by(&[1]).verify(&keys, 2).unwrap_err(), [short]);
    let nobody = EnvelopeProblem::Threshold {
        found: 0,
        needed: 1,
    };
    assert_eq!(signed_by(&[]).verify(&keys, 0).unwrap_err(), [nobody]);

    // One key under two ids is one signer.
    let twin = PublicKey {
        key_id: KeyId([9; 8]),
        ..keys[0]
    };
    let mut envelope = signed_by(&[1]);
    let signature = envelope.signatures[0].1;
    envelope
        .signatures
        .push((twin.key_id.to_string(), signature));
    let problems = envelope.verify(&[keys[0], twin], 2).unwrap_err();
    assert_eq!(
        problems[0],
        EnvelopeProblem::Repeated("0909090909090909".to_owned())
    );
}

#[test]
fn one_signature_that_is_not_right_refuses_the_whole() {
    let envelope = signed_by(&[1, 2]);
    let id = |number: u8| sample::key(number).public().key_id.to_string();
    assert_eq!(
        envelope.verify(&public(&[1]), 1).unwrap_err(),
        [EnvelopeProblem::UnknownKey(id(2))]
    );
    let mut damaged = envelope.clone();
    damaged.signatures[1].1[0] ^= 1;
    assert_eq!(
        damaged.verify(&public(&[1, 2]), 1).unwrap_err(),
        [EnvelopeProblem::Signature(id(2))]
    );
    let mut other = envelope;
    other.payload[0] ^= 1;
    assert_eq!(other.verify(&public(&[1, 2]), 1).unwrap_err().len(), 3);
}

#[test]
fn other_forms_are_refused_for_what_they_are() {
    let text = String::from_utf8(signed_by(&[1, 2]).to_bytes()).unwrap();
    Envelope::from_bytes(text.as_bytes()).unwrap();
    let cases = [
        (text.replace("in-toto+json", "in-toto"), "payloadType"),
        (text.replace("\"keyid\"", "\"key\""), "unknown field"),
        (
            text.replace("0101010101010101", "0303030303030303"),
            "order",
        ),
        (
            text.replace("0202020202020202", "0101010101010101"),
            "twice",
        ),
        (
            text.replace("0202020202020202", "020202020202020a"),
            "upper-case",
        ),
        (
            text.replace("\"sig\": \"", "\"sig\": \"AAAA"),
            "not 64 bytes",
        ),
        (text.trim_end().to_owned(), "form"),
        (text.replace("  ", " "), "form"),
        (String::new(), "EOF"),
    ];
    for (bad, why) in cases {
        let error = Envelope::from_bytes(bad.as_bytes()).unwrap_err();
        assert!(error.contains(why), "{why}: {error}");
    }
}

/// An envelope's signature in a minisign file of the legacy algorithm, with a right global signature, is what stock minisign takes
/// for a signature of the encoding. Ours refuses it by its algorithm, and as a prehashed one because it does not verify.
#[test]
fn an_envelopes_signature_is_no_minisign_signature() {
    let key = sample::key(1);
    let keys = key_set(1, vec![listed(&key.public(), KeyRole::Release)]);
    let encoded = PreAuthenticationEncoding::of(STATEMENT);
    let signature = key.sign_statement(&encoded);
    let secret = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
    let global = secret.sign(&globally_signed(&signature, "comment"));
    let id = key.public().key_id;
    let forged = SignatureFile::new(id, signature, "comment".to_owned(), global.to_bytes());
    let prehashed = forged.to_file();
    let legacy = prehashed.replacen("\nRUQ", "\nRWQ", 1);
    assert_ne!(prehashed, legacy);
    for (file, field) in [(prehashed, Field::SignedFile), (legacy, Field::Algorithm)] {
        for bytes in [STATEMENT, encoded.as_bytes()] {
            let files = [("release.json.minisig", file.as_bytes())];
            let problems = verify::signatures(bytes, &files, &keys).unwrap_err();
            assert_eq!(problems[0].field(), Some(field));
        }
    }
}

#[test]
fn a_minisign_signature_is_no_envelopes_signature() {
    let key = sample::key(1);
    for bytes in [
        STATEMENT,
        PreAuthenticationEncoding::of(STATEMENT).as_bytes(),
    ] {
        let made = key.sign(bytes, "comment".to_owned());
        let mut envelope = Envelope::new(STATEMENT.to_vec());
        for signature in [made.signature, made.global_signature] {
            envelope.signatures = vec![(key.public().key_id.to_string(), signature)];
            envelope.verify(&[key.public()], 1).unwrap_err();
        }
    }
}

#[test]
fn rescue_keys_vouch_for_nothing() {
    let [release, rescue] = [1, 2].map(|number| sample::key(number).public());
    let keys = key_set(
        1,
        vec![
            listed(&release, KeyRole::Release),
            listed(&rescue, KeyRole::Rescue),
        ],
    );
    assert_eq!(release_keys(&keys), [release]);
    signed_by(&[2]).verify(&release_keys(&keys), 1).unwrap_err();
}
