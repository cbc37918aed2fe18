//! Bits that flip, files that are missing, changed or too many: `verify` never passes, and says where.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;

use sha2::{Digest as _, Sha256};
use xtask::digest::sha256_hex;
use xtask::image::accounting::{Accounting, Class, Part};
use xtask::project::Project;
use xtask::verify::{Evidence, Step, StoredFile, step, steps, trusted_policy};

use super::place::{copy, files, ourselves, root, text, verify};

/// Bits that are tried in an image that devices get, and in each other file; all of them where a file has fewer.
const BITS_OF_IMAGE: usize = 20_000;
const BITS: usize = 4_000;

/// Positions of each file for which the whole program runs.
const WHOLE_PROGRAM: usize = 8;

#[test]
fn every_flipped_bit_is_refused_by_name() {
    let originals = files();
    assert_eq!(originals.len(), 14, "{:?}", originals.keys());
    assert_passes(&originals);
    for (name, bytes) in &originals {
        let count = if name == "flash.bin" {
            BITS_OF_IMAGE
        } else {
            BITS
        };
        flip_bits(&originals, name, &sample(0..bytes.len() * 8, count));
    }
}

/// With files that nobody changed, `verify` finds nothing.
pub fn assert_passes(originals: &BTreeMap<String, Vec<u8>>) {
    let project = Project { root: root() };
    let policy = trusted_policy(&project).unwrap();
    let evidence = Evidence::new(&project, &policy.signing, stored(originals));
    let problems: Vec<_> = steps(&evidence).flat_map(|step| step.problems).collect();
    assert!(problems.is_empty(), "{problems:?}");
}

fn stored(originals: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Rc<StoredFile>> {
    let stored = |bytes: &Vec<u8>| Rc::new(StoredFile::new(bytes.clone()));
    let files = originals.iter();
    files
        .map(|(name, bytes)| (name.clone(), stored(bytes)))
        .collect()
}

/// Flips these bits of one file, one at a time, on every core.
pub fn flip_bits(originals: &BTreeMap<String, Vec<u8>>, name: &str, sample: &[usize]) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let fields: BTreeSet<String> = std::thread::scope(|scope| {
        let share = |bits| scope.spawn(move || fields_named(originals, name, bits));
        let threads: Vec<_> = sample
            .chunks(sample.len().div_ceil(cores))
            .map(share)
            .collect();
        let named = threads.into_iter().map(|thread| thread.join().unwrap());
        named.flatten().collect()
    });
    println!(
        "{name}: {} bits flipped, {} different fields named",
        sample.len(),
        fields.len()
    );
}

