//! What one approval is worth for one change.

use std::collections::BTreeSet;

use super::history::{ReviewedChange, Signature, SignedApproval};
use crate::checks::is_published;
use crate::date::Date;
use crate::policy::{Approver, ApproverKey};
use crate::review::approval::{Approval, Defect, Line};

/// What became of an approval.
#[derive(Clone, Debug)]
pub(super) enum Fate {
    /// It counts for this change.
    Counts(String),
    /// It counts for none.
    Void(Void),
}

/// Why an approval counts for nothing. Prints as a lowercase fragment.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Void {
    /// Its last day was before the change.
    #[error("it expired {expires}, and the change is of {day}")]
    Expired {
        /// Its last day.
        expires: Date,
        /// The day of the change.
        day: Date,
    },
    /// No change of the history has its digest.
    #[error(
        "no change that needs approvals has this digest; it may be of a change that was altered since, or that is not here"
    )]
    NoSuchChange,
    /// By somebody whom the policy does not list.
    #[error("{0} is no approver in the [review] that the change was made upon")]
    NotAnApprover(String),
    /// Everybody has the key.
    #[error("the secret half of this key is published")]
    PublishedKey,
    /// By another key than the approver's.
    #[error("it is signed by another key than that of {0}")]
    OtherKey(String),
    /// Its base is in another state than the one that the change was made upon.
    #[error(
        "the same change was approved upon other inputs than it was made upon: its base is {0}"
    )]
    OtherBase(&'static str),
    /// It was given in another project of the repository.
    #[error("it is for the project in {named}, and this one is in {here}")]
    OtherProject {
        /// The folder that it names.
        named: String,
        /// The folder of this project.
        here: String,
    },
    /// Nobody signed it.
    #[error("there is no signature beside it")]
    NotSigned,
    /// The signature is not right.
    #[error("{0}")]
    Signature(String),
    /// A file that has nothing to do here.
    #[error("{0}")]
    Stray(String),
    /// One approver counts once.
    #[error("{0} approved this change already")]
    Twice(String),
    /// The text is not an approval.
    #[error("{0}")]
    Unreadable(Defect),
}

impl Fate {
    /// Before it was held against any change of the project in the folder `project`.
    pub(super) fn unseen(approval: &SignedApproval, project: &str) -> Self {
        Self::Void(match &approval.text {
            Ok(text) => require_project(text, project)
                .err()
                .unwrap_or(Void::NoSuchChange),
            Err(defect) => Void::Unreadable(*defect),
        })
    }
}

/// Who approves `change` of the project in the folder `project` with `approval`, which says `text`; `approved` are those who did already.
pub(super) fn fate<'a>(
    text: &'a Approval,
    approval: &SignedApproval,
    project: &str,
    change: &ReviewedChange,
    approved: &BTreeSet<&str>,
) -> Result<&'a str, Void> {
    require_project(text, project)?;
    require_base(approval, change)?;
    let name = &text.approver;
    let mut approvers = change.review.approvers.iter();
    let approver = approvers
        .find(|approver| approver.name.value == *name)
        .ok_or_else(|| Void::NotAnApprover(name.clone()))?;
    require_signature(approval, approver)?;
    require_in_time(text, change)?;
    if approved.contains(name.as_str()) {
        return Err(Void::Twice(name.clone()));
    }
    Ok(name)
}

/// What one team approved, another did not: digest and inputs of two projects may be the same.
fn require_project(text: &Approval, project: &str) -> Result<(), Void> {
    match text.project == project {
        true => Ok(()),
        false => Err(Void::OtherProject {
            named: text.project.clone(),
            here: project.to_owned(),
        }),
    }
}

/// The base is before the change, and what was there then is what the change was made upon.
fn require_base(approval: &SignedApproval, change: &ReviewedChange) -> Result<(), Void> {
    let base = approval.base.as_ref();
    let base = base.ok_or(Void::OtherBase("no commit that is before the change"))?;
    if base.position >= change.position {
        return Err(Void::OtherBase("no commit that is before the change"));
    }
    if base.inputs != change.made_upon {
        return Err(Void::OtherBase("a commit with other inputs"));
    }
    Ok(())
}

fn require_signature(approval: &SignedApproval, approver: &Approver) -> Result<(), Void> {
    let key = &approver.key.value;
    match &approval.signature {
        Signature::By(by) if by != key.text() => Err(Void::OtherKey(approver.name.value.clone())),
        Signature::By(_) if everybody_has(key) => Err(Void::PublishedKey),
        Signature::By(_) => Ok(()),
        Signature::Missing => Err(Void::NotSigned),
        Signature::Refused(why) => Err(Void::Signature(why.clone())),
    }
}

/// The development keys, in minisign's form; nobody publishes SSH keys of them.
fn everybody_has(key: &ApproverKey) -> bool {
    match key {
        ApproverKey::Minisign { ed25519, .. } => is_published(ed25519),
        ApproverKey::Ssh(_) => false,
    }
}

/// On its last day it counts.
fn require_in_time(text: &Approval, change: &ReviewedChange) -> Result<(), Void> {
    let (expires, day) = (text.expires, change.day);
    match expires < day {
        true => Err(Void::Expired { expires, day }),
        false => Ok(()),
    }
}

impl Void {
    /// The line of the approval that decides.
    pub(super) fn line(&self) -> Line {
        match self {
            Self::Expired { .. } => Line::Expires,
            Self::NoSuchChange => Line::Change,
            Self::NotAnApprover(_) | Self::OtherKey(_) | Self::PublishedKey | Self::Twice(_) => {
                Line::Approver
            }
            Self::OtherBase(_) => Line::Base,
            Self::OtherProject { .. } => Line::Project,
            Self::NotSigned | Self::Signature(_) | Self::Stray(_) => Line::Version,
            Self::Unreadable(defect) => defect.line,
        }
    }

    /// The next step.
    pub(super) fn help(&self) -> &'static str {
        match self {
            Self::NotSigned => {
                "sign it: ssh-keygen -Y sign -n perennial-policy-approval -f KEY FILE, which writes FILE.sig; \
                 or minisign -S -s KEY -m FILE; or delete it"
            }
            Self::Stray(_) => "remove the file: only approvals and their signatures lie here",
            Self::NoSuchChange => {
                "of a branch as a whole it counts on the merge: on the branch each commit is a change of its own; \
                 else delete it, and where the change still needs it, approve it again: cargo xtask policy approve"
            }
            Self::OtherProject { .. } => {
                "delete it; approve the change in this project: cargo xtask policy approve"
            }
            Self::Twice(_) => "delete one of the two",
            Self::PublishedKey => "list a key in [review] whose secret half one person has",
            _ => {
                "delete it; where the change still needs it, approve the change again: cargo xtask policy approve"
            }
        }
    }
}
