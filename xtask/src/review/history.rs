//! Which changes of the inputs a project has seen, and the approvals that lie beside them: the facts for
//! [`trust::review::approvals`].

use std::collections::BTreeMap;
use std::sync::Arc;

use trust::channel::Channel;
use trust::date::Date;
use trust::finding::{Finding, Severity};
use trust::gate::{Inputs, Question};
use trust::policy::{self, ApproverKey, Review};
use trust::review::approval::Approval;
use trust::review::approvals::{self, Base, History, Missing, ReviewedChange};
use trust::review::{self, Changes, Effect};
use trust::source::SourceFile;
use trust::words::one_line;

use super::approvals::Folder;
use super::states::{State, States};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::git::{self, Ancestor};
use crate::project::Project;

/// What stands against the changes that led to `inputs`, which are those of the working tree of `project`. Nothing where no
/// policy of the history has a `[review]`.
///
/// # Errors
/// Approvals that cannot be read. A history that cannot be read is a finding.
pub fn findings(project: &Project, inputs: &Inputs, question: Question) -> Result<Vec<Finding>> {
    let history = history(project, inputs, question.as_of)?;
    Ok(approvals::findings(&inputs.policy, &history))
}

/// The facts, for approvals that are judged at `as_of` where a change is in no commit.
///
/// # Errors
/// As of [`findings`].
pub fn history(project: &Project, inputs: &Inputs, as_of: Date) -> Result<History> {
    let folder = Folder::read(project)?;
    let is_asked = mentions_review(&inputs.policy) || !folder.is_empty();
    let commits = match git::first_parents(&project.root) {
        Ok(commits) => commits,
        Err(failure) if is_asked => return Ok(unknown(&failure)),
        // It is no repository: nothing here asks for approvals.
        Err(_) => return Ok(folder.alone()),
    };
    // What cannot be read may have asked for approvals.
    let mut chain = match Chain::of(project, commits) {
        Ok(chain) => chain,
        Err(failure) => return Ok(unknown(&failure)),
    };
    if !is_asked && !chain.mentions_review() {
        return Ok(folder.alone());
    }
    match chain.changes(project, inputs, as_of) {
        Ok(changes) => {
            let mut history = folder.with(changes, &chain.bases());
            let judged = chain.judge(&mut history, inputs);
            Ok(judged.map_or_else(|failure| unknown(&failure), |()| history))
        }
        Err(failure) => Ok(unknown(&failure)),
    }
}

fn unknown(failure: &Failure) -> History {
    let evidence = failure.evidence.join("; ");
    let why = match evidence.is_empty() {
        true => failure.what.clone(),
        false => format!("{}: {}", failure.what, evidence.replace('\n', " ")),
    };
    let help = "get the whole history, as it was made: git fetch --unshallow; in a workflow, fetch-depth: 0";
    History {
        project: String::new(),
        changes: Err(Missing {
            why,
            help: help.to_owned(),
        }),
        approvals: Vec::new(),
        strays: Vec::new(),
    }
}

/// The first-parent history of HEAD, the oldest commit first.
struct Chain {
    commits: Vec<Ancestor>,
    /// What each commit has.
    states: Vec<State>,
    /// The policy of each commit.
    policies: Vec<Option<Arc<SourceFile>>>,
    contents: States,
}

impl Chain {
    fn of(project: &Project, commits: Vec<Ancestor>) -> Result<Self> {
        let mut contents = States::new(&project.root);
        let states = contents.of(&project.root, &commits)?;
        contents.load_policies(&states)?;
        let policies = states.iter().map(|state| contents.policy(state));
        Ok(Self {
            policies: policies.collect::<Result<_>>()?,
            commits,
            states,
            contents,
        })
    }

    fn mentions_review(&self) -> bool {
        self.policies
            .iter()
            .flatten()
            .any(|policy| mentions_review(policy))
    }

    /// What nobody can see, nobody has approved.
    fn require_whole(&self, project: &Project) -> Result<()> {
        match git::altered(&project.root)? {
            None => Ok(()),
            Some(why) => Err(Failure::new(Exit::Unreadable, why)),
        }
    }

    /// Each commit by its hash.
    fn bases(&self) -> BTreeMap<String, Base> {
        let commits = self.commits.iter().zip(&self.states).enumerate();
        let base = |(position, (commit, state)): (usize, (&Ancestor, &State))| {
            let inputs = state.name();
            (commit.commit.clone(), Base { position, inputs })
        };
        commits.map(base).collect()
    }

