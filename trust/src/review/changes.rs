//! The difference in meaning between two sets of inputs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::change::{Change, ChangeKind};
use super::state::{Identity, Item, State, Value};
use super::subject::{Section, Subject};
use super::weakening::Why;
use super::{digest, sentence, weakening};
use crate::gate::Inputs;
use crate::source::SourceFile;

/// What is different in meaning, and whether anything is different at all.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Changes {
    list: Vec<Change>,
    first: bool,
    texts_differ: bool,
}

impl Changes {
    /// What `head` changes of `base`. Policies with mistakes are compared as far as they can be read; what could not be
    /// read counts as different where its text is. An empty policy file is one that is not there: nothing weakens against
    /// none at all.
    pub fn between(base: &Inputs, head: &Inputs) -> Self {
        let (mut before, mut after) = (State::default(), State::default());
        let mut texts_differ = false;
        for (files, read) in GROUPS {
            let (old, new) = (files(base), files(head));
            // What is the same text means the same: a history is mostly that.
            if old != new {
                texts_differ = true;
                read(&mut before, old);
                read(&mut after, new);
            }
        }
        let first = is_absent(&base.policy) && !is_absent(&head.policy);
        let mut list = differences(&before, &after);
        list.retain(|change| !is_implied(change, &before, &after));
        if first {
            list.iter_mut().for_each(weakens_nothing);
        }
        let weight = |change: &Change| (change.weakens.is_none(), change.weakens);
        list.sort_by(|a, b| weight(a).cmp(&weight(b)).then_with(|| order(a, b)));
        Self {
            list,
            first,
            texts_differ,
        }
    }

    /// Each change: those that weaken first, the gravest first of all.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.list.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether nothing is different in meaning.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether some change weakens by itself, on whatever day.
    pub fn weakens(&self) -> bool {
        self.list.iter().any(|change| change.weakens.is_some())
    }

    /// Whether the base has no policy and the head has one.
    pub fn is_first_policy(&self) -> bool {
        self.first
    }

    /// Whether the files differ, in meaning or not.
    pub fn texts_differ(&self) -> bool {
        self.texts_differ
    }

    /// SHA-256 of what is different in meaning, in a form of its own: the same for files that mean the same, another for
    /// anything else, on any day.
    pub fn digest(&self) -> [u8; 32] {
        digest::of(&self.list)
    }
}

type Files = fn(&Inputs) -> &[Arc<SourceFile>];
type Read = fn(&mut State, &[Arc<SourceFile>]);

/// The kinds of files, and how each is read.
const GROUPS: [(Files, Read); 5] = [
    (
        |inputs| std::slice::from_ref(&inputs.policy),
        State::add_policy,
    ),
    (|inputs| &inputs.anchors, State::add_candidates),
    (|inputs| &inputs.calendar, State::add_facts),
    (|inputs| &inputs.endpoints, State::add_captures),
    (|inputs| &inputs.releases, State::add_releases),
];

fn is_absent(policy: &SourceFile) -> bool {
    policy.text.trim().is_empty()
}

/// An order that follows from what was added and removed: the rest is as it was, and one endpoint more is the last.
fn is_implied(change: &Change, before: &State, after: &State) -> bool {
    let names = |state: &State| {
        let order = state.items.get(&(Section::EndpointOrder, String::new()))?;
        match order.first()?.fields.get("endpoints")? {
            Value::List(names) => Some(names.clone()),
            _ => None,
        }
    };
    let (Some(old), Some(new)) = (names(before), names(after)) else {
        return false;
    };
    let (kept, added): (Vec<_>, Vec<_>) = new.iter().partition(|name| old.contains(name));
    let stayed = old.iter().filter(|name| new.contains(name));
    change.subject.section == Section::EndpointOrder
        && added.len() <= 1
        && stayed.eq(kept)
        && (added.is_empty() || added.last() == new.last().as_ref())
}

/// What cannot be read is grave in a first policy, too.
fn weakens_nothing(change: &mut Change) {
    change.weakens = change.weakens.filter(|why| *why == Why::Unreadable);
}

fn order(a: &Change, b: &Change) -> std::cmp::Ordering {
    let key = |change: &Change| (change.subject.clone(), change.field, change.kind);
    key(a)
        .cmp(&key(b))
        .then_with(|| (&a.before, &a.after).cmp(&(&b.before, &b.after)))
}

