//! What jobs may do, what they are trusted with, and what starts them.

use super::{Break, change};

pub const ALL: &[Break] = &[
    // What a job may do.
    change(
        "ci.yml",
        "permissions: {}\n",
        "permissions:\n  contents: read\n",
        "`permissions: {}`",
    ),
    change("ci.yml", "permissions: {}\n", "", "`permissions: {}`"),
    change(
        "ci.yml",
        "permissions: {}\n",
        "permissions: write-all\n",
        "the file",
    ),
    change(
        "ci.yml",
        "    permissions:\n      contents: read # to check out\n",
        "",
        "does not say what it may do",
    ),
    change(
        "ci.yml",
        "contents: read",
        "contents: write",
        "checks nothing out",
    ),
    change(
        "watch.yml",
        "contents: read",
        "issues: write",
        "checks nothing out",
    ),
    change(
        "release.yml",
        "    permissions: {}\n",
        "",
        "does not say what it may do",
    ),
    // Secrets.
    change(
        "release.yml",
        "    environment: release\n",
        "",
        "only the job `sign`",
    ),
    change(
        "release.yml",
        "    environment: release\n",
        "",
        "its environment must be `release`",
    ),
    change(
        "release.yml",
        "    environment: publish\n",
        "",
        "its environment must be `publish`",
    ),
    change(
        "ci.yml",
        "        run: cargo xtask test",
        "        env:\n          KEY: ${{ secrets.KEY }}\n        run: cargo xtask test",
        "only the job `sign`",
    ),
    change(
        "ci.yml",
        "        run: cargo xtask test",
        "        env:\n          KEY: ${{ secrets.KEY }}\n        run: cargo xtask test",
        "compiles nothing",
    ),
    change(
        "release.yml",
        "          umask 077",
        "          cargo build\n          umask 077",
        "compiles nothing",
    ),
    change(
        "report.yml",
        "${{ github.token }}",
        "${{ secrets.TOKEN }}",
        "only the job `sign`",
    ),
    change(
        "ci.yml",
        "persist-credentials: false",
        "persist-credentials: true",
        "persist-credentials must be false",
    ),
    change(
        "ci.yml",
        "          persist-credentials: false\n",
        "",
        "persist-credentials must be false",
    ),
    // What starts them.
    change(
        "policy-review.yml",
        "  pull_request:",
        "  pull_request_target:",
        "code of anybody",
    ),
    change(
        "policy-comment.yml",
        "      - name: What the review handed on\n",
        "      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2\n        with:\n          persist-credentials: false\n      - name: What the review handed on\n",
        "checks nothing out",
    ),
    change(
        "policy-comment.yml",
        "        id: review\n        run: |\n",
        "        id: review\n        run: |\n          cargo xtask check\n",
        "compiles nothing",
    ),
    change(
        "policy-review.yml",
        "  pull_request:\n",
        "  pull_request:\n    paths: [policy.toml, \"trust/**\"]\n",
        "no filter of paths",
    ),
    change(
        "ci.yml",
        "  pull_request:\n",
        "  pull_request:\n    paths-ignore: [docs]\n",
        "no filter of paths",
    ),
];
