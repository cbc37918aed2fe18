//! The rule for URLs of update servers.

use core::fmt;

use crate::host::{HostProblem, host};

/// Longest URL in bytes: its length is one byte in a store.
pub const MAX_URL: usize = 255;

/// An `https` URL in the one form the device accepts: `https://HOST[:PORT]/PATH`.
///
/// The host is as [`host`] demands; the port is 1 to 65535 in plain decimal and is not written when it is 443;
/// the path is that of RFC 3986, section 3.3, always present, without `.` and `..` segments. There is no user,
/// query or fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpsUrl<'a> {
    text: &'a str,
    host: &'a str,
    port: u16,
    path: &'a str,
}

impl<'a> HttpsUrl<'a> {
    /// Reads a URL.
    ///
    /// # Errors
    ///
    /// The first problem found, from left to right.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, UrlProblem> {
        if bytes.len() > MAX_URL {
            return Err(UrlProblem::TooLong);
        }
        let text = core::str::from_utf8(bytes).map_err(|_| UrlProblem::NotAscii)?;
        let rest = text.strip_prefix("https://").ok_or(UrlProblem::Scheme)?;
        let slash = rest.find('/').ok_or(UrlProblem::NoPath)?;
        let (authority, path) = rest.split_at_checked(slash).ok_or(UrlProblem::NoPath)?;
        let (name, port) = match authority.split_once(':') {
            Some((name, digits)) => (name, parse_port(digits).ok_or(UrlProblem::Port)?),
            None => (authority, DEFAULT_PORT),
        };
        let host = host(name.as_bytes()).map_err(UrlProblem::Host)?;
        check_path(path)?;
        Ok(Self {
            text,
            host,
            port,
            path,
        })
    }

    /// The URL as it was read.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// The host name, which the server's certificate must carry.
    pub const fn host(&self) -> &'a str {
        self.host
    }

    /// The TCP port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The path, with its leading `/`.
    pub const fn path(&self) -> &'a str {
        self.path
    }
}

impl fmt::Display for HttpsUrl<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text)
    }
}

/// The port of `https` when a URL names none.
const DEFAULT_PORT: u16 = 443;

/// Why text is not a URL that the device accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlProblem {
    /// The path has a `.` or `..` segment.
    DotSegment,
    /// The host is not one; so is an IPv6 address, and a user name before `@`.
    Host(HostProblem),
    /// There is no `/` after the host.
    NoPath,
    /// Not ASCII, or not even UTF-8.
    NotAscii,
    /// A byte that a path cannot have, or a `%` without two hexadecimal digits.
    PathByte(u8),
    /// The port is not a plain number from 1 to 65535, or it is 443, which is not written.
    Port,
    /// It does not begin with `https://`.
    Scheme,
    /// Longer than [`MAX_URL`] bytes.
    TooLong,
}

fn parse_port(digits: &str) -> Option<u16> {
    // `parse` accepts a sign and leading zeros; one port must have one spelling.
    let plain = digits.starts_with(|first: char| matches!(first, '1'..='9'));
    let port = digits.parse().ok().filter(|_| plain)?;
    (port != DEFAULT_PORT).then_some(port)
}

pub(crate) fn check_path(path: &str) -> Result<(), UrlProblem> {
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if !byte.is_ascii() {
            return Err(UrlProblem::NotAscii);
        }
        let allowed = match byte {
            b'%' => {
                let mut digit = || bytes.next().is_some_and(|digit| digit.is_ascii_hexdigit());
                digit() && digit()
            }
            _ => is_path_byte(byte),
        };
        if !allowed {
            return Err(UrlProblem::PathByte(byte));
        }
    }
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(UrlProblem::DotSegment);
    }
    Ok(())
}

/// `pchar` of RFC 3986 without the percent sign, and the slash.
const fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
                | b'/'
        )
}

impl fmt::Display for UrlProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DotSegment => formatter.write_str("its path has a '.' or '..' segment"),
            Self::Host(problem) => write!(formatter, "its host is not a host name: {problem}"),
            Self::NoPath => formatter.write_str("there is no '/' after the host"),
            Self::NotAscii => formatter.write_str("it is not ASCII"),
            Self::PathByte(byte) => {
                write!(
                    formatter,
                    "its path cannot have '{}' there",
                    byte.escape_ascii()
                )
            }
            Self::Port => {
                formatter.write_str("its port is not 1 to 65535, or is 443, which is not written")
            }
            Self::Scheme => formatter.write_str("it does not begin with 'https://'"),
            Self::TooLong => write!(formatter, "it is longer than {MAX_URL} bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HttpsUrl, UrlProblem};
    use crate::host::HostProblem;
    use std::{format, string::ToString};

    #[test]
    fn parts() {
        let text = "https://ota.example.com:8443/perennial/a%20b/";
        let url = HttpsUrl::parse(text.as_bytes()).unwrap();
        assert_eq!((url.host(), url.port()), ("ota.example.com", 8443));
        assert_eq!(url.path(), "/perennial/a%20b/");
        assert_eq!((url.as_str(), url.to_string().as_str()), (text, text));
        let url = HttpsUrl::parse(b"https://a/").unwrap();
        assert_eq!((url.host(), url.port(), url.path()), ("a", 443, "/"));
    }

    #[test]
    fn each_problem() {
        for (text, problem) in [
            ("", UrlProblem::Scheme),
            ("http://a/", UrlProblem::Scheme),
            ("HTTPS://a/", UrlProblem::Scheme),
            ("https://a", UrlProblem::NoPath),
            ("https://a?b/", UrlProblem::Host(HostProblem::Byte(b'?'))),
            ("https:///", UrlProblem::Host(HostProblem::EmptyLabel)),
            ("https://u@a/", UrlProblem::Host(HostProblem::Byte(b'@'))),
            ("https://u:p@a/", UrlProblem::Port),
            ("https://[::1]/", UrlProblem::Port),
            ("https://a:/", UrlProblem::Port),
            ("https://a:0/", UrlProblem::Port),
            ("https://a:443/", UrlProblem::Port),
            ("https://a:0444/", UrlProblem::Port),
            ("https://a:+444/", UrlProblem::Port),
            ("https://a:65536/", UrlProblem::Port),
            ("https://a/?", UrlProblem::PathByte(b'?')),
            ("https://a/#", UrlProblem::PathByte(b'#')),
            ("https://a/ ", UrlProblem::PathByte(b' ')),
            ("https://a/\n", UrlProblem::PathByte(b'\n')),
            ("https://a/\\", UrlProblem::PathByte(b'\\')),
            ("https://a/%2", UrlProblem::PathByte(b'%')),
            ("https://a/%zz", UrlProblem::PathByte(b'%')),
            ("https://a/é", UrlProblem::NotAscii),
            ("https://a/../b", UrlProblem::DotSegment),
            ("https://a/.", UrlProblem::DotSegment),
        ] {
            assert_eq!(HttpsUrl::parse(text.as_bytes()), Err(problem), "{text}");
        }
        assert_eq!(
            HttpsUrl::parse(b"https://a/\xff"),
            Err(UrlProblem::NotAscii)
        );
        assert!(HttpsUrl::parse(b"https://a:65535/...").is_ok());
    }

    #[test]
    fn length_at_the_limit() {
        let url = |length: usize| format!("https://a/{:a>1$}", "", length - 10);
        assert!(HttpsUrl::parse(url(255).as_bytes()).is_ok());
        assert_eq!(
            HttpsUrl::parse(url(256).as_bytes()),
            Err(UrlProblem::TooLong)
        );
    }
}
