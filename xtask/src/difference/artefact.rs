//! What is compared: files that say themselves what they are, and folders of releases.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use device::flash_layout::{FLASH_SIZE, PARTITION_TABLE_OFFSET};
use device::store::TrustStore;
use serde::Serialize;

use super::symbols::Symbols;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::release::manifest::{ArtefactKind, FILE_NAME, SCHEMA};

/// The largest file that is read: sixteen times the flash.
const MAX_BYTES: u64 = 64 << 20;
const ELF_MAGIC: &[u8] = b"\x7fELF";
const IMAGE_MAGIC: u8 = 0xE9;
const TABLE_MAGIC: &[u8] = &[0xAA, 0x50];
/// The magic of an app descriptor, at its place in an image.
const DESCRIPTOR_MAGIC: (usize, [u8; 4]) = (0x20, [0x32, 0x54, 0xCD, 0xAB]);

/// Something that can be compared with another of its kind.
#[derive(Clone, Debug)]
pub struct Artefact {
    name: String,
    content: Content,
    symbols: Option<Symbols>,
}

/// One file, or those of a release by name.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// One file.
    File(File),
    /// A release.
    Release(BTreeMap<String, File>),
}

/// A file and what it is.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// What it is.
    pub(super) kind: FileKind,
    /// Its content.
    pub(super) bytes: Vec<u8>,
}

/// What a file is, by its content.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// An application image, signed or not.
    ApplicationImage,
    /// An image without app descriptor.
    Bootloader,
    /// Bytes of no kind that is known; only within a release.
    Bytes,
    /// An ELF file.
    Elf,
    /// A full flash image.
    FlashImage,
    /// `release.json`.
    Manifest,
    /// Text; only within a release.
    Text,
    /// A trust store in its binary form.
    TrustStore,
}

impl FileKind {
    /// The kind in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::ApplicationImage => "application image",
            Self::Bootloader => "bootloader",
            Self::Bytes => "file of no known kind",
            Self::Elf => "ELF file",
            Self::FlashImage => "full flash image",
            Self::Manifest => "release manifest",
            Self::Text => "text file",
            Self::TrustStore => "trust store",
        }
    }

    /// What `bytes` are.
    fn of(bytes: &[u8]) -> Self {
        let has = |offset: usize, magic: &[u8]| {
            bytes
                .get(offset..)
                .is_some_and(|rest| rest.starts_with(magic))
        };
        let (offset, magic) = DESCRIPTOR_MAGIC;
        if bytes.starts_with(ELF_MAGIC) {
            Self::Elf
        } else if bytes.len() == FLASH_SIZE as usize
            && has(PARTITION_TABLE_OFFSET as usize, TABLE_MAGIC)
        {
            Self::FlashImage
        } else if has(0, &[IMAGE_MAGIC]) && has(offset, &magic) {
            Self::ApplicationImage
        } else if has(0, &[IMAGE_MAGIC]) {
            Self::Bootloader
        } else if TrustStore::read(bytes).is_ok() || has(0, &device::store::layout::magic()) {
            Self::TrustStore
        } else {
            Self::of_text(bytes)
        }
    }

    fn of_text(bytes: &[u8]) -> Self {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Self::Bytes;
        };
        let schema = format!("\"schema\": \"{SCHEMA}\"");
        match text.trim_start().starts_with('{') && text.contains(&schema) {
            true => Self::Manifest,
            false => Self::Text,
        }
    }
}

impl Artefact {
    /// A file with this content: an application or flash image, an ELF file, a trust store, a `release.json`.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] when it is none of these.
    pub fn of_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self> {
        let name = name.into();
        let kind = FileKind::of(&bytes);
        if matches!(kind, FileKind::Bytes | FileKind::Text) {
            return Err(Failure::new(
                Exit::Unreadable,
                format!("{name} is nothing that can be explained"),
            )
            .evidence(format!("it has {} bytes of a kind that is not known", bytes.len()))
            .help("give an application, signed or full flash image, an ELF file, a trust store, a release.json, or the folder of a release"));
        }
        Ok(Self {
            name,
            content: Content::File(File { kind, bytes }),
            symbols: None,
        })
    }

    /// A release whose files are these.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] when no `release.json` is among them.
    pub fn of_release(name: impl Into<String>, files: BTreeMap<String, Vec<u8>>) -> Result<Self> {
        let name = name.into();
        if !files.contains_key(FILE_NAME) {
            return Err(Failure::new(
                Exit::Unreadable,
                format!("{name} is no release: it has no {FILE_NAME}"),
            )
            .help("give the folder of a release: dist/<version>"));
        }
        let file = |bytes: Vec<u8>| File {
            kind: FileKind::of(&bytes),
            bytes,
        };
        let files = files.into_iter().map(|(name, bytes)| (name, file(bytes)));
        Ok(Self {
            name,
            content: Content::Release(files.collect()),
            symbols: None,
        })
    }

    /// The file or the release at `path`.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] when it cannot be read, is too large, or is none of the known kinds.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        if !path.is_dir() {
            return Self::of_bytes(name, read(path)?);
        }
        let unlisted = |error| Failure::io("list", path, &error);
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(path).map_err(unlisted)? {
            let entry = entry.map_err(unlisted)?;
            if entry.path().is_file() {
                let name = entry.file_name().to_string_lossy().into_owned();
                files.insert(name, read(&entry.path())?);
            }
        }
        Self::of_release(name, files)
    }

    /// The same, whose symbols stand in `elf`, an ELF file that is not stripped, of the same program.
    ///
    /// # Errors
    /// [`Exit::Unreadable`] when `elf`, which is called `name`, is no ELF file or has no symbols.
    pub fn with_symbols(self, name: &str, elf: &[u8]) -> Result<Self> {
        let symbols = Symbols::read(elf).map_err(|why| {
            Failure::new(Exit::Unreadable, format!("{name} gives no symbols"))
                .evidence(why)
                .help("give the unstripped ELF file of the same program")
        })?;
        if symbols.is_stripped() {
            return Err(
                Failure::new(Exit::Unreadable, format!("{name} gives no symbols"))
                    .evidence("it is stripped")
                    .help("build it with `strip = false`"),
            );
        }
        Ok(Self {
            symbols: Some(symbols),
            ..self
        })
    }

    /// What it was called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match &self.content {
            Content::File(file) => file.kind.words(),
            Content::Release(_) => "release",
        }
    }

    /// Its content.
    pub(super) const fn content(&self) -> &Content {
        &self.content
    }

    /// Sections and symbols: those that were given, else those of the ELF file that is at hand.
    pub(super) fn symbols(&self) -> Option<Symbols> {
        let own = || Symbols::read(self.elf()?).ok();
        self.symbols.clone().or_else(own)
    }

    /// The ELF file that is at hand.
    pub(super) fn elf(&self) -> Option<&[u8]> {
        match &self.content {
            Content::File(file) => (file.kind == FileKind::Elf).then_some(&file.bytes),
            Content::Release(files) => {
                let file = files.get(ArtefactKind::FirmwareElf.file_name())?;
                Some(&file.bytes)
            }
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let unread = |error| Failure::io("read", path, &error);
    let length = fs::metadata(path).map_err(unread)?.len();
    if length > MAX_BYTES {
        let what = format!("{} is too large", path.display());
        return Err(Failure::new(Exit::Unreadable, what)
            .evidence(format!(
                "it has {length} bytes, at most {MAX_BYTES} are read"
            ))
            .help("give an image, an ELF file, a trust store or a release"));
    }
    fs::read(path).map_err(unread)
}
