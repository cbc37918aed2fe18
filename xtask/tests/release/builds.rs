//! Builds that are killed, and builds that meet.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::place::{ourselves, root, text, verify};

/// Kills while nothing needs to be compiled, and while the firmware is.
const WARM_KILLS: u32 = 40;
const COMPILING_KILLS: u32 = 10;

/// These tests build in the same checkout, one at a time.
static CHECKOUT: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn build(dist: &Path) -> Command {
    let mut command = ourselves(&["build-firmware", "--allow-dirty", "--output"]);
    command
        .arg(dist)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// A folder for releases that is gone with the value.
fn dist() -> tempfile::TempDir {
    tempfile::tempdir_in(root().join("target/perennial")).unwrap()
}

#[test]
fn killed_at_any_moment_dist_holds_complete_releases_only() {
    let _checkout = CHECKOUT
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let dist = dist();
    let started = Instant::now();
    assert!(build(dist.path()).status().unwrap().success());
    let duration = started.elapsed();
    let mut interrupted = 0;
    for round in 0..WARM_KILLS + COMPILING_KILLS {
        if round >= WARM_KILLS {
            touch(&root().join("firmware/src/main.rs"));
        }
        for release in releases(dist.path()) {
            std::fs::remove_dir_all(release).unwrap();
        }
        // Moments spread over the whole build, in an order that has no period.
        let moment = duration * (round * 37 % 100) / 100;
        interrupted += u32::from(kill_after(build(dist.path()), moment));
        for release in releases(dist.path()) {
            let (exit, said) = verify(&release);
            assert_eq!(exit, 0, "after {moment:?}:\n{said}");
        }
        assert!(!index_lock().exists(), "after {moment:?}: git stays locked");
    }
    println!(
        "{interrupted} of {} builds were killed before they ended",
        WARM_KILLS + COMPILING_KILLS
    );
    assert!(
        interrupted >= 25,
        "only {interrupted} builds were killed before they ended"
    );
    assert!(
        build(dist.path()).status().unwrap().success(),
        "the next build succeeds"
    );
    assert_eq!(releases(dist.path()).len(), 1);
}

/// The lock that keeps others from committing.
fn index_lock() -> PathBuf {
    let output = Command::new("git")
        .current_dir(root())
        .args(["rev-parse", "--git-path", "index.lock"])
        .output()
        .unwrap();
    root().join(text(&output).trim())
}

/// Kills the process group of `command` with SIGKILL after `moment`; whether it was still running.
fn kill_after(mut command: Command, moment: Duration) -> bool {
    let mut child: Child = command.process_group(0).spawn().unwrap();
    std::thread::sleep(moment);
    let running = child.try_wait().unwrap().is_none();
    if running {
        let group = format!("-{}", child.id());
        assert!(
            Command::new("kill")
                .args(["-KILL", "--", &group])
                .status()
                .unwrap()
                .success()
        );
    }
    child.wait().unwrap();
    running
}

fn touch(path: &Path) {
    std::fs::File::open(path)
        .unwrap()
        .set_modified(std::time::SystemTime::UNIX_EPOCH + now())
        .unwrap();
}

#[allow(
    clippy::disallowed_methods,
    reason = "cargo compares the file's time with the clock"
)]
fn now() -> Duration {
    std::time::SystemTime::now()
        .duration_since(std::time::SystemTime::UNIX_EPOCH)
        .unwrap()
}

/// Everything that stands in a `dist`.
fn releases(dist: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(dist)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[test]
fn of_two_builds_at_once_the_second_waits_and_says_for_whom() {
    let _checkout = CHECKOUT
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let dist = dist();
    let both = [(); 2].map(|()| {
        let mut command = ourselves(&["build-firmware", "--allow-dirty", "--output"]);
        command
            .arg(dist.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    });
    let outputs = both.map(|child| child.wait_with_output().unwrap());
    for output in &outputs {
        assert!(output.status.success(), "{}", text(output));
    }
    let waited = outputs
        .iter()
        .filter(|output| text(output).contains("is held by process"));
    assert_eq!(
        waited.count(),
        1,
        "{}\n{}",
        text(&outputs[0]),
        text(&outputs[1])
    );
    assert_eq!(releases(dist.path()).len(), 1);
}

#[test]
fn a_stale_render_stops_the_build() {
    let clone = Clone::new();
    let source = clone.rendered();
    std::fs::write(clone.source(), source.replacen("0x", "0X", 1)).unwrap();
    let dirty = clone.run(&["build-firmware"]);
    let said = text(&dirty);
    assert_eq!(dirty.status.code(), Some(10), "dirty: {said}");
    clone.assert_stale(&["build-firmware", "--allow-dirty"], "in header: ");
    clone.assert_stale(&["render", "--check"], "in header: ");
}

/// Somebody exchanges a root where nobody reads, and commits it: clean, and another trust.
#[test]
fn a_root_that_was_swapped_in_the_rendered_source_stops_the_build() {
    let clone = Clone::new();
    let rendered = clone.rendered();
    let (before, anchors) = rendered.split_at(rendered.find("// anchor[1]").unwrap());
    // A byte of the fingerprint or of the key: any other is another root's.
    let swapped = anchors.replacen("0x69", "0x96", 1);
    assert_ne!(swapped, anchors);
    std::fs::write(clone.source(), before.to_owned() + &swapped).unwrap();
    clone.commit();
    for command in [&["build-firmware"][..], &["render", "--check"]] {
        clone.assert_stale(command, "in anchor[1]: ISRG Root X2");
    }
}

/// A clone of the commit, in which somebody changes something.
struct Clone(tempfile::TempDir);

impl Clone {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clone = Self(folder);
        let mut git = Command::new("git");
        git.args(["clone", "--quiet"]).arg(root()).arg(clone.root());
        assert!(git.status().unwrap().success());
        clone
    }

    fn root(&self) -> PathBuf {
        self.0.path().join("clone")
    }

    fn source(&self) -> PathBuf {
        self.root().join("firmware/src/trust_store.rs")
    }

    fn rendered(&self) -> String {
        std::fs::read_to_string(self.source()).unwrap()
    }

    fn commit(&self) {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        let mut git = Command::new("git");
        git.current_dir(self.root()).args(identity).args([
            "commit",
            "--quiet",
            "--all",
            "--message=tidy up",
        ]);
        assert!(git.status().unwrap().success());
    }

    fn run(&self, arguments: &[&str]) -> std::process::Output {
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .current_dir(self.root())
            .args(arguments)
            .output()
            .unwrap()
    }

    /// The command says that the rendered source is not that of the policy, and where; nothing is built.
    fn assert_stale(&self, arguments: &[&str], place: &str) {
        let output = self.run(arguments);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(11), "{said}");
        assert!(said.contains("R101"), "{said}");
        assert!(said.contains(place), "{said}");
        assert!(!self.root().join("dist").exists());
    }
}
