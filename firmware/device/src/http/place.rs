//! Where a file is.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use core::fmt;

use super::MAX_TARGET;
use crate::host::{HostProblem, host};
use crate::url::{HttpsUrl, UrlProblem, check_path};

/// How a server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Over TCP: only for what is trusted by its signatures alone.
    Http,
    /// Over TLS.
    Https,
}

/// A file on a server: scheme, host, port and request target.
///
/// The target is in origin form (RFC 9112, section 3.2.1): a path without `.` and `..` segments, also none that are
/// percent-encoded, and perhaps a query; at most [`MAX_TARGET`] bytes of visible ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    scheme: Scheme,
    host: String,
    port: u16,
    target: String,
}

/// Why something is not a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlaceProblem {
    /// A segment of the path is `.` or `..` when it is decoded.
    DotSegment,
    /// There is nothing.
    Empty,
    /// The host is not one.
    Host(HostProblem),
    /// The path is not one.
    Path(UrlProblem),
    /// The path does not begin with `/`.
    NoSlash,
    /// It is not an `https` URL.
    NotHttps,
    /// The port is not a number from 1 to 65535.
    Port,
    /// The query has a byte that is not visible ASCII.
    QueryByte(u8),
    /// The target has more than [`MAX_TARGET`] bytes.
    TooLong {
        /// Bytes found.
        length: usize,
    },
}

impl Scheme {
    /// The port when none is named.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Place {
    /// `file` below `url`.
    ///
    /// # Errors
    ///
    /// `file` is not a path, or too long.
    pub fn below(url: &HttpsUrl<'_>, file: &str) -> Result<Self, PlaceProblem> {
        let target = format!("{}/{file}", url.path().trim_end_matches('/'));
        Self::new(Scheme::Https, url.host(), url.port(), &target)
    }

    /// `file` below `url`, but without TLS, on the port of `http`: for what is trusted by its signatures alone.
    ///
    /// # Errors
    ///
    /// `file` is not a path, or too long.
    pub fn below_without_tls(url: &HttpsUrl<'_>, file: &str) -> Result<Self, PlaceProblem> {
        let mut place = Self::below(url, file)?;
        place.scheme = Scheme::Http;
        place.port = Scheme::Http.default_port();
        Ok(place)
    }

    /// `target` of a server.
    ///
    /// # Errors
    ///
    /// The first problem found.
    pub fn new(scheme: Scheme, name: &str, port: u16, target: &str) -> Result<Self, PlaceProblem> {
        host(name.as_bytes()).map_err(PlaceProblem::Host)?;
        if port == 0 {
            return Err(PlaceProblem::Port);
        }
        check_target(target)?;
        Ok(Self {
            scheme,
            host: name.to_owned(),
            port,
            target: target.to_owned(),
        })
    }

    /// What `location` means in an answer of this place (RFC 9110, section 10.2.2; RFC 3986, section 5.2). Dot segments are not
    /// walked but refused, a fragment is dropped, and an absolute URL must be `https`.
    ///
    /// # Errors
    ///
    /// The first problem found.
    pub fn resolve(&self, location: &str) -> Result<Self, PlaceProblem> {
        let location = location.split('#').next().unwrap_or_default();
        if let Some(rest) = location.strip_prefix("//") {
            return match self.scheme {
                Scheme::Https => absolute(rest),
                Scheme::Http => Err(PlaceProblem::NotHttps),
            };
        }
        if let Some((scheme, rest)) = split_scheme(location) {
            let rest = rest.strip_prefix("//").unwrap_or_default();
            return match scheme.eq_ignore_ascii_case("https") {
                true => absolute(rest),
                false => Err(PlaceProblem::NotHttps),
            };
        }
        let target = self.relative(location)?;
        Self::new(self.scheme, &self.host, self.port, &target)
    }

    /// The target of a reference without scheme and host.
    fn relative(&self, location: &str) -> Result<String, PlaceProblem> {
        match location.chars().next() {
            None => Err(PlaceProblem::Empty),
            Some('/') => Ok(location.to_owned()),
            Some('?') => Ok(format!("{}{location}", self.path())),
            Some(_) => {
                let folder = self
                    .path()
                    .rsplit_once('/')
                    .map_or("", |(folder, _)| folder);
                Ok(format!("{folder}/{location}"))
            }
        }
    }

