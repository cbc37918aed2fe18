//! `render --check --in`: the store in a finished image.

use crate::tree::{DATA, Tree, image, samples, text};

/// What the linker makes of a rendered text: the string of a C header, between other bytes.
fn image_of(pem: &str) -> Vec<u8> {
    image(&[&[0xE9; 300][..], b"\0", pem.as_bytes(), &[0; 77]].concat())
}

const LOOK: [&str; 4] = ["render", "--check", "--in", "firmware.bin"];

impl Tree {
    /// `render --check --in` with these bytes as the image.
    fn look(&self, image: &[u8], code: i32) -> String {
        std::fs::write(self.path("firmware.bin"), image).unwrap();
        text(&self.run(&LOOK), code)
    }
}

/// Every anchor of this repository, as the folder has them.
fn pool() -> Vec<String> {
    let folder = samples().join("../../../../trust/anchors");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "pem"))
        .collect();
    paths.sort();
    let read = |path| {
        let text: String = std::fs::read_to_string(path).unwrap();
        text[text.find("-----BEGIN").unwrap()..].to_owned()
    };
    paths.iter().map(read).collect()
}

fn der(pem: &str) -> Vec<u8> {
    use base64::Engine as _;
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let text: String = lines.collect();
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}

/// The PEM of a C header: the lines of its strings.
fn pem_of_header(header: &str) -> String {
    let (_, rest) = header.split_once("TRUST_STORE_PEM[] =").unwrap();
    let (body, _) = rest.split_once(';').unwrap();
    let lines = body
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"'));
    lines.map(|line| line.replace("\\n\"", "\n")).collect()
}

fn set_up(sample: &str) -> Tree {
    let tree = Tree::of(sample);
    text(&tree.init(&["--years", "3"]), 0);
    tree.commit("Set up");
    tree
}

#[test]
fn the_store_of_a_header_is_found_in_an_image_that_holds_it() {
    let tree = set_up("arduino");
    let pem = pem_of_header(&tree.read("include/trust_store.h"));
    let said = tree.look(&image_of(&pem), 0);
    assert!(
        said.contains("firmware.bin holds the store of the policy: PEM without comments at 0x14d"),
        "{said}"
    );
    assert!(!said.contains("it also holds"), "{said}");

    // One character of a certificate, and none at all.
    let other = pem.replacen("MII", "MIJ", 1);
    let damaged = if other == pem {
        pem.replacen('A', "B", 1)
    } else {
        other
    };
    let said = tree.look(&image_of(&damaged), 13);
    assert!(said.contains("does not hold the store"), "{said}");
    assert!(said.contains("in PEM, at 0x14d"), "{said}");
    let said = tree.look(&image(&[0xE9; 1000]), 13);
    assert!(said.contains("no certificate in PEM was seen"), "{said}");
    std::fs::remove_file(tree.path("firmware.bin")).unwrap();
    text(&tree.run(&LOOK), 2);
}

/// A device reads every block of one text: more of them is more trust.
#[test]
fn an_image_whose_text_has_more_anchors_is_refused() {
    let tree = set_up("arduino");
    let pem = pem_of_header(&tree.read("include/trust_store.h"));
    let pool = pool();
    let mut others = pool.iter().filter(|other| **other != pem);
    let all = pool.concat();
    assert!(pool.len() > 10 && all.contains(&pem));
    let said = tree.look(&image_of(&all), 13);
    assert!(said.contains("trusts more than the policy"), "{said}");
    assert!(said.contains("in the same text"), "{said}");
    assert!(said.contains("more\n"), "{said}");

    // What a dropped anchor leaves behind: before or after the one that stayed, and below a comment.
    let dropped = others.next().unwrap();
    for text in [
        format!("{pem}{dropped}"),
        format!("{dropped}{pem}"),
        format!("{dropped}\n# the next\n{pem}"),
        format!("{pem}{}", dropped.replacen("MII", "MIJ", 1)),
        format!("{pem}{pem}"),
    ] {
        tree.look(&image_of(&text), 13);
    }
    // A text of its own is another connection's, perhaps: it is said.
    let said = tree.look(&image_of(&format!("{pem}\0{dropped}")), 0);
    assert!(said.contains("note: it also holds"), "{said}");
}

/// A `TrustAnchor` is a name and a key, which stand anywhere.
#[test]
fn an_image_with_the_names_and_keys_of_other_roots_is_refused() {
    let tree = set_up("esp-hal");
    let own = anchors_of(&tree);
    let all: Vec<u8> = pool().iter().flat_map(|pem| der(pem)).collect();
    let said = tree.look(&image(&all), 13);
    assert!(said.contains("trusts more than the policy"), "{said}");
    assert!(said.contains("its key at 0x"), "{said}");
    let one_more = [&own[..], &der(&pool()[0])].concat();
    tree.look(&image(&one_more), 13);
    tree.look(&image(&own), 0);
}

