//! What a CA certificate allows below it, and where a verifier stops.

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    NameConstraints,
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
