//! What the server shows of itself: TLS 1.3 and 1.2, with one chain.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The settings of a server with this chain and key.
///
/// # Errors
/// [`Exit::Unreadable`]: a file that cannot be read, or a key that is not that of the first certificate.
pub(super) fn config(chain: &Path, key: &Path) -> Result<Arc<ServerConfig>> {
    let certificates = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
        .map_err(|error| unreadable(chain, "a chain of certificates", &error))?;
    if certificates.is_empty() {
        return Err(unreadable(
            chain,
            "a chain of certificates",
            &pem::Error::NoItemsFound,
        ));
    }
    let private = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| unreadable(key, "a private key", &error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(certificates, private)
        });
    let mut config = config.map_err(|error| refused(chain, key, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn unreadable(path: &Path, what: &str, error: &pem::Error) -> Failure {
    let said = match error {
        pem::Error::Io(error) => return Failure::io("read", path, error),
        other => other.to_string(),
    };
    Failure::new(
        Exit::Unreadable,
        format!("{} is not {what}", path.display()),
    )
    .evidence(said)
    .help("both are PEM files; docs/serve.md has the commands that make a chain and a key")
}

fn refused(chain: &Path, key: &Path, error: &rustls::Error) -> Failure {
    let what = format!("{} and {} make no server", chain.display(), key.display());
    Failure::new(Exit::Unreadable, what)
        .evidence(error)
        .help("the key must be that of the first certificate: RSA, or ECDSA on P-256 or P-384")
}
