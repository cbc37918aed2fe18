//! A forecast as one HTML page: the timeline drawn, and the same in a table. No script, no font, nothing fetched.

use serde::Serialize;
use trust::coverage::Cause;
use trust::date::Date;
use trust::forecast::{Days, EndpointForecast, Forecast, LeftOut, Loss, Publish, ReleaseForecast};

use super::drawing::{Drawing, WIDTHS, clean};
use super::{human, words};
use crate::failure::Result;
use crate::report::page::fill;

const TEMPLATE: &str = include_str!("../../../templates/forecast.html.j2");

/// The page for `forecast`.
///
/// # Errors
/// A template that does not fit its values, which is a bug.
pub(super) fn page(forecast: &Forecast) -> Result<String> {
    let values = Values {
        forecast,
        known: words::facts_known_on(forecast),
        summary: words::summary(forecast),
        drawings: WIDTHS.map(|width| Drawing::of(forecast, width)),
        rows: forecast.releases.iter().flat_map(rows).collect(),
        left_out: forecast
            .releases
            .iter()
            .filter_map(LeftOutTable::of)
            .collect(),
    };
    fill(
        "the forecast",
        "templates/forecast.html.j2",
        TEMPLATE,
        &values,
    )
}

#[derive(Serialize)]
struct Values<'a> {
    forecast: &'a Forecast,
    known: String,
    summary: String,
    drawings: [Drawing; 2],
    rows: Vec<TableRow>,
    /// What each release hangs on; none where that was not asked.
    left_out: Vec<LeftOutTable>,
}

/// A release or an endpoint in the table.
#[derive(Serialize)]
struct TableRow {
    name: String,
    facts: String,
    is_release: bool,
    standing: &'static str,
    when: String,
    evidence: &'static str,
    earlier: Vec<String>,
    missing: Vec<String>,
    causes: Vec<Why>,
    publish: String,
    reason: String,
    paths: Vec<String>,
}

/// A cause and who says so.
#[derive(Serialize)]
struct Why {
    what: String,
    source: String,
}

/// What one release hangs on.
#[derive(Serialize)]
struct LeftOutTable {
    release: String,
    from: Date,
    until: Date,
    rows: Vec<LeftOutRow>,
}

/// One thing that is left out.
#[derive(Serialize)]
struct LeftOutRow {
    without: String,
    fewest: String,
    holds: bool,
    outcome: String,
    causes: Vec<Why>,
}

impl LeftOutTable {
    fn of(release: &ReleaseForecast) -> Option<Self> {
        let left_out = release.leave_one_out.as_ref()?;
        Some(Self {
            release: clean(&release.name),
            from: left_out.from,
            until: left_out.until,
            rows: left_out.rows.iter().map(LeftOutRow::of).collect(),
        })
    }
}

impl LeftOutRow {
    fn of(row: &LeftOut) -> Self {
        let causes = row.loss.iter().flat_map(|loss| &loss.causes);
        Self {
            without: clean(&words::without(row)),
            fewest: words::fewest(row),
            holds: row.loss.is_none(),
            outcome: words::outcome(row),
            causes: causes.map(Why::of).collect(),
        }
    }
}

impl Why {
    fn of(cause: &Cause) -> Self {
        Self {
            what: clean(&words::cause(cause)),
            source: clean(&cause.source),
        }
    }
}

fn rows(release: &ReleaseForecast) -> Vec<TableRow> {
    let reason = |loss: &Loss| words::publish_reason(release, loss);
    let fleet = TableRow {
        name: clean(&release.name),
        facts: human::facts(release),
        is_release: true,
        missing: release.missing_anchors.clone(),
        ..TableRow::new(
            words::standing(release.standing),
            release.loss.as_ref(),
            &release.earlier_losses,
            release.publish.as_ref(),
            reason,
            &release.days,
        )
    };
    let endpoint = |endpoint: &EndpointForecast| TableRow {
        name: clean(&endpoint.name),
        facts: clean(&format!("{}, {}", endpoint.host, endpoint.owner)),
        ..TableRow::new(
            words::standing(endpoint.standing),
            endpoint.loss.as_ref(),
            &endpoint.earlier_losses,
            endpoint.publish.as_ref(),
            reason,
            &endpoint.days,
        )
    };
    let endpoints = release.endpoints.iter().map(endpoint);
    [fleet].into_iter().chain(endpoints).collect()
}

impl TableRow {
    fn new(
        standing: &'static str,
        loss: Option<&Loss>,
        earlier: &[Loss],
        publish: Option<&Publish>,
        reason: impl Fn(&Loss) -> String,
        days: &[Days],
    ) -> Self {
        let causes = loss.into_iter().flat_map(|loss| &loss.causes);
        Self {
            name: String::new(),
            facts: String::new(),
            is_release: false,
            standing,
            when: loss.map(words::when).unwrap_or_default(),
            evidence: loss.map_or("", |loss| words::level(loss.evidence)),
            earlier: earlier.iter().map(words::when).collect(),
            missing: Vec::new(),
            causes: causes.map(Why::of).collect(),
            publish: publish.map(words::publish).unwrap_or_default(),
            reason: loss.map(reason).unwrap_or_default(),
            paths: words::sequence(days),
        }
    }
}
