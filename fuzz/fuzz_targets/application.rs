//! Application images, as the device reads them while they come and again from flash.
//!
//! Input: the size of the portions (1 byte), then the file: as it is, sealed, and with secure padding and a signature sector
//! (every tenth one: it has 64 KiB). What the device takes the bootloader starts.

#![no_main]

use device::image::{Form, ImageError, ImageFacts, ImageReader, SIGNATURE_SECTOR_LENGTH};
use libfuzzer_sys::fuzz_target;
use perennial_fuzz::seal;
use sha2::{Digest as _, Sha256};
use simulated::image;

fuzz_target!(|bytes: &[u8]| {
    let Some((portion, file)) = bytes.split_first() else {
        return;
    };
    let size = usize::from(*portion) + 1;
    check(file, size);
    if let Some(sealed) = seal::image(file) {
        check(&sealed, size);
    }
    if portion % 10 == 0
        && let Some(signed) = seal::signed_image(file)
    {
        check(&signed, size * 64);
    }
});

fn check(file: &[u8], size: usize) {
    let whole = read(file, file.len(), file.len().max(1));
    assert_eq!(read(file, file.len(), size), whole, "the portions count");
    match whole {
        Ok(facts) => assert_taken(file, &facts),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// What is known of a file that is said to have `length` bytes and comes in portions of `size`.
fn read(file: &[u8], length: usize, size: usize) -> Result<ImageFacts, ImageError> {
    let mut reader = ImageReader::new(u32::try_from(length).expect("a small file"));
    for portion in file.chunks(size) {
        if let Err(error) = reader.take(portion) {
            return Err(without_count(error));
        }
    }
    reader.facts()
}

/// How many bytes follow is counted in the portion in which the end is.
fn without_count(error: ImageError) -> ImageError {
    match error {
        ImageError::Trailing { .. } => ImageError::Trailing { count: 0 },
        error => error,
    }
}

fn assert_taken(file: &[u8], facts: &ImageFacts) {
    let after = match facts.form {
        Form::Signed => SIGNATURE_SECTOR_LENGTH as usize,
        Form::Unsigned => 0,
    };
    let (image, _) = file.split_at(file.len() - after);
    assert_eq!(facts.file_sha256[..], Sha256::digest(file)[..]);
    assert_eq!(facts.image_sha256[..], Sha256::digest(image)[..]);
    // In a slot, anything may follow it.
    let slot = [file, &[0xA5; 40]].concat();
    assert_eq!(image::check(&slot), Ok(image.len()));
    let descriptor = &facts.descriptor;
    for text in [&descriptor.version, &descriptor.project] {
        assert!((1..=31).contains(&text.len()));
    }
    // Neither shorter nor longer, in bytes or in words.
    let length = file.len();
    assert!(read(&file[..length - 1], length - 1, length).is_err());
    assert!(read(&file[..length - 1], length, length).is_err());
    assert!(read(&slot[..length + 1], length + 1, length).is_err());
    assert!(read(&slot[..length + 1], length, length).is_err());
}
