//! `import` and `check --image` as a program: what people have, and the days on which it goes dark.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a test says what it skips")]

#[path = "inspect/made.rs"]
mod made;

use std::path::Path;
use std::process::{Command, Output};

use made::{ROOTS, bundle, elf, image, pem};
use serde_json::Value;
use tempfile::TempDir;

/// What the program says of these files in a folder of their own, that is in no repository.
fn run(files: &[(&str, &[u8])], arguments: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    run_in(folder.path(), arguments)
}

fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).current_dir(folder);
    command.env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap());
    command.env_remove("SOURCE_DATE_EPOCH");
    command.output().unwrap()
}

fn json(output: &Output) -> Value {
    let error = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{error}"))
}

/// What `import` says of a file: names of the anchors, the day, and the codes.
fn imported(name: &str, bytes: &[u8]) -> (Vec<String>, Option<String>, Vec<String>) {
    let output = run(
        &[(name, bytes)],
        &["import", name, "--as-of", "2026-07-01", "--format", "json"],
    );
    let json = json(&output);
    assert_eq!(json["schema"], "perennial.inspection/1");
    let file = &json["files"][0];
    let texts = |list: &Value, key: &str| -> Vec<String> {
        let list = list.as_array().unwrap().iter();
        list.map(|entry| entry[key].as_str().unwrap().to_owned())
            .collect()
    };
    (
        texts(&file["anchors"], "name"),
        file["dark-on"].as_str().map(str::to_owned),
        texts(&file["findings"], "code"),
    )
}

/// The day on which ISRG Root X1 leads nowhere any more; GTS Root R4 leaves the programmes on 2031-06-22.
const X1_DARK: &str = "2030-06-05";
const R4_DARK: &str = "2031-06-23";

#[test]
fn every_form_of_one_root_goes_dark_on_one_day() {
    let one = pem(&["isrg-root-x1"]);
    let lines: String = one
        .lines()
        .map(|line| format!("\"{line}\\n\" \\\n"))
        .collect();
    let der = made::der("isrg-root-x1");
    let numbers: Vec<_> = one
        .bytes()
        .chain([0])
        .map(|byte| format!("0x{byte:02x}"))
        .collect();
    let forms: [(&str, Vec<u8>); 8] = [
        ("ca.pem", one.clone().into_bytes()),
        (
            "crlf.pem",
            format!("\u{feff}# ISRG\r\n{}", one.trim_end().replace('\n', "\r\n")).into_bytes(),
        ),
        ("ca.der", der),
        (
            "string.h",
            format!("const char* rootCACertificate = \\\n{lines};\n").into_bytes(),
        ),
        (
            "raw.h",
            format!("static const char ca[] PROGMEM = R\"EOF(\n{one})EOF\";\n").into_bytes(),
        ),
        (
            "array.h",
            format!("const uint8_t ca[] = {{ {} }};\n", numbers.join(", ")).into_bytes(),
        ),
        ("x509_crt_bundle", bundle("v1", &["isrg-root-x1"])),
        ("x509_crt_bundle", bundle("v2", &["isrg-root-x1"])),
    ];
    for (name, bytes) in forms {
        let (names, dark, codes) = imported(name, &bytes);
        assert_eq!(names, ["ISRG Root X1"], "{name}");
        assert_eq!(dark.as_deref(), Some(X1_DARK), "{name}");
        assert_eq!(codes, ["I102", "I106"], "{name}");
    }
}

/// The independent writer follows gen_crt_bundle.py; the renderer is ours.
#[test]
fn bundles_of_another_writer_and_of_ours_are_read_alike() {
    let folder = TempDir::new().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for version in ["v1", "v2"] {
        let (names, dark, _) = imported("bundle", &bundle(version, &ROOTS));
        let mut expected = made::names(&ROOTS);
        expected.sort();
        let mut sorted = names.clone();
        sorted.sort();
        assert_eq!(sorted, expected);
        assert!(dark.is_some());

        let ours = folder.path().join(version);
        let format = format!("esp-bundle-{version}");
        let arguments = [
            "render",
            "--format",
            &format,
            "--output",
            ours.to_str().unwrap(),
        ];
        let rendered = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(arguments)
            .current_dir(root)
            .output()
            .unwrap();
        assert!(
            rendered.status.success(),
            "{}",
            String::from_utf8_lossy(&rendered.stderr)
        );
        let (names, dark, codes) = imported("bundle", &std::fs::read(ours).unwrap());
        assert!(names.len() > 1 && dark.is_some());
        assert!(
            !codes.iter().any(|code| code == "I107" || code == "I109"),
            "{codes:?}"
        );
    }
}

