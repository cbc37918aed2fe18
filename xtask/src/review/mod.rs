//! What a change does, and who approved it.

pub mod approvals;
pub mod history;
mod signature;
mod states;
