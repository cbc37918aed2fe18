//! Byte accounting: each byte of an image belongs to one part, and nothing else is in it.

use std::collections::BTreeMap;

use trust::rules::verification::IMAGE_WRONG;

use super::Evidence;
use super::problem::Problem;
use crate::image::accounting::{Accounting, Class, Summary};
use crate::release::manifest::ArtefactKind;
use crate::secure_boot;

/// The image with a signature sector, where a release has one.
const SIGNED: &str = secure_boot::FILE_NAME;

type Read = fn(&[u8]) -> Accounting;

/// The images of a release, by file name.
fn images(evidence: &Evidence<'_>) -> Vec<(&'static str, Accounting)> {
    let known: [(&str, Read); 3] = [
        (
            ArtefactKind::ApplicationImage.file_name(),
            Accounting::of_application,
        ),
        (SIGNED, Accounting::of_application),
        (ArtefactKind::FlashImage.file_name(), Accounting::of_flash),
    ];
    let there = known.into_iter();
    there
        .filter_map(|(name, read)| Some((name, read(evidence.bytes(name)?))))
        .collect()
}

/// The tables of all images, for machines.
pub(super) fn summaries(evidence: &Evidence<'_>) -> BTreeMap<&'static str, Summary> {
    let images = images(evidence).into_iter();
    images
        .map(|(name, accounting)| (name, accounting.summary()))
        .collect()
}

/// Nothing is unexplained, and the classes add up to the file.
pub(super) fn check(evidence: &Evidence<'_>) -> (String, Vec<Problem>) {
    let images = images(evidence);
    let summaries: Vec<(&str, Summary)> = images
        .iter()
        .map(|(name, accounting)| (*name, accounting.summary()))
        .collect();
    let mut problems = Vec::new();
    for (name, accounting) in &images {
        problems.extend(accounting.unexplained().iter().map(|found| {
            let message = format!("{} bytes of it are nothing that is known", found.bytes);
            Problem::new(&IMAGE_WRONG, name, found.field.to_string(), message)
        }));
    }
    for (name, summary) in &summaries {
        if !summary.adds_up() {
            let message = format!("the classes do not add up to its {} bytes", summary.bytes);
            problems.push(Problem::new(&IMAGE_WRONG, name, "byte accounting", message));
        }
    }
    (table(&summaries), problems)
}

/// A row for each class, a column for each image.
fn table(summaries: &[(&str, Summary)]) -> String {
    let unexplained: usize = summaries
        .iter()
        .map(|(_, summary)| summary.unexplained)
        .sum();
    let mut text = format!("{unexplained} unexplained\n{:16}", "");
    for (name, _) in summaries {
        text += &format!(" {name:>22}");
    }
    let row = |label: &str, value: &dyn Fn(&Summary) -> usize| {
        let values = summaries
            .iter()
            .map(|(_, summary)| format!(" {:>22}", value(summary)));
        format!("\n{label:16}{}", values.collect::<String>())
    };
    for class in Class::ALL {
        let of = |summary: &Summary| summary.by_class.get(&class).copied().unwrap_or_default();
        if summaries.iter().any(|(_, summary)| of(summary) > 0) {
            text += &row(class.words(), &of);
        }
    }
    text += &row("unexplained", &|summary| summary.unexplained);
    text + &row("bytes in all", &|summary| summary.bytes)
}
