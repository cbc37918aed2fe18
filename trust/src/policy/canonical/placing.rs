//! Which comments belong to the file, and which to the section before them.

use std::collections::BTreeMap;

use super::comments::{Above, Paragraph};
use super::document::Block;

/// The comments that belong to no section or key.
pub(super) struct OfFile {
    /// At the top of the file.
    pub(super) top: Vec<Paragraph>,
    /// At its end.
    pub(super) end: Vec<Paragraph>,
}

/// Takes the comments out that belong to the file, and gives each section those that directly follow it.
/// `trailing` is what stands behind the last section.
pub(super) fn place(root: &mut Block, mut trailing: Above) -> OfFile {
    let top = take_top(root);
    let mut positions = Vec::new();
    collect_positions(root, &mut positions);
    positions.sort_unstable();
    let last = positions.last().copied();
    let mut tails = BTreeMap::new();
    if last.is_some() || !root.lines.is_empty() {
        tails.extend(trailing.take_last_tail().map(|tail| (last, tail)));
    }
    let before: BTreeMap<isize, Option<isize>> = positions
        .iter()
        .enumerate()
        .map(|(index, position)| {
            (
                *position,
                index
                    .checked_sub(1)
                    .and_then(|before| positions.get(before).copied()),
            )
        })
        .collect();
    let has_lines = !root.lines.is_empty();
    take_tails(root, &before, has_lines, &mut tails);
    if let Some(tail) = tails.remove(&None) {
        root.tail = Some(tail);
    }
    give_tails(root, &mut tails);
    OfFile {
        top,
        end: trailing.paragraphs,
    }
}

/// What the first thing of the file has above it, but for what describes that thing.
fn take_top(root: &mut Block) -> Vec<Paragraph> {
    if let Some(first) = root.lines.iter_mut().min_by_key(|line| line.position) {
        return first.above.take_file_header();
    }
    let mut positions = Vec::new();
    collect_positions(root, &mut positions);
    let first = positions.into_iter().min();
    first
        .and_then(|first| find(root, first))
        .map_or(Vec::new(), |block| block.above.take_file_header())
}

fn collect_positions(block: &Block, positions: &mut Vec<isize>) {
    for below in &block.below {
        positions.extend(Some(below.position).filter(|position| *position >= 0));
        collect_positions(below, positions);
    }
}

fn find(block: &mut Block, position: isize) -> Option<&mut Block> {
    block.below.iter_mut().find_map(|below| {
        if below.position == position {
            Some(below)
        } else {
            find(below, position)
        }
    })
}

fn take_tails(
    block: &mut Block,
    before: &BTreeMap<isize, Option<isize>>,
    has_lines: bool,
    tails: &mut BTreeMap<Option<isize>, Paragraph>,
) {
    for below in &mut block.below {
        let section = before.get(&below.position).copied();
        if let Some(section) = section.filter(|section| section.is_some() || has_lines) {
            tails.extend(below.above.take_tail().map(|tail| (section, tail)));
        }
        take_tails(below, before, has_lines, tails);
    }
}

fn give_tails(block: &mut Block, tails: &mut BTreeMap<Option<isize>, Paragraph>) {
    for below in &mut block.below {
        if let Some(tail) = tails.remove(&Some(below.position)) {
            below.tail = Some(tail);
        }
        give_tails(below, tails);
    }
}