    /// How the server is spoken to.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host, whose certificate is checked.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The request target: path, and perhaps a query.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The target without its query.
    pub fn path(&self) -> &str {
        path_of(&self.target).0
    }

    /// Whether a connection to one can be asked for the other.
    pub fn is_on_server_of(&self, other: &Self) -> bool {
        (self.scheme, self.host(), self.port) == (other.scheme, other.host(), other.port)
    }
}

/// The scheme of an absolute URL, and what follows its colon.
fn split_scheme(location: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = location.split_once(':')?;
    // A colon behind these belongs to a path or a query.
    (!scheme.contains(['/', '?'])).then_some((scheme, rest))
}

/// What stands after `https://`.
fn absolute(rest: &str) -> Result<Place, PlaceProblem> {
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let (name, port) = match authority.split_once(':') {
        Some((name, digits)) => (name, port(digits)?),
        None => (authority, Scheme::Https.default_port()),
    };
    // Names of hosts are the same in any case; the store has them in lower case.
    let name = name.to_ascii_lowercase();
    match target.starts_with('/') {
        true => Place::new(Scheme::Https, &name, port, target),
        false => Place::new(Scheme::Https, &name, port, &format!("/{target}")),
    }
}

fn port(digits: &str) -> Result<u16, PlaceProblem> {
    // `parse` accepts a sign.
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.parse().ok().filter(|port| plain && *port != 0);
    port.ok_or(PlaceProblem::Port)
}

fn check_target(target: &str) -> Result<(), PlaceProblem> {
    if target.len() > MAX_TARGET {
        let length = target.len();
        return Err(PlaceProblem::TooLong { length });
    }
    let (path, query) = path_of(target);
    if !path.starts_with('/') {
        return Err(PlaceProblem::NoSlash);
    }
    check_path(path).map_err(PlaceProblem::Path)?;
    if hides_dot_segment(path) {
        return Err(PlaceProblem::DotSegment);
    }
    let odd = |byte: &u8| !byte.is_ascii_graphic() || *byte == b'#';
    match query.bytes().find(odd) {
        Some(byte) => Err(PlaceProblem::QueryByte(byte)),
        None => Ok(()),
    }
}

/// The path of a target, and its query.
fn path_of(target: &str) -> (&str, &str) {
    target.split_once('?').unwrap_or((target, ""))
}

/// Servers decode a path before they walk along it: `%2e%2e%2f` leaves a folder as `../` does, and `\` does on some.
fn hides_dot_segment(path: &str) -> bool {
    let mut decoded = path.to_ascii_lowercase();
    for (encoded, plain) in [("%2e", "."), ("%2f", "/"), ("%5c", "/")] {
        decoded = decoded.replace(encoded, plain);
    }
    decoded
        .split('/')
        .any(|segment| matches!(segment, "." | ".."))
}

impl fmt::Display for Scheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

/// The URL without its query: a query may hold a signature that is a secret for some time.
impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme, self.host)?;
        if self.port != self.scheme.default_port() {
            write!(formatter, ":{}", self.port)?;
        }
        formatter.write_str(self.path())
    }
}

impl core::error::Error for PlaceProblem {}

impl fmt::Display for PlaceProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DotSegment => {
                formatter.write_str("its path has a '.' or '..' segment, percent-encoded")
            }
            Self::Empty => formatter.write_str("it is empty"),
            Self::Host(problem) => write!(formatter, "its host is not a host name: {problem}"),
            Self::NoSlash => formatter.write_str("its path does not begin with '/'"),
            Self::NotHttps => formatter.write_str("it is not https"),
            Self::Path(problem) => write!(formatter, "{problem}"),
            Self::Port => formatter.write_str("its port is not 1 to 65535"),
            Self::QueryByte(byte) => {
                let byte = byte.escape_ascii();
                write!(formatter, "its query cannot have '{byte}' there")
            }
            Self::TooLong { length } => {
                write!(
                    formatter,
                    "its path and query have {length} bytes, {MAX_TARGET} are allowed"
                )
            }
        }
    }
}
