//! Text around a difference: what it says, and whether it tells something of the machine that built it.

use std::ops::Range;

use super::model::{LeakKind, StringPair};

/// Most bytes of text that are shown before and behind a difference.
const AROUND: usize = 60;
/// Most bytes of a text that are shown.
const MOST: usize = 200;
/// Shorter runs of printable bytes are chance.
const SHORTEST: usize = 6;
/// What a unix time begins with, from 2017 to 2033.
const UNIX_TIMES: Range<u64> = 1_500_000_000..2_000_000_000;

/// The text around a difference, in one of the files.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Text(String);

/// The texts around `a` and `b`, where at least one of the two is text.
pub(super) fn pair(
    bytes_a: &[u8],
    a: &Range<usize>,
    bytes_b: &[u8],
    b: &Range<usize>,
) -> Option<(Option<Text>, Option<Text>)> {
    let (mut one, mut other) = (around(bytes_a, a), around(bytes_b, b));
    // Where one side has nothing, its text is shown only as the rest of the other's.
    if a.is_empty() && !is_rest_of(bytes_a, a, bytes_b, b) {
        one = None;
    }
    if b.is_empty() && !is_rest_of(bytes_b, b, bytes_a, a) {
        other = None;
    }
    (one.is_some() || other.is_some()).then_some((one, other))
}

/// Whether the bytes around `gap`, which is empty, are those around `range` of the other file.
fn is_rest_of(bytes: &[u8], gap: &Range<usize>, other: &[u8], range: &Range<usize>) -> bool {
    const ENOUGH: usize = 3;
    let before =
        |bytes: &[u8], at: usize| bytes.get(at.saturating_sub(ENOUGH)..at).map(<[u8]>::to_vec);
    let after = |bytes: &[u8], at: usize| bytes.get(at..at + ENOUGH).map(<[u8]>::to_vec);
    before(bytes, gap.start) == before(other, range.start)
        && after(bytes, gap.end) == after(other, range.end)
}

/// What the texts tell, and the texts as they are shown.
pub(super) fn shown(one: Option<&Text>, other: Option<&Text>) -> StringPair {
    StringPair {
        leak: leak(one, other),
        a: one.map(Text::escaped),
        b: other.map(Text::escaped),
    }
}

impl Text {
    /// Whether `value` stands in it.
    pub(super) fn has(&self, value: &str) -> bool {
        !value.is_empty() && self.0.contains(value)
    }

    /// Safe for a terminal: printable ASCII, everything else escaped.
    fn escaped(&self) -> String {
        self.0
            .escape_default()
            .to_string()
            .replace("\\'", "'")
            .replace("\\\"", "\"")
    }
}

/// The run of printable bytes that `range` lies in, cut to what is near.
fn around(bytes: &[u8], range: &Range<usize>) -> Option<Text> {
    let is_text = |byte: &u8| (0x20..0x7F).contains(byte) || *byte == b'\t';
    let limit = range.end.min(range.start.saturating_add(MOST));
    let inner = bytes.get(range.start..limit)?;
    let before = bytes.get(..range.start)?.iter().rev();
    let before = before.take(AROUND).take_while(|byte| is_text(byte)).count();
    if !inner.iter().all(is_text) {
        // The text that ends in the difference, or the longest in it.
        let ending = inner.iter().take_while(|byte| is_text(byte)).count();
        let run = bytes.get(range.start - before..range.start + ending)?;
        let is_told = ending > 0 && run.len() >= SHORTEST;
        let ending = is_told.then(|| Text(String::from_utf8_lossy(run).into_owned()));
        return ending.or_else(|| within(inner));
    }
    let after = bytes.get(limit..)?.iter();
    let after = after.take(AROUND).take_while(|byte| is_text(byte)).count();
    let run = bytes.get(range.start - before..limit + after)?;
    (run.len() >= SHORTEST).then(|| Text(String::from_utf8_lossy(run).into_owned()))
}

/// The longest run of printable bytes within a difference that is not all text.
fn within(inner: &[u8]) -> Option<Text> {
    let is_text = |byte: &u8| (0x20..0x7F).contains(byte);
    let runs = inner.split(|byte| !is_text(byte));
    let longest = runs.max_by_key(|run| run.len())?;
    (longest.len() >= 2 * SHORTEST).then(|| Text(String::from_utf8_lossy(longest).into_owned()))
}

/// What the two texts tell: the first kind of which they do not have the same.
fn leak(one: Option<&Text>, other: Option<&Text>) -> Option<LeakKind> {
    type Find = fn(&str) -> Vec<&str>;
    let kinds: [(LeakKind, Find); 5] = [
        (LeakKind::AbsolutePath, paths),
        (LeakKind::UserAtHost, users),
        (LeakKind::Date, dates),
        (LeakKind::Time, times),
        (LeakKind::UnixTime, unix_times),
    ];
    let of = |text: Option<&'_ Text>, find: Find| -> Vec<String> {
        let found = text.map(|text| find(&text.0)).unwrap_or_default();
        found.into_iter().map(str::to_owned).collect()
    };
    let differs = |(_, find): &&(LeakKind, Find)| of(one, *find) != of(other, *find);
    kinds.iter().find(differs).map(|(kind, _)| *kind)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let ends = |letter: char| letter.is_whitespace() || "\"'`()[]{}<>,;|=".contains(letter);
    text.split(ends).filter(|word| !word.is_empty())
}

