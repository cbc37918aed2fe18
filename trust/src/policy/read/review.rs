//! `[review]`: how many must approve a change, and who they are.

use toml::de::DeValue;

use super::keys::public_key;
use super::problem::Problem;
use super::reachable::reachable;
use super::ssh_key;
use super::table::{Context, Entry, Shape, Table};
use super::unique;
use super::values::{self, Outcome};
use crate::finding::{Finding, Subject};
use crate::policy::model::{Approver, ApproverKey, Located, Review};
use crate::policy::schema;
use crate::rules::policy as rules;

/// `[review]`
pub(super) fn review(table: &Table<'_>) -> Option<Review> {
    let weakening = table.required("weakening", values::threshold);
    let other = table.required("other", values::approvals);
    if table.entry("approvers").is_none() {
        table.report_missing("approvers");
        return None;
    }
    let entries = table.elements("approvers")?;
    let written = entries.len();
    let read = entries.into_iter();
    let approvers: Vec<_> = read
        .filter_map(|entry| approver(table.context(), entry))
        .collect();
    report_repeated(table.context(), &approvers);
    let weakening = reachable(
        table,
        "weakening",
        weakening,
        (written, "approvers"),
        "approvers",
    )?;
    let asked = usize::try_from(weakening.value).unwrap_or(usize::MAX);
    let of_weakening = "approvals of a change that weakens";
    let other = reachable(table, "other", other, (asked, of_weakening), "approvers")?;
    let complete = approvers.len() == written;
    complete.then(|| Review {
        weakening,
        other,
        approvers,
        at: table.at().clone(),
    })
}

fn approver(context: &Context<'_>, entry: Entry<'_>) -> Option<Approver> {
    let example = "each approver as { name = \"…\", ssh = \"ssh-ed25519 …\" } or { name = \"…\", minisign = \"RW…\" }";
    let shape = Shape {
        name: "review.approvers".to_owned(),
        title: "an approver of [review]".to_owned(),
        example: example.to_owned(),
        keys: schema::APPROVER_KEYS,
    };
    let table = Table::open(context, entry, &shape)?;
    let name = table.required("name", values::file_name);
    let key = match (table.entry("minisign"), table.entry("ssh")) {
        (None, None) => {
            table.report_missing("ssh");
            None
        }
        (Some(_), None) => table.optional("minisign", minisign_key),
        (None, Some(_)) => table.optional("ssh", ssh_public_key),
        (Some(_), Some(second)) => {
            report_two_keys(&table, second);
            None
        }
    };
    Some(Approver {
        name: name?,
        key: key?,
    })
}

/// With two keys, one person would be two approvers, or nobody knows which key counts.
fn report_two_keys(table: &Table<'_>, second: Entry<'_>) {
    let context = table.context();
    let finding = Finding::new(
        &rules::DUPLICATE,
        context.place(second.span()),
        "a second key",
        "an approver has `minisign` and `ssh`: which of the two keys counts?",
    )
    .help("keep the key that the approver signs with, and delete the other")
    .about(Subject::item("review.approvers.ssh"));
    context.report(finding);
}

fn minisign_key(value: &DeValue<'_>) -> Outcome<ApproverKey> {
    let key = public_key(value)?;
    Ok(ApproverKey::Minisign {
        text: key.text,
        key_id: key.key.key_id,
        ed25519: key.key.ed25519,
    })
}

fn ssh_public_key(value: &DeValue<'_>) -> Outcome<ApproverKey> {
    let text = values::string(value)?;
    let defect = match ssh_key::canonical(text) {
        Ok(canonical) if canonical == text => return Ok(ApproverKey::Ssh(canonical)),
        Ok(canonical) => {
            return Err(
                Problem::invalid("has more than type and key", "more than type and key")
                    .help(format!("leave the comment away: \"{canonical}\"")),
            );
        }
        Err(defect) => defect,
    };
    Err(
        Problem::invalid("is not an SSH key that can approve", defect.to_string())
            .help("copy the first two words of the .pub file: ssh-keygen -t ed25519 makes one"),
    )
}

/// Two approvers of one name could not be told apart, and one key would approve twice.
fn report_repeated(context: &Context<'_>, approvers: &[Approver]) {
    let names: Vec<_> = approvers.iter().map(|a| a.name.clone()).collect();
    let next_step = "give each approver a name of their own";
    unique::report_repeated(context, &names, "the approver", String::clone, next_step);
    let keys = approvers.iter().map(|approver| Located {
        value: identity(&approver.key.value),
        at: approver.key.at.clone(),
    });
    let keys: Vec<_> = keys.collect();
    let next_step = "each approver signs with a key that nobody else has";
    unique::report_repeated(context, &keys, "the approver key", String::clone, next_step);
}

/// What makes the key this one, in whichever form it is written: an Ed25519 key may be one of minisign or of SSH.
fn identity(key: &ApproverKey) -> String {
    match key {
        ApproverKey::Minisign { ed25519, .. } => hex::encode(ed25519),
        ApproverKey::Ssh(text) => ssh_key::ed25519(text).map_or_else(|| text.clone(), hex::encode),
    }
}

#[cfg(test)]
mod tests;
