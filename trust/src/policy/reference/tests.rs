//! The reference knows what the reader knows.

use super::{KeyReference, Kind, SECTIONS, SectionReference, TOP};
use crate::policy::schema::{self, Form, Presence, Section};

#[test]
fn every_section_and_key_of_the_reader_is_described_and_no_other() {
    let read: Vec<_> = schema::SECTIONS
        .iter()
        .map(|section| section.name)
        .collect();
    let described: Vec<_> = SECTIONS.iter().map(|section| section.name).collect();
    assert_eq!(
        read, described,
        "describe the section in policy/reference/keys.rs"
    );
    assert_eq!(TOP.name, schema::SCHEMA_VERSION);
    for (read, described) in schema::SECTIONS.into_iter().zip(SECTIONS) {
        same(read, described);
    }
}

fn same(read: &Section, described: &SectionReference) {
    let name = read.name;
    assert_eq!(read.form == Form::List, described.repeats, "{name}");
    assert_eq!(
        read.presence == Presence::Required,
        described.required,
        "{name}"
    );
    assert_eq!(
        names(described.keys),
        read.keys,
        "describe the keys of {name} in policy/reference/keys.rs"
    );
    for key in described.either.iter().flat_map(|group| group.iter()) {
        let mut keys = described.keys.iter();
        let key = keys.find(|described| described.name == *key);
        assert!(
            key.is_some_and(|key| key.presence == super::Presence::Grouped),
            "{name}"
        );
    }
}

#[test]
fn every_key_of_an_inline_table_is_described() {
    let all = SECTIONS.iter().flat_map(|section| section.keys);
    let inline = all.filter_map(|key| match key.kind {
        Kind::List(Kind::Table(keys), _) => Some(names(keys)),
        _ => None,
    });
    let mut described: Vec<_> = inline.flatten().collect();
    described.sort_unstable();
    described.dedup();
    let mut read = schema::INLINE_TABLE_KEYS.to_vec();
    read.sort_unstable();
    assert_eq!(described, read);
}

#[test]
fn what_is_described_is_whole() {
    let keys = SECTIONS.iter().flat_map(|section| section.keys);
    for key in keys.chain([&TOP]) {
        assert!(
            !key.meaning.is_empty() && !key.meaning.contains(['\n', '|']),
            "{}",
            key.name
        );
        assert!(!key.kind.in_words().is_empty(), "{}", key.name);
        if let super::Presence::Default(value) = key.presence {
            assert!(
                serde_json::from_str::<serde_json::Value>(value).is_ok(),
                "{}",
                key.name
            );
        }
    }
}

fn names(keys: &[KeyReference]) -> Vec<&'static str> {
    keys.iter().map(|key| key.name).collect()
}
