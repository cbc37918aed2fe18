//! The files of `[[output]]`: all of them are written or compared, inside of the project.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use trust::policy::{Output, Policy};
use trust::render::Format as Form;
use trust::store::ApprovedStore;

use super::{RenderArguments, compare_or_write, rendered};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::Project;

/// The outputs of the policy, where the arguments name no form and no file of their own.
pub(super) fn asked<'p>(policy: Option<&'p Policy>, arguments: &RenderArguments) -> &'p [Output] {
    // With an image, --format says what it must hold: the files are compared all the same.
    let is_named = arguments.format.is_some() && arguments.image.is_none();
    let named = is_named || arguments.output.is_some();
    policy
        .filter(|_| !named)
        .map_or(&[], |policy| &policy.outputs)
}

/// Their forms, each once.
pub(super) fn forms(outputs: &[Output]) -> Vec<Form> {
    let forms: BTreeSet<_> = outputs.iter().map(|output| output.format.value).collect();
    forms.into_iter().collect()
}

/// Writes every output, or compares each with what is there. All are rendered before one is written.
///
/// # Errors
/// A form that cannot say what the store holds, a path that leads out of the project, a file that is stale or cannot be
/// written.
pub(super) fn deliver(
    project: &Project,
    store: &ApprovedStore,
    outputs: &[Output],
    arguments: &RenderArguments,
) -> Result<Exit> {
    let mut files = Vec::new();
    for output in outputs {
        let path = inside(&project.root, &output.path.value)?;
        files.push((path, rendered(store, output.format.value)?));
    }
    for (path, bytes) in &files {
        if !arguments.check {
            make_folder(path)?;
        }
        compare_or_write(bytes, path, arguments)?;
    }
    Ok(Exit::Done)
}

/// The file at `path` below `root`.
///
/// # Errors
/// [`Exit::Unreadable`] where a link in it leads out of the project.
pub(crate) fn inside(root: &Path, path: &str) -> Result<PathBuf> {
    let real = |path: &Path| {
        path.canonicalize()
            .map_err(|error| Failure::io("read", path, &error))
    };
    let home = real(root)?;
    let mut at = root.to_owned();
    for part in path.split('/') {
        at.push(part);
        if std::fs::symlink_metadata(&at).is_err() {
            continue;
        }
        let leads_to = real(&at)?;
        if !leads_to.starts_with(&home) {
            let what = format!("{path} leads out of the project");
            return Err(Failure::new(Exit::Unreadable, what)
                .evidence(format!(
                    "{} is a link to {}",
                    at.display(),
                    leads_to.display()
                ))
                .help("remove the link, or give the [[output]] another path"));
        }
    }
    Ok(root.join(path))
}

fn make_folder(path: &Path) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| Failure::io("create", folder, &error))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_may_lead_elsewhere_in_the_project_and_not_out_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("project");
        std::fs::create_dir_all(root.join("real")).unwrap();
        symlink("real", root.join("near")).unwrap();
        symlink("..", root.join("far")).unwrap();
        symlink("../x.pem", root.join("real/x.pem")).unwrap();
        std::fs::write(folder.path().join("x.pem"), "").unwrap();
        std::fs::write(root.join("x.pem"), "").unwrap();
        for good in ["a/b/c.h", "near/c.h", "real/x.pem"] {
            assert_eq!(inside(&root, good).unwrap(), root.join(good), "{good}");
        }
        std::fs::remove_file(root.join("x.pem")).unwrap();
        symlink("../x.pem", root.join("x.pem")).unwrap();
        for bad in ["far/c.h", "far/x.pem", "x.pem", "real/x.pem"] {
            let failure = inside(&root, bad).unwrap_err();
            assert_eq!(failure.exit, Exit::Unreadable);
            assert!(failure.what.contains("out of the project"), "{failure}");
        }
        symlink("nowhere", root.join("dangling")).unwrap();
        inside(&root, "dangling").unwrap_err();
    }
}
