//! With which chain leaves are issued on which days, and from that, what is served when.

use std::sync::Arc;

use super::declare::{Capture, Declaration, key_type};
use super::ends;
use super::epochs::{Epoch, epochs, take_in};
use super::renewal::{KnownLeaf, Renewal};
use super::{SentChain, World};
use crate::calendar::{Confidence, EventFact, KeyType};
use crate::coverage::cause::{Cause, CauseKind, Level};
use crate::date::Date;

/// No public leaf lived longer since 2018 (CA/Browser Forum ballot 193), in days: of a leaf with an unknown lifetime,
/// what was issued with longer before its end is history.
const LONGEST_LIFE: i64 = 825;

/// What may be served on a range of days.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) chain: Option<SentChain>,
    pub(super) from: Date,
    pub(super) until: Date,
    pub(super) evidence: Level,
    pub(super) begins: Arc<Cause>,
    pub(super) ends: Arc<Cause>,
    /// What was captured of the server that sends it.
    pub(super) capture: Option<Arc<Capture>>,
}

/// With what leaves are issued on a range of days.
struct Issued {
    piece: Piece,
    /// No leaf below the chain is served after this day.
    last: Date,
    /// Nothing is known to follow.
    open: bool,
}

/// Everything that may be served.
pub(super) fn pieces(declaration: &Declaration, world: &World<'_>) -> Vec<Piece> {
    let captures = standing(&declaration.captures);
    if captures.is_empty() {
        let types = declaration
            .key_type
            .map_or(KeyType::ALL.to_vec(), |one| vec![one]);
        let lines = types
            .into_iter()
            .flat_map(|one| line(declaration, world, None, Some(one)));
        return lines.collect();
    }
    let line_of = |capture: &&Capture| {
        let issuer = capture.issuer.and_then(|id| world.hierarchy.key(id));
        let kind = capture.leaf.key_type().or(declaration.key_type);
        let kind = kind.or_else(|| issuer.and_then(|key| key_type(&key.kind)));
        line(declaration, world, Some(capture), kind)
    };
    captures.iter().flat_map(line_of).collect()
}

/// Captures but for those whose leaf had ended when another one's with the same key began: these are history, because that
/// key's server was seen to have renewed. A later leaf with another key says nothing of the server of this one, which may
/// stand in another region: that it moved as well is not known, and what it does until then counts.
fn standing(captures: &[Capture]) -> Vec<&Capture> {
    let history = |capture: &Capture| {
        captures.iter().any(|other| {
            other.leaf.spki_sha256 == capture.leaf.spki_sha256
                && capture.leaf.not_after < other.leaf.not_before
        })
    };
    captures
        .iter()
        .filter(|capture| !history(capture))
        .collect()
}

/// What is served by one server that starts with `capture`, if there is one.
fn line(
    declaration: &Declaration,
    world: &World<'_>,
    capture: Option<&Capture>,
    key_type: Option<KeyType>,
) -> Vec<Piece> {
    let renewal = renewal(declaration, world, capture);
    let mut epochs = epochs(declaration, world, key_type);
    let mut pieces = Vec::new();
    if let Some(capture) = capture {
        let leaf = captured_leaf(capture);
        let day = leaf.from;
        pieces.push(leaf.clone());
        take_in(&mut epochs, leaf, day);
    }
    let issued = issued(&epochs, declaration, world);
    let horizon = renewal.last_served(world.known_on, world.known_on);
    let horizon = if horizon == Date::LAST {
        world.known_on
    } else {
        horizon
    };
    for one in &issued {
        pieces.extend(served(one, &renewal, horizon));
    }
    pieces.retain(|piece| piece.from <= piece.until);
    fill(&mut pieces);
    let capture = capture.cloned().map(Arc::new);
    for piece in &mut pieces {
        piece.capture.clone_from(&capture);
    }
    pieces
}

