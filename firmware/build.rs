//! Takes the identity of the build from the environment and names the linker script.
//!
//! Nothing else may enter the image from the environment, or it could not be rebuilt from the
//! release record alone.

/// The bytes that `version` and `project_name` have in the application descriptor, without the closing NUL.
const DESCRIPTOR_BYTES: usize = 31;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg-bins=-Tlinkall.x");
    println!("cargo::rerun-if-changed=rwtext_hook.x");
    println!("cargo::rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    for checks in ["hot_code.x", "main_stack.x"] {
        println!("cargo::rerun-if-changed={checks}");
        println!("cargo::rustc-link-arg-bins=-T{checks}");
    }
    for (name, meaning) in [
        ("PERENNIAL_VERSION", "the version of the release"),
        ("PERENNIAL_PRODUCT", "the name of the product"),
        ("PERENNIAL_COMMIT", "the commit it is built from"),
        (
            "PERENNIAL_RELEASE_DATE",
            "the date its trust store is judged at",
        ),
        (
            "SOURCE_DATE_EPOCH",
            "the time in the application descriptor",
        ),
    ] {
        println!("cargo::rerun-if-env-changed={name}");
        if let Err(problem) = check(name) {
            println!(
                "cargo::error={name} ({meaning}) {problem}: \
                 build the firmware with `cargo xtask build-firmware`"
            );
        }
    }
}

/// Says what is wrong with the environment variable `name`.
fn check(name: &str) -> Result<(), String> {
    let value = std::env::var(name).map_err(|_| "is not set".to_owned())?;
    if value.is_empty() {
        return Err("is empty".to_owned());
    }
    if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!("is not printable ASCII without spaces: {value:?}"));
    }
    let in_descriptor = ["PERENNIAL_PRODUCT", "PERENNIAL_VERSION"].contains(&name);
    if in_descriptor && value.len() > DESCRIPTOR_BYTES {
        return Err(format!(
            "has {} bytes, at most {DESCRIPTOR_BYTES} fit: {value}",
            value.len()
        ));
    }
    if name == "SOURCE_DATE_EPOCH" && value.parse::<u32>().is_err() {
        return Err(format!("is not a number of seconds since 1970: {value}"));
    }
    Ok(())
}
