//! What each ecosystem gets: the rendered files, and the files that put them into its build.

use trust::render::Format as Form;

use super::kind::Kind;
use super::plan::Plan;

/// A rendered file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Output {
    pub(super) form: Form,
    /// From the root of the project.
    pub(super) path: &'static str,
}

/// A file that is the same in every project.
pub(super) type Fixed = (&'static str, &'static str);

/// What every project gets.
pub(super) const COMMON: [Fixed; 3] = [
    (
        ".github/workflows/trust.yml",
        include_str!("../../../templates/adopt/trust.yml"),
    ),
    (
        "trust/endpoints/README.md",
        include_str!("../../../templates/adopt/endpoints-readme.md"),
    ),
    (
        "trust/releases/README.md",
        include_str!("../../../templates/adopt/releases-readme.md"),
    ),
];

const ARDUINO: [Fixed; 1] = [(
    "scripts/perennial.py",
    include_str!("../../../templates/adopt/arduino/perennial.py"),
)];

const ESP_HAL: [Fixed; 1] = [(
    "src/trust.rs",
    include_str!("../../../templates/adopt/esp-hal/trust.rs"),
)];

const ESP_IDF: [Fixed; 4] = [
    (
        "components/perennial/CMakeLists.txt",
        include_str!("../../../templates/adopt/esp-idf/CMakeLists.txt"),
    ),
    (
        "components/perennial/include/perennial.h",
        include_str!("../../../templates/adopt/esp-idf/perennial.h"),
    ),
    (
        "components/perennial/perennial.c",
        include_str!("../../../templates/adopt/esp-idf/perennial.c"),
    ),
    (
        "sdkconfig.defaults.perennial",
        include_str!("../../../templates/adopt/esp-idf/sdkconfig.defaults.perennial"),
    ),
];

const ESP_IDF_SVC: [Fixed; 1] = [(
    "src/trust_store.rs",
    include_str!("../../../templates/adopt/esp-idf-svc/trust_store.rs"),
)];

/// The rendered files of a plan.
pub(super) fn outputs(plan: &Plan) -> Vec<Output> {
    let output = |form, path| Output { form, path };
    match plan.kind {
        Kind::Arduino if plan.is_plain_sketch => vec![output(Form::CHeader, "trust_store.h")],
        Kind::Arduino => vec![output(Form::CHeader, "include/trust_store.h")],
        Kind::EspHal => vec![output(Form::WebPki, "src/trust_anchors.rs")],
        Kind::EspIdf => vec![
            output(Form::Pem, "components/perennial/trust_store.pem"),
            output(
                Form::EspBundleV1,
                "components/perennial/v1/trust_store.bundle",
            ),
            output(
                Form::EspBundleV2,
                "components/perennial/v2/trust_store.bundle",
            ),
        ],
        Kind::EspIdfSvc => vec![output(Form::Pem, "src/trust_store.pem")],
    }
}

/// The files that use them.
pub(super) fn files(kind: Kind) -> &'static [Fixed] {
    match kind {
        Kind::Arduino => &ARDUINO,
        Kind::EspHal => &ESP_HAL,
        Kind::EspIdf => &ESP_IDF,
        Kind::EspIdfSvc => &ESP_IDF_SVC,
    }
}

/// What is left for a person: nothing that is there already is changed.
pub(super) fn next_steps(plan: &Plan) -> Vec<&'static str> {
    match plan.kind {
        Kind::Arduino if plan.is_plain_sketch => vec![
            "in the sketch: #include \"trust_store.h\", and client.setCACert(TRUST_STORE_PEM) in place of setInsecure",
            "after each build: python3 scripts/perennial.py FIRMWARE.bin",
        ],
        Kind::Arduino => vec![
            "in platformio.ini, below [env:…]: extra_scripts = post:scripts/perennial.py",
            "in the source: #include \"trust_store.h\", and client.setCACert(TRUST_STORE_PEM) in place of setInsecure",
        ],
        Kind::EspHal => vec![
            "in Cargo.toml: rustls-webpki = { version = \"0.103\", default-features = false }",
            "in Cargo.toml: rustls-pki-types = { version = \"1\", default-features = false }",
            "in the source: mod trust; mod trust_anchors; and trust::verify_server for the chain that the TLS crate hands out",
            "after each build: cargo perennial render --check --in target/TARGET/release/PROGRAM",
        ],
        Kind::EspIdf => vec![
            "in the source: #include \"perennial.h\", and .crt_bundle_attach = perennial_attach",
            "in main/CMakeLists.txt, where it names what it requires: PRIV_REQUIRES perennial",
            "for code that calls esp_crt_bundle_attach itself: sdkconfig.defaults.perennial says how",
            "idf.py build now fails when the final image does not hold the store",
        ],
        Kind::EspIdfSvc => vec![
            "in the source: mod trust_store; then trust_store::install()? and use_global_ca_store: true",
            "after each build: cargo perennial render --check --in target/TARGET/release/PROGRAM",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An action is somebody else's program: a commit of it, with its version for the reader.
    #[test]
    fn every_action_of_the_workflow_is_pinned() {
        let (_, workflow) = COMMON[0];
        assert!(workflow.contains("\npermissions: {}\n"));
        let uses = workflow
            .lines()
            .filter_map(|line| line.split_once("uses: "));
        let mut found = 0;
        for (_, action) in uses {
            let (action, version) = action.split_once(" # v").unwrap();
            let (_, commit) = action.split_once('@').unwrap();
            let is_commit = commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(is_commit && !version.is_empty(), "{action}");
            found += 1;
        }
        assert_eq!(found, 1);
    }

    /// The toolchain of the firmware need not be installed where the policy is proven, and a proof is for a day.
    #[test]
    fn the_workflow_needs_no_toolchain_of_the_firmware_and_runs_each_week() {
        let (_, workflow) = COMMON[0];
        let (_, job) = workflow.split_once("\njobs:\n").unwrap();
        let (before_steps, _) = job.split_once("    steps:\n").unwrap();
        assert!(before_steps.contains("      RUSTUP_TOOLCHAIN: stable\n"));
        assert!(workflow.contains("  schedule:\n    - cron: "));
        assert!(workflow.contains("check --as-of \"$(date -u +%F)\""));
    }
}
