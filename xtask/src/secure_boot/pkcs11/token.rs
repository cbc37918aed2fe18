//! A private key in a token: found, and asked to sign. It never enters this process.

use std::path::{Path, PathBuf};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::RawAuthPin;
use rsa::BigUint;

use super::uri::TokenUri;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::secure_boot::padding::PaddedImage;
use crate::secure_boot::public_key::PublicKey;
use crate::signing::password::PasswordSource;

/// The library that is used when neither URI nor command line names one: p11-kit's, which knows what is configured.
const DEFAULT_MODULE: &str = "p11-kit-proxy.so";

/// A private key in a token, with an open session.
pub struct TokenKey {
    session: Session,
    handle: ObjectHandle,
    mechanism: Mechanism<'static>,
    public: PublicKey,
    name: String,
}

impl TokenKey {
    /// Opens the token that `uri` names, and finds the key in it. `module` is used where the URI names no library, and
    /// `pin` where it names no file with the PIN.
    ///
    /// # Errors
    ///
    /// [`Exit::Unreadable`] for a library, token, PIN or key that is not there or not the only one, and a key that the
    /// chip does not take or the token does not sign with.
    pub fn open(uri: &TokenUri, module: Option<&Path>, pin: &PasswordSource) -> Result<Self> {
        let name = uri.name();
        let library = uri.module_path.as_deref().or(module);
        let library = library.map_or_else(|| PathBuf::from(DEFAULT_MODULE), Path::to_owned);
        let module = load(&library)?;
        let slot = slot(&module, uri, &library)?;
        let failed = |doing: &str| {
            let (doing, name) = (doing.to_owned(), name.clone());
            move |error: Error| refused(&doing, &name).evidence(error)
        };
        let session = module
            .open_ro_session(slot)
            .map_err(failed("open a session for"))?;
        log_in(&session, uri, pin)?;
        let handle = private_key(&session, uri)?;
        let public = public_half(&session, handle, &name)?;
        let mechanisms = module
            .get_mechanism_list(slot)
            .map_err(failed("ask what can be done with"))?;
        let mechanism = mechanism(&mechanisms).ok_or_else(|| {
            refused("sign with", &name)
                .evidence("the token offers neither CKM_RSA_PKCS_PSS nor CKM_SHA256_RSA_PKCS_PSS")
        })?;
        Ok(Self {
            session,
            handle,
            mechanism,
            public,
            name,
        })
    }

    /// Its public half.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Which key in which token.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Lets the token sign a padded image: RSA-PSS, SHA-256, salt of 32 bytes; big-endian.
    ///
    /// # Errors
    ///
    /// [`Exit::Environment`] with what the token says.
    pub fn sign(&self, image: &PaddedImage<'_>) -> Result<Vec<u8>> {
        let digest = image.digest();
        let message: &[u8] = match self.mechanism {
            Mechanism::RsaPkcsPss(_) => &digest,
            _ => image.bytes(),
        };
        self.session
            .sign(&self.mechanism, self.handle, message)
            .map_err(|error| {
                let what = format!("the token did not sign with {}", self.name);
                Failure::new(Exit::Environment, what)
                    .evidence(error)
                    .help("look whether the key may sign (CKA_SIGN) and needs its PIN each time")
            })
    }
}

fn load(library: &Path) -> Result<Pkcs11> {
    let failed = |error: &Error| {
        let what = format!("{} cannot be used as a PKCS#11 module", library.display());
        Failure::new(Exit::Unreadable, what).evidence(error).help(
            "give the library of the token: --pkcs11-module PATH, or module-path=PATH in the URI",
        )
    };
    let module = Pkcs11::new(library).map_err(|error| failed(&error))?;
    match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        // The second: another key of the same module came first.
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(module),
        Err(error) => Err(failed(&error)),
    }
}

