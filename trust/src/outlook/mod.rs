//! When devices with some trust material go dark, without any policy.
//!
//! Who the servers belong to is not known, so each CA owner is asked about: until when does a device with these anchors reach a
//! server that sends what this owner's customers send? Where the calendar has the owner's chains the coverage engine answers. Of
//! other owners it is known only that their servers lead to their roots: *assumed* until the last of these ends. Devices go dark
//! when the last owner is lost.

mod findings;
mod identity;
mod reach;
#[cfg(test)]
mod tests;

pub use reach::configured_model;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::anchors::Certificate;
use crate::calendar::{Calendar, End, EndCause, KeyType};
use crate::coverage::Level;
use crate::date::Date;
use crate::finding::Finding;
use crate::hierarchy::{Builder, Hierarchy};
use crate::material::{Form, Material, Place};
use crate::policy::VerifierModel;
use crate::sdkconfig::Sdkconfig;
use crate::verifier::Behaviour;

/// What is known of the world.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The calendar.
    pub calendar: &'a Calendar,
    /// Known roots: what entries of bundles are matched with.
    pub pool: &'a [Certificate],
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The day that is asked about.
    pub as_of: Date,
    /// Last day on which the devices are needed; where it is not said, going dark is no error before it happens.
    pub until: Option<Date>,
    /// Only servers with certificates of this owner; see [`Facts::owner`].
    pub owner: Option<String>,
    /// How the device verifies, where somebody says it; else it follows from the form of the material.
    pub verifier: Option<VerifierModel>,
    /// The device's configuration, where there is one.
    pub sdkconfig: Option<Sdkconfig>,
}

/// The answer for one file.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The day that was asked about.
    pub as_of: Date,
    /// Every anchor, by place.
    pub anchors: Vec<Identified>,
    /// The anchors as devices search them, one for each way of verifying.
    pub stores: Vec<StoreOutlook>,
    /// Every finding, in order of severity and then place.
    pub findings: Vec<Finding>,
}

/// An anchor, as far as it is known.
#[derive(Clone, Debug)]
pub struct Identified {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// How it is written.
    pub form: Form,
    /// Offset of the bundle or store that it is in.
    pub within: Option<usize>,
    /// DER of its subject.
    pub subject: Vec<u8>,
    /// SHA-256 of its certificate, where that is known.
    pub sha256: Option<crate::policy::Sha256>,
    /// SHA-256 of its key.
    pub spki_sha256: crate::policy::Sha256,
    /// Kind and size of its key.
    pub key: crate::anchors::PublicKey,
    /// Owner of the CA, in the calendar's words.
    pub owner: Option<String>,
    /// What it is.
    pub kind: AnchorKind,
    /// How that is known.
    pub known: Known,
    /// Whether root programmes have, or had, it or a root above it, as far as is known here.
    pub public: bool,
    /// Last day of its certificate.
    pub not_after: Option<Date>,
    /// Every end that is known, earliest first; none of an anchor that nobody knows.
    pub ends: Vec<End>,
}

/// What an anchor is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnchorKind {
    /// A CA that another one issued.
    Intermediate,
    /// A certificate that may not issue: of a server.
    Leaf,
    /// A self-issued CA.
    Root,
    /// A name and a key.
    Unknown,
}

/// How an anchor is known.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Known {
    /// A fact of the calendar has its name and key.
    Calendar,
    /// The file has the certificate.
    InFile,
    /// A known root has its name and key.
    Pool,
    /// The store says it.
    Store,
    /// It is not.
    Unknown,
}

/// Anchors that a device searches together, and how long they carry.
#[derive(Clone, Debug)]
pub struct StoreOutlook {
    /// How they are verified with.
    pub verifier: VerifierModel,
    /// The same with what the configuration changes.
    pub behaviour: Behaviour,
    /// Places in [`Outlook::anchors`].
    pub anchors: Vec<usize>,
    /// How long servers are reached, by owner and kind of key.
    pub reaches: Vec<Reach>,
}

