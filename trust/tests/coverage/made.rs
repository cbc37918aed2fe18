//! CAs with real keys, and questions about servers that send their certificates.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_ED25519, SanType,
};
use trust::anchors::{Certificate, read_pem};
use trust::calendar::Calendar;
use trust::coverage::served::{Capture, Declaration, World};
use trust::coverage::{Counting, Question, Served, prove};
use trust::hierarchy::Builder;
use trust::policy::VerifierModel;
use trust::source::SourceFile;

use crate::support::{date, loss, store};

/// A CA of `name` with a key of its own.
pub(crate) struct Ca {
    pub(crate) params: CertificateParams,
    key: KeyPair,
}

impl Ca {
    pub(crate) fn new(name: &str) -> Self {
        Self::with(name, KeyPair::generate().unwrap())
    }

    /// With a key that the device's code cannot verify with.
    pub(crate) fn of_ed25519(name: &str) -> Self {
        Self::with(name, KeyPair::generate_for(&PKCS_ED25519).unwrap())
    }

    fn with(name: &str, key: KeyPair) -> Self {
        let mut params = params(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { params, key }
    }

    pub(crate) fn root(&self) -> Certificate {
        read(&self.params.self_signed(&self.key).unwrap().pem())
    }

    pub(crate) fn issuer(&self) -> Issuer<'_, &KeyPair> {
        Issuer::from_params(&self.params, &self.key)
    }

    /// This CA, as `issuer` certifies it.
    pub(crate) fn by(&self, issuer: &Self) -> Certificate {
        let made = self.params.signed_by(&self.key, &issuer.issuer());
        read(&made.unwrap().pem())
    }

    /// A leaf of 2030.
    pub(crate) fn leaf(&self) -> Certificate {
        self.leaf_for(&[HOST])
    }

    pub(crate) fn leaf_for(&self, hosts: &[&str]) -> Certificate {
        let key = KeyPair::generate().unwrap();
        let mut params = params(HOST);
        let name = |host: &&str| SanType::DnsName((*host).try_into().unwrap());
        params.subject_alt_names = hosts.iter().map(name).collect();
        params.not_after = rcgen::date_time_ymd(2030, 12, 31);
        read(&params.signed_by(&key, &self.issuer()).unwrap().pem())
    }
}

const HOST: &str = "ota.example.com";

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
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
pub(crate) fn asked(
    model: VerifierModel,
    roots: &[Certificate],
    others: &[Certificate],
    chain: &[Certificate],
) -> String {
    let calendar = Calendar::default();
    let mut builder = Builder::default();
    for certificate in roots.iter().chain(others).chain(&chain[1..]) {
        builder.add_certificate(certificate, &calendar);
    }
    let hierarchy = builder.build();
    let declaration = Declaration {
        name: "updates".to_owned(),
        host: HOST.to_owned(),
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
        model: &model.behaviour(),
        endpoints: &[Served::new(&declaration, &world)],
        hierarchy: &hierarchy,
        counting: Counting::default(),
        from: date("2030-02-01"),
        until: date("2030-11-30"),
    }))
}
