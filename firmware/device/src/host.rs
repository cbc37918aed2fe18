//! The rule for host names.

use core::fmt;

/// Longest host name, RFC 1035, section 2.3.4, in its dotted form without the final dot.
pub const MAX_HOST: usize = 253;
/// Longest label of a host name, RFC 1035, section 2.3.4.
pub const MAX_LABEL: usize = 63;

/// Why text is not a host name in canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostProblem {
    /// A byte other than `a-z`, `0-9`, `-` and `.`. Capitals are one: the form is canonical.
    Byte(u8),
    /// A label is empty, as in a leading, final or doubled dot.
    EmptyLabel,
    /// A label begins or ends with `-`.
    Hyphen,
    /// A label is longer than [`MAX_LABEL`], or the name longer than [`MAX_HOST`].
    TooLong,
}

/// Reads `bytes` as a host name: lowercase labels of letters, digits and inner hyphens, RFC 1123, section
/// 2.1. Internationalised names come as their A-labels (`xn--`). An IPv4 address passes as a name.
pub fn host(bytes: &[u8]) -> Result<&str, HostProblem> {
    if bytes.len() > MAX_HOST {
        return Err(HostProblem::TooLong);
    }
    for label in bytes.split(|byte| *byte == b'.') {
        check_label(label)?;
    }
    // Cannot fail: each byte is ASCII by now.
    core::str::from_utf8(bytes).map_err(|_| HostProblem::EmptyLabel)
}

fn check_label(label: &[u8]) -> Result<(), HostProblem> {
    let allowed = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if let Some(byte) = label.iter().find(|byte| !allowed(byte)) {
        return Err(HostProblem::Byte(*byte));
    }
    let (Some(first), Some(last)) = (label.first(), label.last()) else {
        return Err(HostProblem::EmptyLabel);
    };
    if *first == b'-' || *last == b'-' {
        return Err(HostProblem::Hyphen);
    }
    if label.len() > MAX_LABEL {
        return Err(HostProblem::TooLong);
    }
    Ok(())
}

impl fmt::Display for HostProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(byte) => {
                let shown = byte.escape_ascii();
                write!(
                    formatter,
                    "it holds '{shown}'; only a-z, 0-9, '-' and '.' may stand there"
                )
            }
            Self::EmptyLabel => formatter.write_str("it has an empty label"),
            Self::Hyphen => formatter.write_str("a label begins or ends with '-'"),
            Self::TooLong => write!(
                formatter,
                "it is longer than {MAX_HOST} bytes, or a label is longer than {MAX_LABEL}"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HostProblem, host};
    use std::{format, string::String};

    #[test]
    fn accepts_canonical_names() {
        for name in [
            "a",
            "localhost",
            "ota.example.com",
            "xn--bcher-kva.example",
            "192.0.2.1",
            "1-2",
        ] {
            assert_eq!(host(name.as_bytes()), Ok(name));
        }
    }

    #[test]
    fn each_problem() {
        for (name, problem) in [
            ("", HostProblem::EmptyLabel),
            (".a", HostProblem::EmptyLabel),
            ("a..b", HostProblem::EmptyLabel),
            ("example.com.", HostProblem::EmptyLabel),
            ("-a.b", HostProblem::Hyphen),
            ("a-.b", HostProblem::Hyphen),
            ("Example.com", HostProblem::Byte(b'E')),
            ("a_b", HostProblem::Byte(b'_')),
            ("*.example.com", HostProblem::Byte(b'*')),
            ("a b", HostProblem::Byte(b' ')),
            ("a:1", HostProblem::Byte(b':')),
        ] {
            assert_eq!(host(name.as_bytes()), Err(problem), "{name}");
        }
        assert_eq!(host(&[0xFF]), Err(HostProblem::Byte(0xFF)));
    }

    #[test]
    fn lengths_at_the_limit() {
        let label = |length: usize| String::from_utf8(std::vec![b'a'; length]).unwrap();
        assert!(host(label(63).as_bytes()).is_ok());
        assert_eq!(host(label(64).as_bytes()), Err(HostProblem::TooLong));
        let long = |last: usize| format!("{0}.{0}.{0}.{1}", label(63), label(last));
        assert_eq!(long(61).len(), 253);
        assert!(host(long(61).as_bytes()).is_ok());
        assert_eq!(host(long(62).as_bytes()), Err(HostProblem::TooLong));
    }
}