/// Days on which nothing is left of what was known, because a certificate ended before the change, are unknown.
fn fill(pieces: &mut Vec<Piece>) {
    pieces.sort_by_key(|piece| (piece.from, piece.until));
    let mut holes = Vec::new();
    let mut covered: Option<&Piece> = None;
    for piece in pieces.iter() {
        let Some(last) = covered else {
            covered = Some(piece);
            continue;
        };
        let next = last.until.plus_days(1);
        if next < piece.from {
            let until = piece.from.plus_days(-1);
            holes.push(unknown(next, until, &last.ends, &piece.begins).piece);
        }
        if last.until < piece.until {
            covered = Some(piece);
        }
    }
    if let Some(last) = covered.filter(|last| last.until < Date::LAST) {
        let next = last.until.plus_days(1);
        holes.push(unknown(next, Date::LAST, &last.ends, &last.ends).piece);
    }
    pieces.append(&mut holes);
}

fn renewal(declaration: &Declaration, world: &World<'_>, capture: Option<&Capture>) -> Renewal {
    let events = world
        .calendar
        .events()
        .filter(|event| event.evidence.superseded.is_none());
    let concerns =
        |event: &&EventFact| event.owner == declaration.owner || event.owner == "CA/Browser Forum";
    let limits = events
        .filter(concerns)
        .filter_map(|event| Some((event.date, event.days?)));
    let captured = capture.map(|capture| KnownLeaf {
        first: Some(capture.leaf.not_before),
        last: capture.leaf.not_after,
    });
    let declared = declaration
        .leaf_ends
        .map(|last| KnownLeaf { first: None, last });
    let seen = captured.and_then(|leaf| u32::try_from(leaf.last.days_since(leaf.first?)).ok());
    Renewal {
        days: declaration.leaf_days.or(seen),
        limits: limits.collect(),
        slack: declaration.renewal_slack_days,
        leaf: captured.or(declared),
    }
}

/// The leaf of a capture, on the days on which it is served.
fn captured_leaf(capture: &Capture) -> Piece {
    let chain = capture.chain();
    let leaf = &capture.leaf;
    let from = leaf.not_before;
    let until = leaf.not_after.plus_days(-1).max(from);
    let cause = |date, what| {
        Arc::new(Cause {
            date,
            kind: CauseKind::Captured,
            what,
            source: capture.file.clone(),
            confidence: Confidence::Certificate,
            previously: Vec::new(),
        })
    };
    let (by, evidence) = match (&chain, capture.verified) {
        (Some(_), true) => ("", Level::Proven),
        (Some(_), false) => (
            ", by an issuer that the leaf names and nobody verified",
            Level::Assumed,
        ),
        (None, _) => (", by an issuer that nobody knows", Level::Unknown),
    };
    let begins = cause(from, format!("sent as captured in {}{by}", capture.file));
    let ends = cause(
        until,
        format!("the leaf captured in {} is replaced", capture.file),
    );
    Piece {
        evidence,
        chain,
        from,
        until,
        begins,
        ends,
        capture: None,
    }
}

/// What is issued on each day, without a gap.
fn issued(epochs: &[Epoch], declaration: &Declaration, world: &World<'_>) -> Vec<Issued> {
    let nothing = Arc::new(Cause {
        date: Date::FIRST,
        kind: CauseKind::Unknown,
        what: format!("nothing is known of what {} sends", declaration.name),
        source: "neither a captured chain nor a profile of the calendar".to_owned(),
        confidence: Confidence::Assumed,
        previously: Vec::new(),
    });
    let mut issued = Vec::new();
    if epochs.is_empty() {
        issued.push(unknown(Date::FIRST, Date::LAST, &nothing, &nothing));
    }
    for (at, epoch) in epochs.iter().enumerate() {
        let next = epochs.get(at + 1);
        let last = next.map_or(Date::LAST, |next| next.from.plus_days(-1));
        let ends = next.map_or(&nothing, |next| &next.begins);
        if at == 0 {
            before(epoch, world, &mut issued);
        }
        let open = epochs[at + 1..].iter().all(Epoch::is_assumed);
        during(epoch, (last, open), ends, world, &mut issued);
    }
    issued
}

