//! URLs of update servers: a strict part of RFC 3986, which the device's own code reads the same way.

use std::net::Ipv4Addr;

use toml::de::DeValue;

use super::problem::{Problem, shortened};
use super::values::{Outcome, string};

/// `https://host[:port]/path[?query]`: lowercase scheme and host, no user, no fragment, ASCII throughout.
pub(super) fn url(value: &DeValue<'_>) -> Outcome<String> {
    let text = string(value)?;
    match defect(text) {
        None => Ok(text.to_owned()),
        Some((defect, next_step)) => Err(Problem::invalid(
            format!("is not a URL that devices can use: {defect}"),
            defect,
        )
        .help(next_step)
        .evidence("found", shortened(text))),
    }
}

/// Whether a policy may name this URL.
pub(crate) fn is_url(text: &str) -> bool {
    defect(text).is_none()
}

type Defect = (String, &'static str);

fn defect(text: &str) -> Option<Defect> {
    let fault = |what: &str, next_step| Some((what.to_owned(), next_step));
    if let Some(odd) = text.chars().find(|c| !is_url_character(*c)) {
        return Some((
            format!("'{}' cannot stand in a URL", odd.escape_debug()),
            "percent-encode it, in a host name use the xn-- form",
        ));
    }
    let Some(rest) = text.strip_prefix("https://") else {
        return fault(
            "it does not begin with https://",
            "write https://…: without TLS there is nothing to trust",
        );
    };
    if rest.contains('#') {
        return fault(
            "it has a fragment",
            "take # and what follows away: servers never see it",
        );
    }
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    if authority.contains('@') {
        return fault(
            "it has a user name",
            "take the part before @ away: devices send no credentials",
        );
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    if port.is_some_and(|port| !is_port(port)) {
        return fault(
            "its port is not a number from 1 to 65535",
            "write host:443, or no port",
        );
    }
    host_defect(host)
}

fn is_port(port: &str) -> bool {
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    digits && !port.starts_with('0') && port.parse::<u16>().is_ok()
}

fn host_defect(host: &str) -> Option<Defect> {
    const NAME: &str = "write the host's name in lowercase, as its certificate has it";
    let fault = |what: &str| Some((what.to_owned(), NAME));
    if host.is_empty() {
        return fault("it has no host");
    }
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return fault("its host is not in lowercase");
    }
    let labels: Vec<_> = host.split('.').collect();
    let is_name = host.len() <= 253 && labels.iter().all(|label| is_label(label));
    let is_numeric = labels
        .last()
        .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if !is_name || is_numeric && host.parse::<Ipv4Addr>().is_err() {
        return fault("its host is neither a DNS name nor an IPv4 address");
    }
    None
}

/// RFC 1123, section 2.1.
fn is_label(label: &str) -> bool {
    let ends = !label.starts_with('-') && !label.ends_with('-');
    let characters = label
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (1..=63).contains(&label.len()) && ends && characters
}

/// RFC 3986, section 2: unreserved, reserved and the percent sign, without the brackets of IPv6 addresses.
fn is_url_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_a_device_can_use() {
        for good in [
            "https://ota.example.com/perennial/",
            "https://ota.example.com",
            "https://192.0.2.7:8443/a?b=c%20d",
            "https://xn--bcher-kva.example/",
        ] {
            assert_eq!(defect(good), None, "{good}");
        }
    }

    #[test]
    fn refuses_everything_else_and_says_why() {
        for (bad, why) in [
            ("http://ota.example.com/", "https://"),
            ("HTTPS://ota.example.com/", "https://"),
            ("https:///path", "no host"),
            ("https://user@ota.example.com/", "user name"),
            ("https://ota.example.com/#top", "fragment"),
            ("https://ota.example.com:0/", "port"),
            ("https://ota.example.com:99999/", "port"),
            ("https://ota.example.com:/", "port"),
            ("https://ota.example.com:+443/", "port"),
            ("https://OTA.example.com/", "lowercase"),
            ("https://ota..example.com/", "DNS name"),
            ("https://-ota.example.com/", "DNS name"),
            ("https://192.0.2.300/", "DNS name"),
            ("https://bücher.example/", "'ü'"),
            ("https://ota.example.com/a b", "' '"),
            ("https://[2001:db8::1]/", "'['"),
            ("", "https://"),
        ] {
            let said = defect(bad).map(|(what, _)| what).unwrap_or_default();
            assert!(said.contains(why), "{bad}: {said}");
        }
    }
}