#[test]
fn what_is_no_whole_image_is_refused() {
    let tree = set_up("arduino");
    for file in ["include/trust_store.h", "policy.toml"] {
        let said = text(&tree.run(&["render", "--check", "--in", file]), 2);
        assert!(
            said.contains("is no firmware image and no program"),
            "{said}"
        );
    }
    let pem = pem_of_header(&tree.read("include/trust_store.h"));
    let whole = image_of(&pem);
    tree.look(pem.as_bytes(), 2);
    let said = tree.look(&whole[..whole.len() - 40], 13);
    assert!(said.contains("is damaged"), "{said}");
    let mut changed = whole.clone();
    changed[400] ^= 1;
    tree.look(&changed, 13);
    // What follows the image is no part of it.
    let behind = [&image(&[0; 100])[..], pem.as_bytes()].concat();
    tree.look(&behind, 13);
    tree.look(&[&whole[..], &[0xFF; 64]].concat(), 0);

    let idf = set_up("esp-idf");
    for file in ["trust_store.pem", "v2/trust_store.bundle"] {
        let file = format!("components/perennial/{file}");
        text(&idf.run(&["render", "--check", "--in", &file]), 2);
    }
}

/// A flash with a partition table: NVS, and two slots.
fn flash(nvs: &[u8], slots: [&[u8]; 2]) -> Vec<u8> {
    let mut flash = vec![0xFF; 0x4_0000];
    let mut put = |at: usize, bytes: &[u8]| flash[at..at + bytes.len()].copy_from_slice(bytes);
    let table = [
        (1, 2, 0x9000_u32, 0x6000_u32, "nvs"),
        (0, 0x10, 0x1_0000, 0x1_0000, "ota_0"),
        (0, 0x11, 0x2_0000, 0x1_0000, "ota_1"),
    ];
    for (place, (kind, sub, offset, size, label)) in table.into_iter().enumerate() {
        let mut entry = vec![0xAA, 0x50, kind, sub];
        entry.extend(offset.to_le_bytes());
        entry.extend(size.to_le_bytes());
        entry.extend(label.as_bytes());
        entry.resize(32, 0);
        put(0x8000 + 32 * place, &entry);
    }
    put(0x9000, nvs);
    put(0x1_0000, slots[0]);
    put(0x2_0000, slots[1]);
    flash
}

#[test]
fn each_application_of_a_flash_must_hold_the_store() {
    let tree = set_up("arduino");
    let pem = pem_of_header(&tree.read("include/trust_store.h"));
    let (with, without) = (image_of(&pem), image(&[1; 100]));
    let nvs = pem.as_bytes();
    let said = tree.look(&flash(nvs, [&without, &[]]), 13);
    assert!(
        said.contains("firmware.bin (ota_0) does not hold"),
        "{said}"
    );
    let said = tree.look(&flash(&[], [&with, &without]), 13);
    assert!(
        said.contains("firmware.bin (ota_1) does not hold"),
        "{said}"
    );
    tree.look(&flash(nvs, [&[], &[]]), 13);
    let said = tree.look(&flash(&[], [&with, &[]]), 0);
    assert!(said.contains("(ota_0) holds the store"), "{said}");
    let said = tree.look(&flash(&[], [&with, &with]), 0);
    assert!(said.contains("(ota_1) holds the store"), "{said}");
}

/// An ELF file for RISC-V of one section with these bytes. `kind`: 1 is an object, 2 a linked program; `flags`: 2 is loaded.
fn elf(kind: u16, flags: u32, data: &[u8]) -> Vec<u8> {
    const HEADER: u32 = 52;
    let length = u32::try_from(data.len()).unwrap();
    let names = b"\0.rodata\0.shstrtab\0";
    let sections = HEADER + length + u32::try_from(names.len()).unwrap();
    let mut file = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    for half in [kind, 243] {
        file.extend(half.to_le_bytes());
    }
    for word in [1, 0x4200_0000, 0, sections, 0] {
        file.extend(u32::to_le_bytes(word));
    }
    for half in [52, 32, 0, 40, 3, 2] {
        file.extend(u16::to_le_bytes(half));
    }
    file.extend(data);
    file.extend(names);
    let length_of_names = u32::try_from(names.len()).unwrap();
    for section in [
        [0; 10],
        [1, 1, flags, 0x3C00_0000, HEADER, length, 0, 0, 1, 0],
        [9, 3, 0, 0, HEADER + length, length_of_names, 0, 0, 1, 0],
    ] {
        file.extend(section.into_iter().flat_map(u32::to_le_bytes));
    }
    file
}

