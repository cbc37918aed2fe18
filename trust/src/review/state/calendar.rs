//! The facts of the calendar, in whichever file they stand.

use std::sync::Arc;

use super::value::{identity, quoted};
use super::{Item, State};
use crate::calendar::{
    Calendar, CertificateFact, ChainFact, EventFact, EventKind, Evidence, LifecycleRule, Named,
    OwnerFact, Removal, RootFact,
};
use crate::review::subject::Section;
use crate::source::SourceFile;

impl State {
    /// The facts of `trust/calendar/`.
    pub(in crate::review) fn add_facts(&mut self, files: &[Arc<SourceFile>]) {
        let (calendar, findings) = Calendar::read(files);
        self.add_unreadable(files, &findings);
        for fact in calendar.owners() {
            self.add(Section::Owner, &fact.name, of_owner(fact));
        }
        for fact in calendar.lifecycle_rules() {
            let item = of_rule(fact);
            self.add(Section::LifecycleRule, item.name.clone(), item);
        }
        for fact in calendar.roots() {
            self.add(Section::Root, hex::encode(fact.sha256), of_root(fact));
        }
        for fact in calendar.certificates() {
            let identity = hex::encode(fact.sha256);
            self.add(Section::Certificate, identity, of_certificate(fact));
        }
        for fact in calendar.events() {
            self.add(Section::Event, of_which_event(fact), of_event(fact));
        }
        for fact in calendar.chains() {
            let from = fact.from.to_string();
            let parts = [&fact.owner, &fact.profile, fact.key_type.word(), &from];
            self.add(Section::Chain, identity(&parts.map(Some)), of_chain(fact));
        }
    }
}

fn of_owner(fact: &OwnerFact) -> Item {
    let OwnerFact {
        name,
        organisations,
        leaf_days,
        evidence,
    } = fact;
    let item = Item::new(name)
        .set("organisations", organisations)
        .maybe(*leaf_days, |item, days| item.number("leaf-days", days));
    with_evidence(item, evidence)
}

/// The days of making that it covers say which rule it is.
fn of_rule(fact: &LifecycleRule) -> Item {
    let LifecycleRule {
        programmes,
        key_created_from,
        key_created_until,
        removal,
        evidence,
    } = fact;
    let item = Item::new(format!("for keys made from {key_created_from}"))
        .day("key-created-from", *key_created_from)
        .set("programmes", programmes)
        .maybe(*key_created_until, |item, day| {
            item.day("key-created-until", day)
        });
    let item = match removal {
        Removal::On(day) => item.day("removal", *day),
        Removal::YearsAfter(years) => item.number("removal-years", *years),
    };
    with_evidence(item, evidence)
}

fn of_root(fact: &RootFact) -> Item {
    let RootFact {
        name,
        sha256,
        owner,
        not_after,
        key_created,
        effective_end,
        programmes,
        evidence,
    } = fact;
    let item = Item::new(name)
        .text("name", name)
        .text("sha256", hex::encode(sha256))
        .text("owner", owner)
        .day("not-after", *not_after)
        .maybe(*key_created, |item, day| item.day("key-created", day))
        .maybe(*effective_end, |item, day| item.day("effective-end", day))
        .maybe(programmes.as_ref(), |item, list| {
            item.set("programmes", list)
        });
    with_evidence(item, evidence)
}

fn of_certificate(fact: &CertificateFact) -> Item {
    let CertificateFact {
        subject,
        issuer,
        key,
        signature,
        not_before,
        not_after,
        serial,
        sha256,
        spki_sha256,
        revoked,
        evidence,
    } = fact;
    let item = Item::new(format!("{subject} signed by {issuer}"))
        .text("subject", subject)
        .text("issuer", issuer)
        .text("key", key)
        .text("signature", signature)
        .day("not-before", *not_before)
        .day("not-after", *not_after)
        .text("serial", serial)
        .text("sha256", hex::encode(sha256))
        .text("spki-sha256", hex::encode(spki_sha256))
        .maybe(*revoked, |item, day| item.day("revoked", day));
    with_evidence(item, evidence)
}

/// What happens to what says which event it is: its date may move.
fn of_which_event(fact: &EventFact) -> String {
    let named = [&fact.retires, &fact.introduces].map(|list| {
        let names: Vec<_> = list.iter().map(|one| Some(one.name.as_str())).collect();
        identity(&names)
    });
    let kind = EventKind::ALL.iter().find(|(kind, _)| *kind == fact.kind);
    let kind = kind.map(|(_, word)| *word);
    identity(&[kind, Some(&fact.owner), Some(&named[0]), Some(&named[1])])
}

fn of_event(fact: &EventFact) -> Item {
    let EventFact {
        date,
        owner,
        kind,
        programmes,
        retires,
        introduces,
        days,
        evidence,
    } = fact;
    let item = Item::new("")
        .word("kind", kind)
        .day("date", *date)
        .text("owner", owner)
        .set("programmes", programmes)
        .set("retires", retires.iter().map(named))
        .set("introduces", introduces.iter().map(named))
        .maybe(*days, |item, days| item.number("days", days));
    let mut item = with_evidence(item, evidence);
    let names = |list: &[Named]| {
        let names: Vec<_> = list.iter().map(|one| one.name.as_str()).collect();
        names.join(", ")
    };
    let kind = item.fields.get("kind").map(ToString::to_string);
    item.name = format!("{} of {owner}", kind.unwrap_or_default());
    for (word, list) in [("retires", retires), ("introduces", introduces)] {
        if !list.is_empty() {
            item.name.push_str(&format!(", {word} {}", names(list)));
        }
    }
    item
}

fn of_chain(fact: &ChainFact) -> Item {
    let ChainFact {
        owner,
        profile,
        key_type,
        from,
        issuers,
        path,
        root,
        evidence,
    } = fact;
    let name = format!("{owner}, {profile}, {}, from {from}", key_type.word());
    let item = Item::new(name)
        .text("owner", owner)
        .text("profile", profile)
        .text("key-type", key_type.word())
        .day("from", *from)
        .set("issuers", issuers.iter().map(named))
        .list("path", path.iter().map(named))
        .maybe(root.as_ref(), |item, root| item.text("root", named(root)));
    with_evidence(item, evidence)
}

/// A certificate or key that a fact names: words and hashes.
fn named(named: &Named) -> String {
    let Named {
        name,
        sha256,
        spki_sha256,
        unrecorded,
        at: _,
    } = named;
    let mut text = quoted(name);
    for (key, hash) in [("sha256", sha256), ("spki-sha256", spki_sha256)] {
        if let Some(hash) = hash {
            text.push_str(&format!(" {key} {}", hex::encode(hash)));
        }
    }
    if *unrecorded {
        text.push_str(" unrecorded");
    }
    text
}

fn with_evidence(item: Item, evidence: &Evidence) -> Item {
    let Evidence {
        confidence,
        source,
        announced,
        superseded,
        note,
        at: _,
    } = evidence;
    item.word("confidence", confidence)
        .text("source", source)
        .maybe(*announced, |item, day| item.day("announced", day))
        .maybe(*superseded, |item, day| item.day("superseded", day))
        .maybe(note.as_ref(), |item, note| item.text("note", note))
}
