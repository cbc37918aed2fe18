//! Images for the ESP32-C3: made from an ELF file, and read back byte for byte.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`application`] | ELF file to application image |
//! | [`flash`] | application image to full flash image |
//! | [`read`], [`flash_map`] | the readers of both: strict, and every byte has a name |
//! | [`accounting`] | what each byte is for, and how many are nothing that is known |
//! | [`container`], [`header`], [`segment`], [`descriptor`], [`bootloader`] | the parts of an image |
//! | [`footprint`] | how much flash and RAM a firmware takes |
//! | [`partition_table`] | the partition table of every device |

mod bootloader;
mod bytes;
mod container;
mod descriptor;
mod elf;
mod fault;
mod flash_map;
mod header;
mod read;
mod segment;

pub mod accounting;
pub mod application;
pub mod flash;
pub mod footprint;
pub mod partition_table;

#[cfg(test)]
pub(crate) mod tests;

pub use accounting::Accounting;
pub use application::{ApplicationImage, CONVERTER, Settings, application};
pub use bytes::{ERASED, other_than};
pub(crate) use bytes::{differing, exclusive_or};
pub use container::{CHECKSUM_BLOCK, DIGEST_LENGTH};
pub use descriptor::{Descriptor, Expected};
pub use fault::{Fault, Faults, Field};
pub use flash::flash;
pub use flash_map::FlashMap;
pub use footprint::Footprint;
pub use header::MAX_SEGMENTS;
pub use read::Application;
pub use segment::{HEADER_LENGTH, MMU_PAGE, Region};
#[cfg(test)]
pub use tests::{sample_application, sample_flash};

/// The structure of the image with which `bytes` begin, for tests that change one.
#[cfg(test)]
pub(crate) fn survey(bytes: &[u8]) -> Option<container::Container<'_>> {
    container::Container::survey(bytes).ok()
}