/// What is loaded counts: not debug information, and not what is linked into nothing yet.
#[test]
fn a_program_must_have_the_store_where_it_is_loaded() {
    let tree = set_up("arduino");
    let pem = pem_of_header(&tree.read("include/trust_store.h"));
    let data = [&[0; 20][..], pem.as_bytes(), &[0]].concat();
    let said = tree.look(&elf(2, 2, &data), 0);
    assert!(said.contains("PEM without comments at 0x48"), "{said}");
    let behind = [&elf(2, 2, &[1; 50])[..], &data].concat();
    tree.look(&behind, 13);
    for unloaded in [elf(1, 2, &data), elf(2, 0, &data)] {
        let said = tree.look(&unloaded, 2);
        assert!(said.contains("is no firmware image"), "{said}");
    }
    let whole = elf(2, 2, &data);
    tree.look(&whole[..whole.len() - 50], 13);
}

/// The form that is named is the one that must be there, and the files are compared all the same.
#[test]
fn the_format_says_what_the_image_must_hold() {
    let tree = set_up("esp-idf");
    let read = |path: &str| std::fs::read(tree.path(path)).unwrap();
    let old = read("components/perennial/v1/trust_store.bundle");
    std::fs::write(tree.path("firmware.bin"), image(&old)).unwrap();
    text(&tree.run(&LOOK), 0);
    let form = |form: &'static str| [&LOOK[..], &["--format", form]].concat();
    text(&tree.run(&form("esp-bundle-v1")), 0);
    text(&tree.run(&form("esp-bundle-v2")), 13);
    text(&tree.run(&form("json")), 2);
    std::fs::write(tree.path("components/perennial/trust_store.pem"), "old").unwrap();
    text(&tree.run(&form("esp-bundle-v1")), 11);
}

#[test]
fn a_store_that_was_rendered_before_the_policy_changed_is_another_store() {
    let tree = set_up("esp-idf");
    let bundle = std::fs::read(tree.path("components/perennial/v2/trust_store.bundle")).unwrap();
    std::fs::write(
        tree.path("old.bin"),
        image(&[&[1; 64][..], &bundle, &[2; 64]].concat()),
    )
    .unwrap();
    let look = ["render", "--check", "--in", "old.bin"];
    let said = text(&tree.run(&look), 0);
    assert!(
        said.contains("bundle of ESP-IDF 5.4 and later at 0x60"),
        "{said}"
    );
    text(
        &tree.run(&[
            "render",
            "--check",
            "--format",
            "esp-bundle-v1",
            "--in",
            "old.bin",
        ]),
        13,
    );

    let policy = tree.read("policy.toml");
    let anchor = policy.find("[[required-root]]").unwrap();
    let end = policy[anchor + 2..].find("[[").unwrap() + anchor + 2;
    let more = "[[required-root]]\nname = \"GTS Root R4\"\n\
        sha256 = \"349dfa4058c5e263123b398ae795573c4e1313c83fe68f93556cd5e8031b3c7d\"\nreason = \"another\"\n\n";
    let changed = format!("{}{more}{}", &policy[..end], &policy[end..]);
    text(&tree.run(&["roots", "add", "GTS Root R4"]), 0);
    std::fs::write(tree.path("policy.toml"), changed).unwrap();
    // Stale files come first: they are what has to be mended.
    text(&tree.run(&look), 11);
    text(&tree.run(&["render"]), 0);
    text(&tree.run(&look), 13);
}

/// The bytes of the rendered array, one after the other.
fn anchors_of(tree: &Tree) -> Vec<u8> {
    let source = tree.read("src/trust_anchors.rs");
    source
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter_map(|word| u8::from_str_radix(word.strip_prefix("0x")?, 16).ok())
        .collect()
}

#[test]
fn names_and_keys_are_found_wherever_the_compiler_put_them() {
    let tree = set_up("esp-hal");
    let bytes = anchors_of(&tree);
    let said = tree.look(&image(&[&[7; 10][..], &bytes].concat()), 0);
    assert!(
        said.contains(&format!("names and keys at 0x{:x}", DATA + 10)),
        "{said}"
    );
    let said = tree.look(&image(&bytes[..bytes.len() - 1]), 13);
    assert!(said.contains("parts are there"), "{said}");
}

#[test]
fn an_output_that_a_link_takes_out_of_the_project_is_not_written() {
    let tree = set_up("arduino");
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::remove_file(tree.path("include/trust_store.h")).unwrap();
    std::fs::remove_file(tree.path("include/README")).unwrap();
    std::fs::remove_dir(tree.path("include")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), tree.path("include")).unwrap();
    for arguments in [&["render"][..], &["render", "--check"]] {
        let said = text(&tree.run(arguments), 2);
        assert!(said.contains("leads out of the project"), "{said}");
    }
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}