/// Before the first fact: the same, assumed.
fn before(epoch: &Epoch, world: &World<'_>, issued: &mut Vec<Issued>) {
    let last = epoch.from.plus_days(-1);
    if epoch.from == Date::FIRST {
        return;
    }
    if epoch.unknown {
        issued.push(unknown(Date::FIRST, last, &epoch.begins, &epoch.begins));
    }
    issued.extend(epoch.chains.iter().map(|(chain, _)| Issued {
        piece: Piece {
            chain: Some(chain.clone()),
            from: Date::FIRST,
            until: last,
            evidence: Level::Assumed,
            begins: Arc::clone(&epoch.begins),
            ends: Arc::clone(&epoch.begins),
            capture: None,
        },
        last: ends::of(chain, world).last,
        open: false,
    }));
}

fn during(
    epoch: &Epoch,
    (last, open): (Date, bool),
    next: &Arc<Cause>,
    world: &World<'_>,
    issued: &mut Vec<Issued>,
) {
    if epoch.unknown {
        issued.push(unknown(epoch.from, last, &epoch.begins, next));
    }
    let mut known_until = None;
    let mut why = Arc::clone(&epoch.begins);
    for (chain, level) in &epoch.chains {
        let end = ends::of(chain, world);
        let stops = end.issued_until < last;
        let cause = if stops { &end.cause } else { next };
        if known_until.is_none_or(|until| until < end.issued_until) {
            known_until = Some(end.issued_until);
            why = Arc::clone(&end.cause);
        }
        issued.push(Issued {
            piece: Piece {
                chain: Some(chain.clone()),
                from: epoch.from,
                until: last.min(end.issued_until),
                evidence: *level,
                begins: Arc::clone(&epoch.begins),
                ends: Arc::clone(cause),
                capture: None,
            },
            last: end.last,
            open,
        });
    }
    let after = known_until.map_or(epoch.from, |until| until.plus_days(1).max(epoch.from));
    if !epoch.unknown && known_until != Some(Date::LAST) && after <= last {
        issued.push(unknown(after, last, &why, next));
    }
}

fn unknown(from: Date, until: Date, begins: &Arc<Cause>, ends: &Arc<Cause>) -> Issued {
    Issued {
        piece: Piece {
            chain: None,
            from,
            until,
            evidence: Level::Unknown,
            begins: Arc::clone(begins),
            ends: Arc::clone(ends),
            capture: None,
        },
        last: Date::LAST,
        open: false,
    }
}

/// From the days of issuing to the days of serving.
fn served(issued: &Issued, renewal: &Renewal, horizon: Date) -> Vec<Piece> {
    let piece = &issued.piece;
    let mut all = Vec::new();
    let mut add = |first: Date, last: Date, cut: Date| {
        if first <= last {
            let until = renewal
                .last_served(first, last)
                .max(last)
                .min(cut)
                .min(issued.last);
            all.push(Piece {
                from: first,
                until,
                ..piece.clone()
            });
        }
    };
    match (renewal.leaf, renewal.leaf_first(), renewal.replaced_from()) {
        // The known leaf, from its first day to its renewal, is the only one.
        (Some(leaf), Some(first), Some(replaced)) => {
            let before = first.plus_days(-1);
            add(piece.from, piece.until.min(before), before);
            let on_first = piece.from <= first && first <= piece.until;
            if on_first && leaf.first.is_none() {
                add(first, first, leaf.last.plus_days(-1));
            }
            add(piece.from.max(replaced), piece.until, Date::LAST);
        }
        // A change by then is a change of the known leaf.
        (Some(leaf), ..) if piece.until < leaf.last => {
            let longest = piece.until.plus_days(LONGEST_LIFE);
            add(
                piece.from,
                piece.until,
                longest.min(leaf.last.plus_days(-1)),
            );
        }
        _ => add(piece.from, piece.until, Date::LAST),
    }
    all.into_iter()
        .flat_map(|piece| split(piece, issued.open, horizon))
        .collect()
}

/// What is not known to change is known until `horizon` and assumed after it.
fn split(piece: Piece, open: bool, horizon: Date) -> Vec<Piece> {
    if !open || piece.evidence >= Level::Assumed || piece.until <= horizon {
        return vec![piece];
    }
    let assumed = Piece {
        from: piece.from.max(horizon.plus_days(1)),
        evidence: Level::Assumed,
        ..piece.clone()
    };
    let known = Piece {
        until: horizon,
        ..piece
    };
    vec![known, assumed]
}
