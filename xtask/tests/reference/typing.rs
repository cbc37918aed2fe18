//! What is typed wrong is answered with what was meant; what is piped is silent and plain.

use std::path::Path;

use super::{root, run, stderr, stdout, xtask};

/// A project with this policy, and the pool and calendar of this one.
fn project(policy: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["anchors", "calendar"] {
        let copy = folder.path().join("trust").join(kind);
        std::fs::create_dir_all(&copy).unwrap();
        for path in super::files(&root().join("trust").join(kind), "") {
            std::fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
        }
    }
    std::fs::write(folder.path().join("policy.toml"), policy).unwrap();
    folder
}

fn policy() -> String {
    std::fs::read_to_string(root().join("policy.toml")).unwrap()
}

#[test]
fn a_mistyped_name_is_answered_with_the_one_that_was_meant() {
    let cases: [(&[&str], &str); 14] = [
        (&["chekc"], "check"),
        (&["roots", "shwo", "R12"], "show"),
        (&["check", "--formt", "json"], "--format"),
        (&["check", "--format", "jsn"], "json"),
        (&["explain", "A1O3"], "A103 (anchor-ends-in-service)"),
        (
            &["explain", "anchor-ends-in-servise"],
            "A103 (anchor-ends-in-service)",
        ),
        (&["roots", "show", "ISGR Root X1"], "ISRG Root X1"),
        (&["roots", "paths", "ISRG Root XI"], "ISRG Root X"),
        (
            &["render", "--format", "c_header"],
            "did you mean `c-header`?",
        ),
        (
            &["forecast", "--verifier", "perenial"],
            "did you mean `perennial`?",
        ),
        (
            &["forecast", "--switch-owner", "primry=DigiCert"],
            "primary",
        ),
        (
            &["forecast", "--switch-owner", "primary=Digicert"],
            "DigiCert",
        ),
        (&["forecast", "--distrust", "ISRG Root XX1"], "ISRG Root X1"),
        (&["test", "--only", "polcy"], "did you mean `policy`?"),
    ];
    for (typed, meant) in cases {
        let said = stderr(&run(root(), typed, 2));
        assert!(said.contains(meant), "{typed:?}: {said}");
    }
}

#[test]
fn what_is_like_nothing_gets_no_wild_guess() {
    for typed in [
        &["explain", "colour"][..],
        &["explain", "Z9999"],
        &["test", "--only", "xyz"],
    ] {
        let said = stderr(&run(root(), typed, 2));
        assert!(!said.contains("did you mean"), "{typed:?}: {said}");
        assert!(said.contains("lists all"), "{typed:?}: {said}");
    }
}

#[test]
fn a_waiver_of_a_mistyped_anchor_or_code_is_told_which_was_meant() {
    let waiver = |code: &str, anchor: &str| {
        format!(
            "{}\n[[waiver]]\ncode = \"{code}\"\nanchor = \"{anchor}\"\nowner = \"us\"\nreason = \"a test\"\n\
             expires = \"2027-06-30\"\n",
            policy()
        )
    };
    for (code, anchor, meant) in [
        ("A105", "ISRG Root 2", "did you mean \"ISRG Root X2\"?"),
        ("A105", "isrg root x2", "did you mean \"ISRG Root X2\"?"),
        (
            "anchor-end-in-service",
            "ISRG Root X2",
            "did you mean \"A103\"",
        ),
        (
            "A105",
            "Nothing Like It",
            "the one that the finding prints?",
        ),
    ] {
        let project = project(&waiver(code, anchor));
        let output = xtask(project.path(), &["check"]).output().unwrap();
        assert!(
            stdout(&output).contains(meant),
            "{code} {anchor}: {}",
            stdout(&output)
        );
    }
}

#[test]
fn a_pin_for_a_mistyped_endpoint_is_told_which_was_meant() {
    let pin = "0906db44298f472becd7d5c0dd5320c5986111859edf3ad4fb5e03274b42a97a";
    let text = format!(
        "{}\n[[pin-fallback]]\nendpoint = \"primry\"\nspki-sha256 = [\"{pin}\"]\nexpires = \"2034-06-30\"\n",
        policy()
    );
    let output = run(project(&text).path(), &["check"], 10);
    assert!(
        stdout(&output).contains("did you mean \"primary\"?"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn what_is_piped_is_silent_on_standard_error_and_has_no_escapes() {
    let verbs: [&[&str]; 8] = [
        &["check"],
        &["check", "--format", "json"],
        &["forecast"],
        &["forecast", "--leave-one-out"],
        &["solve"],
        &["roots", "list"],
        &["explain"],
        &["--help"],
    ];
    for verb in verbs {
        let output = run(root(), verb, 0);
        assert_eq!(stderr(&output), "", "{verb:?}");
        assert!(
            !stdout(&output).is_empty() && !stdout(&output).contains('\u{1b}'),
            "{verb:?}"
        );
    }
}

#[test]
fn findings_help_and_errors_follow_one_rule_of_colours() {
    let coloured = |folder: &Path, arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = xtask(folder, arguments);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        (stdout(&output) + &stderr(&output)).contains('\u{1b}')
    };
    let verbs: [&[&str]; 3] = [&["check"], &["check", "--help"], &["chekc"]];
    for verb in verbs {
        assert!(!coloured(root(), verb, &[]), "{verb:?}");
        assert!(
            coloured(root(), verb, &[("CLICOLOR_FORCE", "1")]),
            "{verb:?}"
        );
        let declined = [("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")];
        assert!(!coloured(root(), verb, &declined), "{verb:?}");
        assert!(
            !coloured(root(), verb, &[("CLICOLOR_FORCE", "")]),
            "{verb:?}"
        );
    }
    let forced = [("CLICOLOR_FORCE", "1")];
    assert!(
        !coloured(root(), &["check", "--format", "json"], &forced),
        "JSON has no colours"
    );
}
