//! A repository whose policy asks for approvals, and the people who give them, with the stock tools.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::copied::copy_pool_and_calendar;

const BASE: &str = include_str!("../../../trust/fixtures/base/policy.toml");

/// The namespace that approvals are signed in.
pub const NAMESPACE: &str = "perennial-policy-approval";

/// A change that weakens: two rescue signatures become one.
pub const WEAKENS: (&str, &str) = ("threshold = 2", "threshold = 1");

/// A change that does not.
pub const OTHER: (&str, &str) = ("CA of the failover server", "the CA of the failover server");

/// The keys of everybody, made once by the stock tools.
pub struct Keys {
    folder: TempDir,
}

pub static KEYS: LazyLock<Keys> = LazyLock::new(Keys::make);

impl Keys {
    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let kinds = [
            ("ada", "ed25519", "256"),
            ("bob", "ecdsa", "256"),
            ("carol", "rsa", "2048"),
            ("eve", "ed25519", "256"),
        ];
        for (name, kind, bits) in kinds {
            let path = folder.path().join(name);
            let mut keygen = Command::new("ssh-keygen");
            keygen.args(["-q", "-t", kind, "-b", bits, "-N", "", "-C", name, "-f"]);
            succeeds(keygen.arg(path));
        }
        if let Some(mut minisign) = minisign() {
            let (public, secret) = (folder.path().join("dan.pub"), folder.path().join("dan"));
            minisign.args(["-G", "-W", "-p"]).arg(public);
            succeeds(minisign.arg("-s").arg(secret));
        }
        Self { folder }
    }

    /// The secret key of `name`.
    pub fn secret(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The line of `name` in the policy.
    fn line(&self, name: &str) -> Option<String> {
        let public =
            std::fs::read_to_string(self.folder.path().join(format!("{name}.pub"))).ok()?;
        let words: Vec<_> = public.split_whitespace().collect();
        Some(match name {
            "dan" => format!(
                "    {{ name = \"dan\", minisign = \"{}\" }},\n",
                words.last()?
            ),
            _ => format!(
                "    {{ name = \"{name}\", ssh = \"{} {}\" }},\n",
                words[0], words[1]
            ),
        })
    }
}

/// Stock minisign, where the tests were told of one.
pub fn minisign() -> Option<Command> {
    std::env::var_os("PERENNIAL_MINISIGN").map(Command::new)
}

/// `[review]` with these numbers and these people, without who has no key.
pub fn review(weakening: u32, other: u32, names: &[&str]) -> String {
    let lines: String = names.iter().filter_map(|name| KEYS.line(name)).collect();
    format!("\n[review]\nweakening = {weakening}\nother = {other}\napprovers = [\n{lines}]\n")
}

/// A project in a repository of its own.
pub struct Team {
    pub folder: TempDir,
}

/// What `check` said about approvals.
#[derive(Debug)]
pub struct Checked {
    /// Its exit code.
    pub code: Option<i32>,
    /// Each P2xx finding: code and message.
    pub found: Vec<(String, String)>,
}

impl Checked {
    pub fn codes(&self) -> Vec<&str> {
        self.found.iter().map(|(code, _)| code.as_str()).collect()
    }

    /// Whether a finding of `code` says `text`.
    pub fn says(&self, code: &str, text: &str) -> bool {
        self.found
            .iter()
            .any(|(found, message)| found == code && message.contains(text))
    }
}

