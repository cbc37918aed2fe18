//! Which key in which token: a PKCS#11 URI (RFC 7512).

use std::path::PathBuf;
use std::str::FromStr;

/// A key in a token, as `pkcs11:token=release;object=secure-boot-1?module-path=/usr/lib/softhsm/libsofthsm2.so` names it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TokenUri {
    /// Label of the token.
    pub token: Option<String>,
    /// Serial number of the token.
    pub serial: Option<String>,
    /// Label of the key.
    pub object: Option<String>,
    /// Identifier of the key, `CKA_ID`.
    pub id: Option<Vec<u8>>,
    /// The library that speaks to the token.
    pub module_path: Option<PathBuf>,
    /// The file whose only line is the PIN.
    pub pin_source: Option<PathBuf>,
}

/// Why a text names no key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UriError {
    /// Another scheme.
    #[error("it must begin with `pkcs11:`")]
    Scheme,
    /// Neither label nor identifier of a key.
    #[error("it names no key: give `object=LABEL` or `id=%01`")]
    NoKey,
    /// Neither label nor serial number of a token.
    #[error("it names no token: give `token=LABEL` or `serial=NUMBER`")]
    NoToken,
    /// An attribute that has no value.
    #[error("`{0}` is not NAME=VALUE")]
    NoValue(String),
    /// An attribute that says nothing here.
    #[error(
        "there is no attribute `{0}` here; these are: token, serial, object, id, type, module-path, pin-source"
    )]
    Unknown(String),
    /// The same attribute twice.
    #[error("`{0}` is given twice")]
    Twice(String),
    /// A percent sign without two hexadecimal digits, or bytes that are no text.
    #[error("the value of `{0}` is not percent-encoded text")]
    Encoding(String),
    /// A PIN in the command line.
    #[error(
        "a PIN in a URI is seen by everybody who lists processes: use `pin-source=FILE` or the terminal"
    )]
    Pin,
    /// Another kind of object.
    #[error("type is `{0}`; it is a private key that signs")]
    Type(String),
}

impl FromStr for TokenUri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        let rest = text.strip_prefix("pkcs11:").ok_or(UriError::Scheme)?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut uri = Self::default();
        let attributes = path.split(';').chain(query.split('&'));
        for attribute in attributes.filter(|attribute| !attribute.is_empty()) {
            uri.set(attribute)?;
        }
        if uri.object.is_none() && uri.id.is_none() {
            return Err(UriError::NoKey);
        }
        if uri.token.is_none() && uri.serial.is_none() {
            return Err(UriError::NoToken);
        }
        Ok(uri)
    }
}

impl TokenUri {
    /// The key and its token, for people; never what is secret.
    pub fn name(&self) -> String {
        let id = self.id.as_ref().map(hex::encode);
        let parts = [
            ("object", self.object.as_ref()),
            ("id", id.as_ref()),
            ("token", self.token.as_ref()),
            ("serial", self.serial.as_ref()),
        ];
        let given = parts
            .iter()
            .filter_map(|(name, value)| value.map(|value| format!("{name} {value}")));
        given.collect::<Vec<_>>().join(", ")
    }

    fn set(&mut self, attribute: &str) -> Result<(), UriError> {
        let (name, value) = attribute
            .split_once('=')
            .ok_or_else(|| UriError::NoValue(attribute.to_owned()))?;
        let bytes = decode(value).ok_or_else(|| UriError::Encoding(name.to_owned()))?;
        if name == "id" {
            return put(name, &mut self.id, bytes);
        }
        let text = String::from_utf8(bytes).map_err(|_| UriError::Encoding(name.to_owned()))?;
        match name {
            "token" => put(name, &mut self.token, text),
            "serial" => put(name, &mut self.serial, text),
            "object" => put(name, &mut self.object, text),
            "module-path" => put(name, &mut self.module_path, text.into()),
            "pin-source" => {
                let path = text.strip_prefix("file:").unwrap_or(&text);
                let path = path.strip_prefix("//").unwrap_or(path);
                put(name, &mut self.pin_source, path.into())
            }
            "type" if text == "private" => Ok(()),
            "type" => Err(UriError::Type(text)),
            "pin-value" => Err(UriError::Pin),
            _ => Err(UriError::Unknown(name.to_owned())),
        }
    }
}

fn put<T>(name: &str, place: &mut Option<T>, value: T) -> Result<(), UriError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(UriError::Twice(name.to_owned())),
    }
}

/// The bytes that a percent-encoded value stands for (RFC 3986, section 2.1).
fn decode(value: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = value.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        if *first == b'%' {
            let (digits, others) = others.split_at_checked(2)?;
            bytes.extend(hex::decode(digits).ok()?);
            rest = others;
        } else {
            bytes.push(*first);
            rest = others;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{TokenUri, UriError};

    fn read(text: &str) -> Result<TokenUri, UriError> {
        text.parse()
    }

    #[test]
    fn attributes_are_decoded() {
        let uri = read(
            "pkcs11:token=My%20Token;object=k%3B1;id=%01%ff;type=private?module-path=/lib/a.so&pin-source=file:/run/pin",
        )
        .unwrap();
        assert_eq!(uri.token.as_deref(), Some("My Token"));
        assert_eq!(uri.object.as_deref(), Some("k;1"));
        assert_eq!(uri.id.as_deref(), Some(&[1, 0xff][..]));
        assert_eq!(uri.module_path.as_deref(), Some(Path::new("/lib/a.so")));
        assert_eq!(uri.pin_source.as_deref(), Some(Path::new("/run/pin")));
        assert_eq!(uri.name(), "object k;1, id 01ff, token My Token");
        let uri = read("pkcs11:serial=12;id=%01?pin-source=file:///run/pin").unwrap();
        assert_eq!(uri.pin_source.as_deref(), Some(Path::new("/run/pin")));
    }

    #[test]
    fn what_names_no_key_is_refused() {
        for (text, error) in [
            ("token=a;object=b", UriError::Scheme),
            ("pkcs11:token=a", UriError::NoKey),
            ("pkcs11:object=a", UriError::NoToken),
            ("pkcs11:token=a;object", UriError::NoValue("object".into())),
            (
                "pkcs11:token=a;object=%4",
                UriError::Encoding("object".into()),
            ),
            (
                "pkcs11:token=a;object=%zz",
                UriError::Encoding("object".into()),
            ),
            (
                "pkcs11:token=a;object=%ff",
                UriError::Encoding("object".into()),
            ),
            (
                "pkcs11:token=a;token=b;object=c",
                UriError::Twice("token".into()),
            ),
            (
                "pkcs11:token=a;object=c;type=cert",
                UriError::Type("cert".into()),
            ),
            ("pkcs11:token=a;object=c?pin-value=1234", UriError::Pin),
            (
                "pkcs11:token=a;object=c;colour=red",
                UriError::Unknown("colour".into()),
            ),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
    }
}
