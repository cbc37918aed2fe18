//! The naive answer, written apart from the engine: day by day, leaf by leaf, path by path.

use std::collections::BTreeSet;

use trust::anchors::PublicKey;
use trust::verifier::{AnchorSearch, Anchors, Behaviour, Order};

use crate::worlds::{Cert, Endpoint, Fact, Pin, World, signature};

/// Before every date of a world, by more than the longest life of a leaf.
const START: i64 = -60;

/// For each day from [`START`]: the first day of the epoch, and what leaves are issued with; `None` is unknown.
pub(crate) type Issued = Vec<(i64, BTreeSet<Option<Chain>>)>;

/// A chain: the key below, whether what is below is an unnamed issuer, and the certificates above it.
pub(crate) type Chain = (usize, bool, Vec<usize>);

/// Anchor certificate (`None`: a pin), carrier, and path.
pub(crate) type Way = (Option<usize>, usize, Vec<usize>);

/// A search for anchors.
struct Climb<'a> {
    model: &'a Behaviour,
    /// The endpoint's.
    place: usize,
    certs: &'a [usize],
    day: i64,
    /// Intermediates below the chain that have no name.
    unnamed: usize,
}

impl World {
    /// What leaves are issued with on `day`, never nothing; with the first day of the epoch.
    fn issued(&self, endpoint: &Endpoint, day: i64) -> (i64, BTreeSet<Option<Chain>>) {
        let mut epochs: Vec<(i64, Vec<Option<Chain>>)> = Vec::new();
        if endpoint.profile {
            for fact in self
                .facts
                .iter()
                .filter(|fact| fact.owner == endpoint.owner)
            {
                match epochs.iter_mut().find(|(from, _)| *from == fact.from) {
                    Some((_, chains)) => chains.extend(self.chains(fact)),
                    None => epochs.push((fact.from, self.chains(fact))),
                }
            }
        }
        epochs.sort();
        if let Some(capture) = &endpoint.capture {
            let below = self.certs[capture.chain[0]].key;
            let seen = Some((below, false, capture.chain.clone()));
            let current = epochs.iter().rfind(|(from, _)| *from <= capture.first);
            if !current.is_some_and(|(_, chains)| chains.contains(&seen)) {
                epochs.retain(|(from, _)| *from != capture.first);
                epochs.push((capture.first, vec![seen]));
                epochs.sort();
            }
        }
        let Some(first) = epochs.first() else {
            return (i64::MIN, [None].into());
        };
        if day < first.0 {
            return (i64::MIN, first.1.iter().cloned().collect());
        }
        let (from, chains) = epochs.iter().rfind(|(from, _)| *from <= day).unwrap();
        let works = |chain: &&Option<Chain>| {
            let known = chain.as_ref();
            known.is_none_or(|chain| self.is_issued_with(chain, day))
        };
        let mut alive: BTreeSet<_> = chains.iter().filter(works).cloned().collect();
        if alive.is_empty() {
            alive.insert(None);
        }
        (*from, alive)
    }

    fn chains(&self, fact: &Fact) -> Vec<Option<Chain>> {
        if let Some(root) = fact.root {
            return vec![Some((self.certs[root].key, true, vec![]))];
        }
        if fact.issuers.is_empty() {
            let below = self.certs[fact.path[0]].key;
            return vec![Some((below, true, fact.path.clone()))];
        }
        let mut all = Vec::new();
        for issuer in &fact.issuers {
            let chains = self.chains_by(*issuer, fact);
            if chains.is_empty() {
                all.push(None);
            }
            all.extend(chains.into_iter().map(Some));
        }
        all
    }

    fn chains_by(&self, issuer: usize, fact: &Fact) -> Vec<Chain> {
        let numbers = 0..self.certs.len();
        let of_key = numbers.filter(|cert| self.certs[*cert].key == issuer);
        let below = |cert: &usize| match fact.path.first() {
            Some(above) => self.signers(*cert).contains(&self.certs[*above].key),
            None => true,
        };
        let chain = |cert| (issuer, false, [vec![cert], fact.path.clone()].concat());
        of_key.filter(below).map(chain).collect()
    }

