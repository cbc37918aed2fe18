//! Family P, P2xx: who approved the changes of the policy and of what it rests on.

use super::rules;

rules! {
    /// # P201 change-not-approved
    ///
    /// ## What it does
    /// Finds a change of the policy, the anchor pool, the calendar, the captured chains or the ledger with fewer valid
    /// approvals than `[review]` asks for. The `[review]` that counts is the one that the change was made upon: a change
    /// cannot lower its own bar. Each commit of the first-parent history is a change; a merge is one change, however many
    /// commits it brings; what is not committed is one more. It cannot be waived.
    ///
    /// ## Why it matters
    /// One edited line can strand every device of a fleet, or let one more key sign for it. Somebody with write access
    /// to the repository, or to one developer's machine, must not be enough.
    ///
    /// ## Example
    /// ```toml
    /// [review]
    /// weakening = 2
    /// other = 1
    /// approvers = [
    ///     { name = "ada", ssh = "ssh-ed25519 AAAA…" },
    ///     { name = "bob", minisign = "RW…" },
    /// ]
    /// ```
    ///
    /// A commit that removes an anchor, with the approval of ada alone.
    ///
    /// ## Use instead
    /// Let bob look at it, too: `cargo xtask policy approve BASE HEAD --as bob --expires DATE` shows what the change does,
    /// writes the approval and says how it is signed. Commit the two files, with the change or after it.
    CHANGE_NOT_APPROVED = "P201" "change-not-approved" Error since "0.2.0";

    /// # P202 approval-void
    ///
    /// ## What it does
    /// Finds a file in `trust/approvals/` that counts for nothing: no change has its digest or was made upon its base,
    /// the signature is missing or does not verify, it is by another key or by somebody whom `[review]` does not list, it
    /// expired before the change, or its approver approved the change already. An approval counts for one change in one
    /// place of the history, which is the oldest that it fits.
    ///
    /// It is for another project of the repository, where `project:` is not the folder of this one. On a checkout of a
    /// branch each commit is a change of its own: an approval of the branch as a whole counts on the merge, and is void
    /// until then.
    ///
    /// ## Why it matters
    /// Somebody believes that they approved something. P201 says only that approvals are missing; this says which of
    /// them was meant to be there, and why it is not. A list of approvals in which half are void is read by nobody.
    ///
    /// ## Example
    /// ```text
    /// perennial policy approval v1
    /// project: .
    /// change: 5d3b…
    /// base: 8f1c…
    /// approver: ada
    /// expires: 2026-05-31
    /// headline: removes the anchor ISRG Root X1
    /// ```
    ///
    /// The change was committed on 2026-06-01.
    ///
    /// ## Use instead
    /// Delete the file and its signature. Where the change still needs it, look at the change again and approve it:
    /// `cargo xtask policy approve`.
    APPROVAL_VOID = "P202" "approval-void" Warning since "0.2.0";

    /// # P203 history-missing
    ///
    /// ## What it does
    /// Finds a policy with `[review]` whose history cannot be followed: the clone is shallow, commits are replaced or
    /// grafted, an object is missing, an old input cannot be read, or there is no git repository. It cannot be waived.
    ///
    /// ## Why it matters
    /// What nobody can see, nobody has approved. If a shallow clone passed, it would be the way around every approval.
    ///
    /// ## Example
    /// ```text
    /// $ git clone --depth 1 https://git.example.com/firmware.git
    /// $ cargo xtask check
    /// ```
    ///
    /// ## Use instead
    /// Get the whole history: `git fetch --unshallow`; in a workflow, `fetch-depth: 0` for the checkout.
    HISTORY_MISSING = "P203" "history-missing" Error since "0.2.0";
}
