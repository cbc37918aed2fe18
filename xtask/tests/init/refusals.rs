//! What `init` does not do, and that it then changes nothing.

use crate::tree::{KINDS, Tree, text};

#[test]
fn a_second_time_is_refused_and_keeps_everything() {
    for (sample, ..) in KINDS {
        let tree = Tree::of(sample);
        text(&tree.init(&[]), 0);
        tree.commit("Set up");
        let said = text(&tree.init(&["--years", "2"]), 2);
        for file in [
            "policy.toml",
            "trust/calendar/chains.toml",
            ".github/workflows/trust.yml",
        ] {
            assert!(said.contains(&format!("= {file}")), "{said}");
        }
        assert!(said.contains("nothing was written"), "{said}");
        assert!(tree.is_clean(), "{sample}");
    }
}

#[test]
fn one_file_in_the_way_keeps_all_others_from_being_written() {
    let tree = Tree::of("arduino");
    std::fs::write(tree.path("include/trust_store.h"), "own").unwrap();
    tree.commit("Own header");
    let said = text(&tree.init(&[]), 2);
    assert!(said.contains("= include/trust_store.h"), "{said}");
    assert!(tree.is_clean());
    assert!(!tree.path("policy.toml").exists());
}

#[test]
fn an_unknown_tree_is_asked_about_with_every_kind() {
    let tree = Tree::empty();
    std::fs::write(tree.path("README.md"), "nothing").unwrap();
    tree.commit("Nothing");
    let said = text(&tree.init(&[]), 2);
    for kind in ["arduino", "esp-hal", "esp-idf", "esp-idf-svc", "--kind"] {
        assert!(said.contains(kind), "{said}");
    }
    let said = text(&tree.init(&["nowhere"]), 2);
    assert!(said.contains("there is no folder nowhere"), "{said}");
    assert!(tree.is_clean());
    text(&tree.init(&["--kind", "esp-hal"]), 0);
}

#[test]
fn a_dry_run_shows_everything_and_writes_nothing() {
    let tree = Tree::of("esp-idf");
    let said = text(&tree.init(&["--dry-run"]), 0);
    assert!(
        said.contains("components/perennial/perennial.c ("),
        "{said}"
    );
    assert!(said.contains("[[required-root]]"), "{said}");
    assert!(tree.is_clean());
}

#[test]
fn nobody_guesses_who_issues_the_certificates() {
    let tree = Tree::of("esp-hal");
    let url = ["init", "--url", "https://ota.example.com/"];
    let said = text(&tree.run(&url), 2);
    for part in [
        "openssl s_client -connect ota.example.com:443",
        "Public Key Algorithm",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let said = text(&tree.run(&[&url[..], &["--owner", "Nobody"]].concat()), 2);
    assert!(said.contains("nothing can be proven of Nobody"), "{said}");
    assert!(said.contains("Let's Encrypt, DigiCert"), "{said}");
    let said = text(
        &tree.run(&[&url[..], &["--owner", "DigiCert", "--owner", "Sectigo"]].concat()),
        2,
    );
    assert!(said.contains("1 URL and 2 owners"), "{said}");
    let plain = [
        "init",
        "--url",
        "http://ota.example.com/",
        "--owner",
        "DigiCert",
    ];
    let said = text(&tree.run(&plain), 2);
    assert!(said.contains("https://"), "{said}");
    assert!(tree.is_clean());
}

#[test]
fn an_end_in_the_past_is_refused() {
    let tree = Tree::of("esp-hal");
    let said = text(
        &tree.init(&["--last-unit-made", "2020-01-01", "--years", "2"]),
        2,
    );
    assert!(said.contains("2022-01-01"), "{said}");
    assert!(tree.is_clean());
}

/// A repository without a commit has no release date, and none is made up.
#[test]
fn a_tree_without_a_commit_is_asked_for_the_date() {
    let tree = Tree::empty();
    std::fs::write(tree.path("x.ino"), "").unwrap();
    let said = text(&tree.init(&[]), 2);
    assert!(said.contains("--as-of"), "{said}");
    text(&tree.init(&["--as-of", "2026-11-20"]), 0);
}

/// Every later command takes its date from a commit.
#[test]
fn a_folder_outside_of_a_repository_is_refused() {
    let tree = Tree::of("esp-hal");
    std::fs::remove_dir_all(tree.path(".git")).unwrap();
    let before = tree.listing();
    let said = text(&tree.init(&["--as-of", "2026-11-20"]), 2);
    assert!(
        said.contains("git init && git add . && git commit"),
        "{said}"
    );
    assert_eq!(tree.listing(), before);
}

/// PlatformIO is for more than Arduino on an ESP32.
#[test]
fn a_platformio_project_that_is_not_arduino_for_an_esp32_is_refused() {
    let tree = Tree::of("arduino");
    let project = tree.read("platformio.ini");
    let with = |from: &str, to: &str| {
        std::fs::write(tree.path("platformio.ini"), project.replace(from, to)).unwrap();
        tree.commit("Another project");
    };
    with("espressif32", "espressif8266");
    for kind in [&[][..], &["--kind", "arduino"]] {
        let said = text(&tree.init(kind), 2);
        assert!(said.contains("BearSSL"), "{said}");
    }
    with("framework = arduino", "framework = espidf");
    let said = text(&tree.init(&[]), 2);
    assert!(said.contains("framework = espidf"), "{said}");
    assert!(said.contains("--kind esp-idf"), "{said}");
    assert!(tree.is_clean());
    text(&tree.init(&["--kind", "esp-idf", "--years", "3"]), 0);
    assert!(tree.path("components/perennial/perennial.c").exists());
}

/// What the gate has against the servers themselves is said, not only that there is no proof.
#[test]
fn two_servers_on_one_host_are_refused_with_the_reason() {
    let tree = Tree::of("esp-hal");
    let said = text(&tree.init(&["--url", "https://ota.example.com/spare/"]), 10);
    assert!(said.contains("no service life can be proven"), "{said}");
    assert!(said.contains("ota.example.com"), "{said}");
    assert!(tree.is_clean());
}

/// GitHub reads the workflows of a repository's root, and nothing is written outside of the folder that was named.
#[test]
fn a_firmware_in_a_folder_of_a_repository_is_told_where_its_workflow_belongs() {
    let tree = Tree::empty();
    crate::tree::copy(
        &crate::tree::samples().join("esp-hal"),
        &tree.path("products/lamp"),
    );
    tree.commit("A larger repository");
    let said = text(&tree.init(&["products/lamp", "--years", "3"]), 0);
    assert!(
        said.contains("move products/lamp/.github/workflows/trust.yml"),
        "{said}"
    );
    let outside = |file: &String| !file.starts_with("products/lamp/");
    assert_eq!(
        tree.listing().iter().filter(|file| outside(file)).count(),
        0
    );
    tree.commit("Set up");
    text(&tree.run(&["--project", "products/lamp", "check"]), 0);
    let alone = Tree::of("esp-hal");
    assert!(!text(&alone.init(&["--years", "3"]), 0).contains("move "));
}