    fn is_issued_with(&self, (below, _, certs): &Chain, day: i64) -> bool {
        let sent = |key: usize| certs.iter().any(|cert| self.certs[*cert].key == key);
        let mut tops = BTreeSet::new();
        for cert in certs {
            let own = self.certs[*cert].subject == self.certs[*cert].issuer;
            let above = self.signers(*cert).into_iter();
            tops.extend(above.filter(|key| own || !sent(*key)));
        }
        if certs.is_empty() {
            tops.insert(*below);
        }
        let keys: Vec<usize> = certs
            .iter()
            .map(|cert| self.certs[*cert].key)
            .chain([*below])
            .chain(tops.iter().copied())
            .collect();
        let own = |cert: &usize| {
            let root = &self.certs[*cert];
            tops.contains(&root.key) && root.subject == root.issuer
        };
        let retired = self.retired.iter().any(|(on, key, cert)| {
            *on <= day
                && (key.is_some_and(|key| keys.contains(&key))
                    || cert.is_some_and(|cert| certs.contains(&cert) || own(&cert)))
        });
        let names = |cert: usize| (self.certs[cert].key, self.signers(cert));
        let ended = certs.iter().any(|cert| {
            let mut twins = certs.iter().filter(|twin| names(**twin) == names(*cert));
            twins.all(|twin| self.certs[*twin].last < day)
        });
        let gone = |key: &usize| {
            let own = self
                .certs
                .iter()
                .filter(|cert| cert.key == *key && cert.subject == cert.issuer);
            let own: Vec<&Cert> = own.collect();
            let published = own.iter().filter_map(|cert| cert.root_end).min();
            let not_after = own
                .iter()
                .map(|cert| cert.last)
                .max()
                .filter(|_| certs.is_empty());
            published.into_iter().chain(not_after).any(|end| end < day)
        };
        let rootless = tops.iter().any(gone);
        !retired && !ended && !rootless
    }

    /// The key that is known under the issuer's name, if it is the only one; a root's own.
    fn signers(&self, cert: usize) -> Vec<usize> {
        let Cert {
            key,
            subject,
            issuer,
            ..
        } = self.certs[cert];
        let keys: BTreeSet<usize> = self
            .certs
            .iter()
            .filter(|other| other.subject == issuer)
            .map(|other| other.key)
            .collect();
        match keys.len() {
            1 => keys.into_iter().collect(),
            _ if subject == issuer && keys.contains(&key) => vec![key],
            _ => Vec::new(),
        }
    }

    /// What leaves are issued with on each day from [`START`] to `last`.
    pub(crate) fn all_issued(&self, endpoint: &Endpoint, last: i64) -> Issued {
        (START..=last)
            .map(|day| self.issued(endpoint, day))
            .collect()
    }

    /// What may be served on `day`; `None` is unknown.
    pub(crate) fn possible(
        &self,
        endpoint: &Endpoint,
        issued: &Issued,
        day: i64,
    ) -> BTreeSet<Option<Chain>> {
        let at = |day: i64| &issued[usize::try_from(day - START).unwrap()];
        let mut served = BTreeSet::new();
        let captured = endpoint.capture.as_ref();
        if let Some(capture) = captured.filter(|c| c.first <= day && day < c.last.max(c.first + 1))
        {
            let below = self.certs[capture.chain[0]].key;
            served.insert(Some((below, false, capture.chain.clone())));
        }
        let seen = captured.map(|c| (Some(c.first), c.last));
        let seen = seen.or(endpoint
            .leaf_ends
            .map(|last| (endpoint.leaf_days.map(|days| last - days), last)));
        for issued_on in START..=day {
            let (epoch, chains) = at(issued_on);
            let life = captured
                .map(|c| c.last - c.first)
                .filter(|_| endpoint.leaf_days.is_none());
            let life = endpoint.leaf_days.or(life);
            let life = life.map(|life| self.limited(life, issued_on));
            let mut last = life
                .map_or(i64::MAX, |life| issued_on + life - 1)
                .max(issued_on);
            match seen {
                Some((Some(first), end)) => {
                    let window = end - (end - first) / 3 - endpoint.slack;
                    if issued_on < first {
                        last = last.min(first - 1);
                    } else if issued_on == first && captured.is_none() && issued_on < window {
                        last = last.min(end - 1).max(issued_on);
                    } else if issued_on < window.max(first) {
                        continue;
                    }
                }
                Some((None, end)) => {
                    let (later, going_on) = at(end);
                    for chain in chains {
                        let goes_on = later == epoch && going_on.contains(chain);
                        let end = if goes_on || end <= issued_on {
                            last
                        } else {
                            last.min(end - 1)
                        };
                        if day <= end && self.lasts(chain.as_ref(), day) {
                            served.insert(chain.clone());
                        }
                    }
                    continue;
                }
                None => {}
            }
            if day > last {
                continue;
            }
            let lasting = chains
                .iter()
                .filter(|chain| self.lasts(chain.as_ref(), day));
            for chain in lasting {
                // Most are there already, from another day of issuing.
                if !served.contains(chain) {
                    served.insert(chain.clone());
                }
            }
        }
        if served.is_empty() {
            served.insert(None);
        }
        served
    }

