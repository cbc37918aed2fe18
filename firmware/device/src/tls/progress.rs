//! How far a connection is: what the guard below the TLS library, the judge inside it and the engine above it share.

use core::cell::Cell;

use crate::tls::error::TlsError;

/// Where a connection is, and why it ended.
#[derive(Debug)]
pub(super) struct Progress {
    phase: Cell<Phase>,
    end: Cell<Option<TlsError>>,
}

/// What may come next from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The ServerHello.
    Hello,
    /// The encrypted part of the handshake.
    Handshake,
    /// Data.
    Established,
}

impl Progress {
    pub(super) const fn new() -> Self {
        Self {
            phase: Cell::new(Phase::Hello),
            end: Cell::new(None),
        }
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase.get()
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.set(phase);
    }

    /// Why the connection ended.
    pub(super) fn end(&self) -> Option<TlsError> {
        self.end.get()
    }

    /// Ends the connection, unless it ended before: the first reason is the one that counts.
    pub(super) fn stop(&self, error: TlsError) -> TlsError {
        let first = self.end().unwrap_or(error);
        self.end.set(Some(first));
        first
    }
}
