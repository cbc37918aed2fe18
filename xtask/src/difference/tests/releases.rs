//! Whole releases, and what cannot be compared.

use std::collections::BTreeMap;

use super::super::{Artefact, Difference, FileKind, html, human, of};
use super::making::{World, lines};
use crate::exit::Exit;
use crate::image::Expected;
use crate::image::tests::elf::EXPECTED;

/// A release of `world`; `commit` and `rustc` are what it says it was built from.
fn release(world: &World, commit: &str, rustc: &str) -> BTreeMap<String, Vec<u8>> {
    let built = world.build();
    let hash = |bytes: &[u8]| hex::encode(<sha2::Sha256 as sha2::Digest>::digest(bytes));
    let manifest = format!(
        "{{\n  \"schema\": \"perennial.release/1\",\n  \"version\": \"{}\",\n  \"commit\": \"{commit}\",\n  \
         \"source-date-epoch\": 1782909296,\n  \"store\": {{\n    \"sha256\": \"{}\"\n  }},\n  \"toolchain\": {{\n    \
         \"rustc\": \"{rustc}\"\n  }},\n  \"artefacts\": [\n    \"{}\"\n  ]\n}}\n",
        world.expected.version,
        hash(&world.store),
        hash(&built.application),
    );
    let sums = format!(
        "{}  application.bin\n{}  firmware.elf\n",
        hash(&built.application),
        hash(&built.elf)
    );
    [
        ("application.bin", built.application),
        ("firmware.elf", built.elf),
        ("flash.bin", built.flash),
        ("trust-store.bin", world.store.clone()),
        ("release.json", manifest.into_bytes()),
        ("SHA256SUMS", sums.into_bytes()),
    ]
    .into_iter()
    .map(|(name, bytes)| (name.to_owned(), bytes))
    .collect()
}

fn compared(a: BTreeMap<String, Vec<u8>>, b: BTreeMap<String, Vec<u8>>) -> Difference {
    let artefact = |name: &str, files| Artefact::of_release(name, files).unwrap();
    of(&artefact("a", a), &artefact("b", b)).unwrap()
}

#[test]
fn equal_releases_are_equal() {
    let world = World::new();
    let found = compared(release(&world, "c1", "r1"), release(&world, "c1", "r1"));
    assert!(found.equal && found.explained);
    assert_eq!((found.exit(), found.equal_files.len()), (Exit::Done, 6));
    assert!(found.json().contains("\"equal\": true"));
}

#[test]
fn the_first_unequal_input_explains_the_code() {
    let mut other = World::new();
    other.program.section(".text").data[100] ^= 0x80;
    let found = compared(
        release(&World::new(), "c1", "r1"),
        release(&other, "c1", "r2"),
    );
    assert_eq!(found.inputs[0].name, "toolchain.rustc");
    assert!(found.explained, "{}", human(&found));
    assert!(
        found.conclusions[0].contains("first unequal input: toolchain.rustc: r1 in A, r2 in B")
    );
    let hash = found
        .files
        .iter()
        .find(|file| file.name == "application.bin")
        .unwrap();
    let hash = hash
        .ranges
        .iter()
        .find(|range| range.owner.name.ends_with("ELF file"))
        .unwrap();
    assert!(
        hash.cause.words().contains("which differs in .text"),
        "{:?}",
        hash.cause
    );
}

#[test]
fn the_commit_comes_before_what_follows_from_it() {
    let mut other = World::new();
    other.expected = Expected {
        version: "0.1.1",
        ..EXPECTED
    };
    let found = compared(
        release(&World::new(), "c1", "r1"),
        release(&other, "c2", "r1"),
    );
    let names: Vec<&str> = found
        .inputs
        .iter()
        .map(|input| input.name.as_str())
        .collect();
    assert_eq!(names, ["commit", "version"]);
    assert!(found.explained);
}

#[test]
fn equal_inputs_and_other_code_are_not_explained() {
    let mut other = World::new();
    other.program.section(".text").data[100] ^= 0x80;
    let found = compared(
        release(&World::new(), "c1", "r1"),
        release(&other, "c1", "r1"),
    );
    assert!(found.inputs.is_empty() && !found.explained);
    assert_eq!(found.exit(), Exit::NotReproducible);
    let lines = lines(&found);
    assert!(
        lines.contains(&"unexplained section .text".to_owned()),
        "{lines:?}"
    );
    let sums = found
        .files
        .iter()
        .find(|file| file.name == "SHA256SUMS")
        .unwrap();
    assert!(sums.explained, "{sums:?}");
}

