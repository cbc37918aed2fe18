//! The bytes of an envelope.

use device::rescue::layout::{FIXED_HEADER_LENGTH, SIGNED_BEFORE};
use device::rescue::{ComposeError, Envelope, EnvelopeContents, RescueField, SignatureContents};
use sha2::{Digest as _, Sha256};

use crate::certificates::moment;
use crate::support::{PRODUCT, RESCUERS, payload, rescue_bytes, signed, unsigned, verify};

/// By hand, from the table in the documentation of the layout.
#[test]
fn the_bytes_are_those_of_the_layout() {
    let store = payload(7).write().unwrap();
    let signature = |number| SignatureContents {
        key_id: [number; 8],
        signature: [number; 64],
    };
    let contents = EnvelopeContents {
        sequence: 7,
        issued: moment("2031-05-04T12:00:00Z"),
        product: PRODUCT.into(),
        payload: store.clone(),
        signatures: vec![signature(2), signature(1)],
    };
    let length = u32::try_from(store.len()).unwrap();
    let header = [
        &b"PRNLRESC\x01\x00\x07\x00\x00\x00\x00\x00\x00\x00"[..],
        &1_935_662_400_i64.to_le_bytes(),
        &length.to_le_bytes(),
        &Sha256::digest(&store),
        b"\x13perennial-reference",
    ]
    .concat();
    let signatures = [[1; 72], [2; 72]].concat();
    let expected = [&header[..], b"\x02", &signatures, &store].concat();
    assert_eq!(contents.write().unwrap(), expected);
    assert_eq!(header.len(), FIXED_HEADER_LENGTH + PRODUCT.len());

    let envelope = Envelope::read(&expected).unwrap();
    assert_eq!(SIGNED_BEFORE, b"Perennial rescue store v1\0");
    assert_eq!(envelope.message(), [&SIGNED_BEFORE[..], &header].concat());
    let sorted = EnvelopeContents::from(&envelope);
    assert_eq!(sorted.write().unwrap(), expected);
}

#[test]
fn every_truncation_and_any_tail_is_refused() {
    let pristine = rescue_bytes(7);
    for length in 0..pristine.len() {
        let error = Envelope::read(&pristine[..length]).unwrap_err();
        assert!(format!("{error:?}").starts_with("Truncated"), "{error:?}");
    }
    let tail = [&pristine[..], &[0xFF]].concat();
    let error = Envelope::read(&tail).unwrap_err().to_string();
    let place = pristine.len();
    assert_eq!(error, format!("1 bytes too many, from byte {place} on"));
}

/// A bit may be flipped in the signature of a key that the image does not have: it says nothing to this image.
#[test]
fn every_flipped_bit_is_refused_or_the_same_store() {
    let contents = signed(unsigned(&payload(7)), &RESCUERS[..2]);
    let stranger = SignatureContents {
        key_id: [30; 8],
        signature: [30; 64],
    };
    let signatures = [&contents.signatures[..], &[stranger]].concat();
    let contents = EnvelopeContents {
        signatures,
        ..contents
    };
    let pristine = contents.write().unwrap();
    let signed_bytes = FIXED_HEADER_LENGTH + PRODUCT.len();
    let unknown = signed_bytes + 1 + 2 * 72..signed_bytes + 1 + 3 * 72;
    let mut same = 0;
    for bit in 0..pristine.len() * 8 {
        let mut bytes = pristine.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(store) = verify(&bytes) {
            assert!(unknown.contains(&(bit / 8)), "bit {bit}");
            let envelope = Envelope::read(store.as_bytes()).unwrap();
            assert_eq!(envelope.payload(), contents.payload);
            same += 1;
        }
    }
    // All but those that bring the identifier out of order, or make a rescuer's of it.
    assert!(same > 64 * 8, "{same}");
}

#[test]
fn what_the_format_cannot_say_is_not_written() {
    let too_long = |change: fn(&mut EnvelopeContents)| {
        let mut contents = unsigned(&payload(7));
        change(&mut contents);
        contents.write().unwrap_err()
    };
    let expected = |field, found, maximum| ComposeError::TooLong {
        field,
        found,
        maximum,
    };
    assert_eq!(
        too_long(|contents| contents.payload = vec![0; 16_385]),
        expected(RescueField::PayloadLength, 16_385, 16_384)
    );
    assert_eq!(
        too_long(|contents| contents.product = "a".repeat(65)),
        expected(RescueField::ProductLength, 65, 64)
    );
    let many = |contents: &mut EnvelopeContents| {
        let signature = SignatureContents {
            key_id: [0; 8],
            signature: [0; 64],
        };
        contents.signatures = vec![signature; 17];
    };
    assert_eq!(
        too_long(many),
        expected(RescueField::SignatureCount, 17, 16)
    );
    assert!(matches!(
        too_long(|contents| contents.payload.clear()),
        ComposeError::Refused(_)
    ));
}
