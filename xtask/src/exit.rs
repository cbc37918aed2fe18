//! Exit codes: a contract with scripts.

use std::process::ExitCode;

/// How a command ended. The numbers never change their meaning.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// A bug in the tool.
    Bug = 1,
    /// The command line or an input file cannot be read.
    Unreadable = 2,
    /// The policy is not satisfied: findings.
    Findings = 10,
    /// A generated file is stale.
    Stale = 11,
    /// Not reproducible.
    NotReproducible = 12,
    /// A signature or hash is wrong: tampering.
    Tampered = 13,
    /// The toolchain or the environment is not the pinned one.
    Environment = 14,
    /// An endpoint is not trusted by a shipped release.
    Untrusted = 15,
    /// A search was stopped at its budget: what it found is not proven to be the best, or it found nothing.
    Unproven = 16,
}

impl Exit {
    /// Every code, ascending.
    pub const ALL: [Self; 10] = [
        Self::Done,
        Self::Bug,
        Self::Unreadable,
        Self::Findings,
        Self::Stale,
        Self::NotReproducible,
        Self::Tampered,
        Self::Environment,
        Self::Untrusted,
        Self::Unproven,
    ];

    /// What it means, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Bug => "a bug in the tool",
            Self::Unreadable => "the command line or an input file cannot be read",
            Self::Findings => "the policy is not satisfied: findings",
            Self::Stale => "a generated file is stale",
            Self::NotReproducible => "not reproducible",
            Self::Tampered => "a signature or hash is wrong: tampering",
            Self::Environment => "the toolchain or environment is not the pinned one",
            Self::Untrusted => "an endpoint is not trusted by a shipped release",
            Self::Unproven => "a search was stopped before it was sure",
        }
    }

    /// What else belongs to it, for the reference.
    pub fn details(self) -> &'static str {
        match self {
            Self::Done => "There may be warnings.",
            Self::Bug => "For `test`: a step that failed.",
            Self::Unreadable => {
                "Also: something is in the way of what is to be written, or the output cannot be written."
            }
            Self::Findings => {
                "Mistakes in `policy.toml` among them. Also a tree with changes that are in no commit, unless \
                 `--allow-dirty`."
            }
            Self::Stale => {
                "From `policy fmt --check`, `render --check`, `reference --check` and `build-firmware`."
            }
            Self::NotReproducible => {
                "Two builds or two artefacts differ, something of this machine stands in the firmware, or too few \
                 builders agree."
            }
            Self::Tampered => {
                "From everything that checks a release: `verify`, `rebuild`, `keys sign`."
            }
            Self::Environment => "`cargo xtask toolchain show` says what is there.",
            Self::Untrusted => "Reserved: no command ends with it yet.",
            Self::Unproven => {
                "From `solve`: what it found is not proven to be the smallest, or it found nothing."
            }
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_contract() {
        let codes = Exit::ALL.map(|exit| exit as u8);
        assert_eq!(codes, [0, 1, 2, 10, 11, 12, 13, 14, 15, 16]);
    }
}
