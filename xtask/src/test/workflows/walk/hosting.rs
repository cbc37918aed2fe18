//! What GitHub has and does, in a folder: repositories, artifacts, and its command `gh`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::toolchain::command;
use crate::toolchain::files::write_whole;
use crate::tools;

/// The repository's name.
pub(super) const REPOSITORY: &str = "example/perennial";

/// What `gh` does here: it writes down what it is asked for, and answers from files.
const GH: &str = r#"#!/usr/bin/env bash
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
test -n "${GH_TOKEN:-}" || { echo "gh: no token" >&2; exit 4; }
printf '%s\n' "$*" >> "$here/gh.log"
arguments=("$@")
option() {
  for ((at = 0; at < ${#arguments[@]}; at++)); do
    if [ "${arguments[at]}" = "$1" ]; then echo "${arguments[at + 1]}"; fi
  done
}
case "$*" in
  "api repos/"*"/pulls/"[0-9]*" --jq .head.sha") cat "$here/answers/head-sha" ;;
  "api repos/"*"/issues/"[0-9]*"/comments --paginate --jq "*)
    "@JQ@" --raw-output "$(option --jq)" "$here/answers/comments" ;;
  "api --method POST repos/"*"/issues/"[0-9]*"/comments --field body=@"* | \
  "api --method PATCH repos/"*"/issues/comments/"[0-9]*" --field body=@"*)
    body=$(option --field)
    cp "${body#body=@}" "$here/comment.md" ;;
  "issue list "*) cat "$here/answers/issues" ;;
  "release create "*)
    mkdir -p "$here/published"
    for file in "${@:3}"; do if [ -f "$file" ]; then cp "$file" "$here/published/"; fi; done
    printf '[{"tagName": "%s"}]' "$3" > "$here/draft" ;;
  "release edit "*" --draft=false") mv "$here/draft" "$here/answers/releases" ;;
  "release list "*) "@JQ@" --raw-output "$(option --jq)" "$here/answers/releases" ;;
  "release download "*)
    test "$3" = "$("@JQ@" --raw-output '.[0].tagName' "$here/answers/releases")"
    mkdir -p "$(option --dir)"
    cp "$here/published"/* "$(option --dir)" ;;
  "issue create "* | "issue comment "*) ;;
  *) echo "gh: the walk does not know this: $*" >&2; exit 1 ;;
esac
"#;

/// The day of the walk: no clock decides what is found.
const DATE: &str = "#!/usr/bin/env bash\nset -euo pipefail\ntest \"$*\" = \"--utc +%F\"\ncat \"$(dirname \"$0\")/../answers/day\"\n";

/// The folder of a walk.
#[derive(Debug)]
pub(super) struct Hosting {
    pub(super) folder: PathBuf,
}

impl Hosting {
    /// An empty one with a copy of the repository at `root`, whose commit is the branch `main`.
    pub(super) fn new(root: &Path, folder: PathBuf, day: &str) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|e| Failure::io("remove", &folder, &e))?;
        }
        let hosting = Self { folder };
        for name in ["bin", "answers", "artifacts", "home"] {
            let path = hosting.at(name);
            fs::create_dir_all(&path).map_err(|e| Failure::io("make", &path, &e))?;
        }
        let jq = tools::jq(root)?.display().to_string();
        for (name, text) in [("gh", GH), ("date", DATE)] {
            let path = hosting.at("bin").join(name);
            write_whole(&path, &text.replace("@JQ@", &jq))?;
            tools::make_executable(&path)?;
        }
        hosting.answer("day", &format!("{day}\n"))?;
        for (name, text) in [("issues", ""), ("comments", "[]"), ("releases", "[]")] {
            hosting.answer(name, text)?;
        }
        let (from, into) = (root.display().to_string(), hosting.origin());
        git(root, &["clone", "--quiet", "--bare", "--", &from, &into])?;
        let bare = hosting.at("origin.git");
        // Objects that stand alone would be packed again for each checkout.
        git(&bare, &["repack", "-a", "-d", "--quiet"])?;
        git(&bare, &["config", "uploadpack.allowAnySHA1InWant", "true"])?;
        let head = git(root, &["rev-parse", "HEAD"])?;
        git(&bare, &["update-ref", "refs/heads/main", head.trim()])?;
        Ok(hosting)
    }

    /// A path in the folder.
    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The repository that checkouts are from.
    pub(super) fn origin(&self) -> String {
        self.at("origin.git").display().to_string()
    }

    /// What `gh` or `date` answers to a question.
    pub(super) fn answer(&self, name: &str, text: &str) -> Result<()> {
        write_whole(&self.at("answers").join(name), text)
    }

    /// What `gh` was asked for, one line each; then forgotten.
    pub(super) fn asked(&self) -> Result<String> {
        let path = self.at("gh.log");
        if !path.exists() {
            return Ok(String::new());
        }
        let asked = fs::read_to_string(&path).map_err(|e| Failure::io("read", &path, &e))?;
        fs::remove_file(&path).map_err(|e| Failure::io("remove", &path, &e))?;
        Ok(asked)
    }

    /// The commit of a reference.
    pub(super) fn commit_of(&self, reference: &str) -> Result<String> {
        let commit = git(&self.at("origin.git"), &["rev-parse", reference])?;
        Ok(commit.trim().to_owned())
    }

    /// Makes `reference` this commit.
    pub(super) fn point(&self, reference: &str, commit: &str) -> Result<()> {
        let bare = self.at("origin.git");
        git(&bare, &["update-ref", reference, commit]).map(drop)
    }
}

/// Runs git in `folder`, as somebody who has no configuration: what it printed.
pub(super) fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    let mut git = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            git.env_remove(name);
        }
    }
    git.env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .arg("-C")
        .arg(folder)
        .args(["-c", "advice.detachedHead=false", "-c", "safe.directory=*"])
        .args(arguments);
    command::run(&format!("git {}", arguments.join(" ")), &mut git)
}
