//! Text whose size is known before anybody draws it.
//!
//! Widths are upper bounds: those of DejaVu Sans, the widest of the usual sans-serif fonts, rounded up. What is laid
//! out with them has room in every other.

use serde::Serialize;

/// Font size of everything but years, in pixels.
pub(in crate::forecast) const SIZE: i64 = 13;
/// From one line to the next, in pixels.
pub(in crate::forecast) const LEADING: i64 = 17;

/// A line of text in the drawing.
#[derive(Clone, Debug, Serialize)]
pub(in crate::forecast) struct Text {
    /// Left edge.
    pub(in crate::forecast) x: i64,
    /// Baseline.
    pub(in crate::forecast) y: i64,
    /// Widest that it can be.
    pub(in crate::forecast) width: i64,
    /// `name`, `quiet`, `said`, `number`.
    pub(in crate::forecast) class: &'static str,
    /// The text.
    pub(in crate::forecast) text: String,
}

impl Text {
    /// Left, top, right and bottom edge.
    #[cfg(test)]
    pub(in crate::forecast) fn edges(&self) -> (i64, i64, i64, i64) {
        (self.x, self.y - SIZE + 1, self.x + self.width, self.y + 3)
    }
}

/// The widest that a line can be, in pixels.
pub(in crate::forecast) fn width(text: &str, bold: bool) -> i64 {
    let thousandths: i64 = text.chars().map(|character| em(character, bold)).sum();
    thousandths * SIZE / 1000 + 1
}

/// Width of a character in thousandths of the font size.
fn em(character: char, bold: bool) -> i64 {
    let plain = match character {
        ' ' | '.' | ',' | ':' | ';' | 'i' | 'l' | 'j' | '\'' | '|' | '!' => 340,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' | 'I' => 430,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 1000,
        '0'..='9' | 'a'..='z' => 640,
        'A'..='Z' => 800,
        character if character.is_ascii() => 850,
        _ => 1050,
    };
    if bold { plain * 115 / 100 } else { plain }
}

/// Words in lines of at most `room` pixels. A word that is longer is broken.
pub(in crate::forecast) fn wrapped(text: &str, room: i64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in clean(text).split(' ').filter(|word| !word.is_empty()) {
        for piece in pieces(word, room) {
            let Some(line) = lines.last_mut() else {
                continue;
            };
            let joined = if line.is_empty() {
                piece.clone()
            } else {
                format!("{line} {piece}")
            };
            if line.is_empty() || width(&joined, false) <= room {
                *line = joined;
            } else {
                lines.push(piece);
            }
        }
    }
    lines
}

fn pieces(word: &str, room: i64) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for character in word.chars() {
        if let Some(piece) = pieces.last_mut() {
            piece.push(character);
            if width(piece, false) > room && piece.chars().count() > 1 {
                piece.pop();
                pieces.push(character.to_string());
            }
        }
    }
    pieces
}

/// Names come out of certificates: what would break XML, or turn the direction of a line, is shown as U+FFFD.
pub(in crate::forecast) fn clean(text: &str) -> String {
    let replaced = |character: char| match character {
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        character if character.is_control() => '\u{fffd}',
        character => character,
    };
    text.chars().map(replaced).collect()
}
