//! What holds for every coverage, forecast and answer of the solver.

use trust::coverage::{
    Carrier, Counting, Coverage, EndpointCoverage, EndpointInterval, Gap, Level, Question, Served,
    State, Store, prove,
};
use trust::date::Date;
use trust::forecast::{Days, Forecast, Loss};
use trust::hierarchy::{CaCertificate, Hierarchy};
use trust::verifier::Behaviour;

/// What a server may send: something on each day, and what nobody knows is called unknown.
pub fn assert_served(served: &Served, hierarchy: &Hierarchy) {
    let of_certificate = |id| hierarchy.certificate(id).is_some();
    for chain in &served.chains {
        assert!(hierarchy.key(chain.below).is_some());
        assert!(chain.certificates.iter().all(|id| of_certificate(*id)));
    }
    let mut next = Date::FIRST;
    let mut alternatives: Vec<_> = served.alternatives.iter().collect();
    alternatives.sort_by_key(|one| (one.from, one.until));
    for one in alternatives {
        assert!(
            one.from <= one.until,
            "{} begins after its end",
            served.name
        );
        assert!(one.from <= next, "nothing is sent from {next}");
        assert_eq!(one.chain.is_none(), one.evidence == Level::Unknown);
        if one.until >= next && one.until < Date::LAST {
            next = one.until.plus_days(1);
        } else if one.until == Date::LAST {
            next = Date::LAST;
        }
        if let Some(chain) = one.chain.filter(|_| one.evidence == Level::Proven) {
            let below = hierarchy.key(served.chains[chain].below);
            assert!(
                below.is_some_and(|key| key.spki.is_some()),
                "proven by a key that nobody has"
            );
        }
    }
    assert_eq!(next, Date::LAST, "{}: nothing is sent at last", served.name);
}

/// A proof: its days are those asked about, in order, each once; what is not known carries nothing; and what is called
/// proven rests on certificates in hand.
pub fn assert_coverage(question: &Question<'_>, coverage: &Coverage) {
    let (from, until) = (question.from, question.until);
    let days = |intervals: &[(Date, Date)]| assert_days(intervals, from, until);
    let fleet = coverage.intervals.iter();
    days(&fleet.map(|one| (one.from, one.until)).collect::<Vec<_>>());
    assert_gaps(&coverage.gaps, from, until);
    for interval in &coverage.intervals {
        assert!(interval.held_endpoints <= question.endpoints.len());
        assert!(interval.distinct_owners <= interval.independent_paths);
        let lost = (coverage.gaps.iter()).any(|gap| covers(gap, interval.from, until));
        assert_eq!(lost, interval.held_endpoints == 0, "{interval:?}");
    }
    assert_eq!(coverage.endpoints.len(), question.endpoints.len());
    for (served, endpoint) in question.endpoints.iter().zip(&coverage.endpoints) {
        let intervals = endpoint.intervals.iter();
        days(
            &intervals
                .map(|one| (one.from, one.until))
                .collect::<Vec<_>>(),
        );
        assert_gaps(&endpoint.gaps, from, until);
        assert_acceptances(question, served, endpoint);
        for interval in &endpoint.intervals {
            assert_interval(served, interval, coverage);
            let lost = (endpoint.gaps.iter()).any(|gap| covers(gap, interval.from, until));
            assert_ne!(lost, interval.state.is_held(), "{interval:?}");
        }
    }
}

fn assert_interval(served: &Served, interval: &EndpointInterval, coverage: &Coverage) {
    assert_eq!(interval.state.is_held(), !interval.carriers.is_empty());
    let is_pin = |place: usize| matches!(coverage.carriers[place], Carrier::Pin { .. });
    let mut pins = interval.carriers.iter().map(|used| is_pin(used.carrier));
    let unknown = served.on(interval.from).any(|one| one.chain.is_none());
    match interval.state {
        State::Sure if unknown => assert!(pins.all(|pin| pin), "an anchor for what nobody knows"),
        State::EitherOr if unknown => assert!(pins.any(|pin| pin), "held by what nobody knows"),
        _ => {}
    }
    // One that is only said to be sent is not proven, but by the pin of a leaf's key, which does not ask for the chain.
    let said = served
        .on(interval.from)
        .any(|one| one.evidence > Level::Proven);
    if said && interval.evidence == Level::Proven {
        assert!(interval.carriers.iter().any(|used| is_pin(used.carrier)));
    }
}

fn assert_acceptances(question: &Question<'_>, served: &Served, endpoint: &EndpointCoverage) {
    let hierarchy = question.hierarchy;
    let in_hand = |id: &_| {
        hierarchy
            .certificate(*id)
            .is_some_and(CaCertificate::in_hand)
    };
    for one in &endpoint.acceptances {
        assert!(one.from <= one.until);
        assert!(one.chain.is_none_or(|place| place < served.chains.len()));
        if one.evidence == Level::Proven {
            assert!(one.path.iter().all(in_hand), "proven, and not in hand");
        }
        let Some(anchor) = one.anchor else {
            continue;
        };
        assert!(one.chain.is_some(), "an anchor for what nobody knows");
        let mut anchors = question.store.anchors.iter();
        let anchor = anchors.find(|trusted| trusted.certificate == anchor);
        assert!(anchor.is_some_and(|anchor| one.until <= anchor.until));
    }
}

