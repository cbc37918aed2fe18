//! What a change of the inputs does: for those who review it, and for those who sign that they did.
//!
//! [`Changes`] says what is different in meaning: it knows no date and judges nothing but each change by itself, so that it
//! is cheap, and its [digest](Changes::digest) is the same in any year. [`Effect`] asks the gate and the forecast about both
//! sides on one day. [`headline`] is the one line that a reviewer must not miss.

pub mod approval;
pub mod approvals;
mod change;
mod changes;
mod digest;
mod effect;
mod headline;
mod sentence;
mod state;
mod subject;
#[cfg(test)]
mod tests;
mod weakening;

pub use change::{Change, ChangeKind};
pub use changes::Changes;
pub use effect::{CoverageEffect, Effect, FindingChange, Mistakes, ReleaseEffect, Side, Weight};
pub use headline::headline;
pub use subject::{Section, Subject};
pub use weakening::Why;
