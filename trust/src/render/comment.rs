//! Text of certificates and policies inside comments of generated files.

use crate::words::is_invisible;

/// `text` on one line, with nothing in it that a Rust, C, C++ or PEM reader could take for anything but the
/// text of a comment.
///
/// A certificate's name is chosen by whoever made the certificate. `*/` ends a C comment; `\` at the end of a
/// line, and its trigraph `??/`, continue a `//` comment; `-----BEGIN` starts a certificate for mbedTLS,
/// wherever it stands; bidirectional controls make a reviewer see another text than the compiler (CVE-2021-42574).
/// The harmful characters become `<U+XXXX>`.
pub(super) fn comment(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut previous = None;
    for c in text.trim().chars() {
        if is_harmful(c) || previous.is_some_and(|previous| is_harmful_pair(previous, c)) {
            safe.push_str(&format!("<U+{:04X}>", u32::from(c)));
            previous = None;
        } else {
            safe.push(c);
            previous = Some(c);
        }
    }
    safe
}

/// What is invisible, and the backslash.
fn is_harmful(c: char) -> bool {
    c == '\\' || is_invisible(c)
}

fn is_harmful_pair(first: char, second: char) -> bool {
    matches!(
        (first, second),
        ('*', '/') | ('/', '*') | ('?', '?') | ('-', '-')
    )
}
