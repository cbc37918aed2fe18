//! What a rescue store replaces, and what it does not.

use device::rescue::{InForce, Origin, RescueStore};
use device::store::{DatesChecked, EndpointContents, StoreContents, TrustStore};
use device::verify::VerifyError;

use crate::certificates::{Chain, HOST, at, pin, valid};
use crate::support::{
    IMAGE_SEQUENCE, RELEASER, RESCUERS, image, payload, rescue, signed, unsigned,
};

fn ids(set: &device::store::KeySet<'_>) -> Vec<u8> {
    set.keys().map(|key| key.id[0]).collect()
}

#[test]
fn anchors_pins_and_endpoints_are_replaced_and_keys_are_not() {
    let image = image().write().unwrap();
    let image = TrustStore::read_exact(&image).unwrap();
    let chain = Chain::new();
    let endpoint = EndpointContents {
        name: "new".into(),
        url: "https://new.example/".into(),
        redirects: Vec::new(),
    };
    let store = StoreContents {
        endpoints: vec![endpoint],
        pins: vec![pin(&chain.leaf.der)],
        anchors: vec![chain.root.anchor()],
        ..payload(7)
    };
    let bytes = signed(unsigned(&store), &RESCUERS).write().unwrap();
    let rescue = RescueStore::verify(bytes, &image).unwrap().into_payload();
    let in_force = InForce::of(&image, Some(&rescue));
    assert_eq!(
        (in_force.origin(), in_force.sequence()),
        (Origin::Rescue, 7)
    );
    assert_ne!(in_force.sha256(), image.sha256());
    let fingerprints: Vec<_> = in_force.anchors().map(|a| *a.fingerprint).collect();
    assert_eq!(fingerprints, [chain.root.anchor().fingerprint]);
    assert_eq!(
        in_force.pins().map(|pin| pin.host).collect::<Vec<_>>(),
        [HOST]
    );
    let names: Vec<_> = in_force.endpoints().map(|endpoint| endpoint.name).collect();
    assert_eq!(names, ["new"]);
    assert_eq!(ids(&in_force.release_keys()), [RELEASER.0]);
    assert_eq!(
        ids(&in_force.rescue_keys()),
        RESCUERS.map(|person| person.0)
    );
    assert_eq!(in_force.rescue_keys().threshold, 2);
    assert_eq!(in_force.product(), image.product());
}

#[test]
fn a_server_of_a_new_ca_is_trusted_after_the_rescue_and_by_the_dates_of_the_image() {
    let image = image().write().unwrap();
    let image = TrustStore::read_exact(&image).unwrap();
    let chain = Chain::new();
    let store = StoreContents {
        anchors: vec![chain.root.anchor()],
        // A rescue store that would have no dates checked.
        dates: DatesChecked {
            leaf: false,
            intermediates: false,
            anchor: false,
        },
        ..payload(7)
    };
    let bytes = signed(unsigned(&store), &RESCUERS).write().unwrap();
    let rescue = RescueStore::verify(bytes, &image).unwrap().into_payload();
    let before = InForce::of(&image, None).verifier();
    let after = InForce::of(&image, Some(&rescue)).verifier();
    let refused = before.verify(&chain.sent(), HOST, valid());
    assert!(matches!(refused, Err(VerifyError::NoPath { .. })));
    after.verify(&chain.sent(), HOST, valid()).unwrap();
    let expired = at("2027-01-01T00:00:00Z");
    let expired = after.verify(&chain.sent(), HOST, expired);
    assert!(
        matches!(expired, Err(VerifyError::Expired { .. })),
        "{expired:?}"
    );
}

#[test]
fn a_rescue_store_is_in_force_from_the_sequence_above_the_images_on() {
    let image = image().write().unwrap();
    let image = TrustStore::read_exact(&image).unwrap();
    for (sequence, origin) in [
        (IMAGE_SEQUENCE - 1, Origin::Image),
        (IMAGE_SEQUENCE, Origin::Image),
        (IMAGE_SEQUENCE + 1, Origin::Rescue),
        (u64::MAX, Origin::Rescue),
    ] {
        let rescue = rescue(sequence).into_payload();
        let in_force = InForce::of(&image, Some(&rescue));
        assert_eq!(in_force.origin(), origin, "{sequence}");
        let expected = sequence.max(IMAGE_SEQUENCE);
        assert_eq!(in_force.sequence(), expected);
    }
    assert_eq!(InForce::of(&image, None).sha256(), image.sha256());
}
