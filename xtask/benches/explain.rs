//! CPU time of `explain` for two images of 1 MiB, and of `verify` for a release.
//!
//! The release is the one in the folder that `PERENNIAL_BENCH_RELEASE` names, else the only one in `dist/`; without one
//! `verify` is not measured.

#![allow(missing_docs, reason = "a program, not a library")]
#![allow(clippy::print_stdout, reason = "it prints what it measured")]
#![allow(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use xtask::difference::{self, Artefact};
use xtask::project::Project;
use xtask::verify;

#[allow(dead_code, reason = "the benchmarks of `trust` compare sizes with it")]
#[path = "../../trust/benches/common/measure.rs"]
mod measure;

use measure::{Table, cpu, is_within};

/// Bytes of the images.
const IMAGE: usize = 1 << 20;
/// Milliseconds of CPU for `explain`.
const EXPLAIN: f64 = 300.0;
/// Milliseconds of CPU for `verify`.
const VERIFY: f64 = 150.0;

fn main() -> ExitCode {
    let mut table = Table::default();
    let mut passed = true;
    let a = image(1);
    for (name, b) in [
        ("explain: one text inserted", inserted(&a)),
        ("explain: every 50th byte differs", scattered(&a)),
        ("explain: everything differs", image(2)),
    ] {
        let measured = cpu(|| explained(&a, &b));
        passed &= is_within(name, measured.milliseconds(), EXPLAIN);
        table.add(name.to_owned(), measured);
    }
    match release() {
        None => println!("not measured: verify: there is no release in dist/"),
        Some(directory) => {
            // A release that the rules of this checkout refuse is measured too: each step runs all the same.
            println!("verify: {} steps passed", verified(&directory));
            let measured = cpu(|| verified(&directory));
            passed &= is_within("verify", measured.milliseconds(), VERIFY);
            table.add("verify".to_owned(), measured);
        }
    }
    println!("{table}");
    ExitCode::from(u8::from(!passed))
}

/// What `explain A B` does but for reading and printing.
fn explained(a: &[u8], b: &[u8]) -> usize {
    let artefact = |name: &str, bytes: &[u8]| Artefact::of_bytes(name, bytes.to_vec()).unwrap();
    let found = difference::of(&artefact("a", a), &artefact("b", b)).unwrap();
    difference::human(&found).len() + found.json().len()
}

/// What `verify DIR` does but for printing.
fn verified(directory: &Path) -> usize {
    let project = Project {
        root: Path::new(env!("CARGO_MANIFEST_DIR")).join(".."),
    };
    let seen = verify::examined(&project, directory).unwrap();
    seen.iter().filter(|step| step.passed()).count()
}

fn release() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("PERENNIAL_BENCH_RELEASE") {
        return Some(PathBuf::from(named));
    }
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist");
    let mut releases = std::fs::read_dir(dist).ok()?;
    let only = releases.next()?.ok()?.path();
    releases.next().is_none().then_some(only)
}

/// An image of 1 MiB with descriptor, data and code, whose bytes are noise of `seed`. It is laid out as an application
/// and not sealed: `explain` reads damaged images too.
fn image(seed: u64) -> Vec<u8> {
    let mut image = vec![0; IMAGE];
    let data = (IMAGE / 4, IMAGE - IMAGE / 4 - 24 - 16 - 48);
    image[..24].copy_from_slice(&[
        0xE9, 2, 2, 0x20, 0x20, 0, 0, 0x42, 0xEE, 0, 0, 0, 5, 0, 3, 3, 0, 199, 0, 0, 0, 0, 0, 1,
    ]);
    let mut at = 24;
    for (address, length) in [(0x3C00_0020_u32, data.0), (0x4200_0020, data.1)] {
        image[at..at + 4].copy_from_slice(&address.to_le_bytes());
        image[at + 4..at + 8].copy_from_slice(&(length as u32).to_le_bytes());
        noise(seed, &mut image[at + 8..at + 8 + length]);
        at += 8 + length;
    }
    image[0x20..0x24].copy_from_slice(&0xABCD_5432_u32.to_le_bytes());
    image
}

fn noise(seed: u64, bytes: &mut [u8]) {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    for byte in bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        *byte = (state >> 24) as u8;
    }
}

/// A text in the middle of the data, which moves what stands behind it; the last bytes of the data are gone.
fn inserted(image: &[u8]) -> Vec<u8> {
    let text = b"/home/ada/.cargo/registry/src/a-crate-1.2.3/src/lib.rs";
    let (at, end) = (IMAGE / 8, IMAGE / 4);
    let mut other = image.to_vec();
    other.splice(end - text.len()..end, []);
    other.splice(at..at, *text);
    other
}

fn scattered(image: &[u8]) -> Vec<u8> {
    let mut other = image.to_vec();
    other
        .iter_mut()
        .skip(0x200)
        .step_by(50)
        .for_each(|byte| *byte ^= 0x55);
    other.splice(..0x200, image[..0x200].to_vec());
    let code = 24 + 8 + IMAGE / 4;
    other.splice(code..code + 8, image[code..code + 8].to_vec());
    other
}
