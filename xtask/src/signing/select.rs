//! Which keys a build signs with.

use std::fs;
use std::path::{Path, PathBuf};

use trust::policy::{KeyRole, KeySet, SigningKey};

use super::key_file::SigningKeyFile;
use super::minisign::PublicKey;
use super::password::PasswordSource;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The published key of a fresh clone, below the root of the project.
pub const DEVELOPMENT_KEY: &str = "trust/keys/development.key";

/// The public half of [`DEVELOPMENT_KEY`].
pub const DEVELOPMENT_PUBLIC_KEY: &str = "trust/keys/development.pub";

/// With what a build signs.
#[derive(Debug)]
pub enum Signers {
    /// The keys that were named; never empty, none twice, each in the policy.
    Named(Vec<SigningKeyFile>),
    /// The published development key, because the policy lists it and no key was named.
    Development(Box<SigningKeyFile>),
    /// Nothing: the text says why, and how to sign later.
    Nobody(String),
}

impl Signers {
    /// The keys, however they were found.
    pub fn keys(&self) -> &[SigningKeyFile] {
        match self {
            Self::Named(keys) => keys,
            Self::Development(key) => std::slice::from_ref(key.as_ref()),
            Self::Nobody(_) => &[],
        }
    }
}

/// Finds the keys: those of `--sign-with`, else the development key when `policy` lists it in the role
/// development, else none. Every encrypted key gets its password from `password`; from the terminal each is
/// asked for by name, a file serves all of them.
///
/// # Errors
///
/// [`Exit::Unreadable`] when a named key cannot be opened, is named twice, or may not sign releases by this
/// policy: a build of twenty minutes must not end with a signature that nobody accepts.
pub fn signers(
    sign_with: &[PathBuf],
    policy: &KeySet,
    project_root: &Path,
    password: &PasswordSource,
) -> Result<Signers> {
    if sign_with.is_empty() {
        return development(policy, project_root, password);
    }
    let mut keys: Vec<SigningKeyFile> = Vec::new();
    for path in sign_with {
        let key = SigningKeyFile::open(path, password)?;
        let same = keys
            .iter()
            .find(|other| other.public().ed25519 == key.public().ed25519);
        if let Some(other) = same {
            return Err(refused(&key)
                .evidence(format!(
                    "it is the key in {}, which is named too",
                    other.path().display()
                ))
                .help("name each key once; a key that signs twice counts once"));
        }
        accept(&key, policy)?;
        keys.push(key);
    }
    Ok(Signers::Named(keys))
}

fn development(policy: &KeySet, project_root: &Path, password: &PasswordSource) -> Result<Signers> {
    let public = published(project_root);
    let listed = policy.keys.iter().any(|key| {
        *key.role == KeyRole::Development && public.is_some_and(|public| is(key, &public))
    });
    if listed {
        let key = SigningKeyFile::open(&project_root.join(DEVELOPMENT_KEY), password)?;
        return Ok(Signers::Development(Box::new(key)));
    }
    Ok(Signers::Nobody(
        "not signed: no key was named, and the policy does not list the development key; sign with \
         --sign-with FILE, or later with `cargo xtask keys sign DIRECTORY --key FILE`"
            .to_owned(),
    ))
}

/// The development key of this project; `None` where it was removed, as a project with keys of its own may.
fn published(project_root: &Path) -> Option<PublicKey> {
    let file = fs::read_to_string(project_root.join(DEVELOPMENT_PUBLIC_KEY)).ok()?;
    PublicKey::from_file(&file).ok()
}

fn accept(key: &SigningKeyFile, policy: &KeySet) -> Result<()> {
    let public = key.public();
    match policy.keys.iter().find(|listed| is(listed, &public)) {
        Some(listed) if *listed.role != KeyRole::Rescue => Ok(()),
        Some(_) => Err(refused(key)
            .evidence(format!(
                "the policy lists {} as a rescue key",
                public.key_id
            ))
            .help("name a key with the role release")),
        None => Err(refused(key)
            .evidence(format!(
                "{} is not a key of [signing] in the policy",
                public.key_id
            ))
            .help(format!(
                "add {{ public = \"{}\", role = \"release\" }}",
                public.to_base64()
            ))),
    }
}

fn is(listed: &SigningKey, key: &PublicKey) -> bool {
    listed.ed25519 == key.ed25519 && listed.key_id == key.key_id.0
}

fn refused(key: &SigningKeyFile) -> Failure {
    let what = format!(
        "the key in {} cannot sign this release",
        key.path().display()
    );
    Failure::new(Exit::Unreadable, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::sample::{self, key_set, listed};

    #[test]
    fn the_development_key_signs_only_where_the_policy_lists_it_as_such() {
        let root = sample::project_root();
        let published = published(&root).unwrap();
        let of = |policy: &KeySet| signers(&[], policy, &root, &PasswordSource::Terminal).unwrap();
        let right = of(&key_set(1, vec![listed(&published, KeyRole::Development)]));
        assert_eq!(right.keys()[0].public(), published);

        let other = sample::key(1).public();
        for policy in [
            key_set(1, vec![listed(&published, KeyRole::Release)]),
            key_set(1, vec![listed(&other, KeyRole::Development)]),
        ] {
            let Signers::Nobody(why) = of(&policy) else {
                panic!("{policy:?}")
            };
            assert!(why.contains("keys sign"), "{why}");
        }
        let policy = key_set(1, vec![listed(&published, KeyRole::Development)]);
        let elsewhere = signers(
            &[],
            &policy,
            Path::new("/nonexistent"),
            &PasswordSource::Terminal,
        )
        .unwrap();
        assert!(matches!(elsewhere, Signers::Nobody(_)));
    }

    #[test]
    fn a_named_key_must_be_one_of_the_policy_and_named_once() {
        let directory = tempfile::tempdir().unwrap();
        let [one, two] = [1, 2].map(|number| sample::write_key(directory.path(), number));
        let key = sample::key(1).public();
        let of = |paths: &[PathBuf], role| {
            let policy = key_set(1, vec![listed(&key, role)]);
            signers(
                paths,
                &policy,
                Path::new("/nonexistent"),
                &PasswordSource::Terminal,
            )
        };
        let named = of(&[one.clone()], KeyRole::Release).unwrap();
        assert_eq!(named.keys().len(), 1);
        assert_eq!(named.keys()[0].public(), key);

        let refusal = |paths: &[PathBuf], role| of(paths, role).unwrap_err().to_string();
        assert!(refusal(&[one.clone(), two], KeyRole::Release).contains("not a key of [signing]"));
        assert!(refusal(&[one.clone(), one.clone()], KeyRole::Release).contains("named too"));
        assert!(refusal(&[one], KeyRole::Rescue).contains("rescue key"));
        assert!(
            refusal(&["/nonexistent.key".into()], KeyRole::Release).contains("nonexistent.key")
        );
    }
}
