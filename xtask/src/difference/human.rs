//! The answer for people.

use super::model::{Cause, Difference, FileDifference, LeakKind, RangeDifference, StringPair};

/// Most groups of ranges that are printed of one file.
const MOST_GROUPS: usize = 40;

/// What was compared, what follows from it, then file by file; ranges that follow each other with one owner and one kind
/// of cause are one line.
pub fn human(difference: &Difference) -> String {
    let mut text = format!(
        "A {} ({})\nB {} ({})\n\n",
        difference.a.name, difference.a.kind, difference.b.name, difference.b.kind
    );
    for conclusion in &difference.conclusions {
        text += &format!("{}\n", printable(conclusion));
    }
    if difference.inputs.len() > 1 {
        text += "\nunequal inputs, in the order of their effects:\n";
        for input in &difference.inputs {
            let shown = |value: &Option<String>| printable(value.as_deref().unwrap_or("missing"));
            text += &format!(
                "  {}: {} in A, {} in B\n",
                input.name,
                shown(&input.a),
                shown(&input.b)
            );
        }
    }
    for file in &difference.files {
        text += &of_file(file);
    }
    if !difference.equal_files.is_empty() {
        text += &format!("\nequal: {}\n", difference.equal_files.join(", "));
    }
    text
}

/// Ranges that follow each other with one owner and one kind of cause.
pub(super) struct Group<'a> {
    /// The ranges.
    pub(super) ranges: Vec<&'a RangeDifference>,
}

impl<'a> Group<'a> {
    /// The groups of a file.
    pub(super) fn of(file: &'a FileDifference) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for range in &file.ranges {
            match groups.last_mut() {
                Some(group) if group.takes(range) => group.ranges.push(range),
                _ => groups.push(Self {
                    ranges: vec![range],
                }),
            }
        }
        groups
    }

    /// Only what says nothing of its own is taken in: a range with text stands alone.
    fn takes(&self, range: &RangeDifference) -> bool {
        self.ranges.last().is_some_and(|last| {
            if record(last).is_some() && record(last) == record(range) {
                return true;
            }
            let symbol = |range: &RangeDifference| {
                let symbol = range.owner.symbol.as_deref()?;
                symbol
                    .rsplit_once("+0x")
                    .map_or(Some(symbol), |(name, _)| Some(name))
                    .map(str::to_owned)
            };
            last.strings.is_empty()
                && range.strings.is_empty()
                && last.owner.name == range.owner.name
                && last.owner.section == range.owner.section
                && symbol(last) == symbol(range)
                && std::mem::discriminant(&last.cause) == std::mem::discriminant(&range.cause)
        })
    }

    /// Where, in A and in B.
    pub(super) fn place(&self) -> String {
        let spans = |pick: fn(&RangeDifference) -> super::model::Span| {
            let start = self.ranges.first().map_or(0, |range| pick(range).start);
            let end = self.ranges.last().map_or(0, |range| pick(range).end);
            (start, end)
        };
        let (a, b) = (spans(|range| range.a), spans(|range| range.b));
        let shown = |(start, end): (usize, usize)| match end.saturating_sub(start) {
            0 => format!("at 0x{start:x}"),
            _ => format!("0x{start:x}..0x{end:x}"),
        };
        match (a == b, a.0 == a.1, b.0 == b.1) {
            (true, ..) => shown(a),
            (_, true, _) => format!("{} only in B", shown(b)),
            (_, _, true) => format!("{} only in A", shown(a)),
            _ => format!("{} in A, {} in B", shown(a), shown(b)),
        }
    }

    /// How many bytes differ, and in how many ranges.
    pub(super) fn size(&self) -> String {
        let bytes = self
            .ranges
            .iter()
            .map(|range| range.a.len().max(range.b.len()));
        let bytes: usize = bytes.sum();
        match self.ranges.len() {
            1 => trust::words::counted(bytes, "byte"),
            ranges => format!(
                "{} in {ranges} ranges",
                trust::words::counted(bytes, "byte")
            ),
        }
    }

    /// Owner of the first range, or of the record that is there on one side only.
    pub(super) fn owner(&self) -> String {
        if let (true, Some((name, _))) = (
            self.ranges.len() > 1,
            self.ranges.first().and_then(|first| record(first)),
        ) {
            return format!("{name}, the whole record");
        }
        self.ranges
            .first()
            .map_or(String::new(), |range| range.owner.words())
    }

    /// Cause of the first range.
    pub(super) fn cause(&self) -> String {
        self.ranges
            .first()
            .map_or(String::new(), |range| range.cause.words())
    }

    /// The texts around.
    pub(super) fn strings(&self) -> impl Iterator<Item = &'a StringPair> {
        let ranges = self.ranges.clone();
        ranges.into_iter().flat_map(|range| &range.strings)
    }

    /// Whether the first range is explained.
    pub(super) fn explained(&self) -> bool {
        self.ranges.iter().all(|range| range.explained)
    }
}

