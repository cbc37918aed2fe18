//! Compiles the firmware with the pinned toolchain, in an environment of its own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use trust::date::Date;

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::toolchain::Toolchain;

/// The target of every image.
pub const TARGET: &str = "riscv32imc-unknown-none-elf";

/// What the image says of itself: the only values that the firmware takes from the environment.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Name of the product, for the app descriptor: at most 31 bytes.
    pub product: String,
    /// For the app descriptor: at most 31 bytes.
    pub version: String,
    /// 40 hexadecimal digits.
    pub commit: String,
    /// The release date.
    pub released: Date,
    /// Seconds since 1970-01-01T00:00:00Z, for the app descriptor's date and time.
    pub epoch: i64,
}

/// Variables of the caller that a build may see. They say where things are, never what is built: every path
/// of them is remapped. Everything else is cleared.
const PASSED_ON: [&str; 5] = [
    "CARGO_HOME",
    "HOME",
    "PATH",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
];

/// What the network of the caller needs, for fetching only.
const FETCH_ONLY: [&str; 8] = [
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "https_proxy",
    "http_proxy",
    "no_proxy",
];

/// Fetches the locked dependencies and compiles `firmware/` in release mode; returns the stripped ELF file.
///
/// # Errors
/// [`Exit::Environment`] when the dependencies cannot be fetched or the compiler fails.
pub fn compile(root: &Path, toolchain: &Toolchain, identity: &Identity) -> Result<PathBuf> {
    let mut fetch = cargo(root, toolchain, "fetch");
    for name in FETCH_ONLY
        .iter()
        .chain(&["CARGO_HTTP_CAINFO", "CARGO_NET_GIT_FETCH_WITH_CLI"])
    {
        fetch.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    run(
        fetch,
        "fetch the dependencies of the firmware",
        "connect to the package registry once, or see `cargo fetch`",
    )?;

    let mut build = cargo(root, toolchain, "build");
    build.args(["--release", "--offline"]);
    build.env(
        "CARGO_ENCODED_RUSTFLAGS",
        rustflags(root, toolchain).join("\x1f"),
    );
    build.env("PERENNIAL_PRODUCT", &identity.product);
    build.env("PERENNIAL_VERSION", &identity.version);
    build.env("PERENNIAL_COMMIT", &identity.commit);
    build.env("PERENNIAL_RELEASE_DATE", identity.released.to_string());
    build.env("SOURCE_DATE_EPOCH", identity.epoch.to_string());
    run(
        build,
        "compile the firmware",
        "the compiler's own message is above",
    )?;
    Ok(target_dir(root)
        .join(TARGET)
        .join("release/perennial-firmware"))
}

/// Asks cargo about the locked dependencies, which have been fetched, as they are for the firmware's target; what it prints.
///
/// # Errors
/// [`Exit::Environment`] when cargo does not answer.
pub fn ask_cargo(
    root: &Path,
    toolchain: &Toolchain,
    verb: &str,
    arguments: &[&str],
) -> Result<Vec<u8>> {
    let mut command = locked_cargo(root, toolchain, verb);
    command.arg("--offline").args(arguments);
    let unanswered = || {
        let what = format!("`cargo {verb}` does not say what the firmware is made of");
        Failure::new(Exit::Environment, what)
    };
    let output = command
        .output()
        .map_err(|error| unanswered().evidence(error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(unanswered().evidence(said))
}

fn target_dir(root: &Path) -> PathBuf {
    root.join("target/firmware")
}

fn cargo(root: &Path, toolchain: &Toolchain, verb: &str) -> Command {
    let mut command = locked_cargo(root, toolchain, verb);
    command.args(toolchain.cargo_arguments());
    command
}

fn locked_cargo(root: &Path, toolchain: &Toolchain, verb: &str) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root.join("firmware")).env_clear();
    for name in PASSED_ON {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    command
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_TARGET_DIR", target_dir(root));
    command.envs(toolchain.cargo_environment());
    command.args([verb, "--locked", "--quiet"]);
    command
}

/// Flags that every crate of the image is compiled with. Paths of this machine become names: they would
/// stand in panic messages otherwise. Of two remaps that fit, the last one counts.
fn rustflags(root: &Path, toolchain: &Toolchain) -> Vec<String> {
    let mut flags = vec![
        "-Cforce-frame-pointers".to_owned(),
        "-Csymbol-mangling-version=v0".to_owned(),
        "-Clink-arg=--build-id=none".to_owned(),
        format!("-Clinker={}", toolchain.linker.display()),
    ];
    for (path, name) in named_paths(root, toolchain) {
        let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
        flags.push(format!("--remap-path-prefix={}={name}", path.display()));
        flags.push(format!(
            "--remap-path-prefix={}={name}",
            canonical.display()
        ));
    }
    flags
}

fn named_paths(root: &Path, toolchain: &Toolchain) -> Vec<(PathBuf, &'static str)> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let cargo_home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(home.clone()?.join(".cargo")));
    let mut paths = Vec::new();
    paths.extend(home.map(|path| (path, "/home")));
    let registries = cargo_home
        .iter()
        .flat_map(|path| registry_sources(path))
        .collect::<Vec<_>>();
    paths.extend(cargo_home.map(|path| (path, "/cargo")));
    paths.extend(registries.into_iter().map(|path| (path, "/cargo/registry")));
    paths.push((root.to_owned(), "/perennial"));
    paths.push((target_dir(root), "/target"));
    paths.push((toolchain.sysroot.clone(), "/sysroot"));
    paths
}

/// Where cargo unpacks crates: a folder for each registry, named for its host. A mirror has another name, and the
/// same crates.
fn registry_sources(cargo_home: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(cargo_home.join("registry/src"))
        .into_iter()
        .flatten()
        .flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    folders.sort();
    folders
}

fn run(mut command: Command, doing: &str, next_step: &str) -> Result<()> {
    let status = command.status().map_err(|error| {
        Failure::new(
            Exit::Environment,
            format!("cannot {doing}: cargo does not start"),
        )
        .evidence(error)
    })?;
    if status.success() {
        return Ok(());
    }
    let arguments: Vec<OsString> = command.get_args().map(ToOwned::to_owned).collect();
    let line = arguments
        .iter()
        .map(|a| a.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ");
    Err(Failure::new(Exit::Environment, format!("cannot {doing}"))
        .evidence(format!("`cargo {line}` in firmware/ ended with {status}"))
        .help(next_step))
}
