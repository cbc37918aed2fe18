//! Secure padding, and keys that are read or refused.

use super::keys;
use super::padded;
use crate::exit::Exit;
use crate::image::{Application, sample_application};
use crate::secure_boot::padding::{PAGE, PaddedImage, PaddingError};
use crate::secure_boot::pem::{PemKey, public_key};

#[test]
fn a_padded_image_is_a_whole_number_of_pages_and_the_same_application() {
    for code in [700, 50_000, 65_536] {
        let image = sample_application(code);
        let application = Application::read(&image).unwrap();
        let padded = PaddedImage::pad(&application).unwrap();
        assert_eq!(padded.bytes().len() % PAGE, 0);
        assert!(padded.bytes().len() < image.len() + PAGE + 48);
        assert_eq!(PaddedImage::read(padded.bytes()).unwrap(), padded);
        let again = Application::read(padded.bytes()).unwrap();
        assert_eq!(again.descriptor(), application.descriptor());
        let segments = again.container().segments();
        let (last, others) = segments.split_last().unwrap();
        assert_eq!(others, application.container().segments());
        assert_eq!(last.address, 0);
        assert_eq!(PaddedImage::pad(&again), Err(PaddingError::Padded));
    }
}

#[test]
fn fields_name_each_byte_of_a_padded_image_once() {
    let padded = padded(700);
    let mut end = 0;
    for field in padded.fields() {
        assert_eq!(field.range.start, end, "{}", field.name);
        end = field.range.end;
    }
    assert_eq!(end, padded.bytes().len());
    let names: Vec<_> = padded
        .fields()
        .into_iter()
        .map(|field| field.name)
        .collect();
    let secure = names
        .iter()
        .filter(|name| name.ends_with(": secure padding"));
    assert_eq!(secure.count(), 1, "{names:?}");
}

#[test]
fn an_image_without_padding_is_no_padded_one() {
    let faults = PaddedImage::read(&sample_application(700)).unwrap_err();
    assert_eq!(faults.iter().next().unwrap().field.name, "secure padding");
}

#[test]
fn one_key_in_each_form_is_the_same_key() {
    let expected = public_key(&keys::path("one.pem")).unwrap();
    for name in ["one.pkcs1.pem", "one.pub.pem", "one.pkcs1.pub.pem"] {
        assert_eq!(public_key(&keys::path(name)).unwrap(), expected, "{name}");
    }
    for name in ["one.pem", "one.pkcs1.pem"] {
        let key = PemKey::read(&keys::path(name)).unwrap();
        assert_eq!(*key.public(), expected, "{name}");
        let image = padded(700);
        let signature = key.sign(&image).unwrap();
        assert!(expected.verifies(&image.digest(), &signature));
        assert!(!expected.verifies(&[0; 32], &signature));
    }
}

#[test]
fn other_keys_are_refused_with_the_reason() {
    for (name, why) in [
        ("small.pem", "RSA key of 2048 bits"),
        ("large.pem", "RSA key of 4096 bits"),
        ("exponent.pem", "exponent is 3"),
        ("encrypted.pem", "is encrypted"),
        ("encrypted.pkcs1.pem", "is encrypted"),
        ("curve.sec1.pem", "BEGIN EC PRIVATE KEY"),
        ("curve.pem", "is no key for Secure Boot v2"),
        ("one.pub.pem", "BEGIN PUBLIC KEY"),
        ("absent.pem", "cannot read"),
    ] {
        let path = keys::path(name);
        let failure = PemKey::read(&path).err().unwrap();
        assert_eq!(failure.exit, Exit::Unreadable, "{name}");
        let said = failure.to_string();
        assert!(said.contains(why) && said.contains(name), "{name}: {said}");
        assert!(
            name.starts_with("one") || public_key(&path).is_err(),
            "{name}"
        );
    }
}

/// `openssl rsa -text` writes the numbers above the key.
#[test]
fn text_above_a_key_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    let one = std::fs::read_to_string(keys::path("one.pub.pem")).unwrap();
    std::fs::write(
        &path,
        format!("RSA Public-Key: (3072 bit)\nModulus:\n{one}"),
    )
    .unwrap();
    let expected = public_key(&keys::path("one.pem")).unwrap();
    assert_eq!(public_key(&path).unwrap(), expected);
}

#[test]
fn files_that_hold_no_key_or_two_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    let one = std::fs::read_to_string(keys::path("one.pem")).unwrap();
    let broken = one.replace("\nMII", "\nMIJ");
    assert_ne!(broken, one);
    for (text, why) in [
        ("", "no line that begins a PEM block"),
        ("-----BEGIN PRIVATE KEY-----\n", "is no key"),
        (&one.repeat(2), "more than one PEM block"),
        (&broken, "is no key"),
        (&"x".repeat(70_000), "more than 65536 bytes"),
    ] {
        std::fs::write(&path, text).unwrap();
        let said = PemKey::read(&path).err().unwrap().to_string();
        assert!(said.contains(why), "{why}: {said}");
        assert!(!said.contains("MII"), "{said}");
    }
}
