//! The proof and what rests on it: the hierarchy, what servers send, coverage, the gate, the forecast and the solver, over
//! the repository's own pool and calendar, with a policy, facts, a captured chain and a shipped release of the input's.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use perennial_fuzz::coverage::{
    assert_coverage, assert_forecast, assert_no_anchor_harms, assert_required, assert_served,
    question,
};
use perennial_fuzz::findings::assert_printable;
use perennial_fuzz::project::{Ask, CHAIN, Project};
use trust::anchors::Certificate;
use trust::chains::Chains;
use trust::coverage::served::{Capture, Declaration, World};
use trust::coverage::{Counting, Question, Served, Store, StoreAnchor, prove};
use trust::date::Date;
use trust::forecast::{self, ForecastError, forecast};
use trust::gate::{self, Inputs, judge};
use trust::hierarchy::{Hierarchy, Signed};
use trust::ledger::Ledger;
use trust::policy::{self, PolicyDraft};
use trust::solve::{Answer, Outcome, solve};

fuzz_target!(|bytes: &[u8]| {
    let project = Project::of(bytes);
    let engine = Engine::of(&project);
    engine.check(&project);
    match project.ask {
        Ask::Forecast => check_forecast(&project),
        Ask::Judge => engine.check_verdict(&project),
        Ask::Prove => {}
        Ask::Solve => engine.check_answer(&project),
    }
});

/// Everything that a question is made of, put together without the gate.
struct Engine {
    draft: PolicyDraft,
    chains: Chains,
    ledger: Ledger,
    calendar: trust::calendar::Calendar,
    hierarchy: Hierarchy,
    served: Vec<Served>,
}

impl Engine {
    fn of(project: &Project) -> Self {
        let draft = policy::read(&project.inputs.policy).draft;
        let (mut chains, _) = Chains::read(&project.inputs.endpoints, &draft);
        let (ledger, _) = Ledger::read(&project.inputs.releases);
        chains.add_shipped(&project.inputs.endpoints, &ledger);
        let mut calendar = project.calendar();
        if project.known {
            chains.forget_after(project.day);
            calendar = calendar.known_on(project.day);
        }
        let hierarchy = Hierarchy::of_project(&calendar, project.inventory(), &chains);
        let world = World {
            hierarchy: &hierarchy,
            calendar: &calendar,
            known_on: project.day,
        };
        let declared = draft.endpoints.iter();
        let declared = declared.map(|one| Declaration::of(one, &chains, &hierarchy));
        let served = declared.map(|one| Served::new(&one, &world)).collect();
        Self {
            draft,
            chains,
            ledger,
            calendar,
            hierarchy,
            served,
        }
    }

    fn check(&self, project: &Project) {
        for served in &self.served {
            assert_served(served, &self.hierarchy);
        }
        if let Some(chain) = self.chains.at(CHAIN) {
            self.check_capture(chain);
        }
        let (Some(product), Some(service)) = (&self.draft.product, &self.draft.service_life) else {
            return;
        };
        let store = Store::of_policy(&self.draft, &self.hierarchy, &self.calendar);
        let model = product.verifier.value.behaviour();
        let days = (project.day, service.ends.value);
        let asked = question(&store, &model, &self.served, &self.hierarchy, days);
        let coverage = prove(&asked);
        assert_coverage(&asked, &coverage);
        assert_no_anchor_harms(&asked, &coverage);
        for release in self.ledger.releases().map(|recorded| &recorded.release) {
            let store = Store::of_release(release, &self.hierarchy, &self.calendar);
            let model = release.verifier.behaviour();
            let days = (release.released, release.service_ends);
            let asked = question(&store, &model, &self.served, &self.hierarchy, days);
            assert_coverage(&asked, &prove(&asked));
        }
    }

    /// The signature decides whose leaf it is: with one other bit it is nobody's whose key is in hand.
    fn check_capture(&self, chain: &[Certificate]) {
        let Some(leaf) = chain.first() else {
            return;
        };
        let Some(capture) = Capture::of(CHAIN, chain, &self.hierarchy) else {
            return;
        };
        let in_hand = |id| self.hierarchy.key(id).is_some_and(|key| key.spki.is_some());
        let Some(issuer) = capture.issuer.filter(|_| capture.verified) else {
            return;
        };
        assert!(in_hand(issuer), "verified with a key that nobody has");
        let mut der = leaf.der.to_vec();
        if let Some(last) = der.last_mut() {
            *last ^= 1;
        }
        let forged = Signed {
            der: Arc::from(der),
            ..Signed::of(leaf)
        };
        let signers = self
            .hierarchy
            .signers(&forged, &leaf.distinguished_names().1);
        assert!(!signers.contains(&issuer), "a signature with another bit");
    }

