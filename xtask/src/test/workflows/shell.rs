//! The commands in lines of shell: as much of the grammar as it takes to miss none.
//!
//! What is not understood becomes a command that nobody knows, and is refused.

use std::iter::Peekable;
use std::str::Chars;

/// Each simple command as it is written, in the order in which they begin to be read; those in `$( )`, too.
pub(super) fn commands(run: &str) -> Vec<String> {
    let mut reader = Reader {
        rest: run.chars().peekable(),
        commands: Vec::new(),
    };
    reader.list(None);
    reader.commands
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    commands: Vec<String>,
}

impl Reader<'_> {
    /// Reads commands up to the end, or to the character that ends them.
    fn list(&mut self, end: Option<char>) {
        let mut command = String::new();
        while let Some(next) = self.rest.next() {
            match next {
                _ if Some(next) == end => break,
                '#' if command.is_empty() || command.ends_with(char::is_whitespace) => {
                    while self.rest.next_if(|&c| c != '\n').is_some() {}
                }
                // `2>&1`, `&>`: a redirection, and not the end of a command.
                '&' if command.ends_with(['>', '<']) || self.rest.peek() == Some(&'>') => {
                    command.push(next);
                }
                '\n' | ';' | '&' | '|' | '(' | ')' => self.ends(&mut command),
                _ => self.part(next, &mut command),
            }
        }
        self.ends(&mut command);
    }

    /// A character of a command, with what is quoted or substituted behind it.
    fn part(&mut self, next: char, command: &mut String) {
        command.push(next);
        match next {
            '\'' => {
                for quoted in self.rest.by_ref() {
                    command.push(quoted);
                    if quoted == '\'' {
                        break;
                    }
                }
            }
            '"' => {
                while let Some(quoted) = self.rest.next() {
                    if quoted == '"' {
                        command.push(quoted);
                        break;
                    }
                    self.substituted(quoted, command);
                }
            }
            _ => {
                command.pop();
                self.substituted(next, command);
            }
        }
    }

    /// What counts inside of double quotes, too: `\`, `$( )` and backticks.
    fn substituted(&mut self, next: char, command: &mut String) {
        match next {
            '\\' => match self.rest.next() {
                Some('\n') | None => command.push(' '),
                Some(escaped) => command.extend(['\\', escaped]),
            },
            '`' => {
                command.push_str("$()");
                self.list(Some('`'));
            }
            '$' | '<' | '>' if self.rest.next_if_eq(&'(').is_some() => {
                command.extend([next, '(', ')']);
                self.list(Some(')'));
            }
            _ => command.push(next),
        }
    }

    /// Keeps the command that is over. Braces and `!` are no commands, and behind `}` there are redirections alone.
    fn ends(&mut self, command: &mut String) {
        let mut words = command.trim();
        while let Some(rest) = words.strip_prefix(['{', '!']) {
            words = rest.trim_start();
        }
        let braces = words.strip_prefix('}').map(str::trim_start);
        let over = braces.is_some_and(|rest| rest.is_empty() || rest.starts_with('>'));
        if !words.is_empty() && !over {
            self.commands.push(words.to_owned());
        }
        command.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_found() {
        for (run, expected) in [
            ("a\n\n  b c\n", &["a", "b c"][..]),
            ("a && b||c;d|e & f", &["a", "b", "c", "d", "e", "f"]),
            ("a \"$(b | c)\" d", &["b", "c", "a \"$()\" d"]),
            ("a $(b $(c)) d", &["c", "b $()", "a $() d"]),
            ("a `b` \"`c`\"", &["b", "c", "a $() \"$()\""]),
            ("a <(b) >(c)", &["b", "c", "a <() >()"]),
            ("(a; b)", &["a", "b"]),
            ("{\n  a\n} > b\n{ c; }", &["a", "c"]),
            ("} c", &["} c"]),
            ("! a", &["a"]),
            ("a \\\n  b", &["a    b"]),
            ("a > b 2>&1", &["a > b 2>&1"]),
            ("a &> b", &["a &> b"]),
            ("# x; y\na # z", &["a"]),
            ("a b#c; d", &["a b#c", "d"]),
            // Quoted, they divide nothing.
            ("a '$(b); c | d' e", &["a '$(b); c | d' e"]),
            ("a \"b; c | d\"", &["a \"b; c | d\""]),
            ("a \"\\\"; b\"", &["a \"\\\"; b\""]),
            ("a \\; b", &["a \\; b"]),
        ] {
            assert_eq!(commands(run), expected, "{run:?}");
        }
    }
}
