//! What a firmware may take at most.

use xtask::image::footprint::BUDGET;

use super::place::files;

#[test]
fn the_image_is_within_its_budget() {
    let files = files();
    let image = files["application.bin"].len() as u64;
    assert!(
        image <= BUDGET,
        "the image has {image} bytes: {} beyond its budget of {BUDGET}",
        image - BUDGET
    );
}
