//! The verdict, computed again from the recorded inputs at the recorded release date.

use trust::channel::Channel;
use trust::date::Date;
use trust::finding::Finding;
use trust::gate::{self, Question, Verdict};
use trust::rules::verification::{MANIFEST_WRONG, VERDICT_DIFFERS};
use trust::words::counted;

use super::Evidence;
use super::problem::Problem;
use crate::project::ProjectInputs;
use crate::release::manifest::{FILE_NAME, ReleaseManifest};

/// The recorded inputs are here, in the folder or in the commit, with the recorded hashes.
pub fn inputs(evidence: &Evidence<'_>) -> (String, Vec<Problem>) {
    let Ok(manifest) = &evidence.manifest else {
        return ("none recorded".to_owned(), Vec::new());
    };
    match recorded_inputs(evidence, manifest) {
        Ok((_, place)) => (
            format!(
                "{}, as recorded, {place}",
                counted(manifest.inputs.len(), "input")
            ),
            Vec::new(),
        ),
        Err(why) => {
            let problem = Problem::new(&VERDICT_DIFFERS, FILE_NAME, "inputs", why);
            ("are not the recorded ones".to_owned(), vec![problem])
        }
    }
}

/// The gate is open for them, and what it approves ends when the manifest says.
pub fn check(evidence: &Evidence<'_>) -> (String, Vec<Problem>) {
    let (manifest, verdict) = match (&evidence.manifest, recomputed(evidence)) {
        (Ok(manifest), Ok(verdict)) => (manifest, verdict),
        // Where another step has said it too, it is said twice: no release passes without a verdict.
        (Err(why), _) | (_, Err(why)) => {
            let message = format!("it cannot be computed again: {why}");
            let problem = Problem::new(&VERDICT_DIFFERS, FILE_NAME, "verdict", message);
            return ("cannot be computed".to_owned(), vec![problem]);
        }
    };
    let mut problems: Vec<_> = verdict
        .findings()
        .iter()
        .filter(|finding| finding.blocks())
        .map(refusal)
        .collect();
    if let Some(store) = verdict.approved() {
        let contents = store.contents();
        let recorded = [
            ("product", &manifest.product, contents.product.clone()),
            (
                "chip",
                &manifest.chip,
                verdict
                    .policy()
                    .map_or_else(String::new, |policy| policy.product.chip.value.clone()),
            ),
            (
                "service-ends",
                &manifest.service_ends,
                contents.service_ends.to_string(),
            ),
        ];
        for (field, recorded, proven) in recorded
            .into_iter()
            .filter(|(_, recorded, proven)| **recorded != *proven)
        {
            let message = format!("it says {recorded}, the policy says {proven}");
            problems.push(Problem::new(&MANIFEST_WRONG, FILE_NAME, field, message));
        }
    }
    (seen(verdict), problems)
}

/// At which question the verdict was computed, and what stands against the release without blocking it.
fn seen(verdict: &Verdict) -> String {
    let Question {
        as_of,
        channel,
        facts_known_on,
    } = verdict.question();
    let known = facts_known_on.map_or(String::new(), |day| {
        format!(", with the facts that were known on {day}")
    });
    let findings = verdict.findings();
    let blocking = findings.iter().filter(|finding| finding.blocks()).count();
    let waived = findings.iter().filter(|finding| finding.waived.is_some());
    let mut seen = format!(
        "at {as_of}{known}, {} channel, by the rules of this checkout: {}, {} of them waived, {blocking} of them blocking",
        channel.word(),
        counted(findings.len(), "finding"),
        waived.count(),
    );
    for finding in findings.iter().filter(|finding| !finding.blocks()) {
        let waiver = if finding.waived.is_some() {
            " (waived)"
        } else {
            ""
        };
        seen += &format!("\n{}{waiver}: {}", finding.rule.id, finding.message);
    }
    seen
}

