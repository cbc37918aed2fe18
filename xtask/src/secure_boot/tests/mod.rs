//! Signed images: made, read back, damaged, and compared with `espsecure`.

mod commands;
mod damage;
mod espsecure;
pub(crate) mod keys;
mod padding;
mod token;

use super::padding::PaddedImage;
use super::sector::Sector;
use super::signer::Signer;
use crate::image::Application;

/// A padded image with `code` bytes of code.
pub(crate) fn padded(code: usize) -> PaddedImage<'static> {
    let image = crate::image::sample_application(code);
    PaddedImage::pad(&Application::read(&image).unwrap()).unwrap()
}

/// `padded`, signed with the first `count` keys.
pub(crate) fn signed(padded: &PaddedImage<'_>, count: usize) -> Vec<u8> {
    let mut sector = Sector::default();
    for name in &keys::NAMES[..count] {
        let key = super::pem::PemKey::read(&keys::path(name)).unwrap();
        sector.add(Signer::Pem(key).sign(padded).unwrap()).unwrap();
    }
    [padded.bytes(), &sector.bytes()].concat()
}
