//! Pages from templates: no script, no font, nothing fetched.

use serde::Serialize;
use trust::template::{self, Escape};

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Fills the HTML template of `what`, whose source is `path`, with `values`.
///
/// # Errors
/// A template that does not fit its values, which is a bug.
pub fn fill(what: &str, path: &str, template: &str, values: impl Serialize) -> Result<String> {
    template::fill(template, values, Escape::Html).map_err(|error| {
        Failure::new(Exit::Bug, format!("the template of {what} does not fit"))
            .evidence(error)
            .help(format!("report it: {path}"))
    })
}
