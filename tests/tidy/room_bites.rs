//! Proof that the rules about rooms and folders bite.

use crate::bites::{bites, quiet, tree_of};
use crate::rooms;
use crate::tree::Source;

#[test]
fn a_room_that_uses_a_later_one_bites() {
    let claim = |text: &str| rooms::backwards(&Source::new("src/ops/attempts/claim.rs", text));
    bites(
        &claim("use crate::ops::protocol::block::unblock_route;"),
        "src/ops/attempts/claim.rs:1: attempts uses protocol",
    );
    bites(&claim("fn f() {\n    super::super::flows::find::member();\n}"), "claim.rs:2: attempts uses flows");
    quiet(&claim(
        "use super::claimed::refill;\nuse crate::ops::ground::turn::Turn;\nuse crate::model::events::event::X;",
    ));
    let find = |text: &str| rooms::backwards(&Source::new("src/ops/flows/find.rs", text));
    bites(&find("use super::edges::stage::stage;"), "flows uses flows::edges");
    let stage = "use crate::ops::flows::find::member;";
    quiet(&rooms::backwards(&Source::new("src/ops/flows/edges/stage.rs", stage)));
    let suite = "use crate::engine::events::trim::trimmed;";
    bites(&rooms::backwards(&Source::new("tests/engine/flows/cancel.rs", suite)), "flows uses events");
    quiet(&rooms::backwards(&Source::new("src/ops/operation.rs", "use crate::ops::flows::cancel::CancelFlowArgs;")));
}

#[test]
fn a_folder_that_is_no_room_bites() {
    let file = |path: &str| rooms::backwards(&Source::new(path, "use crate::ops::flows::find::member;"));
    bites(&file("src/ops/budgets/set.rs"), "src/ops/budgets/set.rs:1: `budgets` is no room");
    bites(&file("tests/engine/budgets/set.rs"), "`budgets` is no room");
    quiet(&file("src/store/driver/embedded.rs"));
    quiet(&file("src/engine/job.rs"));
    quiet(&file("src/ops/operation.rs"));
}

#[test]
fn a_thing_that_the_top_of_a_layer_hands_on_is_named_where_it_stands() {
    let top = (
        "src/store/mod.rs",
        "pub use ground::front::{Fronts, Keys};\npub use executions::phase::Touched;\npub struct Store;",
    );
    let file = |text| rooms::handed_on(&tree_of(&[top, ("src/store/flows/order.rs", text)]));
    bites(&file("use crate::store::{Keys, Store};"), "`store::Keys`");
    bites(&file("use crate::store::Touched;"), "`store::Touched`");
    quiet(&file("use crate::store::Store;\nuse crate::store::ground::front::Keys;"));
    quiet(&rooms::handed_on(&tree_of(&[top, ("src/ops/flows/seal.rs", "use crate::store::Keys;")])));
}

#[test]
fn a_full_folder_bites() {
    let names: Vec<String> = (0..25).map(|number| format!("src/ops/flows/f{number}.rs")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    bites(&rooms::full_folders(&tree_of(&files)), "src/ops/flows:1: 25 files, 24 at most");
    quiet(&rooms::full_folders(&tree_of(&files[1..])));
}
