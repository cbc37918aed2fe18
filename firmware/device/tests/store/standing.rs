//! Which of two stores is the newer one.

use device::store::{Standing, TrustStore};

use super::support::sample;

#[test]
fn the_sequence_decides_and_the_hash_where_it_is_the_same() {
    let written = |sequence, product: &str| {
        let mut contents = sample();
        contents.sequence = sequence;
        contents.product = product.to_owned();
        contents.write().unwrap()
    };
    let cases = [
        (written(7, "lamp"), Standing::Same),
        (written(6, "lamp"), Standing::ImageIsNewer { other: 6 }),
        (written(8, "lamp"), Standing::PartitionIsNewer { other: 8 }),
        (written(7, "lamp-2"), Standing::OneSequenceTwoStores),
    ];
    let image = written(7, "lamp");
    let image = TrustStore::read_exact(&image).unwrap();
    for (partition, standing) in cases {
        let partition = TrustStore::read_exact(&partition).unwrap();
        assert_eq!(Standing::of(&image, &partition), standing);
    }
}
