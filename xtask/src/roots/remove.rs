//! `roots remove`.

use std::io::Write;

use trust::anchors::{Certificate, read_pem};
use trust::ledger::RecordedRelease;

use super::cli::RemoveArguments;
use super::pool::Pool;
use super::{print, provenance, select};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::Project;

pub(super) fn run(
    project: &Project,
    arguments: &RemoveArguments,
    out: &mut dyn Write,
) -> Result<Exit> {
    let pool = Pool::open(project)?;
    let all: Vec<_> = pool.inventory.iter().collect();
    let certificate = select::one(&all, &arguments.which, "the pool")?;
    if pool.is_named_by_policy(certificate) {
        return Err(required(&pool, certificate));
    }
    if let Some(recorded) = pool.shipped(certificate) {
        return Err(shipped(recorded, certificate));
    }
    let name = &certificate.at.file.name;
    if read_pem(&certificate.at.file).0.len() > 1 {
        let what = format!("{name} holds other certificates too");
        return Err(Failure::new(Exit::Unreadable, what)
            .help("put each certificate into a file of its own, then remove the one"));
    }
    let path = project.root.join(name);
    std::fs::remove_file(&path).map_err(|error| Failure::io("remove", &path, &error))?;
    provenance::update(project)?;
    print(out, &format!("{name}\n"))?;
    Ok(Exit::Done)
}

/// Without the certificate nothing can be said of these devices (L105).
fn shipped(recorded: &RecordedRelease, certificate: &Certificate) -> Failure {
    let (version, place) = (&recorded.release.version, &recorded.version_at);
    let what = format!("devices with {version} trust {}", certificate.name);
    Failure::new(Exit::Unreadable, what)
        .evidence(format!("{}:{}", place.file.name, place.start().0))
        .help("keep its file: the brick guard judges them by it; if no device has the release any more, write `units = 0` there")
}

fn required(pool: &Pool, certificate: &Certificate) -> Failure {
    let what = format!("the policy requires {}", certificate.name);
    let failure = Failure::new(Exit::Unreadable, what);
    let failure = match pool.required(certificate) {
        Some(root) => {
            let line = root.name.at.start().0;
            let reason = &root.reason.value;
            failure.evidence(format!("{}:{line}: {reason}", root.at.file.name))
        }
        None => failure.evidence("its fingerprint stands in the policy"),
    };
    failure.help("remove its [[required-root]] first, and see what that does: `cargo xtask check`")
}
