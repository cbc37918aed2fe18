//! The reader of ESP-IDF configurations.

#![no_main]

use libfuzzer_sys::fuzz_target;
use trust::policy::VerifierModel;
use trust::sdkconfig::{Sdkconfig, Setting};
use trust::source::SourceFile;

fuzz_target!(|bytes: &[u8]| {
    let file = SourceFile::from_bytes("sdkconfig", bytes);
    let lines = file.text.lines().count();
    match Sdkconfig::read(&file) {
        Ok(config) => {
            for setting in [
                config.time_checks(),
                config.cross_signed_verification(),
                config.bundle(),
            ] {
                if let Setting::Yes(line) | Setting::No(line) = setting {
                    assert!((1..=lines).contains(&line));
                }
            }
            for model in VerifierModel::ALL {
                let behaviour = config.applied_to(model.behaviour());
                assert_eq!(
                    behaviour.leaf_dates.is_checked(),
                    config.time_checks().is_yes()
                );
            }
        }
        Err(error) => assert!((1..=lines).contains(&error.line)),
    }
});