/// The record of a trust store that a range is a field of, when only one side has it; and which side.
fn record(range: &RangeDifference) -> Option<(&str, bool)> {
    let one_sided = range.a.is_empty() != range.b.is_empty();
    let in_store = range.owner.class == "trust store" && one_sided;
    let (name, _) = range.owner.name.rsplit_once(": ").filter(|_| in_store)?;
    Some((name, range.a.is_empty()))
}

fn of_file(file: &FileDifference) -> String {
    let groups = Group::of(file);
    let ranges = file.ranges.len() + file.omitted;
    let mut text = format!("\n{} ({})\n", file.name, file.kind.words());
    for (side, identity) in [("A", &file.a), ("B", &file.b)] {
        text += &match identity {
            Some(identity) => format!(
                "  {side}: {} bytes, SHA-256 {}\n",
                identity.bytes, identity.sha256
            ),
            None => format!("  {side}: missing\n"),
        };
    }
    if ranges > 0 {
        let classes = file
            .by_class
            .iter()
            .map(|(class, bytes)| format!("{class} {bytes}"));
        let classes: Vec<String> = classes.collect();
        text += &format!(
            "  {}; bytes by class: {}\n",
            trust::words::counted(ranges, "range"),
            classes.join(", ")
        );
    }
    // What is not explained comes first: nobody must miss it behind a thousand moved addresses.
    let (open, closed): (Vec<&Group<'_>>, Vec<&Group<'_>>) =
        groups.iter().partition(|group| !group.explained());
    for group in open.iter().chain(&closed).take(MOST_GROUPS) {
        text += &of_group(group);
    }
    let left = groups.len().saturating_sub(MOST_GROUPS);
    if left > 0 || file.omitted > 0 {
        text += &format!(
            "  and {} more; `--format json` lists them\n",
            trust::words::counted(left + file.omitted, "line")
        );
    }
    text
}

fn of_group(group: &Group<'_>) -> String {
    let mut text = format!(
        "\n  {} ({}): {}\n      {}\n",
        group.place(),
        group.size(),
        printable(&group.owner()),
        printable(&group.cause())
    );
    for pair in group.strings() {
        let leak = pair.leak.map_or("text", LeakKind::words);
        for (side, string) in [("A", &pair.a), ("B", &pair.b)] {
            if let Some(string) = string {
                text += &format!("      {leak} in {side}: \"{string}\"\n");
            }
        }
    }
    text
}

/// Names of anchors and symbols come out of files: nothing of them moves a cursor.
pub(super) fn printable(text: &str) -> String {
    let shown = |letter: char| match letter.is_control() {
        true => letter.escape_default().to_string(),
        false => letter.to_string(),
    };
    text.chars().map(shown).collect()
}

/// The kind of a cause in one word.
pub(super) const fn word(cause: &Cause) -> &'static str {
    match cause {
        Cause::Changed => "unexplained",
        Cause::Consequence { .. } => "consequence",
        Cause::Damage { .. } => "damage",
        Cause::Input { .. } => "input",
        Cause::Leak { .. } => "leak",
        Cause::Moved { .. } => "moved",
    }
}
