//! A forecast as text for people.

use trust::forecast::{
    EndpointForecast, Forecast, LeaveOneOut, LeftOut, Loss, ReleaseForecast, Standing, SubjectKind,
};

use super::words;

pub(super) fn text(forecast: &Forecast) -> String {
    let mut text = format!(
        "{}: forecast of {}, {}\n",
        forecast.product,
        forecast.at,
        words::facts_known_on(forecast)
    );
    for what_if in &forecast.what_ifs {
        text.push_str(&format!("what if {what_if}?\n"));
    }
    for release in &forecast.releases {
        text.push('\n');
        about(release, &mut text);
    }
    text.push_str(&format!("\n{}\n", words::summary(forecast)));
    text
}

fn about(release: &ReleaseForecast, text: &mut String) {
    text.push_str(&format!("{}  {}\n", release.name, facts(release)));
    match &release.loss {
        None if release.standing == Standing::ServiceEnded => {
            let when = format!("on {}: nothing was looked at behind it", release.until);
            item(text, words::standing(release.standing), &when);
        }
        None => item(
            text,
            words::standing(release.standing),
            &format!("to the last day, {}", release.until),
        ),
        Some(loss) => lost(release, loss, text),
    }
    for loss in &release.earlier_losses {
        item(text, "was dark", &words::when(loss));
    }
    for name in &release.missing_anchors {
        let why = format!(
            "{name}: neither in trust/anchors/ nor in trust/calendar/, so it carries nothing here"
        );
        item(text, "not known", &why);
    }
    items(text, "paths", &words::sequence(&release.days));
    for endpoint in &release.endpoints {
        about_endpoint(endpoint, text);
        // One endpoint is all of them.
        if release.endpoints.len() > 1 {
            items(text, "", &words::sequence(&endpoint.days));
        }
    }
    if let Some(left_out) = &release.leave_one_out {
        items(text, "without", &lines(left_out));
    }
}

/// One aligned line for each thing that is left out.
fn lines(left_out: &LeaveOneOut) -> Vec<String> {
    if left_out.rows.is_empty() {
        return vec![format!("its service ended on {}", left_out.until)];
    }
    let rows = left_out.rows.iter();
    let rows: Vec<_> = rows
        .map(|row| (words::without(row), words::fewest(row), row))
        .collect();
    let wide = |cell: fn(&(String, String, &LeftOut)) -> usize| rows.iter().map(cell).max();
    let first = wide(|(what, ..)| what.chars().count()).unwrap_or_default();
    let second = wide(|(_, fewest, _)| fewest.chars().count()).unwrap_or_default();
    let line = |(what, fewest, row): &(String, String, &LeftOut)| {
        let outcome = words::outcome(row);
        let causes = row.loss.iter().flat_map(|loss| &loss.causes);
        let causes: Vec<_> = causes.map(words::cause).collect();
        let why = if causes.is_empty() { "" } else { ": " };
        let causes = causes.join("; ");
        format!("{what:<first$}  {fewest:<second$}  {outcome}{why}{causes}")
    };
    rows.iter().map(line).collect()
}

/// `released 2024-03-19, service until 2029-03-19, esp-idf-pem, 12000 devices`
pub(super) fn facts(release: &ReleaseForecast) -> String {
    let since = match release.kind {
        SubjectKind::Policy => format!("from {}", release.from),
        SubjectKind::Release => format!("released {}", release.from),
    };
    let parts = [
        Some(since),
        Some(format!("service until {}", release.service_ends)),
        Some(release.verifier.to_owned()),
        words::devices(release.units),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    parts.join(", ")
}

fn lost(release: &ReleaseForecast, loss: &Loss, text: &mut String) {
    let when = format!("{} ({})", words::when(loss), words::level(loss.evidence));
    item(text, words::standing(release.standing), &when);
    let why = loss.causes.iter();
    let why: Vec<_> = why
        .map(|cause| format!("{} [{}]", words::cause(cause), cause.source))
        .collect();
    items(text, "why", &why);
    if let Some(publish) = &release.publish {
        let reason = words::publish_reason(release, loss);
        let by = format!("{} (= {reason})", words::publish(publish));
        item(text, "update by", &by);
    }
}

fn about_endpoint(endpoint: &EndpointForecast, text: &mut String) {
    let outcome = endpoint.loss.as_ref().map_or_else(
        || words::standing(endpoint.standing).to_owned(),
        |loss| {
            let standing = words::standing(endpoint.standing);
            format!("{standing} {}", words::when(loss))
        },
    );
    let about = format!(
        "{} ({}, {}): {outcome}",
        endpoint.name, endpoint.host, endpoint.owner
    );
    item(text, "endpoint", &about);
}

fn item(text: &mut String, title: &str, words: &str) {
    let line = format!("  {title:<12}{words}");
    text.push_str(line.trim_end());
    text.push('\n');
}

/// One line each; the title stands before the first.
fn items(text: &mut String, title: &str, lines: &[String]) {
    for (place, line) in lines.iter().enumerate() {
        item(text, if place == 0 { title } else { "" }, line);
    }
}
