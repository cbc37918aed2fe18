//! What a CA certificate allows below it, and where a verifier stops.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree,
    IsCa, NameConstraints,
};
use trust::policy::VerifierModel;

use crate::made::{Ca, asked};

const NEVER: &str = "[2030-02-01, 2030-02-01]";

/// The loss of a device whose server sends an intermediate, changed, below another one.
fn with(model: VerifierModel, change: impl Fn(&mut CertificateParams)) -> String {
    let (root, mut upper, issuing) = (Ca::new("Root"), Ca::new("Upper"), Ca::new("Issuing"));
    change(&mut upper.params);
    let chain = [issuing.leaf(), issuing.by(&upper), upper.by(&root)];
    asked(model, &[root.root()], &[], &chain)
}

fn length(most: u8) -> impl Fn(&mut CertificateParams) {
    move |params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(most))
}

fn usage(usage: ExtendedKeyUsagePurpose) -> impl Fn(&mut CertificateParams) {
    move |params| params.extended_key_usages = vec![usage.clone()]
}

fn only(domain: &str) -> impl Fn(&mut CertificateParams) {
    move |params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName(domain.to_owned())],
            excluded_subtrees: Vec::new(),
        });
    }
}

#[test]
fn every_verifier_keeps_to_path_lengths_and_usages() {
    for model in VerifierModel::ALL {
        // The older bundle looks for the issuer of the last certificate alone, which is there.
        assert_eq!(with(model, |_| {}), "-", "{model:?}");
        assert_eq!(with(model, length(1)), "-", "{model:?}");
        assert_eq!(with(model, length(0)), NEVER, "{model:?}");
        let server = usage(ExtendedKeyUsagePurpose::ServerAuth);
        assert_eq!(with(model, server), "-", "{model:?}");
        let client = usage(ExtendedKeyUsagePurpose::ClientAuth);
        assert_eq!(with(model, client), NEVER, "{model:?}");
    }
}

#[test]
fn who_does_not_know_name_constraints_refuses_them() {
    for (model, known) in [
        (VerifierModel::BearSsl, false),
        (VerifierModel::EspIdfBundle, false),
        (VerifierModel::EspIdfPemTime, false),
        (VerifierModel::OpenSsl10, true),
        (VerifierModel::Perennial, true),
        (VerifierModel::WebPki, true),
    ] {
        let inside = if known { "-" } else { NEVER };
        assert_eq!(with(model, only("example.com")), inside, "{model:?}");
        assert_eq!(with(model, only("example.net")), NEVER, "{model:?}");
    }
}

/// The server sends the intermediate of today; an older certificate of its key is an anchor beside the root.
#[test]
fn mbedtls_stops_at_an_anchor_whose_time_is_over() {
    let (root, mut issuing) = (Ca::new("Root"), Ca::new("Issuing"));
    let chain = [issuing.leaf(), issuing.by(&root)];
    issuing.params.not_after = rcgen::date_time_ymd(2030, 6, 30);
    let anchors = [issuing.by(&root), root.root()];
    for (model, expected) in [
        (VerifierModel::EspIdfPemTime, "[2030-07-01, 2030-07-01]"),
        (VerifierModel::EspIdfPem, "-"),
        (VerifierModel::WebPki, "-"),
    ] {
        assert_eq!(asked(model, &anchors, &[], &chain), expected, "{model:?}");
    }
}

/// A server goes on sending a cross-certificate whose time is over, until it renews: AddTrust, 2020. OpenSSL 1.0 went
/// that way to its end; others know the root below it.
#[test]
fn a_cross_certificate_is_sent_after_its_end() {
    let (old, mut root, issuing) = (Ca::new("Old"), Ca::new("Root"), Ca::new("Issuing"));
    let anchors = [root.root(), old.root()];
    let by_root = issuing.by(&root);
    root.params.not_after = rcgen::date_time_ymd(2030, 5, 30);
    let chain = [issuing.leaf(), by_root, root.by(&old)];
    // What is issued after that day is not known, and counts for nobody from the first renewal on.
    for (model, expected) in [
        (VerifierModel::OpenSsl10, "[2030-05-31, 2030-05-31]"),
        (VerifierModel::WebPki, "[2030-09-01, -]"),
        (VerifierModel::EspIdfPemTime, "[2030-09-01, -]"),
    ] {
        assert_eq!(asked(model, &anchors, &[], &chain), expected, "{model:?}");
    }
}

