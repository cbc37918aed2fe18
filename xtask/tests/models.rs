//! The verifier models against the verifiers: for small random hierarchies of real certificates, what the engine says of a
//! day is what the device, webpki, OpenSSL, GnuTLS and mbedTLS say at noon of it, on each day on which something changes, and the
//! days beside it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "shared with the comparison of the device")]
#[path = "peers/cases.rs"]
mod cases;
#[path = "models/differences.rs"]
mod differences;
#[allow(dead_code, reason = "shared with the comparison of the device")]
#[path = "peers/judges.rs"]
mod judges;
#[allow(dead_code, reason = "shared with the comparison of the device")]
#[path = "peers/pki.rs"]
mod pki;
#[path = "models/question.rs"]
mod question;
#[path = "models/world.rs"]
mod world;

use std::collections::{BTreeMap, BTreeSet};

use cases::Case;
use judges::{Judge, Judges};
use question::Asked;
use world::World;

/// Who has a model.
const JUDGES: [Judge; 6] = [
    Judge::Device,
    Judge::GnuTls,
    Judge::MbedTls,
    Judge::OpenSsl,
    Judge::OpenSslPartialChain,
    Judge::WebPki,
];

/// How many hierarchies; more with `PERENNIAL_MODEL_WORLDS`.
const WORLDS: u64 = 40;

#[test]
fn the_models_agree_with_their_verifiers_but_where_it_is_explained() {
    let judges = Judges::new();
    let worlds = std::env::var("PERENNIAL_MODEL_WORLDS").map(|count| count.parse().unwrap());
    let mut comparison = Comparison::default();
    for seed in 0..worlds.unwrap_or(WORLDS) {
        let world = World::random(seed);
        let case = case(&world);
        let files = judges.write(&case);
        let asked = Asked::new(&world);
        for judge in JUDGES {
            let coverages = question::behaviour(judge).map(|model| asked.coverage(&model));
            for day in world.days() {
                let models = coverages
                    .each_ref()
                    .map(|found| question::is_held(found, day));
                let (peer, said) = judges.ask(judge, &case, &files, question::noon(day));
                comparison.add(&world, (judge, day), models, (peer, &said));
            }
        }
    }
    comparison.judge();
}

/// What was compared.
#[derive(Default)]
struct Comparison {
    /// How often each of them said yes, or no.
    answers: BTreeMap<String, usize>,
    /// How often the two models of one program differ.
    between: usize,
    explained: BTreeSet<&'static str>,
    unexplained: BTreeMap<String, Vec<String>>,
}

impl Comparison {
    /// `models`: whether it is accepted at least, and at most.
    fn add(
        &mut self,
        world: &World,
        (judge, day): (Judge, u64),
        models: [bool; 2],
        (peer, said): (bool, &str),
    ) {
        let what = format!("{judge:?} {}", if peer { "accepts" } else { "refuses" });
        *self.answers.entry(what.clone()).or_default() += 1;
        self.between += usize::from(models[0] != models[1]);
        if models.contains(&peer) {
            return;
        }
        match differences::explanation(world, judge, peer) {
            Some(why) => drop(self.explained.insert(why)),
            None => {
                let case = format!("day {day}, {}{said}", world.described());
                self.unexplained.entry(what).or_default().push(case);
            }
        }
    }

    fn judge(&self) {
        let first = self.unexplained.iter().map(|(what, cases)| {
            let few = cases.iter().step_by(1 + cases.len() / 4).cloned();
            let few: String = few.collect();
            format!(
                "{what}, and the model does not, {} times\n{few}",
                cases.len()
            )
        });
        let first: Vec<_> = first.collect();
        assert!(first.is_empty(), "{:?}\n{}", self.answers, first.join("\n"));
        let known = differences::DIFFERENCES.iter().map(|known| known.why);
        let unused: Vec<_> = known.filter(|why| !self.explained.contains(why)).collect();
        assert_eq!(unused, [""; 0], "differences that are none any more");
        // Neither answer is a matter of course, for any of them, and the two models of one program are close.
        let answers = &self.answers;
        let often = answers.values().all(|count| *count > 50);
        assert!(often && answers.len() == 2 * JUDGES.len(), "{answers:?}");
        let all: usize = answers.values().sum();
        assert!(self.between * 10 < all, "{} of {all}", self.between);
    }
}

fn case(world: &World) -> Case {
    let der = |place: &usize| world.certificates[*place].der.clone();
    let sent = world.sent.iter().map(der);
    Case {
        name: format!("world {}", world.seed),
        chain: [world.leaf.clone()].into_iter().chain(sent).collect(),
        anchors: world.anchors.iter().map(der).collect(),
        host: "ota.example.com",
    }
}
