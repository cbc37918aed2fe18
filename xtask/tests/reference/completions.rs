//! The completions, in the shells themselves.

use std::process::Command;

use super::{root, run, stderr, stdout};

/// What a shell prints; `None` where it is not on this machine.
fn shell(program: &str, arguments: &[&str]) -> Option<String> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => {
            assert!(output.status.success(), "{program}: {}", stderr(&output));
            Some(stdout(&output))
        }
        Err(_) => {
            eprintln!("skipped: completions in {program}: it is not here");
            None
        }
    }
}

fn script(shell: &str, name: &str) -> tempfile::NamedTempFile {
    let script = stdout(&run(root(), &["completions", shell, "--name", name], 0));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), script).unwrap();
    file
}

#[test]
fn bash_completes_verbs_options_and_values() {
    for (typed, wanted) in [
        ("xtask ch", "check"),
        ("xtask roots sh", "show"),
        ("xtask check --fo", "--format"),
        ("xtask check --format sa", "sarif"),
    ] {
        let script = script("bash", "xtask");
        let words: Vec<_> = typed.split(' ').collect();
        let last = words.len() - 1;
        let line = format!(
            "source {}; COMP_WORDS=({typed}); COMP_CWORD={last}; _xtask xtask '{}' '{}'; echo \"${{COMPREPLY[@]}}\"",
            script.path().display(),
            words[last],
            words[last - 1],
        );
        let Some(completed) = shell("bash", &["-c", &line]) else {
            return;
        };
        assert_eq!(completed.trim(), wanted, "{typed}");
    }
}

#[test]
fn fish_and_zsh_read_their_scripts() {
    let fish = script("fish", "perennial");
    let line = format!(
        "source {}; complete -C 'perennial ch'",
        fish.path().display()
    );
    if let Some(completed) = shell("fish", &["--no-config", "-c", &line]) {
        assert!(completed.contains("check"), "{completed}");
    }
    let zsh = script("zsh", "perennial");
    shell("zsh", &["-n", zsh.path().to_str().unwrap()]);
}

#[test]
fn a_name_that_a_script_could_not_hold_is_refused() {
    for name in ["a b", "$(id)", "", "a;b", "1"] {
        let said = stderr(&run(root(), &["completions", "bash", "--name", name], 2));
        assert!(said.contains("--name"), "{name}: {said}");
    }
}

#[test]
fn completions_need_no_project() {
    let nowhere = tempfile::tempdir().unwrap();
    assert!(stdout(&run(nowhere.path(), &["completions", "zsh"], 0)).starts_with("#compdef xtask"));
}
