//! Small random worlds: at most 6 keys, 10 certificates, 2 endpoints, with chain facts, events and pins.

use trust::anchors::{Constraints, PublicKey, SignatureAlgorithm};
use trust::calendar::KeyType;
use trust::coverage::served::{Capture as SeenChain, Declaration, Leaf};
use trust::coverage::{Served, Store, StoreAnchor, StorePin};
use trust::date::Date;
use trust::hierarchy::{Builder, Hierarchy, NewCertificate, Origin};

pub(crate) fn signature(sha1: bool) -> SignatureAlgorithm {
    match sha1 {
        true => SignatureAlgorithm::RsaSha1,
        false => SignatureAlgorithm::EcdsaSha256,
    }
}

/// Days are counted from 2030-01-01.
pub(crate) fn day(number: i64) -> Date {
    "2030-01-01".parse::<Date>().unwrap().plus_days(number)
}

#[derive(Debug, Default)]
pub(crate) struct World {
    /// Kind and owner.
    pub(crate) keys: Vec<(PublicKey, usize)>,
    pub(crate) certs: Vec<Cert>,
    pub(crate) facts: Vec<Fact>,
    /// Day, key, certificate.
    pub(crate) retired: Vec<(i64, Option<usize>, Option<usize>)>,
    /// Day, longest life.
    pub(crate) limits: Vec<(i64, i64)>,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) anchors: Vec<usize>,
    pub(crate) pins: Vec<Pin>,
}

#[derive(Clone, Debug)]
pub(crate) struct Cert {
    pub(crate) key: usize,
    pub(crate) subject: usize,
    pub(crate) issuer: usize,
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) sha1: bool,
    pub(crate) in_hand: bool,
    pub(crate) root_end: Option<i64>,
    pub(crate) path_length: Option<u32>,
    pub(crate) not_for_servers: bool,
}

#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) owner: usize,
    pub(crate) from: i64,
    /// Keys; one from behind the last key has no certificate.
    pub(crate) issuers: Vec<usize>,
    pub(crate) path: Vec<usize>,
    pub(crate) root: Option<usize>,
}

#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) owner: usize,
    pub(crate) profile: bool,
    pub(crate) leaf_days: Option<i64>,
    pub(crate) leaf_ends: Option<i64>,
    pub(crate) slack: i64,
    pub(crate) capture: Option<Capture>,
}

#[derive(Debug)]
pub(crate) struct Capture {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) chain: Vec<usize>,
    /// Certificates that were sent and are no CA's.
    pub(crate) besides: usize,
    /// The leaf's.
    pub(crate) key: PublicKey,
    /// Whether the leaf is signed with SHA-1.
    pub(crate) sha1: bool,
}

#[derive(Debug)]
pub(crate) struct Pin {
    pub(crate) endpoint: usize,
    /// A CA's key; `None`: the key of the endpoint's captured leaf.
    pub(crate) key: Option<usize>,
    pub(crate) expires: i64,
}

/// SplitMix64.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 up to, not including, `below`.
    pub(crate) fn of(&mut self, below: usize) -> usize {
        (self.next() % below.max(1) as u64) as usize
    }

    pub(crate) fn between(&mut self, first: i64, last: i64) -> i64 {
        first + self.of((last - first + 1) as usize) as i64
    }

    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.of(times) == 0
    }
}

impl World {
    pub(crate) fn random(seed: u64) -> Self {
        let dice = &mut Dice(seed);
        let mut world = Self::default();
        for _ in 0..2 + dice.of(5) {
            let kind = if dice.one_in(12) {
                PublicKey::Ed25519
            } else {
                PublicKey::P256
            };
            world.keys.push((kind, dice.of(3)));
        }
        for _ in 0..2 + dice.of(9) {
            world.certify(dice);
        }
        let most = world.certs.len();
        for _ in 0..dice.of(5) {
            let root = dice.one_in(6).then(|| dice.of(most));
            let named = !dice.one_in(6);
            let mut issuers = vec![world.certs[dice.of(most)].key];
            while dice.one_in(4) {
                issuers.push(dice.of(world.keys.len() + 1));
            }
            let path = if !named {
                vec![dice.of(most)]
            } else {
                (0..dice.of(3)).map(|_| dice.of(most)).collect()
            };
            if root.is_some() || !named {
                issuers.clear();
            }
            let path = if root.is_some() { vec![] } else { path };
            world.facts.push(Fact {
                owner: dice.of(2),
                from: dice.between(-20, 160),
                issuers,
                path,
                root,
            });
        }
        for _ in 0..dice.of(3) {
            let (key, cert) = (dice.of(world.keys.len()), dice.of(most));
            let either = dice.one_in(2);
            world.retired.push((
                dice.between(-20, 160),
                either.then_some(key),
                (!either).then_some(cert),
            ));
        }
        let limited = dice.one_in(3);
        if limited {
            world.limits = (0..1 + dice.of(2))
                .map(|_| (dice.between(0, 150), dice.between(1, 20)))
                .collect();
            world.limits.sort();
        }
        for _ in 0..1 + dice.of(2) {
            let endpoint = world.endpoint(dice, limited);
            world.endpoints.push(endpoint);
        }
        world.anchors = (0..dice.of(4)).map(|_| dice.of(most)).collect();
        world.anchors.sort_unstable();
        world.anchors.dedup();
        for _ in 0..dice.of(3) {
            let key = dice.one_in(2).then(|| dice.of(world.keys.len()));
            let endpoint = dice.of(world.endpoints.len());
            world.pins.push(Pin {
                endpoint,
                key,
                expires: dice.between(0, 160),
            });
        }
        world
    }

