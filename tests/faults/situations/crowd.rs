//! Prepared situations of a flow with sixty members, in which one call changes most of them: too large for a fault at
//! every statement.

use crate::calls::op::Call;
use crate::situations::executions::{claim, id, one};
use crate::situations::flows::{cancellation, complete_last, end, of_it, replay};
use crate::situations::stage::{Act, Situation, Stage};
use serde_json::json;

/// Sixty members: twenty wait for the first; three of the first ten of them are enough for one, on which five hang in a
/// row; under each of the ten there are three more.
fn crowd() -> Call {
    let one = |name: &str, after: &[String]| {
        let number = format!("{:02}", 10 + name.parse::<usize>().expect("a number"));
        let mut one =
            json!({ "executionId": id(&number), "name": name, "lane": "mail", "kind": "send", "after": after });
        if after.is_empty() {
            one.as_object_mut().expect("an object").remove("after");
        }
        one
    };
    let mut members = vec![one("0", &[])];
    members.extend((1..=20).map(|n| one(&n.to_string(), &["0".to_owned()])));
    let ten: Vec<String> = (1..=10).map(|n| n.to_string()).collect();
    let mut quorum = one("21", &ten);
    quorum["need"] = json!({ "quorum": 3 });
    members.push(quorum);
    members.extend((22..=26).map(|n| one(&n.to_string(), &[(n - 1).to_string()])));
    members.extend((27..=56).map(|n| one(&n.to_string(), &[(1 + (n - 27) % 10).to_string()])));
    members.extend((57..=59).map(|n| one(&n.to_string(), &[(n - 3).to_string(), (n - 20).to_string()])));
    of_it("submit_flow", &json!({ "members": members }))
}

/// The first of a crowd is held.
fn begun(stage: &mut Stage) {
    stage.grant(crowd());
    stage.grant(claim(&["mail"], 50_000));
}

/// The next completion meets the quorum: seven siblings are cancelled, with all that hangs on them.
fn crowded(stage: &mut Stage) {
    begun(stage);
    stage.grant(complete_last(stage));
    for completed in [true, true, false, false] {
        stage.grant(claim(&["mail"], 50_000));
        if completed {
            stage.grant(complete_last(stage));
        }
    }
}

/// Everybody is skipped since the first has failed.
fn fallen(stage: &mut Stage) {
    begun(stage);
    stage.grant(end(stage, "permanent"));
}

pub const CASCADES: &[Situation] = &[
    Situation { name: "a quorum met in a crowd", prepare: crowded, act: Act::Calls(|stage| one(complete_last(stage))) },
    Situation { name: "a crowd cancelled", prepare: crowded, act: Act::Calls(|_| one(cancellation("cancel_pending"))) },
    Situation { name: "a crowd skipped", prepare: begun, act: Act::Calls(|stage| one(end(stage, "permanent"))) },
    Situation { name: "a crowd replayed", prepare: fallen, act: Act::Calls(|_| one(replay("10", true))) },
];
