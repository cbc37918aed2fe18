//! A folder with what no release has in it: every step runs all the same, and each entry is a problem with a name.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;

use super::problem::Step;
use super::{Evidence, Folder, MAX_BYTES, STEPS, report, steps, trusted_policy};
use crate::project::Project;
use crate::scratch;
use crate::signing::sample;

#[test]
fn what_is_no_plain_file_is_a_problem_of_the_first_step() {
    let place = tempfile::tempdir().unwrap();
    let release = place.path().join("release");
    fs::create_dir(&release).unwrap();
    sample::write_release(&release);
    fs::create_dir(release.join("notes")).unwrap();
    fs::rename(release.join("release.json"), release.join("moved.json")).unwrap();
    symlink("moved.json", release.join("release.json")).unwrap();
    let pipe = release.join("release.json.minisig");
    scratch::pipe(&pipe);
    let flash = File::create(release.join("flash.bin")).unwrap();
    flash.set_len(MAX_BYTES + 1).unwrap();

    let (steps, json) = verified(&release);
    assert_eq!(steps.len(), STEPS.len());
    let said = |name: &str| {
        let problems = steps[0].problems.iter();
        let of_file = problems.filter(|problem| problem.artefact == name);
        let messages: Vec<_> = of_file.map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages.len(), 1, "{name}: {messages:?}");
        messages[0].to_owned()
    };
    assert_eq!(said("notes"), "it is a folder, not a plain file");
    assert_eq!(said("release.json"), "it is a link, not a plain file");
    assert_eq!(
        said("release.json.minisig"),
        "it is a pipe, not a plain file"
    );
    assert_eq!(
        said("flash.bin"),
        "it has 67108865 bytes; no file of a release has more than 67108864 (64 MiB)"
    );
    assert!(
        steps[0]
            .problems
            .iter()
            .all(|problem| problem.code == "V101")
    );
    assert_eq!(
        steps[1].problems[0].message,
        "it is a link, not a plain file"
    );
    assert_eq!(json["verified"], false);
    assert_eq!(json["steps"].as_array().unwrap().len(), STEPS.len());
}

#[test]
fn a_signature_that_is_wrong_is_placed_once() {
    let place = tempfile::tempdir().unwrap();
    sample::write_release(place.path());
    fs::write(place.path().join("release.json.minisig"), "nothing\n").unwrap();
    let (steps, _) = verified(place.path());
    let signatures = steps.iter().find(|step| step.name == "signatures").unwrap();
    let problem = &signatures.problems[0];
    assert_eq!(problem.artefact, "release.json.minisig");
    assert!(!problem.message.contains(&problem.artefact), "{problem:?}");
    assert!(!problem.message.contains(&problem.field), "{problem:?}");
    assert_eq!(signatures.seen, "1 file");
}

/// Every step over a folder, and the answer for machines.
fn verified(release: &Path) -> (Vec<Step>, serde_json::Value) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let project = Project { root };
    let policy = trusted_policy(&project).unwrap();
    let folder = Folder::read(release).unwrap();
    let mut evidence = Evidence::new(&project, &policy.signing, folder.files);
    evidence.leave_unread(folder.unread);
    let steps: Vec<Step> = steps(&evidence).collect();
    let json = report::json(&evidence, &steps);
    (steps, serde_json::from_str(&json).unwrap())
}
