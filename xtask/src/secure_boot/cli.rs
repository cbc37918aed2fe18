//! The command line of `secure-boot`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use trust::date::Date;

use super::pem::{self, PemKey};
use super::pkcs11::{TokenKey, TokenUri};
use super::public_key::PublicKey;
use super::signer::Signer;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::signing::password::PasswordSource;

/// Secure Boot v2: pad, sign and verify images, and plan the eFuses
///
/// Nothing here burns an eFuse. TARGET is the folder of a release (dist/<version>), whose signed image is
/// application.signed.bin in it, or an image: an application, a padded one, or a signed one.
#[derive(Args, Clone, Debug)]
pub struct SecureBootArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `secure-boot` can do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Write the application image with secure padding: what is signed
    Pad(Pad),
    /// Sign with up to three keys; signatures that are there stay
    Sign(Sign),
    /// Print the SHA-256 that a key elsewhere must sign
    Digest(Digest),
    /// Add a signature that was made elsewhere
    Attach(Attach),
    /// Print the digest of a key, which is burnt into the eFuses
    KeyDigest(KeyDigest),
    /// Check a signed image to the last byte
    Verify(Verify),
    /// What is burnt into the eFuses when, and how many rollback steps there are for the service life
    Plan(Plan),
}

/// Arguments of `pad`.
#[derive(Args, Clone, Debug)]
pub struct Pad {
    /// Application image
    #[arg(value_name = "IN")]
    pub input: PathBuf,
    /// Where the padded image goes, never over another file
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
}

/// Private keys, in files and tokens.
#[derive(Args, Clone, Debug)]
pub struct Keys {
    /// RSA-3072 private key in PEM (PKCS#1 or PKCS#8); repeatable
    #[arg(long = "key", value_name = "PEM")]
    pub pem: Vec<PathBuf>,
    /// Private key in a token, as pkcs11:token=LABEL;object=LABEL (RFC 7512); repeatable; after those of --key
    #[arg(long, value_name = "URI")]
    pub pkcs11: Vec<String>,
    /// Library of the token, where the URI names none with module-path [default: p11-kit-proxy.so]
    #[arg(long, value_name = "PATH")]
    pub pkcs11_module: Option<PathBuf>,
    /// Read the PIN from the first line of this file, where the URI names none with pin-source; - is stdin [default: the
    /// terminal]
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// Arguments of `sign`.
#[derive(Args, Clone, Debug)]
pub struct Sign {
    /// Folder of a release, or an image
    pub target: PathBuf,
    /// Who signs.
    #[command(flatten)]
    pub keys: Keys,
    /// Where the signed image goes [default: application.signed.bin of the release; the image with the ending .signed.bin;
    /// its own place, where it is signed already]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `digest`.
#[derive(Args, Clone, Debug)]
pub struct Digest {
    /// Folder of a release, or an image
    pub target: PathBuf,
    /// Write the 32 bytes here, never over another file, instead of printing them in hexadecimal
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `attach`.
#[derive(Args, Clone, Debug)]
pub struct Attach {
    /// Folder of a release, or an image
    pub target: PathBuf,
    /// The signature as OpenSSL and tokens write it: 384 bytes, RSA-PSS with SHA-256 and a salt of 32 bytes
    #[arg(long, value_name = "FILE")]
    pub signature: PathBuf,
    /// Public key of who signed, in PEM
    #[arg(long, value_name = "PEM")]
    pub public_key: PathBuf,
    /// Where the signed image goes, as for sign
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `key-digest`.
#[derive(Args, Clone, Debug)]
pub struct KeyDigest {
    /// Public or private key in PEM
    #[arg(value_name = "PEM", required_unless_present = "pkcs11")]
    pub key: Option<PathBuf>,
    /// Private key in a token, as for sign
    #[arg(long, value_name = "URI", conflicts_with = "key")]
    pub pkcs11: Option<String>,
    /// Library of the token, as for sign
    #[arg(long, value_name = "PATH")]
    pub pkcs11_module: Option<PathBuf>,
    /// File with the PIN, as for sign
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Write the 32 bytes here, as espefuse burns them, never over another file, instead of printing them
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `verify`.
#[derive(Args, Clone, Debug)]
pub struct Verify {
    /// Signed image, or the folder of a release that has one
    pub image: PathBuf,
    /// Demand a signature by the key with this digest (64 hexadecimal digits, as key-digest prints it); repeatable
    #[arg(long, value_name = "HEX")]
    pub key_digest: Vec<String>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = Form::Human)]
    pub format: Form,
}

/// Arguments of `plan`.
#[derive(Args, Clone, Debug)]
pub struct Plan {
    /// The day from which the rest of the service life counts [default: SOURCE_DATE_EPOCH, else the date of the commit]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Anti-rollback version of the newest release: steps that are used [default: 0]
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=16))]
    pub secure_version: u32,
    /// Key for the next slot, in PEM, public is enough; up to three, in the order of the slots
    #[arg(long = "key", value_name = "PEM")]
    pub keys: Vec<PathBuf>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = Form::Human)]
    pub format: Form,
}

/// The forms of an answer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum Form {
    /// Text for people
    #[default]
    Human,
    /// `perennial.secure-boot/1` and `perennial.efuse-plan/1`
    Json,
}

impl Keys {
    /// Opens every key: those in files first.
    ///
    /// # Errors
    ///
    /// No key at all, and the first that cannot be used.
    pub(super) fn signers(&self) -> Result<Vec<Signer>> {
        let pin = PasswordSource::from_option(self.password_file.as_deref());
        let mut signers = Vec::new();
        for path in &self.pem {
            signers.push(Signer::Pem(PemKey::read(path)?));
        }
        for uri in &self.pkcs11 {
            let uri = token_uri(uri)?;
            let key = TokenKey::open(&uri, self.pkcs11_module.as_deref(), &pin)?;
            signers.push(Signer::Token(key));
        }
        if signers.is_empty() {
            return Err(Failure::new(Exit::Unreadable, "no key is given").help(
                "give --key PEM or --pkcs11 URI, or use `digest` and `attach` for a key elsewhere",
            ));
        }
        Ok(signers)
    }
}

impl KeyDigest {
    /// The key that is asked about.
    pub(super) fn public_key(&self) -> Result<PublicKey> {
        if let Some(path) = &self.key {
            return pem::public_key(path);
        }
        let uri = token_uri(self.pkcs11.as_deref().unwrap_or_default())?;
        let pin = PasswordSource::from_option(self.password_file.as_deref());
        let key = TokenKey::open(&uri, self.pkcs11_module.as_deref(), &pin)?;
        Ok(key.public().clone())
    }
}

fn token_uri(text: &str) -> Result<TokenUri> {
    text.parse().map_err(|error| {
        // A PIN may stand in it: it is not shown again.
        Failure::new(Exit::Unreadable, "the URI of --pkcs11 names no key in a token")
            .evidence(error)
            .help("write it as pkcs11:token=LABEL;object=LABEL?module-path=/usr/lib/softhsm/libsofthsm2.so")
    })
}
