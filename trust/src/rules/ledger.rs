//! Family L: the ledger of shipped releases and rescue stores. L1: what they mean for devices in the field. L9: its files.

use super::rules;

rules! {
    /// # L101 cannot-reach-this-release
    ///
    /// ## What it does
    /// Finds a shipped release whose devices cannot fetch this one: at every server that they know, and that this policy
    /// has, what is sent on the release date is accepted by none of their anchors and pins. A release with `units = 0`
    /// has no devices. The finding names the stepping stone, where one is in the ledger: a release that these devices
    /// reach, and that reaches this one.
    ///
    /// ## Why it matters
    /// This is the brick guard. The new store may be right for new devices, and leave behind those that have the old one.
    ///
    /// ## Example
    /// 1.0.4 trusts R3 alone, and the update server sends R10 or R11.
    ///
    /// ## Use instead
    /// Publish the stepping stone until every device has it, or serve a chain that the old store accepts.
    CANNOT_REACH = "L101" "cannot-reach-this-release" Error since "0.1.0";

    /// # L102 goes-dark-before-return
    ///
    /// ## What it does
    /// Finds a shipped release whose devices can fetch this one on the release date, but not until the slowest of them
    /// is back: `longest-offline-days` after it, of the policy or the ledger, whichever is more.
    ///
    /// ## Why it matters
    /// The devices that are offline today are stranded when they return, and nobody sees them until then.
    ///
    /// ## Example
    /// `longest-offline-days = 180`, and the chain that the old store accepts is served for 60 days more.
    ///
    /// ## Use instead
    /// Keep serving what the old store accepts until the last device is back, or publish the stepping stone for them.
    GOES_DARK_BEFORE_RETURN = "L102" "goes-dark-before-return" Error since "0.1.0";

    /// # L103 coverage-regression
    ///
    /// ## What it does
    /// Finds that the store of a shipped release has more independent paths to the endpoints of this policy than the new
    /// store, on some day of service, and names the anchors that were dropped.
    ///
    /// ## Why it matters
    /// A refreshed bundle drops a root without a word (esp-idf 6.0 and GTS Root R4): what worked before the update does
    /// not work after it.
    ///
    /// ## Example
    /// 1.0.4 had ISRG Root X1 and ISRG Root X2; this policy has ISRG Root X2.
    ///
    /// ## Use instead
    /// The anchor, or a waiver that says why it is not needed.
    COVERAGE_REGRESSION = "L103" "coverage-regression" Warning since "0.1.0";

    /// # L104 service-ends-before-return
    ///
    /// ## What it does
    /// Finds that service ends before the slowest device returns that goes offline on the release date:
    /// `longest-offline-days` after it.
    ///
    /// ## Why it matters
    /// The proof ends with the service life. A device that returns later finds nothing that was proven.
    ///
    /// ## Example
    /// ```toml
    /// [service-life]
    /// ends = "2026-12-31"
    /// longest-offline-days = 365      # released on 2026-07-01
    /// ```
    ///
    /// ## Use instead
    /// A later end of service, or an answer for the devices that come back after it.
    SERVICE_ENDS_BEFORE_RETURN = "L104" "service-ends-before-return" Warning since "0.1.0";

    /// # L105 shipped-anchor-unknown
    ///
    /// ## What it does
    /// Finds an anchor of a shipped release of which nothing but the fingerprint is known: it is neither in
    /// `trust/anchors/` nor a `[[certificate]]` fact. What it accepts is not known, and it counts for nothing.
    ///
    /// ## Why it matters
    /// The brick guard and the forecast judge such a release as if its devices did not have the anchor: they may be
    /// called lost, and are not.
    ///
    /// ## Example
    /// An anchor that the policy no longer requires, whose file was deleted while devices in the field still have it.
    ///
    /// ## Use instead
    /// The file: `git log --diff-filter=D -- trust/anchors` says where it went. Or, if no device has the release any more,
    /// `units = 0` in its file.
    SHIPPED_ANCHOR_UNKNOWN = "L105" "shipped-anchor-unknown" Warning since "0.1.0";

    /// # L106 below-rescue-store
    ///
    /// ## What it does
    /// Finds a `store-sequence` below that of a rescue store that was published: of `trust/rescues/`.
    ///
    /// ## Why it matters
    /// Of two stores a device takes the one with the higher sequence. One that took the rescue store, and then this release,
    /// would go on with the servers and anchors of the rescue store. A rescue store with such a sequence would be refused.
    ///
    /// ## Example
    /// `trust/rescues/4.toml`, and in the policy:
    /// ```toml
    /// [product]
    /// store-sequence = 3
    /// ```
    ///
    /// ## Use instead
    /// ```toml
    /// [product]
    /// store-sequence = 4      # the store of the rescue store; 5 for another one
    /// ```
    BELOW_RESCUE_STORE = "L106" "below-rescue-store" Error since "0.1.0";

    /// # L107 rescue-store-not-above
    ///
    /// ## What it does
    /// Finds a published rescue store whose sequence is not above that of every release and rescue store before it: of those
    /// that are from an earlier day. The release that follows it may have its sequence, and be from the same day.
    ///
    /// ## Why it matters
    /// Devices refuse it: the store that they have is as new or newer. They stay cut off, and nobody sees why.
    ///
    /// ## Example
    /// `trust/rescues/4.toml`, issued after 1.0.5 was released with the store sequence 4.
    ///
    /// ## Use instead
    /// A rescue store with a higher sequence. `cargo xtask rescue make` refuses a lower one than the ledger allows.
    RESCUE_STORE_NOT_ABOVE = "L107" "rescue-store-not-above" Error since "0.1.0";

    /// # L108 below-shipped-release
    ///
    /// ## What it does
    /// Finds a `store-sequence` below that of a shipped release whose firmware is the reference client: `verifier =
    /// "perennial"`, or a recorded partition table. A release with `units = 0` has no devices.
    ///
    /// ## Why it matters
    /// Its devices refuse this release: an older store would trust again what was given up. They stay with what they have,
    /// and look as if they were up to date.
    ///
    /// ## Example
    /// `trust/releases/1.0.4.toml` has the sequence 3, and the policy:
    /// ```toml
    /// [product]
    /// store-sequence = 2
    /// ```
    ///
    /// ## Use instead
    /// ```toml
    /// [product]
    /// store-sequence = 3      # the store of 1.0.4; 4 for another one
    /// ```
    BELOW_SHIPPED_RELEASE = "L108" "below-shipped-release" Error since "0.1.0";

    /// # L109 beyond-rescue
    ///
    /// ## What it does
    /// Finds a `store-sequence` that is 4,294,967,296 (2³²) or more above that of a shipped release with rescue keys. A
    /// release with `units = 0` has no devices.
    ///
    /// ## Why it matters
    /// A device takes a rescue store that is at most 2³² above the store it has, so that nobody uses up the numbers. After a
    /// release with this sequence the next rescue store must be above it, and devices that still run the older one would
    /// refuse that: nothing could rescue them but a visit.
    ///
    /// ## Example
    /// `trust/releases/1.0.4.toml` has the sequence 3, and the policy has the minute as a number:
    /// ```toml
    /// [product]
    /// store-sequence = 202607011200
    /// ```
    ///
    /// ## Use instead
    /// A number that rises by one. Days as numbers (`20260701`) are near enough to small ones, too.
    BEYOND_RESCUE = "L109" "beyond-rescue" Error since "0.1.0";

    /// # L110 partition-table-changed
    ///
    /// ## What it does
    /// Finds a shipped release that expects another partition table than this one would: `partition-table-sha256` in its file
    /// is not that of the layout in `firmware/device/src/flash_layout.rs`. A release with `units = 0` has no devices; of a
    /// release without that key it is not known.
    ///
    /// ## Why it matters
    /// An update changes no partition table. The new image finds another one than it was built for, and is taken back, on every
    /// device.
    ///
    /// ## Example
    /// A partition for files was added behind `state`, which 1.0.4 does not have.
    ///
    /// ## Use instead
    /// The layout of the devices. Where a new board needs another one, it is another product.
    PARTITION_TABLE_CHANGED = "L110" "partition-table-changed" Error since "0.1.0";

    /// # L901 ledger-unreadable
    ///
    /// ## What it does
    /// Reports a file of `trust/releases/` or `trust/rescues/` that is not TOML. No waiver covers it.
    ///
    /// ## Why it matters
    /// A release that is not read has no devices, and nothing that strands them is ever found.
    ///
    /// ## Example
    /// ```toml
    /// [[anchor]
    /// name = "ISRG Root X2"
    /// ```
    ///
    /// ## Use instead
    /// The file as `cargo xtask build-firmware --record` or `cargo xtask rescue verify --record` wrote it; git has it.
    /// `docs/reference/ledger.md` has the schema.
    LEDGER_UNREADABLE = "L901" "ledger-unreadable" Error since "0.1.0";

    /// # L902 ledger-unknown-key
    ///
    /// ## What it does
    /// Reports a key or table in a file of the ledger that the schema does not have. No waiver covers it.
    ///
    /// ## Why it matters
    /// A misspelt `units` would silently be no devices at risk.
    ///
    /// ## Example
    /// ```toml
    /// unit = 12000
    /// ```
    ///
    /// ## Use instead
    /// One of the known keys, which the finding lists.
    LEDGER_UNKNOWN_KEY = "L902" "ledger-unknown-key" Error since "0.1.0";

    /// # L903 ledger-bad-value
    ///
    /// ## What it does
    /// Reports a value in a file of the ledger that is missing, of the wrong type or not in its form: dates are
    /// `"YYYY-MM-DD"`, hashes 64 hexadecimal digits; a release has an endpoint, and an anchor or a pin; a pin names one
    /// of its endpoints; no anchor, endpoint and rescue key stands there twice; as many rescue keys must sign as there are, or
    /// fewer. No waiver covers it.
    ///
    /// ## Why it matters
    /// A release that cannot be read is left out of every forecast.
    ///
    /// ## Example
    /// ```toml
    /// not-after = "17 September 2040"
    /// ```
    ///
    /// ## Use instead
    /// `not-after = "2040-09-17"`.
    LEDGER_BAD_VALUE = "L903" "ledger-bad-value" Error since "0.1.0";

    /// # L904 ledger-duplicate-version
    ///
    /// ## What it does
    /// Finds two files of the ledger with one version. No waiver covers it.
    ///
    /// ## Why it matters
    /// Devices say which version they run. Where one version has two trust stores, nobody knows what a device trusts.
    ///
    /// ## Example
    /// `trust/releases/1.0.4.toml` and `trust/releases/1.0.5.toml` that both say `version = "1.0.4"`.
    ///
    /// ## Use instead
    /// The one that shipped: the hashes under `[[artefact]]` are those of the published files.
    DUPLICATE_VERSION = "L904" "ledger-duplicate-version" Error since "0.1.0";

    /// # L905 ledger-file-name
    ///
    /// ## What it does
    /// Finds a file of the ledger that is not named for what it holds: `<version>.toml` for a release, `<sequence>.toml` for a
    /// rescue store. No waiver covers it.
    ///
    /// ## Why it matters
    /// `build-firmware --record` looks for a release by the name of its file, so that it never writes over another; a
    /// reviewer looks the same way. So two rescue stores never have one sequence.
    ///
    /// ## Example
    /// `trust/releases/latest.toml` with `version = "1.0.4"`.
    ///
    /// ## Use instead
    /// `trust/releases/1.0.4.toml`.
    LEDGER_FILE_NAME = "L905" "ledger-file-name" Error since "0.1.0";

    /// # L906 ledger-certificate-disagrees
    ///
    /// ## What it does
    /// Finds an anchor of a shipped release that disagrees with the pool: the pool has its fingerprint with another name,
    /// key or notAfter; or the pool has its name, and no certificate of that name has its fingerprint. An anchor that the
    /// pool does not have at all is another finding, L105.
    ///
    /// ## Why it matters
    /// The forecast follows fingerprints and keys. One that is mistyped belongs to a certificate that does not exist, and the
    /// forecast would be about that one.
    ///
    /// ## Example
    /// ```toml
    /// [[anchor]]
    /// name = "ISRG Root X1"      # the fingerprint is ISRG Root X2's
    /// sha256 = "69729b8e15a86efc177a57afb7171dfc64add28c2fca8cf1507e34453ccb1470"
    /// ```
    ///
    /// ## Use instead
    /// The file as it was recorded; git has it. Where the CA issued the root again and the pool has only the new
    /// certificate, add the one that shipped beside it: `cargo xtask roots add --file`.
    CERTIFICATE_DISAGREES = "L906" "ledger-certificate-disagrees" Error since "0.1.0";
}
