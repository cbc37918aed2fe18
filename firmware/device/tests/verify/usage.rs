//! What certificates may be used for.

use device::verify::VerifyError;
use rcgen::{
    BasicConstraints, CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    NameConstraints,
};

use crate::support::{Chain, ca, leaf, leaf_for, root, store, valid, verify, verify_for};

#[test]
fn a_leaf_for_clients_is_refused_and_for_both_accepted() {
    let mut parameters = leaf();
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let chain = Chain::with(ca("Intermediate"), parameters.clone());
    assert_eq!(
        verify(&chain.store(), &chain.sent(), valid()),
        Err(VerifyError::NotForServers { certificate: 0 })
    );
    for usages in [
        vec![
            ExtendedKeyUsagePurpose::ClientAuth,
            ExtendedKeyUsagePurpose::ServerAuth,
        ],
        vec![],
    ] {
        parameters.extended_key_usages = usages;
        let chain = Chain::with(ca("Intermediate"), parameters.clone());
        assert!(verify(&chain.store(), &chain.sent(), valid()).is_ok());
    }
}

#[test]
fn an_intermediate_for_clients_is_refused() {
    let mut parameters = ca("Intermediate");
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let chain = Chain::with(parameters, leaf());
    assert_eq!(
        verify(&chain.store(), &chain.sent(), valid()),
        Err(VerifyError::NotForServers { certificate: 1 })
    );
}

#[test]
fn without_the_ca_bit_nothing_is_issued() {
    for is_ca in [IsCa::NoCa, IsCa::ExplicitNoCa] {
        let mut parameters = ca("Intermediate");
        parameters.is_ca = is_ca;
        let chain = Chain::with(parameters, leaf());
        assert_eq!(
            verify(&chain.store(), &chain.sent(), valid()),
            Err(VerifyError::NotACa { certificate: 1 })
        );
    }
}

#[test]
fn a_ca_is_no_server() {
    let mut parameters = leaf();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let chain = Chain::with(ca("Intermediate"), parameters);
    assert_eq!(
        verify(&chain.store(), &chain.sent(), valid()),
        Err(VerifyError::CaAsLeaf)
    );
}

#[test]
fn path_lengths_count_the_intermediates_below() {
    for (below, expected) in [(0, Err(VerifyError::PathLength)), (1, Ok(()))] {
        let top = root("Root");
        let mut parameters = ca("Second");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
        let second = top.issue(parameters);
        let first = second.issue(ca("First"));
        let server = first.issue(leaf());
        let sent = [server.der.as_slice(), &first.der, &second.der];
        let judged = verify(&store([top.anchor()]), &sent, valid());
        assert_eq!(judged.map(drop), expected);
    }
}

#[test]
fn name_constraints_hold() {
    let constrained = |permitted: &[&str], excluded: &[&str]| {
        let subtrees = |names: &[&str]| {
            names
                .iter()
                .map(|n| GeneralSubtree::DnsName((*n).into()))
                .collect()
        };
        let mut parameters = ca("Intermediate");
        parameters.name_constraints = Some(NameConstraints {
            permitted_subtrees: subtrees(permitted),
            excluded_subtrees: subtrees(excluded),
        });
        parameters
    };
    for (permitted, excluded, expected) in [
        (&["example.com"][..], &[][..], Ok(())),
        (&["example.org"], &[], Err(VerifyError::NameConstraint)),
        (&[], &["example.com"], Err(VerifyError::NameConstraint)),
        (&[], &["example.org"], Ok(())),
    ] {
        let chain = Chain::with(constrained(permitted, excluded), leaf());
        let judged = verify(&chain.store(), &chain.sent(), valid());
        assert_eq!(judged.map(drop), expected, "{permitted:?} {excluded:?}");
    }
    // Of every name that the leaf has, not only of the one asked for.
    let names = leaf_for(&["ota.example.com", "ota.example.org"]);
    let chain = Chain::with(constrained(&["example.com"], &[]), names);
    let judged = verify_for(&chain.store(), &chain.sent(), "ota.example.com", valid());
    assert_eq!(judged, Err(VerifyError::NameConstraint));
}

#[test]
fn critical_extensions_must_be_understood() {
    let unknown = |critical| {
        let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 1], vec![5, 0]);
        extension.set_criticality(critical);
        extension
    };
    for (critical, accepted) in [(false, true), (true, false)] {
        let mut parameters = leaf();
        parameters.custom_extensions = vec![unknown(critical)];
        let chain = Chain::with(ca("Intermediate"), parameters);
        let judged = verify(&chain.store(), &chain.sent(), valid());
        let refused = VerifyError::CriticalExtension { certificate: 0 };
        assert_eq!(judged.is_ok(), accepted);
        assert!(accepted || judged == Err(refused));

        let mut parameters = ca("Intermediate");
        parameters.custom_extensions = vec![unknown(critical)];
        let chain = Chain::with(parameters, leaf());
        let judged = verify(&chain.store(), &chain.sent(), valid());
        let refused = VerifyError::CriticalExtension { certificate: 1 };
        assert_eq!(judged.is_ok(), accepted);
        assert!(accepted || judged == Err(refused));
    }
}
