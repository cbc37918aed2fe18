//! Small random fleets that can often be covered, and often only by several anchors together.

use std::sync::Arc;

use trust::anchors::{Constraints, PublicKey, SignatureAlgorithm};
use trust::calendar::Confidence;
use trust::coverage::{Alternative, Cause, CauseKind, Level, SentChain, Served};
use trust::date::Date;
use trust::hierarchy::{Builder, Hierarchy, NewCertificate, Origin};

use crate::worlds::{Dice, day};

/// Roots, cross-certificates between them, and endpoints that send chains below several of them.
pub(crate) struct Fleet {
    pub(crate) hierarchy: Hierarchy,
    pub(crate) served: Vec<Served>,
}

impl Fleet {
    /// At most so many roots, and at least three.
    pub(crate) fn random(seed: u64, most_roots: usize) -> Self {
        let dice = &mut Dice(seed);
        let roots = 3 + dice.of(most_roots - 2);
        let mut builder = Builder::default();
        for root in 0..roots {
            builder.add(certificate(root, root, root, dice));
        }
        let crosses = 100..103 + dice.of(4);
        for cross in crosses.clone() {
            let (subject, issuer) = (dice.of(roots), dice.of(roots));
            builder.add(certificate(cross, subject, issuer, dice));
        }
        let hierarchy = builder.build();
        let endpoints = 0..1 + dice.of(3);
        let served = endpoints.map(|number| {
            let alternatives = 1 + dice.of(3);
            let chains = (0..alternatives).map(|_| SentChain {
                below: hierarchy.find_key(&[dice.of(roots) as u8; 32]).unwrap(),
                unnamed_issuer: true,
                certificates: (0..dice.of(3))
                    .map(|_| {
                        hierarchy
                            .find(&[(100 + dice.of(crosses.len())) as u8; 32])
                            .unwrap()
                    })
                    .collect(),
            });
            let chains = chains.collect();
            served(number, chains, dice)
        });
        let served = served.collect();
        Self { hierarchy, served }
    }
}

fn certificate(number: usize, subject: usize, issuer: usize, dice: &mut Dice) -> NewCertificate {
    NewCertificate {
        sha256: [number as u8; 32],
        spki_sha256: [subject as u8; 32],
        key: PublicKey::P256,
        // Of one key one owner.
        owner: Some(format!("CA {}", subject / 2)),
        name: format!("R{subject}"),
        subject: format!("CN=R{subject}"),
        issuer: format!("CN=R{issuer}"),
        names_der: None,
        not_before: day(-100),
        not_after: day(if dice.one_in(5) {
            dice.between(0, 120)
        } else {
            1_000
        }),
        revoked: None,
        signature: SignatureAlgorithm::EcdsaSha256,
        may_issue: true,
        constraints: Constraints::default(),
        der_length: None,
        origin: Origin::Fact {
            known_on: day(-100),
            source: "made".to_owned(),
        },
    }
}

/// The first chain is sent on each day, the others on some.
fn served(number: usize, chains: Vec<SentChain>, dice: &mut Dice) -> Served {
    let cause = Arc::new(Cause {
        date: day(0),
        kind: CauseKind::ChainChange,
        what: "made".to_owned(),
        source: "made".to_owned(),
        confidence: Confidence::Announced,
        previously: Vec::new(),
    });
    let alternative = |chain: usize| {
        let (from, until) = match chain {
            0 => (Date::FIRST, Date::LAST),
            _ => (day(dice.between(0, 50)), day(dice.between(50, 120))),
        };
        Alternative {
            chain: Some(chain),
            from,
            until,
            evidence: Level::Announced,
            begins: Arc::clone(&cause),
            ends: Arc::clone(&cause),
            capture: None,
        }
    };
    Served {
        name: format!("endpoint {number}"),
        host: format!("host {number}"),
        owner: "CA 0".to_owned(),
        alternatives: (0..chains.len()).map(alternative).collect(),
        chains,
    }
}
