//! Clippy over what is compiled for the chip: `firmware` and `firmware/on-target`.

use std::path::Path;
use std::process::Command;

use super::environment::{FETCH_ONLY, PASSED_ON, of_caller};
use super::firmware::{SETTINGS, cargo_program, code_flags};
use crate::failure::Result;
use crate::progress::Progress;
use crate::toolchain::{self, ProviderChoice};
use crate::tools;

/// The workspaces for the chip.
pub const WORKSPACES: [&str; 2] = ["firmware", "firmware/on-target"];

/// Any identity: nothing is built.
const IDENTITY: [(&str, &str); 5] = [
    (
        "PERENNIAL_COMMIT",
        "0000000000000000000000000000000000000000",
    ),
    ("PERENNIAL_PRODUCT", "lints"),
    ("PERENNIAL_RELEASE_DATE", "2026-01-01"),
    ("PERENNIAL_VERSION", "0.0.0"),
    ("SOURCE_DATE_EPOCH", "0"),
];

/// What judges `workspace` with the clippy of the pinned compiler; a finding is an error.
///
/// # Errors
/// Where the toolchain or its clippy cannot be had: exit 14.
pub fn command(root: &Path, workspace: &str) -> Result<Command> {
    let toolchain = toolchain::ensure(root, ProviderChoice::Auto, Progress::stderr())?;
    let mut flags = code_flags(&toolchain);
    flags.push("-Dwarnings".to_owned());
    let mut check = Command::new(cargo_program());
    check
        .current_dir(root.join(workspace))
        .env_clear()
        .envs(of_caller(&PASSED_ON))
        .envs(of_caller(&FETCH_ONLY))
        .envs(of_caller(&["CARGO_HOME", "HOME"]))
        .env("CARGO_TARGET_DIR", root.join("target/lints"))
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        .env(
            "RUSTC_WORKSPACE_WRAPPER",
            tools::clippy_driver(root, &toolchain)?,
        )
        .envs(SETTINGS)
        .envs(IDENTITY)
        .envs(toolchain.cargo_environment())
        .args(["check", "--locked", "--quiet", "--release"])
        .args(toolchain.cargo_arguments());
    Ok(check)
}
