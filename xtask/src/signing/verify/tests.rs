use super::*;
use crate::signing::sample::{self, key_set, listed};

const BYTES: &[u8] = b"{\n  \"product\": \"reference\"\n}\n";
const COMMENT: &str = "file:release.json\tproduct:reference\tversion:1.2.0\treleased:2026-07-01";

/// The signature file of the key with this number.
fn signed(number: u8) -> String {
    sample::key(number)
        .sign(BYTES, COMMENT.to_owned())
        .to_file()
}

fn release_key(number: u8) -> SigningKey {
    listed(&sample::key(number).public(), KeyRole::Release)
}

fn keys(threshold: u32, numbers: &[u8]) -> KeySet {
    key_set(
        threshold,
        numbers.iter().map(|number| release_key(*number)).collect(),
    )
}

fn verify(files: &[&str], keys: &KeySet) -> Result<usize, Vec<SignatureProblem>> {
    let files: Vec<_> = files
        .iter()
        .map(|file| ("release.json.minisig", file.as_bytes()))
        .collect();
    signatures(BYTES, &files, keys).map(|verified| verified.signatures().len())
}

fn threshold(found: usize, needed: usize) -> Vec<SignatureProblem> {
    vec![SignatureProblem::Threshold { found, needed }]
}

#[test]
fn the_same_key_and_release_give_the_same_signature() {
    assert_eq!(signed(1), signed(1));
    assert_ne!(signed(1), signed(2));
}

#[test]
fn the_proof_has_the_bytes_and_who_signed_them() {
    let file = signed(1);
    let keys = keys(1, &[1, 2]);
    let verified = signatures(BYTES, &[("release.json.minisig", file.as_bytes())], &keys).unwrap();
    assert_eq!(verified.bytes(), BYTES);
    let [signature] = verified.signatures() else {
        panic!("{verified:?}")
    };
    assert_eq!(signature.file, "release.json.minisig");
    assert_eq!(signature.key_id, sample::key(1).public().key_id);
    assert_eq!(signature.role, KeyRole::Release);
    assert_eq!(signature.trusted_comment, COMMENT);
}

#[test]
fn as_many_different_keys_as_the_threshold_must_have_signed() {
    let [one, two] = [signed(1), signed(2)];
    let two_of_two = keys(2, &[1, 2]);
    assert_eq!(verify(&[], &two_of_two), Err(threshold(0, 2)));
    assert_eq!(verify(&[&one], &two_of_two), Err(threshold(1, 2)));
    assert_eq!(verify(&[&one, &two], &two_of_two), Ok(2));
    assert_eq!(verify(&[&two, &one], &keys(2, &[1, 2, 3])), Ok(2));
    assert_eq!(verify(&[&one, &one], &two_of_two), Err(threshold(1, 2)));
    assert_eq!(verify(&[&one, &one], &keys(1, &[1, 2])), Ok(2));
}

#[test]
fn no_threshold_makes_unsigned_bytes_signed() {
    assert_eq!(verify(&[], &keys(0, &[])), Err(threshold(0, 1)));
    assert_eq!(verify(&[], &keys(0, &[1])), Err(threshold(0, 1)));
}

#[test]
fn one_key_under_two_ids_counts_once() {
    use crate::signing::minisign::SecretKey;
    let seed = zeroize::Zeroizing::new([1; 32]);
    let alias = SecretKey::from_seed(KeyId([99; 8]), &seed);
    let other = alias.sign(BYTES, COMMENT.to_owned()).to_file();
    let set = key_set(
        2,
        vec![release_key(1), listed(&alias.public(), KeyRole::Release)],
    );
    assert_eq!(verify(&[&signed(1), &other], &set), Err(threshold(1, 2)));
}

#[test]
fn two_keys_under_one_id_are_told_apart() {
    use crate::signing::minisign::SecretKey;
    let twin = SecretKey::from_seed(KeyId([1; 8]), &zeroize::Zeroizing::new([7; 32]));
    let by_twin = twin.sign(BYTES, COMMENT.to_owned()).to_file();
    let set = key_set(
        2,
        vec![release_key(1), listed(&twin.public(), KeyRole::Release)],
    );
    assert_eq!(verify(&[&signed(1), &by_twin], &set), Ok(2));
}

#[test]
fn a_key_that_the_policy_does_not_list_refuses_the_whole() {
    let unknown = SignatureProblem::UnknownKey {
        file: "release.json.minisig".to_owned(),
        key_id: sample::key(3).public().key_id,
    };
    // Also where the threshold is reached without it.
    assert_eq!(
        verify(&[&signed(1), &signed(3)], &keys(1, &[1, 2])),
        Err(vec![unknown])
    );
}

