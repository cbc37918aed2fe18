//! P201 to P203: whether each change of the inputs was approved, by as many as the policy before it asks for.
//!
//! The history is a fact that the caller reads; so is whose signature verifies. Which approval counts for which change,
//! and whether there are enough, is decided here.

mod fate;
mod history;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use self::fate::Void;
pub use self::history::{Base, History, Missing, ReviewedChange, Signature, SignedApproval, Stray};

use self::fate::{Fate, fate};
use crate::finding::{self, Finding, Subject};
use crate::policy;
use crate::rules::review::{APPROVAL_VOID, CHANGE_NOT_APPROVED, HISTORY_MISSING};
use crate::source::{Location, SourceFile};
use crate::words::counted;

/// What stands against the changes of `history`, in file order. `policy` is the policy as it lies: findings about a
/// change point at its `[review]`.
pub fn findings(policy: &Arc<SourceFile>, history: &History) -> Vec<Finding> {
    let review = policy::read(policy).draft.review;
    let place = review.map_or_else(|| Location::whole(policy), |review| review.at);
    let changes = match &history.changes {
        Ok(changes) => changes,
        Err(missing) => return vec![history_missing(missing, place)],
    };
    let mut fates = unseen(history);
    let mut findings = Vec::new();
    for change in changes {
        let (approved, used) = count(change, history, &mut fates);
        if approved.len() < change.needed() {
            findings.push(not_approved(change, &approved, used, place.clone()));
        }
    }
    let approvals = history.approvals.iter().zip(&fates);
    findings.extend(approvals.filter_map(|(approval, fate)| match fate {
        Fate::Counts(_) => None,
        Fate::Void(void) => Some(approval_void(&approval.file, void)),
    }));
    let strays = history.strays.iter();
    findings
        .extend(strays.map(|stray| approval_void(&stray.file, &Void::Stray(stray.why.clone()))));
    finding::sort(&mut findings);
    findings
}

/// How many approvals count for each change of `history`, oldest first; nothing where it is missing.
pub fn approved(history: &History) -> Vec<usize> {
    let mut fates = unseen(history);
    let changes = history.changes.iter().flatten();
    changes
        .map(|change| count(change, history, &mut fates).0.len())
        .collect()
}

fn unseen(history: &History) -> Vec<Fate> {
    let approvals = history.approvals.iter();
    approvals
        .map(|approval| Fate::unseen(approval, &history.project))
        .collect()
}

/// Who approved `change`, and which older change has used an approval that would have counted here: an approval counts
/// for one change in one place of the history, which is the oldest that it fits.
fn count<'a>(
    change: &ReviewedChange,
    history: &'a History,
    fates: &mut [Fate],
) -> (BTreeSet<&'a str>, Option<String>) {
    let mut approved = BTreeSet::new();
    let mut used = None;
    for (approval, current) in history.approvals.iter().zip(fates) {
        let Ok(text) = &approval.text else { continue };
        if text.change != change.digest {
            continue;
        }
        if let Fate::Counts(older) = current {
            used = Some(older.clone());
            continue;
        }
        match fate(text, approval, &history.project, change, &approved) {
            Ok(approver) => {
                approved.insert(approver);
                *current = Fate::Counts(change.name());
            }
            Err(void) => *current = Fate::Void(void),
        }
    }
    (approved, used)
}

fn not_approved(
    change: &ReviewedChange,
    approved: &BTreeSet<&str>,
    used: Option<String>,
    place: Location,
) -> Finding {
    let (needed, found) = (change.needed(), approved.len());
    let message = format!(
        "{} has {found} of the {} that it needs: {}",
        change.name(),
        counted(needed, "approval"),
        change.headline,
    );
    let approvers = change.review.approvers.iter();
    let approvers: Vec<_> = approvers.map(|a| a.name.value.as_str()).collect();
    let finding = Finding::new(&CHANGE_NOT_APPROVED, place, "asks for approvals", message)
        .evidence("change", &change.digest)
        .evidence("needed", needed)
        .evidence("approved", found)
        .evidence(
            "approved-by",
            Vec::from_iter(approved.iter().copied()).join(", "),
        )
        .evidence("approvers", approvers.join(", "))
        .help(format!(
            "let another approver run `{}`, and commit what is signed",
            change.command()
        ))
        .about(Subject::item(format!(
            "the change {}",
            change.short_digest()
        )));
    match used {
        None => finding,
        Some(older) => finding.evidence(
            "used-already",
            format!("an approval of the same change counts for {older}"),
        ),
    }
}

fn approval_void(file: &Arc<SourceFile>, void: &Void) -> Finding {
    let message = format!("this approval counts for nothing: {void}");
    Finding::new(&APPROVAL_VOID, void.line().place(file), "void", message)
        .help(void.help())
        .about(Subject::item(&file.name))
}

fn history_missing(missing: &Missing, place: Location) -> Finding {
    let message = format!(
        "nobody knows whether the changes of this policy were approved: {}",
        missing.why
    );
    Finding::new(&HISTORY_MISSING, place, "asks for approvals", message)
        .help(&missing.help)
        .about(Subject::item("the history"))
}

#[cfg(test)]
mod tests;
