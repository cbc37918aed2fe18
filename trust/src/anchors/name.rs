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
