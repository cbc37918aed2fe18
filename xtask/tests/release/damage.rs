//! Bits that flip, files that are missing, changed or too many: `verify` never passes, and says where.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use xtask::project::Project;
use xtask::verify::{Evidence, StoredFile, steps, trusted_policy};

use super::place::{copy, files, root, verify};

/// Positions that are tried in each file; all of them where a file has fewer bits.
const POSITIONS: usize = 20_000;

/// Positions of each file for which the whole program runs.
const WHOLE_PROGRAM: usize = 8;

#[test]
fn every_flipped_bit_is_refused_by_name() {
    let originals = files();
    assert_eq!(originals.len(), 9, "{:?}", originals.keys());
    std::thread::scope(|scope| {
        let (large, small): (Vec<_>, Vec<_>) =
            originals.keys().partition(|name| *name == "flash.bin");
        for names in [large, small] {
            let originals = &originals;
            scope.spawn(move || {
                names
                    .into_iter()
                    .for_each(|name| flip_bits(originals, name))
            });
        }
    });
}

/// Flips sampled bits of one file, one at a time.
fn flip_bits(originals: &BTreeMap<String, Vec<u8>>, name: &str) {
    let project = Project { root: root() };
    let policy = trusted_policy(&project).unwrap();
    let stored = |bytes: &Vec<u8>| Rc::new(StoredFile::new(bytes.clone()));
    let good: BTreeMap<String, Rc<StoredFile>> = originals
        .iter()
        .map(|(name, bytes)| (name.clone(), stored(bytes)))
        .collect();
    assert!(
        steps(&Evidence::new(&project, &policy.signing, good.clone())).all(|step| step.passed())
    );

    let mut bytes = originals[name].clone();
    let bits = bytes.len() * 8;
    let mut fields: BTreeMap<String, usize> = BTreeMap::new();
    for bit in sample(bits) {
        bytes[bit / 8] ^= 1 << (bit % 8);
        let damaged = Rc::new(StoredFile::new(bytes));
        let mut files = good.clone();
        files.insert(name.to_owned(), Rc::clone(&damaged));
        let examined = catch_unwind(AssertUnwindSafe(|| {
            let evidence = Evidence::new(&project, &policy.signing, files);
            steps(&evidence).find(|step| !step.passed())
        }));
        let step = examined.unwrap_or_else(|_| panic!("{name}: bit {bit}: verify panics"));
        let step = step.unwrap_or_else(|| panic!("{name}: bit {bit}: verify passes"));
        let problem = step
            .problems
            .iter()
            .find(|problem| problem.artefact == name);
        let problem = problem
            .unwrap_or_else(|| panic!("{name}: bit {bit}: not named in {:?}", step.problems));
        assert!(!problem.field.is_empty(), "{name}: bit {bit}: {problem:?}");
        *fields.entry(problem.field.clone()).or_default() += 1;
        bytes = Rc::into_inner(damaged).unwrap().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    println!(
        "{name}: {} bits flipped, {} different fields named",
        sample(bits).len(),
        fields.len()
    );
}

/// Evenly spread bits: [`POSITIONS`] of them, or all.
fn sample(bits: usize) -> impl ExactSizeIterator<Item = usize> {
    let count = bits.min(POSITIONS);
    (0..count).map(move |index| index * bits / count)
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
