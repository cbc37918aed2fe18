//! How the firmware verifies: that of its kind, and what its own configuration says.

use std::path::Path;

use trust::material::Form;
use trust::outlook::configured_model;
use trust::policy::VerifierModel;
use trust::sdkconfig::Sdkconfig;
use trust::source::SourceFile;

use super::kind::Kind;
use crate::atomic;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// What was configured.
const CONFIGURED: &str = "sdkconfig";
/// What a project asks for, where nothing was configured yet.
const DEFAULTS: &str = "sdkconfig.defaults";

/// A model, and what decided on it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Verifier {
    pub(super) model: VerifierModel,
    pub(super) from: String,
}

/// The verifier of a firmware at `root`.
///
/// # Errors
/// [`Exit::Unreadable`] for a configuration that is none.
pub(super) fn verifier(kind: Kind, chip: &str, root: &Path) -> Result<Verifier> {
    let form = match kind {
        Kind::Arduino | Kind::EspIdfSvc => Form::Pem,
        Kind::EspIdf => Form::BundleV2,
        Kind::EspHal => {
            return Ok(Verifier {
                model: VerifierModel::WebPki,
                from: "rustls-webpki".to_owned(),
            });
        }
    };
    let (config, from) = match read(root, CONFIGURED)? {
        Some(config) => (Some(config), CONFIGURED.to_owned()),
        None => defaults(root, chip)?,
    };
    Ok(Verifier {
        model: configured_model(form, config.as_ref()),
        from,
    })
}

/// As ESP-IDF reads them: those of the chip after those of all.
fn defaults(root: &Path, chip: &str) -> Result<(Option<Sdkconfig>, String)> {
    let own = format!("{DEFAULTS}.{chip}");
    Ok(match (read(root, DEFAULTS)?, read(root, &own)?) {
        (Some(all), Some(one)) => (Some(all.then(one)), format!("{DEFAULTS} and {own}")),
        (Some(all), None) => (Some(all), DEFAULTS.to_owned()),
        // ESP-IDF reads those of the chip beside those of all alone.
        (None, _) => (None, "no sdkconfig: the defaults of ESP-IDF".to_owned()),
    })
}

fn read(root: &Path, name: &str) -> Result<Option<Sdkconfig>> {
    let Some(bytes) = atomic::read(&root.join(name))? else {
        return Ok(None);
    };
    let file = SourceFile::from_bytes(name, &bytes);
    let config = Sdkconfig::read(&file).map_err(|error| {
        Failure::new(Exit::Unreadable, format!("{name} is no sdkconfig"))
            .evidence(error)
            .help("mend the line: it decides how the firmware verifies")
    })?;
    Ok(Some(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_configured_holds_and_else_what_is_asked_for() {
        const CROSS: &str = "CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY";
        const TIME: &str = "CONFIG_MBEDTLS_HAVE_TIME_DATE";
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let put = |name: &str, text: String| std::fs::write(root.join(name), text).unwrap();
        let said = |kind| {
            let verifier = verifier(kind, "esp32c6", root).unwrap();
            (verifier.model.word(), verifier.from)
        };
        let no = "no sdkconfig: the defaults of ESP-IDF";
        assert_eq!(said(Kind::EspIdf), ("esp-idf-bundle", no.to_owned()));
        assert_eq!(said(Kind::Arduino), ("esp-idf-pem", no.to_owned()));

        put(DEFAULTS, format!("{CROSS}=y\n{TIME}=y\n"));
        let from = || DEFAULTS.to_owned();
        assert_eq!(said(Kind::EspIdf), ("esp-idf-bundle-cross-signed", from()));
        assert_eq!(said(Kind::EspIdfSvc), ("esp-idf-pem-time", from()));
        assert_eq!(said(Kind::Arduino), ("esp-idf-pem-time", from()));
        assert_eq!(said(Kind::EspHal).0, "webpki");

        put(
            "sdkconfig.defaults.esp32c6",
            format!("# {TIME} is not set\n"),
        );
        let from = "sdkconfig.defaults and sdkconfig.defaults.esp32c6".to_owned();
        assert_eq!(said(Kind::EspIdfSvc), ("esp-idf-pem", from));

        put(CONFIGURED, format!("# {CROSS} is not set\n"));
        assert_eq!(
            said(Kind::EspIdf),
            ("esp-idf-bundle", CONFIGURED.to_owned())
        );
        put(CONFIGURED, "int main(void);\n".to_owned());
        let failure = verifier(Kind::EspIdf, "esp32c6", root).unwrap_err();
        assert_eq!(failure.exit, Exit::Unreadable);
    }
}
