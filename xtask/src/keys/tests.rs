use std::os::unix::fs::PermissionsExt as _;

use clap::Parser;
use tempfile::TempDir;

use super::*;
use crate::signing::sample;

mod elsewhere;

#[derive(Parser)]
struct CommandLine {
    #[command(flatten)]
    keys: Keys,
}

/// A folder with a git working tree and a folder for keys.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("project/.git")).unwrap();
    fs::create_dir(folder.path().join("project/trust")).unwrap();
    fs::create_dir(folder.path().join("safe")).unwrap();
    folder
}

/// Runs `keys`; `{}` in an argument is the folder. Gives what went to stdout and to stderr.
fn run(folder: &TempDir, arguments: &[&str]) -> std::result::Result<(String, String), String> {
    let root = folder.path().display().to_string();
    let arguments = arguments
        .iter()
        .map(|argument| argument.replace("{}", &root));
    let command = CommandLine::try_parse_from(["keys".to_owned()].into_iter().chain(arguments))
        .map_err(|error| error.to_string())?;
    let (mut out, mut talk) = (Vec::new(), Vec::new());
    super::run(|| project(&root), &command.keys, &mut out, &mut talk)
        .map_err(|failure| failure.to_string())?;
    Ok((
        String::from_utf8(out).unwrap(),
        String::from_utf8(talk).unwrap(),
    ))
}

/// The project in the folder, when it has a policy.
fn project(root: &str) -> Result<Project> {
    Project::find(Some(&Path::new(root).join("project")))
}

const NEW: [&str; 3] = ["new", "{}/safe/release.key", "--dangerously-unencrypted"];

#[test]
fn a_new_pair_is_two_files_and_a_line_for_the_policy() {
    let folder = folder();
    let (out, talk) = run(&folder, &NEW).unwrap();
    let at = |name: &str| folder.path().join("safe").join(name);
    let mode = |name: &str| fs::metadata(at(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("release.key"), 0o600);
    let public = fs::read_to_string(at("release.pub")).unwrap();
    let public = PublicKey::from_file(&public).unwrap().to_base64();
    assert_eq!(
        out,
        format!("{{ public = \"{public}\", role = \"release\" }}\n")
    );
    // The secret key is in its file and nowhere else.
    let secret = fs::read_to_string(at("release.key")).unwrap();
    let secret = secret.lines().nth(1).unwrap();
    assert!(!out.contains(secret) && !talk.contains(secret));
    assert_eq!(fs::read_dir(folder.path().join("safe")).unwrap().count(), 2);
}

#[test]
fn the_public_key_comes_out_of_the_secret_one() {
    let folder = folder();
    let (line, _) = run(&folder, &NEW).unwrap();
    let (out, talk) = run(&folder, &["public", "{}/safe/release.key"]).unwrap();
    let file = fs::read_to_string(folder.path().join("safe/release.pub")).unwrap();
    assert_eq!(out, file);
    assert_eq!(talk, format!("in policy.toml: {line}"));
    let to_file = [
        "public",
        "{}/safe/release.key",
        "--output",
        "{}/out.pub",
        "--role",
        "rescue",
    ];
    let (out, talk) = run(&folder, &to_file).unwrap();
    assert!(
        out.is_empty() && talk.contains("role = \"rescue\""),
        "{talk}"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("out.pub")).unwrap(),
        file
    );
    assert!(
        run(&folder, &to_file)
            .unwrap_err()
            .contains("already there")
    );
}

#[test]
fn a_password_protects_unless_danger_is_spelled_out() {
    let folder = folder();
    fs::write(folder.path().join("empty"), "\n").unwrap();
    let with = |file: &'static str| ["new", "{}/safe/release.key", "--password-file", file];
    let refused = run(&folder, &with("{}/empty")).unwrap_err();
    assert!(refused.contains("it is empty"), "{refused}");
    let both = [&with("{}/empty")[..], &["--dangerously-unencrypted"]].concat();
    assert!(
        run(&folder, &both)
            .unwrap_err()
            .contains("cannot be used with")
    );
    assert_eq!(fs::read_dir(folder.path().join("safe")).unwrap().count(), 0);
}

