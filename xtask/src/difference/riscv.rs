//! RISC-V instructions, as far as they hold addresses: when something moves, every instruction that names it changes.
//!
//! Follows the unprivileged specification, RV32I and the extension C. Only the forms that linkers fill in are known;
//! everything else is compared bit by bit.

/// An instruction that differs in its operand only.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Site {
    /// Where it begins, from the start of the piece.
    pub(super) offset: usize,
    /// Its bytes: 2 or 4.
    pub(super) length: usize,
    /// The address that it names in A and the one in B, where both are known.
    pub(super) targets: Option<(u32, u32)>,
}

/// `code` without the operands that a linker fills in, and which bytes begin an instruction.
pub(super) fn masked(code: &[u8]) -> (Vec<u8>, Vec<bool>) {
    let mut masked = code.to_vec();
    let mut starts = vec![false; code.len()];
    let mut at = 0;
    while let Some(instruction) = at_offset(code, at) {
        if let Some(start) = starts.get_mut(at) {
            *start = true;
        }
        let kept = (instruction.bits & !instruction.operand()).to_le_bytes();
        let bytes = masked.iter_mut().skip(at).take(instruction.length);
        bytes.zip(kept).for_each(|(byte, kept)| *byte = kept);
        at += instruction.length;
    }
    (masked, starts)
}

/// The instructions in which `a`, which begins at address `at.0`, and `b`, at `at.1`, differ. Both are the same but for
/// operands; `starts` says which bytes of A begin an instruction.
pub(super) fn sites(
    a: &[u8],
    b: &[u8],
    starts: &[bool],
    at: (u32, u32),
    registers: &mut Registers,
) -> Vec<Site> {
    let uppers = &mut registers.0;
    for upper in uppers.iter_mut().flatten() {
        upper.site = None;
    }
    let mut sites: Vec<Site> = Vec::new();
    let mut offset = starts.iter().position(|start| *start).unwrap_or(a.len());
    if a.get(..offset) != b.get(..offset) {
        sites.push(Site {
            offset: 0,
            length: offset,
            targets: None,
        });
    }
    while let (Some(one), Some(other)) = (at_offset(a, offset), at_offset(b, offset)) {
        let place = address(at, offset);
        let named = named(one, other, place, uppers, sites.len());
        if let Some(site) = named.pair.and_then(|first| sites.get_mut(first)) {
            site.targets = site.targets.or(named.targets);
        }
        if one.bits != other.bits {
            sites.push(Site {
                offset,
                length: one.length,
                targets: named.targets,
            });
        }
        offset += one.length;
    }
    if a.get(offset..) != b.get(offset..) {
        sites.push(Site {
            offset,
            length: a.len().saturating_sub(offset),
            targets: None,
        });
    }
    sites
}

/// The upper parts of addresses that the registers hold, as far as the code before says.
#[derive(Default)]
pub(super) struct Registers([Option<Upper>; 32]);

/// The upper part of an address, in a register.
#[derive(Clone, Copy)]
struct Upper {
    values: (u32, u32),
    /// The number of the site that set it, when it differs.
    site: Option<usize>,
}

/// What an instruction names.
struct Named {
    targets: Option<(u32, u32)>,
    /// The site of the instruction that set the upper part.
    pair: Option<usize>,
}

fn named(
    one: Instruction,
    other: Instruction,
    place: (u32, u32),
    uppers: &mut [Option<Upper>; 32],
    site: usize,
) -> Named {
    const NOTHING: Named = Named {
        targets: None,
        pair: None,
    };
    if let Some(distances) = one.distance().zip(other.distance()) {
        let targets = (
            place.0.wrapping_add(distances.0),
            place.1.wrapping_add(distances.1),
        );
        return Named {
            targets: Some(targets),
            pair: None,
        };
    }
    if one.length == 2 {
        return NOTHING;
    }
    match one.bits & 0x7F {
        opcode @ (LUI | AUIPC) => {
            let base = if opcode == AUIPC { place } else { (0, 0) };
            let upper = |instruction: Instruction, base: u32| {
                base.wrapping_add(instruction.bits & 0xFFFF_F000)
            };
            let values = (upper(one, base.0), upper(other, base.1));
            let site = (one.bits != other.bits).then_some(site);
            set(uppers, one.destination(), Some(Upper { values, site }));
            NOTHING
        }
        ADDI_GROUP | JALR | LOAD | STORE => {
            let Some(upper) = uppers.get(one.base()).copied().flatten() else {
                return NOTHING;
            };
            let targets = (
                upper.values.0.wrapping_add(one.low()),
                upper.values.1.wrapping_add(other.low()),
            );
            if one.bits & 0x7F != STORE && one.destination() == one.base() {
                set(uppers, one.destination(), None);
            }
            Named {
                targets: Some(targets),
                pair: upper.site,
            }
        }
        _ => NOTHING,
    }
}

