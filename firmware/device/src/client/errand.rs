//! What is the same for each file of an endpoint.

use core::time::Duration;

use super::fetch::Visit;
use super::state::State;
use super::status::Status;
use crate::rescue::InForce;
use crate::store::Endpoint;
use crate::verify::{Clock, Verifier};

/// An endpoint, what it is judged by and what it is told.
pub(super) struct Errand<'a> {
    pub(super) endpoint: Endpoint<'a>,
    pub(super) store: InForce<'a>,
    verifier: Verifier<'a>,
    clock: Clock,
    status: Status,
}

impl<'a> Errand<'a> {
    /// That to the endpoint at `place` of the store in force, if there is one, when the board has run for `uptime`.
    pub(super) fn of(state: &'a State<'_>, place: usize, uptime: Duration) -> Option<Self> {
        let store = state.in_force();
        Some(Self {
            endpoint: store.endpoints().nth(place)?,
            verifier: store.verifier(),
            clock: state.time.clock(uptime),
            status: Status::of(state),
            store,
        })
    }

    pub(super) const fn visit(&self) -> Visit<'_> {
        Visit {
            endpoint: self.endpoint,
            verifier: &self.verifier,
            clock: self.clock,
            status: &self.status,
        }
    }
}
