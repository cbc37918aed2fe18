//! How much flash and RAM a firmware takes, and what is left.

use std::fmt;

use device::flash_layout::OTA_0;
use object::read::elf::ElfFile32;
use object::{Endianness, Object as _, ObjectSection as _};
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// What an image may have before a build says so: 1.2 MiB. The slot is the limit; this leaves a third of it for what a
/// device has to learn in its life, and keeps an update short.
pub const BUDGET: u64 = 1_258_291;

/// Where code in RAM stands.
const IRAM: std::ops::Range<u64> = 0x4037_C000..0x403E_0000;
/// What nothing else has of the data RAM: the main task's stack.
const STACK: &str = ".stack";
/// RAM that the bootloader no longer needs.
const RECLAIMED: &str = ".dram2_uninit";

/// Flash and RAM of a firmware, in bytes.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Footprint {
    /// The application image.
    pub image: u64,
    /// What an application slot has room for.
    pub slot: u64,
    /// What a build speaks of when the image has more.
    pub budget: u64,
    /// Code that runs from RAM, which data has the same RAM as.
    pub code_in_ram: u64,
    /// Data with initial values.
    pub data: u64,
    /// Data that begins as zeros; the heap's own region is in it.
    pub zeroed: u64,
    /// What is left for the main task's stack.
    pub stack: u64,
    /// RAM that is the bootloader's until the firmware starts; heap.
    pub reclaimed: u64,
}

impl Footprint {
    /// That of the firmware `elf`, whose application image has `image` bytes.
    ///
    /// # Errors
    ///
    /// [`Exit::Unreadable`] when it is no ELF file.
    pub fn of(elf: &[u8], image: usize) -> Result<Self> {
        let file = ElfFile32::<Endianness>::parse(elf).map_err(|error| {
            Failure::new(
                Exit::Unreadable,
                "the firmware's ELF file has no sections to measure",
            )
            .evidence(error)
        })?;
        let sizes = |wanted: &dyn Fn(&str, u64) -> bool| -> u64 {
            let sections = file.sections();
            let wanted = sections.filter(|it| wanted(it.name().unwrap_or(""), it.address()));
            wanted.map(|section| section.size()).sum()
        };
        Ok(Self {
            image: image as u64,
            slot: OTA_0.size.into(),
            budget: BUDGET,
            code_in_ram: sizes(&|_, address| IRAM.contains(&address)),
            data: sizes(&|name, _| name == ".data" || name.starts_with(".data.")),
            zeroed: sizes(&|name, _| [".bss", ".noinit"].contains(&name)),
            stack: sizes(&|name, _| name == STACK),
            reclaimed: sizes(&|name, _| name == RECLAIMED),
        })
    }

    /// Bytes of the image beyond [`BUDGET`].
    pub fn beyond_budget(&self) -> u64 {
        self.image.saturating_sub(self.budget)
    }
}

impl fmt::Display for Footprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = self.image * 100 / self.slot;
        writeln!(
            formatter,
            "the image has {} bytes: {percent} % of its slot, {}",
            self.image,
            match self.beyond_budget() {
                0 => format!("{} within its budget", self.budget - self.image),
                beyond => format!("{beyond} beyond its budget of {}", self.budget),
            }
        )?;
        write!(
            formatter,
            "of RAM, code has {} bytes, data {}, zeroed data with the heap {}, and the main stack the other {}; \
             {} more are reclaimed for the heap",
            self.code_in_ram, self.data, self.zeroed, self.stack, self.reclaimed
        )
    }
}
