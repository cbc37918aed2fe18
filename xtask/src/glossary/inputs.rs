//! The hashes in `release.json` of what a release was made from.

use super::{Hash, Place, sha256sum};
use crate::release::manifest::ReleaseManifest;

/// Each of them; without a release one of each kind.
pub(super) fn of(manifest: Option<&ReleaseManifest>) -> Vec<Hash> {
    let Some(manifest) = manifest else {
        return vec![
            input("PATH"),
            input("FOLDER/"),
            lockfile(),
            blob("CRATE", "VERSION", "PATH"),
            package("NAME"),
            tree(),
        ];
    };
    let inputs = manifest.inputs.iter();
    let mut hashes: Vec<Hash> = inputs
        .map(|(path, hash)| valued(input(path), hash))
        .collect();
    hashes.push(valued(lockfile(), &manifest.lockfile_sha256));
    let blobs = manifest.blobs.iter();
    hashes.extend(blobs.map(|record| {
        let hash = blob(&record.package, &record.version, &record.path);
        valued(hash, &record.sha256)
    }));
    let toolchain = &manifest.toolchain;
    let packages = toolchain.packages.iter();
    hashes.extend(packages.map(|record| valued(package(&record.name), &record.sha256)));
    hashes.push(valued(tree(), &toolchain.tree_sha256));
    hashes
}

fn valued(hash: Hash, value: &str) -> Hash {
    hash.valued(Some(value.to_owned()))
}

fn input(path: &str) -> Hash {
    let published = format!("release.json: inputs, {path}");
    if path.ends_with('/') {
        let of = "what sha256sum prints of the files in that folder in the recorded commit, but its README.md (in-toto's dirHash), SHA-256";
        let line = format!(
            "(cd {path} && sha256sum $(LC_ALL=C ls -I README.md)) | sha256sum - | cut -c -64"
        );
        return Hash::new(published, of, line).in_place(Place::Checkout);
    }
    of_the_commit(published, path)
}

fn lockfile() -> Hash {
    of_the_commit(
        "release.json: lockfile-sha256".to_owned(),
        "firmware/Cargo.lock",
    )
}

fn of_the_commit(published: String, path: &str) -> Hash {
    let of = "that file in the recorded commit, SHA-256";
    Hash::new(published, of, sha256sum(path)).in_place(Place::Checkout)
}

fn blob(package: &str, version: &str, path: &str) -> Hash {
    let file = format!(
        "target/perennial/homes/cargo/registry/locked/*/sources/{package}-{version}/{path}"
    );
    let published = format!("release.json: blobs, {path} of {package}");
    let of = "a file that the crate brings compiled, SHA-256";
    Hash::new(published, of, sha256sum(&file)).in_place(Place::Built)
}

fn package(name: &str) -> Hash {
    let file = format!("target/toolchain/debian-*/debs/{name}_*.deb");
    let published = format!("release.json: toolchain.packages, {name}");
    let of = "the package file as it is downloaded, SHA-256";
    Hash::new(published, of, sha256sum(&file)).in_place(Place::Built)
}

fn tree() -> Hash {
    Hash::new(
        "release.json: toolchain.tree-sha256",
        "the manifest of the toolchain, SHA-256: hash, mode and path of everything that compiles, links or is linked in",
        sha256sum("target/toolchain/debian-*/manifest"),
    )
    .in_place(Place::Built)
}
