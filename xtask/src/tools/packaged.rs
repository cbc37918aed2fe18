//! Stock programs that Debian packages: the machine's own, else from the package.

use std::path::{Path, PathBuf};

use super::{Tool, write_wrapper};
use crate::failure::Result;
use crate::progress::Progress;
use crate::toolchain::apt::{Apt, file_name};
use crate::toolchain::command::{self, environment};
use crate::toolchain::{COMPILER_PACKAGE, Toolchain, files, host_libraries};

/// The path of `minisign`: what an auditor checks our signatures with.
///
/// # Errors
/// When the machine has neither it nor apt, or no network: exit 14.
pub fn minisign(root: &Path) -> Result<PathBuf> {
    own_or_packaged(root, "minisign", "minisign")
}

/// The path of GnuTLS's `certtool`: it judges the chains that the device judges.
///
/// # Errors
/// As [`minisign`].
pub fn certtool(root: &Path) -> Result<PathBuf> {
    own_or_packaged(root, "certtool", "gnutls-bin")
}

/// The path of `openssl`: it judges the chains that the device judges.
///
/// # Errors
/// As [`minisign`].
pub fn openssl(root: &Path) -> Result<PathBuf> {
    own_or_packaged(root, "openssl", "openssl")
}

/// The path of `nginx`: a device updates from it.
///
/// # Errors
/// As [`minisign`].
pub fn nginx(root: &Path) -> Result<PathBuf> {
    own_or_packaged(root, "nginx", "nginx")
}

/// The path of OpenSC's `pkcs11-tool`: it makes keys in a token.
///
/// # Errors
/// As [`minisign`].
pub fn pkcs11_tool(root: &Path) -> Result<PathBuf> {
    own_or_packaged(root, "pkcs11-tool", "opensc")
}

/// The path of `qemu-system-riscv32`: it executes the device's machine code.
///
/// # Errors
/// As [`minisign`].
pub fn qemu(root: &Path) -> Result<PathBuf> {
    own_or_packaged(root, "qemu-system-riscv32", "qemu-system-misc")
}

/// The path of `shellcheck`: it judges the shell in the workflows.
///
/// # Errors
/// As [`minisign`].
pub fn shellcheck(root: &Path) -> Result<PathBuf> {
    own_or_packaged(root, "shellcheck", "shellcheck")
}

/// The path of `jq`: it answers what the workflows ask `gh` for.
///
/// # Errors
/// As [`minisign`].
pub fn jq(root: &Path) -> Result<PathBuf> {
    own_or_packaged(root, "jq", "jq")
}

/// SoftHSM, a token in files: the paths of `softhsm2-util`, which makes one, and of its PKCS#11 module.
///
/// # Errors
/// As [`minisign`].
pub fn softhsm(root: &Path) -> Result<(PathBuf, PathBuf)> {
    const MODULE: &str = "usr/lib/softhsm/libsofthsm2.so";
    if let Some(program) = command::in_path("softhsm2-util") {
        return Ok((program, Path::new("/").join(MODULE)));
    }
    let program = packaged(root, "softhsm2-util", "softhsm2")?;
    let module = program.with_file_name("packages").join(MODULE);
    Ok((program, module))
}

/// The path of `libfaketime.so.1`, which a program is started with that cannot be told a time.
///
/// # Errors
/// As [`minisign`].
pub fn libfaketime(root: &Path) -> Result<PathBuf> {
    let progress = Progress::stderr();
    let tool = Tool::new(root, "libfaketime");
    let library = "packages/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
    tool.program(library, progress, |into| {
        unpack(&tool, "libfaketime", into, progress)
    })
}