/// The fields that are named when each of these bits is flipped: always one of this file, and the one of the bit.
fn fields_named(
    originals: &BTreeMap<String, Vec<u8>>,
    name: &str,
    bits: &[usize],
) -> BTreeSet<String> {
    let project = Project { root: root() };
    let policy = trusted_policy(&project).unwrap();
    let good = stored(originals);
    let mut bytes = originals[name].clone();
    let parts = parts(name, &bytes);
    let mut fields = BTreeSet::new();
    let mut looks_first = "";
    for bit in bits {
        bytes[bit / 8] ^= 1 << (bit % 8);
        let damaged = Rc::new(StoredFile::new(bytes));
        let mut files = good.clone();
        files.insert(name.to_owned(), Rc::clone(&damaged));
        let examined = catch_unwind(AssertUnwindSafe(|| {
            let evidence = Evidence::new(&project, &policy.signing, files);
            refused(&evidence, looks_first)
        }));
        let step = examined.unwrap_or_else(|_| panic!("{name}: bit {bit}: verify panics"));
        let step = step.unwrap_or_else(|| panic!("{name}: bit {bit}: verify passes"));
        looks_first = step.name;
        let problem = step
            .problems
            .iter()
            .find(|problem| problem.artefact == name);
        let problem = problem
            .unwrap_or_else(|| panic!("{name}: bit {bit}: not named in {:?}", step.problems));
        assert!(!problem.field.is_empty(), "{name}: bit {bit}: {problem:?}");
        assert_region(&parts, bit / 8, &problem.field);
        fields.insert(problem.field.clone());
        bytes = Rc::into_inner(damaged).unwrap().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    fields
}

/// A step that does not pass. The one that `looks_first` is asked before the others, which look at files that nobody changed:
/// it found the bit before this one.
fn refused(evidence: &Evidence<'_>, looks_first: &str) -> Option<Step> {
    let first = step(looks_first, evidence);
    first
        .into_iter()
        .chain(steps(evidence))
        .find(|step| !step.passed())
}

/// What each byte of an image is; of other files nothing is known.
fn parts(name: &str, bytes: &[u8]) -> Vec<Part> {
    let accounting = match name {
        "application.bin" | "application.signed.bin" => Accounting::of_application(bytes),
        "flash.bin" => Accounting::of_flash(bytes),
        _ => return Vec::new(),
    };
    assert_eq!(accounting.summary().unexplained, 0, "{name}");
    accounting.parts().to_vec()
}

/// The region that is named is the one of the byte: the field in an application, which stands in two files; elsewhere the
/// part of the flash.
fn assert_region(parts: &[Part], byte: usize, named: &str) {
    let after = parts.partition_point(|part| part.field.range.start <= byte);
    let Some(part) = after.checked_sub(1).and_then(|index| parts.get(index)) else {
        return;
    };
    let field = &part.field.name;
    let region = match field.split_once(": ") {
        Some(("ota_0", rest)) if rest != "erased" => field,
        Some((region, _)) => region.trim_end_matches(" copy 2"),
        None => field,
    };
    assert!(
        named.starts_with(region),
        "byte 0x{byte:x} is of {field}, named is {named}"
    );
}

#[test]
fn a_bit_that_flips_where_nothing_may_be_is_named_as_not_erased() {
    let flash = &files()["flash.bin"];
    let accounting = Accounting::of_flash(flash);
    let parts = accounting.parts().iter();
    let folder = copy();
    let mut tried = 0;
    for part in parts.filter(|part| part.class == Class::Erased) {
        let Range { start, end } = part.field.range;
        for at in [start, end - 1] {
            let mut damaged = flash.clone();
            damaged[at] ^= 0x10;
            let wrong = Accounting::of_flash(&damaged);
            assert_eq!(wrong.summary().unexplained, 1, "0x{at:x}: {}", part.field);
            std::fs::write(folder.path().join("flash.bin"), damaged).unwrap();
            let (exit, said) = verify(folder.path());
            assert_eq!(exit, 13, "0x{at:x}");
            assert!(said.contains("1 unexplained"), "{said}");
            assert!(said.contains("erased"), "{said}");
            tried += 1;
        }
    }
    assert!(tried >= 16, "{tried}");
}

/// Evenly spread bits of a range: `count` of them, or all.
pub fn sample(bits: Range<usize>, count: usize) -> Vec<usize> {
    let count = bits.len().min(count);
    let spread = |index| bits.start + index * bits.len() / count;
    (0..count).map(spread).collect()
}

#[test]
fn the_program_itself_refuses_flipped_bits_with_exit_13() {
    for (name, bytes) in files() {
        let folder = copy();
        for position in 0..WHOLE_PROGRAM {
            let mut damaged = bytes.clone();
            let at = position * (bytes.len() - 1) / (WHOLE_PROGRAM - 1);
            damaged[at] ^= 1 << position;
            std::fs::write(folder.path().join(&name), &damaged).unwrap();
            let (exit, said) = verify(folder.path());
            assert_eq!(exit, 13, "{name} byte {at}:\n{said}");
            assert!(
                said.contains(&format!(" {name}: ")),
                "{name} byte {at}:\n{said}"
            );
        }
    }
}

#[test]
fn a_flipped_bit_in_a_segment_is_named_in_both_images() {
    for (name, offset) in [("application.bin", 0), ("flash.bin", 0x10000)] {
        let folder = copy();
        let mut bytes = files()[name].clone();
        let application = files()["application.bin"].len();
        bytes[offset + application / 2] ^= 0x40;
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let (_, said) = verify(folder.path());
        assert!(said.contains("segment"), "{said}");
    }
}

#[test]
fn missing_and_additional_files_are_named() {
    for name in files().into_keys() {
        let folder = copy();
        std::fs::remove_file(folder.path().join(&name)).unwrap();
        let (exit, said) = verify(folder.path());
        assert_eq!(exit, 13, "without {name}:\n{said}");
    }
    let folder = copy();
    std::fs::write(folder.path().join("flash-fixed.bin"), b"trust me").unwrap();
    let (exit, said) = verify(folder.path());
    assert_eq!(exit, 13);
    assert!(said.contains("V101 flash-fixed.bin"), "{said}");
}

#[test]
fn files_that_are_cut_or_longer_are_refused() {
    for (name, bytes) in files() {
        let folder = copy();
        for damaged in [
            bytes[..bytes.len() - 1].to_vec(),
            [bytes.as_slice(), b"\n"].concat(),
            Vec::new(),
        ] {
            std::fs::write(folder.path().join(&name), damaged).unwrap();
            let (exit, said) = verify(folder.path());
            assert_eq!(exit, 13, "{name}:\n{said}");
        }
    }
}

/// Whoever has a key signs a manifest that says something else: what it says must still be true.
#[test]
fn a_signed_manifest_that_asks_no_question_does_not_pass() {
    let epoch = |manifest: &str| {
        let line = manifest.lines().find(|line| line.contains("epoch"));
        line.unwrap().trim().to_owned()
    };
    let manifest = String::from_utf8(files()["release.json"].clone()).unwrap();
    let cases = [
        (
            "\"channel\": \"development\"",
            "\"channel\": \"staging\"",
            "channel",
        ),
        (
            &*epoch(&manifest),
            "\"source-date-epoch\": 1,",
            "source-date-epoch",
        ),
        (
            "\"released\": \"20",
            "\"released\": \"30",
            "source-date-epoch",
        ),
    ];
    for (old, new, field) in cases {
        assert_eq!(manifest.matches(old).count(), 1, "{old}");
        let folder = copy();
        sign_again(folder.path(), &manifest.replace(old, new));
        let (exit, said) = verify(folder.path());
        assert!([10, 13].contains(&exit), "{new}: {exit}\n{said}");
        assert!(said.contains(&format!("release.json: {field}: ")), "{said}");
        assert!(said.contains("ok     signatures"), "{said}");
    }
}

/// Whoever has a key changes the code, makes checksum, digest and every hash right again, and signs: it is still not what
/// the published program converts to.
#[test]
fn code_that_is_not_that_of_the_elf_does_not_pass_whoever_signed_it() {
    let folder = copy();
    let mut application = files()["application.bin"].clone();
    let (end, code) = (application.len() - 32, application.len() / 2);
    application[code] ^= 0x40;
    // The checksum is the XOR of the segments' data.
    application[end - 1] ^= 0x40;
    let digest = Sha256::digest(&application[..end]);
    application[end..].copy_from_slice(&digest);
    let mut flash = files()["flash.bin"].clone();
    let slot = device::flash_layout::OTA_0.offset as usize;
    flash[slot..slot + application.len()].copy_from_slice(&application);
    let mut manifest = String::from_utf8(files()["release.json"].clone()).unwrap();
    let mut sums = String::from_utf8(files()["SHA256SUMS"].clone()).unwrap();
    for (name, bytes) in [("application.bin", application), ("flash.bin", flash)] {
        let (old, new) = (sha256_hex(&files()[name]), sha256_hex(&bytes));
        manifest = manifest.replace(&old, &new);
        sums = sums.replace(&old, &new);
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    std::fs::write(folder.path().join("SHA256SUMS"), sums).unwrap();
    sign_again(folder.path(), &manifest);
    let (exit, said) = verify(folder.path());
    assert_eq!(exit, 13, "{said}");
    for step in ["signatures", "hashes", "flash image", "bytes"] {
        assert!(said.contains(&format!("ok     {step}")), "{step}:\n{said}");
    }
    let named = said
        .lines()
        .find(|line| line.contains("not what firmware.elf converts to"));
    assert!(
        named.is_some_and(|line| line.contains("application.bin: segment")),
        "{said}"
    );
}

/// Another manifest, with its hash in SHA256SUMS and the development key's signature.
pub fn sign_again(folder: &Path, manifest: &str) {
    let path = folder.join("release.json");
    let sums = std::fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    let sums = sums.replace(
        &sha256_hex(std::fs::read(&path).unwrap()),
        &sha256_hex(manifest),
    );
    std::fs::write(folder.join("SHA256SUMS"), sums).unwrap();
    std::fs::write(&path, manifest).unwrap();
    std::fs::remove_file(folder.join("release.json.minisig")).unwrap();
    let mut sign = ourselves(&["keys", "sign", "--key", "trust/keys/development.key"]);
    let signed = sign.arg(folder).output().unwrap();
    assert!(signed.status.success(), "{}", text(&signed));
}
