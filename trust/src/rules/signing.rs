//! Family S: signing keys.

use super::rules;

rules! {
    /// # S101 development-key
    ///
    /// ## What it does
    /// Finds a key with the role `development` in `[signing]` or `[rescue]`, and the published keys of
    /// `trust/keys/` in any role. A warning for the channel development; an error for `--channel production`,
    /// and wherever a published key is listed as something else than it is. It cannot be waived.
    ///
    /// ## Why it matters
    /// Everybody has the secret halves of the published keys, and a key on a laptop has no better guard than the
    /// laptop. A device that trusts it in `[signing]` installs what anybody signs, and no later update takes that back
    /// before an attacker's does. One that trusts enough of them in `[rescue]` believes the servers that anybody names.
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

    /// # S111 quorum-of-one
    ///
    /// ## What it does
    /// Finds an `[audit]` that one operator can satisfy alone: `distinct` is 1.
    ///
    /// ## Why it matters
    /// Building again shows that nobody put anything into a release between source and bytes. Where one operator may say
    /// so alone, whoever has that operator's machines says it too.
    ///
    /// ## Example
    /// ```toml
    /// [audit]
    /// threshold = 2
    /// distinct = 1
    /// ```
    ///
    /// ## Use instead
    /// ```toml
    /// [audit]
    /// threshold = 2
    /// distinct = 2
    /// ```
    /// The second operator is somebody with other machines and other administrators.
    QUORUM_OF_ONE = "S111" "quorum-of-one" Warning since "0.1.0";

    /// # S112 published-builder-key
    ///
    /// ## What it does
    /// Finds a published development key, of `trust/keys/`, as the key of a builder in `[audit]`. It cannot be waived.
    ///
    /// ## Why it matters
    /// Everybody has its secret half: anybody could say in the builder's name that a release can be built again.
    ///
    /// ## Example
    /// ```toml
    /// builders = [
    ///     { name = "ci", operator = "us", public = "RWSBlWiwPqCRlnukLnkTTA8Fz0ZLvlPVqSZqZ4amJ5elJT18VWHtD4+6" },
    /// ]
    /// ```
    ///
    /// ## Use instead
    /// `cargo xtask keys new PATH`, on the builder: its secret key never leaves it.
    PUBLISHED_BUILDER_KEY = "S112" "published-builder-key" Error since "0.1.0";
}
