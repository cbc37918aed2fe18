//! The search for trust material in any file.
//!
//! What is found stands where it is said to stand, and reading a certificate or a bundle again gives it again. An input is a
//! file; with its first byte odd what follows is put at an odd place of an image.

#![no_main]

use libfuzzer_sys::fuzz_target;
use trust::material::{Anchor, Material};

/// Lengths of certificates that are looked for where no PEM says that there is one.
const USUAL: std::ops::RangeInclusive<usize> = 512..=16_384;

fuzz_target!(|bytes: &[u8]| {
    let Some((flags, file)) = bytes.split_first() else {
        return assert!(Material::find("empty", bytes).found.is_empty());
    };
    let mut image = Vec::new();
    if flags & 1 == 1 {
        image.extend_from_slice(&[0xE9; 7]);
        image.extend_from_slice(&[0; 4]);
    }
    image.extend_from_slice(file);
    let material = Material::find("file", &image);
    let length = if material.is_text {
        material.file.text.len()
    } else {
        image.len()
    };
    for place in material
        .found
        .iter()
        .map(|found| &found.place)
        .chain(material.damages.iter().map(|damage| &damage.place))
    {
        assert!(place.bytes.start <= place.bytes.end && place.bytes.end <= length);
        assert!(!material.where_in_words(place).is_empty());
    }
    assert!(
        material
            .damages
            .iter()
            .all(|damage| !damage.what.is_empty())
    );
    for found in &material.found {
        if let Anchor::Certificate(certificate) = &found.anchor
            && USUAL.contains(&certificate.der.len())
        {
            let again = Material::find("again.der", &certificate.der);
            let one = again.found.iter().filter(|one| {
                matches!(&one.anchor, Anchor::Certificate(other) if other.fingerprint == certificate.fingerprint)
            });
            assert_eq!(one.count(), 1, "a certificate is found alone, too");
        }
    }
});
