//! The console: each line goes to UART0 and to USB-Serial-JTAG at once.
//!
//! It uses the registers and holds no state that could be locked, so that it works in a panic, in
//! an exception and before anything is set up. The boot ROM and the bootloader have configured both
//! ports (UART0: 115200 8N1) and `esp_hal::init` keeps them clocked. Waiting is bounded in both.

use core::fmt::{self, Write};
use core::sync::atomic::{AtomicBool, Ordering};

use esp_hal::peripherals::{UART0, USB_DEVICE};

/// Bytes collected before they are sent; also the packet size of the USB endpoint.
const PACKET_BYTES: usize = 64;
/// The transmit FIFO of UART0 holds 128 bytes; two stay free as the boot ROM does it.
const UART_FIFO_LIMIT: u16 = 126;
/// Register reads before a byte for UART0 is dropped. A byte takes 87 µs, about 1400 reads.
const UART_PATIENCE: u32 = 100_000;
/// Register reads before a USB host counts as absent. A host that listens polls each millisecond.
const USB_PATIENCE: u32 = 100_000;

/// No host took the last packet: do not wait for it again.
static USB_STALLED: AtomicBool = AtomicBool::new(false);

/// Prints one line on both consoles. Takes what `format!` takes.
macro_rules! say {
    ($($argument:tt)*) => {
        $crate::console::line(::core::format_args!($($argument)*))
    };
}
pub(crate) use say;

/// Prints `text` and a line end. Never blocks for long, never panics.
pub(crate) fn line(text: fmt::Arguments<'_>) {
    let mut packet = Packet {
        bytes: [0; PACKET_BYTES],
        length: 0,
    };
    // A `Display` that fails leaves its line incomplete; there is nobody to tell.
    let _ = packet.write_fmt(text);
    packet.push(b'\r');
    packet.push(b'\n');
    packet.send();
}

/// What has been formatted and not yet sent.
struct Packet {
    bytes: [u8; PACKET_BYTES],
    length: usize,
}

impl Packet {
    fn push(&mut self, byte: u8) {
        if self.length >= PACKET_BYTES {
            self.send();
        }
        if let Some(free) = self.bytes.get_mut(self.length) {
            *free = byte;
            self.length = self.length.saturating_add(1);
        }
    }

    fn send(&mut self) {
        let bytes = self.bytes.get(..self.length).unwrap_or_default();
        write_uart(bytes);
        write_usb(bytes);
        self.length = 0;
    }
}

impl Write for Packet {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if byte == b'\n' {
                self.push(b'\r');
            }
            self.push(byte);
        }
        Ok(())
    }
}

fn write_uart(bytes: &[u8]) {
    let uart = UART0::regs();
    for &byte in bytes {
        let full = || uart.status().read().txfifo_cnt().bits() >= UART_FIFO_LIMIT;
        if (0..UART_PATIENCE).all(|_| full()) {
            return;
        }
        // SAFETY: the field is eight bits wide, each value is valid.
        uart.fifo()
            .write(|register| unsafe { register.rxfifo_rd_byte().bits(byte) });
    }
}

/// `bytes` is at most one packet.
fn write_usb(bytes: &[u8]) {
    if !usb_accepts_packet() {
        return;
    }
    let usb = USB_DEVICE::regs();
    for &byte in bytes {
        // SAFETY: the field is eight bits wide, each value is valid.
        usb.ep1()
            .write(|register| unsafe { register.rdwr_byte().bits(byte) });
    }
    usb.ep1_conf()
        .write(|register| register.wr_done().set_bit());
}

/// Waits for the last packet to be taken, once; as long as no host takes it, later calls do not wait.
fn usb_accepts_packet() -> bool {
    let free = || {
        USB_DEVICE::regs()
            .ep1_conf()
            .read()
            .serial_in_ep_data_free()
            .bit_is_set()
    };
    let patience = if USB_STALLED.load(Ordering::Relaxed) {
        1
    } else {
        USB_PATIENCE
    };
    let accepts = (0..patience).any(|_| free());
    USB_STALLED.store(!accepts, Ordering::Relaxed);
    accepts
}
