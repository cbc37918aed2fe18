//! A copy of a sample tree in a git repository of its own, and the installed program in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

/// Sample, kind and chip.
pub(crate) const KINDS: [(&str, &str, &str); 5] = [
    ("arduino", "arduino", "esp32"),
    ("arduino-sketch", "arduino", "esp32"),
    ("esp-hal", "esp-hal", "esp32c3"),
    ("esp-idf", "esp-idf", "esp32s3"),
    ("esp-idf-svc", "esp-idf-svc", "esp32c6"),
];

/// The day of every commit.
const DAY: &str = "2026-11-20T12:00:00Z";

pub(crate) struct Tree {
    folder: TempDir,
}

impl Tree {
    /// A fresh repository with one commit: the sample as it lies in `data/adoption`.
    pub(crate) fn of(sample: &str) -> Self {
        let tree = Self::empty();
        copy(&samples().join(sample), &tree.root());
        tree.commit("As the getting-started makes it");
        tree
    }

    /// A fresh repository with nothing in it.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tree = Self { folder };
        std::fs::create_dir(tree.root()).unwrap();
        tree.git(&["init", "--quiet", "--initial-branch=main"]);
        tree
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("updater")
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root().join(below)
    }

    pub(crate) fn read(&self, below: &str) -> String {
        std::fs::read_to_string(self.path(below)).unwrap()
    }

    /// `init` with a server of Let's Encrypt, and what else is asked.
    pub(crate) fn init(&self, more: &[&str]) -> Output {
        let server = [
            "init",
            "--url",
            "https://ota.example.com/",
            "--owner",
            "Let's Encrypt",
        ];
        self.run(&[&server, more].concat())
    }

    /// The program as cargo starts it, in the tree.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(program());
        command.current_dir(self.root()).args(arguments);
        command.env_remove("SOURCE_DATE_EPOCH").output().unwrap()
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.git(&["status", "--porcelain"]).is_empty()
    }

    /// Every file, but for git's own.
    pub(crate) fn listing(&self) -> Vec<String> {
        let mut files = Vec::new();
        let mut folders = vec![self.root()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(self.root()).unwrap().to_owned();
                match path.is_dir() {
                    true if name.as_os_str() == ".git" => {}
                    true => folders.push(path),
                    false => files.push(name.to_str().unwrap().to_owned()),
                }
            }
        }
        files.sort();
        files
    }

    /// The paths of `[[output]]`.
    pub(crate) fn outputs(&self) -> Vec<String> {
        let policy = self.read("policy.toml");
        let lines = policy
            .lines()
            .filter_map(|line| line.strip_prefix("path = "));
        let paths: Vec<_> = lines
            .map(|path| path.trim_matches('"').to_owned())
            .collect();
        assert!(!paths.is_empty(), "{policy}");
        paths
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.current_dir(self.root()).args(arguments);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Somebody");
            command.env(format!("GIT_{who}_EMAIL"), "somebody@example.com");
            command.env(format!("GIT_{who}_DATE"), DAY);
        }
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The installed program.
pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_cargo-perennial"))
}

/// The folder of the samples.
pub(crate) fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/adoption")
}

/// What was printed, on both streams, by a program that ended with `code`.
pub(crate) fn text(output: &Output, code: i32) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    let text = format!("{out}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copy_to = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &copy_to),
            false => std::fs::copy(&path, &copy_to).map(drop).unwrap(),
        }
    }
}

/// Offset of the segment's bytes in [`image`].
pub(crate) const DATA: usize = 32;

/// An application image of an ESP32 with these bytes as its only segment, as esptool makes it.
pub(crate) fn image(data: &[u8]) -> Vec<u8> {
    let mut image = vec![0; 24];
    image[..2].copy_from_slice(&[0xE9, 1]);
    image[23] = 1;
    image.extend(0x3F40_0020_u32.to_le_bytes());
    image.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    image.extend(data);
    image.resize(image.len() + 15 - image.len() % 16, 0);
    image.push(data.iter().fold(0xEF, |sum, byte| sum ^ byte));
    let digest = Sha256::digest(&image);
    image.extend(digest);
    image
}
