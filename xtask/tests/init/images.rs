//! `render --check --in`: the store in a finished image.

use crate::tree::{Tree, text};

/// What the linker makes of a rendered text: the string of a C header, between other bytes.
fn image_of(pem: &str) -> Vec<u8> {
    [&[0xE9; 300][..], pem.as_bytes(), &[0; 77]].concat()
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
    std::fs::write(tree.path("firmware.bin"), image_of(&pem)).unwrap();
    let look = ["render", "--check", "--in", "firmware.bin"];
    let said = text(&tree.run(&look), 0);
    assert!(
        said.contains("firmware.bin holds the store of the policy: PEM without comments at 0x12c"),
        "{said}"
    );

    // One character of a certificate, the image without its end, and none at all.
    let other = pem.replacen("MII", "MIJ", 1);
    let damaged = if other == pem {
        pem.replacen('A', "B", 1)
    } else {
        other
    };
    std::fs::write(tree.path("firmware.bin"), image_of(&damaged)).unwrap();
    let said = text(&tree.run(&look), 13);
    assert!(said.contains("does not hold the store"), "{said}");
    assert!(said.contains("in PEM, at 0x12c"), "{said}");
    let whole = image_of(&pem);
    std::fs::write(tree.path("firmware.bin"), &whole[..whole.len() - 100]).unwrap();
    text(&tree.run(&look), 13);
    std::fs::write(tree.path("firmware.bin"), [0xE9; 1000]).unwrap();
    let said = text(&tree.run(&look), 13);
    assert!(said.contains("no certificate in PEM was seen"), "{said}");
    std::fs::remove_file(tree.path("firmware.bin")).unwrap();
    text(&tree.run(&look), 2);
}

#[test]
fn a_store_that_was_rendered_before_the_policy_changed_is_another_store() {
    let tree = set_up("esp-idf");
    let bundle = std::fs::read(tree.path("components/perennial/v2/trust_store.bundle")).unwrap();
    std::fs::write(
        tree.path("old.bin"),
        [&[1; 64][..], &bundle, &[2; 64]].concat(),
    )
    .unwrap();
    let look = ["render", "--check", "--in", "old.bin"];
    let said = text(&tree.run(&look), 0);
    assert!(
        said.contains("bundle of ESP-IDF 5.4 and later at 0x40"),
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

#[test]
fn names_and_keys_are_found_wherever_the_compiler_put_them() {
    let tree = set_up("esp-hal");
    let source = tree.read("src/trust_anchors.rs");
    let bytes: Vec<u8> = source
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter_map(|word| u8::from_str_radix(word.strip_prefix("0x")?, 16).ok())
        .collect();
    std::fs::write(tree.path("program.elf"), [&[7; 10][..], &bytes].concat()).unwrap();
    let said = text(&tree.run(&["render", "--check", "--in", "program.elf"]), 0);
    assert!(said.contains("names and keys at 0xa"), "{said}");
    let cut = &bytes[..bytes.len() - 1];
    std::fs::write(tree.path("program.elf"), cut).unwrap();
    let said = text(&tree.run(&["render", "--check", "--in", "program.elf"]), 13);
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
