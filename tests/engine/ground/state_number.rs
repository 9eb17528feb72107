//! States and words as numbers in the database: a number reads back as it was written, or is refused.

use super::phase_table::samples;
use crate::engine::world::{refusal, test};
use std::collections::BTreeMap;
use tidegate::Code;
use tidegate::model::executions::phase::{Next, StateVector};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::given::of_stored;
use tidegate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptState, AttemptType, BlockingReason, EligibilityState, FailureClass, HandleKind,
    LeaseEvent, LifecyclePhase, Outcome, OwnershipState, PublicState, Verb,
};

/// The number of some terminal state.
fn sound() -> i64 {
    samples().last().map_or(0, |sample| sample.phase.state().number())
}

/// Contract: states.state-number.
#[test]
fn the_state_of_every_phase_reads_back_from_its_number() {
    let mut seen: BTreeMap<i64, StateVector> = BTreeMap::new();
    for sample in samples() {
        let state = sample.phase.state();
        assert_eq!(StateVector::of_number(state.number()).unwrap(), state, "{}", sample.name);
        let other = seen.insert(state.number(), state);
        assert!(other.is_none_or(|other| other == state), "{} shares its number", sample.name);
    }
}

/// Contract: states.state-number.
#[test]
fn a_number_that_is_no_state_is_refused_as_corruption() {
    let sound = sound();
    for number in [0, 1, 9, -1, i64::MIN, sound + 9, sound * 10, sound - 1_000_000 * (sound / 1_000_000)] {
        refusal(StateVector::of_number(number), Code::Corruption);
    }
}

#[test]
fn a_number_with_a_digit_too_many_is_refused_as_corruption() {
    refusal(StateVector::of_number(sound() + 10_000_000), Code::Corruption);
    refusal(StateVector::of_number(sound() + 700_000_000_000), Code::Corruption);
}

#[test]
fn every_next_attempt_reads_back_from_its_number() {
    for next in Next::ALL {
        assert_eq!(Next::of_number(next.number()).unwrap(), next);
    }
    for number in [0, 5, -1, i64::MAX] {
        refusal(Next::of_number(number), Code::Corruption);
    }
}

macro_rules! round_trips {
    ($($name:ident),*) => {
        /// Contract: states.words.
        #[test]
        fn every_word_reads_back_from_its_number_and_its_text() {
            $(
                let mut numbers = std::collections::BTreeSet::new();
                for value in $name::ALL.iter().copied() {
                    assert_eq!($name::of_number(value.number()).unwrap(), value);
                    assert!(numbers.insert(value.number()), "{value} shares its number");
                    let text = serde_json::to_string(&value).unwrap();
                    assert_eq!(text, format!("\"{}\"", value.word()));
                    // How an attempt ended with a skip is told by the same word as a cancellation.
                    assert_eq!(of_stored::<$name>(&text, "a word").unwrap().word(), value.word());
                }
            )*
        }

        /// Contract: states.words.
        #[test]
        fn an_unknown_number_of_a_word_is_refused_as_corruption() {
            $(
                for number in [-1, 99, i64::MAX, i64::MIN] {
                    let error = refusal($name::of_number(number), Code::Corruption);
                    assert_eq!(error.details().get("field"), Some(stringify!($name)));
                    assert_eq!(error.details().get("found"), Some(number.to_string().as_str()));
                }
            )*
        }
    };
}

round_trips!(
    LifecyclePhase,
    OwnershipState,
    EligibilityState,
    BlockingReason,
    Outcome,
    AttemptState,
    PublicState,
    AttemptLifecycle,
    AttemptType,
    FailureClass,
    HandleKind,
    Verb,
    LeaseEvent,
    Cause
);

fn vocabulary<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().copied().map(word).collect()
}

/// Contract: states.dimensions, states.words.
#[test]
fn the_vocabularies_are_those_of_the_contract() {
    let lifecycle = vocabulary(LifecyclePhase::ALL, LifecyclePhase::word);
    assert_eq!(lifecycle, ["runnable", "active", "suspended", "terminal"]);
    let outcomes = vocabulary(Outcome::ALL, Outcome::word);
    assert_eq!(outcomes, ["success", "failed", "cancelled", "expired", "skipped"]);
    let leases = vocabulary(LeaseEvent::ALL, LeaseEvent::word);
    assert_eq!(leases, ["acquired", "renewed", "expired", "reclaimed", "revoked"]);
    let classes = vocabulary(FailureClass::ALL, FailureClass::word);
    assert_eq!(classes, ["transient", "permanent", "infra_crash", "timeout", "cancelled"]);
    let types = vocabulary(AttemptType::ALL, AttemptType::word);
    assert_eq!(types, ["initial", "retry", "reclaim", "replay"]);
    let kinds = vocabulary(HandleKind::ALL, HandleKind::word);
    assert_eq!(kinds, ["fresh", "resumed", "suspended", "reclaimed"]);
}
