//! An answer as text for people.

use trust::solve::{Answer, ChosenAnchor, Outcome, STEPS, Solution, Unmet, Unsolved};
use trust::words::counted;

use super::MOZILLA;

pub(super) fn text(answer: &Answer) -> String {
    let mut text = format!(
        "{}: every endpoint held from {} to {}, {} by {}, verifier {}\n",
        answer.product,
        answer.as_of,
        answer.service_ends,
        counted(answer.demanded.independent_paths, "path"),
        counted(answer.demanded.distinct_owners, "owner"),
        answer.verifier,
    );
    match &answer.outcome {
        Outcome::Impossible(conflict) => impossible(answer, conflict, &mut text),
        Outcome::Smallest(solution) => store("the smallest store", answer, solution, &mut text),
        Outcome::NotProvenSmallest(solution) => {
            store(&not_proven(), answer, solution, &mut text);
        }
        Outcome::Undecided => text += &format!("{}\n  = help: {FEWER}\n", undecided()),
    }
    text
}

/// The next step where the search was stopped.
pub(super) const FEWER: &str =
    "take roots out of the pool that cannot be wanted, or ask for less, and run it again";

fn not_proven() -> String {
    format!("a store, not proven to be the smallest (the search was stopped after {STEPS} steps)")
}

/// That there may be a store.
pub(super) fn undecided() -> String {
    format!("no store was found in {STEPS} steps of searching: whether there is one is not known")
}

fn store(what: &str, answer: &Answer, solution: &Solution, text: &mut String) {
    *text += &format!(
        "{what}: {} of the {} that no rule refuses, {} bytes{}\n",
        counted(solution.anchors.len(), "anchor"),
        usable(answer),
        solution.anchor_bytes,
        match solution.store_bytes {
            Some(bytes) => format!("; the whole store has {bytes}"),
            None => String::new(),
        },
    );
    for anchor in &solution.anchors {
        text.push('\n');
        about(anchor, text);
    }
    for refusal in &solution.refusals {
        *text += &format!(
            "\nthe gate refuses the policy all the same: [{}] {}\n  = help: {}\n",
            refusal.rule, refusal.message, refusal.help
        );
    }
    *text += &format!("\n{}", solution.tables);
}

/// `6 of 19 roots`
fn usable(answer: &Answer) -> String {
    format!(
        "{} of {}",
        answer.usable_roots,
        counted(answer.roots, "root")
    )
}

fn about(anchor: &ChosenAnchor, text: &mut String) {
    let owner = anchor.owner.as_deref().unwrap_or("owner not known");
    *text += &format!(
        "{} ({owner})  {} bytes, until {}\n",
        anchor.name, anchor.bytes, anchor.effective_end
    );
    let carries: Vec<_> = (anchor.carries.iter())
        .map(|carried| {
            let with = if carried.with_others {
                ", with others"
            } else {
                ""
            };
            format!(
                "{} from {} to {}{with}",
                carried.endpoint, carried.from, carried.until
            )
        })
        .collect();
    items(text, "carries", &carries);
    let without: Vec<_> = anchor.without.iter().map(ToString::to_string).collect();
    items(text, "without it", &without);
    if anchor.file.starts_with(MOZILLA) {
        let add = format!(
            "of the Mozilla set: `cargo xtask roots add {}`",
            anchor.sha256
        );
        items(text, "not in pool", &[add]);
    }
}

fn impossible(answer: &Answer, conflict: &Unsolved, text: &mut String) {
    let roots = counted(answer.roots, "root");
    *text += &match conflict.demands.as_slice() {
        [] => "no store meets the policy: there is no root to choose from\n".to_owned(),
        [_] => format!("no store of {roots} meets the policy, because none meets this:\n"),
        _ if conflict.minimal => format!(
            "no store of {roots} meets the policy, because none meets these together; without any one of them there \
             is one:\n"
        ),
        _ => format!(
            "no store of {roots} meets the policy, because none meets these together; the search for a shorter list was \
             stopped after {STEPS} steps:\n"
        ),
    };
    for demand in &conflict.demands {
        unmet(demand, text);
    }
    *text += &format!("\n  = help: {}\n", conflict.help);
}

fn unmet(unmet: &Unmet, text: &mut String) {
    let at = unmet.at.as_ref().map(|at| format!(" ({at})"));
    *text += &format!("\n{}{}\n", unmet.demand, at.unwrap_or_default());
    for evidence in &unmet.evidence {
        *text += &format!("  = {evidence}\n");
    }
}

fn items(text: &mut String, title: &str, values: &[String]) {
    for (place, value) in values.iter().enumerate() {
        let title = if place == 0 { title } else { "" };
        *text += &format!("  {title:<11} {value}\n");
    }
}
