//! The table of docs/verification.md, through real handshakes.

use device::tls::TlsError;

use crate::openssl::Openssl;
use crate::rows::try_each_row;
use crate::support::Chain;

#[test]
fn every_row_of_the_table_is_what_a_handshake_ends_with() {
    let chain = Chain::new();
    let server = Openssl::serve(&chain.sent(), &chain.leaf.key.serialize_pem(), &[]);
    try_each_row(&chain, |contents, name, clock| {
        match server.ask_for(contents, name, clock) {
            Ok(trusted_by) => Ok(trusted_by),
            Err(TlsError::Certificate(error)) => Err(error),
            Err(other) => panic!("{other}"),
        }
    });
}
