//! A small program around mbedTLS, which the ESP-IDF verifies with: no package has one.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Tool;
use super::packaged::unpack;
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::toolchain::command::environment;
use crate::toolchain::files::write_whole;

const SOURCE: &str = include_str!("mbedtls_verify.c");

/// Where Debian puts the libraries.
const LIBRARIES: &str = "packages/usr/lib/x86_64-linux-gnu";

/// The path of a program that asks mbedTLS about a chain: compiled from a source of ours and Debian's library.
///
/// # Errors
/// When the machine has no apt, no network, or no C compiler: exit 14.
pub fn mbedtls_verify(root: &Path) -> Result<PathBuf> {
    let progress = Progress::stderr();
    let tool = Tool::new(root, "mbedtls");
    tool.program("verify", progress, |into| {
        unpack(&tool, "libmbedtls-dev", into, progress)?;
        compile(into)
    })
}

/// The static libraries: the program may be moved.
fn compile(into: &Path) -> Result<()> {
    write_whole(&into.join("verify.c"), SOURCE)?;
    let mut command = Command::new("cc");
    command.current_dir(into);
    command.args(["verify.c", "-o", "verify", "-I", "packages/usr/include"]);
    for library in ["libmbedx509.a", "libmbedcrypto.a"] {
        command.arg(format!("{LIBRARIES}/{library}"));
    }
    let output = command
        .output()
        .map_err(|error| Failure::io("run", Path::new("cc"), &error))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let failure = environment("cc cannot compile the program around mbedTLS".to_owned());
    Err(said.lines().take(10).fold(failure, Failure::evidence))
}
