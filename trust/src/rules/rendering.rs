//! The rules about rendered files.

use super::rules;

rules! {
    /// # R101 stale-render
    ///
    /// ## What it does
    /// Compares a committed rendered file with what the policy gives today, byte for byte.
    ///
    /// ## Why it matters
    /// The file is what the firmware is built from. When it differs, reviewers approve one store and devices
    /// get another.
    ///
    /// ## Example
    /// `firmware/src/trust_store.rs` after an anchor was added to `policy.toml`, or after an edit by hand.
    ///
    /// ## Use instead
    /// Run `cargo xtask render` and commit what it writes.
    STALE_RENDER = "R101" "stale-render" Error since "0.1.0";

    /// # R102 format-without-dates
    ///
    /// ## What it does
    /// Says that a format has no place for the days on which anchors begin and end.
    ///
    /// ## Why it matters
    /// A device with such a store trusts an anchor for as long as it has the store: no expiry and no effective
    /// end is enforced on it. Whoever gets hold of the key of a root that was retired can serve updates.
    ///
    /// ## Example
    /// `render --format esp-bundle-v2`: an ESP-IDF bundle holds names and keys and nothing else.
    ///
    /// ## Use instead
    /// The binary form of the store, or `pem` with `CONFIG_MBEDTLS_HAVE_TIME_DATE`. Or know it, and retire
    /// anchors with updates.
    FORMAT_WITHOUT_DATES = "R102" "format-without-dates" Note since "0.1.0";

    /// # R103 format-without-pins
    ///
    /// ## What it does
    /// Says that a format drops the pins of the policy.
    ///
    /// ## Why it matters
    /// A pin is the way back for an endpoint when no anchor leads to its chain. In this format it is not there,
    /// so the proof that counts on it does not hold for devices that read this format.
    ///
    /// ## Example
    /// `render --format pem` of a policy with `[[pin-fallback]]`.
    ///
    /// ## Use instead
    /// The binary form of the store (`rust`), which has the pins.
    FORMAT_WITHOUT_PINS = "R103" "format-without-pins" Warning since "0.1.0";

    /// # R104 bundle-name-collision
    ///
    /// ## What it does
    /// Refuses to put two anchors with one subject into an ESP-IDF bundle.
    ///
    /// ## Why it matters
    /// The bundle's reader searches for the issuer's name and tries the one anchor that it comes upon. Servers
    /// below the other one are not trusted, and which one that is depends on the number of anchors.
    ///
    /// ## Example
    /// A root and its successor that kept the name and changed the key.
    ///
    /// ## Use instead
    /// Keep the one that the servers' chains lead to, or render `pem`, where both are tried.
    BUNDLE_NAME_COLLISION = "R104" "bundle-name-collision" Error since "0.1.0";

    /// # R105 store-too-large
    ///
    /// ## What it does
    /// Refuses a store that is larger than its format or its reader allows: 65,536 bytes and 255 anchors in the
    /// binary form, 200 anchors in an ESP-IDF bundle (`CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_MAX_CERTS`). `docs/policy.md` has
    /// the others. Those of the binary form are looked at in each verdict of a policy with `verifier = "perennial"`,
    /// which reads it; for the other models when a form is rendered. No waiver covers it.
    ///
    /// ## Why it matters
    /// A device refuses such a store whole, and then trusts nothing.
    ///
    /// ## Example
    /// Two copies of the Mozilla roots, kept "to be safe".
    ///
    /// ## Use instead
    /// Require the anchors that the endpoints need, and their successors.
    STORE_TOO_LARGE = "R105" "store-too-large" Error since "0.1.0";

    /// # R106 store-refused
    ///
    /// ## What it does
    /// Reads the rendered store with the device's own reader and reports what that refuses: in each verdict of a policy
    /// with `verifier = "perennial"`, for the other models when the form is rendered. No waiver covers it.
    ///
    /// ## Why it matters
    /// A store that a device refuses at boot is worse than the old one.
    ///
    /// ## Example
    /// An endpoint whose URL has a query: the device's reader takes none.
    ///
    /// ## Use instead
    /// What the message names; the finding's place is the policy's `[product]` when it concerns the store as
    /// a whole.
    STORE_REFUSED = "R106" "store-refused" Error since "0.1.0";
}
