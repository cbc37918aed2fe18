//! What may stand in a policy only once.

use crate::finding::{Finding, Subject};
use crate::policy::model::Located;
use crate::rules::policy as rules;

use super::table::Context;

/// Reports each of `values` that was there before. `what` it is, and `shown` is the value in words.
pub(super) fn report_repeated<T: PartialEq>(
    context: &Context<'_>,
    values: &[Located<T>],
    what: &str,
    shown: fn(&T) -> String,
    next_step: &str,
) {
    for (index, later) in values.iter().enumerate() {
        let first = values
            .iter()
            .take(index)
            .find(|earlier| earlier.value == later.value);
        let Some(first) = first else {
            continue;
        };
        let shown = shown(&later.value);
        let finding = Finding::new(
            &rules::DUPLICATE,
            later.at.clone(),
            "given again here",
            format!("{what} {shown} is given twice"),
        )
        .and_label(first.at.clone(), "first given here")
        .help(next_step)
        .about(Subject::item(format!("{what} {shown}")));
        context.report(finding);
    }
}
