//! What goes over a connection, with OpenSSL.

use device::tls::{Secured, TlsError, Visitor};
use embedded_io_async::{Read, Write};

use crate::openssl::Openssl;
use crate::support::{Chain, HOST, valid};

#[test]
fn much_data_in_both_directions() {
    let chain = Chain::new();
    let server = Openssl::serve(&chain.sent(), &chain.leaf.key.serialize_pem(), &[]);
    let visited = server.visit(&chain.store(), HOST, valid(), Much);
    visited.unwrap().unwrap();
}

/// Sends lines that fill several records, and reads them back.
struct Much;

impl Visitor for Much {
    type Output = Result<(), TlsError>;

    async fn visit<S: Read<Error = TlsError> + Write<Error = TlsError>>(
        self,
        mut secured: Secured<S>,
    ) -> Self::Output {
        for number in 0..20_u8 {
            let line: Vec<u8> = (0..3000_u16)
                .map(|place| b'a' + u8::try_from((place + u16::from(number)) % 26).unwrap())
                .collect();
            secured.write_all(&line).await?;
            secured.write_all(b"\n").await?;
            secured.flush().await?;
            let mut answer = vec![0; 3001];
            let mut filled = 0;
            while filled < answer.len() {
                filled += secured.read(&mut answer[filled..]).await?;
            }
            assert_eq!(answer.pop(), Some(b'\n'));
            answer.reverse();
            assert_eq!(answer, line);
        }
        Ok(())
    }
}
