//! Approvals by real `ssh-keygen` and real minisign: what counts, and each thing that must not.

use std::fs;
use std::path::Path;

use crate::team::{KEYS, NAMESPACE, OTHER, Team, WEAKENS, minisign, sign, succeeds};

/// The way back of [`WEAKENS`]: `threshold = 1` is there twice.
const STRENGTHENS: (&str, &str) = ("[rescue]\nthreshold = 1", "[rescue]\nthreshold = 2");

/// A change that weakens, in the working tree.
fn weakened() -> Team {
    let team = Team::new();
    team.edit(WEAKENS);
    team
}

/// ada approves well and bob does not: P201 counts one, P202 says why. `spoil` is given the approval of bob, signed.
fn refuses(why: &str, spoil: impl FnOnce(&Team, &Path)) {
    let team = weakened();
    team.approve("ada", &[]);
    let path = team.approve("bob", &[]);
    spoil(&team, &path);
    let checked = team.check();
    assert_eq!(checked.code, Some(10), "{checked:?}");
    assert_eq!(checked.codes(), ["P201", "P202"], "{checked:?}");
    assert!(
        checked.says("P201", "has 1 of the 2 approvals"),
        "{checked:?}"
    );
    assert!(checked.says("P202", why), "{checked:?}");
}

fn rewrite(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{from} in {text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

fn signature(path: &Path) -> std::path::PathBuf {
    let name = path.file_name().unwrap().to_str().unwrap();
    path.with_file_name(format!("{name}.sig"))
}

/// Signs again what was changed after it was signed.
fn sign_again(path: &Path, name: &str, namespace: &str) {
    fs::remove_file(signature(path)).unwrap();
    sign(path, name, namespace);
}

#[test]
fn enough_approvals_pass_before_and_after_the_commit_and_in_both_channels() {
    let team = weakened();
    let none = team.check();
    assert_eq!(none.codes(), ["P201"], "{none:?}");
    assert!(
        none.says("P201", "what is not committed has 0 of the 2 approvals"),
        "{none:?}"
    );
    team.approve("ada", &[]);
    team.approve("bob", &[]);
    assert_eq!(team.check().codes(), [""; 0]);
    team.commit("2026-06-05");
    let checked = team.check();
    assert_eq!(
        (checked.codes(), checked.code),
        (vec![], Some(0)),
        "{checked:?}"
    );
    let production = team.check_with(&["--as-of", "2026-07-01", "--channel", "production"]);
    assert_eq!(production.codes(), [""; 0]);
    // The verdict of an old release is the same in years: approvals are judged at the day of the change.
    let later = team.check_with(&["--as-of", "2027-06-01"]);
    assert_eq!(later.codes(), [""; 0], "{later:?}");
}

#[test]
fn keys_of_every_kind_approve() {
    let names = ["ada", "bob", "carol", "dan"];
    let names = &names[..if minisign().is_some() { 4 } else { 3 }];
    if names.len() < 4 {
        eprintln!("skipped: approvals by minisign: PERENNIAL_MINISIGN does not name it");
    }
    for pair in names.windows(2) {
        let team = weakened();
        team.approve(pair[0], &[]);
        team.approve(pair[1], &[]);
        let checked = team.check();
        assert_eq!(checked.codes(), [""; 0], "{pair:?}: {checked:?}");
    }
}

#[test]
fn fewer_are_enough_for_a_change_that_does_not_weaken() {
    let team = Team::new();
    team.edit(OTHER);
    let none = team.check();
    assert!(
        none.says("P201", "has 0 of the 1 approval that"),
        "{none:?}"
    );
    team.approve("carol", &[]);
    assert_eq!(team.check().codes(), [""; 0]);
    // What means nothing needs nobody.
    let team = Team::new();
    team.append("\n# a comment\n");
    team.commit("2026-06-05");
    assert_eq!(team.check().codes(), [""; 0]);
}

#[test]
fn a_wrong_digest_is_refused() {
    refuses(
        "no change that needs approvals has this digest",
        |_, path| {
            let text = fs::read_to_string(path).unwrap();
            let digest = text
                .lines()
                .find_map(|line| line.strip_prefix("change: "))
                .unwrap();
            rewrite(path, digest, &"5d".repeat(32));
            sign_again(path, "bob", NAMESPACE);
        },
    );
}

#[test]
fn a_change_that_was_altered_after_its_approval_is_refused() {
    let team = weakened();
    team.approve("ada", &[]);
    team.approve("bob", &[]);
    team.edit(OTHER);
    let checked = team.check();
    assert_eq!(checked.codes(), ["P201", "P202", "P202"], "{checked:?}");
    assert!(
        checked.says("P201", "has 0 of the 2 approvals"),
        "{checked:?}"
    );
}

#[test]
fn a_wrong_key_is_refused() {
    refuses("signed by another key than that of bob", |_, path| {
        sign_again(path, "eve", NAMESPACE);
    });
    // Nor can one approver sign for another.
    refuses("signed by another key than that of bob", |_, path| {
        sign_again(path, "ada", NAMESPACE);
    });
}

#[test]
fn somebody_who_is_no_approver_is_refused() {
    refuses("eve is no approver", |_, path| {
        rewrite(path, "approver: bob", "approver: eve");
        sign_again(path, "eve", NAMESPACE);
    });
}

#[test]
fn a_wrong_namespace_is_refused() {
    refuses("it is signed in the namespace \"git\"", |_, path| {
        sign_again(path, "bob", "git");
    });
}

#[test]
fn a_text_that_was_tampered_with_is_refused() {
    refuses("does not verify", |_, path| {
        rewrite(path, "expires: 2026-12-31", "expires: 2027-12-31");
    });
    refuses("two people are not one", |_, path| {
        rewrite(path, "approver: bob", "approver: two people are not one");
    });
}

#[test]
fn a_signature_that_is_missing_or_none_is_refused() {
    refuses("there is no signature beside it", |_, path| {
        fs::remove_file(signature(path)).unwrap();
    });
    refuses("is no SSH signature", |_, path| {
        fs::write(signature(path), "signed, bob\n").unwrap();
    });
    refuses("does not verify", |_, path| {
        // Of another text by the same key.
        let other = path.with_file_name("other");
        fs::write(&other, "I approve\n").unwrap();
        sign(&other, "bob", NAMESPACE);
        fs::rename(signature(&other), signature(path)).unwrap();
        fs::remove_file(other).unwrap();
    });
    refuses("two signatures beside it", |_, path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        fs::write(path.with_file_name(format!("{name}.minisig")), "").unwrap();
    });
}

#[test]
fn a_text_of_another_form_is_refused() {
    refuses("the first line is not", |_, path| {
        rewrite(path, "approval v1", "approval v2");
    });
    refuses("it is not UTF-8", |_, path| {
        let mut bytes = fs::read(path).unwrap();
        bytes.insert(bytes.len() - 1, 0xff);
        fs::write(path, bytes).unwrap();
    });
}

#[test]
fn one_person_is_one_approver() {
    refuses("ada approved this change already", |_, path| {
        let (text, again) = (
            fs::read_to_string(path).unwrap(),
            path.with_file_name("z.approval"),
        );
        fs::write(&again, text.replace("approver: bob", "approver: ada")).unwrap();
        sign(&again, "ada", NAMESPACE);
        fs::remove_file(path).unwrap();
        fs::remove_file(signature(path)).unwrap();
    });
}

/// Valid on its last day, void on the day after: of the commit, or of the release where there is no commit yet.
#[test]
fn an_expired_approval_is_refused() {
    let team = weakened();
    team.approve("ada", &[]);
    team.approve("bob", &[]);
    for (day, codes) in [
        ("2026-12-31", vec![]),
        ("2027-01-01", vec!["P201", "P202", "P202"]),
    ] {
        let checked = team.check_with(&["--as-of", day]);
        assert_eq!(checked.codes(), codes, "{day}: {checked:?}");
    }
    team.commit("2027-01-01");
    let checked = team.check();
    assert_eq!(checked.codes(), ["P201", "P202", "P202"], "{checked:?}");
    assert!(
        checked.says(
            "P202",
            "it expired 2026-12-31, and the change is of 2027-01-01"
        ),
        "{checked:?}"
    );
}

#[test]
fn an_approval_of_another_change_is_refused() {
    let team = Team::new();
    team.edit(OTHER);
    team.approve("ada", &[]);
    team.approve("bob", &[]);
    team.commit("2026-06-05");
    assert_eq!(team.check().codes(), [""; 0]);
    team.edit(WEAKENS);
    team.commit("2026-06-06");
    let checked = team.check();
    assert_eq!(checked.codes(), ["P201"], "{checked:?}");
    assert!(
        checked.says("P201", "has 0 of the 2 approvals"),
        "{checked:?}"
    );
}

/// Made, reverted, made again: what was approved was one change, on one day.
#[test]
fn an_approval_is_not_used_twice_after_a_revert() {
    let team = weakened();
    team.approve("ada", &[]);
    team.approve("bob", &[]);
    team.commit("2026-06-05");
    team.edit(STRENGTHENS);
    team.approve("ada", &[]);
    team.commit("2026-06-06");
    assert_eq!(team.check().codes(), [""; 0]);
    team.edit(WEAKENS);
    team.commit("2026-06-07");
    let checked = team.check();
    assert_eq!(checked.codes(), ["P201"], "{checked:?}");
    // Approved again, upon the reverted state, it passes.
    for name in ["ada", "bob"] {
        let folder = team.path().join("trust/approvals");
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap().to_owned();
            if file.contains(&format!("-{name}.")) && !file.starts_with("first-") {
                fs::rename(&path, folder.join(format!("first-{file}"))).unwrap();
            }
        }
        team.approve(name, &["HEAD~1", "HEAD"]);
    }
    let checked = team.check();
    assert_eq!(checked.codes(), [""; 0], "{checked:?}");
}

