//! Made roots, and endpoints whose chains are cross-signed by many of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use trust::anchors::{Constraints, PublicKey, SignatureAlgorithm};
use trust::calendar::Confidence;
use trust::coverage::{
    Alternative, Cause, CauseKind, Counting, Level, Question, SentChain, Served, Store, StoreAnchor,
};
use trust::date::Date;
use trust::hierarchy::{Builder, Hierarchy, NewCertificate, Origin};
use trust::policy::VerifierModel;
use trust::solve::{Candidate, Choice, NoChoice, STEPS, Task, smallest};
use trust::verifier::Behaviour;

/// How often an endpoint's chain changes.
const CHANGES: usize = 3;
const DAYS: i64 = 300;

/// The question.
pub(crate) struct Fleet {
    hierarchy: Hierarchy,
    store: Store,
    served: Vec<Served>,
    candidates: Vec<Candidate>,
    model: Behaviour,
}

impl Fleet {
    /// Each chain leads to `crosses` roots.
    pub(crate) fn new(roots: usize, endpoints: usize, crosses: usize) -> Self {
        let mut dice = Dice(1);
        let mut builder = Builder::default();
        for root in 0..roots {
            builder.add(certificate(0, root, root, root));
        }
        let chains = endpoints * CHANGES;
        for chain in 0..chains {
            for cross in 0..crosses {
                let issuer = dice.of(roots);
                builder.add(certificate(1 + cross, chain, roots + chain, issuer));
            }
        }
        let hierarchy = builder.build();
        let anchors = (0..roots).map(|root| StoreAnchor {
            certificate: find(&hierarchy, 0, root),
            private: false,
            until: Date::LAST,
        });
        let anchors: Vec<_> = anchors.collect();
        let candidates = anchors.iter().map(|anchor| Candidate {
            certificate: anchor.certificate,
            // As the real ones: P-256 to RSA-4096.
            bytes: 200 + dice.of(550),
            ends: Date::LAST,
            barred: BTreeSet::new(),
        });
        let served = (0..endpoints).map(|endpoint| served(endpoint, roots, crosses, &hierarchy));
        Self {
            candidates: candidates.collect(),
            served: served.collect(),
            store: Store {
                anchors,
                ..Store::default()
            },
            model: VerifierModel::WebPki.behaviour(),
            hierarchy,
        }
    }

    pub(crate) fn smallest(&self) -> Result<Choice, NoChoice> {
        let task = Task {
            question: Question {
                store: &self.store,
                model: &self.model,
                endpoints: &self.served,
                hierarchy: &self.hierarchy,
                counting: Counting::default(),
                from: day(0),
                until: day(DAYS),
            },
            candidates: &self.candidates,
            paths: 3,
            owners: 3,
        };
        smallest(&task, STEPS)
    }
}

/// What one endpoint sends: a chain, from its own day on, below a key that several roots certify.
fn served(endpoint: usize, roots: usize, crosses: usize, hierarchy: &Hierarchy) -> Served {
    let cause = Arc::new(Cause {
        date: day(0),
        kind: CauseKind::ChainChange,
        what: "made".to_owned(),
        source: "made".to_owned(),
        confidence: Confidence::Announced,
        previously: Vec::new(),
    });
    let first = |change: usize| match change {
        0 => Date::FIRST,
        _ => day((change * 100 + endpoint) as i64),
    };
    let alternative = |change: usize| Alternative {
        chain: Some(change),
        from: first(change),
        until: if change + 1 == CHANGES {
            Date::LAST
        } else {
            first(change + 1).plus_days(-1)
        },
        evidence: Level::Announced,
        begins: Arc::clone(&cause),
        ends: Arc::clone(&cause),
        capture: None,
    };
    let chain = |change: usize| {
        let chain = endpoint * CHANGES + change;
        let crosses = (0..crosses).map(|cross| find(hierarchy, 1 + cross, chain));
        SentChain {
            below: hierarchy
                .find_key(&hash(9, roots + chain))
                .expect("it was made"),
            unnamed_issuer: false,
            certificates: crosses.collect(),
        }
    };
    Served {
        name: format!("endpoint {endpoint}"),
        host: format!("host {endpoint}"),
        owner: "made".to_owned(),
        chains: (0..CHANGES).map(chain).collect(),
        alternatives: (0..CHANGES).map(alternative).collect(),
    }
}

fn find(hierarchy: &Hierarchy, kind: usize, number: usize) -> trust::hierarchy::CertificateId {
    hierarchy.find(&hash(kind, number)).expect("it was made")
}

fn certificate(kind: usize, number: usize, subject: usize, issuer: usize) -> NewCertificate {
    NewCertificate {
        sha256: hash(kind, number),
        spki_sha256: hash(9, subject),
        key: PublicKey::P256,
        owner: Some(format!("CA {}", subject / 3)),
        name: format!("R{subject}"),
        subject: format!("CN=R{subject}"),
        issuer: format!("CN=R{issuer}"),
        names_der: None,
        not_before: Date::FIRST,
        not_after: Date::LAST,
        revoked: None,
        signature: SignatureAlgorithm::EcdsaSha256,
        may_issue: true,
        constraints: Constraints::default(),
        der_length: None,
        origin: Origin::Fact {
            known_on: day(0),
            source: "made".to_owned(),
        },
    }
}

fn hash(kind: usize, number: usize) -> [u8; 32] {
    let mut hash = [0; 32];
    hash[0] = u8::try_from(kind).expect("small");
    hash[1..9].copy_from_slice(&number.to_be_bytes());
    hash
}

fn day(number: i64) -> Date {
    let first: Date = "2030-01-01".parse().expect("a date");
    first.plus_days(number)
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    /// From 0 up to, not including, `below`.
    fn of(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % below as u64) as usize
    }
}
