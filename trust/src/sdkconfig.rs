//! `sdkconfig` and `sdkconfig.defaults` of ESP-IDF (Kconfig): what decides how the device verifies.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::source::{Location, SourceFile};
use crate::verifier::{Behaviour, Checked};

/// Whether notBefore and notAfter are checked.
const HAVE_TIME_DATE: &str = "MBEDTLS_HAVE_TIME_DATE";
/// Whether the bundle is looked at for each certificate that was sent.
const CROSS_SIGNED_VERIFY: &str = "MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY";
/// Whether there is a bundle.
const BUNDLE: &str = "MBEDTLS_CERTIFICATE_BUNDLE";
/// Whether deprecated roots are in it.
const DEPRECATED_LIST: &str = "MBEDTLS_CERTIFICATE_BUNDLE_DEPRECATED_LIST";
/// Whether the two TLS buffers have lengths of their own.
const ASYMMETRIC: &str = "MBEDTLS_ASYMMETRIC_CONTENT_LEN";
const IN_CONTENT_LEN: &str = "MBEDTLS_SSL_IN_CONTENT_LEN";
const MAX_CONTENT_LEN: &str = "MBEDTLS_SSL_MAX_CONTENT_LEN";
/// The chip.
const TARGET: &str = "IDF_TARGET";
const CUSTOM_PATH: &str = "MBEDTLS_CUSTOM_CERTIFICATE_BUNDLE_PATH";
/// Which roots the bundle has: one of these is set.
const CHOICES: [(&str, BundleChoice); 3] = [
    (
        "MBEDTLS_CERTIFICATE_BUNDLE_DEFAULT_CMN",
        BundleChoice::Common,
    ),
    (
        "MBEDTLS_CERTIFICATE_BUNDLE_DEFAULT_FULL",
        BundleChoice::Full,
    ),
    (
        "MBEDTLS_CERTIFICATE_BUNDLE_DEFAULT_NONE",
        BundleChoice::None,
    ),
];

/// A configuration of ESP-IDF, as far as its lines say it.
#[derive(Clone, Debug)]
pub struct Sdkconfig {
    /// The file; of several layers the lowest.
    pub file: Arc<SourceFile>,
    /// What was laid over it, lowest first.
    layers: Vec<Arc<SourceFile>>,
    /// By name without `CONFIG_`; `n` where the file says that it is not set.
    values: BTreeMap<String, Value>,
}

#[derive(Clone, Debug)]
struct Value {
    text: String,
    line: usize,
}

/// A yes-or-no option. Lines count on from one layer to the next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Setting {
    /// `CONFIG_X=y`, on this line.
    Yes(usize),
    /// `# CONFIG_X is not set`, or `CONFIG_X=n`, on this line.
    No(usize),
    /// The file does not say: ESP-IDF's default holds.
    Unsaid,
}

/// Which of Mozilla's roots a bundle of ESP-IDF has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BundleChoice {
    /// The most common ones.
    Common,
    /// All.
    Full,
    /// None: only the project's own.
    None,
}

/// A line that no configuration has.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line} is neither `CONFIG_NAME=VALUE` nor a comment: {text:?}")]
pub struct SdkconfigError {
    /// From 1.
    pub line: usize,
    /// Its beginning.
    pub text: String,
}

impl Setting {
    /// Whether it is set.
    pub fn is_yes(self) -> bool {
        matches!(self, Self::Yes(_))
    }
}

impl Sdkconfig {
    /// Reads a configuration. Of two lines about one option the later one holds, as in Kconfig.
    ///
    /// # Errors
    /// The first line that is not one of a configuration.
    pub fn read(file: &Arc<SourceFile>) -> Result<Self, SdkconfigError> {
        let mut values = BTreeMap::new();
        for (at, line) in file.text.lines().enumerate() {
            let line = line.trim_start_matches('\u{feff}').trim();
            let (name, text) = match parse(line) {
                Ok(Some(pair)) => pair,
                Ok(None) => continue,
                Err(()) => {
                    let text = line.chars().take(60).collect();
                    return Err(SdkconfigError { line: at + 1, text });
                }
            };
            let text = text.trim_matches('"').to_owned();
            values.insert(name.to_owned(), Value { text, line: at + 1 });
        }
        Ok(Self {
            file: Arc::clone(file),
            layers: Vec::new(),
            values,
        })
    }

