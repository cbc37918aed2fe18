//! Who signed a certificate is told by its signature, and not by a name.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use trust::anchors::{Certificate, read_pem};
use trust::calendar::Calendar;
use trust::coverage::served::{Capture, Declaration, World};
use trust::coverage::{Counting, Question, Served, prove};
use trust::hierarchy::Builder;
use trust::policy::VerifierModel;
use trust::source::SourceFile;

use crate::support::{date, loss, store};

/// A CA of `name` with a key of its own.
struct Ca {
    params: CertificateParams,
    key: KeyPair,
}

impl Ca {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = params(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { params, key }
    }

    fn root(&self) -> Certificate {
        read(&self.params.self_signed(&self.key).unwrap().pem())
    }

    fn issuer(&self) -> Issuer<'_, &KeyPair> {
        Issuer::from_params(&self.params, &self.key)
    }

    /// This CA, as `issuer` certifies it.
    fn by(&self, issuer: &Self) -> Certificate {
        let made = self.params.signed_by(&self.key, &issuer.issuer());
        read(&made.unwrap().pem())
    }

    /// A leaf of 2030.
    fn leaf(&self) -> Certificate {
        let key = KeyPair::generate().unwrap();
        let mut params = params("ota.example.com");
        params.not_after = rcgen::date_time_ymd(2030, 12, 31);
        read(&params.signed_by(&key, &self.issuer()).unwrap().pem())
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["ota.example.com".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(2030, 1, 1);
    params.not_after = rcgen::date_time_ymd(2045, 1, 1);
    params
}

fn read(pem: &str) -> Certificate {
    let (mut certificates, findings) = read_pem(&SourceFile::new("made.pem", pem.to_owned()));
    assert_eq!(findings, []);
    certificates.remove(0)
}

/// The loss in 2030 of a device with `roots` whose server was seen to send `chain`; `others` are in the pool.
fn asked(roots: &[Certificate], others: &[Certificate], chain: &[Certificate]) -> String {
    let calendar = Calendar::default();
    let mut builder = Builder::default();
    for certificate in roots.iter().chain(others).chain(&chain[1..]) {
        builder.add_certificate(certificate, &calendar);
    }
    let hierarchy = builder.build();
    let declaration = Declaration {
        name: "updates".to_owned(),
        captures: Vec::from_iter(Capture::of("seen.pem", chain, &hierarchy)),
        ..Declaration::default()
    };
    let world = World {
        hierarchy: &hierarchy,
        calendar: &calendar,
        known_on: date("2030-02-01"),
    };
    loss(&prove(&Question {
        store: &store(roots, &hierarchy),
        model: &VerifierModel::WebPki.behaviour(),
        endpoints: &[Served::new(&declaration, &world)],
        hierarchy: &hierarchy,
        counting: Counting::default(),
        from: date("2030-02-01"),
        until: date("2030-11-30"),
    }))
}

const NEVER: &str = "[2030-02-01, 2030-02-01]";

#[test]
fn of_two_keys_with_one_name_the_one_that_signed_counts() {
    let (old, new) = (Ca::new("Root"), Ca::new("Root"));
    let issuing = Ca::new("Issuing");
    let chain = [issuing.leaf(), issuing.by(&new)];
    assert_eq!(asked(&[new.root()], &[old.root()], &chain), "-");
    assert_eq!(asked(&[old.root()], &[new.root()], &chain), NEVER);
    assert_eq!(asked(&[old.root()], &[], &chain), NEVER);
    let direct = [new.leaf()];
    assert_eq!(asked(&[new.root()], &[old.root()], &direct), "-");
    assert_eq!(asked(&[old.root()], &[new.root()], &direct), NEVER);
}

#[test]
fn the_next_certificate_is_not_the_issuer_because_it_is_next() {
    let (root, issuing, other) = (Ca::new("Root"), Ca::new("Issuing"), Ca::new("Other"));
    let all = [root.root()];
    let strange = [issuing.leaf(), other.by(&root)];
    assert_eq!(asked(&all, &[], &strange), NEVER);
    let besides = [issuing.leaf(), other.by(&root), issuing.by(&root)];
    assert_eq!(asked(&all, &[], &besides), "-");
}

#[test]
fn a_leaf_that_its_issuer_did_not_sign_is_known_to_nobody() {
    let (root, issuing, forged) = (Ca::new("Root"), Ca::new("Issuing"), Ca::new("Issuing"));
    let all = [root.root()];
    assert_eq!(asked(&all, &[], &[issuing.leaf(), issuing.by(&root)]), "-");
    assert_eq!(asked(&all, &[], &[forged.leaf(), issuing.by(&root)]), NEVER);
}
