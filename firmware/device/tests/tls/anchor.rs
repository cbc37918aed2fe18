//! Which anchor a connection is trusted by.

use device::verify::TrustedBy;

use crate::openssl::Openssl;
use crate::support::Chain;

#[test]
fn the_proof_names_the_anchor() {
    let chain = Chain::new();
    let server = Openssl::serve(&chain.sent(), &chain.leaf.key.serialize_pem(), &[]);
    let (index, fingerprint) = (0, chain.root.anchor().fingerprint);
    let anchor = TrustedBy::Anchor { index, fingerprint };
    assert_eq!(server.ask(&chain.store()), Ok(anchor));
}
