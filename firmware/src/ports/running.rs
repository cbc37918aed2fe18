//! Where in flash the image runs from.

/// Entry 0 of the table by which the flash cache maps addresses to flash, 64 KiB each. Its first one is where the constants of an
/// image begin, which is where its slot does (esp-bootloader-esp-idf, `booted_partition`; ESP-IDF, `mmu_hal.c`).
const FIRST_PAGE: *const u32 = 0x600C_5000 as *const u32;
/// Above the number of the page, an entry has flags.
const PAGE_NUMBER: u32 = 0xFF;
const PAGE_SHIFT: u32 = 16;

/// The offset in flash of the first page that is mapped: in the slot that runs, whatever otadata says.
pub(crate) fn runs_from() -> u32 {
    // SAFETY: the register is there on this chip, is always readable, and reading it changes nothing.
    let entry = unsafe { FIRST_PAGE.read_volatile() };
    (entry & PAGE_NUMBER) << PAGE_SHIFT
}
