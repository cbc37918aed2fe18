//! The steps of `secure_version` against the service life.

use serde::Serialize;
use trust::date::Date;

/// Bits of `SECURE_VERSION` in the eFuses of an ESP32-C3: each can be burnt once.
pub const STEPS: u32 = 16;

/// How many releases can still forbid the way back to the ones before them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Budget {
    /// The day from which is counted, YYYY-MM-DD.
    pub as_of: String,
    /// Last day of service, YYYY-MM-DD.
    pub service_ends: String,
    /// Days from the one to the other, both included; 0 after the end.
    pub days_left: i64,
    /// Steps in all.
    pub steps: u32,
    /// Anti-rollback version of the newest release.
    pub secure_version: u32,
    /// Steps that are not burnt.
    pub steps_left: u32,
    /// Steps for each year of 365.2425 days that is left, in hundredths, rounded down; none where no day is left.
    pub steps_a_year_hundredths: Option<i64>,
    /// The first day of each step that is left, if they are spread evenly: who burns one earlier borrows from the end.
    pub earliest: Vec<Step>,
}

/// One step.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// The anti-rollback version that it leads to.
    pub secure_version: u32,
    /// YYYY-MM-DD.
    pub day: String,
}

impl Budget {
    /// The budget on the day `as_of`, with `secure_version` steps burnt.
    pub fn new(as_of: Date, ends: Date, secure_version: u32) -> Self {
        let days_left = (ends.days_since(as_of) + 1).max(0);
        let steps_left = STEPS.saturating_sub(secure_version);
        // A hundred times 365.2425, in hundredths of a step: 36524.25 a day.
        let hundredths = i64::from(steps_left) * 3_652_425;
        let earliest = (0..steps_left).map(|step| Step {
            secure_version: secure_version + step + 1,
            day: as_of
                .plus_days(days_left * i64::from(step) / i64::from(steps_left))
                .to_string(),
        });
        Self {
            as_of: as_of.to_string(),
            service_ends: ends.to_string(),
            days_left,
            steps: STEPS,
            secure_version,
            steps_left,
            steps_a_year_hundredths: (days_left > 0).then(|| hundredths / (days_left * 100)),
            earliest: if days_left > 0 {
                earliest.collect()
            } else {
                Vec::new()
            },
        }
    }
}
