//! Images for the ESP32-C3: made from an ELF file, and read back byte for byte.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`application`] | ELF file to application image |
//! | [`flash`] | application image to full flash image |
//! | [`read`], [`flash_map`] | the readers of both: strict, and every byte has a name |
//! | [`container`], [`header`], [`segment`], [`descriptor`], [`bootloader`] | the parts of an image |
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

pub mod application;
pub mod flash;
pub mod partition_table;

#[cfg(test)]
mod tests;

pub use application::{ApplicationImage, CONVERTER, Settings, application};
pub use bytes::{ERASED, other_than};
pub use container::{CHECKSUM_BLOCK, DIGEST_LENGTH};
pub use descriptor::{Descriptor, Expected};
pub use fault::{Fault, Faults, Field};
pub use flash::flash;
pub use flash_map::FlashMap;
pub use header::MAX_SEGMENTS;
pub use read::Application;
pub use segment::{HEADER_LENGTH, MMU_PAGE, Region};
#[cfg(test)]
pub use tests::{sample_application, sample_flash};