#[test]
fn nothing_is_overwritten_and_no_half_of_a_pair_is_left() {
    let folder = folder();
    let at = |name: &str| folder.path().join("safe").join(name);
    for there in ["release.key", "release.pub"] {
        fs::write(at(there), "precious").unwrap();
        let refused = run(&folder, &NEW).unwrap_err();
        assert!(
            refused.contains(there) && refused.contains("already there"),
            "{refused}"
        );
        assert_eq!(fs::read_to_string(at(there)).unwrap(), "precious");
        assert_eq!(fs::read_dir(folder.path().join("safe")).unwrap().count(), 1);
        fs::remove_file(at(there)).unwrap();
    }
    for name in ["new {}/safe/release.pub", "new {}/safe/.."] {
        let arguments: Vec<_> = name
            .split(' ')
            .chain(["--dangerously-unencrypted"])
            .collect();
        assert!(
            run(&folder, &arguments)
                .unwrap_err()
                .contains("no name for a secret key")
        );
    }
}

#[test]
fn only_a_development_key_may_lie_in_a_working_tree() {
    let folder = folder();
    let tree = folder.path().join("project/trust");
    let new = ["new", "{}/project/trust/x.key", "--dangerously-unencrypted"];
    let refused = run(&folder, &new).unwrap_err();
    assert!(refused.contains("could publish it"), "{refused}");
    assert_eq!(fs::read_dir(&tree).unwrap().count(), 0);
    let (out, _) = run(&folder, &[&new[..], &["--role", "development"]].concat()).unwrap();
    assert!(out.contains("role = \"development\""), "{out}");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = folder();
    let new = ["new", "{}/absent/x.key", "--dangerously-unencrypted"];
    let refused = run(&folder, &new).unwrap_err();
    assert!(refused.contains("cannot open the folder"), "{refused}");
    assert!(
        refused.contains("absent") && !refused.contains("git"),
        "{refused}"
    );
}

#[test]
fn each_key_signs_a_release_once() {
    let folder = folder();
    let release = folder.path().join("release");
    fs::create_dir(&release).unwrap();
    sample::write_release(&release);
    for number in [1, 2] {
        sample::write_key(folder.path(), number);
    }
    let sign = [
        "sign",
        "{}/release",
        "--key",
        "{}/1.key",
        "--key",
        "{}/2.key",
    ];
    let (out, talk) = run(&folder, &sign).unwrap();
    assert!(out.is_empty());
    assert!(talk.contains("0101010101010101 signed: "), "{talk}");
    assert!(talk.contains("0202020202020202 signed: "), "{talk}");
    assert!(release.join("release.json.minisig").is_file());
    assert!(
        release
            .join("release.json.0202020202020202.minisig")
            .is_file()
    );
    let again = ["sign", "{}/release/release.json", "--key", "{}/2.key"];
    assert!(
        run(&folder, &again)
            .unwrap()
            .1
            .contains("0202020202020202 had signed already: ")
    );
}

#[test]
fn a_key_that_cannot_be_opened_leaves_no_half_of_the_signatures() {
    let folder = folder();
    let release = folder.path().join("release");
    fs::create_dir(&release).unwrap();
    sample::write_release(&release);
    sample::write_key(folder.path(), 1);
    let sign = [
        "sign",
        "{}/release",
        "--key",
        "{}/1.key",
        "--key",
        "{}/absent.key",
    ];
    assert!(run(&folder, &sign).unwrap_err().contains("absent.key"));
    assert_eq!(fs::read_dir(&release).unwrap().count(), 3);
}

#[test]
fn only_a_whole_release_can_be_signed() {
    let folder = folder();
    let release = folder.path().join("release");
    fs::create_dir(&release).unwrap();
    sample::write_release(&release);
    sample::write_key(folder.path(), 1);
    let sign = |what| run(&folder, &["sign", what, "--key", "{}/1.key"]);
    let refused = sign("{}/release/application.bin").unwrap_err();
    assert!(
        refused.contains("application.bin is no release"),
        "{refused}"
    );
    fs::write(release.join("application.bin"), "another").unwrap();
    let refused = sign("{}/release").unwrap_err();
    assert!(refused.contains("must not be signed"), "{refused}");
    assert_eq!(fs::read_dir(&release).unwrap().count(), 3);
    assert!(
        run(&folder, &["sign", "{}/release"])
            .unwrap_err()
            .contains("--key")
    );
}
