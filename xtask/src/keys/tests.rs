use std::os::unix::fs::PermissionsExt as _;

use clap::Parser;
use tempfile::TempDir;

use super::*;
use crate::signing::dsse::Envelope;
use crate::signing::sample;

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

/// A policy in the project of the folder whose keys are these samples, and a release beside it.
fn with_policy_and_release(numbers: &[u8]) -> TempDir {
    let folder = folder();
    let own = fs::read_to_string(sample::project_root().join("policy.toml")).unwrap();
    let listed = |number: &u8| {
        let public = sample::key(*number).public();
        format!("    {},\n", policy_line(&public, Role::Release))
    };
    let lines: String = numbers.iter().map(listed).collect();
    let (before, _) = own.split_once("keys = [").unwrap();
    let policy = format!("{before}keys = [\n{lines}]\n");
    fs::write(folder.path().join("project/policy.toml"), policy).unwrap();
    fs::create_dir(folder.path().join("release")).unwrap();
    sample::write_release(&folder.path().join("release"));
    folder
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

#[test]
fn a_request_says_what_is_signed_and_by_whom() {
    let folder = with_policy_and_release(&[1, 2]);
    let (out, _) = run(&folder, &["request", "{}/release"]).unwrap();
    let bytes = fs::read(folder.path().join("release/release.json")).unwrap();
    for said in [
        "# What to sign: reference 1.2.0",
        &crate::digest::sha256_hex(&bytes),
        &format!("{} bytes", bytes.len()),
        "application.bin",
        "0101010101010101  release     not yet",
        "0202020202020202  release     not yet",
    ] {
        assert!(out.contains(said), "{said}: {out}");
    }
    sample::write_key(folder.path(), 1);
    run(&folder, &["sign", "{}/release", "--key", "{}/1.key"]).unwrap();
    let file = ["request", "{}/release", "--output", "{}/request.md"];
    assert_eq!(run(&folder, &file).unwrap().0, "");
    let text = fs::read_to_string(folder.path().join("request.md")).unwrap();
    assert!(
        text.contains("0101010101010101  release     a signature is there"),
        "{text}"
    );
    assert!(text.contains("0202020202020202  release     not yet"));
}

#[test]
fn nothing_is_requested_of_a_damaged_release_or_without_a_policy() {
    let folder = with_policy_and_release(&[1]);
    let request = ["request", "{}/release"];
    fs::write(folder.path().join("release/application.bin"), "another").unwrap();
    assert!(run(&folder, &request).unwrap_err().contains("damaged"));
    fs::remove_file(folder.path().join("project/policy.toml")).unwrap();
    fs::write(
        folder.path().join("release/application.bin"),
        "the application",
    )
    .unwrap();
    assert!(
        run(&folder, &request)
            .unwrap_err()
            .contains("no policy.toml")
    );
}

/// Signs a copy of the release with a sample key: the path of the signature file, as an argument.
fn signed_elsewhere(folder: &TempDir, number: u8) -> String {
    let copy = folder.path().join(format!("copy-{number}"));
    fs::create_dir(&copy).unwrap();
    sample::write_release(&copy);
    sample::write_key(folder.path(), number);
    let (copy_shown, key) = (
        copy.display().to_string(),
        folder.path().join(format!("{number}.key")),
    );
    run(
        folder,
        &["sign", &copy_shown, "--key", key.to_str().unwrap()],
    )
    .unwrap();
    copy.join("release.json.minisig").display().to_string()
}

#[test]
fn what_was_signed_elsewhere_is_put_in_place() {
    let folder = with_policy_and_release(&[1, 2]);
    let (first, second) = (signed_elsewhere(&folder, 1), signed_elsewhere(&folder, 2));
    let (_, talk) = run(&folder, &["attach", "{}/release", &first, &second]).unwrap();
    assert!(talk.contains("0101010101010101 attached: "), "{talk}");
    let at = |name: &str| fs::read(folder.path().join("release").join(name)).unwrap();
    assert_eq!(at("release.json.minisig"), fs::read(&first).unwrap());
    assert_eq!(
        at("release.json.0202020202020202.minisig"),
        fs::read(&second).unwrap()
    );
    let again = run(&folder, &["attach", "{}/release", &first]).unwrap().1;
    assert!(again.contains("had signed already"), "{again}");
}

#[test]
fn one_signature_that_is_not_right_keeps_all_of_them_out() {
    let folder = with_policy_and_release(&[1]);
    let (right, unknown) = (signed_elsewhere(&folder, 1), signed_elsewhere(&folder, 3));
    let other = folder.path().join("other.minisig");
    let of_other_bytes = sample::key(1).sign(b"another release", "x".to_owned());
    fs::write(&other, of_other_bytes.to_file()).unwrap();
    let text = folder.path().join("text");
    fs::write(&text, "no signature\n").unwrap();
    let forged = folder.path().join("forged.dsse.json");
    fs::write(&forged, "{}\n").unwrap();
    for (wrong, why) in [
        (unknown.as_str(), "is not a key of the policy"),
        (
            other.to_str().unwrap(),
            "it is not the file that was signed",
        ),
        (text.to_str().unwrap(), "line structure"),
        (forged.to_str().unwrap(), "missing field"),
        ("{}/absent", "cannot read"),
        ("{}/release", "is no signature"),
    ] {
        let refused = run(&folder, &["attach", "{}/release", &right, wrong]).unwrap_err();
        assert!(refused.contains(why), "{wrong}: {refused}");
        let names = fs::read_dir(folder.path().join("release")).unwrap().count();
        assert_eq!(names, 3, "{wrong}");
    }
}

/// A release with statements, as a build writes it.
fn write_release_with_statements(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let contents = crate::attestation::sample::Sample::made().contents();
    for (name, bytes) in contents.files() {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

#[test]
fn envelopes_of_several_signers_come_together() {
    let folder = with_policy_and_release(&[1, 2]);
    let at = |name: &str| folder.path().join(name);
    for copy in ["first", "second", "both", "whole"] {
        write_release_with_statements(&at(copy));
    }
    let sign = |copy: &str, number: u8| {
        sample::write_key(folder.path(), number);
        let key = format!("{{}}/{number}.key");
        run(&folder, &["sign", &format!("{{}}/{copy}"), "--key", &key]).unwrap();
    };
    sign("first", 1);
    sign("second", 2);
    sign("both", 1);
    sign("both", 2);
    let attach = [
        "attach",
        "{}/whole",
        "{}/second/provenance.dsse.json",
        "{}/second/coverage.dsse.json",
        "{}/first/provenance.dsse.json",
        "{}/first/coverage.dsse.json",
    ];
    run(&folder, &attach).unwrap();
    for name in ["provenance.dsse.json", "coverage.dsse.json"] {
        let read = |copy: &str| fs::read(at(copy).join(name)).unwrap();
        assert_eq!(read("whole"), read("both"), "{name}");
    }
    let (_, talk) = run(&folder, &attach).unwrap();
    assert!(talk.contains("every signature was there already"), "{talk}");
}

#[test]
fn envelopes_of_another_statement_or_signer_are_refused() {
    let folder = with_policy_and_release(&[1]);
    let at = |name: &str| folder.path().join(name);
    for copy in ["signed", "unknown", "whole"] {
        write_release_with_statements(&at(copy));
    }
    for (copy, number) in [("signed", 1), ("unknown", 3)] {
        sample::write_key(folder.path(), number);
        let key = format!("{{}}/{number}.key");
        run(&folder, &["sign", &format!("{{}}/{copy}"), "--key", &key]).unwrap();
    }
    let other = Envelope::new(b"{}\n".to_vec());
    fs::write(at("other.dsse.json"), other.to_bytes()).unwrap();
    for (wrong, why) in [
        ("{}/other.dsse.json", "no statement of this release"),
        (
            "{}/unknown/coverage.dsse.json",
            "is not a key that may sign",
        ),
    ] {
        let attach = ["attach", "{}/whole", "{}/signed/coverage.dsse.json", wrong];
        let refused = run(&folder, &attach).unwrap_err();
        assert!(refused.contains(why), "{refused}");
        assert!(!at("whole/coverage.dsse.json").exists());
    }
}
