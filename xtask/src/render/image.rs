//! `render --check --in FILE`: the store of the policy in a finished image.

use std::path::Path;

use device::store::find_in_image;
use memchr::memmem;
use trust::render::{Embedded, Format as Form, embedded};
use trust::store::ApprovedStore;
use trust::words::counted;

use crate::atomic;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;

/// What a certificate in PEM begins with (RFC 7468).
const PEM: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// Most places that are named.
const MOST_SHOWN: usize = 5;

/// Says where the image holds the store, in one of the ways in which these forms put it there.
///
/// # Errors
/// [`Exit::Tampered`] when it does not, [`Exit::Unreadable`] for a file that cannot be read.
pub(super) fn require(path: &Path, store: &ApprovedStore, forms: &[Form]) -> Result<()> {
    let image = atomic::read(path)?.ok_or_else(|| {
        Failure::new(Exit::Unreadable, format!("there is no {}", path.display()))
            .help("build the firmware first, or give the path of the image")
    })?;
    let ways = ways(store, forms)?;
    let Some(found) = ways.iter().find_map(|way| places(&image, way)) else {
        return Err(absent(path, &image, &ways));
    };
    let lines = found.lines();
    output::print(&format!(
        "{} holds the store of the policy: {}\n",
        path.display(),
        lines
    ))
}

/// Where a way of embedding stands.
struct Found<'w> {
    way: &'w Embedded,
    offsets: Vec<usize>,
}

impl Found<'_> {
    /// `PEM at 0x1000, 939 bytes`
    fn lines(&self) -> String {
        let bytes: usize = self.way.parts.iter().map(Vec::len).sum();
        let shown = shown(&self.offsets);
        format!("{} at {shown}, {}", self.way.what, counted(bytes, "byte"))
    }
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

/// The place of each part; `None` where one is missing.
fn places<'w>(image: &[u8], way: &'w Embedded) -> Option<Found<'w>> {
    let offsets = way.parts.iter().map(|part| memmem::find(image, part));
    let offsets = offsets.collect::<Option<Vec<_>>>()?;
    Some(Found { way, offsets })
}

fn absent(path: &Path, image: &[u8], ways: &[Embedded]) -> Failure {
    let what = format!(
        "{} does not hold the store that the policy renders to",
        path.display()
    );
    let failure = Failure::new(Exit::Tampered, what);
    let failure = ways.iter().fold(failure, |failure, way| {
        let bytes: usize = way.parts.iter().map(Vec::len).sum();
        let there = way
            .parts
            .iter()
            .filter(|part| memmem::find(image, part).is_some());
        let there = there.count();
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
    let failure = others(image).into_iter().fold(failure, Failure::evidence);
    failure.help(
        "build it again after `cargo xtask render`; where that does not help, nothing in the firmware uses the store, and the \
         linker left it out",
    )
}

/// Other stores that can be told from the bytes. A bundle cannot: it has no mark of its own.
fn others(image: &[u8]) -> Vec<String> {
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
