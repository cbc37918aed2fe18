//! What a firmware depends on that the second build made differently: found by compiling again with less varied.

use super::super::firmware::Surroundings;
use super::surroundings::World;
use crate::failure::Result;
use crate::progress::Progress;

/// What the bytes of a firmware depend on, besides its sources.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Dependence {
    /// Compiled twice in one place and in one world, it is another.
    Chance,
    /// Where it is compiled.
    Place,
    /// One thing of its surroundings, by its name; there may be more.
    World(String),
}

impl Dependence {
    /// Finds what `first` depends on, for a firmware that is another when all of `world` is varied in the second place.
    /// `compile` compiles there, from the beginning.
    ///
    /// # Errors
    /// When it does not compile.
    pub fn find(
        first: &[u8],
        world: &World,
        compile: impl Fn(Surroundings) -> Result<Vec<u8>>,
        progress: Progress,
    ) -> Result<Self> {
        progress.say("it is another: compiling again with less varied, to find what it depends on");
        let unvaried = compile(world.surroundings(0))?;
        if unvaried != first {
            let again = compile(world.surroundings(0))?;
            return Ok(match again == unvaried {
                true => Self::Place,
                false => Self::Chance,
            });
        }
        // With so many things varied it is the same, and with so many it is another.
        let (mut same, mut other) = (0, world.len());
        while other - same > 1 {
            let middle = same.midpoint(other);
            if compile(world.surroundings(middle))? == first {
                same = middle;
            } else {
                other = middle;
            }
        }
        Ok(Self::World(world.name(same).to_owned()))
    }

    /// For people, after "it depends on".
    pub fn words(&self) -> String {
        match self {
            Self::Chance => {
                "chance or the moment, for in one place and world it is another each time: \
                 a random number, the order of a hash map, a race, the time"
                    .to_owned()
            }
            Self::Place => {
                "the place where it is compiled: a path, or the order of a directory".to_owned()
            }
            Self::World(name) => format!("{name}, which a release does not have; perhaps on more"),
        }
    }
}
