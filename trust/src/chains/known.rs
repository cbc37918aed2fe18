//! Captured chains as they were known on a day.

use super::{Captured, Chains};
use crate::date::Date;

/// What stands before the day in the first lines of a file that `endpoints capture` wrote.
const CAPTURED: &str = ", captured ";

/// What begins a certificate: comments are before it.
const FIRST_CERTIFICATE: &str = "-----BEGIN";

impl Chains {
    /// Without the chains that were captured after `day`: nobody knew then what they show. The day is the one that the file
    /// says, and never before the notBefore of the first certificate, also where the file says none.
    pub fn forget_after(&mut self, day: Date) {
        let known = |captured: &Captured| captured.known_since().is_none_or(|since| since <= day);
        self.by_path.retain(|_, captured| known(captured));
    }
}

impl Captured {
    fn known_since(&self) -> Option<Date> {
        let first = self.certificates.first()?;
        let said = captured_on(&first.at.file.text);
        Some(said.map_or(first.not_before, |day| day.max(first.not_before)))
    }
}

/// The day that the comments at the beginning of a captured chain say.
pub(crate) fn captured_on(text: &str) -> Option<Date> {
    let comments = text.split(FIRST_CERTIFICATE).next()?;
    let (_, rest) = comments.split_once(CAPTURED)?;
    rest.get(..10)?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use crate::chains::Chains;
    use crate::date::Date;
    use crate::policy;
    use crate::source::SourceFile;

    const POLICY: &str = include_str!("../../fixtures/forecast/deploy-the-fleet/policy.toml");
    /// Its leaf begins 2024-05-25; no comment says when it was captured.
    const CAPTURE: &str = include_str!(
        "../../fixtures/forecast/deploy-the-fleet/trust/endpoints/updates-2024-05.pem"
    );

    /// Whether the capture with `comment` above it counts with what was known on `day`.
    fn counts(comment: &str, day: &str) -> bool {
        let path = "endpoints/updates.pem";
        let named = format!("leaf-days = 90\nchains = [\"{path}\"]");
        let text = POLICY.replacen("leaf-days = 90", &named, 1);
        let policy = policy::read(&SourceFile::new("policy.toml", text)).draft;
        let file = SourceFile::new(format!("trust/{path}"), format!("{comment}{CAPTURE}"));
        let (mut chains, findings) = Chains::read(&[file], &policy);
        assert!(findings.is_empty(), "{findings:?}");
        chains.forget_after(day.parse::<Date>().unwrap());
        chains.at(path).is_some()
    }

    #[test]
    fn a_capture_is_known_from_the_day_on_which_it_was_made() {
        assert!(!counts("", "2024-05-24"));
        assert!(counts("", "2024-05-25"));
        let later = "# Sent by ota.example.com, captured 2024-06-02: as sent, leaf first.\n";
        assert!(!counts(later, "2024-06-01"));
        assert!(counts(later, "2024-06-02"));
        // Nobody captured a leaf before it began.
        let earlier = later.replace("2024-06-02", "2024-01-01");
        assert!(!counts(&earlier, "2024-05-24"));
        assert!(counts(&earlier, "2024-05-25"));
    }
}