fn set(uppers: &mut [Option<Upper>; 32], register: usize, value: Option<Upper>) {
    if let Some(slot) = uppers.get_mut(register) {
        *slot = value;
    }
}

fn address(at: (u32, u32), offset: usize) -> (u32, u32) {
    let offset = u32::try_from(offset).unwrap_or_default();
    (at.0.wrapping_add(offset), at.1.wrapping_add(offset))
}

const LUI: u32 = 0x37;
const AUIPC: u32 = 0x17;
const JAL: u32 = 0x6F;
const JALR: u32 = 0x67;
const BRANCH: u32 = 0x63;
const LOAD: u32 = 0x03;
const STORE: u32 = 0x23;
const ADDI_GROUP: u32 = 0x13;

#[derive(Clone, Copy)]
struct Instruction {
    bits: u32,
    length: usize,
}

/// The instruction at `offset`, or `None` where none fits.
fn at_offset(code: &[u8], offset: usize) -> Option<Instruction> {
    let rest = code.get(offset..)?;
    let half = u32::from(u16::from_le_bytes(*rest.first_chunk()?));
    if half & 3 != 3 {
        return Some(Instruction {
            bits: half,
            length: 2,
        });
    }
    let bits = u32::from_le_bytes(*rest.first_chunk()?);
    Some(Instruction { bits, length: 4 })
}

impl Instruction {
    /// The bits that a linker fills in.
    const fn operand(self) -> u32 {
        if self.length == 2 {
            return match (self.bits & 3, self.bits >> 13) {
                (1, 1 | 5) => 0x1FFC,
                (1, 6 | 7) => 0x1C7C,
                _ => 0,
            };
        }
        match self.bits & 0x7F {
            LUI | AUIPC | JAL => 0xFFFF_F000,
            BRANCH | STORE => 0xFE00_0F80,
            JALR | LOAD => 0xFFF0_0000,
            ADDI_GROUP if (self.bits >> 12) & 7 == 0 => 0xFFF0_0000,
            _ => 0,
        }
    }

    const fn destination(self) -> usize {
        ((self.bits >> 7) & 31) as usize
    }

    const fn base(self) -> usize {
        ((self.bits >> 15) & 31) as usize
    }

    /// The signed 12 bits of an address.
    const fn low(self) -> u32 {
        let signed = self.bits.cast_signed();
        if self.bits & 0x7F == STORE {
            let high = (signed >> 25) << 5;
            return (high | ((signed >> 7) & 31)).cast_unsigned();
        }
        (signed >> 20).cast_unsigned()
    }

    /// How far it jumps or branches.
    const fn distance(self) -> Option<u32> {
        if self.length == 2 {
            return match (self.bits & 3, self.bits >> 13) {
                (1, 1 | 5) => Some(self.compressed_jump()),
                (1, 6 | 7) => Some(self.compressed_branch()),
                _ => None,
            };
        }
        match self.bits & 0x7F {
            JAL => Some(self.jump()),
            BRANCH => Some(self.branch()),
            _ => None,
        }
    }

    /// `count` bits from `from` on, at `to`.
    const fn field(self, from: u32, count: u32, to: u32) -> u32 {
        ((self.bits >> from) & ((1 << count) - 1)) << to
    }

