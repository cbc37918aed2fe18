//! Compiles the program that answers test vectors with the device's code, for QEMU: `firmware/on-target`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::environment::{FETCH_ONLY, PASSED_ON, of_caller};
use super::firmware::{cargo_program, code_flags, run};
use crate::failure::Result;
use crate::progress::Progress;
use crate::toolchain::{self, ProviderChoice, TARGET};

/// How it is compiled: as the firmware is, or otherwise, to compare.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// What it is called, for people and in file names.
    pub name: &'static str,
    /// What cargo's environment says of the profile: the variable without `CARGO_PROFILE_RELEASE_`, and its value.
    pub profile: &'static [(&'static str, &'static str)],
    /// What cargo is asked to configure: `--config`.
    pub settings: &'static [&'static str],
    /// Further flags of the compiler.
    pub flags: &'static [&'static str],
}

/// As the firmware.
pub const AS_RELEASED: Variant = Variant {
    name: "as-released",
    profile: &[],
    settings: &[],
    flags: &[],
};

/// Compiles it with the pinned toolchain, which is fetched if it is not here; the path of the ELF file.
///
/// # Errors
/// Where the toolchain or a crate cannot be had, or it does not compile: exit 14.
pub fn compile(root: &Path, variant: &Variant) -> Result<PathBuf> {
    let toolchain = toolchain::ensure(root, ProviderChoice::Auto, Progress::stderr())?;
    let target = root.join("target/on-target").join(variant.name);
    let mut flags = code_flags(&toolchain);
    flags.extend(variant.flags.iter().map(|flag| (*flag).to_owned()));
    let mut build = Command::new(cargo_program());
    build
        .current_dir(root.join("firmware/on-target"))
        .env_clear();
    build
        .envs(of_caller(&PASSED_ON))
        .envs(of_caller(&FETCH_ONLY))
        .envs(of_caller(&["CARGO_HOME", "HOME"]))
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        .envs(toolchain.cargo_environment());
    for (key, value) in variant.profile {
        build.env(format!("CARGO_PROFILE_RELEASE_{key}"), value);
    }
    build
        .args(["build", "--locked", "--quiet", "--release"])
        .args(toolchain.cargo_arguments());
    for setting in variant.settings {
        build.args(["--config", setting]);
    }
    let next_step = "the compiler's own message is above";
    run(build, "compile the device's code for QEMU", next_step)?;
    Ok(target.join(TARGET).join("release/on-target"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::Lockfile;

    fn firmware() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../firmware")
    }

    /// What is measured under QEMU is what is shipped.
    #[test]
    fn its_crates_are_the_firmwares() {
        let lockfile = |folder: &Path| Lockfile::read(&folder.join("Cargo.lock")).unwrap();
        let shipped = lockfile(&firmware());
        let measured = lockfile(&firmware().join("on-target"));
        let others = measured.crates().iter();
        let others: Vec<_> = others
            .filter(|package| !shipped.crates().contains(package))
            .collect();
        assert!(others.is_empty(), "not in firmware/Cargo.lock: {others:#?}");
        assert!(
            measured
                .crates()
                .iter()
                .any(|package| package.name == "p256")
        );
    }

    #[test]
    fn it_is_compiled_with_the_firmwares_profile() {
        let profile = |folder: &Path| {
            let text = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
            let manifest: toml::Table = toml::from_str(&text).unwrap();
            manifest["profile"].clone()
        };
        assert_eq!(profile(&firmware()), profile(&firmware().join("on-target")));
    }
}
