//! Good examples of what [`crate::project`] reads: the seeds of the target `coverage`.

use std::io;
use std::path::Path;

use crate::project::{BETWEEN, CHAIN};

/// What a CA of these examples alone says of itself.
const FACTS: &str = r#"schema-version = 1
confidence = "announced"
source = "made"

[[chain]]
owner = "Made"
profile = "default"
key-type = "rsa"
from = "2021-01-01"
issuers = [{ name = "R3", spki-sha256 = "8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d" }]

[[chain]]
owner = "Made"
profile = "default"
key-type = "ecdsa"
from = "2026-01-01"
announced = "2025-06-01"
root = { name = "ISRG Root X2", sha256 = "69729b8e15a86efc177a57afb7171dfc64add28c2fca8cf1507e34453ccb1470" }
confidence = "assumed"

[[event]]
date = "2027-01-01"
announced = "2026-02-01"
owner = "Made"
kind = "distrust"
retires = [
    { name = "ISRG Root X1", spki-sha256 = "0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3" },
]

[[event]]
date = "2026-10-15"
owner = "Made"
kind = "leaf-lifetime"
days = 47
"#;

/// An endpoint of that CA, and what is asked of it less than of the others.
const MADE: &str = r#"
[[endpoint]]
name = "made"
url = "https://made.example.com/"
owner = "Made"
profile = "default"
leaf-days = 90
"#;

/// Name and bytes of each example.
///
/// # Errors
/// Fixtures that cannot be read.
pub fn seeds(trust: &Path) -> io::Result<Vec<(&'static str, Vec<u8>)>> {
    let fixture = |path: &str| std::fs::read(trust.join("fixtures").join(path));
    let release = |path: &str| fixture(&format!("forecast/{path}.toml"));
    let x3_to_r3 = &["leaf-2023-lencr-org-by-r3", "r3-by-isrg-root-x1"];
    let e6 = &["leaf-2024-lencr-org-by-e6", "e6-by-isrg-root-x2"];
    let e5 = &["leaf-2024-lencr-org-by-e5", "e5-by-isrg-root-x1"];
    let x3 = &["leaf-2019-by-lets-encrypt-authority-x3"];
    let chain = |names: &[&str]| -> io::Result<Vec<u8>> {
        let files = names.iter().map(|name| fixture(&format!("pki/{name}.pem")));
        Ok(files.collect::<io::Result<Vec<_>>>()?.concat())
    };
    let seen = |more: &str| captured("lencr.org", more);
    let of_1_0_4 = release("deploy-the-fleet/trust/releases/1.0.4")?;
    let of_1_0_7 = release("deploy-the-fleet/trust/releases/1.0.7")?;
    let of_1_2_14 = release("mdash/trust/releases/1.2.14")?;
    let with_capture = String::from_utf8_lossy(&of_1_0_4).replace(
        "leaf-ends = \"2024-08-23\"",
        &format!("chains = [\"{CHAIN}\"]"),
    );
    let with_capture = with_capture.replace("ota.example.com", "lencr.org");
    Ok(vec![
        ("judge", input("2026-07-01\nask judge", "", "", &[], &[])),
        ("late", input("2032-06-30\nask judge", "", "", &[], &[])),
        ("solve", input("2026-07-01\nask solve", "", "", &[], &[])),
        (
            "solve-captured",
            input(
                "2024-07-01\nask solve\nwithout waiver",
                &seen(""),
                "",
                &chain(e6)?,
                &[],
            ),
        ),
        (
            "captured-e6",
            input(
                "2024-07-01\nknown",
                &seen("leaf-days = 90\n"),
                "",
                &chain(e6)?,
                &[],
            ),
        ),
        (
            "captured-e5-webpki",
            input(
                "2024-12-01\nverifier webpki",
                &seen(""),
                "",
                &chain(e5)?,
                &of_1_0_7,
            ),
        ),
        (
            "captured-leaf-alone",
            input(
                "2019-08-01\nverifier bearssl",
                &captured("lists.for-our.info", ""),
                "",
                &chain(x3)?,
                &[],
            ),
        ),
        (
            "captured-r3-in-a-release",
            input(
                "2024-01-01\nask forecast\nknown\nhang",
                "",
                "",
                &chain(x3_to_r3)?,
                with_capture.as_bytes(),
            ),
        ),
        (
            "fleet-1.0.4",
            input(
                "2024-04-12\nask forecast\nknown\nhang",
                "",
                "",
                &[],
                &of_1_0_4,
            ),
        ),
        (
            "mdash-1.2.14-time",
            input("2023-07-10\nask forecast\nhang", "", "", &[], &of_1_2_14),
        ),
        (
            "what-if",
            input(
                "2027-01-01\nask forecast\nhang\ndistrust ISRG Root X1\ndrop Root YR signed by ISRG Root X1\nswitch primary=DigiCert",
                "",
                "",
                &[],
                &of_1_0_7,
            ),
        ),
        (
            "facts",
            input(
                "2026-07-01\nask judge\nverifier esp-idf-pem-time\nproduction",
                MADE,
                FACTS,
                &[],
                &[],
            ),
        ),
        (
            "facts-forecast",
            input(
                "2026-07-01\nask forecast\nhang\nverifier openssl-1.0",
                MADE,
                FACTS,
                &[],
                &of_1_0_7,
            ),
        ),
        (
            "facts-solve",
            input(
                "2026-07-01\nask solve\nverifier esp-idf-bundle\nwithout pin-fallback",
                MADE,
                FACTS,
                &[],
                &[],
            ),
        ),
        (
            "required",
            input(
                "2026-07-01\nwithout coverage\nverifier esp-idf-bundle-cross-signed",
                "\n[coverage]\nindependent-paths = 1\ndistinct-owners = 1\ncount-private = true\ncount-rescue = true\n",
                "",
                &[],
                &[],
            ),
        ),
    ])
}

/// An endpoint of which a chain was captured.
fn captured(host: &str, more: &str) -> String {
    format!(
        "\n[[endpoint]]\nname = \"captured\"\nurl = \"https://{host}/\"\nowner = \"Let's Encrypt\"\n\
         profile = \"default\"\n{more}chains = [\"{CHAIN}\"]\n"
    )
}

fn input(asked: &str, policy: &str, facts: &str, chain: &[u8], release: &[u8]) -> Vec<u8> {
    let parts = [
        asked.as_bytes(),
        policy.as_bytes(),
        facts.as_bytes(),
        chain,
        release,
    ];
    parts.join(BETWEEN)
}
