//! The table of rules: every code a finding can carry, with its page.
//!
//! A code is a contract. Its id and slug never change their meaning and are never used again; `since`
//! says which release brought it. Each rule has a failing fixture and a passing twin below
//! `trust/fixtures/rules/<id>-<slug>/`, and a test fails when one of them is missing.

use crate::finding::Severity;

pub mod anchors;
pub mod certificates;
pub mod endpoints;
pub mod inspection;
pub mod ledger;
pub mod pins;
pub mod policy;
pub mod rendering;
pub mod review;
pub mod signing;
pub mod verification;

/// One rule.
#[derive(Debug, Eq, PartialEq)]
pub struct Rule {
    /// Family letter and number: `A103`.
    pub id: &'static str,
    /// The name in words: `anchor-ends-in-service`.
    pub slug: &'static str,
    /// What a finding of it weighs unless the policy says otherwise.
    pub severity: Severity,
    /// The release that brought it.
    pub since: &'static str,
    /// The page `explain` prints: Markdown with the sections of [`PAGE_SECTIONS`].
    pub page: &'static str,
}

/// The sections that every page has, in this order.
pub const PAGE_SECTIONS: [&str; 4] = [
    "## What it does",
    "## Why it matters",
    "## Example",
    "## Use instead",
];

/// Every rule, ordered by id.
pub fn all() -> Vec<&'static Rule> {
    let families = [
        anchors::FAMILY,
        endpoints::FAMILY,
        certificates::FAMILY,
        inspection::FAMILY,
        ledger::FAMILY,
        pins::FAMILY,
        policy::FAMILY,
        rendering::FAMILY,
        review::FAMILY,
        signing::FAMILY,
        verification::FAMILY,
    ];
    let mut rules: Vec<_> = families.concat();
    rules.sort_by_key(|rule| rule.id);
    rules
}

/// The rule with this id or slug.
pub fn find(id_or_slug: &str) -> Option<&'static Rule> {
    all()
        .into_iter()
        .find(|rule| rule.id.eq_ignore_ascii_case(id_or_slug) || rule.slug == id_or_slug)
}

/// Declares the rules of one family; the doc comment of a rule is its page.
macro_rules! rules {
    ($($(#[doc = $page:literal])+ $name:ident = $id:literal $slug:literal $severity:ident since $since:literal;)*) => {
        $(
            $(#[doc = $page])+
            pub static $name: $crate::rules::Rule = $crate::rules::Rule {
                id: $id,
                slug: $slug,
                severity: $crate::finding::Severity::$severity,
                since: $since,
                page: concat!($($page, "\n"),+),
            };
        )*
        /// The rules of this family.
        pub(super) const FAMILY: &[&$crate::rules::Rule] = &[$(&$name),*];
    };
}
pub(crate) use rules;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_slugs_are_unique_and_well_formed() {
        let rules = all();
        let families = "ABEIKLPRSV";
        for rule in &rules {
            let (family, number) = rule.id.split_at(1);
            assert!(
                families.contains(family) && number.len() == 3 && number.parse::<u16>().is_ok(),
                "{}",
                rule.id
            );
            assert!(
                rule.slug
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{}",
                rule.slug
            );
            let same = |other: &&&Rule| other.id == rule.id || other.slug == rule.slug;
            assert_eq!(
                rules.iter().filter(same).count(),
                1,
                "{} {}",
                rule.id,
                rule.slug
            );
        }
    }

    #[test]
    fn every_page_has_every_section_in_order() {
        for rule in all() {
            let heading = format!(" # {} {}\n", rule.id, rule.slug);
            assert!(
                rule.page.starts_with(&heading),
                "{}: the page must begin with{heading}",
                rule.id
            );
            let positions: Vec<_> = PAGE_SECTIONS
                .iter()
                .map(|section| rule.page.find(section))
                .collect();
            assert!(
                positions.iter().all(Option::is_some) && positions.is_sorted(),
                "{}: {positions:?}",
                rule.id
            );
        }
    }
}