/// The slot with the only token that the URI names.
fn slot(module: &Pkcs11, uri: &TokenUri, library: &Path) -> Result<Slot> {
    let failed = |error: Error| {
        refused("list the tokens for", &uri.name())
            .evidence(error)
            .evidence(library.display())
    };
    let mut found = Vec::new();
    let mut seen = Vec::new();
    for slot in module.get_slots_with_token().map_err(failed)? {
        let Ok(token) = module.get_token_info(slot) else {
            continue;
        };
        let is = |wanted: &Option<String>, value: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == value.trim())
        };
        if is(&uri.token, token.label()) && is(&uri.serial, token.serial_number()) {
            found.push(slot);
        }
        seen.push(format!(
            "token {} with the serial number {}",
            token.label().trim(),
            token.serial_number().trim()
        ));
    }
    match found.as_slice() {
        [slot] => Ok(*slot),
        [] => Err(seen.iter().fold(
            refused("find the token for", &uri.name()),
            Failure::evidence,
        )),
        _ => Err(seen.iter().fold(
            refused("tell apart the tokens for", &uri.name()),
            Failure::evidence,
        )),
    }
}

fn log_in(session: &Session, uri: &TokenUri, pin: &PasswordSource) -> Result<()> {
    let of = format!("the token of {} (its PIN)", uri.name());
    let pin = match &uri.pin_source {
        Some(path) => PasswordSource::from_option(Some(path)).existing(Path::new(&of)),
        None => pin.existing(Path::new(&of)),
    }?;
    let pin = RawAuthPin::new(Box::new(pin.as_bytes().to_vec()));
    match session.login_with_raw(UserType::User, &pin) {
        // The second: another session with this token did.
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
        Err(error) => Err(refused("log in for", &uri.name())
            .evidence(error)
            .help("give the PIN of the token's user; after a few wrong ones a token locks itself")),
    }
}

/// The only private key that the URI names.
fn private_key(session: &Session, uri: &TokenUri) -> Result<ObjectHandle> {
    let mut wanted = vec![Attribute::Class(ObjectClass::PRIVATE_KEY)];
    let label = uri.object.as_ref();
    wanted.extend(label.map(|label| Attribute::Label(label.clone().into_bytes())));
    wanted.extend(uri.id.clone().map(Attribute::Id));
    let found = session
        .find_objects(&wanted)
        .map_err(|error| refused("look for", &uri.name()).evidence(error))?;
    match found.as_slice() {
        [handle] => Ok(*handle),
        [] => Err(refused("find", &uri.name())
            .evidence("the token has no private key with this label and identifier")),
        several => Err(refused("choose", &uri.name()).evidence(format!(
            "the token has {} private keys with this label and identifier",
            several.len()
        ))),
    }
}

fn public_half(session: &Session, handle: ObjectHandle, name: &str) -> Result<PublicKey> {
    let wanted = [AttributeType::Modulus, AttributeType::PublicExponent];
    let attributes = session
        .get_attributes(handle, &wanted)
        .map_err(|error| refused("read the public half of", name).evidence(error))?;
    let (mut modulus, mut exponent) = (None, None);
    for attribute in attributes {
        match attribute {
            Attribute::Modulus(bytes) => modulus = Some(BigUint::from_bytes_be(&bytes)),
            Attribute::PublicExponent(bytes) => exponent = Some(BigUint::from_bytes_be(&bytes)),
            _ => {}
        }
    }
    let (Some(modulus), Some(exponent)) = (modulus, exponent) else {
        return Err(
            refused("use", name).evidence("it is no RSA key: it has no modulus and exponent")
        );
    };
    PublicKey::new(&modulus, &exponent).map_err(|error| refused("use", name).evidence(error))
}

/// The digest is signed where the token can; else it gets the whole image and hashes it itself.
fn mechanism(offered: &[MechanismType]) -> Option<Mechanism<'static>> {
    let parameters = PkcsPssParams {
        hash_alg: MechanismType::SHA256,
        mgf: PkcsMgfType::MGF1_SHA256,
        s_len: 32.into(),
    };
    if offered.contains(&MechanismType::RSA_PKCS_PSS) {
        Some(Mechanism::RsaPkcsPss(parameters))
    } else if offered.contains(&MechanismType::SHA256_RSA_PKCS_PSS) {
        Some(Mechanism::Sha256RsaPkcsPss(parameters))
    } else {
        None
    }
}

fn refused(doing: &str, name: &str) -> Failure {
    let what = format!("cannot {doing} the key {name}");
    Failure::new(Exit::Unreadable, what)
        .help("compare the URI with what `pkcs11-tool --list-objects` or the vendor's tool shows")
}
