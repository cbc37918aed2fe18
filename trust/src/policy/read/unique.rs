//! What may stand in a policy only once.

use std::collections::BTreeMap;

use super::table::Context;
use crate::finding::{Finding, Subject};
use crate::policy::model::Located;
use crate::rules::policy as rules;

/// Reports each of `values` that was there before. `what` it is, and `shown` is the value in words.
pub(super) fn report_repeated<T: Ord>(
    context: &Context<'_>,
    values: &[Located<T>],
    what: &str,
    shown: fn(&T) -> String,
    next_step: &str,
) {
    let mut places = BTreeMap::new();
    for Located { value, at } in values {
        let first = *places.entry(value).or_insert(at);
        if first == at {
            continue;
        }
        let shown = shown(value);
        let message = format!("{what} {shown} is given twice");
        let finding = Finding::new(&rules::DUPLICATE, at.clone(), "given again here", message)
            .and_label(first.clone(), "first given here")
            .help(next_step)
            .about(Subject::item(format!("{what} {shown}")));
        context.report(finding);
    }
}
