//! `[audit]`: the builders that build releases again, and how many must agree.

use std::collections::BTreeSet;

use super::keys::{public_key, shown_id};
use super::reachable::reachable;
use super::table::{Context, Entry, Shape, Table};
use super::unique;
use super::values;
use crate::finding::{Finding, Subject};
use crate::policy::model::{Audit, Builder, KeySet, Located};
use crate::policy::schema;
use crate::rules::policy as rules;

/// `[audit]`
pub(super) fn audit(table: &Table<'_>) -> Option<Audit> {
    let threshold = table.required("threshold", values::threshold);
    let distinct = table.required("distinct", values::threshold);
    if table.entry("builders").is_none() {
        table.report_missing("builders");
        return None;
    }
    let entries = table.elements("builders")?;
    let written = entries.len();
    let threshold = reachable(
        table,
        "threshold",
        threshold,
        (written, "builders"),
        "builders",
    );
    let read = entries.into_iter();
    let builders: Vec<_> = read
        .filter_map(|entry| builder(table.context(), entry))
        .collect();
    report_repeated(table.context(), &builders);
    if builders.len() != written {
        return None;
    }
    let operators: BTreeSet<_> = builders.iter().map(|b| b.operator.value.as_str()).collect();
    let distinct = reachable(
        table,
        "distinct",
        distinct,
        (operators.len(), "operators"),
        "builders",
    )?;
    let threshold = threshold?;
    let agreeing = usize::try_from(threshold.value).unwrap_or(usize::MAX);
    let counted = "builders that must agree";
    Some(Audit {
        distinct: reachable(
            table,
            "distinct",
            Some(distinct),
            (agreeing, counted),
            "builders",
        )?,
        threshold,
        builders,
        at: table.at().clone(),
    })
}

fn builder(context: &Context<'_>, entry: Entry<'_>) -> Option<Builder> {
    let shape = Shape {
        name: "audit.builders".to_owned(),
        title: "a builder of [audit]".to_owned(),
        example: "each builder as { name = \"…\", operator = \"…\", public = \"RW…\" }".to_owned(),
        keys: schema::BUILDER_KEYS,
    };
    let table = Table::open(context, entry, &shape)?;
    let name = table.required("name", values::file_name);
    let operator = table.required("operator", values::text);
    let public = table.required("public", public_key);
    let (name, operator, public) = (name?, operator?, public?);
    Some(Builder {
        name,
        operator,
        key_id: public.value.key.key_id,
        ed25519: public.value.key.ed25519,
        public: Located {
            value: public.value.text,
            at: public.at,
        },
    })
}

/// Two builders of one name would share a folder, and one key would agree with itself.
fn report_repeated(context: &Context<'_>, builders: &[Builder]) {
    let names: Vec<_> = builders.iter().map(|b| b.name.clone()).collect();
    let next_step = "give each builder a name of its own";
    unique::report_repeated(context, &names, "the builder", String::clone, next_step);
    let keys = builders.iter().map(|builder| Located {
        value: builder.ed25519,
        at: builder.public.at.clone(),
    });
    let keys: Vec<_> = keys.collect();
    let next_step = "make a key for each builder, on it: cargo xtask keys new";
    let shown = |key: &[u8; 32]| hex::encode(key);
    unique::report_repeated(context, &keys, "the builder key", shown, next_step);
}

/// Reports each builder whose key does something else too: who signs a release must not be the one who says that
/// it can be built again.
pub(super) fn report_shared(
    context: &Context<'_>,
    audit: &Audit,
    sets: &[(&'static str, Option<&KeySet>)],
) {
    for builder in &audit.builders {
        let sets = sets.iter().filter_map(|(does, set)| Some((does, (*set)?)));
        for (does, set) in sets {
            let mut same = set.keys.iter();
            let Some(same) = same.find(|key| key.ed25519 == builder.ed25519) else {
                continue;
            };
            let id = shown_id(&builder.key_id);
            let finding = Finding::new(
                &rules::DUPLICATE,
                builder.public.at.clone(),
                "and attests here",
                format!("the key {id} {does} and attests rebuilds"),
            )
            .and_label(same.public.at.clone(), format!("{does} here"))
            .help("make a key of its own for the builder: cargo xtask keys new")
            .about(Subject::item(format!("the key {id}")));
            context.report(finding);
        }
    }
}

#[cfg(test)]
mod tests;