fn differences(before: &State, after: &State) -> Vec<Change> {
    let identities: BTreeSet<&Identity> = before.items.keys().chain(after.items.keys()).collect();
    let none = Vec::new();
    let mut found = Vec::new();
    for identity in identities {
        let of = |state: &State| {
            let mut items = state.items.get(identity).unwrap_or(&none).clone();
            items.sort();
            items
        };
        let (mut old, mut new) = (of(before), of(after));
        remove_common(&mut old, &mut new);
        let pairs = old.len().max(new.len());
        for place in 0..pairs {
            found.extend(of_pair(identity, old.get(place), new.get(place)));
        }
    }
    found
}

/// Takes away what is in both lists: what is left are those that differ.
fn remove_common(old: &mut Vec<Item>, new: &mut Vec<Item>) {
    old.retain(|item| match new.iter().position(|other| other == item) {
        Some(at) => {
            new.remove(at);
            false
        }
        None => true,
    });
}

fn of_pair(identity: &Identity, old: Option<&Item>, new: Option<&Item>) -> Vec<Change> {
    let Some(name) = new.or(old).map(|item| item.name.clone()) else {
        return Vec::new();
    };
    let subject = Subject {
        section: identity.0,
        identity: identity.1.clone(),
        name,
    };
    match (old, new) {
        (Some(old), Some(new)) => of_fields(&subject, &old.fields, &new.fields),
        _ => vec![of_whole(subject, old, new)],
    }
}

fn of_whole(subject: Subject, old: Option<&Item>, new: Option<&Item>) -> Change {
    let kind = match old {
        None => ChangeKind::Added,
        Some(_) => ChangeKind::Removed,
    };
    Change {
        kind,
        weakens: weakening::of_item(subject.section, kind, new),
        sentence: sentence::of_item(&subject, kind, new.or(old)),
        subject,
        field: None,
        before: old.map(Item::to_string),
        after: new.map(Item::to_string),
    }
}

type Fields = BTreeMap<&'static str, Value>;

fn of_fields(subject: &Subject, old: &Fields, new: &Fields) -> Vec<Change> {
    let names: BTreeSet<&'static str> = old.keys().chain(new.keys()).copied().collect();
    let differ = names
        .into_iter()
        .filter(|name| old.get(name) != new.get(name));
    differ
        .flat_map(|name| match (old.get(name), new.get(name)) {
            (Some(Value::Set(old)), Some(Value::Set(new))) => of_set(subject, name, old, new),
            (old, new) => vec![of_value(subject, name, old, new)],
        })
        .collect()
}

fn of_set(
    subject: &Subject,
    field: &'static str,
    old: &BTreeSet<String>,
    new: &BTreeSet<String>,
) -> Vec<Change> {
    let added = new
        .difference(old)
        .map(|element| (ChangeKind::Added, element));
    let removed = old
        .difference(new)
        .map(|element| (ChangeKind::Removed, element));
    let change = |(kind, element): (ChangeKind, &String)| Change {
        kind,
        weakens: weakening::of_element(subject.section, field, kind),
        sentence: sentence::of_element(subject, field, kind, element),
        subject: subject.clone(),
        field: Some(field),
        before: (kind == ChangeKind::Removed).then(|| element.clone()),
        after: (kind == ChangeKind::Added).then(|| element.clone()),
    };
    added.chain(removed).map(change).collect()
}

fn of_value(
    subject: &Subject,
    field: &'static str,
    old: Option<&Value>,
    new: Option<&Value>,
) -> Change {
    Change {
        kind: match (old, new) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Removed,
            _ => ChangeKind::Changed,
        },
        weakens: weakening::of_value(subject.section, field, old, new),
        sentence: sentence::of_value(subject, field, old, new),
        subject: subject.clone(),
        field: Some(field),
        before: old.map(Value::to_string),
        after: new.map(Value::to_string),
    }
}

impl Section {
    /// Whether there is but one of it, so that it needs no name.
    pub(super) fn is_single(self) -> bool {
        matches!(
            self,
            Self::Policy
                | Self::Product
                | Self::ServiceLife
                | Self::Validity
                | Self::EndpointOrder
                | Self::Coverage
                | Self::Signing
                | Self::Rescue
                | Self::Audit
        )
    }
}
