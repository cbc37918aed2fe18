//! Each form and each trap; damage at every place.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod comments;

use super::*;

const X1: &str = include_str!("../../anchors/isrg-root-x1.pem");
const X2: &str = include_str!("../../anchors/isrg-root-x2.pem");
const BUNDLE: &[u8] = include_bytes!("../../fixtures/rules/I109-truncated/pass/material.bin");

fn block(text: &str) -> &str {
    &text[text.find("-----BEGIN").unwrap()..]
}

fn der(text: &str) -> Vec<u8> {
    let found = Material::find("x.pem", text.as_bytes()).found;
    match &found[0].anchor {
        Anchor::Certificate(certificate) => certificate.der.to_vec(),
        _ => panic!("no certificate"),
    }
}

fn names(name: &str, bytes: &[u8]) -> Vec<(Form, String)> {
    let material = Material::find(name, bytes);
    assert!(material.damages.is_empty(), "{:?}", material.damages);
    let found = material.found.iter();
    found
        .map(|found| (found.form, found.anchor.name().to_owned()))
        .collect()
}

fn both(form: Form) -> Vec<(Form, String)> {
    vec![
        (form, "ISRG Root X1".to_owned()),
        (form, "ISRG Root X2".to_owned()),
    ]
}

#[test]
fn pem_with_every_trap() {
    let plain = format!("{}{}", block(X1), block(X2));
    let no_newline = plain.trim_end().to_owned();
    let crlf = plain.replace('\n', "\r\n");
    let comments = format!(
        "\u{feff}# ISRG Root X1\n=============\n{}\n# caf\u{e9}\n{}",
        block(X1),
        block(X2)
    );
    let together = plain.replace(
        "-----END CERTIFICATE-----\n-----BEGIN",
        "-----END CERTIFICATE----------BEGIN",
    );
    for text in [plain.as_str(), &no_newline, &crlf, &comments, &together] {
        assert_eq!(
            names("ca.pem", text.as_bytes()),
            both(Form::Pem),
            "{text:?}"
        );
    }
    let latin: Vec<u8> = comments
        .chars()
        .filter(|c| *c != '\u{feff}')
        .map(|c| c as u8)
        .collect();
    assert_eq!(names("ca.pem", &latin), both(Form::Pem));
}

#[test]
fn headers_of_c_and_arduino() {
    let line = |end: &str| {
        let lines = |text: &str| {
            block(text)
                .lines()
                .map(|line| format!("  \"{line}{end}\n"))
                .collect::<String>()
        };
        format!(
            "static const char ca[] PROGMEM =\n{}{};\n",
            lines(X1),
            lines(X2)
        )
    };
    for end in ["\\n\"", "\\r\\n\"", "\\n\" \\"] {
        assert_eq!(
            names("ca.h", line(end).as_bytes()),
            both(Form::CString),
            "{end}"
        );
    }
    let continued = |text: &str| {
        block(text)
            .lines()
            .map(|line| format!("{line}\\n\\\n"))
            .collect::<String>()
    };
    let text = format!("const char* ca = \"{}{}\";\n", continued(X1), continued(X2));
    assert_eq!(names("ca.h", text.as_bytes()).len(), 2);
    let one_line = |text: &str| format!("\"{}\"", block(text).trim_end().replace('\n', "\\n"));
    let text = format!(
        "const char* a = {};\nconst char* b = {};\n",
        one_line(X1),
        one_line(X2)
    );
    assert_eq!(names("ca.h", text.as_bytes()).len(), 2);
    let raw = format!(
        "const char ca[] = R\"EOF(\n{}{})EOF\";\n",
        block(X1),
        block(X2)
    );
    assert_eq!(names("ca.h", raw.as_bytes()), both(Form::Pem));
}

#[test]
fn arrays_of_c() {
    let array = |bytes: &[u8]| {
        let lines = bytes.chunks(12).map(|chunk| {
            let numbers: Vec<_> = chunk.iter().map(|byte| format!("0x{byte:02x}")).collect();
            format!("  {}, // {}\n", numbers.join(", "), chunk.len())
        });
        format!(
            "/* {{ 1, 2 */ const uint8_t x[] = {{\n{}}};\nunsigned int x_len = {};\n",
            lines.collect::<String>(),
            bytes.len()
        )
    };
    let mut text = format!("{}{}", block(X1), block(X2)).into_bytes();
    assert_eq!(names("x.h", array(&text).as_bytes()), both(Form::Pem));
    text.push(0);
    assert_eq!(names("x.h", array(&text).as_bytes()), both(Form::Pem));
    assert_eq!(
        names("x.h", array(&der(X1)).as_bytes()),
        both(Form::Der)[..1]
    );
    assert_eq!(names("x.h", array(BUNDLE).as_bytes()).len(), 3);
    let material = Material::find("x.h", array(BUNDLE).as_bytes());
    assert!(material.found[0].place.in_array);
    let cut = &array(BUNDLE)[..900];
    assert_eq!(
        Material::find("x.h", cut.as_bytes()).damages[0].kind,
        DamageKind::Broken
    );
}