    /// What the gate lets through has what the policy asks for, on each day of service.
    fn check_verdict(&self, project: &Project) {
        let verdict = judge(&project.inputs, gate_question(project));
        assert_printable(verdict.findings());
        let Some(policy) = verdict.policy() else {
            return;
        };
        if verdict
            .findings()
            .iter()
            .any(|finding| finding.waived.is_some())
        {
            return;
        }
        let store = Store::of_policy(&self.draft, &self.hierarchy, &self.calendar);
        let model = policy.product.verifier.value.behaviour();
        let required = &policy.coverage;
        let days = (project.day, policy.service_life.ends.value);
        let asked = Question {
            counting: counting(&self.draft),
            ..question(&store, &model, &self.served, &self.hierarchy, days)
        };
        let (paths, owners) = (&required.independent_paths, &required.distinct_owners);
        assert_required(&prove(&asked), paths.value, owners.value);
    }

    /// The store that the solver finds holds every endpoint on every day.
    fn check_answer(&self, project: &Project) {
        let answer = match solve(&project.inputs, gate_question(project)) {
            Ok(answer) => answer,
            Err(findings) => return assert_printable(&findings),
        };
        let anchors = match &answer.outcome {
            Outcome::NotProvenSmallest(solution) | Outcome::Smallest(solution) => &solution.anchors,
            Outcome::Impossible(unsolved) => return assert!(!unsolved.help.is_empty()),
            Outcome::Undecided => return,
        };
        let anchors = anchors.iter().map(|anchor| self.anchor(&anchor.sha256));
        let store = Store {
            anchors: anchors.collect(),
            ..Store::of_policy(&self.draft, &self.hierarchy, &self.calendar)
        };
        self.check_store(&answer, &store);
    }

    fn check_store(&self, answer: &Answer, store: &Store) {
        let Some(product) = &self.draft.product else {
            unreachable!("the solver read a product");
        };
        let model = product.verifier.value.behaviour();
        let days = (answer.as_of, answer.service_ends);
        let asked = Question {
            counting: counting(&self.draft),
            ..question(store, &model, &self.served, &self.hierarchy, days)
        };
        let coverage = prove(&asked);
        for interval in &coverage.intervals {
            assert_eq!(interval.held_endpoints, self.served.len(), "{interval:?}");
            assert!(interval.independent_paths >= answer.demanded.independent_paths);
            assert!(interval.distinct_owners >= answer.demanded.distinct_owners);
        }
    }

    fn anchor(&self, sha256: &str) -> StoreAnchor {
        let mut fingerprint = [0; 32];
        hex::decode_to_slice(sha256, &mut fingerprint).expect("a fingerprint");
        let required = self.draft.required_roots.iter();
        let mut ends = required
            .filter(|root| root.sha256.value == fingerprint)
            .filter_map(|root| root.effective_end.as_ref());
        StoreAnchor {
            certificate: self.hierarchy.find(&fingerprint).expect("of the pool"),
            private: self.calendar.is_private(&fingerprint),
            until: ends.next().map_or(Date::LAST, |end| end.value),
        }
    }
}

fn counting(draft: &PolicyDraft) -> Counting {
    let coverage = draft.coverage.as_ref();
    coverage.map_or_else(Counting::default, |coverage| Counting {
        private: coverage.count_private,
        rescue: coverage.count_rescue,
    })
}

fn gate_question(project: &Project) -> gate::Question {
    gate::Question {
        as_of: project.day,
        channel: project.channel,
        facts_known_on: project.known.then_some(project.day),
    }
}

fn check_forecast(project: &Project) {
    let asked = forecast::Question {
        at: project.day,
        known_on: project.known.then_some(project.day),
        until: None,
        verifier: None,
        what_ifs: project.what_ifs.clone(),
        leave_one_out: project.hang,
        releases: Vec::new(),
    };
    let inputs: &Inputs = &project.inputs;
    match forecast(inputs, &[], &asked) {
        Ok(forecast) => assert_forecast(&forecast),
        Err(ForecastError::Mistakes(findings)) => {
            assert_printable(&findings);
            assert!(!findings.is_empty());
        }
        Err(ForecastError::Unknown(name)) => assert!(!name.to_string().is_empty()),
    }
}
