//! Captures from real servers on this machine: OpenSSL's, and ones of our own that misbehave.

mod every;
mod files;
mod hostile;
mod openssl;
mod pki;
mod redirects;
mod server;
mod urls;

use std::fs;
use std::path::PathBuf;

use clap::Parser as _;
use tempfile::TempDir;
use trust::anchors::read_pem;
use trust::source::SourceFile;

use super::{EndpointsArguments, EndpointsCommand, capture};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::project::Project;

/// The day of every capture here.
const TODAY: &str = "2026-11-22";

#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    arguments: EndpointsArguments,
}

/// A project without any capture.
struct Place {
    folder: TempDir,
    project: Project,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        fs::create_dir(root.join("trust")).unwrap();
        Self {
            folder,
            project: Project { root },
        }
    }

    /// Runs `endpoints capture` with these arguments: what it prints.
    fn capture(&self, line: &[&str]) -> Result<String> {
        let patient = if line.contains(&"--timeout") {
            &[][..]
        } else {
            &["--timeout", "10"]
        };
        let line = [&["endpoints", "capture"], patient, line].concat();
        let parsed = Line::try_parse_from(line).unwrap().arguments;
        let EndpointsCommand::Capture(arguments) = &parsed.command;
        let (mut out, today) = (Vec::new(), TODAY.parse().unwrap());
        let exit = capture::run(&self.project, arguments, today, &mut out, Progress::Silent)?;
        assert_eq!(exit, Exit::Done);
        Ok(String::from_utf8(out).unwrap())
    }

    #[track_caller]
    fn refused(&self, line: &[&str]) -> Failure {
        let failure = self.capture(line).unwrap_err();
        assert!(self.files().is_empty(), "{:?}", self.files());
        assert!(!failure.help.is_empty(), "{failure}");
        failure
    }

    /// The captures by name, with nothing else beside them.
    fn files(&self) -> Vec<String> {
        let folder = self.project.root.join("trust/endpoints");
        let Ok(entries) = fs::read_dir(folder) else {
            return Vec::new();
        };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("trust/endpoints").join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The certificates of a capture, read as `check` reads them.
    fn chain(&self, name: &str) -> Vec<Vec<u8>> {
        let (certificates, findings) = read_pem(&SourceFile::new(name, self.text(name)));
        assert_eq!(findings, []);
        certificates.iter().map(|c| c.der.to_vec()).collect()
    }
}

/// The file that a capture of `localhost` at this port goes to.
fn file_of(port: u16, key_type: &str) -> String {
    format!("localhost-{port}-2026-11-{key_type}.pem")
}

fn url(port: u16) -> String {
    format!("https://localhost:{port}/perennial/")
}
