//! Versions, cipher suites, curves and records of servers, with OpenSSL.

use device::tls::{Alert, Secured, TlsError, Visitor};
use embedded_io_async::{Read, Write};

use crate::openssl::Openssl;
use crate::support::{Chain, HOST, valid};

fn serve(chain: &Chain, arguments: &[&str]) -> Openssl {
    Openssl::serve(&chain.sent(), &chain.leaf.key.serialize_pem(), arguments)
}

#[test]
fn what_servers_support() {
    let failure = Err(TlsError::Alert(Alert::HANDSHAKE_FAILURE));
    for (arguments, expected) in [
        (&["-ciphersuites", "TLS_AES_128_GCM_SHA256"][..], Ok(())),
        (&["-ciphersuites", "TLS_AES_256_GCM_SHA384"], Ok(())),
        (&["-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"], failure),
        (&["-groups", "P-256"], Ok(())),
        (&["-groups", "X25519:P-384:P-256", "-serverpref"], Ok(())),
        (&["-groups", "X25519"], failure),
        (&["-tls1_2"], Err(TlsError::Alert(Alert::PROTOCOL_VERSION))),
        (&["-tls1_3"], Ok(())),
        (&["-num_tickets", "0"], Ok(())),
        (&["-num_tickets", "9"], Ok(())),
        (&["-no_middlebox"], Ok(())),
        // Records that are long enough for each message, and that are not.
        (&["-max_send_frag", "2048"], Ok(())),
        (&["-max_send_frag", "512"], Err(TlsError::Unreadable)),
        (&["-split_send_frag", "512"], Err(TlsError::Unreadable)),
        // A server that would like a certificate of the device.
        (&["-verify", "1"], Ok(())),
    ] {
        let chain = Chain::new();
        let asked = serve(&chain, arguments).ask(&chain.store());
        assert_eq!(asked.map(drop), expected, "{arguments:?}");
    }
}

#[test]
fn a_server_that_does_not_know_the_name_says_so() {
    let chain = Chain::new();
    let other = ["-servername", "other.example.com", "-servername_fatal"];
    let second = ["-cert2", "leaf.pem", "-key2", "key.pem"];
    let server = serve(&chain, &[&other[..], &second].concat());
    let unknown = Err(TlsError::Alert(Alert::UNRECOGNIZED_NAME));
    assert_eq!(server.ask(&chain.store()).map(drop), unknown);
}

/// In TLS 1.3 the device is done before the server looks at what it did not get.
#[test]
fn a_server_that_demands_a_certificate_ends_the_connection() {
    let chain = Chain::new();
    let server = serve(&chain, &["-Verify", "1"]);
    let asked = server.ask(&chain.store()).map(drop);
    assert_eq!(asked, Err(TlsError::ServerAlert));
}

#[test]
fn much_data_in_both_directions() {
    let chain = Chain::new();
    let server = serve(&chain, &[]);
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
