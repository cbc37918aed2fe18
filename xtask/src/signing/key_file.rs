//! A secret key file, opened for signing or made.

use std::fs::File;
use std::path::{Path, PathBuf};

use device::rescue::Envelope;
use zeroize::Zeroizing;

use super::dsse::PreAuthenticationEncoding;
use super::minisign::{
    Effort, KeyId, Protection, PublicKey, Sealed, SecretKey, SecretKeyError, SignatureFile,
};
use super::password::{Password, PasswordSource, read_up_to};
use super::trusted_comment::TrustedComment;
use crate::atomic::{self, Existing, Readers};
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Longer than any secret key file: 210 characters of key and a comment.
const LONGEST: usize = 4096;

/// A secret key in hand, with the file that it came from.
#[derive(Debug)]
pub struct SigningKeyFile {
    path: PathBuf,
    key: SecretKey,
}

/// How the file of a new key is protected.
#[derive(Clone, Copy, Debug)]
pub enum NewProtection<'a> {
    /// By a password, at stock minisign's effort.
    Password(&'a Password),
    /// Not at all.
    DangerouslyNone,
}

impl SigningKeyFile {
    /// Opens the secret key file at `path`. The password is asked for only when one hides the key.
    ///
    /// # Errors
    ///
    /// [`Exit::Unreadable`] when it is no secret key file, is damaged, or the password is wrong.
    pub fn open(path: &Path, password: &PasswordSource) -> Result<Self> {
        let sealed = read(path)?;
        let opened = if sealed.is_encrypted() {
            sealed.decrypt(&password.existing(path)?)
        } else {
            sealed.open()
        };
        let key = opened.map_err(|error| refusal(path, error))?;
        Ok(Self {
            path: path.to_owned(),
            key,
        })
    }

    /// Makes a new key and writes it to `path`: mode 0600, whole or not at all, never over another file.
    ///
    /// # Errors
    ///
    /// [`Exit::Unreadable`] when `path` exists or cannot be written; [`Exit::Environment`] when the system
    /// has no random bytes.
    pub fn create(path: &Path, protection: NewProtection<'_>) -> Result<Self> {
        Self::create_with(path, protection, Effort::SENSITIVE)
    }

    pub(super) fn create_with(
        path: &Path,
        protection: NewProtection<'_>,
        effort: Effort,
    ) -> Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        fill_randomly(&mut seed[..])?;
        let key = SecretKey::from_seed(KeyId(random()?), &seed);
        let protection = match protection {
            NewProtection::DangerouslyNone => Protection::None,
            NewProtection::Password(password) => Protection::Password {
                password,
                salt: random()?,
                effort,
            },
        };
        let file = key
            .to_file(protection)
            .map_err(|error| refusal(path, SecretKeyError::Effort(error)))?;
        atomic::write(path, file.as_bytes(), Existing::Refuse, Readers::Owner)?;
        Ok(Self {
            path: path.to_owned(),
            key,
        })
    }

    /// Where it was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        self.key.public()
    }

    /// Signs `bytes`. The same key, bytes and comment give the same signature file.
    ///
    /// # Errors
    ///
    /// [`Exit::Bug`] when the signature does not verify: the computer made a mistake, and publishing the
    /// result could give the key away.
    pub fn sign(&self, bytes: &[u8], comment: &TrustedComment) -> Result<SignatureFile> {
        let made = self.key.sign(bytes, comment.to_string());
        if made.verifies(bytes, &self.public()) {
            return Ok(made);
        }
        Err(self.miscalculated())
    }

    /// Signs a statement for a DSSE envelope. The same key and statement give the same signature.
    ///
    /// # Errors
    ///
    /// [`Exit::Bug`] when the signature does not verify, as [`SigningKeyFile::sign`].
    pub fn sign_statement(&self, statement: &PreAuthenticationEncoding) -> Result<[u8; 64]> {
        let made = self.key.sign_statement(statement);
        if self.public().verifies(statement.as_bytes(), &made) {
            return Ok(made);
        }
        Err(self.miscalculated())
    }

    /// Signs a rescue store. The same key and envelope give the same signature.
    ///
    /// # Errors
    ///
    /// [`Exit::Bug`] when the signature does not verify, as [`SigningKeyFile::sign`].
    pub fn sign_rescue(&self, envelope: &Envelope<'_>) -> Result<[u8; 64]> {
        let made = self.key.sign_rescue(envelope);
        if self.public().verifies(&envelope.message(), &made) {
            return Ok(made);
        }
        Err(self.miscalculated())
    }

    fn miscalculated(&self) -> Failure {
        let what = format!(
            "the signature just made with {} does not verify",
            self.path.display()
        );
        Failure::new(Exit::Bug, what).help("check the memory of this computer; nothing was written")
    }
}

