//! Family A, from A101: anchors that the policy requires, against the service life and the facts.

use super::rules;

rules! {
    /// # A101 required-root-missing
    ///
    /// ## What it does
    /// Finds a `[[required-root]]` whose fingerprint no certificate in `trust/anchors/` has.
    ///
    /// ## Why it matters
    /// The store is made from the certificates in the pool. An anchor that is only named cannot be put
    /// into an image, and leaving it out would ship a store that nobody approved.
    ///
    /// ## Example
    /// ```toml
    /// [[required-root]]
    /// name = "ISRG Root X2"
    /// sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
    /// reason = "primary CA of the update server"
    /// ```
    ///
    /// ## Use instead
    /// `cargo xtask roots add "ISRG Root X2"` puts the certificate of the Mozilla set into the pool; the
    /// fingerprint that it prints is the one to write into the policy. `--file` adds any other CA.
    REQUIRED_ROOT_MISSING = "A101" "required-root-missing" Error since "0.1.0";

    /// # A102 name-disagrees
    ///
    /// ## What it does
    /// Finds a `[[required-root]]` whose name is not the name in the certificate with that fingerprint.
    ///
    /// ## Why it matters
    /// The fingerprint selects the anchor, the name is what a reviewer reads. Where they disagree the
    /// review approved another anchor than the one that ships.
    ///
    /// ## Example
    /// ```toml
    /// [[required-root]]
    /// name = "ISRG Root X1"      # the fingerprint is ISRG Root X2's
    /// sha256 = "69729b8e15a86efc177a57afb7171dfc64add28c2fca8cf1507e34453ccb1470"
    /// ```
    ///
    /// ## Use instead
    /// Write the name that `cargo xtask roots show <fingerprint>` prints, or the fingerprint of the root
    /// that was meant.
    NAME_DISAGREES = "A102" "name-disagrees" Error since "0.1.0";

    /// # A103 anchor-ends-in-service
    ///
    /// ## What it does
    /// Finds an anchor whose last day, its notAfter or the earlier `effective-end` that the policy gives it,
    /// lies before the last day of service. Both days are inclusive: an anchor that ends on the last day of
    /// service is accepted.
    ///
    /// ## Why it matters
    /// A device that checks dates refuses every chain to this anchor from the day after, and then it
    /// cannot fetch the update that would replace the anchor. DST Root CA X3 ended 2021-09-30; devices that
    /// trusted it alone had to be visited.
    ///
    /// ## Example
    /// ```toml
    /// [service-life]
    /// ends = "2036-01-01"        # ISRG Root X1 ends 2035-06-04
    /// ```
    ///
    /// ## Use instead
    /// Require a root that lasts longer beside it or instead of it (`cargo xtask roots list` shows ends), or
    /// shorten the service life that is promised. Where an anchor is kept for servers that still need it, a
    /// waiver with an owner and an end says so.
    ANCHOR_ENDS_IN_SERVICE = "A103" "anchor-ends-in-service" Error since "0.1.0";

    /// # A104 anchor-leaves-programmes-in-service
    ///
    /// ## What it does
    /// Finds an anchor that its owner or the root programmes retire before the end of service, although its
    /// notAfter is later. `[validity] programme-end` says what that weighs: `allow`, `warn` or `deny`.
    ///
    /// ## Why it matters
    /// When a root leaves the browsers' programmes, its owner moves the servers to another root. The
    /// device still trusts the old one, and no server sends a chain to it any more. notAfter is the wrong
    /// clock: of the roots in the Mozilla set nearly all leave the programmes years before it.
    ///
    /// ## Example
    /// ISRG Root X1 says 2035-06-04 in the certificate; its owner says "trusted until 2030-06-04".
    ///
    /// ## Use instead
    /// Add the successor root now, while devices can still be reached; keep the old one as long as servers
    /// send chains to it.
    ANCHOR_LEAVES_PROGRAMMES = "A104" "anchor-leaves-programmes-in-service" Warning since "0.1.0";

    /// # A105 minimum-remaining-validity
    ///
    /// ## What it does
    /// Finds an anchor with fewer than `[validity] min-remaining-days` between the release date and its last
    /// day (notAfter or the policy's `effective-end`). Exactly that many days are enough.
    ///
    /// ## Why it matters
    /// The end of service is a promise about devices made so far. The minimum guards the release itself:
    /// units that lie in a warehouse, and a service life that is extended later. Deploy the Fleet 1.0.0
    /// shipped an anchor with 127 days left, 1.0.1 one with 234.
    ///
    /// ## Example
    /// ```toml
    /// [validity]
    /// min-remaining-days = 1825   # DST Root CA X3 had 147 days left when mDash 1.2.14 shipped
    /// ```
    ///
    /// ## Use instead
    /// Replace the anchor by one with the required time left.
    MINIMUM_REMAINING = "A105" "minimum-remaining-validity" Error since "0.1.0";

    /// # A106 anchor-not-yet-valid
    ///
    /// ## What it does
    /// Finds an anchor whose notBefore lies after the release date.
    ///
    /// ## Why it matters
    /// Until that day a device that checks dates refuses it, and nobody has ever verified a chain to it.
    /// Most often it is a test certificate, or the release date (`--as-of`) is wrong.
    ///
    /// ## Example
    /// A root made 2025-09-03 in a release dated 2024-08-03.
    ///
    /// ## Use instead
    /// Release after its notBefore, or leave it out until then.
    ANCHOR_NOT_YET_VALID = "A106" "anchor-not-yet-valid" Error since "0.1.0";

    /// # A107 only-anchor-not-a-root
    ///
    /// ## What it does
    /// Finds an endpoint for which every anchor of the store is an intermediate or a leaf: not self-issued,
    /// or not a CA.
    ///
    /// ## Why it matters
    /// CAs replace intermediates whenever they like, and announce it weeks before. Deploy the Fleet shipped
    /// the intermediate R3 in a variable named `rootCACertificate`; since 2024-06-06 nothing is issued by
    /// it, and on 2024-07-24 every device lost updates for good.
    ///
    /// ## Example
    /// ```toml
    /// [[required-root]]
    /// name = "R3"
    /// sha256 = "67add1166b020ae61b8f5fc96813c04c2aa589960796865572a3c7e737613dfd"
    /// reason = "signs the update server's certificate"
    /// ```
    ///
    /// ## Use instead
    /// Require the root that the CA will keep chaining to, and a root of a second owner for the failover.
    ONLY_ANCHOR_NOT_A_ROOT = "A107" "only-anchor-not-a-root" Error since "0.1.0";

    /// # A108 duplicate-key
    ///
    /// ## What it does
    /// Finds two required roots with the same public key (one key in several certificates: a root and its
    /// cross-certificate, or a root that was issued again).
    ///
    /// ## Why it matters
    /// A verifier trusts the key. Two certificates of one key look like two independent ways to the server
    /// and are one: they are compromised, distrusted and retired together.
    ///
    /// ## Example
    /// ISRG Root X2 (self-signed) and ISRG Root X2 signed by ISRG Root X1.
    ///
    /// ## Use instead
    /// Keep the self-signed one. For a second path require a root with another key, better of another owner.
    DUPLICATE_KEY = "A108" "duplicate-key" Error since "0.1.0";

    /// # A109 duplicate-name
    ///
    /// ## What it does
    /// Finds two required roots with the same subject Name and different keys. An error where the verifier
    /// model looks anchors up by name and tries one only (the ESP-IDF bundles), else a warning.
    ///
    /// ## Why it matters
    /// The ESP-IDF bundle is searched by name; of two entries with one name a single one is ever tried,
    /// and which one depends on the sort. Chains to the other fail on the device and nowhere else.
    ///
    /// ## Example
    /// Two generations of a private CA that were both called "Example Root".
    ///
    /// ## Use instead
    /// Keep one of them in the store, or have the CA issue the new key under a new name.
    DUPLICATE_NAME = "A109" "duplicate-name" Warning since "0.1.0";

    /// # A110 weak-key
    ///
    /// ## What it does
    /// Finds an anchor with an RSA key below 2048 bits.
    ///
    /// ## Why it matters
    /// Whoever factors the key owns the fleet, for as long as the service life lasts; and current verifiers
    /// refuse such keys.
    ///
    /// ## Example
    /// A root of 1998 with RSA-1024.
    ///
    /// ## Use instead
    /// An ECDSA P-256 or P-384 root, or RSA from 2048 bits.
    WEAK_KEY = "A110" "weak-key" Error since "0.1.0";

    /// # A111 key-not-supported
    ///
    /// ## What it does
    /// Finds an anchor whose kind of key the firmware's verifier model cannot verify with.
    ///
    /// ## Why it matters
    /// The anchor is in the store, the chain is right, and the handshake fails on the device.
    ///
    /// ## Example
    /// A P-521 root for the verifier model `perennial`, which has P-256, P-384 and RSA.
    ///
    /// ## Use instead
    /// A root of the same CA with a supported key; `cargo xtask roots list` shows kinds of keys.
    KEY_NOT_SUPPORTED = "A111" "key-not-supported" Error since "0.1.0";

    /// # A112 unneeded-anchor
    ///
    /// ## What it does
    /// Finds an anchor that no endpoint needs: its owner serves none of them, and no chain that they
    /// may send leads to it.
    ///
    /// ## Why it matters
    /// Every anchor is somebody who can impersonate the update server. One that carries no path adds
    /// risk and bytes, and nothing else.
    ///
    /// ## Example
    /// A root of a CA that the servers left two years ago.
    ///
    /// ## Use instead
    /// Remove it, or name its owner in the endpoint that will use it. Mind that devices in the field may
    /// still need it: look at what shipped releases trust first.
    UNNEEDED_ANCHOR = "A112" "unneeded-anchor" Warning since "0.1.0";
}
