//! Leaks that somebody put in: each one is caught, by the scan or by the second build, and shown.
//!
//! The firmware is a small one with a build script; compiler, flags and surroundings are those of a release.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::build::firmware;
use crate::build::leaks::Traces;
use crate::scratch;
use crate::toolchain::{self, ProviderChoice};

/// What catches a leak.
#[derive(Clone, Copy, Debug)]
enum Caught {
    /// The scan of the first build, which says what it is.
    ByScan(&'static str),
    /// The second build differs: on what it depends, and what stands in the texts that are shown.
    BySecondBuild(&'static str, &'static str),
}

use Caught::{ByScan, BySecondBuild};

/// Each leak: what a build script that has it writes into the firmware, as an expression of Rust, and what catches it.
const LEAKS: &[(&str, &str, Caught)] = &[
    (
        "the time of the build",
        r#"std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos().to_string()"#,
        ByScan("the time of the build"),
    ),
    (
        "the path of the sources",
        r#"std::env::var("CARGO_MANIFEST_DIR").unwrap() + "/src/main.rs""#,
        ByScan("a path of this machine"),
    ),
    (
        "the path of what is compiled",
        r#"std::env::var("OUT_DIR").unwrap()"#,
        ByScan("a path of this machine"),
    ),
    (
        "the home of the user",
        r#"std::env::var("HOME").unwrap()"#,
        ByScan("a path of this machine"),
    ),
    (
        "a path that no remap knows",
        r#""at /srv/ci/jobs/7/firmware/src/lib.rs".to_owned()"#,
        ByScan("an absolute path"),
    ),
    (
        "a value of the environment",
        r#"format!("{:?}", std::env::var_os("LOGNAME"))"#,
        BySecondBuild("LOGNAME=somebody-else", "somebody-else"),
    ),
    (
        "the order of a hash map",
        r#"format!("in the order {:?}", (0..64).collect::<std::collections::HashSet<u32>>())"#,
        BySecondBuild("chance", "in the order {"),
    ),
    (
        "the order of a directory",
        r#""listed: ".to_owned() + &std::fs::read_dir("listed").unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect::<String>()"#,
        BySecondBuild(
            "last entry of a directory first: with nothing else",
            "listed: ",
        ),
    ),
    (
        "output that depends on the locale",
        r#"format!("letters: {}", said("sh", &["-c", r"printf '\303\251' | wc -m"]))"#,
        BySecondBuild("locale ", "letters: 1"),
    ),
    (
        "the time zone",
        r#"format!("built in zone {}", said("date", &["+%z"]))"#,
        BySecondBuild("time zone +14: with nothing else", "+1400"),
    ),
    (
        "the year, from a program",
        r#"format!("in the year {}", said("date", &["+%Y"]))"#,
        BySecondBuild("clock ", "in the year 20"),
    ),
    (
        "the user",
        r#"format!("made by user {}", said("id", &["-u"]))"#,
        BySecondBuild("user 48620: with nothing else", "48620"),
    ),
    (
        "the umask, in the mode of a file",
        r#"{ use std::os::unix::fs::PermissionsExt; let path = out.join("mode"); std::fs::write(&path, "").unwrap();
           format!("{:o}", std::fs::metadata(path).unwrap().permissions().mode()) }"#,
        BySecondBuild("umask 077: with nothing else", "100600"),
    ),
    (
        "the number of jobs",
        r#"format!("compiled by {} jobs", std::env::var("NUM_JOBS").unwrap())"#,
        BySecondBuild("jobs at once: ", "compiled by "),
    ),
    (
        "the folder for temporary files",
        r#"format!("written to {}/file", std::env::temp_dir().display())"#,
        BySecondBuild("TMPDIR=/var/tmp", "/var/tmp"),
    ),
];

const MANIFEST: &str = "[package]\nname = \"perennial-firmware\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\
    [workspace]\n[profile.release]\ndebug = false\npanic = \"abort\"\nstrip = \"symbols\"\n";

