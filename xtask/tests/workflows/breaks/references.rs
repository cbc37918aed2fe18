//! References to actions and workflows.

use super::{Break, CHECKOUT, change};

pub const ALL: &[Break] = &[
    // References to actions.
    change(
        "ci.yml",
        CHECKOUT,
        "actions/checkout@v6.0.2 # v6.0.2",
        "is not pinned",
    ),
    change("ci.yml", CHECKOUT, "actions/checkout@main", "is not pinned"),
    change(
        "ci.yml",
        CHECKOUT,
        "actions/checkout@de0fac2 # v6.0.2",
        "is not pinned",
    ),
    change("ci.yml", " # v6.0.2", "", "is not pinned"),
    change("ci.yml", " # v6.0.2", " # v6", "is not pinned"),
    change("ci.yml", " # v6.0.2", " # latest", "is not pinned"),
    change("ci.yml", "@de0fac2e", "@DE0FAC2E", "is not pinned"),
    change("ci.yml", CHECKOUT, "docker://alpine:3", "is not pinned"),
    change("ci.yml", CHECKOUT, "./.github/actions/own", "is not pinned"),
    change(
        "watch.yml",
        "      - name: Today\n",
        "      - { \"uses\": example/own@v4 }\n      - name: Today\n",
        "example/own@v4 is not pinned",
    ),
    change(
        "watch.yml",
        "      - name: Today\n",
        "      - { \"uses\": example/own@de0fac2e4500dabe0009e67214ff5f5447ce83dd }\n      - name: Today\n",
        "on a line of its own",
    ),
    change(
        "watch.yml",
        "      - name: Today\n",
        "      - { \"\\x75ses\": example/own@de0fac2e4500dabe0009e67214ff5f5447ce83dd }\n      - name: Today\n",
        "they must be the same",
    ),
    change(
        "ci.yml",
        CHECKOUT,
        ">-\n          actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd",
        "they must be the same",
    ),
    change(
        "ci.yml",
        CHECKOUT,
        "actions/checkout@v6 # de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2",
        "actions/checkout@v6 is not pinned",
    ),
    change(
        "watch.yml",
        "./.github/workflows/report.yml",
        "./.github/workflows/other.yml",
        "is no workflow of this repository",
    ),
    change(
        "watch.yml",
        "./.github/workflows/report.yml",
        "example/own/.github/workflows/report.yml@main",
        "example/own/.github/workflows/report.yml@main is not pinned",
    ),
];
