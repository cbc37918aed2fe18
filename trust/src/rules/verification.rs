//! Family V: what `verify` finds in a release.

use super::rules;

rules! {
    /// # V101 file-set-wrong
    ///
    /// ## What it does
    /// Finds a file that the release should have and has not, and a file that no release has.
    ///
    /// ## Why it matters
    /// A file beside the signed ones looks as if it were part of the release. A missing one makes a check
    /// impossible, and a check that cannot be made is not passed.
    ///
    /// ## Example
    /// A `flash-fixed.bin` that somebody put beside `flash.bin`.
    ///
    /// ## Use instead
    /// Fetch the release again, whole, from where it was published; keep notes elsewhere.
    FILE_SET_WRONG = "V101" "file-set-wrong" Error since "0.1.0";

    /// # V102 signature-wrong
    ///
    /// ## What it does
    /// Finds a signature file that is not a valid signature of `release.json` by a key of the policy, and
    /// fewer signatures by different keys than `[signing] threshold` asks for.
    ///
    /// ## Why it matters
    /// The signatures are the only thing that tells our release from somebody else's. Every byte of a
    /// signature file counts here, the comments too.
    ///
    /// ## Example
    /// `release.json` was edited after it was signed.
    ///
    /// ## Use instead
    /// Fetch the release again. For one of your own that is not signed yet: `cargo xtask keys sign DIR`.
    SIGNATURE_WRONG = "V102" "signature-wrong" Error since "0.1.0";

    /// # V103 manifest-wrong
    ///
    /// ## What it does
    /// Finds a `release.json` that is not in the one form that this tool writes, or that contradicts what the
    /// images say of themselves: version, date, store.
    ///
    /// ## Why it matters
    /// Devices act on this file. Two ways to read it would be two releases.
    ///
    /// ## Example
    /// `"version"` names another version than the app descriptor of `application.bin`.
    ///
    /// ## Use instead
    /// Fetch the release again; never edit `release.json`, build anew.
    MANIFEST_WRONG = "V103" "manifest-wrong" Error since "0.1.0";

    /// # V104 hash-differs
    ///
    /// ## What it does
    /// Finds a file whose size or SHA-256 is not the one in `release.json`, or a `SHA256SUMS` that is not
    /// exactly the list of the files.
    ///
    /// ## Why it matters
    /// The file is not the one that was signed.
    ///
    /// ## Example
    /// `flash.bin` after a download that broke.
    ///
    /// ## Use instead
    /// Fetch the file again; the message names the first field that differs where it can be told.
    HASH_DIFFERS = "V104" "hash-differs" Error since "0.1.0";

    /// # V105 image-wrong
    ///
    /// ## What it does
    /// Finds an application or flash image that breaks its format: header, segments, checksum, digest, app
    /// descriptor, partition table, otadata, or flash that should be erased and is not.
    ///
    /// ## Why it matters
    /// The boot loader would refuse the image, or boot something that nobody described.
    ///
    /// ## Example
    /// The checksum byte of `application.bin` is not the xor of its segments.
    ///
    /// ## Use instead
    /// Fetch the release again, or build it again; the message names the field and its offset.
    IMAGE_WRONG = "V105" "image-wrong" Error since "0.1.0";

    /// # V106 store-differs
    ///
    /// ## What it does
    /// Reads the trust store back from the bytes of the image, and finds one that is missing, there twice, broken,
    /// or another than the one that the policy renders to.
    ///
    /// ## Why it matters
    /// What devices trust is what stands in the image, not what a source file says.
    ///
    /// ## Example
    /// `firmware/src/trust_store.rs` was edited by hand between rendering and compiling.
    ///
    /// ## Use instead
    /// `cargo xtask render`, and build again.
    STORE_DIFFERS = "V106" "store-differs" Error since "0.1.0";

    /// # V107 verdict-differs
    ///
    /// ## What it does
    /// Proves the recorded policy again, at the recorded release date, and finds that the gate is closed, or
    /// that the recorded inputs are not the ones of the recorded commit.
    ///
    /// ## Why it matters
    /// A release exists only because of its proof. Whoever verifies it must come to the same verdict, years
    /// later too.
    ///
    /// ## Example
    /// `trust/calendar/` in the commit has another SHA-256 than `release.json` records.
    ///
    /// ## Use instead
    /// Do not ship it. Build from a commit whose policy passes `cargo xtask check`.
    VERDICT_DIFFERS = "V107" "verdict-differs" Error since "0.1.0";

    /// # V111 document-differs
    ///
    /// ## What it does
    /// Makes `provenance.json`, `coverage.json` and `sbom.cdx.json` again from the release and its recorded inputs, and finds one
    /// that says something else; and a crate that `firmware/Cargo.lock` of the recorded commit does not have.
    ///
    /// ## Why it matters
    /// Others act on these documents without the release at hand: who looks for a vulnerable crate, who audits the
    /// proof. A true signature under a false document is worse than none.
    ///
    /// ## Example
    /// `sbom.cdx.json` lists `sha2` 0.10.8, and the lockfile has 0.10.9.
    ///
    /// ## Use instead
    /// Fetch the release again; never edit a document, build anew.
    DOCUMENT_DIFFERS = "V111" "document-differs" Error since "0.1.0";

    /// # V112 envelope-wrong
    ///
    /// ## What it does
    /// Finds an envelope of a statement (`provenance.dsse.json`, `coverage.dsse.json`) that holds other bytes than the statement,
    /// that has a signature which is not right or by a key that may not sign releases, or fewer signatures by different
    /// keys than `[signing] threshold` asks for.
    ///
    /// ## Why it matters
    /// An attestation travels without the release: all that vouches for it is in its envelope.
    ///
    /// ## Example
    /// `provenance.dsse.json` of the release before, whose signatures are all valid.
    ///
    /// ## Use instead
    /// Fetch the release again. For one of your own that is not signed yet: `cargo xtask keys sign DIR`.
    ENVELOPE_WRONG = "V112" "envelope-wrong" Error since "0.1.0";

    /// # V120 secure-boot-wrong
    ///
    /// ## What it does
    /// Finds an `application.signed.bin` that is not the padded `application.bin` followed by a sector of valid
    /// signatures of it: each field of each signature block is computed again, and all that follows the blocks must be
    /// erased.
    ///
    /// ## Why it matters
    /// A device with Secure Boot refuses the image, at each start, and nothing but a cable helps it. Which keys it
    /// trusts stands in its eFuses: `cargo xtask secure-boot verify DIR --key-digest HEX` demands a signature by one.
    ///
    /// ## Example
    /// `application.signed.bin` of the release before this one lies beside the new `application.bin`.
    ///
    /// ## Use instead
    /// Fetch the file again, or sign again: `cargo xtask secure-boot sign DIR --key KEY.pem`.
    SECURE_BOOT_WRONG = "V120" "secure-boot-wrong" Error since "0.2.0";
}
