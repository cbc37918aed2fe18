//! What a device says of itself with each request, so that its operator knows which store each device has.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use core::fmt;

use super::state::State;
use crate::hex::Hex;
use crate::memory::ShortText;
use crate::rescue::Origin;

/// Longest value of a field in bytes.
const MAX_VALUE: usize = 128;

/// Bytes of a hash that are said.
const IMAGE: usize = 8;

/// Fields of a request: name and value. Values are visible ASCII, with blanks between.
#[derive(Clone, Debug)]
pub struct Status {
    /// Product and version, as User-Agent.
    pub user_agent: String,
    fields: [(&'static str, String); 6],
}

/// The store in force: where it is from, its sequence and its SHA-256.
pub const STORE: &str = "Perennial-Store";
/// The slot that runs, and whether its image is confirmed.
pub const SLOT: &str = "Perennial-Slot";
/// When a round last succeeded (RFC 3339), or `never`.
pub const LAST_SUCCESS: &str = "Perennial-Last-Success";
/// Why the last round failed and how often in a row, or `none`.
pub const LAST_ERROR: &str = "Perennial-Last-Error";
/// The release that failed and is tried again later: the beginning of the SHA-256 of its image, how often it failed and how it
/// ended; or `none`.
pub const FAILED_RELEASE: &str = "Perennial-Failed-Release";
/// The newest time that the device is sure of (RFC 3339).
pub const FLOOR: &str = "Perennial-Time-Floor";

impl Status {
    /// The status now.
    pub(super) fn of(state: &State<'_>) -> Self {
        let State {
            image,
            memory,
            time,
            ..
        } = state;
        let (running, store) = (&image.running, state.in_force());
        let origin = match store.origin() {
            Origin::Image => "image",
            Origin::Rescue => "rescue",
        };
        let trial = match (state.is_counted, state.on_trial) {
            (false, _) => "unknown",
            (true, true) => "on trial",
            (true, false) => "confirmed",
        };
        let success = memory.last_success;
        let success = success.map_or_else(|| value("never"), value);
        let error = memory.last_error.as_ref();
        let error = error.map_or_else(
            || value("none"),
            |error| value(format_args!("{} times: {}", error.count, error.text)),
        );
        let (sequence, identity) = (store.sequence(), Hex(store.sha256()));
        let (product, version) = (running.product, running.edition.version());
        Self {
            user_agent: value(format_args!("{product}/{version}")),
            fields: [
                (
                    STORE,
                    value(format_args!("{origin}; {sequence}; {identity}")),
                ),
                (SLOT, value(format_args!("{}; {trial}", image.booted))),
                (LAST_SUCCESS, success),
                (LAST_ERROR, error),
                (FAILED_RELEASE, failed_release(state)),
                (FLOOR, value(time.floor())),
            ],
        }
    }

    /// The fields, for a request over a connection to a server that was verified.
    pub fn fields(&self) -> [(&str, &str); 6] {
        self.fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()))
    }

    /// Those for a request that everybody on the way can read: which store the device has, and nothing more.
    pub fn public_fields(&self) -> [(&str, &str); 1] {
        let [(name, value), ..] = &self.fields;
        [(name, value.as_str())]
    }
}

/// A release is remembered as failed while it is tried and while it runs on trial; it has not yet then.
fn failed_release(state: &State<'_>) -> String {
    let failed = state.memory.failed_release;
    let failed = failed.filter(|failed| !state.on_trial && state.tried != Some(failed.sha256));
    let Some(failed) = failed else {
        return value("none");
    };
    let (image, _) = failed.sha256.split_at_checked(IMAGE).unwrap_or_default();
    let (image, attempts) = (Hex(image), failed.attempts);
    match state.memory.rolled_back {
        Some(why) => value(format_args!("{image}; {attempts} times; taken back: {why}")),
        None => value(format_args!("{image}; {attempts} times; not installed")),
    }
}

/// `text` as a request may carry it. A product has any letters and the text of an error is cut off anywhere, at a blank too: a
/// value that is no value would keep every request from being sent.
fn value(text: impl fmt::Display) -> String {
    let text = ShortText::<MAX_VALUE>::of(text);
    text.as_str().trim().to_owned()
}
