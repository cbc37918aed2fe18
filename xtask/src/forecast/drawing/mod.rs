//! Where everything stands in the drawing of a forecast.
//!
//! It is laid out twice, for a wide page and a narrow one; style shows the one that fits. Each row is: what it is, a bar,
//! and what happens at its end. Texts are wrapped by their measured width and never stand beside one another, so none
//! can cover another. Nothing depends on colour: hatches, outlines, numbers and words say the same.

mod scale;
mod text;

use serde::Serialize;
use trust::date::Date;
use trust::forecast::{Days, EndpointForecast, Forecast, Loss, Publish, ReleaseForecast};

use super::{human, words};
use scale::Scale;
pub(super) use text::Text;
pub(super) use text::clean;
use text::{LEADING, SIZE, width, wrapped};

/// Pixels of the two drawings.
pub(super) const WIDTHS: [(&str, i64); 2] = [("wide", 1160), ("narrow", 360)];
/// Height of the bar of a release, and of an endpoint.
const BARS: (i64, i64) = (22, 18);
/// Space between two releases.
const GAP: i64 = 18;
/// Widest that what is said below a bar may be.
const SAID: i64 = 460;

/// The drawing.
#[derive(Debug, Serialize)]
pub(super) struct Drawing {
    /// `wide`, `narrow`: begins every id in it.
    pub(super) id: &'static str,
    pub(super) width: i64,
    pub(super) height: i64,
    /// From where to where the lines of years go.
    pub(super) top: i64,
    pub(super) bottom: i64,
    /// Places of the lines of years.
    pub(super) years: Vec<i64>,
    /// Place of the line of the day of the question.
    pub(super) at: i64,
    /// Years, and the day of the question.
    pub(super) texts: Vec<Text>,
    pub(super) rows: Vec<Row>,
}

/// A release or one of its endpoints.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// The row in words: its accessible name.
    pub(super) name: String,
    pub(super) texts: Vec<Text>,
    pub(super) bars: Vec<Bar>,
    pub(super) top: i64,
    pub(super) height: i64,
    /// Place of the end of service.
    pub(super) end: i64,
    /// Place of the last safe day to publish, where it is on the drawing.
    pub(super) publish: Option<i64>,
}

/// Days on which nothing changes.
#[derive(Debug, Serialize)]
pub(super) struct Bar {
    pub(super) x: i64,
    pub(super) width: i64,
    /// `lost`, `maybe`, `unknown`, `none` (held, but nothing counts), `one`, `two`, `many`.
    pub(super) kind: &'static str,
    /// In words.
    pub(super) title: String,
}

/// What a row is made from.
struct Content<'a> {
    name: &'a str,
    facts: String,
    days: &'a [Days],
    loss: Option<&'a Loss>,
    publish: Option<&'a Publish>,
    outcome: String,
    service_ends: Date,
    is_release: bool,
}

impl Drawing {
    /// Draws `forecast`, in its order.
    pub(super) fn of(forecast: &Forecast, (id, width): (&'static str, i64)) -> Self {
        let scale = Scale::of(forecast, width);
        let years = scale.years(SIZE + LEADING);
        let top = LEADING + SIZE + 8;
        let mut y = top + 6;
        let mut rows = Vec::new();
        for content in forecast.releases.iter().flat_map(contents) {
            y += if content.is_release { GAP } else { 4 };
            rows.push(row(&content, &mut y, &scale, width));
        }
        let at = scale.x(forecast.at);
        let labels = years.iter().filter_map(|year| year.label.clone());
        Self {
            id,
            width,
            height: y + GAP,
            top,
            bottom: y + GAP / 2,
            years: years.iter().map(|year| year.x).collect(),
            at,
            texts: labels.chain([asked(forecast, at, width)]).collect(),
            rows,
        }
    }
}

/// The day of the question, above its line.
fn asked(forecast: &Forecast, at: i64, room: i64) -> Text {
    let text = format!("day of the question: {}", forecast.at);
    let wide = width(&text, false);
    Text {
        x: (at - wide / 2).clamp(0, (room - wide).max(0)),
        y: SIZE,
        width: wide,
        class: "said",
        text,
    }
}

/// The release, then its endpoints where it has several: one is the release itself.
fn contents(release: &ReleaseForecast) -> Vec<Content<'_>> {
    let mut contents = vec![Content {
        name: &release.name,
        facts: human::facts(release),
        days: &release.days,
        loss: release.loss.as_ref(),
        publish: release.publish.as_ref(),
        outcome: outcome(words::standing(release.standing), release.loss.as_ref()),
        service_ends: release.service_ends,
        is_release: true,
    }];
    let several = release.endpoints.iter();
    let several = several.filter(|_| release.endpoints.len() > 1);
    contents.extend(several.map(|endpoint| endpoint_content(endpoint, release)));
    contents
}

fn endpoint_content<'a>(
    endpoint: &'a EndpointForecast,
    release: &'a ReleaseForecast,
) -> Content<'a> {
    Content {
        name: &endpoint.name,
        facts: format!(
            "endpoint of {}: {}, {}",
            release.name, endpoint.host, endpoint.owner
        ),
        days: &endpoint.days,
        loss: endpoint.loss.as_ref(),
        publish: None,
        outcome: outcome(words::standing(endpoint.standing), endpoint.loss.as_ref()),
        service_ends: release.service_ends,
        is_release: false,
    }
}

