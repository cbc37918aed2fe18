//! `build-firmware` on the day of each losing release, with what was known then: the gate is closed, and nothing is compiled.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn trust() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    root.join("trust")
}

/// A project of the shape that `build-firmware` wants, committed: the policy and the pool of a fleet, the calendar of this
/// project and of the fleet.
fn project(fleet: &str, change: impl Fn(&str) -> String) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let fixture = trust().join("fixtures/fleets").join(fleet);
    let policy = std::fs::read_to_string(fixture.join("policy.toml")).unwrap();
    std::fs::write(root.join("policy.toml"), change(&policy)).unwrap();
    copy(&fixture.join("anchors"), &root.join("trust/anchors"));
    copy(&trust().join("calendar"), &root.join("trust/calendar"));
    copy(&fixture.join("calendar"), &root.join("trust/calendar"));
    std::fs::create_dir(root.join("firmware")).unwrap();
    let manifest = "[package]\nname = \"firmware\"\nversion = \"1.0.0\"\n";
    std::fs::write(root.join("firmware/Cargo.toml"), manifest).unwrap();
    std::fs::write(root.join(".gitignore"), "/target\n").unwrap();
    git(root, &["init", "--quiet"]);
    git(root, &["add", "--all"]);
    git(root, &["commit", "--quiet", "--message", "x"]);
    folder
}

fn copy(from: &Path, into: &Path) {
    std::fs::create_dir_all(into).unwrap();
    // A fleet without facts of its own has no folder of them.
    for entry in std::fs::read_dir(from).into_iter().flatten() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, into.join(path.file_name().unwrap())).unwrap();
    }
}

fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(identity).args(arguments);
    assert!(command.output().unwrap().status.success(), "{arguments:?}");
}