/// The verdict on the recorded inputs.
///
/// # Errors
/// Why there is none: the inputs, the date or the channel cannot be had.
pub fn recomputed<'a>(evidence: &'a Evidence<'_>) -> Result<&'a Verdict, &'a String> {
    evidence.verdict.get_or_init(|| compute(evidence)).as_ref()
}

fn compute(evidence: &Evidence<'_>) -> Result<Verdict, String> {
    let manifest = evidence.manifest.as_ref().map_err(Clone::clone)?;
    let (inputs, question) = asked(evidence, manifest, judged_channel(evidence, manifest)?)?;
    Ok(gate::judge(&inputs.inputs, question))
}

/// The recorded inputs, and the question that the release names itself.
///
/// # Errors
/// Why there is none, as of [`recomputed`].
pub fn recorded(
    evidence: &Evidence<'_>,
    manifest: &ReleaseManifest,
) -> Result<(ProjectInputs, Question), String> {
    asked(evidence, manifest, named_channel(manifest)?)
}

fn asked(
    evidence: &Evidence<'_>,
    manifest: &ReleaseManifest,
    channel: Channel,
) -> Result<(ProjectInputs, Question), String> {
    let (inputs, _) = recorded_inputs(evidence, manifest)?;
    let as_of: Date = manifest
        .released
        .parse()
        .map_err(|error: trust::date::DateError| error.to_string())?;
    let known = manifest.facts_known_on.as_deref().map(str::parse);
    let facts_known_on: Option<Date> = known
        .transpose()
        .map_err(|error: trust::date::DateError| error.to_string())?;
    if facts_known_on.is_some() && channel == Channel::Production {
        return Err(
            "it was judged without facts that are known: no release for devices in the field is"
                .to_owned(),
        );
    }
    let question = Question {
        as_of,
        channel,
        facts_known_on,
    };
    Ok((inputs, question))
}

/// The channel that the caller demands, else the one that the release was made for.
fn judged_channel(evidence: &Evidence<'_>, manifest: &ReleaseManifest) -> Result<Channel, String> {
    if let Some(demanded) = evidence.channel {
        return Ok(demanded);
    }
    named_channel(manifest)
}

fn named_channel(manifest: &ReleaseManifest) -> Result<Channel, String> {
    Channel::of_word(&manifest.channel)
        .ok_or_else(|| format!("there is no channel `{}`", manifest.channel))
}

/// The inputs with the recorded hashes: those of the folder if they are the ones, else those of the commit.
fn recorded_inputs(
    evidence: &Evidence<'_>,
    manifest: &ReleaseManifest,
) -> Result<(ProjectInputs, String), String> {
    let project = evidence.project;
    // What is wrong with this checkout says nothing about what the release was made from.
    let here = match project.inputs() {
        Ok(here) if here.recorded() == manifest.inputs => {
            return Ok((here, "in this checkout".to_owned()));
        }
        Ok(_) => "this checkout has others".to_owned(),
        Err(failure) => failure.what,
    };
    let commit = &manifest.commit;
    let then = project.inputs_at(commit).map_err(|failure| {
        let why = failure.evidence.join("; ");
        format!(
            "{here}, and commit {commit} cannot be read: {}: {why}",
            failure.what
        )
    })?;
    match first_difference(&then, manifest) {
        None => Ok((then, format!("in commit {commit}"))),
        Some(path) => Err(format!("{path} in commit {commit} is not the recorded one")),
    }
}

fn first_difference(inputs: &ProjectInputs, manifest: &ReleaseManifest) -> Option<String> {
    let found = inputs.recorded();
    let paths = found.keys().chain(manifest.inputs.keys());
    let mut differing = paths.filter(|path| found.get(*path) != manifest.inputs.get(*path));
    differing.next().cloned()
}

fn refusal(finding: &Finding) -> Problem {
    let place = finding.location();
    let (line, column) = place.start();
    let field = format!("{}:{line}:{column}", place.file.name);
    Problem::new(
        &VERDICT_DIFFERS,
        "policy",
        field,
        format!("[{}] {}", finding.rule.id, finding.message),
    )
}
