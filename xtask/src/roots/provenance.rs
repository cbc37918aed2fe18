//! The table in `trust/anchors/README.md`: where each anchor came from. It is made from the files of the pool.

use std::path::Path;

use trust::anchors::{Certificate, read_pem};
use trust::source::SourceFile;

use super::FOLDER;
use super::file::FROM;
use crate::atomic::{self, Existing, Readers};
use crate::failure::{Failure, Result};
use crate::project::Project;

const BEGIN: &str = "<!-- roots: begin -->\n";
const END: &str = "<!-- roots: end -->\n";

/// Writes the table anew. A README without the two marks is left as it is.
pub(super) fn update(project: &Project) -> Result<()> {
    let path = project.root.join(FOLDER).join("README.md");
    let Ok(old) = std::fs::read_to_string(&path) else {
        return Ok(());
    };
    let Some(new) = replaced(&old, &table(project)?).filter(|new| *new != old) else {
        return Ok(());
    };
    atomic::write(&path, new.as_bytes(), Existing::Replace, Readers::Everyone)
}

/// The table of the pool as it lies in the folder.
pub(super) fn table(project: &Project) -> Result<String> {
    let mut text = String::from("| file | name | SHA-256 | from |\n| --- | --- | --- | --- |\n");
    for file in project.inputs()?.inputs.anchors {
        for certificate in read_pem(&file).0 {
            text.push_str(&row(&file, &certificate));
        }
    }
    Ok(text)
}

fn row(file: &SourceFile, certificate: &Certificate) -> String {
    let from = file.text.lines().find_map(|line| line.strip_prefix(FROM));
    let name = Path::new(&file.name)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    format!(
        "| {name} | {} | {} | {} |\n",
        certificate.name.replace('|', "\\|"),
        hex::encode(certificate.fingerprint),
        from.unwrap_or("not recorded").replace('|', "\\|")
    )
}

fn replaced(old: &str, table: &str) -> Option<String> {
    let (before, rest) = old.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{table}{END}{after}"))
}

/// The failure of a folder that cannot be made.
pub(super) fn folder(project: &Project) -> Result<()> {
    let folder = project.root.join(FOLDER);
    std::fs::create_dir_all(&folder).map_err(|error| Failure::io("create", &folder, &error))
}
