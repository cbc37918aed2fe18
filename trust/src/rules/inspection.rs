//! The rules about trust material that is inspected without a policy.

use super::rules;

rules! {
    /// # I101 nothing-found
    ///
    /// ## What it does
    /// Finds a file in which there is no trust anchor: no PEM, no DER, no certificate bundle of ESP-IDF, no store of ours.
    ///
    /// ## Why it matters
    /// A device that verifies servers with it reaches none; one that reaches servers all the same does not verify them.
    ///
    /// ## Example
    /// `check --image blink.bin`: a program that has no TLS, or whose anchors are in another partition.
    ///
    /// ## Use instead
    /// Inspect the file with the anchors: the application image, `ca.pem`, the header. An encrypted image cannot be read.
    INSPECTED_NOTHING_FOUND = "I101" "nothing-found" Error since "0.2.0";

    /// # I102 goes-dark
    ///
    /// ## What it does
    /// Says on which day the last server of a public CA that is known is no longer reached with these anchors. It is an error when
    /// that day has passed, or comes before the day that was asked for (`--until`).
    ///
    /// ## Why it matters
    /// From that day on the device can verify no server, so it cannot be updated over the network either.
    ///
    /// ## Example
    /// ISRG Root X1 alone: its certificate says 2035-06-04, and Let's Encrypt sends no chain to it after 2030-06-04.
    ///
    /// ## Use instead
    /// Add anchors whose owners last longer, and ship them before that day. `cargo xtask init` makes a policy that proves it.
    INSPECTED_GOES_DARK = "I102" "goes-dark" Warning since "0.2.0";

    /// # I103 anchor-expired
    ///
    /// ## What it does
    /// Finds an anchor whose notAfter has passed.
    ///
    /// ## Why it matters
    /// A device that checks dates refuses every chain that ends at it, and mbedTLS then looks no further. One that does not check
    /// dates still trusts a key that nobody looks after.
    ///
    /// ## Example
    /// DST Root CA X3, which ended on 2021-09-30.
    ///
    /// ## Use instead
    /// Take it out, and add the root that the servers' chains lead to today.
    INSPECTED_ANCHOR_EXPIRED = "I103" "anchor-expired" Warning since "0.2.0";

    /// # I104 not-a-root
    ///
    /// ## What it does
    /// Finds an anchor that is an intermediate, or the certificate of a server.
    ///
    /// ## Why it matters
    /// These rotate: an intermediate without notice, a server's certificate within months. Deploy the Fleet lost devices on
    /// 2024-07-24 to a pinned intermediate that its provider had replaced.
    ///
    /// ## Example
    /// `R3`, with which Let's Encrypt stopped issuing on 2024-06-06, 15 months before it ends.
    ///
    /// ## Use instead
    /// Trust the root above it. To trust one key alone use an SPKI pin that has a backup: `[[pin-fallback]]`.
    INSPECTED_NOT_A_ROOT = "I104" "not-a-root" Warning since "0.2.0";

    /// # I105 expiry-not-enforced
    ///
    /// ## What it does
    /// Reads in `sdkconfig` that mbedTLS checks no dates: `CONFIG_MBEDTLS_HAVE_TIME_DATE` is not set, which is ESP-IDF's default.
    ///
    /// ## Why it matters
    /// Your expiry policy is not enforced on the device. An expired server certificate, intermediate or root is accepted for as
    /// long as the device has the anchor.
    ///
    /// ## Example
    /// `# CONFIG_MBEDTLS_HAVE_TIME_DATE is not set`
    ///
    /// ## Use instead
    /// `CONFIG_MBEDTLS_HAVE_TIME_DATE=y`, and a clock that is set before the first connection. Or know it.
    INSPECTED_EXPIRY_NOT_ENFORCED = "I105" "expiry-not-enforced" Warning since "0.2.0";

    /// # I106 one-owner
    ///
    /// ## What it does
    /// Finds that all anchors belong to one CA owner.
    ///
    /// ## Why it matters
    /// When that owner moves its chains, is distrusted, or is left for another provider, every device is lost at once.
    ///
    /// ## Example
    /// ISRG Root X1 and ISRG Root X2: two roots, both of Let's Encrypt.
    ///
    /// ## Use instead
    /// Add a root of a second owner, and a server with a certificate of it.
    INSPECTED_ONE_OWNER = "I106" "one-owner" Warning since "0.2.0";

    /// # I107 unknown-anchor
    ///
    /// ## What it does
    /// Finds an entry of a bundle that is no anchor that is known: not in the Mozilla set, not in the calendar.
    ///
    /// ## Why it matters
    /// A bundle holds a name and a key and no dates. Nobody can say when this one ends, or who runs it.
    ///
    /// ## Example
    /// A private CA in `CONFIG_MBEDTLS_CUSTOM_CERTIFICATE_BUNDLE_PATH`, a root that the programmes have removed, or a damaged key.
    ///
    /// ## Use instead
    /// Inspect the PEM file that the bundle was made from: it has the dates. Take out what nobody can explain.
    INSPECTED_UNKNOWN_ANCHOR = "I107" "unknown-anchor" Warning since "0.2.0";

    /// # I108 name-twice-in-bundle
    ///
    /// ## What it does
    /// Finds two entries of one bundle with one name.
    ///
    /// ## Why it matters
    /// The device looks an anchor up by its name, and of two with one name only one is ever tried. Servers of the other are refused.
    ///
    /// ## Example
    /// The old and the new root of a CA that kept its name when it changed its key.
    ///
    /// ## Use instead
    /// Keep the one that the servers' chains lead to, or use PEM, where all are tried.
    INSPECTED_NAME_TWICE = "I108" "name-twice-in-bundle" Warning since "0.2.0";

    /// # I109 truncated
    ///
    /// ## What it does
    /// Finds an image, bundle or certificate that is damaged: bytes are missing, or are not what its structure says.
    ///
    /// ## Why it matters
    /// A device refuses such an image, and a bundle of which one entry cannot be read is refused whole.
    ///
    /// ## Example
    /// A download that was cut off; a partition that is smaller than what was written into it.
    ///
    /// ## Use instead
    /// Fetch or build the file again. What is said about the rest holds for what could be read alone.
    INSPECTED_TRUNCATED = "I109" "truncated" Error since "0.2.0";

    /// # I110 buffer-too-small
    ///
    /// ## What it does
    /// Compares the TLS input buffer of `sdkconfig` with the fewest bytes that known chains of the CAs in question can have: of
    /// certificates that are in hand their length, else their keys and signatures alone.
    ///
    /// ## Why it matters
    /// A server's certificates must fit into the buffer. What does not fit fails as a broken connection, on the day on which the CA
    /// sends a longer chain.
    ///
    /// ## Example
    /// `CONFIG_MBEDTLS_SSL_IN_CONTENT_LEN=2048`
    ///
    /// ## Use instead
    /// 16384, the longest record of TLS. With less, the server must be known to send little.
    INSPECTED_BUFFER_TOO_SMALL = "I110" "buffer-too-small" Warning since "0.2.0";

    /// # I111 cross-signed-verification-off
    ///
    /// ## What it does
    /// Finds a bundle in a firmware whose `sdkconfig` does not set `CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY`.
    ///
    /// ## Why it matters
    /// The device then looks up the issuer of the last certificate that the server sends, and no other. A chain that goes on to an
    /// older root over a cross-certificate is refused although the newer root is in the bundle.
    ///
    /// ## Example
    /// A chain that ends at `Root YR signed by ISRG Root X1`, and a bundle that has Root YR and not ISRG Root X1.
    ///
    /// ## Use instead
    /// `CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY=y`
    INSPECTED_CROSS_SIGNED_OFF = "I111" "cross-signed-verification-off" Warning since "0.2.0";

    /// # I112 unusable-key
    ///
    /// ## What it does
    /// Finds an anchor whose key the verifier cannot use: too small, too large, or of a kind that it does not know.
    ///
    /// ## Why it matters
    /// It takes room and carries nothing: chains to it are refused. A key of fewer than 2048 bits can be forged besides.
    ///
    /// ## Example
    /// A root with RSA-1024, which mbedTLS refuses by default.
    ///
    /// ## Use instead
    /// Take it out, and add the root that replaced it.
    INSPECTED_UNUSABLE_KEY = "I112" "unusable-key" Warning since "0.2.0";

    /// # I113 block-not-read
    ///
    /// ## What it does
    /// Finds a certificate that is there as a whole and that a device does not read: `BEGIN TRUSTED CERTIFICATE`, text between the
    /// lines that is not base64, DER that is no certificate.
    ///
    /// ## Why it matters
    /// mbedTLS passes over it, or refuses the whole file. The generator of ESP-IDF's bundle leaves it out and ends with 0.
    ///
    /// ## Example
    /// The output of `openssl x509 -trustout`.
    ///
    /// ## Use instead
    /// Write it as a plain certificate: `openssl x509 -in FILE -out FILE`.
    INSPECTED_BLOCK_NOT_READ = "I113" "block-not-read" Warning since "0.2.0";

    /// # I114 default-chain-refused
    ///
    /// ## What it does
    /// Finds that a CA owner's root is here, and that a device with it refuses the chain that this owner's customers send by default.
    ///
    /// ## Why it matters
    /// A server that is set up as usual is refused, today. Only one that was told to send another chain is reached, until somebody
    /// sets it up anew.
    ///
    /// ## Example
    /// ISRG Root X2 alone, as of 2024-06-06: by default Let's Encrypt sends chains that lead to ISRG Root X1.
    ///
    /// ## Use instead
    /// Add the root that the default chain leads to. Or capture what your servers send, and prove it with a policy.
    INSPECTED_DEFAULT_CHAIN_REFUSED = "I114" "default-chain-refused" Warning since "0.2.0";
}
