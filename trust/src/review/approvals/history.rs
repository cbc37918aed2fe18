//! What the caller read: the changes of a history, and the approvals that lie beside the policy.

use std::sync::Arc;

use crate::date::Date;
use crate::policy::Review;
use crate::review::approval::{Approval, Defect};
use crate::source::SourceFile;

/// The changes that somebody must approve, and what was approved.
#[derive(Clone, Debug)]
pub struct History {
    /// The folder of the project, as [`Approval::project`].
    pub project: String,
    /// Each change whose base has a `[review]`, oldest first; the working tree last. `Err`: they cannot be followed.
    pub changes: Result<Vec<ReviewedChange>, Missing>,
    /// The approvals, by the names of their files.
    pub approvals: Vec<SignedApproval>,
    /// Files among the approvals that are none.
    pub strays: Vec<Stray>,
}

/// Why a history cannot be followed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Missing {
    /// A lowercase fragment.
    pub why: String,
    /// The next step.
    pub help: String,
}

/// A change of the inputs, judged as a whole against what was before it.
#[derive(Clone, Debug)]
pub struct ReviewedChange {
    /// The commit that brought it; `None`: it is in no commit yet.
    pub commit: Option<String>,
    /// The commit before it.
    pub parent: String,
    /// The day at which its approvals are judged: of the commit, as its committer wrote it; the release date for a change
    /// that is in no commit.
    pub day: Date,
    /// How many commits are before it.
    pub position: usize,
    /// Names the inputs that it was made upon: the same name stands for the same inputs.
    pub made_upon: String,
    /// Digest of the semantic difference, 64 hexadecimal digits.
    pub digest: String,
    /// Whether it weakens: by itself, or by what it comes to on its day.
    pub weakens: bool,
    /// The first line of the difference.
    pub headline: String,
    /// What counts: the `[review]` of the inputs that it was made upon.
    pub review: Review,
}

/// An approval with what is known of it.
#[derive(Clone, Debug)]
pub struct SignedApproval {
    /// The file, `trust/approvals/….approval`.
    pub file: Arc<SourceFile>,
    /// What it says.
    pub text: Result<Approval, Defect>,
    /// Who signed it.
    pub signature: Signature,
    /// Where its base is; `None`: the history has no such commit.
    pub base: Option<Base>,
}

/// What the signature beside an approval is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Signature {
    /// It verifies, by this key: as [`crate::policy::ApproverKey::text`] has it.
    By(String),
    /// There is none.
    Missing,
    /// There is one, and it is not right: a lowercase fragment.
    Refused(String),
}

/// A commit of the history.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Base {
    /// How many commits are before it.
    pub position: usize,
    /// Names its inputs, as [`ReviewedChange::made_upon`].
    pub inputs: String,
}

/// A file among the approvals that is none.
#[derive(Clone, Debug)]
pub struct Stray {
    /// The file.
    pub file: Arc<SourceFile>,
    /// Why it is none: a lowercase fragment.
    pub why: String,
}

impl ReviewedChange {
    /// How many approvals it needs.
    pub fn needed(&self) -> usize {
        let needed = if self.weakens {
            &self.review.weakening
        } else {
            &self.review.other
        };
        usize::try_from(needed.value).unwrap_or(usize::MAX)
    }

    /// Whether more than `approved` approvals would be asked for if it weakened, which it does not by itself.
    pub fn may_need_more_than(&self, approved: usize) -> bool {
        let (weakening, other) = (self.review.weakening.value, self.review.other.value);
        let is_enough = usize::try_from(weakening).is_ok_and(|weakening| weakening <= approved);
        !self.weakens && weakening > other && !is_enough
    }

    /// For people: the commit, or that it is in none.
    pub(super) fn name(&self) -> String {
        match &self.commit {
            Some(commit) => format!("commit {}", short(commit)),
            None => "what is not committed".to_owned(),
        }
    }

    /// What an approver types.
    pub(super) fn command(&self) -> String {
        let range = match &self.commit {
            Some(commit) => format!("{} {} ", short(&self.parent), short(commit)),
            None => String::new(),
        };
        format!("cargo xtask policy approve {range}--as NAME --expires DATE")
    }

    /// The part of the digest that names files.
    pub(super) fn short_digest(&self) -> &str {
        self.digest.get(..16).unwrap_or(&self.digest)
    }
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}