#[test]
fn a_rescue_key_does_not_sign_releases_and_a_development_key_does() {
    let with_role = |role| key_set(1, vec![listed(&sample::key(1).public(), role)]);
    let problems = verify(&[&signed(1)], &with_role(KeyRole::Rescue)).unwrap_err();
    assert!(matches!(
        problems[0],
        SignatureProblem::WrongRole {
            role: KeyRole::Rescue,
            ..
        }
    ));
    assert_eq!(problems[1..], threshold(0, 1));
    assert_eq!(
        verify(&[&signed(1)], &with_role(KeyRole::Development)),
        Ok(1)
    );
}

#[test]
fn every_flipped_bit_of_a_signature_file_is_refused_and_laid_at_its_field() {
    let file = signed(1);
    let lines: Vec<usize> = file.match_indices('\n').map(|(at, _)| at).collect();
    let keys = keys(1, &[1]);
    for bit in 0..file.len() * 8 {
        let mut changed = file.clone().into_bytes();
        changed[bit / 8] ^= 1 << (bit % 8);
        let problems = signatures(BYTES, &[("x.minisig", &changed)], &keys).unwrap_err();
        assert!(
            problems[0].to_string().starts_with("x.minisig: "),
            "{}",
            problems[0]
        );
        let expected: &[Field] = match bit / 8 {
            // A line feed that went, or one that came.
            at if lines.contains(&at) || changed[at] == b'\n' => &[Field::Lines],
            at if at < lines[0] => &[Field::UntrustedComment],
            at if at < lines[1] => &[Field::Algorithm, Field::KeyId, Field::Signature],
            at if at < lines[2] => &[Field::TrustedComment],
            // A changed global signature cannot be told from a changed comment; the text names both.
            _ => &[Field::GlobalSignature, Field::TrustedComment],
        };
        let field = problems[0].field().unwrap();
        assert!(expected.contains(&field), "bit {bit}: {}", problems[0]);
        if bit / 8 > lines[2] && field == Field::TrustedComment {
            assert!(
                problems[0]
                    .to_string()
                    .contains("global signature (line 4)")
            );
        }
    }
}

#[test]
fn every_flipped_bit_of_the_signed_file_is_refused() {
    let file = signed(1);
    let keys = keys(1, &[1]);
    for bit in 0..BYTES.len() * 8 {
        let mut changed = BYTES.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        let files = [("release.json.minisig", file.as_bytes())];
        let problems = signatures(&changed, &files, &keys).unwrap_err();
        assert_eq!(problems[0].field(), Some(Field::SignedFile), "bit {bit}");
    }
}

#[test]
fn every_missing_or_repeated_byte_is_refused() {
    let file = signed(1).into_bytes();
    let keys = keys(1, &[1]);
    for at in 0..file.len() {
        let mut shorter = file.clone();
        shorter.remove(at);
        let mut longer = file.clone();
        longer.insert(at, file[at]);
        for changed in [&file[..at], &shorter, &longer] {
            assert!(
                signatures(BYTES, &[("x", changed)], &keys).is_err(),
                "byte {at}"
            );
        }
    }
}

#[test]
fn an_altered_key_id_is_told_from_an_unknown_key() {
    let mut signature = SignatureFile::parse(signed(1).as_bytes()).unwrap();
    signature.key_id.0[0] ^= 1;
    let problems = verify(&[&signature.to_file()], &keys(1, &[1])).unwrap_err();
    assert_eq!(problems[0].field(), Some(Field::KeyId));
    assert!(
        problems[0].to_string().contains("by another key"),
        "{}",
        problems[0]
    );
}

#[test]
fn a_signature_that_somebody_else_could_have_made_from_ours_is_refused() {
    // S + L verifies wherever S is not compared with the group order L (RFC 8032, 5.1.7).
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let key = sample::key(1).public();
    let mut signature = SignatureFile::parse(signed(1).as_bytes())
        .unwrap()
        .signature;
    assert!(key.verifies(&prehash(BYTES), &signature));
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    assert!(!key.verifies(&prehash(BYTES), &signature));
}

#[test]
fn every_problem_is_said_in_words() {
    let problems = verify(&["nonsense\n", &signed(3)], &keys(2, &[1, 2])).unwrap_err();
    let shown: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "release.json.minisig: line structure: it has not exactly four lines",
            "release.json.minisig: key id (line 2): 0303030303030303 is not a key of the policy",
            "0 of the 2 different keys that must sign have signed",
        ]
    );
}
