//! What a cut of power leaves of an operation that was under way.

/// Ways in which a program may be cut; an erase, too.
const PROGRAM_WAYS: u64 = 5;
/// Ways in which an erase may be cut. Chips program all bits to zero before they erase (so that none is erased
/// twice): what is left may have zeros, too, where there were ones.
const ERASE_WAYS: u64 = 8;
/// What is kept in flash begins its sector, and few bytes matter more than the others.
const BEGINNING: usize = 64;
const WORD: usize = 4;

/// A program of `new` over `old` that was cut: of the bits that change, some have. Which ones follows from `seed`.
pub(crate) fn program(old: &mut [u8], new: &[u8], seed: u64) {
    let mut torn = Torn::of(old.len(), seed, PROGRAM_WAYS);
    for (at, (old, new)) in old.iter_mut().zip(new).enumerate() {
        *old = mixed(*old, *new, torn.done(at));
    }
}

/// An erase of `old` that was cut.
pub(crate) fn erase(old: &mut [u8], seed: u64) {
    let mut torn = Torn::of(old.len(), seed, ERASE_WAYS);
    for (at, byte) in old.iter_mut().enumerate() {
        *byte = match torn.way {
            5 => mixed(*byte, 0, torn.random.byte()),
            6 => mixed(
                mixed(*byte, 0, torn.random.byte()),
                0xFF,
                torn.random.byte(),
            ),
            7 => mixed(*byte, 0, torn.within_word(at)),
            _ => mixed(*byte, 0xFF, torn.done(at)),
        };
    }
}

/// Which bits are done.
struct Torn {
    random: Random,
    way: u64,
    /// The byte up to which all are, in one of the ways.
    reached: usize,
    /// The word of which all are, and nothing else, in another.
    word: usize,
}

impl Torn {
    fn of(length: usize, seed: u64, ways: u64) -> Self {
        let mut random = Random(seed);
        let beginning = length.min(BEGINNING);
        let reach = if random.byte() & 1 == 0 {
            length
        } else {
            beginning
        };
        Self {
            way: seed % ways,
            reached: random.below(reach),
            word: random.below(beginning / WORD),
            random,
        }
    }

    /// Of the byte `at`: any of them, few, most, all of the bytes before one, or those of one word.
    fn done(&mut self, at: usize) -> u8 {
        let random = &mut self.random;
        match self.way {
            0 => random.byte(),
            1 => random.byte() & random.byte() & random.byte(),
            2 => random.byte() | random.byte() | random.byte(),
            3 if at < self.reached => 0xFF,
            3 if at == self.reached => random.byte(),
            4 => self.within_word(at),
            _ => 0,
        }
    }

    fn within_word(&self, at: usize) -> u8 {
        if at / WORD == self.word { 0xFF } else { 0 }
    }
}

/// `new` where `done` has a one.
const fn mixed(old: u8, new: u8, done: u8) -> u8 {
    (old & !done) | (new & done)
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[7]
    }

    fn below(&mut self, end: usize) -> usize {
        let end = end.max(1) as u64;
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::{ERASE_WAYS, PROGRAM_WAYS, erase, program};

    #[test]
    fn a_torn_program_only_clears_bits_that_are_to_be_cleared() {
        let (old, new) = ([0xF0; 32], [0x30; 32]);
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..40 * PROGRAM_WAYS {
            let mut torn = old;
            program(&mut torn, &new, seed);
            assert!(torn.iter().all(|byte| byte & 0x3F == 0x30));
            seen.insert(torn);
        }
        assert!(seen.len() > 100);
    }

    #[test]
    fn a_torn_erase_leaves_old_bits_and_ones_and_sometimes_zeros() {
        let mut zeros = 0;
        for seed in 0..10 * ERASE_WAYS {
            let mut torn = [0xF0; 32];
            erase(&mut torn, seed);
            zeros += u32::from(torn.iter().any(|byte| byte & 0xF0 != 0xF0));
        }
        assert!(zeros >= 20);
    }
}
