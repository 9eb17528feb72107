//! The numbers of limits and defaults, from the constants that the code uses.

use std::fmt::Write as _;
use tidegate::model::attempts::handle;
use tidegate::model::executions::{execution, grant, lease, policy, retry, tag};
use tidegate::model::flows::edge;
use tidegate::model::ground::argument::{
    INSTANT_MAX, INTEGER_MAX, LANE_BYTES_MAX, NAME_BYTES_MAX, PAGE_DEFAULT, PAGE_MAX, PAYLOAD_BYTES_DEFAULT,
    PAYLOAD_BYTES_MAX, PROGRESS_BYTES_MAX, REASON_BYTES_MAX,
};
use tidegate::model::lanes::{capability, lane};
use tidegate::model::streams::{frame, retained, summary};
use tidegate::ops::attempts::{claim, step};
use tidegate::ops::executions::{create, search};
use tidegate::ops::flows::{
    cancel as cancel_flow, cancel_header, describe as flow_describe, graph as flow_graph, submit as flow_submit,
};
use tidegate::ops::ground::{blocked, turn, upstream};
use tidegate::ops::streams::{frames, tail as tail_stream};
use tidegate::ops::workers::register;
use tidegate::store::ROWS_LOOKED_AT_MAX;
use tidegate::{ACTIONS_MAX, ANSWER_BYTES_MAX, COMMIT_BYTES_MAX, OPERATIONS_MAX, PURGE_MAX, REQUEST_MS, wire};

