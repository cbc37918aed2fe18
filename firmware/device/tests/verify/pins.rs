//! Pins: a fallback where no anchor leads, and nothing else.

use device::store::{AfterExpiry, StoreContents};
use device::verify::{PinProblem, PinVerdict, TrustedBy, VerifiedServer, VerifyError};
use rcgen::{BasicConstraints, IsCa};

use crate::support::{
    Chain, at, ca, day, leaf, pin, root, self_signed, store, unknown_from, valid, verify,
    verify_for,
};

/// A store with an anchor that does not lead to the chain, and a pin of the key of `pinned`.
fn pinned(pinned: &[u8]) -> StoreContents {
    let mut contents = store([root("Other").anchor()]);
    contents.pins = vec![pin(pinned)];
    contents
}

fn by_pin(judged: Result<VerifiedServer, VerifyError>) -> Option<u8> {
    match judged.ok()?.trusted_by() {
        TrustedBy::Pin { certificate, .. } => Some(certificate),
        _ => None,
    }
}

fn verdict(judged: Result<VerifiedServer, VerifyError>) -> PinVerdict {
    match judged {
        Err(VerifyError::NoPath { pins, .. }) => pins,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_pin_of_the_leaf_an_intermediate_or_the_root_that_was_sent() {
    let chain = Chain::new();
    let sent = [
        chain.leaf.der.as_slice(),
        &chain.intermediate.der,
        &chain.root.der,
    ];
    for (place, der) in sent.iter().enumerate() {
        let judged = verify(&pinned(der), &sent, valid());
        assert_eq!(by_pin(judged), u8::try_from(place).ok());
    }
}

#[test]
fn anchors_come_first() {
    let chain = Chain::new();
    let mut contents = chain.store();
    contents.pins = vec![pin(&chain.leaf.der)];
    let server = verify(&contents, &chain.sent(), valid()).unwrap();
    let TrustedBy::Anchor { .. } = server.trusted_by() else {
        panic!("{server:?}");
    };
}

#[test]
fn an_expired_anchor_or_intermediate_above_lets_the_pin_speak() {
    let mut parameters = ca("Intermediate");
    parameters.not_after = rcgen::date_time_ymd(2026, 1, 10);
    let chain = Chain::with(parameters, leaf());
    let mut contents = chain.store();
    contents.pins = vec![pin(&chain.leaf.der)];
    assert_eq!(by_pin(verify(&contents, &chain.sent(), valid())), Some(0));

    let chain = Chain::new();
    let mut contents = chain.store();
    contents.anchors[0].not_after = day(2026, 1, 10);
    contents.anchors[0].effective_end = day(2026, 1, 10);
    contents.pins = vec![pin(&chain.leaf.der)];
    assert_eq!(by_pin(verify(&contents, &chain.sent(), valid())), Some(0));
}

#[test]
fn a_wrong_name_an_expired_leaf_and_a_bad_signature_stay_final() {
    let chain = Chain::new();
    let contents = pinned(&chain.leaf.der);
    let judged = verify_for(&contents, &chain.sent(), "a.example.com", valid());
    assert_eq!(judged, Err(VerifyError::WrongName));
    let judged = verify(&contents, &chain.sent(), at("2026-04-01T00:00:01Z"));
    let Err(VerifyError::Expired { .. }) = judged else {
        panic!("{judged:?}");
    };

    let mut contents = store([root("Root").anchor()]);
    contents.pins = vec![pin(&chain.leaf.der)];
    let judged = verify(&contents, &chain.sent(), valid());
    assert_eq!(judged, Err(VerifyError::BadSignature { certificate: 1 }));
}

#[test]
fn links_below_a_pinned_certificate_must_hold() {
    let chain = Chain::new();
    let twin = chain.root.issue(ca("Intermediate"));
    let sent = [chain.leaf.der.as_slice(), &twin.der];
    let unlinked = |certificate| PinVerdict::Unusable {
        certificate,
        problem: PinProblem::Unlinked,
    };
    assert_eq!(
        verdict(verify(&pinned(&twin.der), &sent, valid())),
        unlinked(1)
    );
    // The leaf's own pin does not outweigh a signature that is shown to be wrong.
    let judged = verify(&pinned(&chain.leaf.der), &sent, valid());
    assert_eq!(verdict(judged), unlinked(0));
    // A pinned certificate that has nothing to do with the leaf.
    let unrelated = root("Unrelated");
    let sent = [chain.leaf.der.as_slice(), &unrelated.der];
    let judged = verify(&pinned(&unrelated.der), &sent, valid());
    assert_eq!(verdict(judged), unlinked(1));
}

#[test]
fn a_pinned_certificate_keeps_its_dates_and_its_usage() {
    let mut parameters = ca("Intermediate");
    parameters.not_after = rcgen::date_time_ymd(2026, 1, 10);
    let chain = Chain::with(parameters, leaf());
    let judged = verify(&pinned(&chain.intermediate.der), &chain.sent(), valid());
    let (certificate, problem) = (1, PinProblem::Dates);
    assert_eq!(
        verdict(judged),
        PinVerdict::Unusable {
            certificate,
            problem
        }
    );

    let mut parameters = ca("Intermediate");
    parameters.is_ca = IsCa::NoCa;
    let chain = Chain::with(parameters, leaf());
    let judged = verify(&pinned(&chain.intermediate.der), &chain.sent(), valid());
    assert_eq!(judged, Err(VerifyError::NotACa { certificate }));
}

#[test]
fn a_pinned_certificate_keeps_its_path_length() {
    for (below, expected) in [(0, None), (1, Some(2))] {
        let mut parameters = ca("Second");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
        let second = root("Root").issue(parameters);
        let first = second.issue(ca("First"));
        let server = first.issue(leaf());
        let sent = [server.der.as_slice(), &first.der, &second.der];
        let judged = verify(&pinned(&second.der), &sent, valid());
        assert_eq!(by_pin(judged), expected);
    }
}

#[test]
fn a_self_signed_leaf_may_be_pinned_and_a_ca_not() {
    let own = self_signed(leaf());
    assert_eq!(
        by_pin(verify(&pinned(&own.der), &[&own.der], valid())),
        Some(0)
    );
    let mut parameters = leaf();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let own = self_signed(parameters);
    assert!(verify(&pinned(&own.der), &[&own.der], valid()).is_err());
}

#[test]
fn the_last_day_of_a_pin() {
    let chain = Chain::new();
    let mut contents = pinned(&chain.leaf.der);
    contents.pins[0].expires = day(2026, 2, 10);
    for (clock, expected) in [
        (at("2026-02-10T23:59:59Z"), Some(0)),
        (at("2026-02-11T00:00:00Z"), None),
        (unknown_from("2026-02-10T23:59:59Z"), Some(0)),
        (unknown_from("2026-02-11T00:00:00Z"), None),
    ] {
        let judged = verify(&contents, &chain.sent(), clock);
        assert_eq!(by_pin(judged), expected);
    }
    let judged = verify(&contents, &chain.sent(), at("2026-02-11T00:00:00Z"));
    let expires = day(2026, 2, 10);
    assert_eq!(verdict(judged), PinVerdict::Expired { expires });
}

#[test]
fn a_pin_is_for_its_host_alone() {
    let chain = Chain::new();
    let mut contents = pinned(&chain.leaf.der);
    contents.pins[0].host = "other.example.com".into();
    let judged = verify(&contents, &chain.sent(), valid());
    assert_eq!(verdict(judged), PinVerdict::NoPin);
}

/// `after-expiry = "refuse"`: from the day after, anchors do not help that host either.
#[test]
fn a_host_may_be_refused_when_its_pins_have_expired() {
    let chain = Chain::new();
    let mut contents = chain.store();
    contents.pins = vec![pin(&chain.root.der)];
    contents.pins[0].expires = day(2026, 2, 10);
    let judge = |contents: &StoreContents, clock| verify(contents, &chain.sent(), clock);
    let (last, next) = (at("2026-02-10T23:59:59Z"), at("2026-02-11T00:00:00Z"));
    assert!(judge(&contents, next).is_ok());
    contents.pins[0].after_expiry = AfterExpiry::Refuse;
    assert!(judge(&contents, last).is_ok());
    let (expired, basis) = (day(2026, 2, 10), next.basis());
    let refused = Err(VerifyError::HostRefused { expired, basis });
    assert_eq!(judge(&contents, next), refused);
    // A pin that still holds keeps the host.
    let mut both = contents.clone();
    both.pins.push(pin(&chain.leaf.der));
    assert!(judge(&both, next).is_ok());
    // The host of the pin, and no other.
    contents.pins[0].host = "other.example.com".into();
    assert!(judge(&contents, next).is_ok());
}