/// Absolute paths with at least two folders or a folder and a file.
fn paths(text: &str) -> Vec<&str> {
    let is_path = |path: &&str| {
        let mut parts = path.split('/').skip(1);
        let is_name = |part: &str| {
            let allowed =
                |letter: char| letter.is_ascii_alphanumeric() || "._-+@~:%".contains(letter);
            !part.is_empty() && part.chars().all(allowed)
        };
        parts.next().is_some_and(is_name) && parts.next().is_some_and(is_name)
    };
    let drive = |word: &str| {
        let bytes = word.as_bytes();
        bytes.first().is_some_and(u8::is_ascii_alphabetic) && word.get(1..3) == Some(":\\")
    };
    // A path in the middle of a word begins behind a colon or after text that cannot be a part of it.
    let start = |word: &str| -> Option<usize> {
        let at = word.find('/')?;
        let scheme = word.get(at..at + 2) == Some("//");
        let relative = at > 0
            && word
                .get(..at)?
                .ends_with(|last: char| last.is_ascii_alphanumeric() || ".-_/".contains(last));
        (!scheme && !relative).then_some(at)
    };
    words(text)
        .filter_map(|word| {
            if drive(word) {
                Some(word)
            } else {
                word.get(start(word)?..).filter(is_path)
            }
        })
        .collect()
}

/// `user@host`.
fn users(text: &str) -> Vec<&str> {
    let is_name = |name: &str| {
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
        name.len() >= 2
            && name.chars().all(allowed)
            && name.starts_with(|first: char| first.is_ascii_lowercase())
    };
    let is_user = |word: &&str| {
        word.split_once('@')
            .is_some_and(|(user, host)| is_name(user) && is_name(host))
    };
    words(text).filter(is_user).collect()
}

/// `2026-07-01`, and `Jul  1 2026` as C compilers write it.
fn dates(text: &str) -> Vec<&str> {
    let iso = forms(text, "0000-00-00").into_iter();
    let mut found: Vec<&str> = iso
        .filter(|date| date.starts_with("19") || date.starts_with("20"))
        .collect();
    const MONTHS: [&str; 12] = [
        "Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ",
        "Dec ",
    ];
    for month in MONTHS {
        let starts = text.match_indices(month).map(|(at, _)| at);
        found.extend(
            starts
                .filter_map(|at| text.get(at..at + 11))
                .filter(|date| {
                    let year = date.get(7..).unwrap_or_default();
                    year.starts_with("20") && year.bytes().all(|byte| byte.is_ascii_digit())
                }),
        );
    }
    found
}

fn times(text: &str) -> Vec<&str> {
    forms(text, "00:00:00")
}

fn unix_times(text: &str) -> Vec<&str> {
    let is_time = |number: &&str| {
        let milliseconds = number.len() == 13;
        let seconds = number.parse::<u64>().ok();
        seconds.is_some_and(|n| UNIX_TIMES.contains(&if milliseconds { n / 1000 } else { n }))
    };
    text.split(|letter: char| !letter.is_ascii_digit())
        .filter(is_time)
        .collect()
}

/// Where `text` has digits as `form` has zeros, with no digit before and behind.
fn forms<'a>(text: &'a str, form: &str) -> Vec<&'a str> {
    let fits = |window: &[u8]| {
        let pairs = window.iter().zip(form.bytes());
        pairs.clone().count() == form.len()
            && pairs.into_iter().all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                other => *byte == other,
            })
    };
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    let windows = bytes.windows(form.len()).enumerate();
    windows
        .filter(|(at, window)| {
            fits(window) && !is_digit(at.checked_sub(1)) && !is_digit(Some(at + form.len()))
        })
        .filter_map(|(at, _)| text.get(at..at + form.len()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leak_of(a: &str, b: &str) -> Option<LeakKind> {
        leak(Some(&Text(a.to_owned())), Some(&Text(b.to_owned())))
    }

    #[test]
    fn what_a_text_tells_is_told() {
        for (a, b, expected) in [
            (
                "at /home/ada/src/main.rs:3",
                "at /home/bob/src/main.rs:3",
                Some(LeakKind::AbsolutePath),
            ),
            (
                r"C:\build\a.rs",
                r"C:\other\a.rs",
                Some(LeakKind::AbsolutePath),
            ),
            ("src/main.rs", "src/other.rs", None),
            ("https://a.example/x/y", "https://b.example/x/y", None),
            (
                "built by ada@host1",
                "built by ada@host2",
                Some(LeakKind::UserAtHost),
            ),
            ("built 2026-07-01", "built 2026-07-02", Some(LeakKind::Date)),
            (
                "built Jul  1 2026",
                "built Jul  2 2026",
                Some(LeakKind::Date),
            ),
            ("at 12:34:56", "at 12:34:57", Some(LeakKind::Time)),
            ("at 1795332583", "at 1795332584", Some(LeakKind::UnixTime)),
            ("1.2.3", "1.2.4", None),
            (
                "/home/ada/x on 2026-07-01",
                "/home/ada/x on 2026-07-02",
                Some(LeakKind::Date),
            ),
        ] {
            assert_eq!(leak_of(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn text_is_escaped_for_terminals() {
        let text = Text("a\tb \u{1b}[31m".to_owned());
        assert_eq!(text.escaped(), "a\\tb \\u{1b}[31m");
    }

    #[test]
    fn the_run_around_a_difference_is_found_and_bounded() {
        let bytes = b"\0\0hello world\0\0";
        let found = around(bytes, &(5..7)).unwrap();
        assert_eq!(found.0, "hello world");
        assert_eq!(around(b"\0\0\x01ab\0", &(3..4)), None);
        let found = around(b"\0user 48620\n\0\x01\0", &(6..14)).unwrap();
        assert_eq!(found.0, "user 48620");
        assert_eq!(around(b"\0a text \x01\x02\x03\0", &(8..10)), None);
        let long = vec![b'x'; 10_000];
        assert!(around(&long, &(0..10_000)).unwrap().0.len() <= MOST + 2 * AROUND);
    }
}
