//! All of a file, from a source that may fail.

use super::error::InstallError;
use super::receiver::Receiver;
use super::source::{FetchError, Source};
use crate::flash_layout::SECTOR_SIZE;
use crate::platform::Console;
use crate::release::ReleaseImage;

/// How often in a row a source may fail without a sector more, until a transfer does.
pub const MAX_FUTILE_FETCHES: u8 = 4;

/// Fetches until all bytes of `image` came.
pub(super) async fn transfer<S: Source, C: Console>(
    source: &mut S,
    image: &ReleaseImage,
    receiver: &mut Receiver<'_, C>,
) -> Result<(), InstallError<S::Error>> {
    let expected = image.length();
    let (mut furthest, mut futile) = (0_u32, 0_u8);
    while receiver.received() < expected {
        let outcome = source
            .fetch(image.file(), receiver.received(), receiver)
            .await;
        if let Some(error) = receiver.take_error() {
            return Err(InstallError::Content(error));
        }
        let received = receiver.received();
        if received == expected {
            break;
        }
        let is_stop = receiver.take_stop();
        // A file that came from its beginning again counts from where it was before.
        futile = match received.saturating_sub(furthest) >= SECTOR_SIZE {
            true => 0,
            false => futile.saturating_add(u8::from(!is_stop)),
        };
        furthest = furthest.max(received);
        if is_stop {
            receiver.say(format_args!(
                "the first part is there; asking for the rest, as if the connection had broken"
            ));
            continue;
        }
        let is_final =
            matches!(&outcome, Err(FetchError::Source(error)) if !S::is_interruption(error));
        let error = InstallError::of_fetch(outcome, received, expected);
        if is_final || futile >= MAX_FUTILE_FETCHES {
            return Err(error);
        }
        receiver.say(format_args!("{error}; asking for the rest"));
        if futile != 0 {
            source.pause(futile).await;
        }
    }
    Ok(())
}
