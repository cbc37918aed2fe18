//! Stock minisign: what an auditor checks our signatures with.

use std::path::{Path, PathBuf};

use super::{Tool, write_wrapper};
use crate::failure::Result;
use crate::progress::Progress;
use crate::toolchain::apt::Apt;
use crate::toolchain::command::{self, environment};
use crate::toolchain::{files, host_libraries};

/// The path of `minisign`: the machine's own, else from its Debian package.
///
/// # Errors
/// When the machine has neither it nor apt, or no network: exit 14.
pub fn minisign(root: &Path) -> Result<PathBuf> {
    match command::in_path("minisign") {
        Some(program) => Ok(program),
        None => packaged(root),
    }
}

/// `minisign` from its Debian package, whatever the machine has.
fn packaged(root: &Path) -> Result<PathBuf> {
    let progress = Progress::stderr();
    let tool = Tool::new(root, "minisign");
    tool.program("minisign", progress, |into| {
        if !Apt::is_available() {
            return Err(
                environment("minisign is not installed, and this machine has no apt")
                    .help("install minisign with the machine's package manager"),
            );
        }
        let apt = Apt::new(&tool.shared.join("apt"))?;
        let packages = into.join("packages");
        files::create(&packages)?;
        let downloads = tool.shared.join("debs");
        let names = ["minisign".to_owned()];
        host_libraries::fetch(&apt, &names, &downloads, &packages, progress)?;
        let folders: Vec<String> = host_libraries::LIBRARY_FOLDERS
            .iter()
            .map(|below| format!("packages/{below}"))
            .collect();
        let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
        let command = "\"$here/packages/usr/bin/minisign\"";
        write_wrapper(&into.join("minisign"), "LD_LIBRARY_PATH", &folders, command)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// Reads the machine's sources: two small packages.
    #[test]
    fn packaged_minisign_runs() {
        if !Apt::is_available() {
            eprintln!("skipped: this machine has no apt");
            return;
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let program = packaged(root).unwrap();
        let output = Command::new(program).arg("-v").output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.starts_with("minisign 0."), "{said}");
    }
}
