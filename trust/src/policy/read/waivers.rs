//! `[[waiver]]`.

use super::endpoints::known_endpoint;
use super::problem::{Problem, shortened};
use super::sections::Sections;
use super::table::Table;
use super::values;
use crate::finding::{Finding, Subject};
use crate::policy::model::{Located, Waiver};
use crate::policy::schema;
use crate::rules::{self, policy as policy_rules};

/// What makes a waiver somebody's decision.
const ANSWERABLE: [&str; 3] = ["owner", "reason", "expires"];

/// Reads the waivers; `endpoints` are the names they may refer to.
pub(super) fn waivers(sections: &Sections<'_, '_>, endpoints: &[Located<String>]) -> Vec<Waiver> {
    let tables = sections.tables(&schema::WAIVER);
    tables
        .into_iter()
        .filter_map(|table| waiver(table, endpoints))
        .collect()
}

fn waiver(table: Table<'_>, endpoints: &[Located<String>]) -> Option<Waiver> {
    let code = table.required("code", values::text);
    let code_text = code.as_ref().map(|code| code.value.clone());
    let table = table.about(Subject::item(code_text.unwrap_or_default()));
    report_incomplete(&table);
    let anchor = table.optional("anchor", values::text);
    let named = table.optional("endpoint", values::text);
    let asks_for_endpoint = named.is_some();
    let endpoint = named.and_then(|name| known_endpoint(&table, endpoints, name));
    // A selector that is wrong must not widen the waiver to everything.
    let widened = table.entry("anchor").is_some() != anchor.is_some()
        || table.entry("endpoint").is_some() != asks_for_endpoint
        || asks_for_endpoint != endpoint.is_some();
    if widened {
        return None;
    }
    Some(Waiver {
        code: known_code(&table, code?),
        anchor,
        endpoint,
        owner: present(&table, "owner")
            .then(|| table.optional("owner", values::text))
            .flatten(),
        reason: present(&table, "reason")
            .then(|| table.optional("reason", values::text))
            .flatten(),
        expires: present(&table, "expires")
            .then(|| table.optional("expires", values::date))
            .flatten(),
        at: table.at().clone(),
    })
}

/// Whether the value of `key` is there and not blank.
fn present(table: &Table<'_>, key: &str) -> bool {
    let entry = table.entry(key);
    entry.is_some_and(|entry| {
        entry
            .value
            .as_str()
            .is_none_or(|text| !text.trim().is_empty())
    })
}

fn report_incomplete(table: &Table<'_>) {
    let missing: Vec<_> = ANSWERABLE
        .into_iter()
        .filter(|key| !present(table, key) && !table.may_have_lost(key))
        .collect();
    if missing.is_empty() {
        return;
    }
    let list = missing.join(", ");
    let finding = Finding::new(
        &policy_rules::WAIVER_INCOMPLETE,
        table.at().clone(),
        format!("without {list}"),
        format!("the waiver has no {}", missing.join(" and no ")),
    )
    .evidence("missing", list)
    .help("say who answers for it (owner), why (reason) and until which day (expires)")
    .about(table.subject().clone());
    table.context().report(finding);
}

/// The code as the rule's id, however it was written; an unknown one is reported.
fn known_code(table: &Table<'_>, code: Located<String>) -> Located<String> {
    if let Some(rule) = rules::find(&code.value) {
        return Located {
            value: rule.id.to_owned(),
            at: code.at,
        };
    }
    let all = rules::all();
    let words = all.iter().flat_map(|rule| [rule.id, rule.slug]);
    let help = match schema::nearest(&code.value, words).and_then(rules::find) {
        Some(meant) => format!("did you mean \"{}\" ({})?", meant.id, meant.slug),
        None => "copy the code from the finding; `cargo xtask explain` lists them".to_owned(),
    };
    let shown = shortened(&code.value);
    let problem = Problem::invalid(
        format!("\"{shown}\" is not a rule: this waiver covers nothing"),
        "no rule has this code",
    )
    .of(&policy_rules::WAIVER_UNKNOWN_CODE)
    .help(help);
    table.report("code", code.at.clone(), problem);
    code
}
