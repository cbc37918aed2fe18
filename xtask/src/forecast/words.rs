//! What is said of a forecast, in every form the same.

use trust::coverage::{Cause, Level, Without};
use trust::date::Date;
use trust::forecast::{Days, Forecast, LeftOut, Loss, Publish, ReleaseForecast, Standing};
use trust::words::counted;

/// In one or two words.
pub(super) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Dark => "dark",
        Standing::GoesDark => "goes dark",
        Standing::Held => "held",
        Standing::MayBeDark => "may be dark",
        Standing::ServiceEnded => "service ended",
        Standing::Unknown => "no proof",
    }
}

/// When, in a sentence: `between 2024-06-06 and 2024-08-23`.
pub(super) fn when(loss: &Loss) -> String {
    let when = match loss.latest {
        None => format!(
            "from {} on, perhaps: some of what may be sent is not accepted",
            loss.earliest
        ),
        Some(latest) if latest == loss.earliest => format!("from {latest}"),
        Some(latest) => format!("between {} and {latest}", loss.earliest),
    };
    match loss.until {
        None => when,
        Some(until) => format!("{when}, until {until}"),
    }
}

/// How well a loss is known.
pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Announced => "announced",
        Level::Assumed => "assumed",
        Level::Proven => "proven",
        Level::Rule => "by rule",
        Level::Unknown => "what is sent then is unknown",
    }
}

/// What happens, when, and what the date was before it was moved.
pub(super) fn cause(cause: &Cause) -> String {
    // What always was began on no day.
    if cause.date == Date::FIRST {
        return cause.what.clone();
    }
    let dates: Vec<_> = cause.previously.iter().map(ToString::to_string).collect();
    match dates.len() {
        0 => format!("{}: {}", cause.date, cause.what),
        _ => format!(
            "{}: {} (moved; it was {})",
            cause.date,
            cause.what,
            dates.join(", then ")
        ),
    }
}

/// `2024-03-07, 36 days ago`.
pub(super) fn publish(publish: &Publish) -> String {
    let days = counted(publish.days_left.unsigned_abs(), "day");
    let left = match publish.days_left {
        0 => "today".to_owned(),
        1.. => format!("in {days}"),
        _ => format!("{days} ago"),
    };
    let never = if publish.never {
        "; before its first day, so no update could have reached every device"
    } else {
        ""
    };
    format!("{}, {left}{never}", publish.last_safe_day)
}

/// Where the last safe day comes from.
pub(super) fn publish_reason(release: &ReleaseForecast, loss: &Loss) -> String {
    format!(
        "{} − {} offline − 1 day",
        loss.earliest,
        counted(release.longest_offline_days, "day")
    )
}

/// `12000 devices`; nothing where nobody counts them.
pub(super) fn devices(units: Option<u64>) -> Option<String> {
    units.map(|units| counted(units, "device"))
}

/// `2 paths`.
pub(super) fn paths(days: &Days) -> String {
    match days.paths {
        _ if days.lost && days.unknown => "nothing known of what is sent".to_owned(),
        _ if days.lost => "no path".to_owned(),
        _ if !days.held => "no sure path".to_owned(),
        0 => "no path that counts".to_owned(),
        paths => counted(paths, "path"),
    }
}

/// What is left out.
pub(super) fn without(row: &LeftOut) -> String {
    match &row.without {
        None => "nothing".to_owned(),
        Some(Without::Anchor { name, .. }) => format!("anchor {name}"),
        // One that was issued again is two with one name: `--drop-cross-sign` takes these digits too.
        Some(Without::CrossCertificate { name, sha256 }) => {
            let digits = sha256.get(..8).unwrap_or(sha256);
            format!("cross-certificate {name} ({digits})")
        }
        Some(Without::Host { host }) => format!("host {host}"),
        Some(Without::Owner { name }) => format!("owner {name}"),
    }
}

/// `1 path, 1 owner`: the fewest on any day.
pub(super) fn fewest(row: &LeftOut) -> String {
    let paths = counted(row.independent_paths, "path");
    format!("{paths}, {}", counted(row.distinct_owners, "owner"))
}

/// Whether it holds without that, and else when it is lost.
pub(super) fn outcome(row: &LeftOut) -> String {
    row.loss.as_ref().map_or_else(
        || "holds".to_owned(),
        |loss| match loss.evidence {
            Level::Unknown => format!("no proof {}", when(loss)),
            evidence => format!("lost {} ({})", when(loss), level(evidence)),
        },
    )
}

/// Which facts count.
pub(super) fn facts_known_on(forecast: &Forecast) -> String {
    forecast.facts_known_on.map_or_else(
        || "with all facts of the calendar".to_owned(),
        |day| format!("with the facts that were known on {day}"),
    )
}

/// How many releases and devices are lost before their last day, of how many.
pub(super) fn summary(forecast: &Forecast) -> String {
    let is = |standing| move |release: &&ReleaseForecast| release.standing == standing;
    let held = forecast.releases.iter().filter(is(Standing::Held)).count();
    let ended = is(Standing::ServiceEnded);
    let ended = forecast.releases.iter().filter(ended).count();
    let lost = |release: &&ReleaseForecast| {
        ![Standing::Held, Standing::ServiceEnded].contains(&release.standing)
    };
    let lost: Vec<_> = forecast.releases.iter().filter(lost).collect();
    let all = forecast.releases.len();
    if lost.is_empty() {
        let held = format!("{held} of {all} held to the last day");
        return match ended {
            0 => held,
            _ => format!("{held}; the service of {ended} has ended"),
        };
    }
    let units: u64 = lost.iter().filter_map(|release| release.units).sum();
    let counted = devices(Some(units).filter(|units| *units > 0));
    let counted = counted.map_or(String::new(), |devices| format!(": {devices}"));
    format!("{} of {all} not held to the last day{counted}", lost.len())
}

/// Days in words, one text for each change: `1 path from 2024-03-19 (R3)`.
pub(super) fn sequence(days: &[Days]) -> Vec<String> {
    let mut said: Vec<(String, String)> = Vec::new();
    let mut texts = Vec::new();
    for one in days {
        let carried = match one.carriers.as_slice() {
            [] => String::new(),
            carriers => format!(" ({})", carriers.join(", ")),
        };
        let words = (paths(one), carried);
        if said.last() != Some(&words) {
            texts.push(format!("{} from {}{}", words.0, one.from, words.1));
            said.push(words);
        }
    }
    texts
}
