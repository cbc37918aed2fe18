//! Every byte counts once, and what is nothing that is known is found.

use super::super::fault::Field;
use super::super::tests::elf::{Program, settings, store};
use super::super::{ApplicationImage, application, flash};
use super::{Accounting, Class, Part};

fn image() -> (ApplicationImage, Vec<u8>) {
    let store = store(1);
    let image = application(&Program::small(&store).elf(), &settings(&store)).unwrap();
    let flash = flash(&image, &store).unwrap();
    (image, flash)
}

#[track_caller]
fn assert_whole(accounting: &Accounting, bytes: &[u8]) {
    let summary = accounting.summary();
    assert_eq!(summary.unexplained, 0, "{:?}", accounting.unexplained());
    assert_eq!(summary.by_class.values().sum::<usize>(), bytes.len());
    assert!(summary.adds_up());
}

#[track_caller]
fn assert_unexplained(accounting: &Accounting, bytes: usize, name: &str) {
    let found = accounting.unexplained();
    let summary = accounting.summary();
    assert_eq!(summary.unexplained, bytes, "{found:?}");
    assert!(summary.adds_up(), "{summary:?}");
    assert!(
        found.iter().any(|found| found.field.name.contains(name)),
        "{found:?}"
    );
}

#[test]
fn every_byte_of_both_images_has_a_class() {
    let (image, flash) = image();
    let application = Accounting::of_application(image.bytes());
    assert_whole(&application, image.bytes());
    let by_class = application.summary().by_class;
    assert_eq!(by_class[&Class::Descriptor], 256);
    assert_eq!(by_class[&Class::Digest], 32);
    assert_eq!(by_class[&Class::Checksum], 1);
    assert_eq!(by_class[&Class::TrustStore], store(1).len());
    assert_eq!(by_class[&Class::Header], 24 + 5 * 8);
    assert_whole(&Accounting::of_flash(&flash), &flash);
    let boot = image.bootloader().bytes();
    assert_whole(&Accounting::of_bootloader(boot), boot);
    let by_class = Accounting::of_flash(&flash).summary().by_class;
    assert_eq!(by_class[&Class::Bootloader], boot.len());
    assert_eq!(by_class[&Class::TrustStore], 2 * store(1).len());
}

#[test]
fn parts_agree_with_the_fields_of_the_strict_readers() {
    let (image, _) = image();
    let fields = super::super::Application::read(image.bytes())
        .unwrap()
        .fields();
    let accounting = Accounting::of_application(image.bytes());
    let parts: Vec<Field> = accounting
        .parts()
        .iter()
        .map(|part| part.field.clone())
        .collect();
    assert_eq!(parts, fields);
}

#[test]
fn bytes_behind_the_image_are_unexplained() {
    let (image, _) = image();
    let longer = [image.bytes(), &[1, 2, 3]].concat();
    assert_unexplained(
        &Accounting::of_application(&longer),
        3,
        "belongs to no part",
    );
    let shorter = &image.bytes()[..image.bytes().len() - 1];
    assert_unexplained(
        &Accounting::of_application(shorter),
        shorter.len(),
        "belongs to no part",
    );
    assert_unexplained(
        &Accounting::of_application(b"not an image"),
        12,
        "belongs to no part",
    );
}

#[test]
fn bytes_that_should_be_erased_or_zero_are_unexplained() {
    let (image, good) = image();
    for at in [0x7000, 0x9000, 0xE000, 0x1E_0000, 0x3C_0000, 0x3F_FFFF] {
        let mut flash = good.clone();
        flash[at] = 0xFE;
        assert_unexplained(&Accounting::of_flash(&flash), 1, "not what fills it");
    }
    let mut padded = image.bytes().to_vec();
    let accounting = Accounting::of_application(&padded);
    let padding = accounting
        .parts()
        .iter()
        .find(|part| part.class == Class::Padding);
    let at = padding.unwrap().field.range.start;
    padded[at] = 7;
    padded[at + 1] = 7;
    assert_unexplained(
        &Accounting::of_application(&padded),
        2,
        "padding: not what fills it",
    );
}

#[test]
fn what_two_parts_claim_is_explained_by_neither() {
    let part = |from, to, class| Part::new(Field::new(from..to, "part"), class);
    let parts = vec![
        part(0, 6, Class::Code),
        part(4, 10, Class::Data),
        part(4, 5, Class::Header),
    ];
    let accounting = Accounting::new(&[0; 12], parts);
    let summary = accounting.summary();
    assert!(
        accounting
            .unexplained()
            .iter()
            .any(|found| found.field.name == "belongs to two parts")
    );
    assert!(summary.unexplained >= 4, "{summary:?}");
}

#[test]
fn the_table_has_a_line_for_each_class_and_the_sum() {
    let (image, _) = image();
    let text = Accounting::of_application(image.bytes())
        .summary()
        .to_string();
    assert!(text.contains("        0 unexplained\n"), "{text}");
    assert!(
        text.ends_with(&format!("{:>9} bytes in all", image.bytes().len())),
        "{text}"
    );
}
