//! The records of a store, kind by kind, and what must hold between them.

use core::cmp::Ordering;

use crate::store::error::StoreError;
use crate::store::field::{Field, Part, Record};
use crate::store::header::Header;
use crate::store::kind::{Anchors, Endpoints, Kind, Pins};
use crate::store::reader::{Reader, Trace};
use crate::store::record::{Key, KeyKind};

/// The records of each kind, which were checked.
#[derive(Clone)]
pub(super) struct Sections<'a> {
    pub(super) anchors: Section<'a, Anchors>,
    pub(super) pins: Section<'a, Pins>,
    pub(super) endpoints: Section<'a, Endpoints>,
    pub(super) release: Section<'a, KeyKind>,
    pub(super) rescue: Section<'a, KeyKind>,
}

/// The records of one kind. It reads them again each time, which cannot fail any more.
#[derive(Clone, Debug)]
pub(super) struct Section<'a, K> {
    reader: Reader<'a, ()>,
    index: u8,
    count: u8,
    kind: K,
}

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
) -> Result<Section<'a, Anchors>, StoreError> {
    let section = Section::at(reader, count, Anchors);
    let mut previous = None;
    for index in 0..count {
        let offset = reader.offset();
        let anchor = Anchors.read(reader, index)?;
        let field = reader.field(Part::Fingerprint);
        ascending(offset, field, &mut previous, anchor.fingerprint)?;
    }
    Ok(section)
}

fn pins<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    count: u8,
) -> Result<Section<'a, Pins>, StoreError> {
    let section = Section::at(reader, count, Pins);
    let mut previous = None;
    for index in 0..count {
        let offset = reader.offset();
        let pin = Pins.read(reader, index)?;
        let field = reader.field(Part::SpkiSha256);
        ascending(offset, field, &mut previous, (pin.host, pin.spki_sha256))?;
    }
    Ok(section)
}

fn endpoints<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    count: u8,
) -> Result<Section<'a, Endpoints>, StoreError> {
    let section = Section::at(reader, count, Endpoints);
    for index in 0..count {
        let offset = reader.offset();
        let endpoint = Endpoints.read(reader, index)?;
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
    other: Option<&Section<'a, KeyKind>>,
) -> Result<Section<'a, KeyKind>, StoreError> {
    let section = Section::at(reader, count, kind);
    let mut previous = None;
    for index in 0..count {
        let offset = reader.offset();
        let key = kind.read(reader, index)?;
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

impl<'a, K: Kind> Section<'a, K> {
    /// The `count` records that begin where `reader` is.
    fn at<T: Trace>(reader: &Reader<'a, T>, count: u8, kind: K) -> Self {
        Self {
            reader: reader.untraced(),
            index: 0,
            count,
            kind,
        }
    }
}

impl<'a, K: Kind> Iterator for Section<'a, K> {
    type Item = K::Record<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.index >= self.count {
            return None;
        }
        let record = self.kind.read(&mut self.reader, self.index).ok();
        self.index = self.index.saturating_add(1);
        record
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::from(self.count.saturating_sub(self.index));
        (left, Some(left))
    }
}

impl<K: Kind> ExactSizeIterator for Section<'_, K> {}
