//! Which endpoint is asked before which.
//!
//! The first one of the policy is, mostly. But one that answers, and serves an old release for ever, would keep its devices
//! there; so about once a day another one begins. Rounds are spread by chance, so a fleet is not there at one moment.

use alloc::vec::Vec;

/// After so many rounds that succeeded, another endpoint begins one: four of them take a day.
const ROUNDS: u32 = 4;

/// Places of endpoints, in the order in which they are asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Order {
    /// Before a rescue store is asked for.
    pub(super) before_rescue: Vec<usize>,
    /// After that.
    pub(super) after_rescue: Vec<usize>,
}

impl Order {
    /// That of `endpoints`, after so many rounds that succeeded.
    pub(super) fn after_successes(successes: u32, endpoints: usize) -> Self {
        let first = leader(successes, endpoints);
        let others = (0..endpoints).filter(|place| *place != first);
        Self {
            before_rescue: core::iter::once(first)
                .filter(|_| endpoints != 0)
                .chain(others)
                .collect(),
            after_rescue: Vec::new(),
        }
    }

    /// That of `endpoints` when the board was reset at the place before `first`. Behind the last endpoint comes rescue, and then
    /// the first one: none of them is asked again before all others were.
    pub(super) fn after_reset(first: usize, endpoints: usize) -> Self {
        Self {
            before_rescue: (first..endpoints).collect(),
            after_rescue: (0..first.min(endpoints)).collect(),
        }
    }
}

/// The endpoint that begins: each fourth time another one of those behind the first.
fn leader(successes: u32, endpoints: usize) -> usize {
    let turn = successes.checked_div(ROUNDS).unwrap_or(0);
    let is_turn = successes % ROUNDS == ROUNDS.saturating_sub(1);
    let others = u32::try_from(endpoints.saturating_sub(1)).unwrap_or(0);
    match turn.checked_rem(others).filter(|_| is_turn) {
        Some(other) => usize::try_from(other).unwrap_or(0).saturating_add(1),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::Order;
    use alloc::vec;
    use alloc::vec::Vec;

    fn order(successes: u32, endpoints: usize) -> Vec<usize> {
        let order = Order::after_successes(successes, endpoints);
        assert!(order.after_rescue.is_empty());
        order.before_rescue
    }

    #[test]
    fn each_fourth_round_begins_at_another_endpoint_and_asks_all() {
        for round in [0, 1, 2, 4, 5, 6, 8, 1000] {
            assert_eq!(order(round, 3), [0, 1, 2]);
        }
        assert_eq!(order(3, 3), [1, 0, 2]);
        assert_eq!(order(7, 3), [2, 0, 1]);
        assert_eq!(order(11, 3), [1, 0, 2]);
        assert_eq!(order(u32::MAX, 2), [1, 0]);
    }

    #[test]
    fn one_endpoint_or_none_is_no_matter() {
        for round in 0..9 {
            assert_eq!(order(round, 1), [0]);
            assert!(order(round, 0).is_empty());
        }
    }

    #[test]
    fn after_a_reset_the_next_place_comes_first_and_rescue_in_between() {
        let parts = |first| {
            let order = Order::after_reset(first, 3);
            (order.before_rescue, order.after_rescue)
        };
        assert_eq!(parts(1), (vec![1, 2], vec![0]));
        assert_eq!(parts(3), (vec![], vec![0, 1, 2]));
    }
}
