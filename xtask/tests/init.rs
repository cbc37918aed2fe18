//! `init`, `check` and `render` with the installed program, in trees as the getting-started of each ecosystem makes them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a test says what it skips")]

#[path = "init/builds.rs"]
mod builds;
#[path = "init/images.rs"]
mod images;
#[path = "init/refusals.rs"]
mod refusals;
#[path = "init/tree.rs"]
mod tree;

use tree::{KINDS, Tree, text};

/// The acceptance: whatever the ecosystem, what `init` wrote passes, is rendered, canonical, and stays so.
#[test]
fn each_ecosystem_is_set_up_and_passes() {
    for (sample, kind, chip) in KINDS {
        let tree = Tree::of(sample);
        let before = tree.listing();
        let said = text(&tree.init(&[]), 0);
        assert!(said.contains(&format!("{kind} for {chip} (")), "{said}");
        for file in &before {
            assert!(tree.listing().contains(file), "{sample}: {file} is gone");
        }
        tree.commit("Set up");
        let checked = tree.run(&["check"]);
        text(&checked, 0);
        text(&tree.run(&["policy", "fmt", "--check"]), 0);
        text(&tree.run(&["render", "--check"]), 0);
        let rendered = text(&tree.run(&["render"]), 0);
        assert!(!rendered.contains("wrote"), "{sample}: {rendered}");
        assert!(tree.is_clean(), "{sample}");
        for file in tree.outputs() {
            std::fs::write(tree.path(&file), "tampered").unwrap();
            let stale = text(&tree.run(&["render", "--check"]), 11);
            assert!(stale.contains("`cargo perennial render`"), "{stale}");
            text(&tree.run(&["render"]), 0);
            assert!(tree.is_clean(), "{sample}: {file}");
        }
    }
}

/// The default asks for six years; what cannot be proven is neither written nor kept silent.
#[test]
fn the_service_life_is_the_longest_that_is_proven() {
    let tree = Tree::of("esp-hal");
    let said = text(
        &tree.init(&["--last-unit-made", "2030-01-01", "--years", "20"]),
        0,
    );
    let policy = tree.read("policy.toml");
    assert!(
        said.contains("is the last day that can be proven"),
        "{said}"
    );
    let ends = policy
        .lines()
        .find_map(|line| line.strip_prefix("ends = "))
        .unwrap();
    assert!(said.contains(ends.trim_matches('"')), "{said}");
    assert!(policy.contains("# "), "{policy}");
    tree.commit("Set up");
    text(&tree.run(&["check"]), 0);
    // One day more, and there is no proof.
    let ends = ends.trim_matches('"');
    let day: trust::date::Date = ends.parse().unwrap();
    let later = policy.replace(ends, &day.plus_days(1).to_string());
    std::fs::write(tree.path("policy.toml"), later).unwrap();
    text(&tree.run(&["check"]), 10);

    let short = Tree::of("esp-hal");
    text(&short.init(&["--years", "2"]), 0);
    let policy = short.read("policy.toml");
    assert!(policy.contains("years-in-service = 2"), "{policy}");
    assert!(!policy.contains("\nends = "), "{policy}");
}

/// A setting of the firmware decides how it verifies, and so which roots it needs.
#[test]
fn a_bundle_with_cross_signed_verification_is_another_verifier() {
    let plain = Tree::of("esp-idf");
    text(&plain.init(&["--years", "3"]), 0);
    let policy = plain.read("policy.toml");
    assert!(policy.contains("verifier = \"esp-idf-bundle\""), "{policy}");

    let tree = Tree::of("esp-idf");
    let setting = "CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY=y\n";
    std::fs::write(tree.path("sdkconfig"), setting).unwrap();
    text(&tree.init(&["--years", "3"]), 0);
    let policy = tree.read("policy.toml");
    assert!(
        policy.contains("verifier = \"esp-idf-bundle-cross-signed\""),
        "{policy}"
    );
    tree.commit("Set up");
    text(&tree.run(&["check"]), 0);

    // With a configuration, what a project asked for first no longer holds, and the file that decided is said.
    let tree = Tree::of("esp-idf");
    std::fs::write(tree.path("sdkconfig.defaults"), setting).unwrap();
    let unset = setting.replace("=y", " is not set");
    std::fs::write(tree.path("sdkconfig"), format!("# {unset}")).unwrap();
    let said = text(&tree.init(&["--years", "3"]), 0);
    assert!(
        said.contains("verifier: esp-idf-bundle (sdkconfig)"),
        "{said}"
    );
    let tree = Tree::of("esp-idf-svc");
    let defaults = tree.read("sdkconfig.defaults") + "\nCONFIG_MBEDTLS_HAVE_TIME_DATE=y\n";
    std::fs::write(tree.path("sdkconfig.defaults"), defaults).unwrap();
    let said = text(&tree.init(&["--years", "3"]), 0);
    assert!(
        said.contains("verifier: esp-idf-pem-time (sdkconfig.defaults)"),
        "{said}"
    );
    tree.commit("Set up");
    text(&tree.run(&["check"]), 0);
}

