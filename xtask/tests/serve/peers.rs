//! OpenSSL's client verifies what is shown, with TLS 1.3 and 1.2.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Identity, Server, Site};

#[test]
fn openssl_verifies_the_chain_with_both_versions_of_tls() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let openssl = xtask::tools::openssl(root).unwrap();
    let (site, identity) = (Site::new(), Identity::new());
    let server = Server::start(&site, &identity.options(), 1);
    for version in ["-tls1_3", "-tls1_2"] {
        let output = Command::new(&openssl)
            .args(["s_client", version, "-brief", "-verify_return_error"])
            .args(["-servername", "localhost", "-verify_hostname", "localhost"])
            .arg("-CAfile")
            .arg(identity.path("root.pem"))
            .arg("-connect")
            .arg(format!("127.0.0.1:{}", server.port(0)))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{version}: {said}");
        assert!(said.contains("Verification: OK"), "{version}: {said}");
    }
}
