//! Shapes of random graphs and the policies of their groups.

use super::model::{Need, Policy, text};
use crate::ground::random::Random;
use serde_json::{Value, json};

fn policy(need: Need, args: &Value) -> Policy {
    Policy { need, let_run: need != Need::All && args["onSatisfied"] == "let_run" }
}

/// As `set_edge_group_policy` and `wait_children` say it.
pub fn policy_given(args: &Value) -> Policy {
    let need = match text(args, "kind") {
        "any_of" => Need::Any,
        "quorum" => Need::Quorum(args["k"].as_i64().expect("a k")),
        _ => Need::All,
    };
    policy(need, args)
}

/// As a member of `submit_flow` says it.
pub fn policy_of(args: &Value) -> Policy {
    let need = match (args["need"].as_str(), args["need"]["quorum"].as_i64()) {
        (Some("any_of"), _) => Need::Any,
        (_, Some(k)) => Need::Quorum(k),
        _ => Need::All,
    };
    policy(need, args)
}

/// Which ends meet an edge, where it says so.
pub fn on(random: &mut Random) -> Option<&'static str> {
    random.maybe(45, |random| *random.pick(&["success", "failure", "failure", "end", "end"]))
}

/// A random policy of a call of its own; a quorum may ask for more than there will ever be.
pub fn some_policy(random: &mut Random) -> Value {
    let on_satisfied = random.maybe(60, |random| *random.pick(&["cancel_remaining", "let_run"]));
    let mut policy = match random.below(6) {
        0 => return json!({ "kind": "all_of" }),
        1 | 2 => json!({ "kind": "any_of" }),
        _ => json!({ "kind": "quorum", "k": random.within(1, 4) }),
    };
    if let Some(on_satisfied) = on_satisfied {
        policy["onSatisfied"] = json!(on_satisfied);
    }
    policy
}

/// The upstreams of each of so many nodes, all of which come before it.
pub fn shape(random: &mut Random, size: usize) -> Vec<Vec<usize>> {
    let width = 1 + random.below(6);
    let kind = random.below(6);
    let mut nodes: Vec<Vec<usize>> = Vec::new();
    for node in 0..size {
        let mut after = match kind {
            // A chain.
            0 => node.checked_sub(1).into_iter().collect(),
            // A star: all after the first, or the last after all.
            1 => {
                if width > 3 && node > 0 {
                    vec![0]
                } else if node + 1 == size {
                    (0..node).collect()
                } else {
                    Vec::new()
                }
            }
            // Layers.
            2 => {
                let layer = node / width;
                let from = (layer * width).saturating_sub(width);
                (from..layer * width).filter(|_| random.percent(80)).collect()
            }
            // Diamonds: apart and together again.
            3 => match node % (width + 2) {
                0 => node.checked_sub(1).into_iter().collect(),
                place if place <= width => vec![node - place],
                place => (node + 1 - place..node).collect(),
            },
            // Anything.
            4 => (0..random.below(4).min(node)).map(|_| random.below(node)).collect(),
            // Pieces that have little to do with each other.
            _ => {
                if node > 0 && random.percent(60) {
                    vec![node - 1 - random.below(node.min(5))]
                } else {
                    Vec::new()
                }
            }
        };
        after.sort_unstable();
        after.dedup();
        nodes.push(after);
    }
    nodes
}

/// A random number of nodes, small ones more often.
pub fn size(random: &mut Random) -> usize {
    match random.below(20) {
        0..=8 => 1 + random.below(6),
        9..=15 => 4 + random.below(14),
        16..=18 => 15 + random.below(40),
        _ => 60 + random.below(141),
    }
}

/// The group of a member of `submit_flow` with so many upstreams.
pub fn need(random: &mut Random, one: &mut Value, count: usize) {
    let count = i64::try_from(count).expect("a count");
    match random.below(6) {
        0 | 1 => return,
        2 => one["need"] = json!("all_of"),
        3 => one["need"] = json!("any_of"),
        _ => one["need"] = json!({ "quorum": random.within(1, count) }),
    }
    if one["need"] != "all_of"
        && let Some(on_satisfied) = random.maybe(60, |random| *random.pick(&["cancel_remaining", "let_run"]))
    {
        one["onSatisfied"] = json!(on_satisfied);
    }
}