/// Which chain a server sends depends on its key: what nobody said is said first.
#[test]
fn the_kind_of_key_is_said_where_it_was_taken_to_be() {
    let assumed = Tree::of("esp-hal");
    let said = text(&assumed.init(&["--years", "3"]), 0);
    let (_, next) = said.split_once("next:\n").unwrap();
    assert!(
        next.starts_with("  the servers' keys are taken to be ECDSA"),
        "{said}"
    );
    let known = Tree::of("esp-hal");
    let said = text(&known.init(&["--years", "3", "--key-type", "rsa"]), 0);
    assert!(!said.contains("taken to be ECDSA"), "{said}");
    let other = |tree: &Tree| {
        let policy = tree.read("policy.toml");
        let anchor = policy.lines().find(|line| line.starts_with("sha256"));
        anchor.unwrap().to_owned()
    };
    assert_ne!(other(&assumed), other(&known));

    let each = Tree::of("esp-hal");
    let second = [
        "--years",
        "3",
        "--url",
        "https://ota.example.net/",
        "--owner",
        "DigiCert",
        "--key-type",
        "rsa",
        "--key-type",
        "ecdsa",
    ];
    text(&each.init(&second), 0);
    let policy = each.read("policy.toml");
    let kinds: Vec<_> = policy
        .lines()
        .filter(|line| line.starts_with("key-type"))
        .collect();
    assert_eq!(kinds, ["key-type = \"rsa\"", "key-type = \"ecdsa\""]);
    each.commit("Set up");
    text(&each.run(&["check"]), 0);
    let more = ["--key-type", "rsa", "--key-type", "ecdsa"];
    let said = text(&Tree::of("esp-hal").init(&more), 2);
    assert!(said.contains("give one kind of key"), "{said}");
}

/// A second owner is named by its root; where it is followed, coverage of two is proven.
#[test]
fn one_owner_is_told_of_a_second_and_two_are_two() {
    let one = Tree::of("arduino");
    text(&one.init(&["--years", "3"]), 0);
    let policy = one.read("policy.toml");
    assert!(policy.contains("# A second owner: DigiCert"), "{policy}");
    assert!(policy.contains("`cargo perennial roots add "), "{policy}");
    assert!(policy.contains("independent-paths = 1"), "{policy}");

    let two = Tree::of("arduino");
    let failover = [
        "--url",
        "https://ota.example.net/",
        "--owner",
        "DigiCert",
        "--years",
        "3",
    ];
    text(&two.init(&failover), 0);
    let policy = two.read("policy.toml");
    assert!(policy.contains("independent-paths = 2"), "{policy}");
    assert!(policy.contains("distinct-owners = 2"), "{policy}");
    assert!(!policy.contains("second owner"), "{policy}");
    two.commit("Set up");
    text(&two.run(&["check"]), 0);
}

/// The name that was typed stands in help, messages and next steps; cargo's own word is dropped.
#[test]
fn the_program_is_called_by_its_name() {
    let tree = Tree::of("arduino");
    let help = text(&tree.run(&["perennial", "--help"]), 0);
    assert!(help.contains("Usage: cargo perennial "), "{help}");
    let help = text(&tree.run(&["init", "--help"]), 0);
    assert!(!help.contains("cargo xtask"), "{help}");
    let wrong = text(&tree.run(&["no-such-verb"]), 2);
    assert!(wrong.contains("cargo perennial"), "{wrong}");
    assert!(!wrong.contains("cargo xtask"), "{wrong}");
    text(&tree.init(&[]), 0);
    // Cargo itself finds the program and passes its own word on.
    let folder = tree::program().parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    let mut cargo = std::process::Command::new("cargo");
    cargo
        .args(["perennial", "explain", "R101"])
        .current_dir(tree.root());
    cargo.env("PATH", std::env::join_paths(folders).unwrap());
    let page = text(&cargo.output().unwrap(), 0);
    assert!(page.contains("`cargo perennial render`"), "{page}");
    let written = [
        tree.read("trust/anchors/README.md"),
        tree.read("policy.toml"),
    ];
    for text in written {
        assert!(text.contains("`cargo perennial "), "{text}");
        assert!(!text.contains("xtask"), "{text}");
    }
}
