//! From a request target to the bytes of a file below the folder, and to nothing else.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Most bytes of a file: it is read whole, so that its length and its tag are those of what is sent.
const MAX_FILE: u64 = 64 << 20;

/// The folder that is served.
pub(super) struct Folder {
    /// Without symbolic links in it.
    root: PathBuf,
}

/// A file as it was when it was asked for.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) bytes: Vec<u8>,
    /// A strong entity tag, with its quotes: a hash of the bytes.
    pub(super) tag: String,
}

impl Folder {
    /// # Errors
    /// [`Exit::Unreadable`]: there is no such folder.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let root = path
            .canonicalize()
            .map_err(|error| Failure::io("read", path, &error))?;
        if !root.is_dir() {
            let what = format!("{} is not a folder", path.display());
            return Err(Failure::new(Exit::Unreadable, what)
                .help("give the folder of a release, or one above it"));
        }
        Ok(Self { root })
    }

    /// The file that `target` names; or why there is none, for the console: the client learns only that there is none.
    pub(super) fn find(&self, target: &str) -> std::result::Result<Contents, String> {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        let path = path.strip_prefix('/').ok_or("not a path")?;
        let mut place = self.root.clone();
        for segment in path.split('/') {
            place.push(plain_name(segment)?);
        }
        let place = place.canonicalize().map_err(|error| error.to_string())?;
        if !place.starts_with(&self.root) {
            return Err("it leads out of the folder".to_owned());
        }
        read(&place)
    }
}

/// A segment, decoded, that is the name of a file: not empty, not hidden, and not a way to another folder.
fn plain_name(segment: &str) -> std::result::Result<String, String> {
    let name = decoded(segment).ok_or("a name that is not percent-encoded UTF-8")?;
    let odd = |c: char| c.is_control() || c == '/' || c == '\\';
    match name {
        name if name.is_empty() => Err("a folder".to_owned()),
        name if name.starts_with('.') => Err("a hidden name".to_owned()),
        name if name.contains(odd) => Err("a name that no file has".to_owned()),
        name => Ok(name),
    }
}

fn decoded(segment: &str) -> Option<String> {
    let mut bytes = segment.bytes();
    let mut name = Vec::new();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                *hex::decode(digits).ok()?.first()?
            }
            plain => plain,
        };
        name.push(byte);
    }
    String::from_utf8(name).ok()
}

fn read(place: &Path) -> std::result::Result<Contents, String> {
    let said = |error: std::io::Error| error.to_string();
    // Not opened before it is known to be a file: opening a pipe waits for whoever writes to it.
    if !place.metadata().map_err(said)?.is_file() {
        return Err("not a file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(place).map_err(said)?;
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(said)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!("more than {MAX_FILE} bytes"));
    }
    let hash = hex::encode(Sha256::digest(&bytes));
    let tag = format!("\"{}\"", hash.get(..32).unwrap_or(&hash));
    Ok(Contents { bytes, tag })
}