/// Without an anchor no day has more. Where an anchor out of date ends the search of the verifier it may be in the way,
/// and the keys of an either-or path stand in the way of another one: nothing is said there.
pub fn assert_no_anchor_harms(question: &Question<'_>, coverage: &Coverage) {
    let either_or = |endpoint: &EndpointCoverage| {
        let mut intervals = endpoint.intervals.iter();
        intervals.any(|interval| interval.state == State::EitherOr)
    };
    if question.model.stops_at_an_anchor_out_of_date() {
        return;
    }
    for place in 0..question.store.anchors.len() {
        let mut store = question.store.clone();
        store.anchors.remove(place);
        let less = prove(&Question {
            store: &store,
            ..*question
        });
        let countable = !less.endpoints.iter().any(either_or);
        for interval in &less.intervals {
            let with = coverage.intervals.iter();
            for with in with.filter(|with| overlap(with, interval)) {
                assert!(interval.held_endpoints <= with.held_endpoints);
                assert!(!countable || interval.independent_paths <= with.independent_paths);
            }
        }
    }
}

fn overlap(a: &trust::coverage::Interval, b: &trust::coverage::Interval) -> bool {
    a.from <= b.until && b.from <= a.until
}

/// Each day of service has the paths and the owners that are asked for.
pub fn assert_required(coverage: &Coverage, paths: u32, owners: u32) {
    let enough = |found: usize, wanted: u32| found >= usize::try_from(wanted).unwrap_or(usize::MAX);
    for interval in &coverage.intervals {
        assert!(enough(interval.independent_paths, paths), "{interval:?}");
        assert!(enough(interval.distinct_owners, owners), "{interval:?}");
    }
}

/// A forecast: its days are those of each release, and a loss is one of them.
pub fn assert_forecast(forecast: &Forecast) {
    for release in &forecast.releases {
        let (from, until) = (release.from, release.until);
        let check = |days: &[Days], losses: Vec<&Loss>| {
            let days: Vec<_> = days.iter().map(|one| (one.from, one.until)).collect();
            assert_days(&days, from, until);
            for loss in losses {
                assert_loss(loss, from, until);
            }
        };
        let losses = release.loss.iter().chain(&release.earlier_losses);
        check(&release.days, losses.collect());
        assert!(release.days.iter().all(|days| !(days.held && days.lost)));
        for endpoint in &release.endpoints {
            let losses = endpoint.loss.iter().chain(&endpoint.earlier_losses);
            check(&endpoint.days, losses.collect());
            let unknown = endpoint.days.iter().filter(|days| days.unknown);
            for days in unknown.filter(|days| days.held) {
                let pin = |name: &String| name.starts_with("pin ");
                assert!(days.carriers.iter().all(pin), "{days:?}");
            }
        }
        if let (Some(loss), Some(publish)) = (&release.loss, &release.publish) {
            assert!(publish.last_safe_day < loss.earliest);
        }
        assert_hanging(forecast, release);
    }
}

fn assert_hanging(forecast: &Forecast, release: &trust::forecast::ReleaseForecast) {
    let Some(hanging) = &release.leave_one_out else {
        return;
    };
    assert_eq!(hanging.from, release.from.max(forecast.at));
    assert_eq!(hanging.rows.is_empty(), hanging.from > hanging.until);
    let losses = hanging.rows.iter().filter_map(|row| row.loss.as_ref());
    for loss in losses {
        assert_loss(loss, hanging.from, hanging.until);
    }
}

fn assert_loss(loss: &Loss, from: Date, until: Date) {
    assert!(from <= loss.earliest && loss.earliest <= until);
    let last = loss.until.unwrap_or(until);
    assert!(loss.earliest <= last && last <= until);
    assert!(
        loss.latest
            .is_none_or(|latest| loss.earliest <= latest && latest <= last)
    );
    assert!(!loss.causes.is_empty(), "a loss without a cause");
}

fn assert_gaps(gaps: &[Gap], from: Date, until: Date) {
    for gap in gaps {
        assert_loss(&Loss::from(gap), from, until);
    }
    let apart = |a: &Gap, b: &Gap| a.until.is_some_and(|until| until.plus_days(1) < b.earliest);
    assert!(gaps.is_sorted_by(apart), "gaps that are one");
}

fn covers(gap: &Gap, day: Date, last: Date) -> bool {
    gap.earliest <= day && day <= gap.until.unwrap_or(last)
}

/// First to last day in order, without gap or overlap.
fn assert_days(days: &[(Date, Date)], from: Date, until: Date) {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return assert!(from > until, "no days from {from} to {until}");
    };
    assert_eq!((first.0, last.1), (from, until));
    for (first, last) in days {
        assert!(first <= last);
    }
    for pair in days.windows(2) {
        assert_eq!(pair[0].1.plus_days(1), pair[1].0);
    }
}

/// A question about `store` with nothing but public anchors and pins.
pub fn question<'q>(
    store: &'q Store,
    model: &'q Behaviour,
    endpoints: &'q [Served],
    hierarchy: &'q Hierarchy,
    days: (Date, Date),
) -> Question<'q> {
    Question {
        store,
        model,
        endpoints,
        hierarchy,
        counting: Counting::default(),
        from: days.0,
        until: days.1,
    }
}