/// The path of `clippy-driver` for `toolchain`'s compiler, which it takes its libraries from.
///
/// # Errors
/// When it is not offered in the compiler's version, or cannot be had: exit 14.
pub fn clippy_driver(root: &Path, toolchain: &Toolchain) -> Result<PathBuf> {
    const PROGRAM: &str = "usr/bin/clippy-driver";
    const PACKAGE: &str = "rust-web-clippy";
    let packages = &toolchain.packages;
    let compiler = packages
        .iter()
        .find(|it| it.name.as_str() == COMPILER_PACKAGE);
    let Some(compiler) = compiler else {
        return beside(&toolchain.rustc);
    };
    let progress = Progress::stderr();
    let tool = Tool::new(root, &format!("clippy-{}", compiler.version));
    tool.program(PROGRAM, progress, |into| {
        let apt = Apt::new(&tool.shared.join("apt"))?;
        apt.update(progress)?;
        let offers = apt.offers(&[PACKAGE])?.remove(PACKAGE).unwrap_or_default();
        let offer = offers
            .into_iter()
            .find(|offer| offer.version == compiler.version);
        let offer = offer.ok_or_else(|| {
            let what = format!("{PACKAGE} {} is not offered", compiler.version);
            apt.explain(environment(what))
        })?;
        let deb = file_name(&offer.name, &offer.version, &offer.architecture);
        let deb = tool.shared.join("debs").join(deb);
        let expected = offer.sha256.clone();
        apt.download(&[offer], &tool.shared.join("debs"), progress)?;
        files::check_hash(&deb, expected.as_str())?;
        host_libraries::unpack(&deb, into)
    })
}

/// That of a toolchain of rustup.
fn beside(rustc: &Path) -> Result<PathBuf> {
    let program = rustc.with_file_name("clippy-driver");
    match program.is_file() {
        true => Ok(program),
        false => Err(environment(format!("there is no {}", program.display()))
            .help("install it with `rustup component add clippy`")),
    }
}

fn own_or_packaged(root: &Path, program: &str, package: &str) -> Result<PathBuf> {
    match command::in_path(program) {
        Some(program) => Ok(program),
        None => packaged(root, program, package),
    }
}

/// `program` from its Debian package, whatever the machine has.
fn packaged(root: &Path, program: &str, package: &str) -> Result<PathBuf> {
    let progress = Progress::stderr();
    let tool = Tool::new(root, program);
    tool.program(program, progress, |into| {
        unpack(&tool, package, into, progress)?;
        let folders: Vec<String> = host_libraries::LIBRARY_FOLDERS
            .iter()
            .map(|below| format!("packages/{below}"))
            .collect();
        let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
        let below = program_in(&into.join("packages"), program);
        let command = format!("\"$here/packages/{below}\"");
        write_wrapper(&into.join(program), "LD_LIBRARY_PATH", &folders, &command)
    })
}

/// Where a program is, below where its package was unpacked. Those that serve are not among those that people run.
fn program_in(packages: &Path, program: &str) -> String {
    let places = ["usr/bin", "usr/sbin"].map(|folder| format!("{folder}/{program}"));
    let [first, second] = places;
    match packages.join(&second).is_file() {
        true => second,
        false => first,
    }
}

/// Unpacks a Debian package and what it depends on into the folder `packages` in `into`.
pub(super) fn unpack(tool: &Tool, package: &str, into: &Path, progress: Progress) -> Result<()> {
    if !Apt::is_available() {
        let what = format!("{package} is not installed, and this machine has no apt");
        let help = format!("install {package} with the machine's package manager");
        return Err(environment(what).help(help));
    }
    let apt = Apt::new(&tool.shared.join("apt"))?;
    let packages = into.join("packages");
    files::create(&packages)?;
    let downloads = tool.shared.join("debs");
    let names = [package.to_owned()];
    host_libraries::fetch(&apt, &names, &downloads, &packages, progress).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// Reads the machine's sources: a few small packages each.
    #[test]
    fn packaged_programs_run() {
        if !Apt::is_available() {
            eprintln!("skipped: this machine has no apt");
            return;
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for (program, package, argument, says) in [
            ("minisign", "minisign", "-v", "minisign 0."),
            ("certtool", "gnutls-bin", "--version", "certtool 3."),
            ("openssl", "openssl", "version", "OpenSSL "),
            ("softhsm2-util", "softhsm2", "--version", "2."),
            ("nginx", "nginx", "-v", "nginx version: nginx/1."),
        ] {
            let program = packaged(root, program, package).unwrap();
            let output = Command::new(program).arg(argument).output().unwrap();
            let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            assert!(said.starts_with(says), "{said}");
        }
    }
}
