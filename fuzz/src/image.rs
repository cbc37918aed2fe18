//! The image readers of `xtask`, which is a program and cannot be linked: the same files, compiled here.

#![allow(
    dead_code,
    missing_docs,
    unused_imports,
    reason = "the files are those of xtask, where all of this is used"
)]

#[path = "../../xtask/src/image/bootloader.rs"]
pub mod bootloader;
#[path = "../../xtask/src/image/bytes.rs"]
mod bytes;
#[path = "../../xtask/src/image/container.rs"]
mod container;
#[path = "../../xtask/src/image/descriptor.rs"]
mod descriptor;
#[path = "../../xtask/src/image/fault.rs"]
mod fault;
#[path = "../../xtask/src/image/flash_map.rs"]
mod flash_map;
#[path = "../../xtask/src/image/header.rs"]
mod header;
#[path = "../../xtask/src/image/partition_table.rs"]
pub mod partition_table;
#[path = "../../xtask/src/image/read.rs"]
mod read;
#[path = "../../xtask/src/image/segment.rs"]
mod segment;

pub use container::Container;
pub use fault::{Faults, Field};
pub use flash_map::FlashMap;
pub use read::Application;

/// `fields` name each byte of the first `length` once: in order, without gap or overlap.
pub fn assert_every_byte_has_a_name(fields: &[Field], length: usize) {
    let mut end = 0;
    for field in fields {
        assert_eq!(field.range.start, end, "{field}");
        assert!(field.range.end > end, "{field} has no byte");
        assert!(!field.name.is_empty(), "{field} has no name");
        end = field.range.end;
    }
    assert_eq!(end, length);
}

/// A refusal says something, and every place in it is a range.
pub fn assert_says_why(faults: &Faults) {
    assert!(faults.iter().next().is_some(), "refused without a reason");
    for fault in faults.iter() {
        assert!(fault.field.range.start <= fault.field.range.end, "{fault}");
        assert!(!fault.problem.is_empty(), "{fault}");
    }
    assert!(!faults.to_string().is_empty());
}