/// How long servers of one CA owner are reached.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Reach {
    /// The owner; of a pinned certificate of a server its name.
    pub owner: String,
    /// Kind of the servers' keys; `None`: any.
    pub key_type: Option<KeyType>,
    /// What it rests on.
    pub basis: Basis,
    /// Last day on which every such server is reached; `None`: none ever was. [`Date::LAST`]: no end is known.
    pub last: Option<Date>,
    /// First day on which for certain none is, where it is known.
    pub lost_for_certain: Option<Date>,
    /// What ends it.
    pub cause: String,
    /// Who says so.
    pub source: String,
    /// How well it is known.
    pub evidence: Level,
}

/// What a [`Reach`] rests on.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The ends of the owner's anchors: which chains its customers send is not recorded.
    Anchors,
    /// The chains that its customers send, as the calendar has them.
    Chains,
    /// The ends of the owner's anchors, for servers that send another chain than the one that is recorded: that one is
    /// refused.
    OtherChain,
    /// The ends of anchors that no root programme is known to have.
    Private,
}

impl Facts<'_> {
    /// Every owner that has chains in the calendar, or a root, by name.
    pub fn owners(&self) -> BTreeSet<String> {
        let named = self.calendar.owners().map(|owner| owner.name.clone());
        let roots = self
            .pool
            .iter()
            .filter_map(|root| self.calendar.owner(root));
        named.chain(roots).collect()
    }

    /// The owner of this name, upper and lower case being one.
    pub fn owner(&self, name: &str) -> Option<String> {
        let same = |owner: &String| owner.to_lowercase() == name.to_lowercase();
        self.owners().into_iter().find(same)
    }
}

impl Outlook {
    /// The last day on which any server is reached; `None` where nothing can be said or none ever was.
    pub fn last_day(&self) -> Option<Date> {
        self.last_reach().and_then(|reach| reach.last)
    }

    /// What is reached longest: when it is lost the device is dark. Of several, the one that is known best. What is lost already
    /// counts only where nothing is reached; of what is reached, another chain than the recorded one only where none of those is,
    /// and a private CA only where nothing else is.
    pub fn last_reach(&self) -> Option<&Reach> {
        let reaches = self.stores.iter().flat_map(|store| &store.reaches);
        let rank = |reach: &&Reach| {
            let now = reach.last.is_some_and(|last| last >= self.as_of);
            let basis = match reach.basis {
                Basis::Anchors | Basis::Chains => 2,
                Basis::OtherChain => 1,
                Basis::Private => 0,
            };
            let among = if now { basis } else { 0 };
            (now, among, reach.last, std::cmp::Reverse(reach.evidence))
        };
        reaches
            .filter(|reach| reach.last.is_some())
            .max_by_key(rank)
    }

    /// First day on which devices are dark; `None` where no end is known.
    pub fn dark_on(&self) -> Option<Date> {
        self.last_day()
            .filter(|day| *day < Date::LAST)
            .map(|day| day.plus_days(1))
    }
}

impl Identified {
    /// The end that counts: the earliest.
    pub fn effective_end(&self) -> Option<&End> {
        self.ends.first()
    }

    /// The end that a policy gave it, where that is known: its own store carries it.
    pub fn policy_end(&self) -> Option<Date> {
        let mut ends = self.ends.iter();
        let end = ends.find(|end| end.cause == EndCause::Policy)?;
        Some(end.date)
    }
}

/// What `question` asks of `material`. A function of its arguments.
pub fn outlook(material: &Material, facts: &Facts<'_>, question: &Question) -> Outlook {
    let anchors = identity::identify(material, facts);
    let hierarchy = hierarchy(material, facts);
    let stores = reach::stores(&anchors, &hierarchy, facts, question);
    let mut outlook = Outlook {
        as_of: question.as_of,
        anchors,
        stores,
        findings: Vec::new(),
    };
    outlook.findings = findings::findings(material, &outlook, &hierarchy, facts, question);
    outlook
}

/// Everything that is known of who signed whom.
fn hierarchy(material: &Material, facts: &Facts<'_>) -> Hierarchy {
    let mut builder = Builder::of_calendar(facts.calendar);
    let own = material
        .found
        .iter()
        .filter_map(|found| match &found.anchor {
            crate::material::Anchor::Certificate(certificate) => Some(certificate.as_ref()),
            _ => None,
        });
    for certificate in facts.pool.iter().chain(own.filter(|own| own.may_issue)) {
        builder.add_certificate(certificate, facts.calendar);
    }
    builder.build()
}
