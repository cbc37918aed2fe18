//! Rescue stores, as they come from anywhere, and as they stand in flash.
//!
//! Input: how it is sealed (1 byte), who signs (1 byte), a number for the sequence (1 byte), then an envelope, or a trust store
//! that is put into one. Only what two rescuers signed for this product counts, only what is above the image's store is in
//! force, and a write that is cut leaves what was in force or what was written.

#![no_main]

use std::sync::LazyLock;

use device::flash_layout::{TRUST_STORE, TRUST_STORE_COPY_SIZE};
use device::rescue::{
    CopyState, Envelope, EnvelopeContents, Origin, Receiver, RescueStore, StoreCopy, load, write,
};
use device::store::{KeySet, StoreContents, TrustStore};
use device::verify::Moment;
use libfuzzer_sys::fuzz_target;
use perennial_fuzz::input::Input;
use perennial_fuzz::seal;
use perennial_fuzz::signers::{
    IMAGE_SEQUENCE, RESCUERS, STRANGER, Signer, image_store, sign_envelope,
};
use sha2::{Digest as _, Sha256};
use simulated::flash::{Cut, SimulatedFlash};

static IMAGE: LazyLock<Vec<u8>> = LazyLock::new(image_store);
/// A rescue store that is right, above the image's.
static RIGHT: LazyLock<Vec<u8>> = LazyLock::new(|| right(IMAGE_SEQUENCE + 1));

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let (how, who, number) = (input.byte(), input.byte(), input.byte());
    let envelope = match how & 3 {
        0 => Some(input.rest().to_vec()),
        1 => resigned(input.rest(), &signers(who)),
        2 => wrapped(input.rest(), &signers(who), None),
        _ => wrapped(input.rest(), &signers(who), Some(number.into())),
    };
    let Some(envelope) = envelope else {
        return;
    };
    check_form(&envelope);
    check_verified(&envelope);
    check_received(&envelope, usize::from(number) + 1);
    check_flash(&envelope, how & 4 != 0, number);
});

fn image() -> TrustStore<'static> {
    TrustStore::read_exact(&IMAGE).expect("it was written")
}

fn signers(who: u8) -> Vec<Signer> {
    let all = RESCUERS.into_iter().chain([STRANGER]);
    let chosen = all.enumerate().filter(|(bit, _)| who >> bit & 1 != 0);
    chosen.map(|(_, signer)| signer).collect()
}

/// The envelope, signed by others.
fn resigned(bytes: &[u8], signers: &[Signer]) -> Option<Vec<u8>> {
    let envelope = Envelope::read(bytes).ok()?;
    sign_envelope(EnvelopeContents::from(&envelope), signers)
}

/// A store in an envelope, with another sequence if one is given.
fn wrapped(bytes: &[u8], signers: &[Signer], sequence: Option<u64>) -> Option<Vec<u8>> {
    let sealed = seal::store(bytes)?;
    let store = TrustStore::read_exact(&sealed).ok()?;
    let mut contents = StoreContents::from(&store);
    contents.sequence = sequence.unwrap_or(contents.sequence);
    let payload = contents.write().ok()?;
    let store = TrustStore::read_exact(&payload).ok()?;
    sign_envelope(EnvelopeContents::unsigned(&store, day()), signers)
}

/// A rescue store of this sequence that is right.
fn right(sequence: u64) -> Vec<u8> {
    wrapped(&IMAGE, &RESCUERS[..2], Some(sequence)).expect("it is right")
}

fn day() -> Moment {
    Moment::from_unix_seconds(1_800_000_000).expect("a time")
}

