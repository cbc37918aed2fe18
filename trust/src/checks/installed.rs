//! L101, L102, L103, L104: what this release means for devices in the field.
//!
//! A release in the ledger has devices unless it says `units = 0`. They come back within `longest-offline-days`, ask
//! the servers that their firmware knows, and must accept what these send *now*: what this policy says of a server,
//! where it has it, else what was recorded.

use super::endpoint_loss::why;
use super::proof::Proof;
use super::{Case, because};
use crate::coverage::served::Declaration;
use crate::coverage::{Counting, Coverage, Gap, Question, Served, Store, prove};
use crate::date::Date;
use crate::finding::{Finding, Subject};
use crate::ledger::{RecordedRelease, Release};
use crate::policy::ServiceLife;
use crate::rules::ledger::{
    CANNOT_REACH, COVERAGE_REGRESSION, GOES_DARK_BEFORE_RETURN, SERVICE_ENDS_BEFORE_RETURN,
};
use crate::server::Server;
use crate::words::counted;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let (Some(proof), Some(service)) = (case.proof, &case.policy.service_life) else {
        return;
    };
    findings.extend(service_ends_before_return(case, service));
    let installed: Vec<_> = (case.in_the_field())
        .map(|recorded| Installed::new(case, proof, service, recorded))
        .collect();
    for one in &installed {
        findings.extend(one.not_reached(&installed));
        findings.extend(one.regression());
    }
}

/// L104: a device that goes offline today comes back after service ended.
fn service_ends_before_return(case: &Case<'_>, service: &ServiceLife) -> Option<Finding> {
    let returns = last_return(case.as_of, service.longest_offline_days.value);
    let ends = service.ends.value;
    let short = returns.days_since(ends);
    if short <= 0 || ends < case.as_of {
        return None;
    }
    let message = format!(
        "the slowest device returns {returns}, {} after service ends ({ends}): it may never get this release",
        super::days(short)
    );
    let finding = Finding::new(
        &SERVICE_ENDS_BEFORE_RETURN,
        service.longest_offline_days.at.clone(),
        format!("until {returns}"),
        message,
    )
    .and_label(service.ends.at.clone(), format!("service ends {ends}"))
    .evidence("returns", returns)
    .evidence("service-ends", ends)
    .help("serve until the slowest device is back, or say that nobody waits for it")
    .about(Subject::default());
    Some(finding)
}

/// The last day on which a device that goes offline on `day` comes back.
fn last_return(day: Date, offline: u32) -> Date {
    day.plus_days(i64::from(offline))
}

/// A shipped release, with what its devices meet when they return.
struct Installed<'a> {
    case: &'a Case<'a>,
    proof: &'a Proof,
    recorded: &'a RecordedRelease,
    store: Store,
    /// Its endpoints, as they are now.
    served: Vec<Served>,
    /// The servers of its endpoints, in the same order.
    servers: Vec<Option<Server>>,
    until: Date,
}

impl<'a> Installed<'a> {
    fn new(
        case: &'a Case<'a>,
        proof: &'a Proof,
        service: &ServiceLife,
        recorded: &'a RecordedRelease,
    ) -> Self {
        let release = &recorded.release;
        let offline = release
            .longest_offline_days
            .max(service.longest_offline_days.value);
        let servers = release
            .endpoints
            .iter()
            .map(|endpoint| Server::of(&endpoint.url));
        let served = release.endpoints.iter().map(|endpoint| {
            let captured = |path: &str| case.chains.at(path);
            let declared = Declaration::of_release(endpoint, captured, &proof.hierarchy);
            case.served_now(proof, Server::of(&endpoint.url), declared)
        });
        Self {
            case,
            proof,
            recorded,
            store: Store::of_release(release, &proof.hierarchy, case.calendar),
            servers: servers.collect(),
            served: served.collect(),
            until: last_return(case.as_of, offline),
        }
    }

    fn release(&self) -> &Release {
        &self.recorded.release
    }

