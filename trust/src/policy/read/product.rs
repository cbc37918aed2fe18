//! `[product]`, `[service-life]`, `[validity]` and `[coverage]`.

use toml::de::DeValue;

use super::problem::Problem;
use super::table::Table;
use super::values::{self, Outcome};
use crate::date::Date;
use crate::finding::{Finding, Severity};
use crate::policy::model::{
    CoverageRequirement, Located, Product, ServiceLife, Validity, VerifierModel,
};
use crate::rules::policy as rules;

/// The chips that a policy can be for.
pub(super) const CHIPS: [(&str, &str); 9] = chip_words();

const fn chip_words() -> [(&'static str, &'static str); 9] {
    let mut words = [("", ""); 9];
    let mut at = 0;
    while at < 9 {
        words[at] = (Product::CHIPS[at], Product::CHIPS[at]);
        at += 1;
    }
    words
}

/// The verifier models.
pub(super) const VERIFIERS: [(&str, VerifierModel); 8] = words();

const fn words() -> [(&'static str, VerifierModel); 8] {
    let mut words = [("", VerifierModel::Perennial); 8];
    let mut at = 0;
    while at < 8 {
        words[at] = (VerifierModel::ALL[at].word(), VerifierModel::ALL[at]);
        at += 1;
    }
    words
}

/// What an anchor that leaves the root programmes weighs.
pub(super) const PROGRAMME_ENDS: &[(&str, Option<Severity>)] = &[
    ("allow", None),
    ("warn", Some(Severity::Warning)),
    ("deny", Some(Severity::Error)),
];

/// `[product]`
pub(super) fn product(table: &Table<'_>) -> Option<Product> {
    let name = table.required("name", product_name);
    let chip = table.required("chip", |value| {
        values::word(value, &CHIPS).map(str::to_owned)
    });
    let verifier = table.required("verifier", |value| values::word(value, &VERIFIERS));
    let store_sequence = table.optional("store-sequence", values::sequence);
    let name = name?;
    Some(Product {
        chip: chip?,
        verifier: verifier?,
        store_sequence: store_sequence.unwrap_or_else(|| Located {
            value: Product::FIRST_STORE_SEQUENCE,
            at: name.at.clone(),
        }),
        name,
    })
}

/// `[service-life]`
pub(super) fn service_life(table: &Table<'_>) -> Option<ServiceLife> {
    let ends = end_of_service(table);
    let longest_offline_days = table.required("longest-offline-days", values::days_at_least_one);
    Some(ServiceLife {
        ends: ends?,
        longest_offline_days: longest_offline_days?,
    })
}

/// `[validity]`
pub(super) fn validity(table: &Table<'_>) -> Option<Validity> {
    let min_remaining_days = table.required("min-remaining-days", values::days);
    let programme_end =
        table.required("programme-end", |value| values::word(value, PROGRAMME_ENDS));
    Some(Validity {
        min_remaining_days: min_remaining_days?,
        programme_end: programme_end?.value,
    })
}

/// `[coverage]`
pub(super) fn coverage(table: &Table<'_>) -> Option<CoverageRequirement> {
    let paths = table.required("independent-paths", values::paths);
    let owners = table.required("distinct-owners", values::paths);
    let said = |key| {
        table
            .optional(key, values::boolean)
            .is_some_and(|said| said.value)
    };
    let (count_private, count_rescue) = (said("count-private"), said("count-rescue"));
    let (independent_paths, distinct_owners) = (paths?, owners?);
    if distinct_owners.value > independent_paths.value {
        let paths = independent_paths.value;
        let problem = Problem::invalid(
            format!("asks for more owners than there are paths ({paths})"),
            "an owner counts only with a path of its own",
        )
        .help(format!(
            "write distinct-owners = {paths}, or ask for more independent-paths"
        ));
        table.report("distinct-owners", distinct_owners.at, problem);
        return None;
    }
    Some(CoverageRequirement {
        independent_paths,
        distinct_owners,
        count_private,
        count_rescue,
    })
}

/// Printable ASCII that fits the app descriptor: 31 bytes and a NUL.
fn product_name(value: &DeValue<'_>) -> Outcome<String> {
    const LONGEST: usize = 31;
    let name = values::text(value)?;
    if let Some(odd) = name.chars().find(|c| !matches!(c, ' '..='~')) {
        return Err(Problem::invalid(
            "must be printable ASCII: it stands in the app descriptor",
            format!("'{}' is not ASCII", odd.escape_debug()),
        )
        .help("use the letters a to z, digits and hyphens"));
    }
    if name.len() > LONGEST {
        return Err(Problem::invalid(
            format!("must be 1 to {LONGEST} characters: it stands in the app descriptor"),
            format!("{} characters", name.len()),
        )
        .help(format!("shorten it by {}", name.len() - LONGEST)));
    }
    Ok(name)
}

/// `ends`, or `last-unit-made` and `years-in-service`: one of the two, never both.
fn end_of_service(table: &Table<'_>) -> Option<Located<Date>> {
    const MADE: [&str; 2] = ["last-unit-made", "years-in-service"];
    let ends = table.optional("ends", values::date);
    let made = table.optional("last-unit-made", values::date);
    let years = table.optional("years-in-service", values::years);
    let has = |key: &&str| table.entry(key).is_some();
    match (
        table.entry("ends"),
        MADE.iter().filter(|key| has(key)).count(),
    ) {
        (Some(_), 0) => ends,
        (Some(_), _) => {
            report_both(table, MADE.into_iter().find(|key| has(key))?);
            None
        }
        (None, 0) => {
            table.report_missing("ends");
            None
        }
        (None, _) => {
            MADE.iter()
                .filter(|key| !has(key))
                .for_each(|key| table.report_missing(key));
            let (made, years) = (made?, years?);
            let value = made.value.plus_years(years.value);
            Some(Located { value, at: made.at })
        }
    }
}

fn report_both(table: &Table<'_>, other: &'static str) -> Option<()> {
    let place = |key| Some(table.context().place(table.entry(key)?.span()));
    let finding = Finding::new(
        &rules::INVALID_VALUE,
        place(other)?,
        "says it a second time",
        format!("the end of service is given twice: as `ends` and with `{other}`"),
    )
    .and_label(place("ends")?, "says it first")
    .help("keep `ends`, or keep `last-unit-made` and `years-in-service`")
    .about(crate::finding::Subject::item("service-life.ends"));
    table.context().report(finding);
    Some(())
}