/// Name constraints are about every name of the leaf, and no verifier that does not know them can read an anchor with them.
#[test]
fn name_constraints_of_leaves_and_anchors() {
    let (root, mut upper, issuing) = (Ca::new("Root"), Ca::new("Upper"), Ca::new("Issuing"));
    only("example.com")(&mut upper.params);
    let chain = |hosts: &[&str]| [issuing.leaf_for(hosts), issuing.by(&upper), upper.by(&root)];
    let asked_of = |hosts: &[&str]| {
        let chain = chain(hosts);
        asked(VerifierModel::WebPki, &[root.root()], &[], &chain)
    };
    assert_eq!(asked_of(&["ota.example.com", "*.example.com"]), "-");
    assert_eq!(asked_of(&["ota.example.com", "cdn.example.net"]), NEVER);
    let direct = [issuing.leaf(), issuing.by(&upper)];
    for (model, expected) in [
        (VerifierModel::EspIdfPem, NEVER),
        (VerifierModel::OpenSsl10, "-"),
    ] {
        assert_eq!(asked(model, &[upper.root()], &[], &direct), expected);
    }
}

#[test]
fn a_critical_extension_that_not_all_know_is_known_to_none() {
    for (critical, expected) in [(true, NEVER), (false, "-")] {
        for model in VerifierModel::ALL {
            let strange = |params: &mut CertificateParams| {
                let mut strange = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
                strange.set_criticality(critical);
                params.custom_extensions = vec![strange];
            };
            assert_eq!(with(model, strange), expected, "{model:?}");
        }
    }
}

/// What nobody needs does no harm: an older certificate of the issuer, or one whose path length is too small.
#[test]
fn what_is_sent_besides_does_no_harm() {
    let (root, mut upper, issuing) = (Ca::new("Root"), Ca::new("Upper"), Ca::new("Issuing"));
    let good = upper.by(&root);
    length(0)(&mut upper.params);
    let short = upper.by(&root);
    length(9)(&mut upper.params);
    upper.params.not_after = rcgen::date_time_ymd(2030, 6, 30);
    let old = upper.by(&root);
    for besides in [short, old] {
        let chain = [issuing.leaf(), issuing.by(&upper), besides, good.clone()];
        for model in [VerifierModel::EspIdfPemTime, VerifierModel::WebPki] {
            assert_eq!(asked(model, &[root.root()], &[], &chain), "-", "{model:?}");
        }
    }
}

/// Servers send the root too, though nobody needs it. What ends above it ends all the same.
#[test]
fn a_root_that_is_sent_hides_no_end() {
    let (old, mut root, issuing) = (Ca::new("Old"), Ca::new("Root"), Ca::new("Issuing"));
    let (own, by_root) = (root.root(), issuing.by(&root));
    root.params.not_after = rcgen::date_time_ymd(2030, 5, 30);
    let chain = vec![issuing.leaf(), by_root, root.by(&old)];
    let with_root = [chain.clone(), vec![own]].concat();
    for model in [VerifierModel::EspIdfPem, VerifierModel::EspIdfBundle] {
        for chain in [&chain, &with_root] {
            // Who checks no dates is held until the first renewal.
            let asked = asked(model, &[old.root()], &[], chain);
            assert_eq!(asked, "[2030-09-01, -]", "{model:?}");
        }
    }
}

/// mbedTLS reads every certificate of a message, also one that nobody needs.
#[test]
fn what_cannot_be_read_is_harmful_besides() {
    let (root, mut stray, issuing) = (Ca::new("Root"), Ca::new("Stray"), Ca::new("Issuing"));
    let mut strange = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
    strange.set_criticality(true);
    stray.params.custom_extensions = vec![strange];
    let chain = [issuing.leaf(), issuing.by(&root), stray.by(&root)];
    for (model, expected) in [
        (VerifierModel::EspIdfPem, NEVER),
        (VerifierModel::WebPki, "-"),
    ] {
        assert_eq!(
            asked(model, &[root.root()], &[], &chain),
            expected,
            "{model:?}"
        );
    }
}
