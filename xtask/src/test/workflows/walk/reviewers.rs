//! A policy with `[review]`, and the person who approves.

use std::path::{Path, PathBuf};

use super::Walk;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// One approver, who is enough for every change.
pub(super) struct Reviewer {
    key: PathBuf,
    public: String,
}

impl Reviewer {
    /// With a new key in `folder`.
    pub(super) fn new(walk: &Walk<'_>, folder: &Path) -> Result<Self> {
        let key = folder.join("ada.key");
        let line = walk.new_key(&key)?;
        let public = line.split('"').find(|part| part.starts_with("RW"));
        let public = public.ok_or_else(|| {
            Failure::new(Exit::Bug, "`keys new` prints no public key").evidence(&line)
        })?;
        Ok(Self {
            key,
            public: public.to_owned(),
        })
    }

    /// The policy with the section that lists them.
    pub(super) fn listed(&self, policy: &str) -> String {
        let approver = format!("{{ name = \"ada\", minisign = \"{}\" }}", self.public);
        format!("{policy}\n[review]\nweakening = 1\nother = 1\napprovers = [{approver}]\n")
    }

    /// Approves what lies in the folder, upon the commit that its branch was made from.
    pub(super) fn approve(&self, walk: &Walk<'_>, folder: &Path, base: &str) -> Result<()> {
        let key = self.key.display().to_string();
        let approve = [
            "policy",
            "approve",
            base,
            "--as",
            "ada",
            "--expires",
            "2099-12-31",
        ];
        walk.tool_on(folder, &[&approve[..], &["--minisign-key", &key]].concat())
    }
}
