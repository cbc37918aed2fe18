//! Writes the first inputs of every target into `corpus/`: good examples, from the repository's own files and
//! fixtures, and made. `cargo run --bin seeds` in this folder; `cargo fuzz cmin TARGET` then keeps what counts.

use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use device::otadata;
use perennial_fuzz::{client_seeds, image, questions, sample};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let trust = root.join("../trust");
    let corpus = root.join("corpus");
    for target in [
        "application",
        "calendar",
        "certificate",
        "chain",
        "coverage",
        "flash",
        "http",
        "image",
        "ledger",
        "material",
        "memory",
        "policy",
        "release",
        "rescue",
        "sdkconfig",
        "slots",
        "store",
        "table",
        "time",
        "tls",
    ] {
        std::fs::create_dir_all(corpus.join(target))?;
    }
    let seed = |target: &str, name: &str, bytes: &[u8]| {
        std::fs::write(corpus.join(target).join(name), bytes)
    };
    seed(
        "policy",
        "repository",
        &std::fs::read(root.join("../policy.toml"))?,
    )?;
    copy(
        &trust.join("fixtures"),
        "policy.toml",
        &corpus.join("policy"),
    )?;
    copy(
        &trust.join("fixtures/canonical"),
        ".toml",
        &corpus.join("policy"),
    )?;
    copy(&trust.join("calendar"), ".toml", &corpus.join("calendar"))?;
    copy(
        &trust.join("fixtures/rules"),
        "calendar.toml",
        &corpus.join("calendar"),
    )?;
    copy(
        &trust.join("fixtures/rules"),
        "1.0.4.toml",
        &corpus.join("ledger"),
    )?;
    copy(
        &trust.join("fixtures/rules"),
        "rescues/4.toml",
        &corpus.join("ledger"),
    )?;
    copy(&trust.join("fixtures/pem"), "", &corpus.join("certificate"))?;
    der(&trust.join("anchors"), &corpus.join("certificate"))?;
    der(&trust.join("fixtures/pki"), &corpus.join("certificate"))?;
    for (name, anchors, full) in [("one-anchor", 1, false), ("full", 3, true)] {
        let store = sample::store(anchors, full);
        seed("store", name, &store)?;
        seed("image", name, &sample::application(&store))?;
    }
    let pki = |names: &[&str]| -> io::Result<Vec<Vec<u8>>> {
        let files = names
            .iter()
            .map(|name| corpus.join(format!("certificate/pki-{name}.pem.der")));
        files.map(std::fs::read).collect()
    };
    for (name, choice, certificates) in [
        (
            "e6-to-x2",
            7,
            &["leaf-2024-lencr-org-by-e6", "e6-by-isrg-root-x2"][..],
        ),
        (
            "e5-by-pin",
            6,
            &["leaf-2024-lencr-org-by-e5", "e5-by-isrg-root-x1"],
        ),
        (
            "r3-to-dst-x3",
            0,
            &[
                "leaf-2023-lencr-org-by-r3",
                "r3-by-isrg-root-x1",
                "isrg-root-x1-by-dst-root-ca-x3",
            ],
        ),
    ] {
        seed("chain", name, &sample::chain(choice, &pki(certificates)?))?;
    }
    for (name, bytes) in questions::seeds(&trust)? {
        seed("coverage", name, &bytes)?;
    }
    copy(
        &trust.join("fixtures/rules"),
        "sdkconfig",
        &corpus.join("sdkconfig"),
    )?;
    materials(&trust.join("fixtures/rules"), &corpus.join("material"))?;
    for (target, name, bytes) in client_seeds::all() {
        seed(target, name, &bytes)?;
    }
    let real =
        std::fs::read(root.join("../firmware/device/tests/signed_release/real/release.json"))?;
    seed("release", "real", &[&[0][..], &real].concat())?;
    seed("store", "open", &sample::provisioning(None))?;
    seed(
        "store",
        "wpa2",
        &sample::provisioning(Some("correct horse")),
    )?;
    seed("store", "otadata", &otadata::initial()[..64])?;
    seed("image", "bootloader", &sample::bootloader())?;
    seed("image", "table", &image::partition_table::bytes()[..0x120])?;
    seed("flash", "good", &[0])?;
    seed("flash", "sealed", &[1, 3, 40, 1, 2, 0x31, 0x32])?;
    seed("flash", "table", &[0, 1, 0, 0, 2, 0xAA, 0x51])
}

/// Copies every file below `from` whose name ends with `ending`, named after its path.
fn copy(from: &Path, ending: &str, to: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        if path.is_dir() {
            copy(&path, ending, to)?;
        } else if path.to_string_lossy().ends_with(ending) {
            std::fs::copy(&path, to.join(name_of(&path)))?;
        }
    }
    Ok(())
}

/// The material of each fixture, as a file and within an image.
fn materials(from: &Path, to: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        if path.is_dir() {
            materials(&path, to)?;
        } else if path.file_stem().is_some_and(|stem| stem == "material") {
            for (flag, kind) in [(0, "file"), (1, "image")] {
                let mut bytes = vec![flag];
                bytes.extend(std::fs::read(&path)?);
                let rule = from.parent().and_then(Path::file_name).unwrap_or_default();
                let name = format!("{}-{kind}-{}", rule.to_string_lossy(), name_of(&path));
                std::fs::write(to.join(name), bytes)?;
            }
        }
    }
    Ok(())
}

/// The first certificate of each PEM file in `from`, as DER.
fn der(from: &Path, to: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let text = std::fs::read(&path)?;
        let base64: String = String::from_utf8_lossy(&text)
            .lines()
            .skip_while(|line| !line.starts_with("-----BEGIN CERTIFICATE"))
            .skip(1)
            .take_while(|line| !line.starts_with("-----END"))
            .collect();
        if let Ok(der) = STANDARD.decode(base64)
            && !der.is_empty()
        {
            std::fs::write(to.join(format!("{}.der", name_of(&path))), der)?;
        }
    }
    Ok(())
}

fn name_of(path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    let name = path.file_name().unwrap_or_default();
    format!("{}-{}", folder.to_string_lossy(), name.to_string_lossy())
}