#[test]
fn images_of_two_chips_and_programs_with_a_bundle() {
    let bundle = bundle("v2", &["isrg-root-x1", "gts-root-r4"]);
    let program = elf(&bundle);
    let (names, dark, codes) = imported("app.elf", &program);
    assert_eq!(names.len(), 2);
    assert_eq!(dark.as_deref(), Some(R4_DARK));
    assert_eq!(codes, ["I102"]);
    for (chip, number) in [("esp32", 0), ("esp32c3", 5)] {
        let made = image(&bundle, number);
        let output = run(
            &[("app.bin", &made)],
            &[
                "check",
                "--image",
                "app.bin",
                "--as-of",
                "2026-07-01",
                "--format",
                "json",
            ],
        );
        assert_eq!(output.status.code(), Some(0), "{chip}");
        let file = json(&output)["files"][0].clone();
        assert_eq!(file["dark-on"], R4_DARK);
        assert_eq!(file["anchors"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn an_image_that_esptool_made() {
    let Some(esptool) = std::env::var_os("PERENNIAL_ESPTOOL") else {
        println!("skipped: esptool is missing, `cargo xtask test` gets it");
        return;
    };
    let folder = TempDir::new().unwrap();
    let program = folder.path().join("app.elf");
    std::fs::write(&program, elf(&bundle("v1", &["isrg-root-x1"]))).unwrap();
    for chip in ["esp32", "esp32c3"] {
        let machine = if chip == "esp32" {
            made::XTENSA
        } else {
            made::RISCV
        };
        std::fs::write(
            &program,
            made::elf_for(machine, &bundle("v1", &["isrg-root-x1"])),
        )
        .unwrap();
        let name = format!("{chip}.bin");
        let made = Command::new(&esptool)
            .args(["--chip", chip, "elf2image", "--output", &name, "app.elf"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}{}",
            String::from_utf8_lossy(&made.stdout),
            String::from_utf8_lossy(&made.stderr)
        );
        let output = run_in(
            folder.path(),
            &[
                "check",
                "--image",
                &name,
                "--as-of",
                "2026-07-01",
                "--format",
                "json",
            ],
        );
        let file = json(&output)["files"][0].clone();
        assert_eq!(file["dark-on"], X1_DARK, "{chip}");
        let kind = file["kind"]
            .as_str()
            .unwrap()
            .to_lowercase()
            .replace('-', "");
        assert!(kind.starts_with(chip), "{kind}");
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

#[test]
fn an_image_without_a_store_and_one_that_is_cut_off() {
    let none = image(&[0; 512], 5);
    let arguments = ["check", "--image", "app.bin", "--as-of", "2026-07-01"];
    let output = run(&[("app.bin", &none)], &arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(10));
    assert!(text.contains("error[I101 nothing-found]"), "{text}");

    let whole = image(&bundle("v2", &["isrg-root-x1", "gts-root-r4"]), 0);
    for length in [10, 30, 100, 700, whole.len() - 33, whole.len() - 1] {
        let output = run(&[("app.bin", &whole[..length])], &arguments);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(10), "{length}");
        assert!(text.contains("error[I109 truncated]"), "{length}: {text}");
    }
    for at in [24 + 8 + 700, whole.len() - 5] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        let output = run(&[("app.bin", &changed)], &arguments);
        assert_eq!(output.status.code(), Some(10), "{at}");
    }
}

#[test]
fn the_nearest_sdkconfig_is_read_and_named() {
    let ca = pem(&["isrg-root-x1"]);
    let config = "# CONFIG_MBEDTLS_HAVE_TIME_DATE is not set\n";
    let files: [(&str, &[u8]); 2] = [
        ("main/certs/ca.pem", ca.as_bytes()),
        ("sdkconfig", config.as_bytes()),
    ];
    let text = |arguments: &[&str]| String::from_utf8(run(&files, arguments).stdout).unwrap();
    let said = text(&["import", "main/certs/ca.pem"]);
    assert!(
        said.contains("sdkconfig was read")
            && said.contains("your expiry policy is not enforced on the device"),
        "{said}"
    );
    assert!(said.contains("(today)"), "{said}");
    let without = text(&["import", "main/certs/ca.pem", "--no-sdkconfig"]);
    assert!(!without.contains("I105"), "{without}");

    let broken: [(&str, &[u8]); 2] = [("ca.pem", ca.as_bytes()), ("sdkconfig", b"int main() {}\n")];
    let output = run(&broken, &["import", "ca.pem"]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("line 1 is neither") && error.contains("--no-sdkconfig"),
        "{error}"
    );
}

/// Where Rust, PlatformIO and this project put what is inspected, and what is read for it. `.git` is where a search ends.
#[test]
fn the_sdkconfig_of_a_project_is_found_from_where_builds_put_their_output() {
    let ca = pem(&["isrg-root-x1"]);
    let made = image(&bundle("v2", &["isrg-root-x1"]), 9);
    let read = |files: &[&str], inspected: &str| {
        let mut all: Vec<(&str, &[u8])> = vec![(".git/HEAD", b"")];
        let set = b"CONFIG_MBEDTLS_HAVE_TIME_DATE=y\n".as_slice();
        all.extend(files.iter().map(|name| (*name, set)));
        let is_image = inspected.ends_with(".bin");
        all.push((inspected, if is_image { &made } else { ca.as_bytes() }));
        let output = run(&all, &["import", inspected, "--format", "json"]);
        json(&output)["files"][0]["sdkconfig"]
            .as_str()
            .map(str::to_owned)
    };
    let found = |files: &[&str], inspected: &str| read(files, inspected).unwrap();
    let both = ["sdkconfig", "sdkconfig.defaults"];
    let rust = "target/xtensa-esp32-espidf/release/app.bin";
    assert_eq!(found(&both, rust), "sdkconfig");
    assert_eq!(found(&both[1..], rust), "sdkconfig.defaults");
    let trust_store = "components/perennial/v2/trust_store.bundle";
    assert_eq!(found(&both, trust_store), "sdkconfig");
    let pio = ".pio/build/esp32dev/firmware.bin";
    let mut many = vec!["sdkconfig.esp32dev", "sdkconfig.other"];
    many.extend(both);
    assert_eq!(found(&many, pio), "sdkconfig.esp32dev");
    assert_eq!(found(&many[1..], pio), "sdkconfig");
    // Of several environments nobody can say which one a header is for, and that of another project is none.
    assert_eq!(read(&many[..2], "src/ca.h"), None);
    assert_eq!(read(&["sdkconfig.old"], "src/ca.h"), None);
    assert_eq!(
        read(&["sdkconfig", "firmware/.git/HEAD"], "firmware/src/ca.h"),
        None
    );
    assert_eq!(
        found(&["main/sdkconfig", "sdkconfig"], "main/a/b/ca.pem"),
        "main/sdkconfig"
    );
    // The chip is the image's, else that of the Rust target.
    let chips = [
        "sdkconfig.defaults",
        "sdkconfig.defaults.esp32s3",
        "sdkconfig.defaults.esp32c3",
    ];
    let layered = "sdkconfig.defaults + sdkconfig.defaults.esp32s3";
    assert_eq!(found(&chips, rust), layered);
    assert_eq!(
        found(&chips, "target/xtensa-esp32s3-espidf/release/ca.h"),
        layered
    );
    assert_eq!(found(&chips, "main/ca.h"), "sdkconfig.defaults");
}

#[test]
fn a_submodule_is_searched_to_the_project_around_it() {
    let ca = pem(&["isrg-root-x1"]);
    let files: [(&str, &[u8]); 4] = [
        (".git/HEAD", b""),
        ("sdkconfig", b"CONFIG_MBEDTLS_HAVE_TIME_DATE=y\n"),
        ("components/x/.git", b"gitdir: ../../.git/modules/x\n"),
        ("components/x/ca.pem", ca.as_bytes()),
    ];
    let output = run(&files, &["import", "components/x/ca.pem"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("; sdkconfig was read"), "{said}");
}

#[test]
fn what_is_commented_out_is_said_and_not_counted() {
    let lines = |name: &str, before: &str| -> String {
        let text = pem(&[name]);
        text.lines()
            .map(|line| format!("{before}\"{line}\\n\"\n"))
            .collect()
    };
    let (old, new) = (lines("isrg-root-x1", "// "), lines("gts-root-r4", ""));
    let header = format!("const char ca[] =\n{old}{new};\n");
    let (names, dark, codes) = imported("ca.h", header.as_bytes());
    assert_eq!(names, ["GTS Root R4"]);
    assert_eq!(dark.as_deref(), Some(R4_DARK));
    assert!(!codes.iter().any(|code| code == "I109"), "{codes:?}");
    let said = |text: &str| run(&[("ca.h", text.as_bytes())], &["import", "ca.h"]).stdout;
    let screen = String::from_utf8(said(&header)).unwrap();
    assert!(
        screen.contains("commented out: ISRG Root X1 (line 2)"),
        "{screen}"
    );

    let nothing = format!("const char ca[] =\n{old};\n");
    let (_, _, codes) = imported("ca.h", nothing.as_bytes());
    assert_eq!(codes, ["I101"]);
    let output = run(
        &[("ca.h", nothing.as_bytes())],
        &["import", "ca.h", "--format", "json"],
    );
    let file = json(&output)["files"][0].clone();
    assert_eq!(file["commented-out"][0]["place"], "line 2");
}

#[test]
fn a_file_that_is_not_there_has_a_next_step() {
    let output = run(&[], &["check", "--image", "build/app.bin"]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("cannot read build/app.bin")
            && error.contains("give the path of your image"),
        "{error}"
    );
}

#[test]
fn every_form_of_the_answer() {
    let ca = pem(&["isrg-root-x1"]);
    let files: [(&str, &[u8]); 1] = [("ca.pem", ca.as_bytes())];
    let said = |more: &[&str]| {
        let output = run(
            &files,
            &[&["import", "ca.pem", "--as-of", "2026-07-01"], more].concat(),
        );
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    insta::assert_snapshot!("human", said(&[]).1);
    let (code, policy) = said(&["--as-policy"]);
    assert_eq!(code, Some(0));
    assert!(policy.starts_with("# Not a whole policy"), "{policy}");
    let table: toml::Table = policy.parse().unwrap();
    assert_eq!(
        table["required-root"][0]["name"].as_str(),
        Some("ISRG Root X1")
    );
    let sarif: Value = serde_json::from_str(&said(&["--format", "sarif"]).1).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "I102");
    assert!(said(&["--format", "github"]).1.contains("I102"));
    assert_eq!(said(&["--until", "2040-01-01"]).0, Some(10));
    assert_eq!(said(&["--until", "2030-06-04"]).0, Some(0));
    assert_eq!(said(&["--until", "2030-06-05"]).0, Some(10));
    assert_eq!(said(&["--owner", "letsencrypt"]).0, Some(2));
}

/// Four megabytes in about a second, also in a build without optimisation.
#[test]
fn a_whole_flash_is_searched_quickly() {
    let mut flash: Vec<u8> = (0_u32..4 << 20)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let bundle = bundle("v2", &["isrg-root-x1"]);
    flash[0x31_0003..0x31_0003 + bundle.len()].copy_from_slice(&bundle);
    let (names, _, _) = imported("flash.bin", &flash);
    assert_eq!(names, ["ISRG Root X1"]);
}