    fn lasts(&self, chain: Option<&Chain>, day: i64) -> bool {
        chain.is_none_or(|(below, unnamed, certs)| {
            let certs = certs.iter().map(|cert| &self.certs[*cert]);
            let mut issuers = certs
                .filter(|cert| cert.key == *below && !unnamed)
                .peekable();
            issuers.peek().is_none() || issuers.any(|cert| day <= cert.last)
        })
    }

    fn limited(&self, life: i64, day: i64) -> i64 {
        let limits = self
            .limits
            .iter()
            .filter(|(from, _)| *from <= day)
            .map(|(_, days)| *days);
        limits.chain([life]).min().unwrap()
    }

    /// Every way in which `chain` of the endpoint in `place` is accepted on `day`.
    pub(crate) fn ways(
        &self,
        model: &Behaviour,
        place: usize,
        chain: Option<&Chain>,
        day: i64,
    ) -> BTreeSet<Way> {
        let mut found = BTreeSet::new();
        if let Some((below, unnamed, certs)) = chain.filter(|chain| self.key_works(model, chain.0))
        {
            let climb = Climb {
                model,
                place,
                certs,
                day,
                unnamed: usize::from(*unnamed),
            };
            self.climb(&climb, &[*below], &mut Vec::new(), &mut found);
        }
        if self.endpoints[place].capture.is_some() {
            let pins = self.pins_that_hold(model, place, day);
            let of_leaf = pins.filter(|(_, key)| key.is_none());
            found.extend(of_leaf.map(|(carrier, _)| (None, carrier, Vec::new())));
        }
        found
    }

    /// Carrier and key of each pin; `None` is the leaf's.
    fn pins_that_hold(
        &self,
        model: &Behaviour,
        place: usize,
        day: i64,
    ) -> impl Iterator<Item = (usize, Option<usize>)> {
        let (anchors, checked) = (self.carriers().len(), model.pins.is_checked());
        let holds = move |pin: &Pin| checked && pin.endpoint == place && day <= pin.expires;
        (self.pins.iter().enumerate())
            .filter(move |(_, pin)| holds(pin))
            .map(move |(at, pin)| (anchors + at, pin.key))
    }

    /// Whether the verifier can take the endpoint's leaf, and as many certificates.
    pub(crate) fn fits(&self, model: &Behaviour, place: usize, chain: Option<&Chain>) -> bool {
        let sent = chain.map_or(0, |(_, unnamed, certs)| certs.len() + usize::from(*unnamed));
        let Some(capture) = &self.endpoints[place].capture else {
            return sent <= model.most_sent;
        };
        let as_seen = chain.is_some_and(|(below, unnamed, certs)| {
            !unnamed && *certs == capture.chain && *below == self.certs[capture.chain[0]].key
        });
        let besides = if as_seen { capture.besides } else { 0 };
        let signed = !as_seen || model.signatures.contains(&signature(capture.sha1));
        let key = capture.key != PublicKey::Ed25519 || model.model.verifies_with(&capture.key);
        signed && key && sent + besides <= model.most_sent
    }

