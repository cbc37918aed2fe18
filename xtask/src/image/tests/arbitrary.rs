//! No bytes make a reader panic.

use proptest::prelude::*;

use super::small;
use crate::image::tests::elf::settings;
use crate::image::{Application, FlashMap, Settings, application, partition_table};

/// Where bytes are written over the good ones.
type Patch = Vec<(prop::sample::Index, Vec<u8>)>;

fn patches() -> impl Strategy<Value = Patch> {
    let bytes = prop::collection::vec(any::<u8>(), 1..9);
    prop::collection::vec((any::<prop::sample::Index>(), bytes), 1..5)
}

fn patched(good: &[u8], patches: &Patch) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for (place, patch) in patches {
        let start = place.index(bytes.len());
        let room = patch.len().min(bytes.len() - start);
        bytes[start..start + room].copy_from_slice(&patch[..room]);
    }
    bytes
}

proptest! {
    #[test]
    fn of_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(Application::read(&bytes).is_err());
        prop_assert!(FlashMap::read(&bytes).is_err());
        prop_assert!(partition_table::read(&bytes).is_err());
    }

    #[test]
    fn of_any_bytes_after_a_header(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let mut image = small().image.bytes()[..24].to_vec();
        image.extend(bytes);
        prop_assert!(Application::read(&image).is_err());
    }

    #[test]
    fn of_a_patched_application(patches in patches()) {
        let good = small().image.bytes();
        let bytes = patched(good, &patches);
        prop_assert_eq!(Application::read(&bytes).is_ok(), bytes == good);
    }

    // Near the start is where structure is.
    #[test]
    fn of_a_patched_start(patches in patches()) {
        let good = small().image.bytes();
        let (start, rest) = good.split_at(0x200);
        let bytes = [&patched(start, &patches), rest].concat();
        prop_assert_eq!(Application::read(&bytes).is_ok(), bytes == good);
    }

    #[test]
    fn of_a_patched_table(patches in patches()) {
        let good = partition_table::bytes();
        let bytes = patched(&good, &patches);
        prop_assert_eq!(partition_table::require(&bytes).is_ok(), bytes == good);
        prop_assert_eq!(partition_table::read(&bytes).is_ok(), bytes == good);
    }

    #[test]
    fn of_a_truncated_elf_file(length in any::<prop::sample::Index>()) {
        let elf = &small().elf;
        let settings: Settings<'_> = settings(&small().store);
        prop_assert!(application(&elf[..length.index(elf.len())], &settings).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn of_a_patched_flash(patches in patches()) {
        let good = &small().flash;
        let bytes = patched(good, &patches);
        prop_assert_eq!(FlashMap::read(&bytes).is_ok(), &bytes == good);
    }
}
