//! Family E: endpoints and coverage.

use super::rules;

rules! {
    /// # E101 endpoint-without-anchor
    ///
    /// ## What it does
    /// Finds an endpoint to which no anchor and no pin of the store leads on any day of service: none accepts what
    /// it sends; or, where nobody knows what it sends, none is of the endpoint's `owner`.
    ///
    /// ## Why it matters
    /// The device can never fetch an update there. If it is the failover, that shows on the day it is needed.
    ///
    /// ## Example
    /// ```toml
    /// [[endpoint]]
    /// name = "failover"
    /// url = "https://ota.example.net/"
    /// owner = "Google Trust Services"    # and every required root is of Let's Encrypt
    /// ```
    ///
    /// ## Use instead
    /// Require a root of the owner (`cargo xtask roots list` shows owners in the words to use here), or
    /// correct the owner.
    ENDPOINT_WITHOUT_ANCHOR = "E101" "endpoint-without-anchor" Error since "0.1.0";

    /// # E102 chain-unreadable
    ///
    /// ## What it does
    /// Finds a captured chain that an endpoint names and that is not there or holds no certificate.
    ///
    /// ## Why it matters
    /// The chain is the evidence for the path from the server to the anchor. Without it the proof would rest
    /// on the word of the policy, and nobody would notice.
    ///
    /// ## Example
    /// ```toml
    /// chains = ["endpoints/primary-2026-07.pem"]   # the file was renamed
    /// ```
    ///
    /// ## Use instead
    /// Put the PEM file, leaf first as the server sends it, below `trust/endpoints/`, or remove the entry.
    CHAIN_UNREADABLE = "E102" "chain-unreadable" Error since "0.1.0";

    /// # E103 coverage-not-reached
    ///
    /// ## What it does
    /// Finds the first day of service on which fewer independent paths, or fewer distinct owners, lead to the endpoints
    /// than `[coverage]` asks for, although each endpoint is reached. Each day from the release date to the end of
    /// service is looked at, with what the servers send on it and the verifier that the firmware has. Paths are counted
    /// by key, and a path counts only if it accepts everything that may be sent on that day. Private anchors and the
    /// rescue keys count where the policy says so. No waiver covers it.
    ///
    /// ## Why it matters
    /// One key or one owner is one event away from a stranded fleet.
    ///
    /// ## Example
    /// ```toml
    /// [coverage]
    /// independent-paths = 2
    /// distinct-owners = 2        # every required root is of one CA
    /// ```
    ///
    /// ## Use instead
    /// Serve a failover endpoint with certificates of another CA, and require its root as well.
    COVERAGE_NOT_REACHED = "E103" "coverage-not-reached" Error since "0.1.0";

    /// # E104 endpoint-lost-in-service
    ///
    /// ## What it does
    /// Finds an endpoint that the store stops to reach in service: from a day on its server may send a chain that no
    /// anchor and no pin accepts. The finding says between which days, why, and how well that is known. It is an error
    /// where what is left is less than `[coverage]` asks for, or nothing; a warning where the other endpoints carry it.
    /// No waiver covers it.
    ///
    /// ## Why it matters
    /// This is how fleets are lost: the dates of the anchors are all right, and the server's chain moves away from them.
    /// Deploy the Fleet, 2024: R3 stopped to issue on 2024-06-06, the leaf was renewed on 2024-07-24.
    ///
    /// ## Example
    /// ```toml
    /// [[required-root]]
    /// name = "DST Root CA X3"       # left the chain of Let's Encrypt on 2024-02-08
    /// ```
    ///
    /// ## Use instead
    /// Require the root that the chain leads to after that day; or change the CA before it.
    ENDPOINT_LOST = "E104" "endpoint-lost-in-service" Warning since "0.1.0";

    /// # E105 chain-unknown
    ///
    /// ## What it does
    /// Finds an endpoint of which nobody knows what it sends: no chain was captured, and the calendar has no `[[chain]]`
    /// of its `owner`, `profile` and `key-type`. It counts for nothing. It is an error where what is left is less than
    /// `[coverage]` asks for; a warning where the other endpoints carry it. No waiver covers it.
    ///
    /// ## Why it matters
    /// An unknown issuer is never safe: an owner has many roots, and only what is sent decides which of them counts.
    ///
    /// ## Example
    /// ```toml
    /// [[endpoint]]
    /// name = "primary"
    /// url = "https://ota.example.com/"
    /// owner = "Let's Encrypt"        # which of its chains?
    /// ```
    ///
    /// ## Use instead
    /// ```toml
    /// profile = "default"
    /// key-type = "ecdsa"
    /// ```
    /// or, better, what was seen: `cargo xtask endpoints capture URL` and `chains = ["endpoints/…"]`.
    CHAIN_UNKNOWN = "E105" "chain-unknown" Warning since "0.1.0";

    /// # E106 hangs-on-cross-certificate
    ///
    /// ## What it does
    /// Finds a cross-certificate without which no endpoint is reached on some day of service: servers would send their
    /// chains only as far as below it.
    ///
    /// ## Why it matters
    /// Cross-certificates are a CA's courtesy. They end early (AddTrust 2020), stop to be sent (DST Root CA X3, 2024) or
    /// are revoked, and two anchors that are reached through one of them are one path.
    ///
    /// ## Example
    /// ISRG Root X1 and ISRG Root X2, and one endpoint whose chain reaches both through Root YE signed by ISRG Root X2.
    ///
    /// ## Use instead
    /// An endpoint of another owner with its root; or the root below the cross-certificate as a further anchor.
    HANGS_ON_CROSS_CERTIFICATE = "E106" "hangs-on-cross-certificate" Warning since "0.1.0";

    /// # E107 failover-shares-host
    ///
    /// ## What it does
    /// Finds an endpoint with the host of an earlier one, also at another port.
    ///
    /// ## Why it matters
    /// One server sends one chain, and one machine fails as a whole. Deploy the Fleet 1.0.6 tried a second root on the same URL: the outage would have been
    /// the same. A proof that counts both paths counts one that cannot be.
    ///
    /// ## Example
    /// ```toml
    /// url = "https://ota.example.com/"          # primary
    /// url = "https://ota.example.com/backup/"   # failover
    /// ```
    ///
    /// ## Use instead
    /// Another host, with certificates of another CA.
    FAILOVER_SHARES_HOST = "E107" "failover-shares-host" Error since "0.1.0";

    /// # E108 failover-shares-owner
    ///
    /// ## What it does
    /// Finds that all of several endpoints have their certificates from one owner, where `[coverage]` does not ask for
    /// more than one (then E103 counts them).
    ///
    /// ## Why it matters
    /// A CA that changes its chains, or is distrusted, takes every endpoint with it.
    ///
    /// ## Example
    /// Two endpoints with `owner = "Let's Encrypt"`.
    ///
    /// ## Use instead
    /// Another CA for the failover, and its root in the store.
    FAILOVER_SHARES_OWNER = "E108" "failover-shares-owner" Warning since "0.1.0";

    /// # E109 failover-shares-key
    ///
    /// ## What it does
    /// Finds an endpoint whose captured leaf has the key of another endpoint's.
    ///
    /// ## Why it matters
    /// A key that is stolen, or lost, is stolen or lost for both; a pin of one is a pin of the other.
    ///
    /// ## Example
    /// One key pair, copied to both servers.
    ///
    /// ## Use instead
    /// A key for each server.
    FAILOVER_SHARES_KEY = "E109" "failover-shares-key" Warning since "0.1.0";

    /// # E110 pin-not-served
    ///
    /// ## What it does
    /// Finds a `[[pin-fallback]]` none of whose pins is a key in a captured chain of its endpoint. Where there is no
    /// capture, nobody can say.
    ///
    /// ## Why it matters
    /// The fallback is there for the day on which no anchor helps. On that day it would accept nothing: each pin is a
    /// backup, and the key that is served is none of them.
    ///
    /// ## Example
    /// The server's key was changed, and the pins were not.
    ///
    /// ## Use instead
    /// Pin a key that is served, and a backup beside it.
    PIN_NOT_SERVED = "E110" "pin-not-served" Warning since "0.1.0";

    /// # E111 chain-too-long
    ///
    /// ## What it does
    /// Finds an endpoint whose chain has an anchor in the store and is refused all the same: it has more certificates, or
    /// more bytes, than the verifier takes. Bytes are counted where the certificates are in hand. It is an error where
    /// what is left is less than `[coverage]` asks for; a warning where the other endpoints carry it. No waiver covers it.
    ///
    /// ## Why it matters
    /// Chains grow: that of Let's Encrypt from 2.2 kB to 3.6 kB in 2026. Behind a buffer of 4096 bytes that is an outage,
    /// and no anchor helps.
    ///
    /// ## Example
    /// A captured chain of five intermediates, and `verifier = "perennial"`, which takes four.
    ///
    /// ## Use instead
    /// A shorter chain at the server, or a verifier with room for it.
    CHAIN_TOO_LONG = "E111" "chain-too-long" Warning since "0.1.0";

    /// # E112 algorithm-not-supported
    ///
    /// ## What it does
    /// Finds an endpoint whose chain has an anchor in the store and a key or signature that the verifier cannot verify. It is
    /// an error where what is left is less than `[coverage]` asks for; a warning where the other endpoints carry it. No
    /// waiver covers it.
    ///
    /// ## Why it matters
    /// The anchor is there, its dates are right, and each handshake fails.
    ///
    /// ## Example
    /// An intermediate with a P-521 key, and `verifier = "perennial"`, which has P-256, P-384 and RSA.
    ///
    /// ## Use instead
    /// A chain of the other key type, or a verifier that knows the algorithm.
    ALGORITHM_NOT_SUPPORTED = "E112" "algorithm-not-supported" Warning since "0.1.0";

    /// # E113 redirect-not-covered
    ///
    /// ## What it does
    /// Finds a server, which is a host and a port, that an endpoint redirects to and that no `[[endpoint]]` has.
    ///
    /// ## Why it matters
    /// A device that reached the server is sent on, and fails there: github.com and its asset host have different CAs.
    /// Nothing says what that server sends, so that nothing is proven for it.
    ///
    /// ## Example
    /// ```toml
    /// [[endpoint]]
    /// url = "https://ota.example.com/"
    /// redirects = ["https://cdn.example.com/"]    # and no endpoint has cdn.example.com
    /// ```
    ///
    /// ## Use instead
    /// An `[[endpoint]]` for that server, or files without a redirect.
    REDIRECT_NOT_COVERED = "E113" "redirect-not-covered" Error since "0.1.0";

    /// # E114 capture-without-leaf
    ///
    /// ## What it does
    /// Finds a captured chain whose first certificate is none that a device takes for a server's: it may issue
    /// certificates, or is for another purpose. It counts for nothing, and no waiver covers it. The captures of shipped
    /// releases are no finding: without a leaf they count for nothing too.
    ///
    /// ## Why it matters
    /// A CA's certificates are the same for all of its customers: they are no evidence of what this server sends. With the
    /// root alone as the "chain", any store that has the root would be proven, for any server, for as long as the root
    /// lasts.
    ///
    /// ## Example
    /// ```toml
    /// chains = ["endpoints/primary.pem"]   # the CA's bundle, downloaded from its website
    /// ```
    ///
    /// ## Use instead
    /// What the server sends, its own certificate first: `cargo xtask endpoints capture URL`.
    CAPTURE_WITHOUT_LEAF = "E114" "capture-without-leaf" Error since "0.1.0";

    /// # E115 capture-of-another-host
    ///
    /// ## What it does
    /// Finds a captured chain whose leaf is not for the host of the endpoint's URL, by the code that the device has: DNS
    /// names and IP addresses of the subject alternative name, a wildcard as the whole first label and for one label (RFC
    /// 9525, section 6.3). The common name does not count. The capture counts for nothing, and no waiver covers it. The
    /// captures of shipped releases are no finding: those of another host count for nothing too.
    ///
    /// ## Why it matters
    /// Either the file is of another server, and says nothing of this one. Or the server sends this, and each device
    /// refuses its name, whatever anchors it has.
    ///
    /// ## Example
    /// ```toml
    /// url = "https://ota.example.com/"
    /// chains = ["endpoints/www.example.com-2026-07-ecdsa.pem"]   # for www.example.com
    /// ```
    ///
    /// ## Use instead
    /// A capture of this host: `cargo xtask endpoints capture URL`. If the server sends the same again: a certificate with
    /// the host's name, at the server.
    CAPTURE_OF_ANOTHER_HOST = "E115" "capture-of-another-host" Error since "0.1.0";

    /// # E116 capture-out-of-date
    ///
    /// ## What it does
    /// Finds a captured chain whose leaf's last day is before the release date.
    ///
    /// ## Why it matters
    /// Servers renew their certificates before they end: this one sends another leaf, perhaps below other intermediates,
    /// and nobody has looked. What follows from the capture is a guess by now. It goes on counting beside newer ones, which may
    /// be of other servers, unless one of them has the same key.
    ///
    /// ## Example
    /// A release of 2026-07-01, with a chain that was captured in January: its leaf of 90 days ended in April.
    ///
    /// ## Use instead
    /// Capture again before a release: `cargo xtask endpoints capture URL`, and name the new file instead of the old one.
    CAPTURE_OUT_OF_DATE = "E116" "capture-out-of-date" Warning since "0.1.0";

    /// # E117 capture-refused-by-device
    ///
    /// ## What it does
    /// Runs the device's own verifier, with the store of this policy, over each captured chain, on a day on which its
    /// first certificate holds. Finds a chain that it refuses because something is wrong with its certificates, or although the
    /// proof says that an anchor or a pin leads to it. For `verifier = "perennial"`, whose code this is. No waiver covers it.
    ///
    /// ## Why it matters
    /// A damaged capture is evidence of nothing, and a proof that the device does not share is none.
    ///
    /// ## Example
    /// A file in which one character of a certificate was changed; an intermediate that is signed by RSA-PSS with parameters
    /// that no certificate should have.
    ///
    /// ## Use instead
    /// The chain as the server sends it: `cargo xtask endpoints capture URL`. If that is it, the server's certificates are wrong.
    CAPTURE_REFUSED = "E117" "capture-refused-by-device" Error since "0.1.0";
}
