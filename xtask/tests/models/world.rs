//! Small random hierarchies of real certificates: cross-signed, issued again with the same key, ended, left out.

use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};

/// Days are counted from here.
pub const FIRST_DAY: (i32, u8, u8) = (2026, 1, 1);
/// The last day on which anything changes.
pub const LAST: u64 = 200;
const DAY: u64 = 86_400;
/// The leaf is good on each day that is asked about.
const LEAF_DAYS: u64 = 400;

/// What a server sends, and what a device trusts.
#[derive(Clone, Debug)]
pub struct World {
    pub seed: u64,
    pub leaf: Vec<u8>,
    pub certificates: Vec<Made>,
    /// Places in `certificates`.
    pub sent: Vec<usize>,
    /// Places in `certificates`.
    pub anchors: Vec<usize>,
}

/// A CA's certificate.
#[derive(Clone, Debug)]
pub struct Made {
    /// The CA whose key is in it; the first issues the leaf.
    pub subject: usize,
    /// The CA that signed it.
    pub issuer: usize,
    /// First and last day.
    pub days: (u64, u64),
    pub der: Vec<u8>,
}

/// A small generator (SplitMix64): the same worlds in every run, but for keys and signatures.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

impl World {
    pub fn random(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let count = 2 + random.below(3) as usize;
        let keys: Vec<_> = (0..count).map(|_| KeyPair::generate().unwrap()).collect();
        let mut certificates = Vec::new();
        for subject in 0..count {
            // Above the issuer of the leaf each CA may be a root, and each is signed by one or two of those above it.
            if subject > 0 && (subject + 1 == count || !random.one_in(3)) {
                certificates.push(made(subject, subject, &keys, &mut random));
            }
            if subject + 1 == count {
                continue;
            }
            for _ in 0..1 + random.below(2) {
                let above = subject + 1 + random.below((count - subject - 1) as u64) as usize;
                certificates.push(made(subject, above, &keys, &mut random));
            }
        }
        let anchors = chosen(&certificates, &mut random);
        let sent = sent(&certificates, &mut random);
        Self {
            seed,
            leaf: leaf(&keys[0]),
            certificates,
            sent,
            anchors,
        }
    }

    /// The days on both sides of each boundary, and the boundary itself.
    pub fn days(&self) -> Vec<u64> {
        let ends = self.certificates.iter().map(|made| made.days);
        let ends = ends.flat_map(|(first, last)| [first, last]);
        let mut days: Vec<_> = ends
            .flat_map(|day| [day.saturating_sub(1), day, day + 1])
            .collect();
        days.sort_unstable();
        days.dedup();
        days
    }
}

/// One to three anchors: roots for the most part.
fn chosen(certificates: &[Made], random: &mut Random) -> Vec<usize> {
    let mut anchors = Vec::new();
    for (place, made) in certificates.iter().enumerate() {
        let often = if made.subject == made.issuer { 2 } else { 8 };
        if anchors.len() < 3 && random.one_in(often) {
            anchors.push(place);
        }
    }
    if anchors.is_empty() {
        anchors.push(certificates.len() - 1);
    }
    anchors
}

/// From the leaf's issuer upwards, one certificate of each CA; now and then with a gap, in another order, or with one more
/// certificate behind it.
fn sent(certificates: &[Made], random: &mut Random) -> Vec<usize> {
    let mut sent = Vec::new();
    let mut subject = 0;
    loop {
        let of_subject =
            (0..certificates.len()).filter(|place| certificates[*place].subject == subject);
        let of_subject: Vec<_> = of_subject.collect();
        let place = of_subject[random.below(of_subject.len() as u64) as usize];
        let issuer = certificates[place].issuer;
        if issuer != subject || random.one_in(3) {
            sent.push(place);
        }
        if issuer == subject || random.one_in(6) {
            break;
        }
        subject = issuer;
    }
    if random.one_in(8) && sent.len() > 1 {
        sent.remove(random.below(sent.len() as u64) as usize);
    }
    if random.one_in(6) && sent.len() > 1 {
        let place = random.below(sent.len() as u64 - 1) as usize;
        sent.swap(place, place + 1);
    }
    let more = random.below(certificates.len() as u64) as usize;
    if random.one_in(6) && !sent.contains(&more) {
        sent.push(more);
    }
    sent
}

fn made(subject: usize, issuer: usize, keys: &[KeyPair], random: &mut Random) -> Made {
    // A third is there all the time.
    let first = if random.one_in(2) {
        0
    } else {
        2 + random.below(80)
    };
    let last = if random.one_in(3) {
        LAST + 100
    } else {
        first + 20 + random.below(LAST - first - 20)
    };
    let parameters = ca(issuer);
    let signer = Issuer::from_params(&parameters, &keys[issuer]);
    let mut own = ca(subject);
    (own.not_before, own.not_after) = validity(first, last);
    let certificate = if subject == issuer {
        own.self_signed(&keys[subject]).unwrap()
    } else {
        own.signed_by(&keys[subject], &signer).unwrap()
    };
    Made {
        subject,
        issuer,
        days: (first, last),
        der: certificate.der().to_vec(),
    }
}

fn ca(number: usize) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    let name = format!("CA {number}");
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters.use_authority_key_identifier_extension = true;
    parameters
}

fn leaf(issuer: &KeyPair) -> Vec<u8> {
    let mut parameters = CertificateParams::new(vec!["ota.example.com".to_owned()]).unwrap();
    parameters.distinguished_name = DistinguishedName::new();
    parameters.use_authority_key_identifier_extension = true;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    (parameters.not_before, parameters.not_after) = validity(0, LEAF_DAYS);
    let above = ca(0);
    let signer = Issuer::from_params(&above, issuer);
    let key = KeyPair::generate().unwrap();
    parameters.signed_by(&key, &signer).unwrap().der().to_vec()
}

/// Whole days, from the first second of the first to the last second of the last.
fn validity(first: u64, last: u64) -> (time::OffsetDateTime, time::OffsetDateTime) {
    let (year, month, day) = FIRST_DAY;
    let start = rcgen::date_time_ymd(year, month, day);
    let first = start + Duration::from_secs(first * DAY);
    let last = start + Duration::from_secs((last + 1) * DAY - 1);
    (first, last)
}

impl World {
    /// For a reader of a failure.
    pub fn described(&self) -> String {
        let mut text = format!("world {}\n", self.seed);
        for (place, made) in self.certificates.iter().enumerate() {
            let sent = self.sent.iter().position(|sent| *sent == place);
            let sent = sent.map_or(String::new(), |at| format!(", sent as {at}"));
            let trusted = if self.anchors.contains(&place) {
                ", trusted"
            } else {
                ""
            };
            text += &format!(
                "  {place}: CA {} by CA {}, days {} to {}{sent}{trusted}\n",
                made.subject, made.issuer, made.days.0, made.days.1
            );
        }
        text
    }
}