fn check_form(bytes: &[u8]) {
    match Envelope::read(bytes) {
        Ok(envelope) => {
            // Whether the hash is right is not a matter of form.
            if Sha256::digest(envelope.payload())[..] == envelope.payload_sha256()[..] {
                let written = EnvelopeContents::from(&envelope).write();
                assert_eq!(written.as_deref(), Ok(bytes));
            }
            assert!(bytes.ends_with(envelope.payload()));
            let ids = envelope.signatures().map(|signature| signature.key_id);
            assert!(ids.is_sorted_by(|a, b| a < b));
            assert!(Envelope::read(&bytes[..bytes.len() - 1]).is_err());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn check_verified(bytes: &[u8]) {
    let store = match RescueStore::verify(bytes.to_vec(), &image()) {
        Ok(store) => store,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let envelope = Envelope::read(bytes).expect("it was read");
    assert_eq!(envelope.product(), image().product());
    let payload = TrustStore::read_exact(envelope.payload()).expect("it was read");
    assert_eq!(payload.sequence(), store.sequence());
    // Made again by two of the three, it is signed the same.
    let message = envelope.message();
    let made = RESCUERS.map(|signer| signer.sign_rescue(&message));
    let by_rescuers = envelope.signatures().filter(|found| {
        made.iter()
            .any(|made| (made.key_id, made.signature) == (*found.key_id, *found.signature))
    });
    assert!(by_rescuers.count() >= 2, "who signed it?");
}

/// In portions it is the same, and takes no more memory than it has bytes.
fn check_received(bytes: &[u8], portion: usize) {
    let image = image();
    let whole = RescueStore::verify(bytes.to_vec(), &image).ok();
    let received = Receiver::new(&image, bytes.len()).and_then(|mut receiver| {
        let mut portions = bytes.chunks(portion);
        portions.try_for_each(|portion| receiver.take(portion))?;
        assert!(receiver.memory() <= bytes.len());
        receiver.finish()
    });
    assert_eq!(received.ok(), whole);
}

/// The envelope in one copy, and a right one in the other if `both`.
fn check_flash(bytes: &[u8], both: bool, cut: u8) {
    if bytes.len() > TRUST_STORE_COPY_SIZE as usize {
        return;
    }
    let mut flash = SimulatedFlash::erased().with(TRUST_STORE.offset, bytes);
    if both {
        flash.put(TRUST_STORE.offset + TRUST_STORE_COPY_SIZE, &RIGHT);
    }
    let image = image();
    let mut copies = load(&mut flash, &image);
    let before = copies.in_force(&image).sequence();
    assert_in_force(&mut flash, before);
    let right_one = IMAGE_SEQUENCE + u64::from(both);
    assert!(before >= right_one, "a right store is not in force");
    for copy in StoreCopy::ALL {
        let state = copies.state(copy);
        assert!(!state.to_string().is_empty());
        assert!(!matches!(state, CopyState::Unreadable(_)), "{state}");
    }
    let Some(above) = before.checked_add(1) else {
        return;
    };
    let offer = RescueStore::verify(right(above), &image).expect("it is right");
    let same = RescueStore::verify(right(before), &image);
    if let Ok(same) = same {
        let operations = flash.operations();
        assert!(write(&mut flash, &mut copies, &image, same, 0).is_err());
        assert_eq!(flash.operations(), operations);
    }
    let mut battered = flash.clone();
    battered.cut_at(u32::from(cut), Cut::Torn(cut.into()));
    let mut copies_of_battered = load(&mut battered, &image);
    let cut_off = write(
        &mut battered,
        &mut copies_of_battered,
        &image,
        offer.clone(),
        0,
    )
    .is_err();
    battered.power_on();
    let found = load(&mut battered, &image).in_force(&image).sequence();
    assert!(found == above || cut_off && found == before, "{found}");

    write(&mut flash, &mut copies, &image, offer, 0).expect("it is above, and the flash is sound");
    assert_eq!(copies.in_force(&image).sequence(), above);
    assert_in_force(&mut flash, above);
}

/// What is in force is of this sequence, has the keys of the image, and comes from a rescue store only if that is above it.
fn assert_in_force(flash: &mut SimulatedFlash, sequence: u64) {
    let image = image();
    let copies = load(flash, &image);
    let in_force = copies.in_force(&image);
    assert_eq!(in_force.sequence(), sequence);
    assert_eq!(
        in_force.origin() == Origin::Rescue,
        sequence > IMAGE_SEQUENCE
    );
    let parts = |keys: KeySet<'_>| {
        (
            keys.threshold,
            keys.keys().map(|key| *key.public).collect::<Vec<_>>(),
        )
    };
    assert_eq!(parts(in_force.release_keys()), parts(image.release_keys()));
    assert_eq!(parts(in_force.rescue_keys()), parts(image.rescue_keys()));
    assert_eq!(in_force.product(), image.product());
}