    /// The same with `layer` over it, whose lines hold where both say something.
    #[must_use]
    pub fn under(mut self, layer: Self) -> Self {
        let lines: usize = self.files().map(|file| file.text.lines().count()).sum();
        for (name, value) in layer.values {
            let line = value.line + lines;
            self.values.insert(name, Value { line, ..value });
        }
        self.layers.push(layer.file);
        self.layers.extend(layer.layers);
        self
    }

    /// Every layer, lowest first.
    pub fn files(&self) -> impl Iterator<Item = &Arc<SourceFile>> {
        std::iter::once(&self.file).chain(&self.layers)
    }

    /// Names of all layers: `sdkconfig.defaults + sdkconfig.defaults.esp32`.
    pub fn name(&self) -> String {
        let names: Vec<_> = self.files().map(|file| file.name.as_str()).collect();
        names.join(" + ")
    }

    /// The chip that it is for, as `esp32c3`, where it says so.
    pub fn chip(&self) -> Option<&str> {
        Some(self.values.get(TARGET)?.text.as_str())
    }

    /// The line that says it, else the first file as a whole.
    pub fn location(&self, setting: Setting) -> Location {
        let (Setting::Yes(number) | Setting::No(number)) = setting else {
            return Location::whole(&self.file);
        };
        let mut before = 0;
        for file in self.files() {
            let mut start = 0;
            for text in file.text.split_inclusive('\n') {
                before += 1;
                if before == number {
                    return Location::new(file, start..start + text.trim_end().len());
                }
                start += text.len();
            }
        }
        Location::whole(&self.file)
    }

    /// The same with what a file says that is read after it: its lines hold.
    #[must_use]
    pub fn then(mut self, later: Self) -> Self {
        self.values.extend(later.values);
        self
    }

    /// `CONFIG_MBEDTLS_HAVE_TIME_DATE`; ESP-IDF's default is no.
    pub fn time_checks(&self) -> Setting {
        self.setting(HAVE_TIME_DATE)
    }

    /// `CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY`; ESP-IDF's default is no.
    pub fn cross_signed_verification(&self) -> Setting {
        self.setting(CROSS_SIGNED_VERIFY)
    }

    /// `CONFIG_MBEDTLS_CERTIFICATE_BUNDLE`; ESP-IDF's default is yes.
    pub fn bundle(&self) -> Setting {
        self.setting(BUNDLE)
    }

    /// `CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_DEPRECATED_LIST`; ESP-IDF's default is no.
    pub fn deprecated_roots(&self) -> Setting {
        self.setting(DEPRECATED_LIST)
    }

    /// Which roots the bundle has, where the file says it; ESP-IDF's default is all of them.
    pub fn bundle_choice(&self) -> Option<BundleChoice> {
        let mut set = CHOICES
            .iter()
            .filter(|(name, _)| self.setting(name).is_yes());
        set.next().map(|(_, choice)| *choice)
    }

    /// The project's own roots in the bundle: the path that the file names.
    pub fn custom_bundle_path(&self) -> Option<&str> {
        let value = self.values.get(CUSTOM_PATH)?;
        Some(value.text.as_str()).filter(|path| !path.is_empty())
    }

    /// Bytes of the TLS input buffer and the line that says so; `None` where the file does not say, or says no number.
    pub fn input_buffer(&self) -> Option<(usize, usize)> {
        let own = self.setting(ASYMMETRIC).is_yes() || !self.values.contains_key(MAX_CONTENT_LEN);
        let name = if own { IN_CONTENT_LEN } else { MAX_CONTENT_LEN };
        let value = self.values.get(name)?;
        Some((value.text.parse().ok()?, value.line))
    }

    /// `behaviour` of a model of mbedTLS, as this configuration changes it.
    pub fn applied_to(&self, behaviour: Behaviour) -> Behaviour {
        let dates = if self.time_checks().is_yes() {
            Checked::Yes
        } else {
            Checked::No
        };
        Behaviour {
            leaf_dates: dates,
            intermediate_dates: dates,
            anchor_dates: if behaviour.model.reads_anchors() {
                dates
            } else {
                behaviour.anchor_dates
            },
            ..behaviour
        }
    }

    fn setting(&self, name: &str) -> Setting {
        match self.values.get(name) {
            Some(value) if value.text == "y" => Setting::Yes(value.line),
            Some(value) => Setting::No(value.line),
            None => Setting::Unsaid,
        }
    }
}