impl Team {
    /// The base policy without `[review]`, committed.
    pub fn without_review() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_pool_and_calendar(folder.path());
        std::fs::write(folder.path().join("policy.toml"), BASE).unwrap();
        let team = Self { folder };
        team.git(&["init", "--quiet", "--initial-branch", "main"]);
        team.commit("2026-06-01");
        team
    }

    /// Two approvals for what weakens, one for the rest; ada, bob, carol and dan may give them.
    pub fn new() -> Self {
        let team = Self::without_review();
        team.append(&review(2, 1, &["ada", "bob", "carol", "dan"]));
        team.commit("2026-06-02");
        team
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        self.git_on("2026-06-03", arguments)
    }

    fn git_on(&self, day: &str, arguments: &[&str]) -> String {
        let identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
        let mut git = Command::new("git");
        git.arg("-C")
            .arg(self.path())
            .args(identity)
            .args(arguments);
        git.env("GIT_COMMITTER_DATE", format!("{day}T12:00:00Z"));
        succeeds(&mut git)
    }

    /// Commits everything on this day; the commit.
    pub fn commit(&self, day: &str) -> String {
        self.git(&["add", "--all"]);
        self.git_on(
            day,
            &["commit", "--quiet", "--allow-empty", "--message", "x"],
        );
        self.head()
    }

    /// Merges `branch` as one commit, on this day.
    pub fn merge(&self, branch: &str, day: &str) {
        self.git_on(
            day,
            &["merge", "--quiet", "--no-ff", "--message", "x", branch],
        );
    }

    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// Replaces a text of the policy that is there once.
    pub fn edit(&self, (from, to): (&str, &str)) {
        let path = self.path().join("policy.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    pub fn append(&self, more: &str) {
        let path = self.path().join("policy.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, text + more).unwrap();
    }

    /// The policy without what `[review]` begins.
    pub fn remove_review(&self) {
        let path = self.path().join("policy.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let (rest, _) = text.split_once("\n[review]").unwrap();
        std::fs::write(path, rest).unwrap();
    }

    /// Runs the tool in the project.
    pub fn xtask(&self, arguments: &[&str]) -> Output {
        let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
        xtask
            .current_dir(self.path())
            .args(arguments)
            .stdin(Stdio::null());
        xtask.output().unwrap()
    }

    pub fn check(&self) -> Checked {
        self.check_with(&["--as-of", "2026-07-01"])
    }

    pub fn check_with(&self, more: &[&str]) -> Checked {
        let output = self.xtask(&[&["check", "--format", "json"], more].concat());
        let report: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
        let findings = report["findings"].as_array().unwrap().iter();
        let about_review = findings.filter(|finding| text(finding, "code").starts_with("P2"));
        Checked {
            code: output.status.code(),
            found: about_review
                .map(|finding| (text(finding, "code"), text(finding, "message")))
                .collect(),
        }
    }

    /// The approval of `name` for BASE to HEAD as it is written, before it is signed; its path.
    pub fn write_approval(&self, name: &str, range: &[&str]) -> PathBuf {
        let common = [
            "policy",
            "approve",
            "--as",
            name,
            "--expires",
            "2026-12-31",
            "--as-of",
            "2026-06-02",
        ];
        let output = self.xtask(&[&common, range].concat());
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        let line = said
            .lines()
            .find_map(|line| line.strip_prefix("wrote "))
            .unwrap();
        PathBuf::from(line)
    }

    /// The approval of `name`, signed by the stock tool.
    pub fn approve(&self, name: &str, range: &[&str]) -> PathBuf {
        let path = self.write_approval(name, range);
        sign(&path, name, NAMESPACE);
        path
    }
}

/// Signs the file at `path` with the key of `name`.
pub fn sign(path: &Path, name: &str, namespace: &str) {
    if name == "dan" {
        let mut minisign = minisign().expect("stock minisign");
        minisign
            .arg("-S")
            .arg("-s")
            .arg(KEYS.secret("dan"))
            .arg("-m")
            .arg(path);
        succeeds(&mut minisign);
        return;
    }
    let mut keygen = Command::new("ssh-keygen");
    keygen
        .args(["-q", "-Y", "sign", "-n", namespace, "-f"])
        .arg(KEYS.secret(name));
    succeeds(keygen.arg(path));
}

/// What the command printed.
pub fn succeeds(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}