    /// What of `servers` it reaches while its devices return.
    fn coverage(&self, servers: &[Server]) -> Coverage {
        let own = self.servers.iter().zip(&self.served);
        let at = own.filter(|(own, _)| own.as_ref().is_some_and(|own| servers.contains(own)));
        let served: Vec<_> = at.map(|(_, served)| served.clone()).collect();
        self.ask(&served, self.until)
    }

    /// The servers that it asks.
    fn asks(&self) -> Vec<Server> {
        self.servers.iter().flatten().cloned().collect()
    }

    fn ask(&self, served: &[Served], until: Date) -> Coverage {
        prove(&Question {
            store: &self.store,
            model: &self.release().verifier.behaviour(),
            endpoints: served,
            hierarchy: &self.proof.hierarchy,
            counting: Counting {
                rescue: false,
                ..self.proof.counting
            },
            from: self.case.as_of,
            until,
        })
    }

    /// L101, L102.
    fn not_reached(&self, installed: &[Installed<'_>]) -> Option<Finding> {
        let servers = self.case.servers();
        let coverage = self.coverage(&servers);
        let gap = coverage.loss()?;
        // Where this release's own devices reach nothing, that is the mistake.
        let own = self.proof.coverage.gaps.iter();
        let mut own = own.map(|gap| (gap.earliest, self.proof.gap_ends(gap)));
        if own.any(|(from, until)| from <= gap.earliest && gap.earliest <= until) {
            return None;
        }
        let stone = self.stepping_stone(installed, &servers);
        let (version, devices) = (&self.release().version, devices(self.release()));
        let now = gap.earliest == self.case.as_of;
        let (rule, when) = if now {
            (&CANNOT_REACH, "cannot fetch this release".to_owned())
        } else {
            let returns = self.until;
            let words = format!(
                "can fetch this release only until {}, and the slowest device returns {returns}",
                gap.earliest.plus_days(-1)
            );
            (&GOES_DARK_BEFORE_RETURN, words)
        };
        let message = format!("{devices} with {version} {when}: {}", self.why(gap));
        let mut finding = Finding::new(
            rule,
            self.recorded.version_at.clone(),
            format!("released {}", self.release().released),
            message,
        )
        .evidence("earliest", gap.earliest)
        .evidence("slowest-returns", self.until)
        .evidence("anchors", self.anchors())
        .help(self.help(stone))
        .about(Subject::item(version));
        if let Some(units) = self.release().units {
            finding = finding.evidence("units", units);
        }
        if let Some(stone) = stone {
            finding = finding.evidence("stepping-stone", &stone.release().version);
        }
        for endpoint in &self.case.policy.endpoints {
            let server = Server::of(&endpoint.url.value);
            if server.is_some() && self.servers.contains(&server) {
                let text = format!("sends what they do not accept on {}", gap.earliest);
                finding.labels.push(because(&endpoint.owner.at, text));
            }
        }
        Some(finding)
    }

    fn why(&self, gap: &Gap) -> String {
        let (asks, servers) = (self.asks(), self.case.servers());
        if !asks.iter().any(|server| servers.contains(server)) {
            let asks = words(&asks);
            return format!("it asks {asks} alone, which this policy does not have");
        }
        why(gap)
    }

    fn help(&self, stone: Option<&Installed<'_>>) -> String {
        match stone {
            Some(stone) => format!(
                "keep {} published at {} until {}: these devices reach it, and it reaches this release; then waive this",
                stone.release().version,
                words(&stone.asks()),
                self.until
            ),
            None => "keep a root and a chain that they accept until they are back; or, if no such device is left, write \
                     `units = 0` into its file"
                .to_owned(),
        }
    }

    /// A release that these devices reach, and that reaches this one.
    fn stepping_stone<'s>(
        &self,
        installed: &'s [Installed<'_>],
        servers: &[Server],
    ) -> Option<&'s Installed<'s>>
    where
        'a: 's,
    {
        let newest_first = installed.iter().rev();
        let mut others =
            newest_first.filter(|other| other.release().version != self.release().version);
        others.find(|other| {
            let reached = self.coverage(&other.asks()).loss().is_none();
            reached && other.coverage(servers).loss().is_none()
        })
    }

    fn anchors(&self) -> String {
        let names: Vec<_> = self
            .release()
            .anchors
            .iter()
            .map(|a| a.name.as_str())
            .collect();
        names.join(", ")
    }

    /// L103: the same servers, and fewer paths than this release had to them.
    fn regression(&self) -> Option<Finding> {
        let (proof, release) = (self.proof, self.release());
        let theirs = self.ask(&proof.served, proof.coverage.until);
        let all = proof.served.len();
        let ours = proof.coverage.intervals.iter();
        let mut both = ours.flat_map(|ours| {
            let theirs = theirs.intervals.iter();
            theirs.map(move |theirs| (theirs, ours))
        });
        let (theirs, ours) = both.find(|(theirs, ours)| {
            let meet = theirs.from <= ours.until && ours.from <= theirs.until;
            let worse = ours.independent_paths < theirs.independent_paths;
            meet && worse && ours.held_endpoints == all
        })?;
        let from = theirs.from.max(ours.from);
        let ours_have = |spki: &crate::policy::Sha256| {
            let mut anchors = self.case.anchors();
            anchors.any(|anchor| anchor.certificate.spki_sha256 == *spki)
        };
        let dropped: Vec<_> = (release.anchors.iter())
            .filter(|anchor| !ours_have(&anchor.spki_sha256))
            .map(|anchor| anchor.name.as_str())
            .collect();
        let required = self.case.policy.coverage.as_ref()?;
        let message = format!(
            "{} independent paths lead to the endpoints from {}, with the store of {} it is {}: {} left it",
            ours.independent_paths,
            from,
            release.version,
            theirs.independent_paths,
            if dropped.is_empty() {
                "nothing".to_owned()
            } else {
                dropped.join(", ")
            },
        );
        let finding = Finding::new(
            &COVERAGE_REGRESSION,
            required.independent_paths.at.clone(),
            format!(
                "{} instead of {}",
                ours.independent_paths, theirs.independent_paths
            ),
            message,
        )
        .and_label(self.recorded.version_at.clone(), "covered more")
        .evidence("dropped", dropped.join(", "))
        .evidence("from", from)
        .evidence("paths", ours.independent_paths)
        .evidence("paths-before", theirs.independent_paths)
        .help("keep the anchor, or say in a waiver why it is not needed any more")
        .about(Subject::item(&release.version));
        Some(finding)
    }
}