fn outcome(standing: &str, loss: Option<&Loss>) -> String {
    match loss {
        None => format!("{standing} to the last day"),
        Some(loss) => format!("{standing} {}", words::when(loss)),
    }
}

fn row(content: &Content<'_>, y: &mut i64, scale: &Scale, room: i64) -> Row {
    let mut texts = Vec::new();
    heading(content, y, room, &mut texts);
    let top = *y + 9;
    let height = if content.is_release { BARS.0 } else { BARS.1 };
    *y = top + height;
    let days = visible(content.days);
    let bars: Vec<_> = days.iter().map(|days| bar(days, scale)).collect();
    let numbers = days.iter().zip(&bars);
    texts.extend(numbers.filter_map(|(days, bar)| number(days, bar, top + height / 2)));
    said(content, y, scale, room, &mut texts);
    Row {
        name: clean(&format!(
            "{}: {}. {}.",
            content.name, content.facts, content.outcome
        )),
        texts,
        bars,
        top,
        height,
        end: scale.x(content.service_ends.plus_days(1)),
        publish: content
            .publish
            .filter(|publish| !publish.never)
            .map(|publish| scale.x(publish.last_safe_day)),
    }
}

/// The name, and the facts beside it or below.
fn heading(content: &Content<'_>, y: &mut i64, room: i64, texts: &mut Vec<Text>) {
    let indent = if content.is_release { 0 } else { 12 };
    // A bold line is wider than what wraps as a plain one.
    for line in wrapped(content.name, (room - indent) * 85 / 100) {
        *y += LEADING;
        texts.push(Text {
            x: indent,
            y: *y,
            width: width(&line, content.is_release),
            class: if content.is_release { "name" } else { "said" },
            text: line,
        });
    }
    let beside = texts.last().map_or(0, |name| name.x + name.width + 12);
    let facts = clean(&content.facts);
    if beside + width(&facts, false) <= room {
        texts.push(line(facts, beside, *y, "quiet"));
        return;
    }
    for text in wrapped(&content.facts, room - indent) {
        *y += LEADING;
        texts.push(line(text, indent, *y, "quiet"));
    }
}

/// What happens at the end of the bar: below it, from where it happens, or as far to the right as there is room.
fn said(content: &Content<'_>, y: &mut i64, scale: &Scale, room: i64, texts: &mut Vec<Text>) {
    let Some(loss) = content.loss else {
        return;
    };
    let mut sentences = vec![content.outcome.clone()];
    sentences.extend(loss.causes.iter().map(words::cause));
    sentences.extend(
        content
            .publish
            .map(|publish| format!("update by {}", words::publish(publish))),
    );
    let most = SAID.min(room);
    let lines: Vec<_> = sentences
        .iter()
        .flat_map(|sentence| wrapped(sentence, most))
        .collect();
    let widest = lines.iter().map(|line| width(line, false)).max();
    let x = scale
        .x(loss.earliest)
        .min(room - widest.unwrap_or(0))
        .max(0);
    for text in lines {
        *y += LEADING;
        texts.push(line(text, x, *y, "said"));
    }
    *y += 2;
}

fn line(text: String, x: i64, y: i64, class: &'static str) -> Text {
    Text {
        x,
        y,
        width: width(&text, false),
        class,
        text,
    }
}

/// Days that look different; evidence and names of carriers are for the table.
fn visible(days: &[Days]) -> Vec<Days> {
    let looks = |days: &Days| (days.paths, days.held, days.lost, days.unknown);
    let mut visible: Vec<Days> = Vec::new();
    for one in days {
        match visible.last_mut() {
            Some(last) if looks(last) == looks(one) => last.until = one.until,
            _ => visible.push(one.clone()),
        }
    }
    visible
}

fn bar(days: &Days, scale: &Scale) -> Bar {
    let x = scale.x(days.from);
    Bar {
        x,
        // A day that is narrower than a pixel is seen all the same.
        width: (scale.x(days.until.plus_days(1)) - x).max(1),
        kind: match days.paths {
            _ if days.lost && days.unknown => "unknown",
            _ if days.lost => "lost",
            _ if !days.held => "maybe",
            0 => "none",
            1 => "one",
            2 => "two",
            _ => "many",
        },
        title: clean(&format!(
            "{} to {}: {}",
            days.from,
            days.until,
            words::paths(days)
        )),
    }
}

/// The number of paths in the middle of the bar, where there is room.
fn number(days: &Days, bar: &Bar, middle: i64) -> Option<Text> {
    let text = match bar.kind {
        "unknown" | "maybe" => "?".to_owned(),
        _ => days.paths.to_string(),
    };
    let wide = width(&text, true);
    (wide + 6 <= bar.width).then(|| Text {
        x: bar.x + (bar.width - wide) / 2,
        y: middle + SIZE / 3,
        width: wide,
        class: "number",
        text,
    })
}
