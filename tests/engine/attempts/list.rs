//! `list_attempts`, and how many of them a description has. Contract: attempts.list, executions.describe-attempts.

use crate::engine::world::{World, failure, refusal, refused_field, test};
use tidegate::model::executions::retry::{Backoff, RetryPolicy};
use tidegate::model::ground::vocabulary::{AttemptLifecycle, FailureClass};
use tidegate::ops::executions::attempts::{ATTEMPTS_TOLD_MAX, AttemptPage, ListAttemptsArgs};
use tidegate::{Code, Result};

fn page(world: &mut World, id: &str, cursor: Option<&str>, limit: Option<i64>) -> Result<AttemptPage> {
    let args = ListAttemptsArgs { execution_id: id.to_owned(), cursor: cursor.map(str::to_owned), limit };
    world.call(args)
}

fn indexes(page: &AttemptPage) -> Vec<i64> {
    page.attempts.iter().map(|attempt| attempt.attempt_index).collect()
}

/// An execution that has failed so often and is held again; its failures say this.
fn tried(world: &mut World, times: i64, message: &str) -> String {
    let backoff = Some(Backoff::Fixed { delay_ms: Some(0) });
    let retry = RetryPolicy { max_retries: Some(1_000_000), backoff, ..RetryPolicy::default() };
    let id = world.submit_with("mail", |create| create.policy.retry = Some(retry));
    for _ in 0..times {
        let claim = world.claim("mail");
        let mut args = failure(&claim.handle, FailureClass::Transient);
        message.clone_into(&mut args.reason.message);
        world.call(args).unwrap();
    }
    world.claim("mail");
    id
}

/// Contract: attempts.list.
#[test]
fn all_pages_hold_each_attempt_once_the_newest_first() {
    let mut world = World::new();
    let id = tried(&mut world, 6, "no");
    for limit in 1..=8 {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let found = page(&mut world, &id, cursor.as_deref(), Some(limit)).unwrap();
            all.extend(indexes(&found));
            cursor = found.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(all, [6, 5, 4, 3, 2, 1, 0], "by {limit}");
    }
}

/// Contract: attempts.list, executions.describe-attempts.
#[test]
fn a_line_is_that_of_the_description() {
    let mut world = World::new();
    let id = tried(&mut world, 2, "no route");
    let mut told = world.describe(&id).attempts;
    told.reverse();
    assert_eq!(page(&mut world, &id, None, None).unwrap(), AttemptPage { attempts: told.clone(), next_cursor: None });
    assert_eq!(told[0].lifecycle, AttemptLifecycle::Started);
    assert_eq!(told[1].failure.as_ref().unwrap().message, "no route");
}

/// Contract: executions.describe-attempts.
#[test]
fn a_description_has_the_newest_attempts_and_says_how_many_there_are() {
    let mut world = World::new();
    let id = tried(&mut world, ATTEMPTS_TOLD_MAX + 5, "no");
    let found = world.describe(&id);
    assert_eq!(found.total_attempt_count, ATTEMPTS_TOLD_MAX + 6);
    let told: Vec<i64> = found.attempts.iter().map(|attempt| attempt.attempt_index).collect();
    assert_eq!(told, (6..=ATTEMPTS_TOLD_MAX + 5).collect::<Vec<_>>());
    let first = page(&mut world, &id, None, None).unwrap();
    assert_eq!((first.attempts.len(), first.next_cursor.as_deref()), (100, Some("x6")));
}

/// Contract: attempts.list.
#[test]
fn a_page_goes_on_where_the_one_before_it_ended_whatever_starts_meanwhile() {
    let mut world = World::new();
    let id = tried(&mut world, 3, "no");
    let first = page(&mut world, &id, None, Some(2)).unwrap();
    assert_eq!(indexes(&first), [3, 2]);
    world.pass(1_000_000);
    assert_eq!(world.claim("mail").attempt_index, 4);
    assert_eq!(indexes(&page(&mut world, &id, first.next_cursor.as_deref(), None).unwrap()), [1, 0]);
}

/// Contract: attempts.list.
#[test]
fn much_that_failures_say_ends_a_page_early() {
    let mut world = World::new();
    let id = tried(&mut world, 80, &"m".repeat(65_536));
    let first = page(&mut world, &id, None, None).unwrap();
    assert_eq!((first.attempts.len(), first.next_cursor.as_deref()), (66, Some("x15")));
    let rest = page(&mut world, &id, Some("x15"), None).unwrap();
    assert_eq!((rest.attempts.len(), rest.next_cursor), (15, None));
}

/// Contract: attempts.list.
#[test]
fn what_has_no_attempt_has_an_empty_page_and_what_is_unknown_is_refused() {
    let mut world = World::new();
    let id = world.submit("mail");
    let empty = AttemptPage { attempts: Vec::new(), next_cursor: None };
    assert_eq!(page(&mut world, &id, None, None).unwrap(), empty);
    let tried = tried(&mut world, 0, "");
    assert_eq!(page(&mut world, &tried, None, Some(0)).unwrap(), empty);
    let nobody = "{fp:0}:00000000-0000-4000-8000-0000000000ff";
    refusal(page(&mut world, nobody, None, None), Code::NotFoundExecution);
    refused_field(page(&mut world, &id, Some("5"), None), Code::InvalidInput, "cursor");
    refused_field(page(&mut world, &id, None, Some(-1)), Code::InvalidInput, "limit");
}
