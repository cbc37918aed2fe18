//! Everything that the device reads from its own flash: trust store, provisioning, otadata.
//!
//! Each input is read as it is and sealed. What is read, written again, gives the same bytes.

#![no_main]

use device::flash_layout::PROVISION;
use device::otadata::{self, ENTRY_LENGTH, Entry, Selection, Slot, State};
use device::provision::{ProvisionContents, Provisioning};
use device::store::layout::{MAGIC_LENGTH, MAX_STORE_LENGTH, magic};
use device::store::{StoreContents, TrustStore, find_in_image};
use libfuzzer_sys::fuzz_target;
use perennial_fuzz::seal;

fuzz_target!(|bytes: &[u8]| {
    read_store(bytes);
    find_stores(bytes);
    read_provisioning(bytes);
    read_otadata(bytes);
    if let Some(sealed) = seal::store(bytes) {
        read_store(&sealed);
        let image = [&[0x55; 5][..], &sealed, bytes, &sealed[..30]].concat();
        find_stores(&image);
    }
    let room = (PROVISION.size as usize).saturating_sub(bytes.len());
    for erased in [room, 0] {
        if let Some(sealed) = seal::provisioning(bytes, erased) {
            read_provisioning(&sealed);
        }
    }
});

fn read_store(bytes: &[u8]) {
    let exact = TrustStore::read_exact(bytes);
    let store = match TrustStore::read(bytes) {
        Ok(store) => store,
        Err(error) => {
            assert_eq!(exact, Err(error.clone()));
            assert!(error.offset() <= bytes.len(), "{error}");
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert_eq!(exact.is_ok(), store.len() == bytes.len());
    assert!(store.len() <= MAX_STORE_LENGTH);
    assert_eq!(store.as_bytes(), &bytes[..store.len()]);
    let written = StoreContents::from(&store).write();
    assert_eq!(written.as_deref(), Ok(store.as_bytes()));
    assert!(store.anchors().len() >= 1);
    let counted = store.anchors().count();
    assert_eq!(counted, store.anchors().len());
    for anchor in store.anchors() {
        assert!(anchor.not_before <= anchor.effective_end);
        assert!(anchor.effective_end <= anchor.not_after);
    }
    for keys in [store.release_keys(), store.rescue_keys()] {
        let count = keys.keys().count();
        assert!(keys.threshold >= 1 && usize::from(keys.threshold) <= count.max(1));
    }
    let mut end = 0;
    for (range, field) in store.fields() {
        assert_eq!(range.start, end, "{field}");
        assert!(!field.to_string().is_empty());
        end = range.end;
    }
    assert_eq!(end, store.len(), "a byte without a name");
}

fn find_stores(image: &[u8]) {
    let found: Vec<_> = find_in_image(image).collect();
    let magics = image
        .windows(MAGIC_LENGTH)
        .filter(|window| **window == magic());
    assert_eq!(found.len(), magics.count());
    for (offset, store) in found {
        assert_eq!(store, TrustStore::read(&image[offset..]));
    }
}

fn read_provisioning(bytes: &[u8]) {
    let read = match Provisioning::read(bytes) {
        Ok(read) => read,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let contents = ProvisionContents::from(&read);
    assert!(
        !format!("{read:?}").contains("password: Some(\"(hidden)\")") || read.password().is_some()
    );
    let written = contents.write().expect("what was read can be written");
    let length = usize::from(u16::from_le_bytes([bytes[10], bytes[11]]));
    assert_eq!(written[..length], bytes[..length]);
    assert!(written[length..].iter().all(|byte| *byte == 0xFF));
    assert!(bytes[length..].iter().all(|byte| *byte == 0xFF));
}

fn read_otadata(bytes: &[u8]) {
    match Entry::decode(bytes) {
        Ok(entry) => assert_eq!(entry.encode(), bytes[..ENTRY_LENGTH]),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    otadata::selected_in(bytes);
    // Two entries whose CRCs are right, against the bootloader's rule in other words.
    let Some((first, rest)) = entry(bytes) else {
        return;
    };
    let Some((second, _)) = entry(rest) else {
        return;
    };
    let can_start = |entry: &Entry| {
        entry.sequence != u32::MAX && !matches!(entry.state, State::Invalid | State::Aborted)
    };
    let newest = [first, second]
        .into_iter()
        .filter(can_start)
        .map(|entry| entry.sequence)
        .max();
    let selected = otadata::selected(&first.encode(), &second.encode());
    match (newest, selected) {
        (None, Selection::Fallback) => {}
        (Some(newest), Selection::Entry { slot, sector }) => {
            let expected = if newest % 2 == 1 {
                Slot::Ota0
            } else {
                Slot::Ota1
            };
            assert_eq!(slot, expected);
            assert_eq!([first, second][sector].sequence, newest);
            assert!(can_start(&[first, second][sector]));
        }
        (newest, selected) => panic!("{newest:?} gives {selected:?}"),
    }
    let partition = [
        first.encode().to_vec(),
        vec![0xFF; 4096 - ENTRY_LENGTH],
        second.encode().to_vec(),
    ];
    assert_eq!(otadata::selected_in(&partition.concat()), selected);
}

fn entry(bytes: &[u8]) -> Option<(Entry, &[u8])> {
    let (sequence, rest) = bytes.split_first_chunk()?;
    let (state, rest) = rest.split_first()?;
    let states = [
        State::Aborted,
        State::Invalid,
        State::New,
        State::PendingVerify,
        State::Undefined,
        State::Valid,
    ];
    let entry = Entry {
        sequence: u32::from_le_bytes(*sequence),
        label: [0xFF; otadata::LABEL_LENGTH],
        state: *states.get(usize::from(*state) % states.len())?,
    };
    Some((entry, rest))
}
