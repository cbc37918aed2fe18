//! Stores of this project, found and read by the device's own code.

use std::ops::Range;

use device::store::{Anchor as DeviceAnchor, Day, find_in_image};

use super::search::{At, Finds};
use super::{Anchor, Form, StoredAnchor};
use crate::anchors::NameAndKey;
use crate::date::Date;

/// Finds every store; says which bytes they take.
pub(super) fn search(bytes: &[u8], at: &At, finds: &mut Finds) -> Vec<Range<usize>> {
    let mut taken = Vec::new();
    for (offset, store) in find_in_image(bytes) {
        match store {
            Ok(store) => {
                let range = offset..offset + store.len();
                for anchor in store.anchors() {
                    match stored(&anchor) {
                        Some(anchor) => {
                            let within = Some(at.identity(offset));
                            finds.anchor(
                                at.place(range.clone()),
                                Form::Store,
                                within,
                                Anchor::Stored(Box::new(anchor)),
                            );
                        }
                        None => finds.broken(
                            at.place(range.clone()),
                            format!("name or key of {} in the trust store is none", anchor.name),
                        ),
                    }
                }
                taken.push(range);
            }
            Err(error) => {
                let what =
                    format!("a trust store begins here, and the device would refuse it: {error}");
                finds.broken(at.place(offset..offset + 1), what);
            }
        }
    }
    taken
}

fn stored(anchor: &DeviceAnchor<'_>) -> Option<StoredAnchor> {
    Some(StoredAnchor {
        entry: NameAndKey::from_der(anchor.subject, anchor.spki)?,
        name: anchor.name.to_owned(),
        sha256: *anchor.fingerprint,
        not_before: date(anchor.not_before)?,
        not_after: date(anchor.not_after)?,
        effective_end: date(anchor.effective_end)?,
    })
}

fn date(day: Day) -> Option<Date> {
    let (year, month, day) = day.civil();
    Date::from_calendar(year, month, day)
}
