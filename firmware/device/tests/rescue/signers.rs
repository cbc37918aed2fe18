//! Whose signatures count.

use device::rescue::{RescueError, RescueStore, SignatureContents};
use device::store::{KeySetContents, StoreContents, TrustStore};

use crate::support::{
    Person, RELEASER, RESCUERS, STRANGER, image, keys, payload, signed, unsigned, verify,
};

/// What the device says when these people sign.
fn signed_by(people: &[Person]) -> Result<(), RescueError> {
    let contents = signed(unsigned(&payload(7)), people);
    verify(&contents.write().unwrap()).map(drop)
}

fn too_few(valid: usize, others: usize) -> Result<(), RescueError> {
    Err(RescueError::TooFewSignatures {
        valid,
        threshold: 2,
        others,
    })
}

#[test]
fn any_two_of_three_rescuers_are_enough_and_all_three_too() {
    let [a, b, c] = RESCUERS;
    for people in [&[a, b][..], &[a, c], &[c, b], &[c, b, a]] {
        assert_eq!(signed_by(people), Ok(()));
    }
    assert_eq!(signed_by(&[]), too_few(0, 0));
    assert_eq!(signed_by(&[b]), too_few(1, 0));
}

#[test]
fn release_keys_keys_of_the_payload_and_strangers_never_count() {
    let [rescuer, ..] = RESCUERS;
    // 30 and 31 are the release and rescue key of the payload.
    assert_eq!(signed_by(&[rescuer, RELEASER]), too_few(1, 1));
    assert_eq!(signed_by(&[STRANGER, Person(31)]), too_few(0, 2));
    let others = [rescuer, RELEASER, STRANGER, Person(31), Person(99)];
    assert_eq!(signed_by(&others), too_few(1, 4));
    assert_eq!(signed_by(&[rescuer, RESCUERS[1], STRANGER]), Ok(()));
}

/// What it takes on the target is in docs/device-performance.md.
#[test]
fn a_rescue_store_is_measured() {
    let contents = signed(unsigned(&payload(7)), &RESCUERS[..2]);
    let (envelope, image) = (contents.write().unwrap(), image().write().unwrap());
    let read = TrustStore::read_exact(&image).unwrap();
    assert!(RescueStore::verify(envelope.clone(), &read).is_ok());
    let name = "cost: rescue store of one anchor, two signatures";
    vectors::named(name, vectors::Kind::Rescue, &[&envelope, &image]);
}

/// One rescuer's signature under the identifiers of others.
#[test]
fn one_key_does_not_count_twice_under_another_name() {
    let [first, second, _] = RESCUERS;
    let mut contents = signed(unsigned(&payload(7)), &[first]);
    let [signature] = contents.signatures[..] else {
        panic!("one signed");
    };
    let renamed = |key_id| SignatureContents {
        key_id,
        signature: signature.signature,
    };
    contents.signatures = vec![signature, renamed([99; 8])];
    assert_eq!(verify(&contents.write().unwrap()).map(drop), too_few(1, 1));
    contents.signatures = vec![signature, renamed(second.key().id)];
    let error = verify(&contents.write().unwrap()).unwrap_err();
    let key_id = second.key().id;
    assert_eq!(error, RescueError::Signature { key_id });
}

/// A signature of a release, or of the bare header, is none of a rescue store.
#[test]
fn a_signature_of_another_kind_of_message_does_not_count() {
    let [first, second, _] = RESCUERS;
    let contents = signed(unsigned(&payload(7)), &[first]);
    let bytes = contents.write().unwrap();
    let message = device::rescue::Envelope::read(&bytes).unwrap().message();
    let (_, header) = message.split_at(26);
    for other in [header, &contents.payload, b""] {
        let mut contents = contents.clone();
        contents.signatures.push(second.sign(other));
        let error = verify(&contents.write().unwrap()).unwrap_err();
        let key_id = second.key().id;
        assert_eq!(error, RescueError::Signature { key_id });
    }
}

#[test]
fn an_image_without_rescue_keys_takes_nothing() {
    let image = StoreContents {
        rescue_keys: KeySetContents::NONE,
        ..image()
    };
    let image = image.write().unwrap();
    let image = TrustStore::read_exact(&image).unwrap();
    let contents = signed(unsigned(&payload(7)), &RESCUERS);
    let error = RescueStore::verify(contents.write().unwrap(), &image).unwrap_err();
    let expected = RescueError::TooFewSignatures {
        valid: 0,
        threshold: 1,
        others: 3,
    };
    assert_eq!(error, expected);
}

/// With this key (the neutral element) the signature of all zeros but one verifies for every message by the letter of
/// RFC 8032.
#[test]
fn a_weak_key_signs_nothing() {
    let mut weak = Person(23).key();
    weak.public = [0; 32];
    weak.public[0] = 1;
    let mut image = image();
    image.rescue_keys = keys(1, &[]);
    image.rescue_keys.keys.push(weak.clone());
    let image = image.write().unwrap();
    let image = TrustStore::read_exact(&image).unwrap();
    let mut contents = unsigned(&payload(7));
    let mut signature = [0; 64];
    signature[0] = 1;
    contents.signatures.push(SignatureContents {
        key_id: weak.id,
        signature,
    });
    let error = RescueStore::verify(contents.write().unwrap(), &image).unwrap_err();
    assert_eq!(error, RescueError::Signature { key_id: weak.id });
}
