//! Installing: from a server that may fail into the spare slot.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use device::install::{FetchError, Sink, Source, install as install_release};
use device::otadata::Slot;
use device::release::{Candidate, Manifest, Standing, Tally, judge};
use device::store::TrustStore;

use super::release::running;
use super::shown;
use crate::board::{Activity, Flash, Lines, Time};
use crate::form::{Malformed, Parts};
use crate::meter::Meter;

/// What it came to, what it told, and the hash of the flash.
pub(super) fn install<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let (store, manifest) = (parts.bytes()?, parts.bytes()?);
    let signatures = 0..parts.number()?;
    let signatures: Result<Vec<_>, _> = signatures.map(|_| parts.bytes()).collect();
    let signatures = signatures?;
    let mut file = File::read(parts)?;
    let activity = Activity::default();
    let mut flash = Flash::read(parts, &activity)?;
    let candidate = match candidate(store, manifest, &signatures) {
        Ok(candidate) => candidate,
        Err(refused) => return Ok(refused),
    };
    let mut lines = Lines::new();
    let time = Time::new(&activity);
    let installing = install_release(&mut file, &candidate, &mut flash, Slot::Ota1, &mut lines);
    let mut installing = Box::pin(installing);
    let installed = meter.measure(|| time.run(installing.as_mut()));
    drop(installing);
    let installed = installed.map_or_else(|| "it waits".into(), |installed| shown(&installed));
    Ok(format!("{installed}\n{}{}", lines.0, flash.hash()))
}

/// The release, if it may be installed; why not, otherwise.
fn candidate(store: &[u8], manifest: &[u8], signatures: &[&[u8]]) -> Result<Candidate, String> {
    let store = TrustStore::read_exact(store).map_err(|error| shown::<(), _>(&Err(error)))?;
    let tally = Tally::new(manifest, store.release_keys());
    let mut tally = tally.map_err(|error| shown::<(), _>(&Err(error)))?;
    for signature in signatures {
        // What does not count is missed below.
        let _ = tally.count(signature);
    }
    let signed = tally
        .finish()
        .map_err(|error| shown::<(), _>(&Err(error)))?;
    let manifest = Manifest::read(signed).map_err(|error| shown::<(), _>(&Err(error)))?;
    match judge(&manifest, &running()?, None) {
        Ok(Standing::Newer(candidate)) => Ok(candidate),
        other => Err(shown(&other)),
    }
}

/// A file, and how it comes.
struct File<'a> {
    bytes: &'a [u8],
    /// Bytes that come at once.
    piece: usize,
    /// Bytes after which a connection breaks.
    breaks_after: Option<usize>,
    /// Nothing from here on ever comes.
    ends_at: Option<usize>,
    /// What the server says the length is.
    total: Option<u32>,
}

impl<'a> File<'a> {
    fn read(parts: &mut Parts<'a>) -> Result<Self, Malformed> {
        let bytes = parts.bytes()?;
        let size = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
        Ok(Self {
            bytes,
            piece: size(parts.number()?).max(1),
            breaks_after: parts.optional_number()?.map(size),
            ends_at: parts.optional_number()?.map(size),
            total: parts
                .optional_number()?
                .map(|total| u32::try_from(total).unwrap_or(u32::MAX)),
        })
    }
}

impl Source for File<'_> {
    type Error = &'static str;

    async fn fetch(
        &mut self,
        _: &str,
        from: u32,
        sink: &mut dyn Sink,
    ) -> Result<(), FetchError<&'static str>> {
        sink.begin(self.total, from)?;
        let from = from as usize;
        let end = self.bytes.len().min(self.ends_at.unwrap_or(usize::MAX));
        let breaks = self.breaks_after.map(|after| from.saturating_add(after));
        let broken = end.min(breaks.unwrap_or(end));
        let coming = self.bytes.get(from..broken).unwrap_or_default();
        for piece in coming.chunks(self.piece) {
            sink.take(piece)?;
        }
        match broken < self.bytes.len() {
            true => Err(FetchError::Source("the connection broke")),
            false => Ok(()),
        }
    }

    async fn pause(&mut self, _: u8) {}

    fn is_interruption(_: &&'static str) -> bool {
        true
    }
}
