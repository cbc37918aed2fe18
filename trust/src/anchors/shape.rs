//! Whether DER has the shape of a certificate (RFC 5280, section 4.1), tag by tag.
//!
//! The parser behind it compares the number of a tag and not its class: it reads a name whose tag is `[PRIVATE 16]` as
//! a SEQUENCE. A device refuses such a certificate.

use super::der::{self, Header, NotDer};

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xA0;
const UNIQUE_IDENTIFIERS: [u8; 2] = [0x81, 0x82];
const EXTENSIONS: u8 = 0xA3;
/// Class and "constructed".
const NOT_UNIVERSAL: u8 = 0xC0;

/// Extensions whose values are believed: basic constraints and key usage, as the contents of their identifiers.
const BELIEVED: [&[u8]; 2] = [&[0x55, 0x1D, 0x13], &[0x55, 0x1D, 0x0F]];

/// Checks the shape of bytes that [`der::check`] took.
pub(super) fn check(bytes: &[u8]) -> Result<(), NotDer> {
    let certificate = der::value(bytes, 0)?;
    expect(&certificate, SEQUENCE)?;
    let [tbs, algorithm, signature] = parts(bytes, &certificate)?;
    expect(&tbs, SEQUENCE)?;
    identifier(bytes, &algorithm)?;
    expect(&signature, BIT_STRING)?;
    to_be_signed(bytes, &tbs)
}

fn to_be_signed(bytes: &[u8], tbs: &Header) -> Result<(), NotDer> {
    let fields = der::children(bytes, tbs)?;
    let versioned = usize::from(fields.first().is_some_and(|first| first.tag == VERSION));
    let (version, fields) = fields.split_at(versioned);
    for version in version {
        let [number] = parts(bytes, version)?;
        expect(&number, INTEGER)?;
    }
    let [
        serial,
        algorithm,
        issuer,
        dates,
        subject,
        key,
        optional @ ..,
    ] = fields
    else {
        return Err(NotDer::Shape(tbs.at));
    };
    expect(serial, INTEGER)?;
    for field in [algorithm, issuer, dates, subject, key] {
        expect(field, SEQUENCE)?;
    }
    identifier(bytes, algorithm)?;
    for field in [issuer, dates, subject] {
        universal(bytes, field)?;
    }
    let [algorithm, bits] = parts(bytes, key)?;
    identifier(bytes, &algorithm)?;
    expect(&bits, BIT_STRING)?;
    for field in optional {
        match field.tag {
            EXTENSIONS => extensions(bytes, field)?,
            tag if UNIQUE_IDENTIFIERS.contains(&tag) => {}
            _ => return Err(unexpected(field)),
        }
    }
    Ok(())
}

/// An algorithm: its object identifier, and parameters of any type.
fn identifier(bytes: &[u8], value: &Header) -> Result<(), NotDer> {
    expect(value, SEQUENCE)?;
    let fields = der::children(bytes, value)?;
    let name = fields.first().ok_or(NotDer::Shape(value.at))?;
    expect(name, OBJECT_IDENTIFIER)
}

fn extensions(bytes: &[u8], tagged: &Header) -> Result<(), NotDer> {
    universal(bytes, tagged)?;
    let [list] = parts(bytes, tagged)?;
    expect(&list, SEQUENCE)?;
    for extension in der::children(bytes, &list)? {
        expect(&extension, SEQUENCE)?;
        let fields = der::children(bytes, &extension)?;
        let (name, value) = match fields.as_slice() {
            [name, value] => (name, value),
            [name, critical, value] if critical.tag == BOOLEAN => (name, value),
            _ => return Err(NotDer::Shape(extension.at)),
        };
        expect(name, OBJECT_IDENTIFIER)?;
        expect(value, OCTET_STRING)?;
        if BELIEVED.contains(&name.contents_of(bytes)) {
            believed(bytes, value)?;
        }
    }
    Ok(())
}

/// The DER within an octet string.
fn believed(bytes: &[u8], octets: &Header) -> Result<(), NotDer> {
    let contents = octets.contents_of(bytes);
    der::check(contents).map_err(|_| NotDer::Shape(octets.at))?;
    let value = der::value(contents, 0)?;
    if value.end != contents.len() || value.tag & NOT_UNIVERSAL != 0 {
        return Err(NotDer::Shape(octets.at));
    }
    universal(contents, &value).map_err(|_| NotDer::Shape(octets.at))
}

/// Everything in `value` has a tag of the universal class.
fn universal(bytes: &[u8], value: &Header) -> Result<(), NotDer> {
    let mut within = der::children(bytes, value)?;
    while let Some(value) = within.pop() {
        if value.tag & NOT_UNIVERSAL != 0 {
            return Err(unexpected(&value));
        }
        within.extend(der::children(bytes, &value)?);
    }
    Ok(())
}

/// The values in `value`, of which there must be as many.
fn parts<const N: usize>(bytes: &[u8], value: &Header) -> Result<[Header; N], NotDer> {
    let children = der::children(bytes, value)?;
    children.try_into().map_err(|_| NotDer::Shape(value.at))
}

fn expect(value: &Header, tag: u8) -> Result<(), NotDer> {
    if value.tag == tag {
        Ok(())
    } else {
        Err(unexpected(value))
    }
}

fn unexpected(value: &Header) -> NotDer {
    NotDer::Unexpected {
        at: value.at,
        tag: value.tag,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NULL: u8 = 0x05;

    #[test]
    fn every_root_of_the_mozilla_set_has_the_shape() {
        for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
            assert_eq!(check(root), Ok(()));
        }
    }

    /// Each of these is a certificate to a parser that compares numbers of tags only. Parameters of algorithms have
    /// tags of their own, and somebody else reads them.
    #[test]
    fn a_tag_of_another_class_is_found() {
        let mut found = 0;
        for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
            for at in tags(root) {
                for class in [0x40, 0x80, 0xC0] {
                    let mut changed = root.to_vec();
                    changed[at] = (changed[at] & !NOT_UNIVERSAL) | class;
                    if changed == root.as_ref() {
                        continue;
                    }
                    assert_eq!(der::check(&changed), Ok(()), "still DER");
                    match check(&changed) {
                        Err(_) => found += 1,
                        Ok(()) => assert!(matches!(root[at], NULL | OBJECT_IDENTIFIER)),
                    }
                }
            }
        }
        assert!(found > 10_000, "{found}");
    }

    /// The places of all tags.
    fn tags(bytes: &[u8]) -> Vec<usize> {
        let mut within = vec![der::value(bytes, 0).unwrap()];
        let mut places = Vec::new();
        while let Some(value) = within.pop() {
            places.push(value.at);
            within.extend(der::children(bytes, &value).unwrap());
        }
        places
    }

    #[test]
    fn an_extension_that_is_believed_has_a_shape_too() {
        let root = webpki_root_certs::TLS_SERVER_ROOT_CERTS[0].as_ref();
        let constraints = [
            0x06, 0x03, 0x55, 0x1D, 0x13, 0x01, 0x01, 0xFF, 0x04, 0x05, 0x30,
        ];
        let length = constraints.len();
        let at = root
            .windows(length)
            .position(|window| window == constraints);
        let mut changed = root.to_vec();
        changed[at.expect("a root has basic constraints") + length - 1] = 0xB0;
        assert!(matches!(check(&changed), Err(NotDer::Shape(_))));
    }
}
