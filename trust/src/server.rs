//! Which server a URL asks.

use std::fmt;

/// The port of `https` where a URL names none (RFC 9110, section 4.2.2).
const DEFAULT_PORT: u16 = 443;

/// What sends a chain: a TLS server, which is a host name and a port. Two ports of one host are two servers, and may send
/// two chains; the paths of one server are sent over one connection. Prints as in a URL.
///
/// Endpoints that must not fail together are another question: all ports of a host are one machine.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Server {
    host: String,
    port: u16,
}

impl Server {
    /// The server that `url` asks; `None` where a policy may not name such a URL. One with a query may be named, which
    /// the device's own reader does not take.
    pub fn of(url: &str) -> Option<Self> {
        let (host, port) = parts(url)?;
        Some(Self {
            host: host.to_owned(),
            port,
        })
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        if self.port != DEFAULT_PORT {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

/// The name of the host that `url` asks, for which the server's certificate must be; `None` as for [`Server::of`].
pub fn host(url: &str) -> Option<&str> {
    parts(url).map(|(host, _)| host)
}

fn parts(url: &str) -> Option<(&str, u16)> {
    let rest = url.strip_prefix("https://")?;
    let authority = rest.split(['/', '?']).next()?;
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, DEFAULT_PORT),
    };
    (!host.is_empty()).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_are_a_server_and_the_path_is_not() {
        let server = |url| Server::of(url).unwrap();
        let one = server("https://a.example.com/stable/");
        for same in [
            "https://a.example.com/",
            "https://a.example.com",
            "https://a.example.com:443/beta/",
            "https://a.example.com?channel=stable",
        ] {
            assert_eq!(server(same), one, "{same}");
        }
        for other in ["https://a.example.com:8443/", "https://b.example.com/"] {
            assert_ne!(server(other), one, "{other}");
        }
    }

    #[test]
    fn a_server_prints_as_in_a_url() {
        for (url, printed) in [
            ("https://a.example.com:443/", "a.example.com"),
            ("https://192.0.2.1:8443/x", "192.0.2.1:8443"),
        ] {
            assert_eq!(Server::of(url).unwrap().to_string(), printed);
        }
        assert_eq!(host("https://a.example.com:8443/"), Some("a.example.com"));
    }

    #[test]
    fn what_no_policy_may_name_asks_nobody() {
        for url in ["http://a.example.com/", "https:///", "https://a:port/", ""] {
            assert_eq!(Server::of(url), None, "{url}");
            assert_eq!(host(url), None, "{url}");
        }
    }
}
