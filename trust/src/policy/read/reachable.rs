//! Numbers of people and machines that must agree: no more than there are.

use super::problem::Problem;
use super::table::Table;
use crate::policy::model::Located;

/// The number of key `key`, if there are as many of `what`; else `None`, which is reported. `who` would have to be added.
pub(super) fn reachable(
    table: &Table<'_>,
    key: &'static str,
    number: Option<Located<u32>>,
    (there, what): (usize, &'static str),
    who: &str,
) -> Option<Located<u32>> {
    let number = number?;
    if usize::try_from(number.value).is_ok_and(|needed| needed <= there) {
        return Some(number);
    }
    let problem = Problem::invalid(
        format!("asks for {} of {there} {what}", number.value),
        format!("more than there are {what}"),
    )
    .help(format!("lower it to {there} at most, or add {who}"))
    .evidence(what, there.to_string());
    table.report(key, number.at, problem);
    None
}
