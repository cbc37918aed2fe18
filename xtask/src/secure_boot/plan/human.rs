//! The plan, for people.

use super::budget::Budget;
use super::burns::When;
use super::{Report, Slot};

/// The whole report.
pub fn text(report: &Report) -> String {
    let mut text = format!("eFuse plan of {}\n\n", report.product);
    text += &budget(&report.budget);
    text += "\nKey slots\n";
    text.extend(report.slots.iter().map(slot));
    text += &burns(
        report,
        When::Factory,
        "Where devices are made, in this order",
    );
    text += &burns(report, When::Service, "In service");
    text += "\nWarnings\n";
    text.extend(report.warnings.iter().map(|line| format!("  - {line}\n")));
    text
}

fn budget(budget: &Budget) -> String {
    let mut text = format!(
        "Rollback steps\n  {} of {} left (secure_version {}), for {} days: {} to {}\n",
        budget.steps_left,
        budget.steps,
        budget.secure_version,
        budget.days_left,
        budget.as_of,
        budget.service_ends
    );
    text += &match budget.steps_a_year_hundredths {
        None => "  service has ended\n".to_owned(),
        Some(0) if budget.steps_left == 0 => {
            "  no release can forbid the way back to an older one any more\n".to_owned()
        }
        Some(hundredths) => format!(
            "  {}.{:02} a year: so many releases can forbid the way back to the ones before them\n",
            hundredths / 100,
            hundredths % 100
        ),
    };
    if !budget.earliest.is_empty() {
        text += "  spread evenly, not before:\n";
    }
    text.extend(
        budget
            .earliest
            .iter()
            .map(|step| format!("    {}  secure_version {}\n", step.day, step.secure_version)),
    );
    text
}

fn slot(slot: &Slot) -> String {
    let digest = slot.key_digest.as_deref();
    let digest = digest.unwrap_or("no key given");
    format!("  {}  {digest}\n", slot.slot)
}

fn burns(report: &Report, when: When, title: &str) -> String {
    let mut text = format!("\n{title}\n");
    for burn in report.burns.iter().filter(|burn| burn.when == when) {
        text += &format!("  {}\n    {}\n", burn.efuses.join(", "), burn.effect);
        if let Some(command) = &burn.command {
            text += &format!("    $ {command}\n");
        }
    }
    text
}
