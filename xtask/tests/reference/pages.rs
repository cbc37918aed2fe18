//! `reference`: fresh here, and told where it is not.

use std::path::Path;

use super::{root, run, stderr, stdout};

/// A project with the generated pages of this one.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("docs/reference");
    std::fs::create_dir_all(&pages).unwrap();
    std::fs::copy(
        root().join("policy.toml"),
        folder.path().join("policy.toml"),
    )
    .unwrap();
    for page in xtask::reference::pages() {
        std::fs::copy(
            root().join("docs/reference").join(page.name),
            pages.join(page.name),
        )
        .unwrap();
    }
    folder
}

fn check(folder: &Path, code: i32) -> (String, String) {
    let output = run(folder, &["reference", "--check"], code);
    (stdout(&output), stderr(&output))
}

#[test]
fn the_generated_pages_are_what_the_code_says() {
    let output = run(root(), &["reference", "--check"], 0);
    assert_eq!(
        (stdout(&output), stderr(&output)),
        (String::new(), String::new())
    );
}

#[test]
fn each_page_that_is_edited_is_stale_and_shown_and_left_alone_until_it_is_written_again() {
    for page in xtask::reference::pages() {
        let folder = copy();
        let path = folder.path().join("docs/reference").join(page.name);
        let edited = page.text.replacen('\n', "\nan edit\n", 1);
        std::fs::write(&path, &edited).unwrap();
        let (difference, said) = check(folder.path(), 11);
        assert!(
            difference.contains("-an edit"),
            "{}: {difference}",
            page.name
        );
        assert!(
            said.contains(page.name) && said.contains("cargo xtask reference"),
            "{said}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), edited);
        run(folder.path(), &["reference"], 0);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), page.text);
        check(folder.path(), 0);
    }
}

#[test]
fn a_page_that_is_missing_is_stale() {
    let folder = copy();
    std::fs::remove_file(folder.path().join("docs/reference/rules.md")).unwrap();
    let (_, said) = check(folder.path(), 11);
    assert!(said.contains("docs/reference/rules.md"), "{said}");
    run(folder.path(), &["reference"], 0);
    check(folder.path(), 0);
}

#[test]
fn a_project_of_somebody_else_gets_no_pages_about_the_tool() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(
        root().join("policy.toml"),
        folder.path().join("policy.toml"),
    )
    .unwrap();
    let said = stderr(&run(folder.path(), &["reference"], 2));
    assert!(said.contains("there is no docs/reference"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_terminal_of_another_width_changes_no_page() {
    let mut command = super::xtask(root(), &["reference", "--check"]);
    let output = command
        .env("COLUMNS", "47")
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn every_rule_exit_code_verb_and_key_has_its_place() {
    let text = |name: &str| {
        let pages = xtask::reference::pages();
        pages
            .into_iter()
            .find(|page| page.name == name)
            .unwrap()
            .text
    };
    let rules = text("rules.md");
    for rule in trust::rules::all() {
        let heading = format!("\n## {} {}\n", rule.id, rule.slug);
        assert_eq!(rules.matches(&heading).count(), 1, "{heading}");
    }
    let codes = text("exit-codes.md");
    for exit in xtask::exit::Exit::ALL {
        assert!(
            codes.contains(&format!("\n| {} | {}", exit as u8, exit.meaning())),
            "{exit:?}"
        );
    }
    let policy = text("policy.md");
    for section in trust::policy::reference::SECTIONS {
        assert!(
            policy.contains(&format!("\n## `{}`\n", section.header())),
            "{}",
            section.name
        );
    }
}

#[test]
fn every_family_of_rules_is_introduced() {
    let text = std::fs::read_to_string(root().join("docs/rules.md")).unwrap();
    for rule in trust::rules::all() {
        let row = format!("\n| {} | ", &rule.id[..1]);
        assert!(text.contains(&row), "docs/rules.md: {}", rule.id);
    }
}
