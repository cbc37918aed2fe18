//! CRC-32 as the ESP-IDF bootloader computes it for otadata.

/// The reflected polynomial 0xEDB88320, initial value 0, final exclusive-or 0xFFFFFFFF.
///
/// This is the ROM's `crc32_le(UINT32_MAX, ..)`. It differs from the CRC-32 of zip, whose initial value is
/// 0xFFFFFFFF. Bit by bit: it runs over 4 bytes at a time, so a table would be larger than it is worth.
pub(crate) const fn crc32_le(bytes: [u8; 4]) -> u32 {
    let mut crc = u32::from_le_bytes(bytes);
    let mut bit = 0_u8;
    while bit < 32 {
        let polynomial = if crc & 1 == 1 { 0xEDB8_8320 } else { 0 };
        crc = (crc >> 1) ^ polynomial;
        bit = bit.saturating_add(1);
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::crc32_le;

    #[test]
    fn sequence_1_and_2_as_otadatatool_writes_them() {
        assert_eq!(
            crc32_le([1, 0, 0, 0]).to_le_bytes(),
            [0x9A, 0x98, 0x43, 0x47]
        );
        assert_eq!(
            crc32_le([2, 0, 0, 0]).to_le_bytes(),
            [0x74, 0x37, 0xF6, 0x55]
        );
    }
}
