//! `render --check --in FILE`: the store of the policy in a finished image.

mod memory;
mod others;

use std::path::Path;

use device::store::find_in_image;
use memchr::memmem;
use trust::anchors::Certificate;
use trust::material::Material;
use trust::render::{Embedded, Format as Form, embedded};
use trust::store::ApprovedStore;
use trust::words::counted;

use self::memory::{Hit, Memory};
use self::others::Scene;
use crate::atomic;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::inspect::image::{Program, survey};
use crate::output;

/// What a certificate in PEM begins with (RFC 7468).
const PEM: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// Most places that are named.
const MOST_SHOWN: usize = 5;

/// What the image is held against.
pub(super) struct Demand<'a> {
    pub(super) store: &'a ApprovedStore,
    /// In one of these forms.
    pub(super) forms: &'a [Form],
    /// Roots that can be told from their names and keys alone.
    pub(super) known: &'a [Certificate],
}

/// Says where each program of the image holds the store, in one of the ways in which these forms put it there, and with nothing
/// beside it.
///
/// # Errors
/// [`Exit::Tampered`] when one does not, or when the image is damaged; [`Exit::Unreadable`] for a file that is no image.
pub(super) fn require(path: &Path, demand: &Demand<'_>) -> Result<()> {
    let image = atomic::read(path)?.ok_or_else(|| {
        Failure::new(Exit::Unreadable, format!("there is no {}", path.display()))
            .help("build the firmware first, or give the path of the image")
    })?;
    let ways = ways(demand.store, demand.forms)?;
    for program in programs(path, &image)? {
        let name = match &program.partition {
            None => path.display().to_string(),
            Some(label) => format!("{} ({label})", path.display()),
        };
        one(&name, &image, &program, demand, &ways)?;
    }
    Ok(())
}

/// What a device can run of the file.
fn programs(path: &Path, image: &[u8]) -> Result<Vec<Program>> {
    let survey = survey(image);
    if !survey.damages.is_empty() {
        let failure = Failure::new(Exit::Tampered, format!("{} is damaged", path.display()));
        let damages = survey.damages.iter().map(|damage| &damage.what);
        return Err(damages
            .fold(failure, Failure::evidence)
            .help("take the image that the build wrote, whole"));
    }
    if survey.programs.is_empty() {
        let what = format!("{} is no firmware image and no program", path.display());
        return Err(Failure::new(Exit::Unreadable, what)
            .evidence(format!(
                "it is a {}, {}",
                survey.kind,
                counted(image.len(), "byte")
            ))
            .help("give the application image (.bin), the whole flash, or the linked ELF file"));
    }
    Ok(survey.programs)
}

fn one(
    name: &str,
    image: &[u8],
    program: &Program,
    demand: &Demand<'_>,
    ways: &[Embedded],
) -> Result<()> {
    let memory = Memory {
        image,
        ranges: &program.ranges,
    };
    let hits: Vec<_> = ways.iter().filter_map(|way| memory.hit(way)).collect();
    let Some(found) = hits.first().map(lines) else {
        return Err(absent(name, memory, ways));
    };
    let scene = Scene {
        memory,
        material: Material::find_in(name, image, &program.ranges),
        hits,
        store: demand.store,
        known: demand.known,
    };
    let others = scene.others();
    if !others.beside.is_empty() {
        return Err(more(name, &others.beside));
    }
    output::print(&format!("{name} holds the store of the policy: {found}\n"))?;
    say_elsewhere(&others.elsewhere);
    Ok(())
}

/// `PEM at 0x1000, 939 bytes`
fn lines(hit: &Hit<'_>) -> String {
    let shown = shown(&hit.offsets);
    format!(
        "{} at {shown}, {}",
        hit.way.what,
        counted(hit.length(), "byte")
    )
}

