//! Colours: where a person watches, and did not decline them. One rule for everything that is printed.

use std::ffi::OsString;
use std::io::IsTerminal;

use clap::ColorChoice;

/// Whether the text form uses colours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Colour {
    /// ANSI escape sequences.
    Ansi,
    /// Nothing but the text.
    Plain,
}

/// What the environment says about colours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wish {
    /// Colours, also where nobody watches.
    Always,
    /// Nothing: a terminal gets colours, and nothing else does.
    Auto,
    /// No colours.
    Never,
}

impl Wish {
    /// What this process was told.
    pub fn of_environment() -> Self {
        Self::of(|name| std::env::var_os(name))
    }

    /// The first that is there decides: `NO_COLOR` (no-color.org) and `CLICOLOR_FORCE` with any value but the empty one,
    /// `CLICOLOR=0` (bixense.com/clicolors), and a terminal without a name or called `dumb`. The parser of the command line, which
    /// asks the environment for itself where it is not told, has the same rule.
    fn of(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let said = |name: &str| variable(name).filter(|value| !value.is_empty());
        let is = |name: &str, word: &str| said(name).is_some_and(|value| value == word);
        let dumb = cfg!(unix) && said("TERM").is_none_or(|terminal| terminal == "dumb");
        if said("NO_COLOR").is_some() {
            Self::Never
        } else if said("CLICOLOR_FORCE").is_some() {
            Self::Always
        } else if is("CLICOLOR", "0") || dumb {
            Self::Never
        } else {
            Self::Auto
        }
    }

    /// The same for the help and the errors of the command line.
    pub fn choice(self) -> ColorChoice {
        match self {
            Self::Always => ColorChoice::Always,
            Self::Auto => ColorChoice::Auto,
            Self::Never => ColorChoice::Never,
        }
    }
}

impl Colour {
    /// What `stream` gets.
    pub fn of(stream: &impl IsTerminal, wish: Wish) -> Self {
        colour_for(stream.is_terminal(), wish)
    }
}

fn colour_for(watched: bool, wish: Wish) -> Colour {
    match (wish, watched) {
        (Wish::Always, _) | (Wish::Auto, true) => Colour::Ansi,
        (Wish::Auto, false) | (Wish::Never, _) => Colour::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(variables: &[(&str, &str)]) -> Wish {
        Wish::of(|name| {
            let mut said = variables.iter();
            let said = said.find(|(known, _)| *known == name);
            said.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn a_terminal_gets_colours_and_a_file_does_not() {
        assert_eq!(colour_for(true, Wish::Auto), Colour::Ansi);
        assert_eq!(colour_for(false, Wish::Auto), Colour::Plain);
        assert_eq!(colour_for(true, Wish::Never), Colour::Plain);
        assert_eq!(colour_for(false, Wish::Always), Colour::Ansi);
    }

    #[test]
    fn who_declines_is_heard_first_and_an_empty_value_says_nothing() {
        assert_eq!(wish(&[]), Wish::Never);
        let terminal = ("TERM", "xterm");
        assert_eq!(wish(&[terminal]), Wish::Auto);
        assert_eq!(wish(&[terminal, ("NO_COLOR", "")]), Wish::Auto);
        assert_eq!(
            wish(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]),
            Wish::Never
        );
        assert_eq!(
            wish(&[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")]),
            Wish::Always
        );
        assert_eq!(wish(&[terminal, ("CLICOLOR_FORCE", "")]), Wish::Auto);
        assert_eq!(wish(&[terminal, ("CLICOLOR", "0")]), Wish::Never);
        assert_eq!(wish(&[("TERM", "dumb")]), Wish::Never);
    }

    #[test]
    fn the_command_line_hears_the_same() {
        assert_eq!(Wish::Never.choice(), ColorChoice::Never);
        assert_eq!(Wish::Always.choice(), ColorChoice::Always);
        assert_eq!(Wish::Auto.choice(), ColorChoice::Auto);
    }
}
