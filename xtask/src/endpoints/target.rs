//! Where a request goes: an `https` URL, and where a redirect leads from it.

use std::fmt;

/// Host, port and path of an `https` URL.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Target {
    /// DNS name or IPv4 address, in lower case.
    pub(super) host: String,
    /// TCP port.
    pub(super) port: u16,
    /// Path with its leading `/`, and the query where there is one.
    pub(super) path: String,
}

const HTTPS: u16 = 443;

impl Target {
    /// Reads `https://HOST[:PORT][/PATH][?QUERY]`. A fragment is dropped: servers never see it.
    ///
    /// # Errors
    /// What is wrong, as a lowercase fragment.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if let Some(odd) = text.chars().find(|c| !c.is_ascii_graphic()) {
            return Err(format!("'{}' cannot stand in a URL", odd.escape_debug()));
        }
        let rest = strip_scheme(text).ok_or("it does not begin with https://")?;
        let rest = rest.split('#').next().unwrap_or(rest);
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err("it has a user name, which devices never send".to_owned());
        }
        let (host, port) = match authority.split_once(':') {
            Some((host, digits)) => (host, port(digits)?),
            None => (authority, HTTPS),
        };
        let host = host.to_ascii_lowercase();
        device::host::host(host.as_bytes()).map_err(|problem| format!("its host: {problem}"))?;
        let slash = if path.starts_with('/') { "" } else { "/" };
        Ok(Self {
            host,
            port,
            path: format!("{slash}{path}"),
        })
    }

    /// Where `Location: location` leads from here (RFC 9110 section 10.2.2).
    ///
    /// # Errors
    /// Why it leads nowhere that a device could go.
    pub(super) fn resolve(&self, location: &str) -> Result<Self, String> {
        if location.starts_with("//") {
            return Self::parse(&format!("https:{location}"));
        }
        let scheme = location.split_once(':').map(|(scheme, _)| scheme);
        if scheme.is_some_and(is_scheme) {
            return Self::parse(location);
        }
        let own = self.path.split('?').next().unwrap_or_default();
        let path = match location.chars().next() {
            None => return Err("it is empty".to_owned()),
            Some('/') => location.to_owned(),
            Some('?') => format!("{own}{location}"),
            Some('#') => self.path.clone(),
            Some(_) => format!(
                "{}/{location}",
                own.rsplit_once('/').map_or("", |(folder, _)| folder)
            ),
        };
        Self::parse(&format!("https://{}{path}", self.authority()))
    }

    /// `HOST`, or `HOST:PORT` where the port is not that of `https`.
    pub(super) fn authority(&self) -> String {
        if self.port == HTTPS {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// What names its files: the host, and the port where it is not that of `https`.
    pub(super) fn file_stem(&self) -> String {
        self.authority().replace(':', "-")
    }
}

/// Without the query: signed URLs hold secrets there, and files are committed.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.split('?').next().unwrap_or_default();
        write!(f, "https://{}{path}", self.authority())
    }
}

/// The scheme is the same in capitals (RFC 3986 section 3.1).
fn strip_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_at_checked("https://".len())?;
    scheme.eq_ignore_ascii_case("https://").then_some(rest)
}

fn is_scheme(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte);
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(plain)
}

fn port(digits: &str) -> Result<u16, String> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|number| plain && *number > 0);
    number.ok_or_else(|| "its port is not a number from 1 to 65535".to_owned())
}
