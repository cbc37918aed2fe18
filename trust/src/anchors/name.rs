//! Names of certificates as a person reads them.

use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::oid_registry::{
    OID_X509_COMMON_NAME, OID_X509_ORGANIZATION_NAME, OID_X509_ORGANIZATIONAL_UNIT, Oid,
};
use x509_parser::x509::X509Name;

use crate::policy::Sha256;

/// The last common name, else the last organisational unit, else the last organisation, else a name made of
/// the fingerprint. A common name that only repeats the organisation gives way to the unit: three roots of
/// GlobalSign have `CN=GlobalSign`, and their units tell them apart. Never empty, on one line.
pub(super) fn display(name: &X509Name<'_>, fingerprint: &Sha256) -> String {
    let common = last(name, &OID_X509_COMMON_NAME);
    let unit = last(name, &OID_X509_ORGANIZATIONAL_UNIT);
    let organisation = organisation(name);
    let telling = common.clone().filter(|_| common != organisation);
    [telling, unit, common, organisation]
        .into_iter()
        .flatten()
        .next()
        .unwrap_or_else(|| format!("unnamed {}", hex::encode(&fingerprint[..4])))
}

/// The organisation (O), where there is one.
pub(super) fn organisation(name: &X509Name<'_>) -> Option<String> {
    last(name, &OID_X509_ORGANIZATION_NAME)
}

/// The name as RFC 4514 writes it, in the one form that the calendar's facts have: last attribute first, no spaces
/// between attributes, types by their usual short names, else by object identifier.
pub(super) fn rfc4514(name: &X509Name<'_>) -> String {
    let parts = name.iter_rdn().map(|rdn| {
        let attributes = rdn.iter().map(|attribute| {
            let oid = attribute.attr_type().to_id_string();
            let kind = SHORT_NAMES.iter().find(|(known, _)| *known == oid);
            let kind = kind.map_or(oid.as_str(), |(_, short)| short);
            format!("{kind}={}", escaped(&clean(&text(attribute.attr_value()))))
        });
        attributes.collect::<Vec<_>>().join("+")
    });
    let mut parts: Vec<_> = parts.collect();
    parts.reverse();
    parts.join(",")
}

/// Attribute types with a short name in RFC 4514 section 3.
const SHORT_NAMES: [(&str, &str); 9] = [
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.3", "CN"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
];

/// RFC 4514 section 2.4.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for (at, c) in value.chars().enumerate() {
        if matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';') || (at == 0 && c == '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn last(name: &X509Name<'_>, oid: &Oid<'_>) -> Option<String> {
    let values = name
        .iter_attributes()
        .filter(|attribute| attribute.attr_type() == oid)
        .map(|attribute| clean(&text(attribute.attr_value())));
    values.filter(|value| !value.is_empty()).last()
}

/// DirectoryString (RFC 5280 section 4.1.2.4) and IA5String. T61String is read as ISO 8859-1, as everyone does.
fn text(value: &Any<'_>) -> String {
    match value.tag() {
        Tag::BmpString => {
            let units = value
                .data
                .chunks_exact(2)
                .map(|c| u16::from_be_bytes([c[0], c[1]]));
            char::decode_utf16(units)
                .map(|c| c.unwrap_or('\u{fffd}'))
                .collect()
        }
        Tag::UniversalString => {
            let units = value.data.chunks_exact(4);
            units
                .map(|c| u32::from_be_bytes([c[0], c[1], c[2], c[3]]))
                .map(|unit| char::from_u32(unit).unwrap_or('\u{fffd}'))
                .collect()
        }
        Tag::T61String => value.data.iter().copied().map(char::from).collect(),
        _ => String::from_utf8_lossy(value.data).into_owned(),
    }
}

/// Names go into generated source and onto terminals: characters that end a line, move the cursor or turn the
/// direction of the text around become U+FFFD.
fn clean(name: &str) -> String {
    let dangerous = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let replaced = name.trim().chars();
    replaced
        .map(|c| if dangerous(c) { '\u{fffd}' } else { c })
        .collect()
}
