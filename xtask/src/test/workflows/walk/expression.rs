//! The expressions of workflows, as far as ours have any: names, and conditions of comparisons that must all hold.

use std::collections::BTreeMap;

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// What names stand for: `github.sha`, `steps.ID.outputs.NAME`, …
#[derive(Clone, Debug, Default)]
pub(super) struct Values(pub(super) BTreeMap<String, String>);

/// What became of the steps or jobs before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Before {
    Failed,
    /// One of them did not run, and none failed.
    Skipped,
    Succeeded,
}

impl Values {
    /// These pairs.
    pub(super) fn of(pairs: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(pairs.iter().map(owned).collect())
    }

    /// `text` with every `${{ name }}` replaced.
    ///
    /// # Errors
    /// A name that the walk does not know: it would be an empty text on GitHub, too, or something that nobody tried.
    pub(super) fn expand(&self, text: &str) -> Result<String> {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${{") {
            let (name, after) = after
                .split_once("}}")
                .ok_or_else(|| refused(text, "it has no end"))?;
            expanded += before;
            expanded += self.value(name.trim())?;
            rest = after;
        }
        Ok(expanded + rest)
    }

    /// Whether something with this condition runs after what was before.
    ///
    /// # Errors
    /// A condition of another form.
    pub(super) fn holds(&self, condition: Option<&str>, before: Before) -> Result<bool> {
        let Some(condition) = condition else {
            return Ok(before == Before::Succeeded);
        };
        let inside = condition.trim().strip_prefix("${{");
        let inside = inside.and_then(|rest| rest.strip_suffix("}}"));
        match inside.map(str::trim) {
            Some("!cancelled()") => Ok(true),
            Some("failure()") => Ok(before == Before::Failed),
            Some(comparisons) => Ok(before == Before::Succeeded && self.compare_all(comparisons)?),
            None => Err(refused(condition, "it is in no ${{ }}")),
        }
    }

    fn compare_all(&self, comparisons: &str) -> Result<bool> {
        let each = comparisons.split(" && ");
        let each: Vec<_> = each.map(|one| self.compare(one)).collect::<Result<_>>()?;
        Ok(each.into_iter().all(|holds| holds))
    }

    fn compare(&self, comparison: &str) -> Result<bool> {
        let parts: Vec<_> = comparison.split(' ').collect();
        let [name, operator, literal] = parts.as_slice() else {
            return Err(refused(comparison, "it is no comparison with a text"));
        };
        let literal = literal
            .strip_prefix('\'')
            .and_then(|l| l.strip_suffix('\''));
        match (*operator, literal) {
            ("==", Some(literal)) => Ok(self.value(name)? == literal),
            ("!=", Some(literal)) => Ok(self.value(name)? != literal),
            _ => Err(refused(comparison, "it is no comparison with a text")),
        }
    }

    fn value(&self, name: &str) -> Result<&str> {
        let found = self.0.get(name).map(String::as_str);
        found.ok_or_else(|| refused(name, "the walk has no value for it"))
    }
}

fn refused(expression: &str, why: &str) -> Failure {
    let what = format!("the walk does not understand {expression:?}: {why}");
    Failure::new(Exit::Unreadable, what).help("teach it in xtask/src/test/workflows/walk/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_unknown_ones_refused() {
        let values = Values::of(&[("github.sha", "abc"), ("matrix.builder", "a")]);
        let expanded = values.expand("built-${{ matrix.builder }} of ${{github.sha}}.");
        assert_eq!(expanded.unwrap(), "built-a of abc.");
        assert!(values.expand("${{ github.actor }}").is_err());
        assert!(values.expand("${{ github.sha").is_err());
    }

    #[test]
    fn conditions_ask_what_was_before() {
        use Before::{Failed, Skipped, Succeeded};
        let values = Values::of(&[("steps.a.outputs.number", "")]);
        let empty = Some("${{ steps.a.outputs.number == '' }}");
        let both = Some("${{ steps.a.outputs.number == '' && steps.a.outputs.number != '' }}");
        for (condition, before, expected) in [
            (None, Succeeded, true),
            (None, Failed, false),
            (None, Skipped, false),
            (Some("${{ failure() }}"), Skipped, false),
            (empty, Skipped, false),
            (both, Succeeded, false),
            (Some("${{ !cancelled() }}"), Failed, true),
            (Some("${{ failure() }}"), Failed, true),
            (Some("${{ failure() }}"), Succeeded, false),
            (empty, Succeeded, true),
            (empty, Failed, false),
            (
                Some("${{ steps.a.outputs.number != '' }}"),
                Succeeded,
                false,
            ),
        ] {
            let holds = values.holds(condition, before).unwrap();
            assert_eq!(holds, expected, "{condition:?} {before:?}");
        }
        for odd in ["always()", "${{ always() }}", "${{ a == b && c == d }}"] {
            assert!(values.holds(Some(odd), Succeeded).is_err(), "{odd}");
        }
    }
}