    /// Each change whose base asks for approvals, and which means anything; that of the working tree last.
    fn changes(
        &mut self,
        project: &Project,
        inputs: &Inputs,
        as_of: Date,
    ) -> Result<Vec<ReviewedChange>> {
        self.require_whole(project)?;
        let reviews = self.reviews();
        let mut changes = Vec::new();
        for (base, review) in reviews.iter().enumerate() {
            let Some(review) = review else { continue };
            let before = self.states[base].clone();
            let head = self.commits.get(base + 1).cloned();
            let after = self.states.get(base + 1).cloned();
            if after.as_ref() == Some(&before) {
                continue;
            }
            let (after, day) = match (after, &head) {
                (Some(after), Some(head)) => (self.contents.inputs(&after)?, day(head)?),
                _ => (inputs.clone(), as_of),
            };
            let difference = Changes::between(&self.contents.inputs(&before)?, &after);
            if difference.is_empty() {
                continue;
            }
            changes.push(ReviewedChange {
                commit: head.map(|head| head.commit),
                parent: self.commits[base].commit.clone(),
                day,
                position: base + 1,
                made_upon: before.name(),
                digest: hex::encode(difference.digest()),
                weakens: difference.weakens(),
                headline: headline(&difference),
                review: review.clone(),
            });
        }
        Ok(changes)
    }

    /// Says of the changes that do not weaken by themselves whether they do by what they come to on their day. Only where
    /// that would ask for approvals that are not there: to judge both sides takes long.
    fn judge(&mut self, history: &mut History, inputs: &Inputs) -> Result<()> {
        let approved = approvals::approved(history);
        let Ok(changes) = &mut history.changes else {
            return Ok(());
        };
        for (change, approved) in changes.iter_mut().zip(approved) {
            if !change.may_need_more_than(approved) {
                continue;
            }
            let (before, after) = (&self.states[change.position - 1], change.position);
            let before = self.contents.inputs(before)?;
            let after = match self.states.get(after) {
                Some(after) => self.contents.inputs(after)?,
                None => inputs.clone(),
            };
            let effect = Effect::of(&before, &after, on(change.day));
            if effect.weakens() {
                let difference = Changes::between(&before, &after);
                change.weakens = true;
                change.headline = Approval::headline(&review::headline(&difference, &effect));
            }
        }
        Ok(())
    }

    /// The `[review]` that counts for a change upon each commit: its own, and where that cannot be read, or there is no
    /// policy, the nearest older one.
    fn reviews(&self) -> Vec<Option<Review>> {
        let mut read: BTreeMap<*const SourceFile, Told> = BTreeMap::new();
        let mut current = None;
        let mut reviews = Vec::new();
        for policy in &self.policies {
            let told = policy.as_ref().map_or(&Told::Unreadable, |policy| {
                read.entry(Arc::as_ptr(policy))
                    .or_insert_with(|| Told::of(policy))
            });
            if let Told::Says(review) = told {
                current = review.clone();
            }
            reviews.push(current.clone());
        }
        reviews
    }
}

/// What one policy says about approvals.
enum Told {
    /// `[review]`, or that there is none.
    Says(Option<Review>),
    /// Nobody knows.
    Unreadable,
}

impl Told {
    fn of(policy: &Arc<SourceFile>) -> Self {
        let reading = policy::read(policy);
        let mut findings = reading.findings.iter();
        let is_whole = !findings.any(|finding| finding.severity == Severity::Error);
        match reading.draft.review {
            None if !is_whole => Self::Unreadable,
            review => Self::Says(review),
        }
    }
}

/// Whether a policy may have a `[review]`; a name can be written with escapes.
fn mentions_review(policy: &SourceFile) -> bool {
    policy.text.contains("review") || policy.text.contains('\\')
}

/// What `policy diff` and `policy approve` ask by default: whom the release is for is no matter of paths.
fn on(day: Date) -> Question {
    Question {
        as_of: day,
        channel: Channel::Development,
        facts_known_on: None,
    }
}

fn day(commit: &Ancestor) -> Result<Date> {
    Date::from_unix_seconds(commit.committed).ok_or_else(|| {
        Failure::new(
            Exit::Unreadable,
            format!(
                "commit {} was made in no year of the calendar",
                commit.commit
            ),
        )
    })
}

/// Most characters of a first line.
const HEADLINE: usize = 240;

/// The gravest change in words, and how many there are.
fn headline(changes: &Changes) -> String {
    let Some(first) = changes.iter().next() else {
        return "nothing changes".to_owned();
    };
    let weakens = if first.weakens.is_some() {
        "weakens: "
    } else {
        ""
    };
    let more = match changes.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    // The count is never cut off.
    let room = HEADLINE - more.len();
    one_line(&format!("{weakens}{}", first.sentence), room) + &more
}

/// Every key that somebody may have approved with.
pub(super) fn keys(changes: &[ReviewedChange]) -> Vec<ApproverKey> {
    let approvers = changes.iter().flat_map(|change| &change.review.approvers);
    approvers
        .map(|approver| approver.key.value.clone())
        .collect()
}
