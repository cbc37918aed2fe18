//! CRC-32: as the ESP-IDF bootloader computes it for otadata, and as zip does.

const REFLECTED_POLYNOMIAL: u32 = 0xEDB8_8320;

/// The reflected polynomial 0xEDB88320, initial value 0, final exclusive-or 0xFFFFFFFF.
///
/// This is the ROM's `crc32_le(UINT32_MAX, ..)`. It differs from [`crc32`] in the initial value.
pub(crate) const fn crc32_le(bytes: [u8; 4]) -> u32 {
    !shifted(u32::from_le_bytes(bytes), 32)
}

/// The CRC-32 of zip and of IEEE 802.3: the same polynomial, initial value and final exclusive-or 0xFFFFFFFF.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let byte = |crc: u32, byte: &u8| shifted(crc ^ u32::from(*byte), 8);
    !bytes.iter().fold(u32::MAX, byte)
}

/// Bit by bit: it runs over little, so a table would be larger than it is worth.
const fn shifted(mut crc: u32, bits: u8) -> u32 {
    let mut bit = 0_u8;
    while bit < bits {
        let polynomial = if crc & 1 == 1 {
            REFLECTED_POLYNOMIAL
        } else {
            0
        };
        crc = (crc >> 1) ^ polynomial;
        bit = bit.saturating_add(1);
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::{crc32, crc32_le};

    #[test]
    fn the_check_value_of_the_catalogues() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

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