/// The time of the build, though both releases record the same instant.
#[test]
fn a_clock_that_was_read_is_a_leak() {
    let mut other = World::new();
    other.expected = Expected {
        time: "23:59:59",
        ..EXPECTED
    };
    let found = compared(
        release(&World::new(), "c1", "r1"),
        release(&other, "c1", "r1"),
    );
    let lines = lines(&found);
    assert!(
        lines.contains(&"leak app descriptor: time".to_owned()),
        "{lines:?}"
    );
}

/// A report says another day though both were made of the same: nobody's clock is to blame, and nothing explains it.
#[test]
fn another_day_in_a_report_is_no_leak_of_a_clock() {
    let world = World::new();
    let with_report = |text: &str| {
        let mut files = release(&world, "c1", "r1");
        files.insert("report.json".to_owned(), text.as_bytes().to_vec());
        files
    };
    let report = |day: &str| format!("{{\n  \"service-ends\": \"{day}\"\n}}\n");
    let found = compared(
        with_report(&report("2032-06-30")),
        with_report(&report("2033-06-30")),
    );
    assert!(!found.explained, "{}", human(&found));
    let path = |user: &str| format!("{{\n  \"from\": \"/home/{user}/perennial/policy.toml\"\n}}\n");
    let found = compared(with_report(&path("ada")), with_report(&path("bob")));
    assert!(found.explained && human(&found).contains("an absolute path"));
}

#[test]
fn a_file_that_only_one_has_is_named() {
    let world = World::new();
    let mut more = release(&world, "c1", "r1");
    more.insert("notes.txt".to_owned(), b"hello\n".to_vec());
    let found = compared(release(&world, "c1", "r1"), more);
    assert_eq!(found.files[0].name, "notes.txt");
    assert!(
        !found.explained
            && found
                .conclusions
                .iter()
                .any(|line| line == "only B has notes.txt")
    );
}

#[test]
fn what_is_of_another_kind_cannot_be_compared() {
    let built = World::new().build();
    let artefact = |bytes: &[u8]| Artefact::of_bytes("x", bytes.to_vec());
    let (elf, image) = (
        artefact(&built.elf).unwrap(),
        artefact(&built.application).unwrap(),
    );
    assert_eq!(of(&elf, &image).unwrap_err().exit, Exit::Unreadable);
    for nothing in [&b"hello"[..], b"", &[0xFF; 64]] {
        assert_eq!(artefact(nothing).unwrap_err().exit, Exit::Unreadable);
    }
    let failure = Artefact::of_release("y", BTreeMap::new()).unwrap_err();
    assert_eq!(failure.exit, Exit::Unreadable);
    assert_eq!(elf.kind(), FileKind::Elf.words());
}

#[test]
fn the_page_escapes_what_files_hold_and_fetches_nothing() {
    let mut other = World::new();
    other.text = b"\0<script>alert(1)</script> /home/ada/x nothing else to say\0".to_vec();
    let found = compared(
        release(&World::new(), "c1", "r1"),
        release(&other, "c1", "r1"),
    );
    let page = html(&found).unwrap();
    assert!(!page.contains("<script"));
    assert!(page.contains("default-src 'none'"));
    assert!(page.contains("&#x2f;home&#x2f;ada&#x2f;x"), "{page}");
    assert!(page.contains("&lt;script&gt;"));
}

#[test]
fn the_answer_for_machines_says_explained_in_all_and_for_each_range() {
    let mut other = World::new();
    other.program.section(".text").data[100] ^= 0x80;
    let found = compared(
        release(&World::new(), "c1", "r1"),
        release(&other, "c1", "r1"),
    );
    let json: serde_json::Value = serde_json::from_str(&found.json()).unwrap();
    assert_eq!(json["schema"], "perennial.difference/1");
    assert_eq!(json["explained"], false);
    let ranges = json["files"][1]["ranges"].as_array().unwrap();
    assert!(
        ranges
            .iter()
            .all(|range| range["explained"].is_boolean() && range["owner"]["name"].is_string())
    );
}
