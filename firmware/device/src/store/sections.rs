//! The records of a store, kind by kind, and what must hold between them.

use core::cmp::Ordering;

use crate::store::error::StoreError;
use crate::store::field::{Field, Part, Record};
use crate::store::header::Header;
use crate::store::reader::{Reader, Trace};
use crate::store::record::{self, Anchor, Endpoint, Key, KeyKind, Pin};

/// The records of each kind, which were checked.
#[derive(Clone)]
pub(super) struct Sections<'a> {
    pub(super) anchors: Section<'a, Anchor<'a>>,
    pub(super) pins: Section<'a, Pin<'a>>,
    pub(super) endpoints: Section<'a, Endpoint<'a>>,
    pub(super) release: Section<'a, Key<'a>>,
    pub(super) rescue: Section<'a, Key<'a>>,
}

/// The records of one kind. It reads them again each time, which cannot fail any more.
#[derive(Debug)]
pub(super) struct Section<'a, R> {
    reader: Reader<'a, ()>,
    index: u8,
    count: u8,
    read: ReadRecord<'a, R>,
}

type ReadRecord<'a, R> = fn(&mut Reader<'a, ()>, u8) -> Result<R, StoreError>;

impl<'a> Sections<'a> {
    /// Reads all records, in the order of the format.
    pub(super) fn read<T: Trace>(
        reader: &mut Reader<'a, T>,
        header: &Header<'a>,
    ) -> Result<Self, StoreError> {
        let anchors = anchors(reader, header.anchors)?;
        let pins = pins(reader, header.pins)?;
        let endpoints = endpoints(reader, header.endpoints)?;
        let release = keys(reader, KeyKind::Release, header.release.count, None)?;
        let rescue = keys(reader, KeyKind::Rescue, header.rescue.count, Some(&release))?;
        Ok(Self {
            anchors,
            pins,
            endpoints,
            release,
            rescue,
        })
    }
}

fn anchors<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    count: u8,
) -> Result<Section<'a, Anchor<'a>>, StoreError> {
    let section = Section::at(reader, count, record::anchor);
    let mut previous = None;
    for index in 0..count {
        let offset = reader.offset();
        let anchor = record::anchor(reader, index)?;
        let field = reader.field(Part::Fingerprint);
        ascending(offset, field, &mut previous, anchor.fingerprint)?;
    }
    Ok(section)
}

fn pins<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    count: u8,
) -> Result<Section<'a, Pin<'a>>, StoreError> {
    let section = Section::at(reader, count, record::pin);
    let mut previous = None;
    for index in 0..count {
        let offset = reader.offset();
        let pin = record::pin(reader, index)?;
        let field = reader.field(Part::SpkiSha256);
        ascending(offset, field, &mut previous, (pin.host, pin.spki_sha256))?;
    }
    Ok(section)
}

fn endpoints<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    count: u8,
) -> Result<Section<'a, Endpoint<'a>>, StoreError> {
    let section = Section::at(reader, count, record::endpoint);
    for index in 0..count {
        let offset = reader.offset();
        let endpoint = record::endpoint(reader, index)?;
        let earlier = section.clone().take(usize::from(index));
        if let Some((first, _)) =
            numbered(earlier, Record::Endpoint).find(|(_, other)| other.name == endpoint.name)
        {
            let field = reader.field(Part::Name);
            return Err(StoreError::Duplicate {
                offset,
                field,
                first,
            });
        }
    }
    Ok(section)
}

/// Reads a set of keys, which shares none with the set `other`.
fn keys<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    kind: KeyKind,
    count: u8,
    other: Option<&Section<'a, Key<'a>>>,
) -> Result<Section<'a, Key<'a>>, StoreError> {
    let section = Section::at(
        reader,
        count,
        match kind {
            KeyKind::Release => |reader, index| record::key(reader, KeyKind::Release, index),
            KeyKind::Rescue => |reader, index| record::key(reader, KeyKind::Rescue, index),
        },
    );
    let mut previous = None;
    for index in 0..count {
        let offset = reader.offset();
        let key = record::key(reader, kind, index)?;
        let others = other.cloned().into_iter().flatten();
        let same = section.clone().take(usize::from(index));
        let earlier =
            numbered(others, Record::ReleaseKey).chain(numbered(same, |index| kind.record(index)));
        unique_key(offset, reader, key, earlier)?;
        ascending(offset, reader.field(Part::KeyId), &mut previous, key.id)?;
    }
    Ok(section)
}

/// Checks that `next` is above the `previous`, whose place it takes.
fn ascending<K: Ord>(
    offset: usize,
    field: Field,
    previous: &mut Option<(Record, K)>,
    next: K,
) -> Result<(), StoreError> {
    if let Some((first, previous)) = previous {
        let first = *first;
        match next.cmp(previous) {
            Ordering::Less => return Err(StoreError::Order { offset, field }),
            Ordering::Equal => {
                return Err(StoreError::Duplicate {
                    offset,
                    field,
                    first,
                });
            }
            Ordering::Greater => {}
        }
    }
    *previous = Some((field.record, next));
    Ok(())
}

fn unique_key<'a, T: Trace>(
    offset: usize,
    reader: &Reader<'a, T>,
    key: Key<'a>,
    earlier: impl Iterator<Item = (Record, Key<'a>)>,
) -> Result<(), StoreError> {
    for (first, other) in earlier {
        let part = if other.public == key.public {
            Part::PublicKey
        } else if other.id == key.id {
            Part::KeyId
        } else {
            continue;
        };
        let field = reader.field(part);
        return Err(StoreError::Duplicate {
            offset,
            field,
            first,
        });
    }
    Ok(())
}

fn numbered<R>(
    records: impl Iterator<Item = R>,
    record: impl Fn(u8) -> Record,
) -> impl Iterator<Item = (Record, R)> {
    (0..).map(record).zip(records)
}

impl<'a, R> Section<'a, R> {
    /// The `count` records that begin where `reader` is.
    fn at<T: Trace>(reader: &Reader<'a, T>, count: u8, read: ReadRecord<'a, R>) -> Self {
        Self {
            reader: reader.untraced(),
            index: 0,
            count,
            read,
        }
    }
}

// Derived, it would ask for `R: Clone`, which a function pointer does not need.
impl<R> Clone for Section<'_, R> {
    fn clone(&self) -> Self {
        Self {
            reader: self.reader.clone(),
            ..*self
        }
    }
}

impl<R> Iterator for Section<'_, R> {
    type Item = R;

    fn next(&mut self) -> Option<R> {
        if self.index >= self.count {
            return None;
        }
        let record = (self.read)(&mut self.reader, self.index).ok();
        self.index = self.index.saturating_add(1);
        record
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::from(self.count.saturating_sub(self.index));
        (left, Some(left))
    }
}

impl<R> ExactSizeIterator for Section<'_, R> {}
