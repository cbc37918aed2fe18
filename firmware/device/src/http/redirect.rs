//! Where an endpoint may send its devices.

use alloc::vec::Vec;
use core::fmt;

use super::place::{Place, PlaceProblem, Scheme};
use crate::store::Endpoint;
use crate::url::HttpsUrl;

/// Most redirects from one place to the file.
pub const MAX_REDIRECTS: usize = 4;

/// The way to one file of an endpoint, along redirects.
///
/// Each place on it is below the URL of the endpoint, or below one of its redirect targets: `https`, the same host and port,
/// and a path that begins with the whole segments of the URL's path. No place is visited twice, and there are at most
/// [`MAX_REDIRECTS`]. A redirect does not speak of trust: the server behind it is verified as any.
#[derive(Clone, Debug)]
pub struct Trail<'e> {
    allowed: Vec<HttpsUrl<'e>>,
    visited: Vec<Place>,
    here: Place,
}

/// Why a redirect is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectError {
    /// It leads to a place where the way was already.
    Circle,
    /// It leads to a place that neither the endpoint nor its redirect targets contain.
    NotListed,
    /// It is not a place.
    Place(PlaceProblem),
    /// More than [`MAX_REDIRECTS`].
    TooMany,
}

impl<'e> Trail<'e> {
    /// The way to `file` of an endpoint: so far it is there.
    ///
    /// # Errors
    ///
    /// `file` is not a path.
    pub fn new(endpoint: &Endpoint<'e>, file: &str) -> Result<Self, PlaceProblem> {
        Self::within(endpoint.url, endpoint.redirects(), file)
    }

    /// The same for an endpoint at `url` that may redirect to below `redirects`.
    ///
    /// # Errors
    ///
    /// `file` is not a path.
    pub fn within(
        url: HttpsUrl<'e>,
        redirects: impl Iterator<Item = HttpsUrl<'e>>,
        file: &str,
    ) -> Result<Self, PlaceProblem> {
        Ok(Self {
            allowed: core::iter::once(url).chain(redirects).collect(),
            visited: Vec::new(),
            here: Place::below(&url, file)?,
        })
    }

    /// Where the file is, as far as is known.
    pub const fn here(&self) -> &Place {
        &self.here
    }

    /// Goes where `location` of an answer of this place says.
    ///
    /// # Errors
    ///
    /// See [`RedirectError`]; the way stays where it is.
    pub fn follow(&mut self, location: &str) -> Result<&Place, RedirectError> {
        let next = self.here.resolve(location).map_err(RedirectError::Place)?;
        if !self.allowed.iter().any(|url| is_below(&next, url)) {
            return Err(RedirectError::NotListed);
        }
        if next == self.here || self.visited.contains(&next) {
            return Err(RedirectError::Circle);
        }
        if self.visited.len() >= MAX_REDIRECTS {
            return Err(RedirectError::TooMany);
        }
        self.visited.push(core::mem::replace(&mut self.here, next));
        Ok(&self.here)
    }
}

fn is_below(place: &Place, url: &HttpsUrl<'_>) -> bool {
    let same_server =
        place.scheme() == Scheme::Https && (place.host(), place.port()) == (url.host(), url.port());
    let folder = url.path().trim_end_matches('/');
    let below = place.path().strip_prefix(folder);
    same_server && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl core::error::Error for RedirectError {}

impl fmt::Display for RedirectError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Circle => formatter.write_str("a redirect leads back to where it came from"),
            Self::NotListed => {
                formatter.write_str("a redirect leads to a place that the policy does not list")
            }
            Self::Place(problem) => {
                write!(
                    formatter,
                    "a redirect leads to something else than a place: {problem}"
                )
            }
            Self::TooMany => write!(formatter, "more than {MAX_REDIRECTS} redirects"),
        }
    }
}
