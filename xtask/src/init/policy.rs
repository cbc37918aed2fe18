//! The text of the policy.

use trust::date::Date;
use trust::policy;
use trust::source::SourceFile;

use super::glue::Output;
use super::plan::{OFFLINE_DAYS, Plan};
use super::proof::Proven;
use crate::called::called;
use crate::exit::Exit;
use crate::facts;
use crate::failure::{Failure, Result};
use crate::project::POLICY;

/// Days that an anchor must have left at a release, beside lasting to the end of service.
const MIN_REMAINING_DAYS: u32 = 365;

/// What the CA/Browser Forum allows in 2026, less a day.
const LEAF_DAYS: u32 = 199;

/// Longest lifetime of a leaf certificate.
fn leaf_days(owner: &str) -> u32 {
    facts::calendar().leaf_days(owner).unwrap_or(LEAF_DAYS)
}

/// The policy without required roots, for a service life that ends on a day: what a store is looked for.
pub(super) fn question(plan: &Plan, ends: Date) -> String {
    text(
        plan,
        &format!("ends = \"{ends}\"\n"),
        "",
        &Comments::default(),
    )
}

/// The policy that was proven, in its canonical form.
pub(super) fn proven(plan: &Plan, outputs: &[Output], proven: &Proven) -> Result<String> {
    let life = match proven.ends == plan.wanted_end() {
        true => format!(
            "last-unit-made = \"{}\"\nyears-in-service = {}\n",
            plan.last_unit_made, plan.years
        ),
        false => format!("{}ends = \"{}\"\n", comment(&proven.limit), proven.ends),
    };
    let outputs: Vec<_> = outputs.iter().map(output).collect();
    let comments = Comments {
        top: comment(&[
            format!(
                "What must hold for the fleet of {}. Written by `{} init` with the facts of {}; yours to change.",
                plan.product,
                called(),
                plan.as_of
            ),
            format!("After a change: `{0} policy fmt`, `{0} check`, `{0} render`.", called()),
        ]),
        endpoint: called(),
        coverage: comment(&proven.second_owner),
        signing: comment(&[
            "The published development key, with which anyone can sign. It counts only for releases that are made with".to_owned(),
            format!("`build-firmware`: make your own with `{} keys new PATH` before that.", called()),
        ]),
        outputs: outputs.concat(),
    };
    let text = text(plan, &life, &proven.tables, &comments);
    let file = SourceFile::new(POLICY, text);
    policy::canonical(&file).map_err(|findings| {
        let failure = Failure::new(Exit::Bug, "the policy that was written cannot be read");
        let said = findings.iter().map(|finding| &finding.message);
        said.fold(failure, Failure::evidence)
    })
}

/// What stands beside the values.
#[derive(Default)]
struct Comments {
    top: String,
    /// The name of the program, where the kind of key is explained.
    endpoint: &'static str,
    coverage: String,
    signing: String,
    /// The `[[output]]` tables.
    outputs: String,
}

fn text(plan: &Plan, life: &str, roots: &str, comments: &Comments) -> String {
    let endpoints: Vec<_> = plan
        .endpoints
        .iter()
        .map(|endpoint| {
            format!(
                "[[endpoint]]\nname = {}\nurl = {}\nowner = {}\nprofile = \"default\"\n{}key-type = \"{}\"\nleaf-days = {}\n\n",
                quoted(&endpoint.name),
                quoted(&endpoint.url),
                quoted(&endpoint.owner),
                match comments.endpoint {
                    "" => String::new(),
                    command => comment(&[format!(
                        "The key in the server's certificate is taken to be {}; `{command} endpoints capture URL` records what is sent.",
                        endpoint.key_type,
                    )]),
                },
                endpoint.key_type,
                leaf_days(&endpoint.owner)
            )
        })
        .collect();
    let owners = plan.owners().len();
    format!(
        "{}\nschema-version = 1\n\n[product]\nname = {}\nchip = \"{}\"\nverifier = \"{}\"\n\n[service-life]\n{life}\
         longest-offline-days = {OFFLINE_DAYS}\n\n[validity]\nmin-remaining-days = {MIN_REMAINING_DAYS}\n\
         programme-end = \"warn\"\n\n{roots}\n{}{}[coverage]\nindependent-paths = {owners}\ndistinct-owners = {owners}\n\n\
         {}{}[signing]\nthreshold = 1\nkeys = [{{ public = \"{}\", role = \"development\" }}]\n",
        comments.top,
        quoted(&plan.product),
        plan.chip.name,
        plan.verifier.model.word(),
        endpoints.concat(),
        comments.coverage,
        comments.outputs,
        comments.signing,
        facts::development_key(),
    )
}

fn output(output: &Output) -> String {
    format!(
        "[[output]]\nformat = \"{}\"\npath = {}\n\n",
        output.form.word(),
        quoted(output.path)
    )
}

/// A TOML string.
pub(super) fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// Lines of a comment.
fn comment(lines: &[String]) -> String {
    lines.iter().map(|line| format!("# {line}\n")).collect()
}
