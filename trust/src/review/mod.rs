//! What a change of the inputs does, and whether enough people approved it.

pub mod approval;
pub mod approvals;
