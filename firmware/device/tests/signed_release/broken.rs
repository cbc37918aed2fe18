//! A device is offered broken releases: none is installed, each says why.

use crate::board::{others, spare};
use crate::update::{Update, update};

/// One defect: its name, what makes it, what the device says.
pub(crate) type Row = (&'static str, fn(&mut Update), &'static str);

/// Publishes a release with a defect that was put into it before it was signed.
pub(crate) fn refused(rows: &[Row]) {
    require_refusals(rows, |defect| {
        let mut update = update();
        defect(&mut update);
        if update.server.files.is_empty() {
            update.publish();
        }
        update
    });
}

/// Runs updates that must not be installed.
pub(crate) fn require_refusals(rows: &[Row], made: impl Fn(fn(&mut Update)) -> Update) {
    let problems = rows.iter().filter_map(|(name, defect, says)| {
        let problem = refusal_problem(made(*defect), says)?;
        Some(format!("{name}: {problem}"))
    });
    let problems: Vec<String> = problems.collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// What is wrong with how a device refuses.
fn refusal_problem(mut update: Update, says: &str) -> Option<String> {
    let before = update.flash.clone();
    let said = match update.run() {
        Ok(installed) => return Some(format!("it was not refused: {installed:?}")),
        Err(said) => said,
    };
    if !said.contains(says) {
        Some(format!("it says: {said}"))
    } else if others(&update.flash) != others(&before) {
        Some("it wrote elsewhere than into the spare slot".to_owned())
    } else if spare(&update.flash)[0] == 0xE9 || update.spare_starts() {
        Some("the spare slot could be started".to_owned())
    } else {
        None
    }
}
