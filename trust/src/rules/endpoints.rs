//! Family E: endpoints and coverage.

use super::rules;

rules! {
    /// # E101 endpoint-without-anchor
    ///
    /// ## What it does
    /// Finds an endpoint to which no anchor of the store leads: none is in or above a captured
    /// chain of it; or, where no chain was captured, none is of the endpoint's `owner`.
    ///
    /// ## Why it matters
    /// The device can never fetch an update there. If it is the failover, that shows on the day it is needed.
    ///
    /// ## Example
    /// ```toml
    /// [[endpoint]]
    /// name = "failover"
    /// url = "https://ota.example.net/"
    /// owner = "Google Trust Services"    # and every required root is of Let's Encrypt
    /// ```
    ///
    /// ## Use instead
    /// Require a root of the owner (`cargo xtask roots list` shows owners in the words to use here), or
    /// correct the owner.
    ENDPOINT_WITHOUT_ANCHOR = "E101" "endpoint-without-anchor" Error since "0.1.0";

    /// # E102 chain-unreadable
    ///
    /// ## What it does
    /// Finds a captured chain that an endpoint names and that is not there or holds no certificate.
    ///
    /// ## Why it matters
    /// The chain is the evidence for the path from the server to the anchor. Without it the proof would rest
    /// on the word of the policy, and nobody would notice.
    ///
    /// ## Example
    /// ```toml
    /// chains = ["endpoints/primary-2026-07.pem"]   # the file was renamed
    /// ```
    ///
    /// ## Use instead
    /// Put the PEM file, leaf first as the server sends it, below `trust/endpoints/`, or remove the entry.
    CHAIN_UNREADABLE = "E102" "chain-unreadable" Error since "0.1.0";

    /// # E103 coverage-not-reached
    ///
    /// ## What it does
    /// Counts the different keys and the owners of the anchors that lead to an endpoint, and finds that they are
    /// fewer than `[coverage] independent-paths` or `distinct-owners`.
    ///
    /// ## Why it matters
    /// One key or one owner is one event away from a stranded fleet. This is the least that must hold: it does not
    /// yet look at each day of the service life.
    ///
    /// ## Example
    /// ```toml
    /// [coverage]
    /// independent-paths = 2
    /// distinct-owners = 2        # every required root is of one CA
    /// ```
    ///
    /// ## Use instead
    /// Serve a failover endpoint with certificates of another CA, and require its root as well.
    COVERAGE_NOT_REACHED = "E103" "coverage-not-reached" Error since "0.1.0";
}
