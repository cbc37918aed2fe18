//! L101, L102, L103, L104: what this release means for devices in the field.
//!
//! A release in the ledger has devices unless it says `units = 0`. They come back within `longest-offline-days`, ask
//! the hosts that their firmware knows, and must accept what these send *now*: what this policy says of a host, where
//! it has it, else what was recorded.

use device::url::HttpsUrl;

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
    /// Hosts of its endpoints, in the same order.
    hosts: Vec<String>,
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
        let served: Vec<_> = (release.endpoints.iter())
            .map(|endpoint| {
                let declared = Declaration::of_release(
                    endpoint,
                    |path| case.chains.at(path),
                    &proof.hierarchy,
                );
                case.served_now(proof, declared)
            })
            .collect();
        Self {
            case,
            proof,
            recorded,
            store: Store::of_release(release, &proof.hierarchy, case.calendar),
            hosts: served.iter().map(|served| served.host.clone()).collect(),
            served,
            until: last_return(case.as_of, offline),
        }
    }

    fn release(&self) -> &Release {
        &self.recorded.release
    }

    /// What of `hosts` it reaches while its devices return.
    fn coverage(&self, hosts: &[String]) -> Coverage {
        let at = |served: &&Served| hosts.contains(&served.host);
        let served: Vec<_> = self.served.iter().filter(at).cloned().collect();
        self.ask(&served, self.until)
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
        let hosts = self.case.hosts();
        let coverage = self.coverage(&hosts);
        let gap = coverage.loss()?;
        // Where this release's own devices reach nothing, that is the mistake.
        let own = self.proof.coverage.gaps.iter();
        let mut own = own.map(|gap| (gap.earliest, self.proof.gap_ends(gap)));
        if own.any(|(from, until)| from <= gap.earliest && gap.earliest <= until) {
            return None;
        }
        let stone = self.stepping_stone(installed, &hosts);
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
            let known = self
                .hosts
                .iter()
                .any(|host| host_of(&endpoint.url.value) == *host);
            if known {
                let text = format!("sends what they do not accept on {}", gap.earliest);
                finding.labels.push(because(&endpoint.owner.at, text));
            }
        }
        Some(finding)
    }

    fn why(&self, gap: &Gap) -> String {
        let hosts = self.case.hosts();
        if !self.hosts.iter().any(|host| hosts.contains(host)) {
            return format!(
                "it asks {} alone, which this policy does not have",
                self.hosts.join(", ")
            );
        }
        why(gap)
    }

    fn help(&self, stone: Option<&Installed<'_>>) -> String {
        match stone {
            Some(stone) => format!(
                "keep {} published at {} until {}: these devices reach it, and it reaches this release; then waive this",
                stone.release().version,
                stone.hosts.join(", "),
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
        hosts: &[String],
    ) -> Option<&'s Installed<'s>>
    where
        'a: 's,
    {
        let newest_first = installed.iter().rev();
        let mut others =
            newest_first.filter(|other| other.release().version != self.release().version);
        others.find(|other| {
            self.coverage(&other.hosts).loss().is_none() && other.coverage(hosts).loss().is_none()
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

    /// Hosts at which this release is published.
    fn hosts(&self) -> Vec<String> {
        let endpoints = self.policy.endpoints.iter();
        endpoints
            .map(|endpoint| host_of(&endpoint.url.value))
            .collect()
    }

    /// What a host sends now: what the policy says of it, else what was declared of old. The endpoint keeps its own
    /// name, because pins go by it.
    fn served_now(&self, proof: &Proof, declared: Declaration) -> Served {
        let now = proof
            .served
            .iter()
            .find(|served| served.host == declared.host);
        match now {
            Some(now) => Served {
                name: declared.name,
                ..now.clone()
            },
            None => Served::new(&declared, &self.world(&proof.hierarchy)),
        }
    }
}

fn host_of(url: &str) -> String {
    let url = HttpsUrl::parse(url.as_bytes());
    url.map(|url| url.host().to_owned()).unwrap_or_default()
}

/// `12000 devices`
fn devices(release: &Release) -> String {
    match release.units {
        Some(units) => counted(units, "device"),
        None => "devices".to_owned(),
    }
}
