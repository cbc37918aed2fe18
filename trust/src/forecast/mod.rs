//! The forecast: when each shipped release, and the policy as it is now, loses its servers, and what if.
//!
//! Each release is judged from its own release date on, with all facts or with those that were known on a day: the
//! past of a release is part of the answer. The policy is judged from the day that is asked about. From that day on, a server
//! sends what the policy says of it, where the policy has it: one that gets another CA strands releases that know the
//! old one. What a release loses is [`crate::coverage`]'s answer; this module says what that means for somebody who has to
//! publish an update in time.
//!
//! **Last safe day to publish.** A device that comes back after `longest-offline-days` must find its servers on that day:
//! with the first possible day of loss E and N days offline, an update that is out on E − N − 1 at the latest reaches
//! it on E − 1, the last day that is held for certain.

mod anchors;
mod answer;
mod left_out;
mod question;
mod servers;
mod splice;
mod subject;
mod what_if;
mod world;

pub use anchors::AnchorForecast;
pub use answer::{Days, EndpointForecast, Forecast, Loss, Publish, ReleaseForecast, Standing};
pub use left_out::{LeaveOneOut, LeftOut};
pub use question::{ForecastError, Question, UnknownName, WhatIf};
pub use subject::SubjectKind;

use std::sync::Arc;

use servers::Servers;
use subject::Subject;

use crate::gate::Inputs;
use crate::source::SourceFile;

/// What a forecast is called for the policy itself.
pub const THIS_POLICY: &str = "this policy";

/// Forecasts the releases of the ledger, and the policy.
///
/// `more_calendar` are files of facts besides those of the project; one with the name of a file of the project, without
/// its folder, stands in its place.
///
/// # Errors
/// Inputs with mistakes, of which a forecast would be wrong, and names that nothing has.
pub fn forecast(
    inputs: &Inputs,
    more_calendar: &[Arc<SourceFile>],
    question: &Question,
) -> Result<Forecast, ForecastError> {
    let project = world::Project::read(inputs, more_calendar)?;
    let known = project.known_on(question.known_on);
    let chosen = subject::choose(&project, question)?;
    let supposed = what_if::suppose(&known, &chosen, question)?;
    let declare = |subject: &Subject<'_>| subject.declarations(&known.hierarchy);
    let declared: Vec<_> = chosen.iter().map(declare).collect();
    let policy = project.declarations(&known.hierarchy);
    let servers = Servers::new(declared.iter().flatten(), &policy, &supposed, question);
    let releases = chosen.iter().zip(&declared).map(|(subject, declared)| {
        let resolved = subject.resolve(&supposed, declared, &servers);
        answer::release(subject, &resolved, &supposed, question)
    });
    Ok(Forecast {
        schema: answer::SCHEMA,
        product: project.product(),
        at: question.at,
        facts_known_on: question.known_on,
        what_ifs: supposed.words.clone(),
        releases: releases.collect(),
    })
}
