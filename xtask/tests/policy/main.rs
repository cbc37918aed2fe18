//! What a change of the policy does, and who approved it: `policy diff`, `policy approve`, `check`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod approvals;
mod bypasses;
#[path = "../copied/mod.rs"]
mod copied;
mod diff;
mod effects;
mod injection;
mod pairs;
mod projects;
mod repository;
mod support;
mod team;
