//! Where a program and its model differ, and why.

use crate::judges::Judge;
use crate::world::World;

/// A difference that is known.
pub struct Difference {
    pub why: &'static str,
    pub judges: &'static [Judge],
    pub peer_accepts: bool,
    pub applies: fn(&World) -> bool,
}

pub const DIFFERENCES: &[Difference] = &[
    Difference {
        why: "OpenSSL completes a chain with intermediates of the store, which are no anchors",
        judges: &[Judge::OpenSsl],
        peer_accepts: true,
        applies: World::trusts_an_intermediate,
    },
    Difference {
        why: "OpenSSL stops at an intermediate of the store that has ended, though it is no anchor",
        judges: &[Judge::OpenSsl],
        peer_accepts: false,
        applies: World::trusts_an_intermediate,
    },
];

/// Why `judge` says something else than the model.
pub fn explanation(world: &World, judge: Judge, accepts: bool) -> Option<&'static str> {
    let known = DIFFERENCES.iter().find(|known| {
        known.peer_accepts == accepts && known.judges.contains(&judge) && (known.applies)(world)
    });
    known.map(|known| known.why)
}

impl World {
    fn trusts_an_intermediate(&self) -> bool {
        let mut anchors = self.anchors.iter().map(|place| &self.certificates[*place]);
        anchors.any(|anchor| anchor.subject != anchor.issuer)
    }
}
