//! What steps run, and what is checked out for it.

use super::{Break, change};

pub const ALL: &[Break] = &[
    // The whole history.
    change(
        "watch.yml",
        "          fetch-depth: 0\n",
        "",
        "`cargo xtask check --as-of \"$TODAY\"` follows the history",
    ),
    change(
        "watch.yml",
        "fetch-depth: 0",
        "fetch-depth: 1",
        "follows the history",
    ),
    change(
        "watch.yml",
        "          fetch-depth: 0\n",
        "          fetch-depth: 0\n          path: elsewhere\n",
        "follows the history",
    ),
    change(
        "policy-review.yml",
        "          fetch-depth: 0\n",
        "",
        "policy diff --merge-base",
    ),
    change(
        "ci.yml",
        "          fetch-depth: 0\n",
        "",
        "follows the history",
    ),
    change(
        "release.yml",
        "          fetch-depth: 0\n",
        "",
        "`cargo xtask build-firmware --channel production --output target/built` follows the history",
    ),
    change(
        "release.yml",
        "run: cargo xtask explain target/a/release target/b/release",
        "run: cargo xtask --project=. render --check",
        "follows the history",
    ),
    // Shell.
    change(
        "ci.yml",
        "run: cargo xtask test",
        "run: cargo xtask test ${{ github.ref }}",
        "becomes code",
    ),
    change(
        "ci.yml",
        "run: cargo xtask test",
        "run: curl https://ota.example.com/",
        "`curl` is no command",
    ),
    change(
        "ci.yml",
        "run: cargo xtask test",
        "run: cargo xtask test | sh",
        "`sh` is no command",
    ),
    change(
        "ci.yml",
        "git config --global",
        "git push --force",
        "`git push` is no command",
    ),
    change(
        "ci.yml",
        "run: cargo xtask test",
        "run: cargo xtask test && curl https://ota.example.com/",
        "`curl` is no command",
    ),
    change(
        "ci.yml",
        "run: cargo xtask test",
        "run: cargo xtask test || curl https://ota.example.com/",
        "`curl` is no command",
    ),
    change(
        "ci.yml",
        "run: cargo xtask test",
        "run: cargo xtask test;curl https://ota.example.com/",
        "`curl` is no command",
    ),
    change(
        "ci.yml",
        "run: cargo xtask test",
        "run: cargo xtask test|sh",
        "`sh` is no command",
    ),
    change(
        "ci.yml",
        "run: cargo xtask test",
        "run: printf '%s' \"$(curl https://ota.example.com/)\"",
        "`curl` is no command",
    ),
    change(
        "ci.yml",
        "run: cargo xtask test",
        "run: |\n          cargo xtask test\n          curl https://ota.example.com/",
        "`curl` is no command",
    ),
    change(
        "ci.yml",
        "run: cargo xtask test",
        "run: KEY=x cargo xtask test",
        "`KEY=x` is no command",
    ),
    change(
        "ci.yml",
        "run: cargo xtask test",
        "run: cargo install something",
        "`cargo install` is no command",
    ),
    change(
        "release.yml",
        "cargo build --locked --package xtask",
        "cargo build --package xtask",
        "`cargo build` is no command",
    ),
    change(
        "release.yml",
        "cargo build --locked --package xtask",
        "cargo build --locked --package xtask --config x",
        "`cargo build` is no command",
    ),
    change(
        "policy-comment.yml",
        "$(find review -type l)",
        "$(find review -type l -exec sh {} +)",
        "`find` is no command",
    ),
    change("ci.yml", "shell: bash", "shell: sh", "passed over"),
    change(
        "ci.yml",
        "defaults:\n  run:\n    shell: bash\n",
        "",
        "passed over",
    ),
];
