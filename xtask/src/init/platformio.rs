//! What `platformio.ini` builds: for which chips, with which framework.

use std::collections::BTreeSet;
use std::path::Path;

use crate::exit::Exit;
use crate::failure::{Failure, Result};

const FILE: &str = "platformio.ini";

/// The values of every section, as far as they are plain.
#[derive(Debug, Default)]
struct Settings {
    platforms: BTreeSet<String>,
    frameworks: BTreeSet<String>,
}

/// Whether the folder is a PlatformIO project.
pub(super) fn is_at(root: &Path) -> bool {
    root.join(FILE).is_file()
}

/// Whether it is built with Arduino.
pub(super) fn has_arduino(root: &Path) -> bool {
    read(root).frameworks.contains("arduino")
}

/// Refuses a project of which nothing can be proven.
///
/// # Errors
/// [`Exit::Unreadable`] for one that is for another family of chips alone.
pub(super) fn require_esp32(root: &Path) -> Result<()> {
    let platforms = read(root).platforms;
    let is_for = |family: &str| platforms.iter().any(|platform| platform.contains(family));
    // What a variable stands for is not known, and neither is a fork's name.
    if platforms.is_empty() || is_for("espressif32") || is_for("esp32") || is_for("$") {
        return Ok(());
    }
    let listed: Vec<_> = platforms.iter().map(String::as_str).collect();
    let what = format!("{FILE} is for no ESP32: platform = {}", listed.join(", "));
    let failure = Failure::new(Exit::Unreadable, what);
    Err(match is_for("espressif8266") {
        true => failure
            .evidence("the ESP8266 verifies with BearSSL, which is not mbedTLS: no model here says what it accepts")
            .help("nothing can be proven of it here; for an ESP32, add an [env:…] with platform = espressif32"),
        false => failure.help("give the folder of a firmware for an ESP32"),
    })
}

/// Why a project without Arduino is not set up by itself.
pub(super) fn without_arduino(root: &Path) -> Failure {
    let frameworks = read(root).frameworks;
    let listed: Vec<_> = frameworks.iter().map(String::as_str).collect();
    let what = match listed[..] {
        [] => format!("{FILE} names no framework"),
        _ => format!(
            "{FILE} is not for Arduino: framework = {}",
            listed.join(", ")
        ),
    };
    let failure = Failure::new(Exit::Unreadable, what);
    if frameworks.contains("espidf") {
        failure
            .evidence("PlatformIO builds components of ESP-IDF, and not the check after the build that is in theirs")
            .help(
                "--kind esp-idf, and after each build: cargo xtask render --check --in .pio/build/ENV/firmware.bin",
            )
    } else {
        failure.help("say what it is: --kind KIND")
    }
}

fn read(root: &Path) -> Settings {
    let text = std::fs::read_to_string(root.join(FILE)).unwrap_or_default();
    settings(&text)
}

/// Lists stand on one line with commas, or on lines of their own that are indented.
fn settings(text: &str) -> Settings {
    let mut settings = Settings::default();
    let mut key = String::new();
    for line in text.lines() {
        let plain = line.split([';', '#']).next().unwrap_or_default();
        let mut values = plain;
        if !plain.starts_with(char::is_whitespace) {
            key.clear();
            if let Some((name, rest)) = plain.split_once('=') {
                name.trim().clone_into(&mut key);
                values = rest;
            }
        }
        let into = match key.as_str() {
            "platform" => &mut settings.platforms,
            "framework" => &mut settings.frameworks,
            _ => continue,
        };
        let values = values.split(',').map(str::trim);
        into.extend(
            values
                .filter(|value| !value.is_empty())
                .map(str::to_lowercase),
        );
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), text).unwrap();
        folder
    }

    #[test]
    fn frameworks_stand_in_lists_and_comments_are_none() {
        for (text, arduino) in [
            ("[env]\nframework = arduino\n", true),
            ("[env:a]\nframework=espidf, Arduino ; both\n", true),
            ("[env:a]\nframework =\n    arduino\n    espidf\n", true),
            (
                "[env:a]\nframework = espidf\n; framework = arduino\n",
                false,
            ),
            (
                "[env:a]\nframework = espidf\nlib_deps =\n  arduino\n",
                false,
            ),
            ("", false),
        ] {
            assert_eq!(has_arduino(project(text).path()), arduino, "{text}");
        }
    }

    #[test]
    fn an_esp8266_is_refused_and_an_esp32_beside_it_is_not() {
        let refuse = |text: &str| require_esp32(project(text).path());
        let failure = refuse("[env:d1]\nplatform = espressif8266@4\n").unwrap_err();
        assert!(failure.evidence[0].contains("BearSSL"), "{failure}");
        refuse("[env:uno]\nplatform = atmelavr\n").unwrap_err();
        for good in [
            "[env:a]\nplatform = espressif8266\n[env:b]\nplatform = espressif32 @ 6.5.0\n",
            "[env]\nplatform = https://github.com/pioarduino/platform-espressif32/x.zip\n",
            "[env]\nplatform = ${common.platform}\n",
            "",
        ] {
            refuse(good).unwrap();
        }
    }
}
