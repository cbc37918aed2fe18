//! Below which sequence no rescue store is taken: for each set of rescue keys a floor of its own.

/// The highest rescue sequences that were accepted, for the two sets of rescue keys of which one was accepted last.
///
/// A floor holds for the keys that raised it and for no others. Whoever has stolen the keys of an old image can raise the floor
/// of that image; a newer image with other keys begins at the sequence of its own store.
///
/// Two sets, because there are two slots: an image on trial may have other keys than the one that it replaces, which finds
/// its floor again when the device rolls back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RescueFloors {
    /// The set whose floor was raised last is first.
    pub(super) floors: [RescueFloor; 2],
}

/// The floor of one set of keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RescueFloor {
    /// [`KeySet::sha256`](crate::store::KeySet::sha256).
    pub(super) keys: [u8; 32],
    /// 0 where there is none.
    pub(super) sequence: u64,
}

impl RescueFloors {
    /// The highest sequence of a rescue store that was accepted for the set of rescue keys with this SHA-256; 0 when none was.
    pub fn of(&self, keys: &[u8; 32]) -> u64 {
        let floors = self.floors.iter();
        let own = floors.filter(|floor| floor.keys == *keys);
        own.map(|floor| floor.sequence).max().unwrap_or(0)
    }

    /// A rescue store of this sequence was accepted for this set of keys. It never lowers a floor.
    pub fn raise(&mut self, keys: &[u8; 32], sequence: u64) {
        if sequence <= self.of(keys) {
            return;
        }
        let [first, second] = self.floors;
        let other = if first.keys == *keys { second } else { first };
        let raised = RescueFloor {
            keys: *keys,
            sequence,
        };
        self.floors = [raised, other];
    }
}

#[cfg(test)]
mod tests {
    use super::RescueFloors;

    const A: [u8; 32] = [0xA; 32];
    const B: [u8; 32] = [0xB; 32];
    const C: [u8; 32] = [0xC; 32];

    #[test]
    fn each_set_has_its_own_floor_which_only_rises() {
        let mut floors = RescueFloors::default();
        assert_eq!((floors.of(&A), floors.of(&[0; 32])), (0, 0));
        floors.raise(&A, u64::MAX);
        floors.raise(&B, 7);
        floors.raise(&B, 6);
        assert_eq!((floors.of(&A), floors.of(&B)), (u64::MAX, 7));
        floors.raise(&B, 8);
        assert_eq!((floors.of(&A), floors.of(&B)), (u64::MAX, 8));
    }

    #[test]
    fn the_set_that_was_raised_longer_ago_makes_room() {
        let mut floors = RescueFloors::default();
        floors.raise(&A, 1);
        floors.raise(&B, 2);
        floors.raise(&A, 3);
        // It changes nothing, so it is no use.
        floors.raise(&B, 2);
        floors.raise(&C, 4);
        assert_eq!((floors.of(&A), floors.of(&B), floors.of(&C)), (3, 0, 4));
    }
}
