//! The table in `trust/anchors/README.md`: where each anchor came from. It is made from the files of the pool.

use std::path::Path;
use std::sync::Arc;

use trust::anchors::{Certificate, read_pem};
use trust::source::SourceFile;

use super::FOLDER;
use super::file::FROM;
use crate::atomic::{self, Existing, Readers};
use crate::called;
use crate::failure::{Failure, Result};
use crate::project::Project;

/// What stands above the table in the pool of another project.
const PAGE: &str = "\
# The anchor pool

Candidate CA certificates, one PEM file each. A certificate here is trusted by nothing: `policy.toml` selects anchors by their
fingerprint, and the gate decides.

| to | run |
| --- | --- |
| see what is here and when it ends | `cargo xtask roots list` |
| see why one of them ends | `cargo xtask roots show \"ISRG Root X1\"` |
| add a root of the Mozilla set | `cargo xtask roots add NAME` or `cargo xtask roots add FINGERPRINT` |
| add a CA certificate from a file | `cargo xtask roots add --file FILE` |
| remove one that the policy does not require | `cargo xtask roots remove NAME` |

## Where they come from

`roots add` and `roots remove` keep this table.
";

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
    Ok(table_of(&project.inputs()?.inputs.anchors))
}

/// The page of a pool that holds these files: `README.md` of the folder.
pub(crate) fn folder_page(files: &[Arc<SourceFile>]) -> String {
    let page = format!("{PAGE}\n{BEGIN}{}{END}", table_of(files));
    called::named(&page).into_owned()
}

fn table_of(files: &[Arc<SourceFile>]) -> String {
    let mut text = String::from("| file | name | SHA-256 | from |\n| --- | --- | --- | --- |\n");
    for file in files {
        for certificate in read_pem(file).0 {
            text.push_str(&row(file, &certificate));
        }
    }
    text
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
