//! What a server of time says.

/// The answer to `question` at `now`, in seconds since 1970 (RFC 4330, section 5).
///
/// # Panics
/// The question has fewer than 48 bytes.
pub fn answer(question: &[u8], now: i64) -> [u8; 48] {
    let seconds = (now + 2_208_988_800).to_be_bytes();
    let mut packet = [0; 48];
    packet[..4].copy_from_slice(&[4 << 3 | 4, 2, question[2], 0xE9]);
    packet[24..32].copy_from_slice(&question[40..48]);
    packet[40..44].copy_from_slice(&seconds[4..]);
    packet[44..].fill(0x12);
    packet
}
