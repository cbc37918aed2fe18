//! The whole of it: state on disk without a network, and the real toolchain of this repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::debian::Debian;
use super::files::write_whole;
use super::pins::{DebianPins, Pins, Sha256Hex};
use super::tree::{self, Manifest};
use super::{Progress, Provider, ProviderChoice, TARGET, Toolchain, ensure};
use crate::exit::Exit;

/// An installed toolchain of two scripts that answer `--version`, with pins that fit.
struct Fake {
    root: tempfile::TempDir,
    pins: DebianPins,
}

impl Fake {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut pins = Pins::embedded().unwrap().debian;
        let directory = Debian::new(root.path(), &pins).directory().to_path_buf();
        let tree = directory.join("root");
        script(&tree.join("usr/bin/rustc"), "echo rustc 1.0.0");
        script(&tree.join("usr/lib/llvm-22/bin/ld.lld"), "echo LLD 1.0.0");
        let manifest = Manifest::of(&tree).unwrap();
        write_whole(&directory.join("manifest"), &manifest.to_string()).unwrap();
        write_whole(&directory.join("stamp"), &tree::stamp(&tree).unwrap()).unwrap();
        pins.tree_sha256 = Sha256Hex::try_from(manifest.sha256()).unwrap();
        Self { root, pins }
    }

    fn debian(&self) -> Debian<'_> {
        Debian::new(self.root.path(), &self.pins)
    }

    fn path(&self, below: &str) -> PathBuf {
        self.debian().directory().join(below)
    }

    fn failure(&self) -> String {
        let failure = self.debian().installed(Progress::Silent).unwrap_err();
        assert_eq!(failure.exit, Exit::Environment);
        failure.to_string()
    }

    fn toolchain(&self) -> Option<Toolchain> {
        self.debian().installed(Progress::Silent).unwrap()
    }
}

fn script(path: &Path, line: &str) {
    use std::os::unix::fs::PermissionsExt;
    write_whole(path, &format!("#!/bin/sh\n{line}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn untouched_toolchain_is_taken() {
    let fake = Fake::new();
    let toolchain = fake.toolchain().unwrap();
    assert_eq!(toolchain.provider, Provider::Debian);
    assert_eq!(toolchain.rustc_version, "rustc 1.0.0");
    assert!(toolchain.linker.ends_with("llvm-22/bin/ld.lld"));
}

#[test]
fn copied_toolchain_is_hashed_and_taken() {
    let fake = Fake::new();
    fs::remove_file(fake.path("stamp")).unwrap();
    assert!(fake.toolchain().is_some());
    assert!(fake.path("stamp").is_file(), "the next time is cheap again");
}

#[test]
fn changed_file_is_refused() {
    let fake = Fake::new();
    script(&fake.path("root/usr/bin/rustc"), "echo rustc 6.6.6");
    assert!(fake.failure().contains("changed: usr/bin/rustc"));
}

#[test]
fn missing_file_is_refused() {
    let fake = Fake::new();
    fs::remove_file(fake.path("root/usr/bin/rustc")).unwrap();
    assert!(fake.failure().contains("missing: usr/bin/rustc"));
}

#[test]
fn extra_file_is_refused() {
    let fake = Fake::new();
    write_whole(&fake.path("root/usr/lib/rustlib/extra.rlib"), "").unwrap();
    assert!(fake.failure().contains("extra: usr/lib/rustlib/extra.rlib"));
}

#[test]
fn manifest_that_fits_a_changed_tree_is_refused() {
    let fake = Fake::new();
    script(&fake.path("root/usr/bin/rustc"), "echo rustc 6.6.6");
    let tree = fake.path("root");
    let manifest = Manifest::of(&tree).unwrap();
    write_whole(&fake.path("manifest"), &manifest.to_string()).unwrap();
    write_whole(&fake.path("stamp"), &tree::stamp(&tree).unwrap()).unwrap();
    let text = fake.failure();
    assert!(text.contains("is not the pinned one"), "{text}");
    assert!(text.contains(&manifest.sha256()), "{text}");
}

#[test]
fn unpack_interrupted_before_the_manifest_counts_as_absent() {
    let fake = Fake::new();
    fs::remove_file(fake.path("manifest")).unwrap();
    assert_eq!(fake.toolchain(), None);
}

#[test]
fn verify_demands_the_packages_too() {
    let fake = Fake::new();
    let failure = fake.debian().verify(Progress::Silent).unwrap_err();
    assert_eq!(failure.exit, Exit::Environment);
    assert!(failure.what.contains("libllvm22"), "{failure}");
    assert!(failure.help.contains("toolchain fetch"));
}

#[test]
fn verify_of_nothing_says_how_to_get_it() {
    let root = tempfile::tempdir().unwrap();
    let pins = Pins::embedded().unwrap().debian;
    let failure = Debian::new(root.path(), &pins)
        .verify(Progress::Silent)
        .unwrap_err();
    assert_eq!(failure.exit, Exit::Environment);
    assert!(failure.help.contains("cargo xtask toolchain fetch"));
}

#[test]
fn compiler_that_misses_a_library_says_how_to_get_it() {
    let fake = Fake::new();
    let line = "echo 'rustc: error while loading shared libraries: libz3.so.4: x' >&2; exit 127";
    script(&fake.path("root/usr/bin/rustc"), line);
    let manifest = Manifest::of(&fake.path("root")).unwrap();
    write_whole(&fake.path("manifest"), &manifest.to_string()).unwrap();
    let mut pins = fake.pins.clone();
    pins.tree_sha256 = Sha256Hex::try_from(manifest.sha256()).unwrap();
    let failure = Debian::new(fake.root.path(), &pins)
        .installed(Progress::Silent)
        .unwrap_err();
    assert!(failure.to_string().contains("libz3.so.4"), "{failure}");
    assert!(failure.help.contains("toolchain fetch"), "{failure}");
}

const MANIFEST: &str = "\
[package]
name = \"probe\"
version = \"0.0.0\"
edition = \"2024\"
[workspace]
[profile.release]
lto = \"fat\"
codegen-units = 1
panic = \"abort\"
strip = true
";

/// Uses `core`, `alloc`, `memcpy` and a panic with a location.
const PROGRAM: &str = r##"
#![no_std]
#![no_main]
extern crate alloc;
use core::alloc::{GlobalAlloc, Layout};
struct Bump;
static mut HEAP: [u64; 512] = [0; 512];
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 { &raw mut HEAP as *mut u8 }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}
#[global_allocator]
static ALLOCATOR: Bump = Bump;
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    core::hint::black_box(info.location().map(|at| at.file()));
    loop {}
}
#[unsafe(no_mangle)]
extern fn _start(length: usize) -> ! {
    let mut bytes = alloc::vec::Vec::with_capacity(length);
    bytes.extend_from_slice(&core::hint::black_box([7u8; 300])[..length]);
    core::hint::black_box(alloc::format!("{}", bytes.len()));
    loop {}
}
"##;

