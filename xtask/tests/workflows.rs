//! The workflows keep to their rules, and each rule finds the workflow in which it alone is broken.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

use xtask::test::workflows::{self, rules};

fn files() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    workflows::read(root).unwrap()
}

#[test]
fn the_workflows_keep_to_the_rules() {
    assert_eq!(rules::judge(&files()), []);
}

#[test]
fn no_workflow_at_all_is_found() {
    let problems = rules::judge(&BTreeMap::new());
    let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(
        said[0].contains("0 references to actions were found"),
        "{said:?}"
    );
    assert!(
        said.iter()
            .any(|line| line.contains("release.yml is missing"))
    );
}

/// One thing broken once: the file, what is replaced by what, and what must be said.
struct Mutation {
    file: &'static str,
    from: &'static str,
    to: &'static str,
    says: &'static str,
}

const fn change(
    file: &'static str,
    from: &'static str,
    to: &'static str,
    says: &'static str,
) -> Mutation {
    Mutation {
        file,
        from,
        to,
        says,
    }
}

const CHECKOUT: &str = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2";

const MUTATIONS: &[Mutation] = &[
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
    change("ci.yml", "shell: bash", "shell: sh", "passed over"),
    change(
        "ci.yml",
        "defaults:\n  run:\n    shell: bash\n",
        "",
        "passed over",
    ),
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

#[test]
fn each_rule_finds_what_breaks_it() {
    for Mutation {
        file,
        from,
        to,
        says,
    } in MUTATIONS
    {
        let mut changed = files();
        let text = changed.get_mut(*file).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        *text = text.replacen(from, to, 1);
        let problems = rules::judge(&changed);
        let told =
            |problem: &rules::Problem| problem.file == *file && problem.to_string().contains(says);
        assert!(
            problems.iter().any(told),
            "{file}: {from:?} to {to:?}: {problems:#?}"
        );
    }
}

#[test]
fn a_workflow_that_is_gone_is_found() {
    for file in [
        "ci.yml",
        "policy-review.yml",
        "release.yml",
        "rebuild.yml",
        "watch.yml",
    ] {
        let mut changed = files();
        changed.remove(file);
        let missing = format!("{file} is missing");
        let problems = rules::judge(&changed);
        assert!(
            problems.iter().any(|problem| problem.message == missing),
            "{file}"
        );
    }
}
