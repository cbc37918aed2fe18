//! The rules of this family.

use super::rules;

rules! {}
