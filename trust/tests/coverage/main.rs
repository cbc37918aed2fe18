//! The coverage engine: past outages predicted from the facts of their time, and exactness.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of the test functions"
)]

mod alternatives;
mod brute;
mod constrained;
mod exact;
mod fleets;
mod made;
mod outages;
mod pinned;
mod signed;
mod smallest;
mod superseded;
mod support;
mod total;
mod worlds;
mod written;
