//! What other settings of the compiler and other arithmetic would cost: the second table of docs/device-performance.md.

use xtask::build::on_target::{AS_RELEASED, Variant, compile};

use super::costs::{COST, grouped};
use super::machine::{ask, recorded, root};

/// Settings that are not the firmware's.
const OTHERS: [Variant; 5] = [
    Variant {
        name: "opt-level-2",
        profile: &[("OPT_LEVEL", "2")],
        ..AS_RELEASED
    },
    Variant {
        name: "opt-level-3",
        profile: &[("OPT_LEVEL", "3")],
        ..AS_RELEASED
    },
    Variant {
        name: "arithmetic-at-3",
        settings: &ARITHMETIC_AT_3,
        ..AS_RELEASED
    },
    Variant {
        name: "no-overflow-checks",
        profile: &[("OVERFLOW_CHECKS", "false")],
        ..AS_RELEASED
    },
    Variant {
        name: "ed25519-fiat",
        flags: &["--cfg", "curve25519_dalek_backend=\"fiat\""],
        ..AS_RELEASED
    },
];

/// The crates that compute with large numbers.
const ARITHMETIC_AT_3: [&str; 8] = [
    "profile.release.package.crypto-bigint.opt-level=3",
    "profile.release.package.curve25519-dalek.opt-level=3",
    "profile.release.package.elliptic-curve.opt-level=3",
    "profile.release.package.num-bigint-dig.opt-level=3",
    "profile.release.package.p256.opt-level=3",
    "profile.release.package.p384.opt-level=3",
    "profile.release.package.primeorder.opt-level=3",
    "profile.release.package.sha2.opt-level=3",
];

#[test]
#[ignore = "it compiles the device's code several times, and compares what nobody ships"]
fn other_settings_cost() {
    let questions = recorded(|name| name.starts_with(COST));
    for variant in [AS_RELEASED].iter().chain(&OTHERS) {
        let program = compile(root(), variant).unwrap();
        let size = loaded_bytes(&std::fs::read(&program).unwrap());
        println!("{}: {} bytes", variant.name, grouped(size));
        for ((name, ..), answered) in questions.iter().zip(ask(&program, &questions)) {
            println!(
                "  {:>11} {}",
                grouped(answered.instructions),
                &name[COST.len()..]
            );
        }
    }
}

/// Bytes of code and data of an ELF file.
fn loaded_bytes(elf: &[u8]) -> u64 {
    use object::{Object as _, ObjectSegment as _};
    let file = object::File::parse(elf).unwrap();
    file.segments().map(|segment| segment.file_range().1).sum()
}
