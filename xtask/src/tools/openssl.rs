//! openssl: another implementation of TLS and X.509, to hold ours against.

use std::path::{Path, PathBuf};

use super::{Tool, write_wrapper};
use crate::failure::Result;
use crate::progress::Progress;
use crate::toolchain::apt::Apt;
use crate::toolchain::command::{self, environment};
use crate::toolchain::{files, host_libraries};

/// The path of `openssl`: the machine's own, else from its Debian package.
///
/// # Errors
/// When the machine has neither it nor apt, or no network: exit 14.
pub fn openssl(root: &Path) -> Result<PathBuf> {
    match command::in_path("openssl") {
        Some(program) => Ok(program),
        None => packaged(root),
    }
}

/// `openssl` from its Debian package, whatever the machine has.
fn packaged(root: &Path) -> Result<PathBuf> {
    let progress = Progress::stderr();
    let tool = Tool::new(root, "openssl");
    tool.program("openssl", progress, |into| {
        if !Apt::is_available() {
            return Err(
                environment("openssl is not installed, and this machine has no apt")
                    .help("install openssl with the machine's package manager"),
            );
        }
        let apt = Apt::new(&tool.shared.join("apt"))?;
        let packages = into.join("packages");
        files::create(&packages)?;
        let downloads = tool.shared.join("debs");
        let names = ["openssl".to_owned()];
        host_libraries::fetch(&apt, &names, &downloads, &packages, progress)?;
        let folders = host_libraries::LIBRARY_FOLDERS.iter();
        let folders: Vec<String> = folders.map(|below| format!("packages/{below}")).collect();
        let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
        let command = "\"$here/packages/usr/bin/openssl\"";
        write_wrapper(&into.join("openssl"), "LD_LIBRARY_PATH", &folders, command)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// Reads the machine's sources: openssl and its libraries.
    #[test]
    fn packaged_openssl_runs() {
        if !Apt::is_available() {
            eprintln!("skipped: this machine has no apt");
            return;
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let program = packaged(root).unwrap();
        let output = Command::new(program).arg("version").output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.starts_with("OpenSSL 3."), "{said}");
    }
}
