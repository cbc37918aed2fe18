//! `plan`: what is burnt into the eFuses when, and what the service life has of them.
//!
//! The facts: eFuse table of the ESP32-C3 (technical reference manual, chapter 4; `espefuse`), "Secure Boot v2" and
//! "Anti-rollback" of ESP-IDF. Nothing is burnt here.

mod budget;
mod burns;
mod human;

use serde::Serialize;

use super::cli::{self, Form};
use super::layout::MAX_BLOCKS;
use super::pem;
use super::show::pretty;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;
use crate::project::Project;
use crate::release_date;
use crate::verify::trusted_policy;

use budget::Budget;
use burns::Burn;

/// The schema of the answer for machines.
const SCHEMA: &str = "perennial.efuse-plan/1";

/// Everything that the report says.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Report {
    schema: &'static str,
    product: String,
    budget: Budget,
    slots: Vec<Slot>,
    burns: Vec<Burn>,
    warnings: Vec<&'static str>,
}

/// One of the three places for a key digest.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Slot {
    /// From 0.
    slot: usize,
    /// What stands in it: hexadecimal; nothing where no key was given.
    key_digest: Option<String>,
}

/// Prints the plan.
pub fn run(project: &Project, arguments: &cli::Plan) -> Result<Exit> {
    let policy = trusted_policy(project)?;
    let as_of = release_date::decide(arguments.as_of, &project.root)?.day;
    let slots = slots(arguments)?;
    let report = Report {
        schema: SCHEMA,
        product: policy.product.name.value.clone(),
        budget: Budget::new(
            as_of,
            policy.service_life.ends.value,
            arguments.secure_version,
        ),
        burns: burns::of(&slots),
        warnings: burns::warnings(&slots),
        slots,
    };
    output::print(&match arguments.format {
        Form::Human => human::text(&report),
        Form::Json => pretty(&report),
    })?;
    Ok(Exit::Done)
}

fn slots(arguments: &cli::Plan) -> Result<Vec<Slot>> {
    if arguments.keys.len() > MAX_BLOCKS {
        let what = format!(
            "{} keys are given, the eFuses have {MAX_BLOCKS} slots",
            arguments.keys.len()
        );
        return Err(Failure::new(Exit::Unreadable, what)
            .help("give the keys that devices are made with; nothing can be added later"));
    }
    let mut slots: Vec<Slot> = Vec::new();
    for (slot, path) in arguments.keys.iter().enumerate() {
        let key_digest = Some(hex::encode(pem::public_key(path)?.digest()));
        if slots.iter().any(|other| other.key_digest == key_digest) {
            let what = format!("{} is the key of another slot", path.display());
            return Err(Failure::new(Exit::Unreadable, what)
                .help("two slots with one key are lost together: give another key"));
        }
        slots.push(Slot { slot, key_digest });
    }
    slots.extend((slots.len()..MAX_BLOCKS).map(|slot| Slot {
        slot,
        key_digest: None,
    }));
    Ok(slots)
}

#[cfg(test)]
mod tests;
