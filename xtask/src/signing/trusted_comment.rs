//! What a signature says about what it signs, vouched for by the key.

use std::fmt;

use trust::date::Date;

use super::minisign::may_be_commented;

/// A trusted comment: one line without control characters but tabs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrustedComment(String);

/// A text with control characters: it could not be told from another line.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0} {1:?} has a control character")]
pub struct TrustedCommentError(&'static str, String);

impl TrustedComment {
    /// The comment of a release: file, product, version and release date. It has no time of signing, so that
    /// a signature is a function of key and release.
    ///
    /// # Errors
    ///
    /// A product or version with a control character.
    pub fn of_release(
        product: &str,
        version: &str,
        released: Date,
    ) -> Result<Self, TrustedCommentError> {
        for (name, value) in [("the product", product), ("the version", version)] {
            // A tab would be the beginning of another field.
            if !may_be_commented(value) || value.contains('\t') {
                return Err(TrustedCommentError(name, value.to_owned()));
            }
        }
        Ok(Self(format!(
            "file:release.json\tproduct:{product}\tversion:{version}\treleased:{released}"
        )))
    }

    /// The comment of an approval: the name of its file without the ending.
    ///
    /// # Errors
    ///
    /// A name with a control character.
    pub fn of_approval(stem: &str) -> Result<Self, TrustedCommentError> {
        if !may_be_commented(stem) || stem.contains('\t') {
            return Err(TrustedCommentError("the approval", stem.to_owned()));
        }
        Ok(Self(format!("file:{stem}.approval")))
    }
}

impl fmt::Display for TrustedComment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_release_it_is_and_cannot_be_made_to_say_two() {
        let released = "2026-07-01".parse().unwrap();
        let comment = TrustedComment::of_release("reference", "1.2.0", released).unwrap();
        assert_eq!(
            comment.to_string(),
            "file:release.json\tproduct:reference\tversion:1.2.0\treleased:2026-07-01"
        );
        for bad in ["1.2.0\tversion:9", "1.2.0\nx", "\u{1b}[2J"] {
            assert!(
                TrustedComment::of_release("reference", bad, released).is_err(),
                "{bad:?}"
            );
            assert!(
                TrustedComment::of_release(bad, "1.2.0", released).is_err(),
                "{bad:?}"
            );
        }
    }
}
