//! The one word that sums a flow up. Contract: flows.state, flows.status, flows.excused.

use crate::engine::world::test;
use tidegate::model::flows::flow::{CancellationPolicy, Flow, FlowState, FlowStatus, place};
use tidegate::model::ground::vocabulary::PublicState::{
    self, Active, Cancelled, Completed, Delayed, Expired, Failed, RateLimited, Skipped, Suspended, Waiting,
    WaitingChildren,
};
use uuid::Uuid;

fn flow(members: &[PublicState]) -> Flow {
    let mut flow = Flow::new(1, Uuid::nil(), 1, 0);
    for state in members {
        flow.counts[place(*state)] += 1;
    }
    flow
}

fn state(members: &[PublicState]) -> FlowState {
    flow(members).state()
}

const LIVE: [PublicState; 6] = [Waiting, Delayed, RateLimited, WaitingChildren, Active, Suspended];
const OVER: [PublicState; 5] = [Completed, Failed, Cancelled, Expired, Skipped];

/// Contract: flows.empty.
#[test]
fn a_flow_without_members_is_open_until_it_is_sealed() {
    let mut empty = flow(&[]);
    assert_eq!(empty.state(), FlowState::Open);
    empty.sealed = true;
    assert_eq!(empty.state(), FlowState::Completed);
}

/// Contract: flows.skipped-completes.
#[test]
fn all_members_over_is_completed_unless_one_ended_badly() {
    assert_eq!(state(&[Completed]), FlowState::Completed);
    assert_eq!(state(&[Skipped]), FlowState::Completed);
    assert_eq!(state(&[Completed, Skipped]), FlowState::Completed);
    for bad in [Failed, Cancelled, Expired] {
        assert_eq!(state(&[bad]), FlowState::Failed, "{bad}");
        assert_eq!(state(&[Completed, Skipped, bad]), FlowState::Failed, "{bad}");
    }
}

#[test]
fn sealing_does_not_change_what_members_say() {
    for one in LIVE.into_iter().chain(OVER) {
        let mut flow = flow(&[one]);
        let before = flow.state();
        flow.sealed = true;
        assert_eq!(flow.state(), before, "{one}");
    }
}

/// Contract: flows.excused.
#[test]
fn an_excused_cancellation_does_not_count_as_a_failure() {
    let mut flow = flow(&[Completed, Cancelled]);
    flow.excused = 1;
    assert_eq!(flow.state(), FlowState::Completed);
    flow.counts[place(Cancelled)] = 2;
    assert_eq!(flow.state(), FlowState::Failed, "another one was cancelled for another reason");
    flow.excused = 2;
    assert_eq!(flow.state(), FlowState::Completed);
    for bad in [Failed, Expired] {
        flow.counts[place(bad)] = 1;
        assert_eq!(flow.state(), FlowState::Failed, "{bad}");
        flow.counts[place(bad)] = 0;
    }
}

/// Contract: flows.state.
#[test]
fn a_live_member_alone_says_what_the_flow_does() {
    for (one, word) in [
        (Waiting, FlowState::Open),
        (Active, FlowState::Running),
        (Suspended, FlowState::Blocked),
        (Delayed, FlowState::Blocked),
        (RateLimited, FlowState::Blocked),
        (WaitingChildren, FlowState::Blocked),
    ] {
        assert_eq!(state(&[one]), word, "{one}");
        for over in OVER {
            assert_eq!(state(&[one, over]), word, "{one} beside {over}");
        }
    }
}

/// Contract: flows.state.
#[test]
fn of_two_live_members_running_goes_before_blocked_and_that_before_open() {
    for one in LIVE {
        for other in LIVE {
            let any = |state: PublicState| one == state || other == state;
            let expected = if any(Active) {
                FlowState::Running
            } else if [Suspended, Delayed, RateLimited, WaitingChildren].into_iter().any(any) {
                FlowState::Blocked
            } else {
                FlowState::Open
            };
            assert_eq!(state(&[one, other]), expected, "{one} and {other}");
        }
    }
}

#[test]
fn a_cancelled_flow_is_cancelled_whatever_its_members_do() {
    for one in LIVE.into_iter().chain(OVER) {
        let mut flow = flow(&[one]);
        flow.cancelled = Some((5, CancellationPolicy::FlowOnly));
        assert_eq!(flow.state(), FlowState::Cancelled, "{one}");
    }
}

/// Contract: flows.status.
#[test]
fn the_status_tells_whether_it_goes_on_or_how_it_ended() {
    let told = FlowState::ALL.iter().map(|state| state.status()).collect::<Vec<_>>();
    let (active, completed) = (FlowStatus::Active, FlowStatus::Completed);
    assert_eq!(told, [active, active, active, completed, FlowStatus::Failed, FlowStatus::Cancelled]);
}
