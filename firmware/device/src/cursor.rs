//! Takes bytes off the front of a slice.

/// A place in a slice. It never moves beyond the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    offset: usize,
}

/// There are fewer bytes than needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Short {
    /// Where the cursor is.
    pub(crate) offset: usize,
    /// Bytes needed.
    pub(crate) needed: usize,
    /// Bytes left.
    pub(crate) available: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// Bytes taken so far.
    pub(crate) const fn offset(&self) -> usize {
        self.offset
    }

    /// The bytes that are left.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.offset..).unwrap_or_default()
    }

    /// From here on, takes nothing beyond `bytes`, which must begin where the bytes did until now.
    pub(crate) const fn limit(&mut self, bytes: &'a [u8]) {
        self.bytes = bytes;
    }

    /// The next `length` bytes.
    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], Short> {
        let bytes = self.rest().get(..length).ok_or(self.short(length))?;
        self.offset = self.offset.saturating_add(length);
        Ok(bytes)
    }

    /// The next `N` bytes.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], Short> {
        let bytes = self.rest().first_chunk().ok_or(self.short(N))?;
        self.offset = self.offset.saturating_add(N);
        Ok(bytes)
    }

    fn short(&self, needed: usize) -> Short {
        Short {
            offset: self.offset,
            needed,
            available: self.rest().len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Short};

    #[test]
    fn takes_in_order_and_never_beyond_the_end() {
        let mut cursor = Cursor::new(&[1, 2, 3, 4]);
        assert_eq!(cursor.take(1), Ok(&[1][..]));
        assert_eq!(cursor.array(), Ok(&[2, 3]));
        let short = |needed| Short {
            offset: 3,
            needed,
            available: 1,
        };
        assert_eq!(cursor.take(2), Err(short(2)));
        assert_eq!(cursor.array::<8>(), Err(short(8)));
        assert_eq!(cursor.take(usize::MAX), Err(short(usize::MAX)));
        assert_eq!((cursor.offset(), cursor.rest()), (3, &[4][..]));
        cursor.limit(&[1, 2]);
        assert!(cursor.rest().is_empty());
    }
}