#[test]
fn material_in_an_image_at_any_place() {
    for shift in 0..4 {
        let mut image = vec![0xE9; 100 + shift];
        image.extend_from_slice(b"-----BEGIN CERTIFICATE-----\0-----END CERTIFICATE-----\0\0\0");
        image.extend_from_slice(BUNDLE);
        image.extend_from_slice(&[0; 13]);
        image.extend_from_slice(block(X1).as_bytes());
        image.push(0);
        image.extend_from_slice(&der(X2));
        image.extend_from_slice(&[0xFF; 64]);
        let names = names("app.bin", &image);
        let forms: Vec<_> = names.iter().map(|(form, _)| *form).collect();
        let bundle = Form::BundleV2;
        assert_eq!(
            forms,
            [bundle, bundle, bundle, Form::Pem, Form::Der],
            "{shift}"
        );
    }
}

#[test]
fn a_bundle_that_is_cut_off_is_never_whole() {
    for length in 1..BUNDLE.len() {
        let material = Material::find("bundle", &BUNDLE[..length]);
        assert!(material.found.len() < 3);
        let damaged = material
            .damages
            .iter()
            .any(|damage| damage.kind == DamageKind::Broken);
        // Of fewer bytes than two offsets nobody can tell what they were.
        assert!(damaged || length < 12, "{length}");
    }
}

#[test]
fn a_changed_byte_is_another_anchor_or_damage_and_never_a_panic() {
    let whole = names("bundle", BUNDLE);
    let keys = |bytes: &[u8]| -> Vec<_> {
        let found = Material::find("bundle", bytes).found;
        found
            .iter()
            .filter_map(|found| match &found.anchor {
                Anchor::NameAndKey(entry) => Some((entry.subject.clone(), entry.spki_sha256)),
                _ => None,
            })
            .collect()
    };
    assert_eq!(whole.len(), 3);
    let good = keys(BUNDLE);
    for at in 0..BUNDLE.len() {
        let mut changed = BUNDLE.to_vec();
        changed[at] ^= 1;
        assert_ne!(keys(&changed), good, "{at}");
    }
}

#[test]
fn what_is_cut_off_or_not_read_is_said() {
    let cut = &block(X1)[..700];
    let kinds = |text: &str| -> Vec<_> {
        let material = Material::find("ca.pem", text.as_bytes());
        material.damages.iter().map(|damage| damage.kind).collect()
    };
    assert_eq!(kinds(cut), [DamageKind::Broken]);
    assert_eq!(
        kinds(&format!("{cut}\n{}", block(X2))),
        [DamageKind::Broken]
    );
    let trusted = block(X1).replace(" CERTIFICATE", " TRUSTED CERTIFICATE");
    assert_eq!(kinds(&trusted), [DamageKind::NotRead]);
    let comment = block(X1).replacen("-----\n", "-----\n# comment\n", 1);
    assert_eq!(kinds(&comment), [DamageKind::NotRead]);
    assert_eq!(
        kinds("if (strstr(text, \"-----BEGIN CERTIFICATE-----\") != NULL) { return; }"),
        []
    );
    let der = der(X1);
    let material = Material::find("x.der", &der[..der.len() - 1]);
    assert_eq!(material.damages[0].kind, DamageKind::Broken);
}

/// What a fuzzer does, in small: bytes of good files changed, moved and cut, always in the same way.
#[test]
fn whatever_is_read_stands_within_the_file() {
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };
    let seeds = [BUNDLE.to_vec(), X1.as_bytes().to_vec(), der(X2)];
    for _ in 0..2_000 {
        let mut bytes = seeds[next(seeds.len())].clone();
        bytes.extend(seeds[next(seeds.len())].clone());
        for _ in 0..next(6) {
            let at = next(bytes.len());
            bytes[at] = [0, 1, 0x30, 0x82, 0xFF, b'-', b'{', b'"'][next(8)];
        }
        bytes.drain(..next(3) * next(40));
        bytes.truncate(next(bytes.len()) + 1);
        let material = Material::find("file", &bytes);
        let length = if material.is_text {
            material.file.text.len()
        } else {
            bytes.len()
        };
        let places = material.found.iter().map(|found| &found.place);
        let passed_over = material.commented_out.iter().map(|found| &found.place);
        let damaged = material.damages.iter().map(|damage| &damage.place);
        for place in places.chain(passed_over).chain(damaged) {
            assert!(place.bytes.start <= place.bytes.end && place.bytes.end <= length);
            assert!(!material.where_in_words(place).is_empty());
        }
    }
}
