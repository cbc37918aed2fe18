//! What is burnt, in which order, and what cannot be taken back.

use serde::Serialize;

use super::Slot;

/// One thing that is burnt.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Burn {
    /// When in the life of a device.
    pub when: When,
    /// eFuses, as `espefuse` names them.
    pub efuses: Vec<String>,
    /// The command; none where the device or its boot loader does it.
    pub command: Option<String>,
    /// What it does, and what it costs.
    pub effect: String,
}

/// When in the life of a device.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Where devices are made, after the signed boot loader and application are in the flash.
    Factory,
    /// In the field.
    Service,
}

/// What nobody may overlook.
const WARNINGS: [&str; 7] = [
    "burning is irreversible: an eFuse that is 1 is never 0 again, and a wrong digest makes the device useless",
    "the boot loader in flash.bin of a release verifies no signature and knows no anti-rollback: Secure Boot needs one \
     that is built for it (ESP-IDF, CONFIG_SECURE_BOOT_V2_ENABLED, CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK), signed too",
    "the boot loader is not replaced in the field: sign it with every key that is ever to sign, or the revocation of \
     its only key stops the device",
    "a slot without a digest that is not revoked takes the key of whoever burns one: revoke it, or fill it",
    "RD_DIS is write-protected with Secure Boot, or a digest could be made unreadable: burn a flash encryption key \
     before",
    "leave SECURE_BOOT_AGGRESSIVE_REVOKE alone: it revokes a key when an image that it signed does not verify, and \
     flash that is damaged in the field is reason enough",
    "devices that were off meanwhile come back with the old release: keep it downloadable with a key that is not \
     revoked, and never raise secure_version past what the oldest of them can update to",
];

/// What nobody may overlook who has only one key.
const ONE_KEY: &str = "only one slot has a key: when its private half is lost no device takes an update again, and when it \
                       is stolen it cannot be revoked; burn the digests of two more, and keep those keys in other places";

/// What nobody may overlook with these slots.
pub fn warnings(slots: &[Slot]) -> Vec<&'static str> {
    let keys = slots.iter().filter(|slot| slot.key_digest.is_some());
    let one_key = (keys.count() == 1).then_some(ONE_KEY);
    one_key.into_iter().chain(WARNINGS).collect()
}

/// Every burn for these slots, in order. Where no key is given at all, the plan is for three that come later: a device
/// whose slots are all revoked is useless.
pub fn of(slots: &[Slot]) -> Vec<Burn> {
    let known = slots.iter().any(|slot| slot.key_digest.is_some());
    let has_key = |slot: &&Slot| slot.key_digest.is_some() || !known;
    let of_slot = |slot| match has_key(&slot) {
        true => trusted(slot),
        false => never_used(slot),
    };
    let mut burns: Vec<Burn> = slots.iter().map(of_slot).collect();
    burns.extend(FACTORY.map(|(efuses, command, effect)| factory(efuses, command, effect)));
    burns.push(Burn {
        when: When::Service,
        efuses: vec!["SECURE_VERSION".to_owned()],
        command: None,
        effect: "the boot loader burns one bit for each step of secure_version, when a release that has a higher one \
                 is confirmed: no older release starts again on this device"
            .to_owned(),
    });
    burns.extend(slots.iter().filter(has_key).map(revocation));
    burns
}

/// The rest of what is burnt where devices are made, behind the slots.
const FACTORY: [(&[&str], &str, &str); 5] = [
    (
        &["SECURE_BOOT_EN"],
        "burn-efuse SECURE_BOOT_EN 1",
        "from now on the chip starts only a boot loader that a key of the slots signed",
    ),
    (
        &["RD_DIS"],
        "write-protect-efuse RD_DIS",
        "no digest can be made unreadable, and no later key either",
    ),
    (
        &["DIS_PAD_JTAG", "DIS_USB_JTAG", "SOFT_DIS_JTAG"],
        "burn-efuse DIS_PAD_JTAG 1 DIS_USB_JTAG 1 SOFT_DIS_JTAG 7",
        "no debugger runs other code: on the bench neither",
    ),
    (
        &["DIS_DIRECT_BOOT"],
        "burn-efuse DIS_DIRECT_BOOT 1",
        "the chip does not start code from flash past the boot loader",
    ),
    (
        &["ENABLE_SECURITY_DOWNLOAD"],
        "burn-efuse ENABLE_SECURITY_DOWNLOAD 1",
        "the serial download mode reads no flash and burns no eFuse: espefuse cannot be used after it",
    ),
];

fn trusted(slot: &Slot) -> Burn {
    let number = slot.slot;
    let file = format!("digest-{number}.bin");
    let digest = match &slot.key_digest {
        Some(digest) => format!("with the digest {digest}"),
        None => format!("whose digest is in {file}: no key was given, this is the plan for three"),
    };
    factory(
        &[
            &format!("BLOCK_KEY{number}"),
            &format!("KEY_PURPOSE_{number}"),
        ],
        &format!("burn-key BLOCK_KEY{number} {file} SECURE_BOOT_DIGEST{number}"),
        &format!("slot {number} trusts the key {digest}"),
    )
}

fn never_used(slot: &Slot) -> Burn {
    let number = slot.slot;
    factory(
        &[&format!("SECURE_BOOT_KEY_REVOKE{number}")],
        &format!("burn-efuse SECURE_BOOT_KEY_REVOKE{number} 1"),
        &format!("slot {number} has no key and never gets one"),
    )
}

fn factory(efuses: &[&str], command: &str, effect: &str) -> Burn {
    Burn {
        when: When::Factory,
        efuses: efuses.iter().map(|name| (*name).to_owned()).collect(),
        command: Some(format!("espefuse --chip esp32c3 {command}")),
        effect: effect.to_owned(),
    }
}

fn revocation(slot: &Slot) -> Burn {
    let number = slot.slot;
    Burn {
        when: When::Service,
        efuses: vec![format!("SECURE_BOOT_KEY_REVOKE{number}")],
        command: None,
        effect: format!(
            "only if the private key of slot {number} is lost or stolen: the firmware burns it, after the device runs a \
             release that a key of another slot signed, and only if that key signed the boot loader too"
        ),
    }
}
