//! `cargo xtask keys`: makes signing keys, shows their public halves, signs releases.

mod attach;
pub mod cli;
mod request;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use cli::{Command, Keys, New, PasswordOption, Public, Role, Sign};

use crate::atomic::{self, Existing, Readers};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::Project;
use crate::release::manifest::FILE_NAME;
use crate::signing::key_file::{NewProtection, SigningKeyFile};
use crate::signing::minisign::PublicKey;
use crate::signing::password::PasswordSource;
use crate::signing::release_directory::{ReleaseDirectory, Signed};

/// Runs `keys`: data goes to `out`, talk to `talk`.
///
/// # Errors
/// As the commands: a file that cannot be read or written, a wrong password, a damaged release, a signature that the policy
/// does not take. Only the commands that ask the policy need a `project`.
pub fn run(
    project: impl FnOnce() -> Result<Project>,
    keys: &Keys,
    out: &mut dyn Write,
    talk: &mut dyn Write,
) -> Result<Exit> {
    match &keys.command {
        Command::New(arguments) => new(arguments, out, talk)?,
        Command::Public(arguments) => public(arguments, out, talk)?,
        Command::Sign(arguments) => sign(arguments, talk)?,
        Command::Request(arguments) => request::run(&project()?, arguments, out)?,
        Command::Attach(arguments) => attach::run(&project()?, arguments, talk)?,
    }
    Ok(Exit::Done)
}

fn new(arguments: &New, out: &mut dyn Write, talk: &mut dyn Write) -> Result<()> {
    let path = &arguments.path;
    let public_path = public_path(path)?;
    if arguments.role != Role::Development {
        refuse_in_working_tree(path)?;
    }
    // Before anybody types a password; the write itself refuses again.
    for path in [path, &public_path] {
        if fs::symlink_metadata(path).is_ok() {
            let what = format!("{} is already there", path.display());
            return Err(Failure::new(Exit::Unreadable, what)
                .help("give another name; a key is never overwritten"));
        }
    }
    let key = create(arguments)?;
    let public = key.public();
    if let Err(failure) = write_public(&public_path, &public) {
        // A pair is there whole or not at all. The secret key is a moment old and nobody has it.
        let _ = fs::remove_file(path);
        return Err(failure);
    }
    say(talk, &format!("secret key: {}", path.display()))?;
    say(talk, &format!("public key: {}", public_path.display()))?;
    say(
        talk,
        "keep the secret key, and a backup of it, where only its owner is; in policy.toml:",
    )?;
    say(out, &policy_line(&public, arguments.role))
}

/// A secret key in a git working tree would go with the next commit.
fn refuse_in_working_tree(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|parent| *parent != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    let folder = folder.canonicalize().map_err(|error| {
        let failure = Failure::io("open the folder", folder, &error);
        failure.help("make it first, or give a path in another folder")
    })?;
    let Some(tree) = folder
        .ancestors()
        .find(|folder| folder.join(".git").exists())
    else {
        return Ok(());
    };
    let what = format!("{} would be in a git working tree", path.display());
    Err(Failure::new(Exit::Unreadable, what)
        .evidence(format!(
            "the next commit in {} could publish it",
            tree.display()
        ))
        .help("give a path outside; a key for a fresh clone has --role development"))
}

fn create(arguments: &New) -> Result<SigningKeyFile> {
    let path = &arguments.path;
    if arguments.dangerously_unencrypted {
        return SigningKeyFile::create(path, NewProtection::DangerouslyNone);
    }
    let password = source(&arguments.password).new_password(path)?;
    SigningKeyFile::create(path, NewProtection::Password(&password))
}

fn public(arguments: &Public, out: &mut dyn Write, talk: &mut dyn Write) -> Result<()> {
    let key = SigningKeyFile::open(&arguments.path, &source(&arguments.password))?;
    let public = key.public();
    match &arguments.output {
        Some(path) => write_public(path, &public)?,
        None => out
            .write_all(public.to_file().as_bytes())
            .map_err(|e| unwritten(&e))?,
    }
    say(
        talk,
        &format!("in policy.toml: {}", policy_line(&public, arguments.role)),
    )
}

fn sign(arguments: &Sign, talk: &mut dyn Write) -> Result<()> {
    let release = ReleaseDirectory::open(&release_directory(&arguments.release)?)?;
    let source = source(&arguments.password);
    // All passwords first: a wrong one must not leave half of the signatures.
    let open = |path: &PathBuf| SigningKeyFile::open(path, &source);
    let keys = arguments
        .keys
        .iter()
        .map(open)
        .collect::<Result<Vec<_>>>()?;
    for key in keys {
        let id = key.public().key_id;
        let (did, path) = match release.sign(&key)? {
            Signed::Already(path) => ("had signed already", path),
            Signed::New(path) => ("signed", path),
            Signed::Renewed(path) => (
                "signed anew, the release is not the one it had signed",
                path,
            ),
        };
        say(talk, &format!("{id} {did}: {}", path.display()))?;
    }
    Ok(())
}

/// The directory that the user means: itself, or the one that its `release.json` is in. No other file can be
/// signed, because only a release can be checked first.
fn release_directory(given: &Path) -> Result<PathBuf> {
    if given.is_dir() {
        return Ok(given.to_owned());
    }
    if given.file_name() == Some(FILE_NAME.as_ref()) {
        let parent = given.parent().filter(|parent| *parent != Path::new(""));
        return Ok(parent.unwrap_or(Path::new(".")).to_owned());
    }
    Err(Failure::new(
        Exit::Unreadable,
        format!("{} is no release", given.display()),
    )
    .help(format!(
        "give the directory of a release, dist/VERSION, or the {FILE_NAME} in it"
    )))
}

/// Where the public key of the secret key `secret` goes: `release.pub` for `release.key`.
fn public_path(secret: &Path) -> Result<PathBuf> {
    let public = match secret.extension() {
        Some(extension) if extension == "key" => secret.with_extension("pub"),
        _ => {
            let mut name = secret.as_os_str().to_owned();
            name.push(".pub");
            PathBuf::from(name)
        }
    };
    let named_public = secret
        .extension()
        .is_some_and(|extension| extension == "pub");
    if named_public || secret.file_name().is_none() {
        let what = format!("{} is no name for a secret key", secret.display());
        return Err(Failure::new(Exit::Unreadable, what).help("name it NAME.key"));
    }
    Ok(public)
}

fn write_public(path: &Path, public: &PublicKey) -> Result<()> {
    atomic::write(
        path,
        public.to_file().as_bytes(),
        Existing::Refuse,
        Readers::Everyone,
    )
}

/// A key in the form in which a key set of the policy lists it.
fn policy_line(public: &PublicKey, role: Role) -> String {
    format!(
        "{{ public = \"{}\", role = \"{}\" }}",
        public.to_base64(),
        role.word()
    )
}

fn source(option: &PasswordOption) -> PasswordSource {
    PasswordSource::from_option(option.password_file.as_deref())
}

fn say(to: &mut dyn Write, line: &str) -> Result<()> {
    writeln!(to, "{line}").map_err(|e| unwritten(&e))
}

fn unwritten(error: &io::Error) -> Failure {
    Failure::new(Exit::Unreadable, "cannot write the output").evidence(error)
}

#[cfg(test)]
mod tests;
