//! What a firmware depends on that the second build made differently: found by compiling again with less varied.

use super::super::firmware::Surroundings;
use super::surroundings::World;
use crate::failure::Result;

/// What the bytes of a firmware depend on, besides its sources.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Dependence {
    /// Compiled twice in one place and in one world, it is another.
    Chance,
    /// Compiled from the beginning, it is another than with what earlier builds left.
    Leftovers,
    /// Where it is compiled.
    Place,
    /// One thing of its surroundings, by its name: with nothing else varied it is another.
    World(String),
    /// Things of its surroundings that matter together: the last of them, by its name.
    Together(String),
}

/// Compiles the firmware again.
pub trait Compiler {
    /// In the second place, from the beginning.
    ///
    /// # Errors
    /// When it does not compile.
    fn second(&self, surroundings: Surroundings) -> Result<Vec<u8>>;

    /// In the first place, from the beginning, in the surroundings of a release.
    ///
    /// # Errors
    /// When it does not compile.
    fn first(&self) -> Result<Vec<u8>>;
}

impl Dependence {
    /// Finds what `first` depends on, for a firmware that is another when all of `world` is varied in the second place. At
    /// most three compilations, and one for each halving of `world`.
    ///
    /// # Errors
    /// When it does not compile.
    pub fn find(first: &[u8], world: &World, compiler: &impl Compiler) -> Result<Self> {
        let unvaried = compiler.second(world.surroundings(0))?;
        if compiler.second(world.surroundings(0))? != unvaried {
            return Ok(Self::Chance);
        }
        if unvaried != first {
            return Ok(match compiler.first()? == unvaried {
                true => Self::Leftovers,
                false => Self::Place,
            });
        }
        // With so many things varied it is the same, and with so many it is another.
        let (mut same, mut other) = (0, world.len());
        while other - same > 1 {
            let middle = same.midpoint(other);
            if compiler.second(world.surroundings(middle))? == first {
                same = middle;
            } else {
                other = middle;
            }
        }
        let name = world.name(same).to_owned();
        Ok(match compiler.second(world.with_one(same))? == first {
            true => Self::Together(name),
            false => Self::World(name),
        })
    }

    /// For people, after "it depends on".
    pub fn words(&self) -> String {
        match self {
            Self::Chance => "chance or the moment, for in one place and world it is another each time: \
                 a random number, the order of a hash map, a race, the time"
                .to_owned(),
            Self::Leftovers => "what earlier builds left in target/firmware, or on the hour: compiled there from the beginning \
                 it is what the second place gives"
                .to_owned(),
            Self::Place => "the place where it is compiled: a path, or the order in which a directory was filled".to_owned(),
            Self::World(name) => format!("{name}: with nothing else varied it is another; there may be more"),
            Self::Together(name) => format!("{name}, together with something else that was varied"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::path::Path;

    use super::*;

    /// A firmware that is a function of its surroundings, and counts how often it was compiled.
    struct Made<F> {
        of: F,
        first: &'static str,
        compiled: Cell<u32>,
    }

    impl<F: Fn(&Surroundings, u32) -> String> Compiler for Made<F> {
        fn second(&self, surroundings: Surroundings) -> Result<Vec<u8>> {
            self.compiled.set(self.compiled.get() + 1);
            Ok((self.of)(&surroundings, self.compiled.get()).into_bytes())
        }

        fn first(&self) -> Result<Vec<u8>> {
            Ok(self.first.into())
        }
    }

    fn found(first: &'static str, of: impl Fn(&Surroundings, u32) -> String) -> Dependence {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let world = World::new(&root, &[]).unwrap();
        let compiled = Cell::new(0);
        let made = Made {
            of,
            first,
            compiled,
        };
        let found = Dependence::find(b"same", &world, &made).unwrap();
        assert!(made.compiled.get() <= 8, "{}", made.compiled.get());
        found
    }

    fn has(surroundings: &Surroundings, name: &str, value: &str) -> bool {
        let is = |(one, other): &(String, std::ffi::OsString)| one == name && other == value;
        surroundings.variables.iter().any(is)
    }

    fn same_unless(other: bool) -> String {
        if other { "other" } else { "same" }.to_owned()
    }

    #[test]
    fn the_first_the_last_and_one_in_the_middle_are_found() {
        let jobs = found("same", |world, _| same_unless(world.jobs.is_some()));
        assert!(
            matches!(&jobs, Dependence::World(name) if name.starts_with("jobs at once")),
            "{jobs:?}"
        );
        for (name, value) in [("LOGNAME", "somebody-else"), ("USER", "somebody-else")] {
            let user = found("same", |world, _| same_unless(has(world, name, value)));
            assert_eq!(user, Dependence::World(format!("{name}={value}")));
        }
    }

    #[test]
    fn what_matters_only_together_is_said_so() {
        let both = found("same", |world, _| {
            same_unless(world.jobs.is_some() && has(world, "TERM", "vt52"))
        });
        assert_eq!(both, Dependence::Together("TERM=vt52".to_owned()));
        let either = found("same", |world, _| {
            same_unless(world.jobs.is_some() || has(world, "TERM", "vt52"))
        });
        assert!(matches!(either, Dependence::World(_)), "{either:?}");
    }

    #[test]
    fn chance_place_and_leftovers_are_told_apart() {
        assert_eq!(
            found("same", |_, time| time.to_string()),
            Dependence::Chance
        );
        assert_eq!(found("same", |_, _| "moved".to_owned()), Dependence::Place);
        assert_eq!(
            found("moved", |_, _| "moved".to_owned()),
            Dependence::Leftovers
        );
    }
}
