//! The chip of a firmware repository, from its own configuration.

use std::collections::BTreeSet;
use std::path::Path;

use trust::policy::Product;

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Where the ecosystems say the chip.
const FILES: [&str; 5] = [
    ".cargo/config.toml",
    "Cargo.toml",
    "platformio.ini",
    "sdkconfig",
    "sdkconfig.defaults",
];

/// The chip where no file names one: the first of its family, and the default of ESP-IDF.
const DEFAULT: &str = "esp32";

/// A chip, and where it was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Chip {
    pub(super) name: &'static str,
    pub(super) from: &'static str,
}

/// The chip that was asked for, else that of the tree at `root`.
///
/// # Errors
/// A chip that is not known, or files that name several.
pub(super) fn decide(asked: Option<&str>, root: &Path) -> Result<Chip> {
    if let Some(word) = asked {
        return Ok(Chip {
            name: known(word)?,
            from: "--chip",
        });
    }
    for file in FILES {
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        let mut chips = named_in(&text);
        // Crates and boards are called esp32-… whatever chip they are for.
        if chips.len() > 1 {
            chips.remove(DEFAULT);
        }
        let mut chips = chips.into_iter();
        match (chips.next(), chips.next()) {
            (Some(chip), None) => {
                return Ok(Chip {
                    name: known(&chip)?,
                    from: file,
                });
            }
            (Some(chip), Some(other)) => {
                let what = format!("{file} names several chips: {chip}, {other}");
                return Err(Failure::new(Exit::Unreadable, what)
                    .help("say which one the devices have: --chip CHIP"));
            }
            (None, _) => {}
        }
    }
    Ok(Chip {
        name: DEFAULT,
        from: "no file names one",
    })
}

fn known(word: &str) -> Result<&'static str> {
    let chips = Product::CHIPS.into_iter();
    chips.into_iter().find(|chip| *chip == word).ok_or_else(|| {
        let what = format!("{word} is no chip with a network of its own");
        Failure::new(Exit::Unreadable, what)
            .evidence(format!("known: {}", Product::CHIPS.join(", ")))
            .help("say which one the devices have: --chip CHIP")
    })
}

/// `esp32` and what tells the chips of the family apart: one letter and a number. `esp32-c3-devkitm-1` names an ESP32-C3.
fn named_in(text: &str) -> BTreeSet<String> {
    let text = text.to_ascii_lowercase();
    let mut chips = BTreeSet::new();
    for (at, _) in text.match_indices(DEFAULT) {
        let rest = &text[at + DEFAULT.len()..];
        let rest = rest.strip_prefix(['-', '_']).unwrap_or(rest);
        let letter = rest.chars().next().filter(|c| "chps".contains(*c));
        let digits: String = rest
            .chars()
            .skip(1)
            .take_while(char::is_ascii_digit)
            .collect();
        chips.insert(match letter {
            Some(letter) if !digits.is_empty() => format!("{DEFAULT}{letter}{digits}"),
            _ => DEFAULT.to_owned(),
        });
    }
    chips
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chip_is_read_from_a_board_a_feature_and_a_setting() {
        for (text, chips) in [
            ("board = esp32-c3-devkitm-1", &["esp32c3"][..]),
            ("board = esp32dev", &["esp32"]),
            ("features = [\"esp32c61\"]", &["esp32c61"]),
            ("CONFIG_IDF_TARGET=\"esp32s3\"", &["esp32s3"]),
            ("MCU = \"esp32p4\"", &["esp32p4"]),
            ("esp32-hal = 1\nesp32h2", &["esp32", "esp32h2"]),
            ("esp8266", &[]),
        ] {
            let found: Vec<_> = named_in(text).into_iter().collect();
            assert_eq!(found, chips, "{text}");
        }
    }

    #[test]
    fn several_chips_and_one_without_a_network_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("platformio.ini");
        std::fs::write(&file, "board = esp32-c3-x\nboard = esp32-s3-x\n").unwrap();
        let failure = decide(None, folder.path()).unwrap_err();
        assert!(failure.what.contains("esp32c3, esp32s3"), "{failure}");
        std::fs::write(&file, "board = esp32-h2-devkitm-1\n").unwrap();
        let failure = decide(None, folder.path()).unwrap_err();
        assert!(failure.what.starts_with("esp32h2"), "{failure}");
        let chip = decide(Some("esp32c6"), folder.path()).unwrap();
        assert_eq!((chip.name, chip.from), ("esp32c6", "--chip"));
        std::fs::remove_file(&file).unwrap();
        assert_eq!(decide(None, folder.path()).unwrap().name, "esp32");
    }
}
