//! The readers of application images, bootloaders and partition tables.
//!
//! Each input is read as it is and sealed. What is read has a name for every byte.

#![no_main]

use libfuzzer_sys::fuzz_target;
use perennial_fuzz::image::{
    Application, Container, assert_every_byte_has_a_name, assert_says_why, bootloader,
    partition_table,
};
use perennial_fuzz::seal;
use sha2::{Digest as _, Sha256};

fuzz_target!(|bytes: &[u8]| {
    read_application(bytes);
    read_bootloader(bytes);
    read_table(bytes);
    read_table(&seal::partition_table(bytes));
    if let Some(sealed) = seal::image(bytes) {
        read_application(&sealed);
        read_bootloader(&sealed);
    }
});

fn read_application(bytes: &[u8]) {
    let whole = Application::read(bytes);
    let application = match Application::read_prefix(bytes) {
        Ok(application) => application,
        Err(faults) => {
            assert_says_why(&faults);
            return assert_eq!(whole.err(), Some(faults));
        }
    };
    let image = application.bytes();
    assert_eq!(whole.is_ok(), image.len() == bytes.len());
    assert_eq!(image, &bytes[..image.len()]);
    assert_every_byte_has_a_name(&application.fields(), image.len());
    check_container(application.container());
    match application.store() {
        Ok(store) => assert_eq!(store.bytes_in(image), store.store.as_bytes()),
        Err(faults) => assert_says_why(&faults),
    }
    // What follows an image does not change it, and is not part of it.
    let longer = [image, &[0xFF; 9]].concat();
    assert_eq!(Application::read_prefix(&longer).as_ref(), Ok(&application));
    assert!(Application::read(&longer).is_err());
    assert!(Application::read_prefix(&image[..image.len() - 1]).is_err());
}

fn read_bootloader(bytes: &[u8]) {
    match bootloader::read_prefix(bytes) {
        Ok(container) => {
            check_container(&container);
            let fields = bootloader::fields(&container);
            assert_every_byte_has_a_name(&fields, container.bytes().len());
        }
        Err(faults) => assert_says_why(&faults),
    }
}

fn check_container(container: &Container<'_>) {
    assert_every_byte_has_a_name(&container.fields(), container.bytes().len());
    let (hashed, digest) = container
        .bytes()
        .split_last_chunk::<32>()
        .expect("it has a digest");
    assert_eq!(Sha256::digest(hashed)[..], digest[..]);
    let entry = hashed[4..8]
        .try_into()
        .map(u32::from_le_bytes)
        .expect("four bytes");
    assert!(
        container
            .segments()
            .iter()
            .any(|segment| { segment.region.is_executable() && segment.address <= entry })
    );
}

fn read_table(bytes: &[u8]) {
    match partition_table::read(bytes) {
        Ok(entries) => {
            for entry in entries {
                assert!(entry.label.bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }
        Err(fault) => assert!(!fault.to_string().is_empty()),
    }
    match partition_table::require(bytes) {
        Ok(()) => assert_eq!(bytes[..partition_table::LENGTH], partition_table::bytes()),
        Err(faults) => assert_says_why(&faults),
    }
}