const MAIN: &str = "#![no_std]\n#![no_main]\n\
    #[used]\nstatic WRITTEN: &str = include_str!(concat!(env!(\"OUT_DIR\"), \"/written\"));\n\
    #[unsafe(no_mangle)]\nextern \"C\" fn _start() -> ! { loop { core::hint::black_box(WRITTEN); } }\n\
    #[panic_handler]\nfn panic(_: &core::panic::PanicInfo<'_>) -> ! { loop {} }\n";

/// A firmware that panics in a file which its build script wrote, where a release has no panic messages: but the place of a panic
/// is in the image all the same.
const PANICS: &str = "#![no_std]\n#![no_main]\n\
    include!(env!(\"WRITTEN\"));\n\
    #[unsafe(no_mangle)]\nextern \"C\" fn _start() -> ! { require(core::hint::black_box(1)); loop {} }\n\
    #[panic_handler]\nfn panic(info: &core::panic::PanicInfo<'_>) -> ! { core::hint::black_box(info.location()); loop {} }\n";

/// A project whose build script writes the value of `expression` into the firmware.
struct Injected {
    _folder: tempfile::TempDir,
    workplace: Workplace,
    private: PathBuf,
}

impl Injected {
    fn new(expression: &str) -> Self {
        Self::of(expression, MAIN)
    }

    fn of(expression: &str, main: &str) -> Self {
        let ours = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .canonicalize()
            .unwrap();
        let toolchain = toolchain::ensure(&ours, ProviderChoice::Auto, Progress::Silent).unwrap();
        // On the file system of the toolchain, of which the second build links a copy.
        let folder = tempfile::tempdir_in(ours.join("target")).unwrap();
        let root = folder.path().join("project");
        write_project(&root, expression, main);
        let private = folder.path().join("private");
        // Where a test finds what the project itself has, the clock of another day for example.
        std::os::unix::fs::symlink(ours.join("target"), root.join("target")).unwrap();
        let workplace = Workplace {
            target: folder.path().join("compiled"),
            homes: folder.path().join("homes"),
            crates: firmware::crates(&root, &private, Progress::Silent).unwrap(),
            toolchain,
            surroundings: Surroundings::of_release(),
            root,
        };
        Self {
            _folder: folder,
            workplace,
            private,
        }
    }

    fn compile(&self) -> Vec<u8> {
        self.workplace.compile(&identity()).unwrap()
    }

    fn scan(&self, elf: &[u8]) -> Result<()> {
        let traces = Traces::of(&self.workplace, identity().epoch)?;
        traces.require_none("firmware.elf", elf)
    }

    fn second(&self, elf: &[u8]) -> Result<()> {
        require_same(
            &self.workplace,
            &self.private,
            &identity(),
            elf,
            &World::new(&self.workplace.root, &[]).unwrap(),
            Progress::Silent,
        )
    }
}

fn write_project(root: &Path, expression: &str, main: &str) {
    let script = format!(
        "fn main() {{\n    let out = std::path::PathBuf::from(std::env::var_os(\"OUT_DIR\").unwrap());\n    \
         let written: String = {expression};\n    std::fs::write(out.join(\"written\"), written).unwrap();\n}}\n\
         #[allow(dead_code)]\nfn said(program: &str, arguments: &[&str]) -> String {{\n    \
         let output = std::process::Command::new(program).args(arguments).output().unwrap();\n    \
         assert!(output.status.success());\n    String::from_utf8(output.stdout).unwrap()\n}}\n"
    );
    let firmware = root.join("firmware");
    fs::create_dir_all(firmware.join("src")).unwrap();
    fs::create_dir_all(firmware.join("listed")).unwrap();
    for name in ["a", "b", "c", "d", "e", "f"] {
        fs::write(firmware.join("listed").join(name), "").unwrap();
    }
    fs::write(firmware.join("Cargo.toml"), MANIFEST).unwrap();
    let lock = "version = 4\n\n[[package]]\nname = \"perennial-firmware\"\nversion = \"1.0.0\"\n";
    fs::write(firmware.join("Cargo.lock"), lock).unwrap();
    fs::write(firmware.join("build.rs"), script).unwrap();
    fs::write(firmware.join("src/main.rs"), main).unwrap();
    fs::write(root.join(".gitignore"), "/target\n").unwrap();
    scratch::git(root, &["init", "--quiet"]);
    scratch::commit(root);
}