    /// `path`: places in `certs`.
    fn climb(
        &self,
        climb: &Climb<'_>,
        signers: &[usize],
        path: &mut Vec<usize>,
        found: &mut BTreeSet<Way>,
    ) {
        let Climb {
            model,
            place: endpoint,
            certs,
            day,
            unnamed,
        } = *climb;
        let below = path.iter().map(|place| &self.certs[certs[*place]]);
        let between = unnamed + below.filter(|cert| cert.subject != cert.issuer).count();
        let stands = |cert: &Cert| {
            !cert.not_for_servers && cert.path_length.is_none_or(|most| between <= most as usize)
        };
        let behind = path.last().map_or(0, |place| place + 1);
        let name = path.last().map(|place| self.certs[certs[*place]].issuer);
        let named = |cert: usize| name.is_none_or(|name| self.certs[cert].subject == name);
        let next: Vec<usize> = (0..certs.len())
            .filter(|place| match model.order {
                Order::Any => !path.contains(place),
                Order::Forward => *place >= behind,
                Order::Strict => *place == behind,
            })
            .filter(|place| {
                let cert = &self.certs[certs[*place]];
                let leafs =
                    |other: &Cert| signers.contains(&other.key) && other.subject == cert.subject;
                let by_name = name.is_some() || self.certs.iter().any(leafs);
                by_name && named(certs[*place])
            })
            .collect();
        let in_date = |cert: &Cert| cert.first <= day && day <= cert.last;
        let (mut trusted, mut in_time) = (false, false);
        if next.is_empty() || model.anchor_search != AnchorSearch::Top {
            for anchor in &self.anchors {
                let cert = &self.certs[*anchor];
                let root = cert.subject == cert.issuer || model.anchors == Anchors::Any;
                let works = self.key_works(model, cert.key)
                    && signers.contains(&cert.key)
                    && named(*anchor)
                    && stands(cert);
                if !root || !works {
                    continue;
                }
                trusted = true;
                if !model.anchor_dates.is_checked() || in_date(cert) {
                    in_time = true;
                    let carrier = self
                        .carriers()
                        .iter()
                        .position(|key| *key == cert.key)
                        .unwrap();
                    let path = path.iter().map(|place| certs[*place]).collect();
                    found.insert((Some(*anchor), carrier, path));
                }
            }
        }
        let dated = |place: &usize| {
            !model.intermediate_dates.is_checked() || in_date(&self.certs[certs[*place]])
        };
        let next: Vec<usize> = match model.anchor_search {
            // An anchor is taken, also when its time is over.
            AnchorSearch::EachStep if trusted && !in_time => Vec::new(),
            AnchorSearch::EachStep => {
                let mut next = next.into_iter();
                Vec::from_iter(
                    next.find(|place| dated(place) && stands(&self.certs[certs[*place]])),
                )
            }
            AnchorSearch::EachStepAgain => next.into_iter().filter(dated).collect(),
            AnchorSearch::Top => next.into_iter().take(1).filter(dated).collect(),
        };
        for place in &next {
            let cert = &self.certs[certs[*place]];
            if !signers.contains(&cert.key) || !self.key_works(model, cert.key) || !stands(cert) {
                continue;
            }
            for (carrier, key) in self.pins_that_hold(model, endpoint, day) {
                if key == Some(cert.key) {
                    let path = path.iter().map(|place| certs[*place]).collect();
                    found.insert((None, carrier, path));
                }
            }
            let signed = model.signatures.contains(&signature(cert.sha1));
            if signed && path.len() + unnamed < model.most_in_path {
                path.push(*place);
                self.climb(climb, &self.signers(certs[*place]), path, found);
                path.pop();
            }
        }
    }

    fn key_works(&self, model: &Behaviour, key: usize) -> bool {
        self.keys[key].0 != PublicKey::Ed25519 || model.model.verifies_with(&PublicKey::Ed25519)
    }

    /// Keys of the anchors, in the order of the store.
    pub(crate) fn carriers(&self) -> Vec<usize> {
        let mut keys = Vec::new();
        for anchor in &self.anchors {
            let key = self.certs[*anchor].key;
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }
}
