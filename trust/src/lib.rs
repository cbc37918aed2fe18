//! Policy, facts, proof and rendering.
//!
//! Everything here is a function of its arguments: no clock, no network, no environment, no file
//! system. The caller reads the files into [`source::SourceFile`]s and says which date it is.

#![forbid(unsafe_code)]

pub mod anchors;
pub mod calendar;
pub mod chains;
pub mod channel;
pub mod checks;
pub mod coverage;
pub mod date;
pub mod device;
mod fields;
pub mod finding;
pub mod forecast;
pub mod gate;
pub mod hierarchy;
pub mod ledger;
pub mod policy;
pub mod render;
pub mod review;
pub mod rules;
pub mod server;
pub mod solve;
pub mod source;
pub mod store;
pub mod template;
pub mod verifier;
mod waivers;
pub mod words;
