//! Which of two releases is newer.

use core::cmp::Ordering;
use core::fmt;

use semver::Version;

/// Longest version in bytes: it stands in the app descriptor, with a NUL.
pub const MAX_VERSION: usize = 31;

/// A release among those of a product: its version, and the date of what it was built from.
///
/// Ordered by the precedence of the versions (Semantic Versioning 2.0.0, section 11; build metadata does not count), and
/// where that is the same, by the date: two commits between which nobody raised the version are in order too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    version: Version,
    source_date_epoch: i64,
}

/// Why a version has no place among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VersionError {
    /// It is not of the form of Semantic Versioning.
    Form,
    /// It has more than [`MAX_VERSION`] bytes.
    TooLong {
        /// Bytes found.
        length: usize,
    },
}

impl Edition {
    /// An edition. `source_date_epoch` is in seconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    ///
    /// See [`VersionError`].
    pub fn new(version: &str, source_date_epoch: i64) -> Result<Self, VersionError> {
        let length = version.len();
        if length > MAX_VERSION {
            return Err(VersionError::TooLong { length });
        }
        Ok(Self {
            version: Version::parse(version).map_err(|_| VersionError::Form)?,
            source_date_epoch,
        })
    }

    /// The version.
    pub const fn version(&self) -> &Version {
        &self.version
    }

    /// The date of what it was built from, in seconds since 1970-01-01T00:00:00Z.
    pub const fn source_date_epoch(&self) -> i64 {
        self.source_date_epoch
    }

    /// Less when this is the older one. Equal editions need not be the same: build metadata does not count.
    pub fn order(&self, other: &Self) -> Ordering {
        let dates = self.source_date_epoch.cmp(&other.source_date_epoch);
        self.version.cmp_precedence(&other.version).then(dates)
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} of {}", self.version, self.source_date_epoch)
    }
}

impl core::error::Error for VersionError {}

impl fmt::Display for VersionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => formatter.write_str("it is not of the form of semantic versioning"),
            Self::TooLong { length } => {
                write!(
                    formatter,
                    "it has {length} bytes, {MAX_VERSION} are allowed"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Edition, VersionError};
    use core::cmp::Ordering;

    fn edition(version: &str, source_date_epoch: i64) -> Edition {
        Edition::new(version, source_date_epoch).unwrap()
    }

    #[test]
    fn each_is_newer_than_the_one_before() {
        let ascending = [
            edition("1.2.0-alpha.9", 9),
            edition("1.2.0-alpha.10", 1),
            edition("1.2.0-rc.1+zzz", 9),
            edition("1.2.0+zzz", 1),
            edition("1.2.0+aaa", 2),
            edition("1.10.0", 1),
            edition("2.0.0", i64::MIN),
            edition("18446744073709551615.0.0", 0),
        ];
        for (index, older) in ascending.iter().enumerate() {
            assert_eq!(older.order(older), Ordering::Equal);
            for newer in &ascending[index + 1..] {
                assert_eq!(newer.order(older), Ordering::Greater, "{older} {newer}");
                assert_eq!(older.order(newer), Ordering::Less, "{older} {newer}");
            }
        }
    }

    #[test]
    fn build_metadata_makes_another_edition_but_no_newer_one() {
        let (one, other) = (edition("1.2.0+a", 1), edition("1.2.0+b", 1));
        assert_eq!(one.order(&other), Ordering::Equal);
        assert_ne!(one, other);
    }

    #[test]
    fn refuses_what_has_no_order() {
        for text in [
            "",
            "1.2",
            "v1.2.0",
            "1.2.0 ",
            "01.2.0",
            "18446744073709551616.0.0",
        ] {
            assert_eq!(Edition::new(text, 0), Err(VersionError::Form), "{text}");
        }
        assert!(Edition::new("1.2.0+abcdef123456.dirty.4567890", 0).is_err());
        assert!(Edition::new("1.2.0+abcdef123456.dirty.456789", 0).is_ok());
    }
}