/// What a limit is of, and its number.
type Limit = (&'static str, i128);

/// A count as the widest of whole numbers.
fn wide(count: usize) -> i128 {
    i128::try_from(count).expect("a count")
}

fn of_arguments() -> Vec<Limit> {
    vec![
        ("a whole number, at most, either way", INTEGER_MAX.into()),
        ("an instant, at most, in Unix ms", INSTANT_MAX.into()),
        ("a name, bytes", wide(NAME_BYTES_MAX)),
        ("a lane, bytes", wide(LANE_BYTES_MAX)),
        ("a reason, a failure's message or detail, bytes", wide(REASON_BYTES_MAX)),
        ("a progress message, bytes", wide(PROGRESS_BYTES_MAX)),
        ("a payload, bytes, unless another limit is set at open", wide(PAYLOAD_BYTES_DEFAULT)),
        ("the payload limit that may be set, bytes", wide(PAYLOAD_BYTES_MAX)),
        ("tags of an execution or a flow", wide(tag::TAGS_MAX)),
        ("a tag's key, bytes", wide(tag::KEY_BYTES_MAX)),
        ("a tag's value, bytes", wide(tag::VALUE_BYTES_MAX)),
        ("capabilities, tokens", wide(capability::TOKENS_MAX)),
        ("capabilities, bytes joined by commas", wide(capability::JOINED_BYTES_MAX)),
        ("a priority, clamped", execution::PRIORITY_MAX.into()),
        ("budgets of an execution", wide(policy::BUDGETS_MAX)),
        ("tiers of a fallback", wide(policy::TIERS_MAX)),
        ("a handle, characters", wide(handle::TEXT_BYTES_MAX)),
        ("a page of a listing, when left out", PAGE_DEFAULT.into()),
        ("a page of a listing, capped", PAGE_MAX.into()),
    ]
}

fn of_attempts() -> Vec<Limit> {
    vec![
        ("lanes of a claim", wide(lane::LANES_MAX)),
        ("kinds of a claim", wide(lane::KINDS_MAX)),
        ("the wait of a parked claim, ms", claim::WAIT_MS_MAX.into()),
        ("a lease, ms", lease::TTL_MS_MAX.into()),
        ("a lease, when left out, ms", lease::TTL_MS_DEFAULT.into()),
        ("the wait after the second lapse in a row, ms", lease::LAPSE_BACKOFF_MS.into()),
        ("the wait after lapses in a row, ms", lease::LAPSE_BACKOFF_MS_MAX.into()),
        ("a grant, ms", grant::TTL_MS_MAX.into()),
        ("a grant, when left out, ms", grant::TTL_MS_DEFAULT.into()),
        ("executions that one claim lets go", blocked::LET_GO_MAX.into()),
        ("a worker's time to live, when left out, ms", register::LIVENESS_TTL_MS_DEFAULT.into()),
        ("recorded steps of an execution", step::STEPS_MAX.into()),
        ("retries that a policy may set", retry::RETRIES_MAX.into()),
        ("retries, when left out", retry::RETRIES_DEFAULT.into()),
        ("retryable categories", wide(retry::CATEGORIES_MAX)),
        ("a fixed wait, when left out, ms", retry::FIXED_MS_DEFAULT.into()),
        ("the first exponential wait, when left out, ms", retry::INITIAL_MS_DEFAULT.into()),
        ("the longest exponential wait, when left out, ms", retry::CAP_MS_DEFAULT.into()),
        ("reclaims, when left out", policy::RECLAIMS_DEFAULT.into()),
        ("replays, when left out", policy::REPLAYS_DEFAULT.into()),
        ("the window of an idempotency key, when left out, ms", create::DEDUP_WINDOW_MS_DEFAULT.into()),
    ]
}

fn of_flows_and_streams() -> Vec<Limit> {
    vec![
        ("members of a submission", wide(flow_submit::MEMBERS_MAX)),
        ("dependencies of a submission", wide(flow_submit::EDGES_MAX)),
        ("a quorum", edge::QUORUM_MAX.into()),
        ("members that a cancellation names", cancel_flow::IDS_MAX.into()),
        ("the grace of a cancellation, when left out, ms", cancel_header::GRACE_MS_DEFAULT.into()),
        ("edge groups of a description", flow_describe::GROUPS_MAX.into()),
        ("members of a picture, when left out", flow_graph::NODES_DEFAULT.into()),
        ("members of a picture, capped", flow_graph::NODES_MAX.into()),
        ("edges of a picture", flow_graph::EDGES_MAX.into()),
        ("upstreams that a claim tells of", wide(upstream::UPSTREAMS_MAX)),
        ("results of steps and upstreams that the claims of a commit hand back, bytes", turn::STEP_BYTES_MAX.into()),
        ("a frame, bytes", wide(frame::FRAME_BYTES_MAX)),
        ("durable frames of a stream, when left out", retained::FRAMES_DEFAULT.into()),
        ("best-effort frames kept at least, when left out", retained::FLOOR_DEFAULT.into()),
        ("best-effort frames kept at most, when left out", retained::CEILING_DEFAULT.into()),
        ("best-effort frames that may be kept", retained::CEILING_MAX.into()),
        ("best-effort frames that one append trims", retained::TRIM_MAX.into()),
        ("a merge patch, levels", wide(summary::DEPTH_MAX)),
        ("a page of frames, when left out", frames::FRAMES_DEFAULT.into()),
        ("a page of frames", frames::FRAMES_MAX.into()),
        ("a page of frames, bytes", wide(frames::PAGE_BYTES_MAX)),
        ("frames that the reads of a commit answer, bytes", wide(turn::FRAME_BYTES_MAX)),
        ("the wait of a tail, ms", tail_stream::BLOCK_MS_MAX.into()),
    ]
}

fn of_the_engine() -> Vec<Limit> {
    vec![
        ("operations of a commit", wide(OPERATIONS_MAX)),
        ("payloads of a commit of more than one operation, bytes", wide(COMMIT_BYTES_MAX)),
        ("calls of a batch as a text", wide(wire::CALLS_MAX)),
        ("answers of a message, bytes, to which its last one may add", wide(ANSWER_BYTES_MAX)),
        ("the answer of a request id is kept, ms", REQUEST_MS.into()),
        ("due actions of a tick", ACTIONS_MAX.into()),
        ("rows of each sort that a tick deletes, about", PURGE_MAX.into()),
        ("events that a read looks at, about", wide(ROWS_LOOKED_AT_MAX)),
        ("executions that a search looks at", wide(search::LOOKED_AT_MAX)),
    ]
}

pub fn table() -> String {
    let mut table = String::from("| Limit | Number |\n|---|---|\n");
    let all = [of_arguments(), of_attempts(), of_flows_and_streams(), of_the_engine()];
    for (what, number) in all.into_iter().flatten() {
        writeln!(table, "| {what} | {} |", grouped(number)).expect("a string takes it");
    }
    table
}

/// Digits in groups of three.
fn grouped(number: i128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