fn identity() -> Identity {
    Identity {
        product: "injected".to_owned(),
        version: "1.0.0".to_owned(),
        commit: "0".repeat(40),
        released: "2026-07-01".parse().unwrap(),
        epoch: 1_782_864_000,
    }
}

#[test]
fn a_firmware_without_leaks_is_the_same_in_another_world() {
    let injected = Injected::new("\"nothing of this machine\".to_owned()");
    let elf = injected.compile();
    injected.scan(&elf).unwrap();
    injected.second(&elf).unwrap();
    assert!(
        !injected.private.join("twice").exists(),
        "the second place is cleared away"
    );
}

#[test]
fn what_cannot_be_varied_is_no_proof_unless_somebody_says_so() {
    // A folder without the tools of the project, and with a file where they would go.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("target"), "").unwrap();
    let failure = World::new(folder.path(), &[]).unwrap_err();
    assert_eq!(failure.exit, Exit::Environment);
    assert!(failure.what.contains("another clock"), "{failure}");
    assert!(failure.help.contains("--twice-without clock"), "{failure}");
    let world = World::new(folder.path(), &[Hard::Clock]).unwrap();
    let lines = world.lines();
    assert!(lines.contains(&"not varied: clock, as asked for".to_owned()));
    let all = World::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), &[]).unwrap();
    assert_eq!(world.len() + 1, all.len());
}

#[test]
fn every_injected_leak_is_caught_named_and_explained() {
    let mut not_caught = Vec::new();
    for (leak, expression, caught) in LEAKS {
        let injected = Injected::new(expression);
        let elf = injected.compile();
        let failure = match caught {
            ByScan(_) => injected.scan(&elf),
            BySecondBuild(..) => injected.second(&elf),
        };
        let failure = failure.err();
        let is_right = failure.as_ref().is_some_and(|failure| {
            let is_told = match caught {
                ByScan(what) => failure.evidence[0].starts_with(what),
                BySecondBuild(on, shown) => {
                    // After what it depends on and what was varied comes what `explain` says.
                    failure.evidence[0].starts_with(&format!("it depends on {on}"))
                        && failure.evidence[1].starts_with("varied: ")
                        && failure.evidence[2..].join("\n").contains(shown)
                }
            };
            is_told && failure.exit == Exit::NotReproducible
        });
        if !is_right {
            not_caught.push((leak, failure));
        }
    }
    assert!(not_caught.is_empty(), "{not_caught:#?}");
}

#[test]
fn the_path_of_a_generated_source_in_the_place_of_a_panic_is_caught_and_shown() {
    let elsewhere = tempfile::tempdir().unwrap();
    let source = elsewhere.path().join("generated.rs");
    let expression = format!(
        "{{ std::fs::write({source:?}, \"fn require(n: u32) {{ assert!(n == 0); }}\").unwrap(); \
         println!(\"cargo:rustc-env=WRITTEN={{}}\", {source:?}); String::new() }}"
    );
    let injected = Injected::of(&expression, PANICS);
    let elf = injected.compile();
    let failure = injected.scan(&elf).unwrap_err();
    assert_eq!(failure.exit, Exit::NotReproducible);
    let shown = failure.evidence.join("\n");
    assert!(shown.contains("a path of this machine"), "{shown}");
    assert!(shown.contains("generated.rs"), "{shown}");
}
