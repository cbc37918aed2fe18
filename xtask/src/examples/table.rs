//! The examples, by verb. A test demands some for every verb, and that each can be typed so.

use super::{Example, Examples};

/// The verb, and for each example what it does and what is typed.
macro_rules! examples {
    ($($verb:literal: $($does:literal => $command:literal)+;)+) => {
        &[$(Examples {
            verb: $verb,
            commands: &[$(Example { command: $command, does: $does }),+],
        }),+]
    };
}

/// Every verb that does something.
pub const TABLE: &[Examples] = examples! {
    "attest collect":
        "do enough builders come to these bytes?" => "cargo xtask attest collect dist/0.1.0+4f11fd0a2b3c";
    "build-firmware":
        "a release for the desk, signed with the published key" => "cargo xtask build-firmware"
        "one for the field" => "cargo xtask build-firmware --channel production --sign-with ~/keys/release-1.key"
        "built twice; refused when the bytes differ" => "cargo xtask build-firmware --twice";
    "capsule":
        "everything that this release is made of, in one file" => "cargo xtask capsule dist/0.1.0+4f11fd0a2b3c";
    "check":
        "does the policy hold, at the date of the commit?" => "cargo xtask check"
        "would it hold for a release on that day?" => "cargo xtask check --as-of 2027-01-01"
        "any ESP32 image, without a policy" => "cargo xtask check --image firmware.bin";
    "completions":
        "the script for bash, for a command that is called xtask" => "cargo xtask completions bash"
        "the one for fish, under another name" => "cargo xtask completions fish --name perennial";
    "endpoints capture":
        "what this server sends today" => "cargo xtask endpoints capture https://ota.example.com/perennial/"
        "every endpoint of the policy" => "cargo xtask endpoints capture --every-endpoint"
        "one chain, into a file" => "cargo xtask endpoints capture https://ota.example.com/ --key-type ecdsa --output ota.pem";
    "explain":
        "the page of a rule" => "cargo xtask explain A103"
        "why two files differ" => "cargo xtask explain ours/flash.bin theirs/flash.bin"
        "which hash is a hash of what" => "cargo xtask explain --hashes dist/0.1.0+4f11fd0a2b3c";
    "forecast":
        "when does each release go dark?" => "cargo xtask forecast"
        "what if this root is distrusted?" => "cargo xtask forecast --distrust \"ISRG Root X1\" --at 2027-03-01"
        "what if this server changes its CA?" => "cargo xtask forecast --switch-owner primary=DigiCert";
    "import":
        "when do devices with these certificates go dark?" => "cargo xtask import ca.pem"
        "the same of a header and its ESP-IDF configuration" => "cargo xtask import main/certs.h --sdkconfig sdkconfig"
        "the lines for policy.toml" => "cargo xtask import ca.pem --as-policy";
    "init":
        "in the folder of a firmware; writes nothing yet" => "cargo xtask init --url https://ota.example.com/ --owner \"Let's Encrypt\" --dry-run"
        "two servers of two owners, five years" => "cargo xtask init --url https://ota.example.com/ --owner \"Let's Encrypt\" --url https://ota.example.net/ --owner DigiCert --years 5";
    "keys attach":
        "signatures that were made elsewhere" => "cargo xtask keys attach dist/0.1.0+4f11fd0a2b3c release.json.minisig";
    "keys new":
        "a key for releases; asks for a password" => "cargo xtask keys new ~/keys/release-1.key"
        "one for the rescue of devices" => "cargo xtask keys new ~/keys/rescue-1.key --role rescue";
    "keys public":
        "its public half, and the line for policy.toml" => "cargo xtask keys public ~/keys/release-1.key";
    "keys request":
        "what somebody elsewhere is to sign" => "cargo xtask keys request dist/0.1.0+4f11fd0a2b3c --output request.txt";
    "keys sign":
        "sign a release that was built unsigned" => "cargo xtask keys sign dist/0.1.0+4f11fd0a2b3c --key ~/keys/release-1.key";
    "policy approve":
        "what is not committed yet" => "cargo xtask policy approve --as ada --expires 2027-02-01"
        "a branch, signed with an SSH key" => "cargo xtask policy approve --merge-base origin/main HEAD --as ada --expires 2027-02-01 --ssh-key ~/.ssh/id_ed25519";
    "policy diff":
        "what is not committed yet" => "cargo xtask policy diff"
        "a branch, as a comment on its pull request" => "cargo xtask policy diff --merge-base origin/main HEAD --format markdown"
        "everything, as if it were new" => "cargo xtask policy diff --root HEAD";
    "policy fmt":
        "write policy.toml in its one form" => "cargo xtask policy fmt"
        "show what is not in it; writes nothing" => "cargo xtask policy fmt --check";
    "policy schema":
        "the JSON schema of policy.toml, for an editor" => "cargo xtask policy schema";
    "provision":
        "a flash image that knows this network" => "cargo xtask provision --ssid Workshop --into dist/flash.bin --output board.bin"
        "the partition alone, for a network without a password" => "cargo xtask provision --ssid Guests --open --output wifi.bin";
    "rebuild":
        "build it again from its commit, and compare" => "cargo xtask rebuild dist/0.1.0+4f11fd0a2b3c"
        "the same without a network" => "cargo xtask rebuild release.json --capsule 0.1.0.capsule";
    "reference":
        "write the generated pages of docs/reference" => "cargo xtask reference"
        "show which of them are stale; writes nothing" => "cargo xtask reference --check";
    "releases list":
        "what has shipped, by date" => "cargo xtask releases list";
    "releases show":
        "what the devices of a release trust" => "cargo xtask releases show 1.0.4";
    "render":
        "write the store into the firmware's source" => "cargo xtask render"
        "is what lies there the proven store?" => "cargo xtask render --check"
        "the same store for other firmware" => "cargo xtask render --format pem --output ca.pem"
        "does the finished image hold it?" => "cargo xtask render --check --in build/updater.bin";
    "rescue make":
        "the proven store, for the rescue keys to sign" => "cargo xtask rescue make --output rescue.bin"
        "one for devices in the field" => "cargo xtask rescue make --channel production --as-of 2027-03-01 --output rescue.bin";
    "rescue show":
        "what is in it, before you sign" => "cargo xtask rescue show rescue.bin";
    "rescue sign":
        "add a signature; needs no network and no project" => "cargo xtask rescue sign rescue.bin --key ~/keys/rescue-1.key";
    "rescue verify":
        "would devices take it, and those of which releases?" => "cargo xtask rescue verify rescue.bin"
        "it is published: the ledger remembers its sequence" => "cargo xtask rescue verify rescue.bin --record";
    "roots add":
        "from the Mozilla set into trust/anchors" => "cargo xtask roots add \"GlobalSign Root E46\""
        "every certificate of a file" => "cargo xtask roots add --file ca.pem"
        "print the SPKI pin; adds nothing" => "cargo xtask roots add --as-pin --file leaf.pem";
    "roots list":
        "the pool: what ends when, and why" => "cargo xtask roots list";
    "roots paths":
        "to which roots does this CA lead, and until when?" => "cargo xtask roots paths R12";
    "roots remove":
        "refused while the policy requires it" => "cargo xtask roots remove \"GlobalSign Root E46\"";
    "roots show":
        "every date on which it may end" => "cargo xtask roots show \"ISRG Root X1\""
        "the same, by the beginning of its fingerprint" => "cargo xtask roots show 96bcec06";
    "secure-boot attach":
        "add a signature that an HSM made" => "cargo xtask secure-boot attach application.bin --signature signature.bin --public-key key.pem";
    "secure-boot digest":
        "the SHA-256 that a key elsewhere must sign" => "cargo xtask secure-boot digest application.bin";
    "secure-boot key-digest":
        "what is burnt into the eFuses" => "cargo xtask secure-boot key-digest key.pem";
    "secure-boot pad":
        "the bytes that are signed" => "cargo xtask secure-boot pad application.bin padded.bin";
    "secure-boot plan":
        "what is burnt when, over the service life" => "cargo xtask secure-boot plan"
        "the same with the digests of your keys" => "cargo xtask secure-boot plan --key key-1.pem --key key-2.pem";
    "secure-boot sign":
        "with a key in a file" => "cargo xtask secure-boot sign dist/0.1.0+4f11fd0a2b3c --key key.pem"
        "with one in a token" => "cargo xtask secure-boot sign application.bin --pkcs11 \"pkcs11:token=boot;object=key-1\"";
    "secure-boot verify":
        "every byte of a signed image" => "cargo xtask secure-boot verify application.signed.bin";
    "serve":
        "releases to a device on the desk" => "cargo xtask serve dist --chain chain.pem --key key.pem --listen 192.168.4.1:443"
        "a rescue store, which needs no TLS" => "cargo xtask serve rescue --plain --listen 192.168.4.1:80";
    "solve":
        "the smallest store that meets the policy" => "cargo xtask solve"
        "chosen from the whole Mozilla set, to be pasted" => "cargo xtask solve --mozilla --format toml";
    "test":
        "everything that CI runs" => "cargo xtask test"
        "two of its steps" => "cargo xtask test --only policy --only docs";
    "toolchain fetch":
        "the pinned packages, below target/" => "cargo xtask toolchain fetch"
        "the target of rustup, on any machine" => "cargo xtask toolchain fetch --provider rustup";
    "toolchain pin":
        "what would change if the pins were moved?" => "cargo xtask toolchain pin --offered --dry-run";
    "toolchain show":
        "provider, versions, hashes, and whether it is here" => "cargo xtask toolchain show";
    "toolchain verify":
        "hash every file of it again" => "cargo xtask toolchain verify";
    "verify":
        "a release, to the last byte" => "cargo xtask verify dist/0.1.0+4f11fd0a2b3c"
        "for a script" => "cargo xtask verify --channel production --format json dist/0.1.0+4f11fd0a2b3c";
};