fn read(path: &Path) -> Result<Sealed> {
    let unreadable = |error| Failure::io("read", path, &error);
    let mut room = Zeroizing::new([0_u8; LONGEST]);
    let file = File::open(path).map_err(unreadable)?;
    let length = read_up_to(file, &mut room[..]).map_err(unreadable)?;
    let text = std::str::from_utf8(&room[..length]).ok();
    text.filter(|text| text.len() < LONGEST)
        .ok_or(SecretKeyError::Form)
        .and_then(Sealed::from_file)
        .map_err(|error| refusal(path, error))
}

fn refusal(path: &Path, error: SecretKeyError) -> Failure {
    let help = match error {
        SecretKeyError::Password => "try the password again",
        SecretKeyError::Form => {
            "give a file that `keys new` or `minisign -G` made, not the public key"
        }
        SecretKeyError::Damaged | SecretKeyError::Effort(_) | SecretKeyError::Halves => {
            "take the key from its backup"
        }
    };
    let what = format!("the secret key in {} cannot be used", path.display());
    Failure::new(Exit::Unreadable, what)
        .evidence(error)
        .help(help)
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    fill_randomly(&mut bytes)?;
    Ok(bytes)
}

fn fill_randomly(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| {
        Failure::new(Exit::Environment, "the system gives no random bytes")
            .evidence(error)
            .help("no key can be made on this computer")
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_new_key_opens_again_and_no_two_are_alike() {
        let folder = tempfile::tempdir().unwrap();
        let [one, two] = ["one.key", "two.key"].map(|name| folder.path().join(name));
        let password = Password::new("correct horse").unwrap();
        let protection = NewProtection::Password(&password);
        let made = SigningKeyFile::create_with(&one, protection, Effort::TEST).unwrap();
        let other = SigningKeyFile::create_with(&two, protection, Effort::TEST).unwrap();
        assert_ne!(made.public().ed25519, other.public().ed25519);
        assert_ne!(made.public().key_id, other.public().key_id);

        let typed = folder.path().join("password");
        let open = |text: &str| {
            fs::write(&typed, text).unwrap();
            SigningKeyFile::open(&one, &PasswordSource::File(typed.clone()))
        };
        assert_eq!(open("correct horse\n").unwrap().public(), made.public());
        let failure = open("wrong horse\n").unwrap_err();
        assert_eq!(failure.exit, Exit::Unreadable);
        assert!(
            failure.to_string().contains("the password is wrong"),
            "{failure}"
        );
        assert!(!failure.to_string().contains("horse"), "{failure}");
    }

    #[test]
    fn a_key_is_never_overwritten_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("release.key");
        fs::write(&path, "precious").unwrap();
        SigningKeyFile::create(&path, NewProtection::DangerouslyNone).unwrap_err();
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        let absent = folder.path().join("absent/release.key");
        SigningKeyFile::create(&absent, NewProtection::DangerouslyNone).unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_secret_key_is_refused_without_being_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.key");
        let public = crate::signing::sample::key(1).public().to_file();
        for content in [public.as_str(), "", "topsecret", &"topsecret".repeat(1000)] {
            fs::write(&path, content).unwrap();
            let failure = SigningKeyFile::open(&path, &PasswordSource::Terminal).unwrap_err();
            assert_eq!(failure.exit, Exit::Unreadable);
            let shown = failure.to_string();
            assert!(
                shown.contains("x.key") && !shown.contains("topsecret"),
                "{shown}"
            );
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.key");
        let key = SigningKeyFile::create(&path, NewProtection::DangerouslyNone).unwrap();
        let shown = format!("{key:?}");
        let id = key.public().key_id;
        let expected = format!("SigningKeyFile {{ path: {path:?}, key: SecretKey({id}, hidden) }}");
        assert_eq!(shown, expected);
    }
}
