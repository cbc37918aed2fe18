//! A world as the engine is asked about it.

use std::sync::Arc;

use trust::anchors::Certificate;
use trust::calendar::{Calendar, Confidence};
use trust::coverage::{
    Alternative, Cause, CauseKind, Counting, Coverage, Level, Question, SentChain, Served, Store,
    StoreAnchor, prove,
};
use trust::date::Date;
use trust::hierarchy::{Builder, CertificateId, Hierarchy};
use trust::policy::VerifierModel;
use trust::source::{Location, SourceFile};
use trust::verifier::{AnchorSearch, Anchors, Behaviour};

use crate::judges::Judge;
use crate::world::{FIRST_DAY, LAST, World};

/// The graph, the store and the server of a world.
pub struct Asked {
    hierarchy: Hierarchy,
    store: Store,
    served: [Served; 1],
}

/// What the program does, as far as it decides about these chains: what it accepts at least, and at most.
///
/// * The device, mbedTLS and webpki are the verifiers of `perennial`, `esp-idf-pem-time` and `webpki`.
/// * OpenSSL since 1.1.0 (`build_chain` in crypto/x509/x509_vfy.c): `X509_V_FLAG_TRUSTED_FIRST` is the default, so that the
///   store is asked for an issuer at each step, before what was sent, in any order. A chain has to end at a self-signed
///   certificate of the store, with `-partial_chain` at any of it. The dates of every certificate of the chain are checked,
///   the anchor's too (`internal_verify`).
/// * GnuTLS (`gnutls_x509_trust_list_verify_crt2` in lib/x509/verify-high.c) puts what was sent in order and asks the store
///   for the issuer of the top; any CA certificate of the store will do, and all dates are checked. Where that fails, it
///   looks for a shorter chain, but not for every reason of failing. No preset is like it, so that it is held between
///   two: the search from the top alone, and the search that tries everything.
pub fn behaviour(judge: Judge) -> [Behaviour; 2] {
    let modern = Behaviour {
        anchor_search: AnchorSearch::EachStep,
        ..VerifierModel::OpenSsl10.behaviour()
    };
    let partial = Behaviour {
        anchors: Anchors::Any,
        ..modern
    };
    let searching = |anchor_search| Behaviour {
        anchor_search,
        ..partial
    };
    match judge {
        Judge::Device => [VerifierModel::Perennial.behaviour(); 2],
        Judge::WebPki => [VerifierModel::WebPki.behaviour(); 2],
        Judge::GnuTls => [AnchorSearch::Top, AnchorSearch::EachStepAgain].map(searching),
        Judge::MbedTls => [VerifierModel::EspIdfPemTime.behaviour(); 2],
        Judge::OpenSsl => [modern; 2],
        Judge::OpenSslPartialChain => [partial; 2],
    }
}

impl Asked {
    pub fn new(world: &World) -> Self {
        let calendar = Calendar::default();
        let mut builder = Builder::default();
        let read: Vec<_> = world
            .certificates
            .iter()
            .map(|made| read(&made.der))
            .collect();
        for certificate in &read {
            builder.add_certificate(certificate, &calendar);
        }
        let hierarchy = builder.build();
        let find = |place: &usize| hierarchy.find(&read[*place].fingerprint).unwrap();
        let anchor = |place: &usize| StoreAnchor {
            certificate: find(place),
            private: false,
            until: Date::LAST,
        };
        let issuer = world.certificates.iter().position(|made| made.subject == 0);
        let below = hierarchy.certificate(find(&issuer.unwrap())).unwrap().key;
        let sent = SentChain {
            below,
            unnamed_issuer: false,
            certificates: world.sent.iter().map(find).collect::<Vec<CertificateId>>(),
        };
        Self {
            store: Store {
                anchors: world.anchors.iter().map(anchor).collect(),
                ..Store::default()
            },
            served: [served(sent)],
            hierarchy,
        }
    }

    pub fn coverage(&self, model: &Behaviour) -> Coverage {
        prove(&Question {
            store: &self.store,
            model,
            endpoints: &self.served,
            hierarchy: &self.hierarchy,
            counting: Counting::default(),
            from: day(0),
            until: day(LAST + 200),
        })
    }
}

pub fn is_held(coverage: &Coverage, number: u64) -> bool {
    let on = day(number);
    let mut intervals = coverage.endpoints[0].intervals.iter();
    let found = intervals.find(|interval| interval.from <= on && on <= interval.until);
    found.unwrap().state.is_held()
}

/// Seconds since 1970.
pub fn noon(number: u64) -> i64 {
    day(number).unix_seconds() + 12 * 3600
}

fn day(number: u64) -> Date {
    let (year, month, first) = FIRST_DAY;
    let start: Date = format!("{year}-{month:02}-{first:02}").parse().unwrap();
    start.plus_days(i64::try_from(number).unwrap())
}

fn read(der: &[u8]) -> Certificate {
    let nowhere = Location::whole(&SourceFile::new("made.der", ""));
    Certificate::from_der(der, nowhere).unwrap()
}

/// A server that sends the same on each day.
fn served(chain: SentChain) -> Served {
    let cause = Arc::new(Cause {
        date: Date::FIRST,
        kind: CauseKind::Captured,
        what: "made".to_owned(),
        source: "made".to_owned(),
        confidence: Confidence::Certificate,
        previously: Vec::new(),
    });
    Served {
        name: "made".to_owned(),
        host: "ota.example.com".to_owned(),
        owner: "made".to_owned(),
        chains: vec![chain],
        alternatives: vec![Alternative {
            chain: Some(0),
            from: Date::FIRST,
            until: Date::LAST,
            evidence: Level::Proven,
            begins: Arc::clone(&cause),
            ends: cause,
            capture: None,
        }],
    }
}
