//! Words in sentences: how many there are, which one was meant, and texts of others in lines of ours.

use std::fmt::Display;

/// `1 day`, `2 days`, `0 days`: how many there are of what `one` names in the singular.
pub fn counted<N: Copy + Display + From<u8> + PartialEq>(count: N, one: &str) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {one}{plural}")
}

/// Controls, line and paragraph separators, invisible and bidirectional formatting: with them a reader sees another text than
/// the one that is there (CVE-2021-42574).
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// `text` as one line of at most `most` characters: what is invisible becomes U+FFFD, what is too long ends with `…`.
pub fn one_line(text: &str, most: usize) -> String {
    let visible = |c: char| if is_invisible(c) { '\u{fffd}' } else { c };
    let mut line: String = text.chars().map(visible).collect();
    if let Some((end, _)) = line.char_indices().nth(most) {
        let last = line[..end].char_indices().next_back();
        line.truncate(last.map_or(0, |(at, _)| at));
        line.push('…');
    }
    line
}

/// The known word that is most like `word`, if one is near enough to be what was meant: at most every fourth letter
/// is another. Upper and lower case are one, `_` is `-`.
pub fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let folded = word.to_ascii_lowercase().replace('_', "-");
    known
        .into_iter()
        .map(|candidate| (distance(&folded, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().div_ceil(4))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The beginning of a help line: "did you mean `…`? " where a known word is near enough, else nothing.
pub fn did_you_mean<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    nearest(word, known).map_or_else(String::new, |meant| format!("did you mean `{meant}`? "))
}

// Longer words cannot be near a known one, and the distance costs the product of both lengths.
fn distance(word: &str, candidate: &str) -> usize {
    if word.len() > 4 * candidate.len() {
        return usize::MAX;
    }
    strsim::osa_distance(word, &candidate.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_nothing_else_is() {
        assert_eq!(counted(1_usize, "distinct owner"), "1 distinct owner");
        assert_eq!(counted(0_u64, "path"), "0 paths");
        assert_eq!(counted(2_i64, "day"), "2 days");
        assert_eq!(counted(-1_i64, "day"), "-1 days");
    }

    #[test]
    fn a_text_of_others_stays_on_one_line() {
        assert_eq!(one_line("a\nb\u{202e}c", 9), "a\u{fffd}b\u{fffd}c");
        assert_eq!(one_line("Größe", 5), "Größe");
        assert_eq!(one_line("Größen", 5), "Größ…");
        assert_eq!(one_line("", 5), "");
    }

    #[test]
    fn the_nearest_word_is_what_a_person_meant() {
        for (typed, meant) in [
            ("nmae", Some("name")),
            ("Chip", Some("chip")),
            ("verifer", Some("verifier")),
            ("min_remaining_day", Some("min-remaining-days")),
            ("colour", None),
            ("", None),
        ] {
            let known = ["name", "chip", "verifier", "min-remaining-days"];
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
    }
}