    fn certify(&mut self, dice: &mut Dice) {
        let key = dice.of(self.keys.len());
        // Two keys may have one name.
        let subject = if dice.one_in(10) {
            dice.of(self.keys.len())
        } else {
            key
        };
        let issuer = if dice.one_in(3) {
            subject
        } else {
            dice.of(self.keys.len())
        };
        let first = dice.between(-100, 100);
        let last = first + dice.between(0, 250);
        let root_end = (subject == issuer && dice.one_in(3)).then(|| dice.between(0, 160));
        let (sha1, in_hand) = (dice.one_in(12), dice.one_in(2));
        self.certs.push(Cert {
            key,
            subject,
            issuer,
            first,
            last,
            sha1,
            in_hand,
            root_end,
            path_length: dice.one_in(10).then(|| dice.of(3) as u32),
            not_for_servers: dice.one_in(40),
        });
    }

    fn endpoint(&self, dice: &mut Dice, limited: bool) -> Endpoint {
        let first = dice.between(-20, 100);
        let chain = (0..1 + dice.of(3))
            .map(|_| dice.of(self.certs.len()))
            .collect();
        let capture = Capture {
            first,
            last: first + dice.between(1, 40),
            chain,
            besides: if dice.one_in(8) { dice.of(4) } else { 0 },
            key: if dice.one_in(40) {
                PublicKey::Ed25519
            } else {
                PublicKey::Rsa(2048)
            },
            sha1: dice.one_in(40),
        };
        Endpoint {
            owner: dice.of(2),
            profile: !dice.one_in(4),
            leaf_days: (limited || !dice.one_in(3)).then(|| dice.between(1, 40)),
            leaf_ends: dice.one_in(3).then(|| dice.between(-10, 120)),
            slack: if dice.one_in(3) {
                dice.between(0, 10)
            } else {
                0
            },
            capture: dice.one_in(2).then_some(capture),
        }
    }

    /// In the order of the engine's ids: fingerprints are numbers.
    pub(crate) fn hierarchy(&self) -> Hierarchy {
        let mut builder = Builder::default();
        for (number, cert) in self.certs.iter().enumerate() {
            builder.add(NewCertificate {
                sha256: [number as u8; 32],
                spki_sha256: [100 + cert.key as u8; 32],
                key: self.keys[cert.key].0.clone(),
                owner: Some(format!("CA {}", self.keys[cert.key].1)),
                name: format!("N{}", cert.subject),
                subject: format!("CN=N{}", cert.subject),
                issuer: format!("CN=N{}", cert.issuer),
                names_der: None,
                not_before: day(cert.first),
                not_after: day(cert.last),
                revoked: None,
                signature: signature(cert.sha1),
                may_issue: true,
                constraints: Constraints {
                    path_length: cert.path_length,
                    not_for_servers: cert.not_for_servers,
                    ..Constraints::default()
                },
                der_length: cert.in_hand.then_some(900),
                origin: if cert.in_hand {
                    Origin::InHand {
                        file: "made".to_owned(),
                    }
                } else {
                    Origin::Fact {
                        known_on: day(cert.first),
                        source: "made".to_owned(),
                    }
                },
            });
        }
        builder.build()
    }

    pub(crate) fn declaration(&self, number: usize, hierarchy: &Hierarchy) -> Declaration {
        let endpoint = &self.endpoints[number];
        let capture = endpoint.capture.as_ref().map(|capture| SeenChain {
            file: "made.pem".to_owned(),
            leaf: Leaf {
                not_before: day(capture.first),
                not_after: day(capture.last),
                spki_sha256: [200 + number as u8; 32],
                key: capture.key.clone(),
                signature: signature(capture.sha1),
                der_length: 500,
                names: Vec::new(),
            },
            issuer: hierarchy.find_key(&[100 + self.certs[capture.chain[0]].key as u8; 32]),
            verified: true,
            sent: capture.chain.len() + capture.besides,
            bytes: 500,
            certificates: capture
                .chain
                .iter()
                .map(|cert| hierarchy.find(&[*cert as u8; 32]).unwrap())
                .collect(),
        });
        Declaration {
            name: format!("endpoint {number}"),
            host: format!("host {number}"),
            owner: format!("CA {}", endpoint.owner),
            profile: endpoint.profile.then(|| "default".to_owned()),
            key_type: Some(KeyType::Rsa),
            leaf_days: endpoint.leaf_days.map(|days| days as u32),
            leaf_ends: endpoint.leaf_ends.map(day),
            renewal_slack_days: endpoint.slack as u32,
            captures: capture.into_iter().collect(),
        }
    }

    pub(crate) fn store(&self, hierarchy: &Hierarchy) -> Store {
        let anchor = |cert: &usize| StoreAnchor {
            certificate: hierarchy.find(&[*cert as u8; 32]).unwrap(),
            private: false,
            until: Date::LAST,
        };
        let pin = |pin: &Pin| StorePin {
            endpoint: format!("endpoint {}", pin.endpoint),
            spki_sha256: pin
                .key
                .map_or([200 + pin.endpoint as u8; 32], |key| [100 + key as u8; 32]),
            expires: day(pin.expires),
        };
        Store {
            anchors: self.anchors.iter().map(anchor).collect(),
            pins: self.pins.iter().map(pin).collect(),
            rescue: false,
        }
    }

    pub(crate) fn served(&self, hierarchy: &Hierarchy) -> Vec<Served> {
        let calendar = self.calendar();
        let world = trust::coverage::served::World {
            hierarchy,
            calendar: &calendar,
            known_on: day(0),
        };
        let numbers = 0..self.endpoints.len();
        numbers
            .map(|number| Served::new(&self.declaration(number, hierarchy), &world))
            .collect()
    }
}