impl Case<'_> {
    /// The releases that devices have.
    pub(super) fn in_the_field(&self) -> impl Iterator<Item = &RecordedRelease> {
        let shipped = self.ledger.releases();
        let by_now = |one: &&RecordedRelease| one.release.released <= self.as_of;
        shipped
            .filter(|one| one.release.has_devices())
            .filter(by_now)
    }

    /// Servers at which this release is published.
    fn servers(&self) -> Vec<Server> {
        let endpoints = self.policy.endpoints.iter();
        endpoints
            .filter_map(|endpoint| Server::of(&endpoint.url.value))
            .collect()
    }

    /// What a server sends now: what the policy says of it, else what was declared of old. The endpoint keeps its own
    /// name, because pins go by it.
    fn served_now(&self, proof: &Proof, server: Option<Server>, declared: Declaration) -> Served {
        let endpoints = self.policy.endpoints.iter().zip(&proof.served);
        let mut published = endpoints.map(|(endpoint, now)| (Server::of(&endpoint.url.value), now));
        let now = published.find(|(other, _)| other.is_some() && *other == server);
        match now.map(|(_, now)| now) {
            Some(now) => Served {
                name: declared.name,
                ..now.clone()
            },
            None => Served::new(&declared, &self.world(&proof.hierarchy)),
        }
    }
}

/// `ota.example.com, ota.example.com:8443`
fn words(servers: &[Server]) -> String {
    let words: Vec<_> = servers.iter().map(ToString::to_string).collect();
    words.join(", ")
}

/// `12000 devices`
fn devices(release: &Release) -> String {
    match release.units {
        Some(units) => counted(units, "device"),
        None => "devices".to_owned(),
    }
}
