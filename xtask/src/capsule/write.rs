//! Writes a capsule: a tar archive whose bytes follow from its content.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use super::gather::{Content, Contents};
use super::index::{Entry, FILE_NAME, Index, SCHEMA};
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::release::manifest::ReleaseManifest;
use crate::toolchain::files;

/// What was written.
#[derive(Debug)]
pub struct Written {
    /// SHA-256 of the index, hexadecimal.
    pub identity: String,
    /// Size of the archive.
    pub bytes: u64,
}

/// Writes `contents` to `path`, whole or not at all: the index, then each content once, by its hash. Nothing in it depends on
/// the machine or the day: times are the release's own, owners are 0.
///
/// # Errors
/// When something cannot be read or written.
pub fn write(
    path: &Path,
    contents: &Contents,
    manifest: &ReleaseManifest,
    progress: Progress,
) -> Result<Written> {
    let _step = progress.step("writing the capsule", None);
    let (index, objects) = index(contents, manifest)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    files::create(folder)?;
    let failed = |error: std::io::Error| Failure::io("write", path, &error);
    let temporary = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)
        .map_err(failed)?;
    let time = u64::try_from(manifest.source_date_epoch).unwrap_or_default();
    let mut archive = tar::Builder::new(BufWriter::new(temporary));
    append(
        &mut archive,
        FILE_NAME,
        time,
        &Content::Bytes(index.to_bytes()),
    )
    .map_err(failed)?;
    for (object, content) in objects {
        append(&mut archive, &object, time, content).map_err(failed)?;
    }
    let mut buffered = archive.into_inner().map_err(failed)?;
    buffered.flush().map_err(failed)?;
    let temporary = buffered
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    temporary.as_file().sync_all().map_err(failed)?;
    let bytes = temporary.as_file().metadata().map_err(failed)?.len();
    temporary
        .persist(path)
        .map_err(|error| failed(error.error))?;
    Ok(Written {
        identity: index.identity(),
        bytes,
    })
}

type Objects<'a> = BTreeMap<String, &'a Content>;

fn index<'a>(contents: &'a Contents, manifest: &ReleaseManifest) -> Result<(Index, Objects<'a>)> {
    let mut objects = Objects::new();
    let mut files = BTreeMap::new();
    for (path, (mode, content)) in &contents.files {
        let (size, sha256) = content.identity()?;
        let entry = Entry {
            sha256,
            size,
            mode: mode.clone(),
        };
        objects.insert(entry.object(), content);
        files.insert(path.clone(), entry);
    }
    let index = Index {
        schema: SCHEMA.to_owned(),
        version: manifest.version.clone(),
        commit: manifest.commit.clone(),
        project: contents.project.clone(),
        files,
    };
    Ok((index, objects))
}

fn append(
    archive: &mut tar::Builder<impl std::io::Write>,
    name: &str,
    time: u64,
    content: &Content,
) -> std::io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_mode(0o644);
    header.set_mtime(time);
    header.set_uid(0);
    header.set_gid(0);
    match content {
        Content::Bytes(bytes) => {
            header.set_size(bytes.len() as u64);
            archive.append_data(&mut header, name, bytes.as_slice())
        }
        Content::File(path) => {
            let file = File::open(path)?;
            header.set_size(file.metadata()?.len());
            archive.append_data(&mut header, name, file)
        }
    }
}
