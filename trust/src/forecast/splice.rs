//! One server until a day, another from that day on.

use std::sync::Arc;

use crate::coverage::{Alternative, Cause, SentChain, Served};
use crate::date::Date;

/// What `before` sends until the day before `day`, and `after` from `day` on. What `after` sends and `before` did not is
/// there because of `cause`.
pub(super) fn splice(before: &Served, after: &Served, day: Date, cause: &Arc<Cause>) -> Served {
    let mut spliced = Served {
        chains: Vec::new(),
        alternatives: Vec::new(),
        owner: after.owner.clone(),
        ..before.clone()
    };
    for alternative in before.alternatives.iter().filter(|one| one.from < day) {
        let clipped = Alternative {
            until: alternative.until.min(day.plus_days(-1)),
            ..alternative.clone()
        };
        push(&mut spliced, before, clipped);
    }
    let yesterday: Vec<_> = before
        .on(day.plus_days(-1))
        .map(|one| sent(before, one))
        .collect();
    for alternative in after.alternatives.iter().filter(|one| one.until >= day) {
        let is_new = !yesterday.contains(&sent(after, alternative));
        let mut clipped = Alternative {
            from: alternative.from.max(day),
            ..alternative.clone()
        };
        if is_new && alternative.from <= day {
            clipped.begins = Arc::clone(cause);
        }
        push(&mut spliced, after, clipped);
    }
    spliced
}

fn sent<'s>(served: &'s Served, alternative: &Alternative) -> Option<&'s SentChain> {
    served.chains.get(alternative.chain?)
}

fn place_of(chains: &[SentChain], chain: &SentChain) -> Option<usize> {
    chains.iter().position(|known| known == chain)
}

fn push(spliced: &mut Served, from: &Served, alternative: Alternative) {
    let chain = sent(from, &alternative).map(|chain| {
        place_of(&spliced.chains, chain).unwrap_or_else(|| {
            spliced.chains.push(chain.clone());
            spliced.chains.len() - 1
        })
    });
    spliced.alternatives.push(Alternative {
        chain,
        ..alternative
    });
}
