//! From a password to the bytes that hide a secret key: scrypt, with parameters chosen as libsodium chooses
//! them (`crypto_pwhash_scryptsalsa208sha256`, `pickparams`), because the file has only its two limits.

use zeroize::Zeroizing;

/// How much work one guess of a password costs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Effort {
    /// libsodium's `opslimit`.
    pub operations: u64,
    /// libsodium's `memlimit`, in bytes.
    pub memory: u64,
}

impl Effort {
    /// What stock minisign uses: 1 GiB of memory and some seconds for each guess.
    pub const SENSITIVE: Self = Self {
        operations: 1 << 25,
        memory: 1 << 30,
    };

    /// 16 MiB and some milliseconds: for tests, which have nothing to protect.
    #[cfg(test)]
    pub const TEST: Self = Self {
        operations: 1 << 19,
        memory: 1 << 24,
    };
}

/// A secret key file asks for more work than any tool writes: more than 1 GiB, or more than 16 passes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("its password hash asks for more memory or time than the 1 GiB of stock minisign")]
pub struct TooMuchEffort;

/// The `N` bytes that hide a secret key. scrypt's own working memory is not wiped by the crate.
pub(super) fn stretch<const N: usize>(
    password: &[u8],
    salt: &[u8; 32],
    effort: Effort,
) -> Result<Zeroizing<[u8; N]>, TooMuchEffort> {
    let Parameters { log2_n, r, p } = Parameters::of(effort)?;
    let parameters = scrypt::Params::new(log2_n, r, p, scrypt::Params::RECOMMENDED_LEN)
        .map_err(|_| TooMuchEffort)?;
    let mut stream = Zeroizing::new([0; N]);
    scrypt::scrypt(password, salt, &parameters, &mut stream[..]).map_err(|_| TooMuchEffort)?;
    Ok(stream)
}

/// scrypt's own parameters (RFC 7914).
#[derive(Debug, Eq, PartialEq)]
struct Parameters {
    log2_n: u8,
    r: u32,
    p: u32,
}

/// 1 GiB, as 128 r N bytes with r = 8.
const LARGEST_LOG2_N: u8 = 20;
const LARGEST_P: u64 = 16;

impl Parameters {
    fn of(effort: Effort) -> Result<Self, TooMuchEffort> {
        let operations = effort.operations.max(32_768);
        let (log2_n, p) = if operations < effort.memory / 32 {
            (log2_below(operations / 32), 1)
        } else {
            let log2_n = log2_below(effort.memory / 1024);
            (log2_n, ((operations / 4) >> log2_n).min(0x3fff_ffff) / 8)
        };
        let p = (1..=LARGEST_P)
            .contains(&p)
            .then_some(p)
            .and_then(|p| u32::try_from(p).ok());
        match p {
            Some(p) if log2_n <= LARGEST_LOG2_N => Ok(Self { log2_n, r: 8, p }),
            _ => Err(TooMuchEffort),
        }
    }
}

/// The smallest n from 1 to 63 with 2^n > `limit` / 2.
fn log2_below(limit: u64) -> u8 {
    (1..63).find(|n| 1_u64 << n > limit / 2).unwrap_or(63)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_are_libsodiums() {
        let of = |operations, memory| Parameters::of(Effort { operations, memory });
        // crypto_pwhash_scryptsalsa208sha256: SENSITIVE is N 2^20, r 8, p 1; INTERACTIVE N 2^14, r 8, p 1.
        assert_eq!(
            of(33_554_432, 1_073_741_824),
            Ok(Parameters {
                log2_n: 20,
                r: 8,
                p: 1
            })
        );
        assert_eq!(
            of(524_288, 16_777_216),
            Ok(Parameters {
                log2_n: 14,
                r: 8,
                p: 1
            })
        );
        // rsign's limits.
        assert_eq!(
            of(1_048_576, 33_554_432),
            Ok(Parameters {
                log2_n: 15,
                r: 8,
                p: 1
            })
        );
    }

    #[test]
    fn a_file_cannot_ask_for_unbounded_memory_or_time() {
        for (operations, memory) in [
            (u64::MAX, u64::MAX),
            (1 << 26, 1 << 31),
            (u64::MAX, 1 << 20),
            (0, 0),
        ] {
            let asked = Parameters::of(Effort { operations, memory });
            let bounded = asked.as_ref().map_or(true, |p| {
                p.log2_n <= LARGEST_LOG2_N && u64::from(p.p) <= LARGEST_P
            });
            assert!(bounded, "{asked:?}");
        }
        assert_eq!(
            Parameters::of(Effort {
                operations: 1 << 26,
                memory: 1 << 31
            }),
            Err(TooMuchEffort)
        );
    }
}