fn run(project: &TempDir, verb: &str, day: &str, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("--project").arg(project.path()).arg(verb);
    command
        .args(["--as-of", day, "--facts-known-on", day])
        .args(more);
    command.env_remove("SOURCE_DATE_EPOCH").output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// 1.0.1 had DST Root CA X3 in place of the intermediate.
fn with_dst_root(policy: &str) -> String {
    let x3 = "25847d668eb4f04fdd40b12b6b0740c567da7d024308eb6c2c96fe41d9de218d";
    let dst = "0687260331a72403d909f105e69bcf0d32e1bd2493ffc6d9206d11bcd6770739";
    assert!(policy.contains(x3));
    policy
        .replace(x3, dst)
        .replace("Let's Encrypt Authority X3", "DST Root CA X3")
        .replace("2025-11-10", "2026-02-08")
}

#[test]
fn each_losing_release_is_refused_on_its_day_before_anything_is_compiled() {
    let same = |policy: &str| policy.to_owned();
    let of_1_0_1 = project("deploy-the-fleet-1.0.0", with_dst_root);
    let dst = trust().join("fixtures/fleets/mdash-1.2.14/anchors");
    copy(&dst, &of_1_0_1.path().join("trust/anchors"));
    git(of_1_0_1.path(), &["add", "--all"]);
    git(of_1_0_1.path(), &["commit", "--quiet", "--message", "x"]);
    let of_1_0_4 = |policy: &str| policy.replace("2026-09-29", "2029-03-19");
    let releases = [
        (
            "1.0.0",
            "2020-11-10",
            project("deploy-the-fleet-1.0.0", same),
            "updates is lost on 2021-03-18: Let's Encrypt Authority X3 signed by DST Root CA X3 ends",
        ),
        (
            "1.0.1",
            "2021-02-08",
            of_1_0_1,
            "updates is lost on 2021-09-30: R3 signed by DST Root CA X3 ends",
        ),
        (
            "1.0.2",
            "2021-09-29",
            project("deploy-the-fleet-1.0.2", same),
            "updates is lost between 2024-10-01 and 2024-12-29: ISRG Root X1 signed by DST Root CA X3 ends",
        ),
        (
            "1.0.4",
            "2024-03-19",
            project("deploy-the-fleet-1.0.2", of_1_0_4),
            "updates is lost on 2025-09-16: R3 signed by ISRG Root X1 ends",
        ),
        (
            "1.2.14",
            "2021-05-06",
            project("mdash-1.2.14", same),
            "mdash is lost between 2024-10-01 and 2024-12-29: ISRG Root X1 signed by DST Root CA X3 ends",
        ),
    ];
    for (version, day, project, lost) in releases {
        let output = run(&project, "build-firmware", day, &[]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(10), "{version}: {said}");
        let lost = format!("error[E104 endpoint-lost-in-service]: endpoint {lost}");
        assert!(said.contains(&lost), "{version}: {said}");
        let known = format!("judged at {day} (--as-of), with the facts that were known on {day}");
        assert!(said.contains(&known), "{version}: {said}");
        // Neither compiled, nor fetched, nor released.
        assert!(!said.contains("compiling"), "{version}: {said}");
        assert!(output.stdout.is_empty(), "{version}");
        assert!(!project.path().join("dist").exists(), "{version}");
        assert!(
            !project.path().join("target/toolchain").exists(),
            "{version}"
        );
    }
}

/// On the day of the announcement 1.0.4's policy, for service until 2026, is refused because of it; the same policy with the
/// root in place of the intermediate passes.
#[test]
fn the_same_policy_with_the_root_passes() {
    let day = "2024-04-12";
    let until_2026 = |policy: &str| policy.replace("2026-09-29", "2026-12-31");
    let refused = project("deploy-the-fleet-1.0.2", until_2026);
    let refused = run(&refused, "build-firmware", day, &[]);
    assert_eq!(refused.status.code(), Some(10));
    let said = stderr(&refused);
    let lost =
        "updates is lost between 2024-06-06 and 2024-09-03: Let's Encrypt issues by R10 or R11";
    assert!(said.contains(lost), "{said}");

    let r3 = "67add1166b020ae61b8f5fc96813c04c2aa589960796865572a3c7e737613dfd";
    let x1 = "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6";
    let with_root = |policy: &str| {
        assert!(policy.contains(r3));
        let policy = until_2026(policy).replace(r3, x1);
        policy.replace("name = \"R3\"", "name = \"ISRG Root X1\"")
    };
    let passes = project("deploy-the-fleet-1.0.2", with_root);
    let root = "anchors/isrg-root-x1.pem";
    std::fs::copy(trust().join(root), passes.path().join("trust").join(root)).unwrap();
    let passes = run(&passes, "check", day, &[]);
    assert_eq!(passes.status.code(), Some(0), "{}", stderr(&passes));
}

/// 1.0.7's second server is another host of another owner with another key: the rule that asks for that is met, on its day.
#[test]
fn the_failover_of_1_0_7_passes_on_its_day() {
    let day = "2024-08-03";
    let passes = run(
        &project("deploy-the-fleet-1.0.7", |policy| policy.to_owned()),
        "check",
        day,
        &[],
    );
    assert_eq!(passes.status.code(), Some(0), "{}", stderr(&passes));
    let same_host = |policy: &str| policy.replace("ota9.example.com", "ota.example.com");
    let refused = project("deploy-the-fleet-1.0.7", same_host);
    let refused = run(&refused, "build-firmware", day, &[]);
    assert_eq!(refused.status.code(), Some(10));
    assert!(
        stderr(&refused).contains("error[E107 "),
        "{}",
        stderr(&refused)
    );
}

/// A team that has the announcement, and asks as if it had not, gets no release for devices in the field.
#[test]
fn no_release_for_the_field_leaves_facts_out() {
    let project = project("deploy-the-fleet-1.0.7", |policy| policy.to_owned());
    let output = run(
        &project,
        "build-firmware",
        "2024-08-03",
        &["--channel", "production"],
    );
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(
        said.contains("no release for devices in the field"),
        "{said}"
    );
}