    const fn jump(self) -> u32 {
        let value = self.field(21, 10, 1)
            | self.field(20, 1, 11)
            | self.field(12, 8, 12)
            | self.field(31, 1, 20);
        sign_extended(value, 21)
    }

    const fn branch(self) -> u32 {
        let value = self.field(8, 4, 1)
            | self.field(25, 6, 5)
            | self.field(7, 1, 11)
            | self.field(31, 1, 12);
        sign_extended(value, 13)
    }

    const fn compressed_jump(self) -> u32 {
        let value = self.field(3, 3, 1)
            | self.field(11, 1, 4)
            | self.field(2, 1, 5)
            | self.field(7, 1, 6)
            | self.field(6, 1, 7)
            | self.field(9, 2, 8)
            | self.field(8, 1, 10)
            | self.field(12, 1, 11);
        sign_extended(value, 12)
    }

    const fn compressed_branch(self) -> u32 {
        let value = self.field(3, 2, 1)
            | self.field(10, 2, 3)
            | self.field(2, 1, 5)
            | self.field(5, 2, 6)
            | self.field(12, 1, 8);
        sign_extended(value, 9)
    }
}

const fn sign_extended(value: u32, bits: u32) -> u32 {
    let shift = 32 - bits;
    ((value << shift).cast_signed() >> shift).cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Encodings as `riscv64-linux-gnu-as -march=rv32imc` gives them.
    #[test]
    fn distances_are_those_of_the_assembler() {
        for (bits, length, distance) in [
            (0x0100_006F_u32, 4, 16_i32), // jal zero, +16
            (0xFF1F_F0EF, 4, -16),        // jal ra, -16
            (0x00B5_0863, 4, 16),         // beq a0, a1, +16
            (0xFEB5_18E3, 4, -16),        // bne a0, a1, -16
            (0xA801, 2, 16),              // c.j +16
            (0xBFC5, 2, -16),             // c.j -16
            (0x2801, 2, 16),              // c.jal +16
            (0xC901, 2, 16),              // c.beqz a0, +16
            (0xF965, 2, -16),             // c.bnez a0, -16
        ] {
            let instruction = Instruction { bits, length };
            let found = instruction.distance().map(u32::cast_signed);
            assert_eq!(found, Some(distance), "0x{bits:x}");
        }
    }

    #[test]
    fn an_address_in_two_instructions_is_known_and_both_are_sites() {
        // auipc a0, 1; addi a0, a0, 16    and    auipc a0, 2; addi a0, a0, -16
        let a = [0x0000_1517_u32, 0x0105_0513]
            .map(u32::to_le_bytes)
            .concat();
        let b = [0x0000_2517_u32, 0xFF05_0513]
            .map(u32::to_le_bytes)
            .concat();
        let (masked_a, starts) = masked(&a);
        assert_eq!(masked_a, masked(&b).0);
        let found = sites(
            &a,
            &b,
            &starts,
            (0x4200_0000, 0x4200_0000),
            &mut Registers::default(),
        );
        let targets = Some((0x4200_1010, 0x4200_1FF0));
        assert_eq!(
            found,
            [
                Site {
                    offset: 0,
                    length: 4,
                    targets
                },
                Site {
                    offset: 4,
                    length: 4,
                    targets
                },
            ]
        );
    }

    #[test]
    fn another_instruction_is_never_masked() {
        // c.li a0, 1 and c.li a0, 2; addi a0, zero, 5 and addi a0, zero, 6: the second has no upper part.
        let a = [
            &0x4505_u16.to_le_bytes()[..],
            &0x0050_0513_u32.to_le_bytes(),
        ]
        .concat();
        let b = [
            &0x4509_u16.to_le_bytes()[..],
            &0x0060_0513_u32.to_le_bytes(),
        ]
        .concat();
        assert_ne!(masked(&a).0[..2], masked(&b).0[..2]);
        let (_, starts) = masked(&a[2..]);
        let found = sites(&a[2..], &b[2..], &starts, (0, 0), &mut Registers::default());
        assert_eq!(
            found,
            [Site {
                offset: 0,
                length: 4,
                targets: None
            }]
        );
    }
}