/// Name and value; nothing for empty lines and other comments.
fn parse(line: &str) -> Result<Option<(&str, &str)>, ()> {
    if let Some(comment) = line.strip_prefix('#') {
        let option = comment.trim().strip_prefix("CONFIG_");
        let unset = option.and_then(|option| option.strip_suffix(" is not set"));
        return Ok(unset.map(|name| (name, "n")));
    }
    if line.is_empty() {
        return Ok(None);
    }
    let (name, value) = line.split_once('=').ok_or(())?;
    let name = name.strip_prefix("CONFIG_").ok_or(())?;
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_name = !name.is_empty() && name.bytes().all(known);
    if is_name {
        Ok(Some((name, value)))
    } else {
        Err(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::policy::VerifierModel;
    use crate::verifier::Anchors;

    fn read(text: &str) -> Result<Sdkconfig, SdkconfigError> {
        Sdkconfig::read(&SourceFile::new("sdkconfig", text))
    }

    #[test]
    fn what_is_not_set_is_no_and_what_is_not_there_is_unsaid() {
        let text = "#\n# mbedTLS\n#\r\n# CONFIG_MBEDTLS_HAVE_TIME_DATE is not set\r\nCONFIG_MBEDTLS_CERTIFICATE_BUNDLE=y\n\n\
                    CONFIG_MBEDTLS_SSL_MAX_CONTENT_LEN=4096\nCONFIG_MBEDTLS_CUSTOM_CERTIFICATE_BUNDLE_PATH=\"main/ca.pem\"\n\
                    CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_DEFAULT_CMN=y\n";
        let config = read(text).unwrap();
        assert_eq!(config.time_checks(), Setting::No(4));
        assert_eq!(config.bundle(), Setting::Yes(5));
        assert_eq!(config.cross_signed_verification(), Setting::Unsaid);
        assert_eq!(config.input_buffer(), Some((4096, 7)));
        assert_eq!(config.custom_bundle_path(), Some("main/ca.pem"));
        assert_eq!(config.bundle_choice(), Some(BundleChoice::Common));
    }

    #[test]
    fn the_later_line_holds_and_asymmetric_buffers_have_their_own_length() {
        let text = "CONFIG_MBEDTLS_HAVE_TIME_DATE=n\nCONFIG_MBEDTLS_HAVE_TIME_DATE=y\n\
                    CONFIG_MBEDTLS_SSL_MAX_CONTENT_LEN=2048\nCONFIG_MBEDTLS_ASYMMETRIC_CONTENT_LEN=y\n\
                    CONFIG_MBEDTLS_SSL_IN_CONTENT_LEN=16384\n";
        let config = read(text).unwrap();
        assert_eq!(config.time_checks(), Setting::Yes(2));
        assert_eq!(config.input_buffer(), Some((16_384, 5)));
        let applied = config.applied_to(VerifierModel::EspIdfPem.behaviour());
        assert!(applied.leaf_dates.is_checked() && applied.anchor_dates.is_checked());
        assert_eq!(applied.anchors, Anchors::Any);
        let bundle = config.applied_to(VerifierModel::EspIdfBundle.behaviour());
        assert!(bundle.leaf_dates.is_checked() && !bundle.anchor_dates.is_checked());
    }

    #[test]
    fn a_layer_holds_over_the_one_below_and_keeps_its_lines() {
        let below = "CONFIG_IDF_TARGET=\"esp32c3\"\nCONFIG_MBEDTLS_HAVE_TIME_DATE=y\nCONFIG_MBEDTLS_CERTIFICATE_BUNDLE=y\n";
        let layer = SourceFile::new(
            "sdkconfig.defaults.esp32c3",
            "\n# CONFIG_MBEDTLS_HAVE_TIME_DATE is not set\n",
        );
        let config = read(below).unwrap().under(Sdkconfig::read(&layer).unwrap());
        assert_eq!(config.name(), "sdkconfig + sdkconfig.defaults.esp32c3");
        assert_eq!(config.chip(), Some("esp32c3"));
        assert_eq!(config.time_checks(), Setting::No(5));
        let place = config.location(config.time_checks());
        assert_eq!(
            (place.file.name.as_str(), place.start().0),
            ("sdkconfig.defaults.esp32c3", 2)
        );
        let place = config.location(config.bundle());
        assert_eq!(
            (place.file.name.as_str(), place.start().0),
            ("sdkconfig", 3)
        );
    }

    #[test]
    fn another_file_is_refused_with_its_line() {
        for (text, line) in [
            ("CONFIG_A=y\nint main() {", 2),
            ("CONFIG_=y", 1),
            ("A=y", 1),
        ] {
            assert_eq!(read(text).unwrap_err().line, line, "{text}");
        }
    }
}
