//! Files that are no rescue store for a device, which stays as it is.

use device::flash_layout::TRUST_STORE;
use device::rescue::SignatureContents;

use crate::pki::PKI;
use crate::rescue::{envelope, origin, payload, rescue_floor, rescued, right};
use crate::rescuers::{Person, RELEASER, RESCUERS, signed, unsigned};
use crate::world::{FAILOVER, PRIMARY};

/// Why each of these is refused: its name, what is offered, what the device says.
type Row = (&'static str, fn() -> Vec<u8>, &'static str);

const REFUSED: [Row; 15] = [
    (
        "a lower sequence than the image's",
        || of_sequence(6),
        "its sequence 6 is not above 8",
    ),
    (
        "the sequence in force",
        || of_sequence(8),
        "its sequence 8 is not above 8",
    ),
    (
        "a sequence after which there would be none",
        || of_sequence(u64::MAX),
        "its sequence 18446744073709551615 is above 4294967304, the highest that can follow",
    ),
    (
        "another product",
        || {
            let mut payload = payload(9, &[&PKI.later]);
            payload.product = "doorbell".into();
            envelope(&payload, &RESCUERS)
        },
        "it is for doorbell",
    ),
    (
        "nobody signed",
        || envelope(&payload(9, &[&PKI.later]), &[]),
        "signed by no rescue key; 2 must sign",
    ),
    (
        "one signature",
        || envelope(&payload(9, &[&PKI.later]), &RESCUERS[..1]),
        "signed by 1 rescue key; 2 must sign",
    ),
    (
        "a release key signed",
        || envelope(&payload(9, &[&PKI.later]), &[RESCUERS[0], RELEASER]),
        "signed by 1 rescue key; 2 must sign",
    ),
    (
        "keys of its own signed",
        || envelope(&payload(9, &[&PKI.later]), &[RESCUERS[0], Person(41)]),
        "signed by 1 rescue key; 2 must sign",
    ),
    (
        "a signature of something else",
        || {
            let mut contents = signed(unsigned(&payload(9, &[&PKI.later])), &RESCUERS[..1]);
            let SignatureContents { signature, .. } = contents.signatures[0];
            let key_id = RESCUERS[1].key().id;
            contents
                .signatures
                .push(SignatureContents { key_id, signature });
            contents.write().unwrap()
        },
        "the signature of key",
    ),
    ("a tail", || [right(), vec![0]].concat(), "1 bytes too many"),
    (
        "cut off",
        || {
            let mut bytes = right();
            bytes.pop();
            bytes
        },
        "payload needs",
    ),
    (
        "a flipped bit",
        || {
            let mut bytes = right();
            let at = bytes.len() - 40;
            bytes[at] ^= 1;
            bytes
        },
        "signed is",
    ),
    (
        "a bare store",
        || payload(9, &[&PKI.later]).write().unwrap(),
        "no rescue store begins with",
    ),
    ("nothing", Vec::new, "magic needs 8 bytes"),
    ("too long", || vec![b'P'; 65_537], "65537 bytes"),
];

fn of_sequence(sequence: u64) -> Vec<u8> {
    envelope(&payload(sequence, &[&PKI.later]), &RESCUERS)
}

#[test]
fn what_is_no_rescue_store_for_this_device_changes_nothing_and_erases_nothing() {
    let mut device = rescued();
    let before = device.flash.contents(&TRUST_STORE);
    let erases = device.erases(&TRUST_STORE);
    for (name, offered, says) in REFUSED {
        for host in [PRIMARY, FAILOVER] {
            device.world.offer_rescue(host, &offered());
        }
        let session = device.session(2);
        let lines = device.lines.take();
        assert!(!session.succeeded, "{name}");
        let mut said = lines.iter().filter(|line| line.starts_with("rescue: "));
        let said = said.nth(1).expect("the first one asks");
        println!("{name}: {said}");
        assert!(said.contains(says), "{name}: {said}");
        assert_eq!(device.flash.contents(&TRUST_STORE), before, "{name}");
        assert_eq!(device.erases(&TRUST_STORE), erases, "{name}");
        assert_eq!(rescue_floor(&device.memory()), 8, "{name}");
    }
    device.session(1);
    assert_eq!(
        origin(&device),
        "store: in force is a rescue store, sequence 8"
    );
}
