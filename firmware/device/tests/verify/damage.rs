//! Damaged chains: nothing panics, and nothing that was changed is trusted.

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::support::{Chain, pin, root, store, valid, verify};

static CHAIN: LazyLock<Chain> = LazyLock::new(Chain::new);

#[test]
fn every_truncation_is_refused() {
    let contents = CHAIN.store();
    let [leaf, intermediate] = CHAIN.sent();
    for length in 0..leaf.len() {
        assert!(verify(&contents, &[&leaf[..length], intermediate], valid()).is_err());
    }
    for length in 0..intermediate.len() {
        assert!(verify(&contents, &[leaf, &intermediate[..length]], valid()).is_err());
    }
}

#[test]
fn bytes_after_the_end_are_refused() {
    let contents = CHAIN.store();
    let [leaf, intermediate] = CHAIN.sent();
    let longer = |der: &[u8]| [der, &[0]].concat();
    assert!(verify(&contents, &[&longer(leaf), intermediate], valid()).is_err());
    assert!(verify(&contents, &[leaf, &longer(intermediate)], valid()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// One changed byte anywhere. By an anchor nothing of it is trusted: all of a certificate is signed but
    /// the signature, and that is compared. (A changed signature could be another encoding of the same one.)
    #[test]
    fn one_changed_byte(which in 0usize..2, place: prop::sample::Index, with in 1u8..) {
        let mut sent = CHAIN.sent().map(<[u8]>::to_vec);
        let place = place.index(sent[which].len());
        sent[which][place] ^= with;
        let sent = [sent[0].as_slice(), &sent[1]];
        prop_assert!(verify(&CHAIN.store(), &sent, valid()).is_err());
        // By a pin of the leaf's key nothing panics.
        let mut pinned = store([root("Other").anchor()]);
        pinned.pins = vec![pin(&CHAIN.leaf.der), pin(&CHAIN.intermediate.der)];
        let _judged = verify(&pinned, &sent, valid());
    }

    #[test]
    fn many_changed_bytes(changes in prop::collection::vec((0usize..2, any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut sent = CHAIN.sent().map(<[u8]>::to_vec);
        let before = sent.clone();
        for (which, place, with) in changes {
            let place = place.index(sent[which].len());
            sent[which][place] = with;
        }
        let changed = sent != before;
        let judged = verify(&CHAIN.store(), &[&sent[0], &sent[1]], valid());
        prop_assert_eq!(judged.is_err(), changed);
    }

    #[test]
    fn any_bytes(chain in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..6)) {
        let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
        prop_assert!(verify(&CHAIN.store(), &chain, valid()).is_err());
    }
}
