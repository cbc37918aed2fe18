//! Templates, filled: everything that is rendered from one, by the same rules.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

/// What a value is where the template puts it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Escape {
    /// Text in HTML: names come out of certificates, and whatever they hold is text.
    Html,
    /// As it is: whoever fills the template makes it safe where it stands.
    Verbatim,
}

/// Fills `template` with `values`. A value that is missing is an error, never an empty text.
///
/// # Errors
/// A template that does not fit its values, which is a bug.
pub fn fill(
    template: &str,
    values: impl Serialize,
    escape: Escape,
) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(move |_| match escape {
        Escape::Html => AutoEscape::Html,
        Escape::Verbatim => AutoEscape::None,
    });
    let syntax = SyntaxConfig::builder()
        .keep_trailing_newline(true)
        .lstrip_blocks(true)
        .trim_blocks(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.render_str(template, Serde(values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_value_is_text_in_html_and_a_missing_one_is_an_error() {
        let values = BTreeMap::from([("name", "<b>")]);
        let filled = |template, escape| fill(template, &values, escape);
        assert_eq!(filled("{{ name }}\n", Escape::Html).unwrap(), "&lt;b&gt;\n");
        assert_eq!(filled("{{ name }}\n", Escape::Verbatim).unwrap(), "<b>\n");
        assert!(filled("{{ other }}", Escape::Verbatim).is_err());
    }
}
