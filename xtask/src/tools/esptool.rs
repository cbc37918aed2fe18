//! esptool: the vendor's own reader of ESP32 images.

use std::path::{Path, PathBuf};

use super::{Tool, pip, write_wrapper};
use crate::failure::Result;
use crate::progress::Progress;

/// The version whose answers our tests know.
const VERSION: &str = "5.6.0";

/// The programs of the package, beside each other in the folder of the returned one.
const PROGRAMS: &[&str] = &["esptool", "espefuse", "espsecure"];

/// The path of `esptool`, installed with pip first if it is not here; `espsecure` and `espefuse` lie
/// beside it.
///
/// # Errors
/// When there is no Python, no pip and no package of it, or no network: exit 14.
pub fn esptool(root: &Path) -> Result<PathBuf> {
    let progress = Progress::stderr();
    let tool = Tool::new(root, &format!("esptool-{VERSION}"));
    tool.program("esptool", progress, |into| install(root, into, progress))
}

fn install(root: &Path, into: &Path, progress: Progress) -> Result<()> {
    let what = format!("esptool {VERSION}");
    let package = format!("esptool=={VERSION}");
    pip::install(root, &what, &[package], into, progress)?;
    for program in PROGRAMS {
        let command = format!("python3 -m {program}");
        write_wrapper(&into.join(program), "PYTHONPATH", &["python"], &command)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn repository() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    #[test]
    fn installed_esptool_is_the_pinned_one() {
        let program = esptool(repository()).unwrap();
        let output = Command::new(&program).arg("version").output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(VERSION), "{said}");
        let signing = program.with_file_name("espsecure");
        let output = Command::new(signing).arg("--help").output().unwrap();
        assert!(output.status.success());
    }
}
