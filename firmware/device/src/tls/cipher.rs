//! The library's cipher suites, with a look at what was decrypted before the library parses it.
//!
//! The library takes the cipher of a suite as a type, makes one for each record, and parses what it gives. So this is the one
//! place from which an encrypted message can be kept from it. A cipher learns nothing of the connection but what stands in
//! the header of the record, which is authenticated with it: the guard says there that the handshake is over ([`mark`]).

use core::marker::PhantomData;

use aes_gcm::aead::{
    AeadCore, AeadInPlace, Buffer, Error, Key, KeyInit, KeySizeUser, Nonce, Result, Tag,
};
use embedded_tls::TlsCipherSuite;

use crate::tls::records::HANDSHAKE;

/// Of the major version, which is 3.
const ESTABLISHED: u8 = 0x80;
/// HandshakeType of a NewSessionTicket: RFC 8446, section 4.
const NEW_SESSION_TICKET: u8 = 4;
/// Type and length of a message.
const MESSAGE_HEADER_BYTES: usize = 4;

/// What the library parses to nothing: no message at all.
const NOTHING: &[u8] = &[HANDSHAKE];
/// A KeyUpdate, which the library knows by its type and takes for an error ([`embedded_tls::TlsError::Unimplemented`]).
const UNKNOWN: &[u8] = &[24, 0, 0, 1, 0, HANDSHAKE];
/// The first byte of a message, which the library cannot read.
const UNREADABLE: &[u8] = &[NEW_SESSION_TICKET, HANDSHAKE];

/// A cipher suite of the library, with [`Watched`] in place of its cipher.
pub(super) struct WatchedSuite<S>(PhantomData<S>);

/// A cipher that hands over what it decrypted only if the library may parse it.
pub(super) struct Watched<C>(C);

/// Says in the header of an encrypted record that the handshake is over.
pub(super) const fn mark(major: u8) -> u8 {
    major | ESTABLISHED
}

impl<S: TlsCipherSuite> TlsCipherSuite for WatchedSuite<S> {
    const CODE_POINT: u16 = S::CODE_POINT;
    type Cipher = Watched<S::Cipher>;
    type KeyLen = S::KeyLen;
    type IvLen = S::IvLen;
    type Hash = S::Hash;
    type LabelBufferSize = S::LabelBufferSize;
}

impl<C: KeySizeUser> KeySizeUser for Watched<C> {
    type KeySize = C::KeySize;
}

impl<C: KeyInit> KeyInit for Watched<C> {
    fn new(key: &Key<Self>) -> Self {
        Self(C::new(key))
    }
}

impl<C: AeadCore> AeadCore for Watched<C> {
    type NonceSize = C::NonceSize;
    type TagSize = C::TagSize;
    type CiphertextOverhead = C::CiphertextOverhead;
}

impl<C: AeadInPlace> AeadInPlace for Watched<C> {
    fn encrypt_in_place_detached(
        &self,
        nonce: &Nonce<Self>,
        header: &[u8],
        contents: &mut [u8],
    ) -> Result<Tag<Self>> {
        self.0.encrypt_in_place_detached(nonce, header, contents)
    }

    fn decrypt_in_place_detached(
        &self,
        nonce: &Nonce<Self>,
        header: &[u8],
        contents: &mut [u8],
        tag: &Tag<Self>,
    ) -> Result<()> {
        self.0
            .decrypt_in_place_detached(nonce, header, contents, tag)
    }

    fn decrypt_in_place(
        &self,
        nonce: &Nonce<Self>,
        header: &[u8],
        record: &mut dyn Buffer,
    ) -> Result<()> {
        let &[kind, major, minor, high, low] = header else {
            return Err(Error);
        };
        let sent = [kind, major & !ESTABLISHED, minor, high, low];
        self.0.decrypt_in_place(nonce, &sent, record)?;
        if major & ESTABLISHED == 0 {
            return Ok(());
        }
        match instead_of(record.as_ref()) {
            None => Ok(()),
            Some(other) => {
                record.truncate(0);
                record.extend_from_slice(other)
            }
        }
    }
}

/// What the library gets in place of this TLSInnerPlaintext, after the handshake. It goes by lengths of its own where it
/// parses a ticket, and a device uses none, so it gets no message of any kind.
fn instead_of(inner: &[u8]) -> Option<&'static [u8]> {
    let padding = inner.iter().rev().take_while(|byte| **byte == 0).count();
    let end = inner.len().saturating_sub(padding);
    match inner.get(..end)?.split_last()? {
        (&HANDSHAKE, messages) => Some(judge(messages)),
        _ => None,
    }
}

/// What the library gets in place of these messages.
fn judge(mut messages: &[u8]) -> &'static [u8] {
    loop {
        match *messages {
            [] => return NOTHING,
            [NEW_SESSION_TICKET, a, b, c, ..] => {
                let length = u32::from_be_bytes([0, a, b, c]);
                let end = usize::try_from(length)
                    .unwrap_or(usize::MAX)
                    .saturating_add(MESSAGE_HEADER_BYTES);
                match messages.get(end..) {
                    Some(rest) => messages = rest,
                    None => return UNREADABLE,
                }
            }
            [NEW_SESSION_TICKET, ..] => return UNREADABLE,
            _ => return UNKNOWN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_handshake_the_library_gets_no_message() {
        let cases: [(&[u8], Option<&[u8]>); 10] = [
            // Data and alerts, with and without padding, are as they were.
            (b"data\x17", None),
            (b"data\x17\0\0", None),
            (&[1, 0, 21], None),
            (&[0, 0, 0], None),
            // Tickets are not for a device.
            (&[4, 0, 0, 1, 9, 22], Some(NOTHING)),
            (&[4, 0, 0, 1, 9, 4, 0, 0, 0, 22, 0], Some(NOTHING)),
            // Parts of one.
            (&[4, 0, 0, 2, 9, 22], Some(UNREADABLE)),
            (&[4, 0, 0, 22], Some(UNREADABLE)),
            // Finished, alone and behind a ticket.
            (&[20, 0, 0, 1, 9, 22], Some(UNKNOWN)),
            (&[4, 0, 0, 1, 9, 20, 0, 0, 1, 9, 22], Some(UNKNOWN)),
        ];
        for (inner, expected) in cases {
            assert_eq!(instead_of(inner), expected, "{inner:?}");
        }
    }
}