/// The same with stock minisign: another text, another key, another form, another signer.
#[test]
fn signatures_of_minisign_are_held_to_the_same() {
    let Some(mut stranger) = minisign() else {
        eprintln!("skipped: approvals by minisign: PERENNIAL_MINISIGN does not name it");
        return;
    };
    let keys = tempfile::tempdir().unwrap();
    let secret = keys.path().join("key");
    stranger
        .args(["-G", "-W", "-p"])
        .arg(keys.path().join("key.pub"));
    succeeds(stranger.arg("-s").arg(&secret));
    let sign_with = |path: &Path, more: &[&str], secret: &Path| {
        let mut minisign = minisign().unwrap();
        minisign
            .arg("-S")
            .args(more)
            .arg("-s")
            .arg(secret)
            .arg("-m")
            .arg(path);
        succeeds(&mut minisign);
    };
    let refuses = |why: &str, spoil: &dyn Fn(&Path)| {
        let team = weakened();
        team.approve("ada", &[]);
        let path = team.write_approval("dan", &[]);
        spoil(&path);
        let checked = team.check();
        assert_eq!(checked.codes(), ["P201", "P202"], "{checked:?}");
        assert!(checked.says("P202", why), "{checked:?}");
    };
    let dan = KEYS.secret("dan");
    refuses("does not verify", &|path| {
        sign_with(path, &[], &dan);
        rewrite(path, "expires: 2026-12-31", "expires: 2027-12-31");
    });
    refuses("which no [review] lists", &|path| {
        sign_with(path, &[], &secret);
    });
    // Over the text itself and not over its hash: a second reading of one file.
    refuses("algorithm", &|path| sign_with(path, &["-l"], &dan));
    refuses("signed by another key than that of bob", &|path| {
        rewrite(path, "approver: dan", "approver: bob");
        sign_with(path, &[], &dan);
    });
    refuses("trusted comment", &|path| {
        sign_with(path, &["-t", "yes"], &dan);
        let mut name = path.as_os_str().to_owned();
        name.push(".minisig");
        rewrite(
            Path::new(&name),
            "trusted comment: yes",
            "trusted comment:no",
        );
    });
}

/// `--minisign-key` signs as the stock tool does, which accepts it.
#[test]
fn our_own_signature_is_one_of_minisign() {
    let Some(mut stock) = minisign() else {
        eprintln!("skipped: approvals by minisign: PERENNIAL_MINISIGN does not name it");
        return;
    };
    let team = weakened();
    team.approve("ada", &[]);
    let dan = KEYS.secret("dan");
    let path = team.write_approval("dan", &["--minisign-key", dan.to_str().unwrap()]);
    stock
        .arg("-V")
        .arg("-p")
        .arg(dan.with_extension("pub"))
        .arg("-m")
        .arg(path);
    succeeds(&mut stock);
    assert_eq!(team.check().codes(), [""; 0]);
}
