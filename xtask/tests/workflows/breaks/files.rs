//! Caches, machines, the order of a release, and what nobody knows.

use super::{Break, CHECKOUT, change};

pub const ALL: &[Break] = &[
    // Caches.
    change(
        "release.yml",
        "fetch-depth: 0",
        "cache: true",
        "nothing is cached",
    ),
    change(
        "release.yml",
        CHECKOUT,
        "actions/cache@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2",
        "nothing is cached",
    ),
    change(
        "release.yml",
        CHECKOUT,
        "Swatinem/rust-cache@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2",
        "nothing is cached",
    ),
    // Machines and time.
    change(
        "ci.yml",
        "    timeout-minutes: 180\n",
        "",
        "timeout-minutes",
    ),
    change(
        "ci.yml",
        "ubuntu-24.04",
        "ubuntu-latest",
        "another one from one day to the next",
    ),
    change(
        "ci.yml",
        "@sha256:93ce27a88655056a51dbdd8f5f2d7ddc071c7b0070fb288a37b5a285fc83971e",
        "",
        "not pinned by digest",
    ),
    change(
        "ci.yml",
        "concurrency:\n  group: ci-${{ github.ref }}\n  cancel-in-progress: true\n",
        "",
        "no concurrency group",
    ),
    change(
        "watch.yml",
        "if-no-files-found: error",
        "if-no-files-found: warn",
        "must be error",
    ),
    // The order of a release.
    change(
        "release.yml",
        "needs: [compare]",
        "needs: [build]",
        "must come after `compare`",
    ),
    change(
        "release.yml",
        "needs: [verify]",
        "needs: [sign]",
        "must come after `verify`",
    ),
    change(
        "release.yml",
        "needs: [draft]",
        "needs: [verify]",
        "must come after `draft`",
    ),
    change(
        "release.yml",
        "needs: [build]",
        "needs: [publish]",
        "wait for each other",
    ),
    change(
        "release.yml",
        "machine: ubuntu-22.04",
        "machine: ubuntu-24.04",
        "two builders",
    ),
    change("release.yml", "--draft ", "", "it must make a draft"),
    change(
        "release.yml",
        "run: git merge-base --is-ancestor HEAD \"origin/$BRANCH\"",
        "run: cat Cargo.toml",
        "whether the tag is on the branch",
    ),
    change(
        "release.yml",
        "        run: git merge-base",
        "        if: ${{ github.ref == 'x' }}\n        run: git merge-base",
        "whether the tag is on the branch",
    ),
    // What nobody knows.
    change(
        "ci.yml",
        "    timeout-minutes:",
        "    continue-on-error: true\n    timeout-minutes:",
        "continue-on-error",
    ),
    change("ci.yml", "name: ci", "name: [", "the file"),
    change(
        "release.yml",
        "    name: Publish\n",
        "    name: Publish\n    nmae: x\n",
        "nmae",
    ),
];
