//! What a device says of itself with each request, so that its operator knows which store each device has.

use alloc::format;
use alloc::string::String;

use super::state::State;
use crate::hex::Hex;
use crate::rescue::Origin;

/// Fields of a request: name and value. Values are visible ASCII and blanks.
#[derive(Clone, Debug)]
pub struct Status {
    /// Product and version, as User-Agent.
    pub user_agent: String,
    fields: [(&'static str, String); 5],
}

/// The store in force: where it is from, its sequence and its SHA-256.
pub const STORE: &str = "Perennial-Store";
/// The slot that runs, and whether its image is confirmed.
pub const SLOT: &str = "Perennial-Slot";
/// When a round last succeeded (RFC 3339), or `never`.
pub const LAST_SUCCESS: &str = "Perennial-Last-Success";
/// Why the last round failed and how often in a row, or `none`.
pub const LAST_ERROR: &str = "Perennial-Last-Error";
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
        let trial = if state.on_trial {
            "on trial"
        } else {
            "confirmed"
        };
        let success = memory.last_success;
        let success = success.map_or("never".into(), |moment| format!("{moment}"));
        let error = memory.last_error.as_ref();
        let error = error.map_or("none".into(), |error| {
            format!("{} times: {}", error.count, error.text.as_str())
        });
        let identity = Hex(store.sha256());
        Self {
            user_agent: format!("{}/{}", running.product, running.edition.version()),
            fields: [
                (STORE, format!("{origin}; {}; {identity}", store.sequence())),
                (SLOT, format!("{}; {trial}", image.booted)),
                (LAST_SUCCESS, success),
                (LAST_ERROR, error),
                (FLOOR, format!("{}", time.floor())),
            ],
        }
    }

    /// The fields, for a request over a connection to a server that was verified.
    pub fn fields(&self) -> [(&str, &str); 5] {
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
