//! What an auditor wants to know first.

use std::collections::BTreeSet;

use trust::words::counted;

use super::artefact::FileKind;
use super::is_own;
use super::model::{Cause, Difference, FileDifference, RangeDifference};

/// Classes of bytes that run, or that code reads.
const PROGRAM: [&str; 3] = ["code", "data", "read-only data"];

/// The conclusions, the most important first.
pub(super) fn of(difference: &Difference) -> Vec<String> {
    if difference.equal {
        return vec!["equal, byte for byte".to_owned()];
    }
    let mut conclusions = Vec::new();
    if let Some(input) = difference.inputs.first() {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "missing".to_owned());
        let (a, b) = (shown(&input.a), shown(&input.b));
        conclusions.push(format!(
            "first unequal input: {}: {a} in A, {b} in B",
            input.name
        ));
    }
    conclusions.extend(difference.files.iter().filter_map(program));
    let ranges = || difference.files.iter().flat_map(|file| &file.ranges);
    let leaks = ranges()
        .filter(|range| matches!(range.cause, Cause::Leak { .. }))
        .count();
    if leaks > 0 {
        let leaks = counted(leaks, "range");
        conclusions.push(format!(
            "{leaks} hold something of the machine that built them"
        ));
    }
    let damaged = ranges()
        .filter(|range| matches!(range.cause, Cause::Damage { .. }))
        .count();
    if damaged > 0 {
        let damaged = counted(damaged, "range");
        conclusions.push(format!(
            "{damaged} not what the file itself demands: damaged, or tampered with"
        ));
    }
    let missing = difference
        .files
        .iter()
        .filter(|file| file.a.is_none() || file.b.is_none());
    conclusions.extend(missing.map(|file| {
        let side = if file.a.is_none() { "B" } else { "A" };
        format!("only {side} has {}", file.name)
    }));
    let unexplained = difference
        .files
        .iter()
        .filter(|file| !file.explained)
        .count();
    conclusions.push(match unexplained {
        0 => "every range is explained".to_owned(),
        count => format!("{} NOT explained", counted(count, "file")),
    });
    conclusions
}

/// What can be said of the program in an image.
fn program(file: &FileDifference) -> Option<String> {
    if !matches!(
        file.kind,
        FileKind::ApplicationImage | FileKind::FlashImage | FileKind::Elf
    ) {
        return None;
    }
    let name = &file.name;
    let is_program = |range: &&RangeDifference| PROGRAM.contains(&range.owner.class.as_str());
    let program: Vec<&RangeDifference> = file.ranges.iter().filter(is_program).collect();
    let own = program.iter().filter(|range| is_own(&range.cause)).count();
    let classes: BTreeSet<&str> = file
        .ranges
        .iter()
        .map(|range| range.owner.class.as_str())
        .collect();
    let signature_only = !classes.is_empty() && classes.iter().all(|class| *class == "signature");
    let elf_hash = file
        .ranges
        .iter()
        .find(|range| range.owner.name.ends_with("SHA-256 of the ELF file"));
    let because = elf_hash.map_or(String::new(), |range| match &range.cause {
        Cause::Changed => "; the ELF hash differs and nothing at hand says why: give the folders of both releases, or both ELF files".to_owned(),
        cause => format!("; the ELF hash differs: {}", cause.words()),
    });
    Some(match (signature_only, program.len(), own) {
        (true, ..) => format!("{name}: the unsigned image is identical; only signatures differ"),
        (_, 0, _) => format!("{name}: code and data identical{because}"),
        (_, moved, 0) => format!(
            "{name}: code and data identical but for {} that name what moved{because}",
            counted(moved, "range")
        ),
        (_, _, own) => format!("{name}: code or data differs in {}", counted(own, "range")),
    })
}

/// The sections in which two ELF files differ, in words.
pub(super) fn sections(file: &FileDifference) -> String {
    let own = file.ranges.iter().filter(|range| is_own(&range.cause));
    let of = |range: &RangeDifference| {
        let section = range.owner.section.clone();
        section.unwrap_or_else(|| range.owner.name.clone())
    };
    let mut names: BTreeSet<String> = own.map(of).collect();
    if names.is_empty() {
        names = file.ranges.iter().map(of).collect();
    }
    let names: Vec<String> = names.into_iter().collect();
    names.join(", ")
}