/// Builds the probe in a folder of this name; returns the ELF file.
fn build_probe(toolchain: &Toolchain, folder: &str) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let package = directory.path().join(folder);
    write_whole(&package.join("Cargo.toml"), MANIFEST).unwrap();
    write_whole(&package.join("src/main.rs"), PROGRAM).unwrap();
    let flags = [
        format!("--remap-path-prefix={}=/probe", package.display()),
        format!(
            "--remap-path-prefix={}=/sysroot",
            toolchain.sysroot.display()
        ),
    ];
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let output = Command::new(cargo)
        .current_dir(&package)
        .args(["build", "--release", "--offline", "--target-dir"])
        .arg(directory.path().join("out"))
        .args(toolchain.cargo_arguments())
        .envs(toolchain.cargo_environment())
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        .env_remove("RUSTC_BOOTSTRAP")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let elf = directory
        .path()
        .join("out")
        .join(TARGET)
        .join("release/probe");
    fs::read(elf).unwrap()
}

/// The toolchain of this repository, fetched if it is not here.
#[test]
fn pinned_toolchain_builds_the_same_program_in_any_folder() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let toolchain = ensure(root, ProviderChoice::Auto, Progress::Silent).unwrap();
    let one = build_probe(&toolchain, "one");
    let other = build_probe(&toolchain, "a longer name");
    // ELF32, little-endian, RISC-V (243), compressed instructions, soft float.
    assert_eq!(&one[..5], b"\x7fELF\x01");
    assert_eq!(one[18..20], 243u16.to_le_bytes());
    assert_eq!(one[36] & 7, 1, "e_flags: RVC, no hardware floats");
    assert_eq!(one, other);
    let place = root.to_str().unwrap().as_bytes();
    let leaks = one.windows(place.len()).any(|window| window == place);
    assert!(!leaks, "the repository's path is in the program");
}
