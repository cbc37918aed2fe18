//! What a rescue store that comes takes of the memory, and what one in force keeps of it.

use device::rescue::layout::{MAX_HEAD_LENGTH, MAX_LENGTH, MAX_OPENING_LENGTH, MAX_PAYLOAD_LENGTH};
use device::rescue::{ReceiveError, Receiver, RescueStore, load, write};
use device::store::{StoreContents, TrustStore};

use crate::certificates::root;
use crate::flash::Flash;
use crate::support::{
    IMAGE_SEQUENCE, Person, RESCUERS, image, payload, rescue_bytes, signed, unsigned, verify,
};

/// What a device makes of these bytes in portions of this size, and the most memory that it took for them.
fn received(bytes: &[u8], portion: usize) -> (Result<RescueStore, ReceiveError>, usize) {
    let image = image().write().unwrap();
    let image = TrustStore::read_exact(&image).unwrap();
    let mut receiver = match Receiver::new(&image, bytes.len()) {
        Ok(receiver) => receiver,
        Err(error) => return (Err(error), 0),
    };
    for portion in bytes.chunks(portion) {
        if let Err(error) = receiver.take(portion) {
            return (Err(error), receiver.memory());
        }
    }
    let memory = receiver.memory();
    (receiver.finish(), memory)
}

/// A rescue store whose payload is nearly as long as can be.
fn longest(people: &[Person]) -> Vec<u8> {
    let mut contents: StoreContents = payload(7);
    let anchor = root("One of many").anchor();
    for number in 0..=u8::MAX {
        let mut more = anchor.clone();
        more.fingerprint[0] = number;
        contents.anchors.push(more);
        if contents.write().unwrap().len() > MAX_PAYLOAD_LENGTH {
            contents.anchors.pop();
            break;
        }
    }
    signed(unsigned(&contents), people).write().unwrap()
}

#[test]
fn a_rescue_store_comes_in_portions_of_any_size() {
    let bytes = rescue_bytes(7);
    for portion in 1..=bytes.len() {
        let (store, memory) = received(&bytes, portion);
        assert_eq!(store, Ok(verify(&bytes).unwrap()));
        assert_eq!(memory, bytes.len());
    }
}

/// Of what is not signed by enough rescue keys, nothing but its opening is ever held.
#[test]
fn memory_for_the_payload_is_found_only_when_it_is_signed() {
    let unsigned = longest(&[]);
    let strangers = longest(&[Person(60), Person(61), Person(62)]);
    let short = longest(&RESCUERS[..1]);
    let mut forged = longest(&RESCUERS[..2]);
    forged[62 + 20 + 1 + 8] ^= 1;
    let mut page = b"<!doctype html>".repeat(1000);
    page.truncate(MAX_LENGTH);
    for bytes in [unsigned, strangers, short, forged, page] {
        assert!(bytes.len() > 8 * 1024);
        for portion in [1, 512, bytes.len()] {
            let (store, memory) = received(&bytes, portion);
            assert!(matches!(store, Err(ReceiveError::Refused(_))), "{store:?}");
            assert!(memory <= MAX_HEAD_LENGTH + 3 * 72, "{memory}");
        }
    }
    const { assert!(MAX_OPENING_LENGTH < 2 * 1024) };
}

#[test]
fn a_file_that_is_too_long_is_refused_before_a_byte_of_it() {
    let length = MAX_LENGTH + 1;
    let (store, memory) = received(&vec![b'P'; length], 512);
    assert_eq!((store, memory), (Err(ReceiveError::TooLong { length }), 0));
}

/// What is refused is refused for the same reason, however it comes.
#[test]
fn each_reason_is_that_of_the_whole() {
    let right = rescue_bytes(7);
    let tail = [&right[..], &[0]].concat();
    let mut wrong = right.clone();
    *wrong.last_mut().unwrap() ^= 1;
    for bytes in [
        &right[..0],
        &right[..7],
        &right[..70],
        &right[..right.len() - 1],
        &tail,
        &wrong,
    ] {
        let (store, _) = received(bytes, 100);
        let whole = verify(bytes).unwrap_err();
        assert_eq!(store, Err(ReceiveError::Refused(whole)));
    }
}

/// Written or loaded, it takes the bytes of its payload and no more.
#[test]
fn what_is_in_force_keeps_its_payload_alone() {
    let image = image().write().unwrap();
    let image = TrustStore::read_exact(&image).unwrap();
    let bytes = longest(&RESCUERS);
    let opening = 62 + 1 + image.product().len() + 1 + 3 * 72;
    let mut flash = Flash::erased();
    let mut copies = load(&mut flash, &image);
    assert!(copies.verified().is_none() && image.sequence() == IMAGE_SEQUENCE);
    let (offer, _) = received(&bytes, 512);
    write(&mut flash, &mut copies, &image, offer.unwrap(), 0).unwrap();
    for copies in [copies, load(&mut flash, &image)] {
        let kept = copies.verified().unwrap().memory();
        println!("a rescue store of {} bytes keeps {kept}", bytes.len());
        assert_eq!(kept, bytes.len() - opening);
        assert!(kept <= MAX_PAYLOAD_LENGTH);
    }
}
