//! Family S: signing keys.

use super::rules;

rules! {
    /// # S101 development-key
    ///
    /// ## What it does
    /// Finds a key with the role `development` in `[signing]` or `[rescue]`, and the published key of
    /// `trust/keys/` in any role. A warning for the channel development; an error for `--channel production`,
    /// and wherever the published key is listed as something else than it is. It cannot be waived.
    ///
    /// ## Why it matters
    /// Everybody has the secret half of the published key, and a key on a laptop has no better guard than the
    /// laptop. A device that trusts it installs what anybody signs, and no later update takes that back
    /// before an attacker's does.
    ///
    /// ## Example
    /// ```toml
    /// [signing]
    /// threshold = 1
    /// keys = [
    ///     { public = "RWSBlWiwPqCRlnukLnkTTA8Fz0ZLvlPVqSZqZ4amJ5elJT18VWHtD4+6", role = "development" },
    /// ]
    /// ```
    ///
    /// ## Use instead
    /// `cargo xtask keys new PATH`, with PATH outside the repository, makes a key with a password and prints
    /// the line for the policy. Remove the development key from the policy in the same change.
    DEVELOPMENT_KEY = "S101" "development-key" Warning since "0.1.0";

    /// # S102 no-spare-signing-key
    ///
    /// ## What it does
    /// For `--channel production`, finds a key set whose `threshold` is the number of its keys, so that each one
    /// of them is needed.
    ///
    /// ## Why it matters
    /// The devices in the field know these keys and no others. When one is lost (a safe burns, somebody leaves
    /// with a password), nothing can be signed for them any more: no update, and no update that brings a new
    /// key. Every device would have to be visited.
    ///
    /// ## Example
    /// ```toml
    /// [signing]
    /// threshold = 1
    /// keys = [
    ///     { public = "RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ", role = "release" },
    /// ]
    /// ```
    ///
    /// ## Use instead
    /// ```toml
    /// [signing]
    /// threshold = 1
    /// keys = [
    ///     { public = "RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ", role = "release" },
    ///     { public = "RWQb/zdkxZrdeMzRw3dx1ki3J2q+MjyjQTq5irYl14HhirHGkODYe5it", role = "release" },
    /// ]
    /// ```
    /// The second key is made on the same day, never used, and kept in another place than the first.
    NO_SPARE_SIGNING_KEY = "S102" "no-spare-signing-key" Warning since "0.1.0";
}
