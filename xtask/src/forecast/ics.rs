//! A forecast as an iCalendar file (RFC 5545): all-day events, the same bytes for the same forecast.
//!
//! An event's UID says what it is about and not when it is, so that a calendar that imports a later forecast moves
//! the event. DTSTAMP is the day of the question.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use trust::date::Date;
use trust::forecast::{AnchorForecast, Forecast, ReleaseForecast};

use super::words;

/// Octets of a content line without its line break (RFC 5545 section 3.1).
const LINE: usize = 75;

/// The calendar.
pub(super) fn calendar(forecast: &Forecast) -> String {
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Perennial//forecast//EN".to_owned(),
        "CALSCALE:GREGORIAN".to_owned(),
    ];
    for event in events(forecast) {
        event.write(forecast, &mut lines);
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| folded(line)).collect()
}

struct Event {
    /// What it is about: stays the same when the date moves.
    about: String,
    day: Date,
    summary: String,
    description: String,
}

fn events(forecast: &Forecast) -> Vec<Event> {
    let of_releases = forecast.releases.iter().flat_map(release_events);
    let mut events: Vec<_> = of_releases.chain(anchor_events(forecast)).collect();
    events.sort_by(|a, b| (a.day, &a.about).cmp(&(b.day, &b.about)));
    events
}

fn release_events(release: &ReleaseForecast) -> Vec<Event> {
    let name = &release.name;
    let mut events = vec![Event {
        about: format!("service/{name}"),
        day: release.service_ends,
        summary: format!("{name}: last day of service"),
        description: words::standing(release.standing).to_owned(),
    }];
    let Some(loss) = &release.loss else {
        return events;
    };
    let causes: Vec<_> = loss.causes.iter().map(words::cause).collect();
    let devices = words::devices(release.units);
    let devices = devices.map_or(String::new(), |devices| format!(", {devices}"));
    events.push(Event {
        about: format!("loss/{name}"),
        day: loss.earliest,
        summary: format!("{name} may lose its update servers{devices}"),
        description: format!(
            "Lost {} ({}).\n{}",
            words::when(loss),
            words::level(loss.evidence),
            causes.join("\n")
        ),
    });
    events.extend(release.publish.map(|publish| Event {
        about: format!("publish/{name}"),
        day: publish.last_safe_day,
        summary: format!("{name}: last safe day to publish an update{devices}"),
        description: format!(
            "{} = {}",
            publish.last_safe_day,
            words::publish_reason(release, loss)
        ),
    }));
    events
}

/// The end of each anchor, once, with the releases that have it.
fn anchor_events(forecast: &Forecast) -> Vec<Event> {
    let mut ends: BTreeMap<&str, Vec<(&AnchorForecast, &str)>> = BTreeMap::new();
    for release in &forecast.releases {
        for anchor in &release.anchors {
            let users = ends.entry(&anchor.sha256).or_default();
            users.push((anchor, &release.name));
        }
    }
    let event = |(sha256, users): (&&str, &Vec<(&AnchorForecast, &str)>)| {
        let known = users.iter().filter_map(|(anchor, _)| {
            let end = anchor.effective_end.as_ref()?;
            Some((end.date, &anchor.name, &end.source))
        });
        let (day, name, source) = known.min()?;
        let releases: Vec<_> = users.iter().map(|(_, release)| *release).collect();
        Some(Event {
            about: format!("anchor/{sha256}"),
            day,
            summary: format!("{name}: effective end of the anchor"),
            description: format!("{source}\nIn: {}\nSHA-256 {sha256}", releases.join(", ")),
        })
    };
    ends.iter().filter_map(event).collect()
}

impl Event {
    fn write(&self, forecast: &Forecast, lines: &mut Vec<String>) {
        let about = format!("{}\n{}", forecast.product, self.about);
        let uid = hex::encode(&Sha256::digest(about.as_bytes())[..16]);
        lines.extend([
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{uid}@perennial.invalid"),
            format!("DTSTAMP:{}T000000Z", basic(forecast.at)),
            format!("DTSTART;VALUE=DATE:{}", basic(self.day)),
            format!("DTEND;VALUE=DATE:{}", basic(self.day.plus_days(1))),
            format!("SUMMARY:{}", escaped(&self.summary)),
            format!("DESCRIPTION:{}", escaped(&self.description)),
            "TRANSP:TRANSPARENT".to_owned(),
            "END:VEVENT".to_owned(),
        ]);
    }
}

/// `20240606`
fn basic(day: Date) -> String {
    let (year, month, day) = day.calendar();
    format!("{year:04}{month:02}{day:02}")
}

/// A TEXT value (RFC 5545 section 3.3.11). Control characters have no place in one.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            '\n' => escaped.push_str("\\n"),
            character if character.is_control() => {}
            character => escaped.push(character),
        }
    }
    escaped
}

/// A content line, with a line break and a space wherever it would be longer than 75 octets; never within a character.
pub(super) fn folded(line: &str) -> String {
    let mut folded = String::with_capacity(line.len() + line.len() / LINE * 3 + 2);
    let mut octets = 0;
    for character in line.chars() {
        if octets + character.len_utf8() > LINE {
            folded.push_str("\r\n ");
            octets = 1;
        }
        folded.push(character);
        octets += character.len_utf8();
    }
    folded.push_str("\r\n");
    folded
}