/// It trusts more than the policy says.
fn more(name: &str, beside: &[String]) -> Failure {
    let what =
        format!("{name} trusts more than the policy: what stands with the store is not in it");
    let failure = Failure::new(Exit::Tampered, what);
    let shown = beside.iter().take(MOST_SHOWN);
    let failure = shown.fold(failure, Failure::evidence);
    let failure = match beside.len().saturating_sub(MOST_SHOWN) {
        0 => failure,
        more => failure.evidence(format!("and {more} more")),
    };
    failure.help(
        "build it again after `cargo xtask render`, and give the firmware no other anchors with these; what it must trust belongs \
         into the policy",
    )
}

/// Anchors that no check can judge: the bytes do not say which connection uses them.
fn say_elsewhere(anchors: &[(String, usize)]) {
    if anchors.is_empty() {
        return;
    }
    let listed = anchors.iter().take(MOST_SHOWN);
    let listed: Vec<_> = listed
        .map(|(name, at)| format!("{name} at 0x{at:x}"))
        .collect();
    let more = match anchors.len().saturating_sub(MOST_SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    output::say(format_args!(
        "note: it also holds certificates or anchors that the policy does not have; which connections use them cannot be told: {}{more}",
        listed.join(", ")
    ));
}

fn ways(store: &ApprovedStore, forms: &[Form]) -> Result<Vec<Embedded>> {
    let mut ways = Vec::new();
    for form in forms {
        let more = embedded(store, *form).map_err(|error| {
            let what = format!("the store cannot be rendered as {}", form.word());
            Failure::new(Exit::Findings, what).evidence(error)
        })?;
        ways.extend(more);
    }
    if ways.is_empty() {
        let words: Vec<_> = forms.iter().map(|form| form.word()).collect();
        let what = format!("no firmware reads {}", words.join(", "));
        return Err(Failure::new(Exit::Unreadable, what)
            .help("name the form that the firmware is built with: --format FORM"));
    }
    Ok(ways)
}

fn absent(name: &str, memory: Memory<'_>, ways: &[Embedded]) -> Failure {
    let what = format!("{name} does not hold the store that the policy renders to");
    let failure = Failure::new(Exit::Tampered, what);
    let failure = ways.iter().fold(failure, |failure, way| {
        let bytes: usize = way.parts.iter().map(Vec::len).sum();
        let there = way.parts.iter().filter(|part| memory.has(part)).count();
        let partly = match there {
            0 => String::new(),
            _ => format!(", {there} of {} parts are there", way.parts.len()),
        };
        failure.evidence(format!(
            "looked for the {}, {}{partly}",
            way.what,
            counted(bytes, "byte")
        ))
    });
    let others = seen(memory.image).into_iter();
    let failure = others.fold(failure, Failure::evidence);
    failure.help(
        "build it again after `cargo xtask render`; where that does not help, nothing in the firmware uses the store, and the \
         linker left it out",
    )
}

/// Other stores that can be told from the bytes. A bundle cannot: it has no mark of its own.
fn seen(image: &[u8]) -> Vec<String> {
    let mut others = Vec::new();
    let certificates: Vec<_> = memmem::find_iter(image, PEM).collect();
    if !certificates.is_empty() {
        let counted = counted(certificates.len(), "certificate");
        others.push(format!(
            "it holds {counted} in PEM, at {}",
            shown(&certificates)
        ));
    }
    for (offset, store) in find_in_image(image) {
        let Ok(store) = store else { continue };
        let identity = hex::encode(store.sha256());
        others.push(format!("it holds the store {identity} at 0x{offset:x}"));
    }
    if others.is_empty() {
        others.push(format!(
            "in {} no certificate in PEM was seen and no store of this tool",
            counted(image.len(), "byte")
        ));
    }
    others
}

fn shown(offsets: &[usize]) -> String {
    let first = offsets.iter().take(MOST_SHOWN);
    let first: Vec<_> = first.map(|offset| format!("0x{offset:x}")).collect();
    let more = offsets.len().saturating_sub(MOST_SHOWN);
    match more {
        0 => first.join(", "),
        _ => format!("{} and {more} more", first.join(", ")),
    }
}
