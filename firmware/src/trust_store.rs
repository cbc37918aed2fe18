// Placeholder: `cargo xtask render` writes this file.

/// The trust store in its binary form.
#[used]
#[unsafe(link_section = ".rodata.trust_store")]
pub static TRUST_STORE: [u8; 16] = *b"PERENNIAL\0\0\0\0\0\0\0";
