//! Family K: SPKI pins.

use super::rules;

rules! {
    /// # K101 no-backup-pin
    ///
    /// ## What it does
    /// Finds a `[[pin-fallback]]` without a backup pin: fewer than two different pins, or, where chains were
    /// captured, only pins of keys that a server already uses.
    ///
    /// ## Why it matters
    /// When the pinned key is lost or stolen the server must move to another key. Without a pin for a key
    /// that serves nothing yet, every device refuses the new one. RFC 7469 section 4.3 requires a backup.
    ///
    /// ## Example
    /// ```toml
    /// [[pin-fallback]]
    /// endpoint = "failover"
    /// spki-sha256 = ["<the server's key>"]
    /// expires = "2034-01-01"
    /// ```
    ///
    /// ## Use instead
    /// Make a second key pair, keep it offline, and pin it as well.
    NO_BACKUP_PIN = "K101" "no-backup-pin" Error since "0.1.0";

    /// # K102 pin-expires-in-service
    ///
    /// ## What it does
    /// Finds pins that expire before the end of service while the policy does not say what holds afterwards.
    ///
    /// ## Why it matters
    /// On that day the fallback ends, for every device at once, years after anyone thought of it. That may be
    /// meant; then the policy says so, and a reviewer has seen it.
    ///
    /// ## Example
    /// ```toml
    /// expires = "2034-01-01"      # service ends 2034-06-30, no after-expiry
    /// ```
    ///
    /// ## Use instead
    /// `after-expiry = "roots-only"`, or a later date.
    PIN_EXPIRES_IN_SERVICE = "K102" "pin-expires-in-service" Error since "0.1.0";

    /// # K103 backup-pin-in-use
    ///
    /// ## What it does
    /// Finds a pin that stands twice in one fallback, and a backup pin whose key another endpoint already
    /// serves or pins.
    ///
    /// ## Why it matters
    /// A backup is worth something because it is not lost together with the key in use. The same key twice,
    /// or a key that lies on another server, goes when that server goes.
    ///
    /// ## Example
    /// ```toml
    /// spki-sha256 = ["sha256 of the key in use", "the same"]
    /// ```
    ///
    /// ## Use instead
    /// A key of its own that serves nothing, kept offline.
    BACKUP_PIN_IN_USE = "K103" "backup-pin-in-use" Error since "0.1.0";
}
