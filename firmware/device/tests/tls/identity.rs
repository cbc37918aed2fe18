//! Who the servers of these tests are.

use rcgen::SigningKey as _;

use crate::session::Identity;
use crate::support::Chain;

impl Identity for Chain {
    fn sent(&self) -> Vec<&[u8]> {
        self.sent().to_vec()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.leaf.key.sign(message).unwrap()
    }
}
