//! Pages from templates: no script, no font, nothing fetched.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Fills the HTML template of `what`, whose source is `path`, with `values`.
///
/// # Errors
/// A template that does not fit its values, which is a bug.
pub fn fill(what: &str, path: &str, template: &str, values: impl Serialize) -> Result<String> {
    render(template, values).map_err(|error| {
        Failure::new(Exit::Bug, format!("the template of {what} does not fit"))
            .evidence(error)
            .help(format!("report it: {path}"))
    })
}

fn render(template: &str, values: impl Serialize) -> std::result::Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Names come out of certificates: whatever they hold is text.
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let syntax = SyntaxConfig::builder()
        .keep_trailing_newline(true)
        .lstrip_blocks(true)
        .trim_blocks(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.render_str(template, Serde(values))
}
