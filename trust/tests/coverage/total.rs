//! Nothing panics, whatever it is asked.

use proptest::prelude::*;
use trust::coverage::{Counting, Question, leave_one_out, prove};
use trust::date::Date;
use trust::policy::VerifierModel;

use crate::worlds::{World, day};

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any world, any question: also with the first day after the last, at the ends of the calendar, and with
    /// stores that speak of another hierarchy. The intervals are gapless, and serialisation does not fail.
    #[test]
    fn any_question_has_an_answer(seed: u64, other: u64, model in 0_usize..8, from in -4_000_000_i64..4_000_000, days in -10_i64..8_000_000) {
        let world = World::random(seed);
        let hierarchy = world.hierarchy();
        let served = world.served(&hierarchy);
        let stranger = World::random(other);
        let stores = [world.store(&hierarchy), stranger.store(&stranger.hierarchy())];
        for store in &stores {
            let question = Question {
                store,
                model: &VerifierModel::ALL[model].behaviour(),
                endpoints: &served,
                hierarchy: &hierarchy,
                counting: Counting { private: seed % 2 == 0, rescue: other % 2 == 0 },
                from: day(from),
                until: day(from).plus_days(days),
            };
            let coverage = prove(&question);
            prop_assert_eq!(&coverage, &prove(&question));
            let mut next = question.from;
            for interval in &coverage.intervals {
                prop_assert_eq!(interval.from, next);
                next = interval.until.plus_days(1);
            }
            if question.from <= question.until {
                prop_assert_eq!(coverage.intervals.last().map(|last| last.until), Some(question.until));
            }
            prop_assert!(serde_json::to_string(&coverage).is_ok());
            leave_one_out(&question);
        }
        for served in &served {
            for number in [-100, 0, 1, 149, 100_000] {
                prop_assert!(served.on(day(number)).next().is_some());
            }
            prop_assert!(served.on(Date::LAST).next().is_some());
        }
    }
}
