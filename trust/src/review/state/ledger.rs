//! The ledger: what was recorded of each shipped release.

use std::sync::Arc;

use super::value::quoted;
use super::{Item, State};
use crate::ledger::{
    Ledger, Release, ReleaseAnchor, ReleaseArtefact, ReleaseEndpoint, ReleasePin,
    ReleaseRescueKeys, ReleaseStore, RescueStore,
};
use crate::policy::{AfterExpiry, PublicKey};
use crate::review::subject::Section;
use crate::source::SourceFile;

impl State {
    /// The releases of `trust/releases/`, by version, and the rescue stores of `trust/rescues/`, by sequence.
    pub(in crate::review) fn add_releases(&mut self, files: &[Arc<SourceFile>]) {
        let (ledger, findings) = Ledger::read(files);
        self.add_unreadable(files, &findings);
        for recorded in ledger.releases() {
            let release = &recorded.release;
            self.add(Section::Release, &release.version, of_release(release));
        }
        for recorded in ledger.rescues() {
            let sequence = recorded.rescue.sequence.to_string();
            let item = of_rescue_store(&sequence, &recorded.rescue);
            self.add(Section::RescueStore, sequence, item);
        }
    }
}

fn of_release(release: &Release) -> Item {
    let Release {
        version,
        commit,
        released,
        channel,
        product,
        verifier,
        service_ends,
        longest_offline_days,
        units,
        partition_table_sha256,
        store: ReleaseStore { sequence, sha256 },
        rescue,
        anchors,
        pins,
        endpoints,
        artefacts,
    } = release;
    Item::new(version)
        .text("commit", commit)
        .day("released", *released)
        .text("channel", channel.word())
        .text("product", product)
        .text("verifier", verifier.word())
        .day("service-ends", *service_ends)
        .number("longest-offline-days", *longest_offline_days)
        .maybe(*units, |item, units| item.number("units", units))
        .maybe(*partition_table_sha256, |item, sha256| {
            item.text("partition-table-sha256", hex::encode(sha256))
        })
        .number("store-sequence", *sequence)
        .text("store-sha256", hex::encode(sha256))
        .maybe(rescue.as_ref(), of_rescue_keys)
        .set("anchors", anchors.iter().map(of_anchor))
        .set("pins", pins.iter().map(of_pin))
        .list("endpoints", endpoints.iter().map(of_endpoint))
        .set("artefacts", artefacts.iter().map(of_artefact))
}

fn of_rescue_keys(item: Item, rescue: &ReleaseRescueKeys) -> Item {
    let ReleaseRescueKeys { threshold, keys } = rescue;
    item.number("rescue-threshold", *threshold)
        .set("rescue-keys", keys.iter().map(PublicKey::to_text))
}

fn of_rescue_store(name: &str, rescue: &RescueStore) -> Item {
    let RescueStore {
        sequence,
        product,
        issued,
        store_sha256,
        sha256,
        signed_by,
        releases,
    } = rescue;
    Item::new(name)
        .number("sequence", *sequence)
        .text("product", product)
        .day("issued", *issued)
        .text("store-sha256", hex::encode(store_sha256))
        .text("sha256", hex::encode(sha256))
        .set("signed-by", signed_by)
        .set("releases", releases)
}

fn of_anchor(anchor: &ReleaseAnchor) -> String {
    let ReleaseAnchor {
        name,
        sha256,
        spki_sha256,
        not_after,
        owner,
    } = anchor;
    Item::new("")
        .text("name", name)
        .text("sha256", hex::encode(sha256))
        .text("spki-sha256", hex::encode(spki_sha256))
        .day("not-after", *not_after)
        .maybe(owner.as_ref(), |item, owner| item.text("owner", owner))
        .to_string()
}

fn of_pin(pin: &ReleasePin) -> String {
    let ReleasePin {
        endpoint,
        spki_sha256,
        expires,
        after_expiry: AfterExpiry::RootsOnly,
    } = pin;
    Item::new("")
        .text("endpoint", endpoint)
        .text("spki-sha256", hex::encode(spki_sha256))
        .day("expires", *expires)
        .to_string()
}

fn of_endpoint(endpoint: &ReleaseEndpoint) -> String {
    let ReleaseEndpoint {
        name,
        url,
        redirects,
        owner,
        profile,
        key_type,
        leaf_days,
        leaf_ends,
        renewal_slack_days,
        chains,
    } = endpoint;
    Item::new("")
        .text("name", name)
        .text("url", url)
        .set("redirects", redirects)
        .text("owner", owner)
        .maybe(profile.as_ref(), |item, profile| {
            item.text("profile", profile)
        })
        .maybe(*key_type, |item, kind| item.text("key-type", kind.word()))
        .maybe(*leaf_days, |item, days| item.number("leaf-days", days))
        .maybe(*leaf_ends, |item, day| item.day("leaf-ends", day))
        .maybe(*renewal_slack_days, |item, days| {
            item.number("renewal-slack-days", days)
        })
        .set("chains", chains)
        .to_string()
}

fn of_artefact(artefact: &ReleaseArtefact) -> String {
    let ReleaseArtefact { name, sha256 } = artefact;
    format!("{} {}", quoted(name), hex::encode(sha256))
}
