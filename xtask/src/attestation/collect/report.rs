//! The answer of `attest collect`, for people and for machines.

use serde::Serialize;
use trust::words::counted;

use super::quorum::{ObstacleKind, Quorum, Standing, Voice};
use crate::attestation::statement::json as document;

/// A line for each builder, what stands in the way, and the outcome.
pub(super) fn human(quorum: &Quorum) -> String {
    let mut text: String = quorum.voices.iter().map(line).collect();
    for obstacle in &quorum.obstacles {
        text += &format!(
            "not ready: {}\n  = help: {}\n",
            obstacle.what, obstacle.help
        );
    }
    let (agreeing, operators) = (quorum.agreeing().count(), quorum.operators().len());
    let agreement = format!(
        "{} of {} needed agree, of {} ({} needed)",
        counted(agreeing, "builder"),
        quorum.threshold,
        counted(operators, "operator"),
        quorum.distinct,
    );
    let version = &quorum.version;
    text + &match quorum.is_ready() {
        true => format!("{version} is ready to be published: {agreement}\n"),
        false => format!("{version} is not ready to be published: {agreement}\n"),
    }
}

fn line(voice: &Voice) -> String {
    let Voice {
        builder, operator, ..
    } = voice;
    let (word, more) = said(&voice.standing);
    let more = more.map_or(String::new(), |more| format!(": {more}"));
    format!("{word:<10} {builder} ({operator}){more}\n")
}

/// The word for a standing, and what is behind it.
fn said(standing: &Standing) -> (&'static str, Option<String>) {
    match standing {
        Standing::Agrees => ("agrees", None),
        Standing::Dissents(dissent) => ("dissents", Some(dissent.clone())),
        Standing::Explained {
            dissent,
            explanation,
        } => {
            let (owner, reason) = (&explanation.owner, &explanation.reason);
            ("explained", Some(format!("{dissent} ({owner}: {reason})")))
        }
        Standing::Invalid { file, why } => ("invalid", Some(format!("{file}: {why}"))),
        Standing::Silent => ("silent", None),
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    version: &'a str,
    ready: bool,
    threshold: u32,
    agreeing: usize,
    distinct: u32,
    operators: usize,
    builders: Vec<BuilderAnswer<'a>>,
    obstacles: Vec<ObstacleAnswer<'a>>,
}

#[derive(Serialize)]
struct BuilderAnswer<'a> {
    name: &'a str,
    operator: &'a str,
    standing: &'static str,
    message: Option<String>,
}

#[derive(Serialize)]
struct ObstacleAnswer<'a> {
    kind: ObstacleKind,
    message: &'a str,
    help: &'a str,
}

/// `perennial.quorum/1`.
pub(super) fn json(quorum: &Quorum) -> String {
    let obstacles = quorum.obstacles.iter().map(|obstacle| ObstacleAnswer {
        kind: obstacle.kind,
        message: &obstacle.what,
        help: &obstacle.help,
    });
    let answer = Answer {
        schema: "perennial.quorum/1",
        version: &quorum.version,
        ready: quorum.is_ready(),
        threshold: quorum.threshold,
        agreeing: quorum.agreeing().count(),
        distinct: quorum.distinct,
        operators: quorum.operators().len(),
        builders: quorum.voices.iter().map(builder_answer).collect(),
        obstacles: obstacles.collect(),
    };
    String::from_utf8_lossy(&document(&answer)).into_owned()
}

fn builder_answer(voice: &Voice) -> BuilderAnswer<'_> {
    let (standing, message) = said(&voice.standing);
    BuilderAnswer {
        name: &voice.builder,
        operator: &voice.operator,
        standing,
        message,
    }
}
