//! Events and searches, as their callers ask for them.

use super::EngineSubject;
use crate::subject::reading::{OTHER_KIND, Search, TAG, TAG_VALUE, WATCHED, Wanted};
use crate::subject::work::{PAGE, lane};
use tidegate::model::events::event::{Cursor, EventStream};
use tidegate::model::ground::id::ExecutionId;
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::ops::events::filter::TagFilter;
use tidegate::ops::events::read::ReadEventsArgs;
use tidegate::ops::executions::count::CountExecutionsArgs;
use tidegate::ops::executions::search::SearchExecutionsArgs;
use tidegate::{Code, Error, Result};

impl EngineSubject {
    /// The position of the newest event.
    pub(super) fn newest_position(&mut self) -> Result<i64> {
        let page = self.engine()?.call(ReadEventsArgs::default())?;
        position(&page.cursor)
    }

    /// Reads one page of events.
    pub(super) fn read_events(&mut self, wanted: Wanted, after: i64, page: u32) -> Result<(u32, i64)> {
        let mut args = ReadEventsArgs {
            after: Cursor::text_after(after),
            limit: Some(i64::from(page)),
            ..ReadEventsArgs::default()
        };
        match wanted {
            Wanted::All => {}
            Wanted::Completions => args.streams = vec![EventStream::Completion],
            Wanted::OfOne => args.execution_id = Some(self.watched()?),
            Wanted::Tagged => args.tag = Some(TagFilter { key: TAG.to_owned(), value: TAG_VALUE.to_owned() }),
        }
        let found = std::hint::black_box(self.engine()?.call(args)?);
        Ok((count(found.events.len()), position(&found.cursor)?))
    }

    /// The id of the execution whose events are wanted; it is looked up once.
    fn watched(&mut self) -> Result<String> {
        const SQL: &str = "SELECT public_id FROM execution WHERE id = ?1";
        if self.picked.is_empty() {
            let picked = &mut self.picked;
            self.database.db()?.query(SQL, &[WATCHED.into()], &mut |row| {
                picked.push(ExecutionId::of_stored(row.blob(0)?)?.text());
                Ok(())
            })?;
        }
        self.picked.first().cloned().ok_or_else(|| Error::new(Code::InvariantBroken, "nobody is watched"))
    }

    /// Reads one page of what is searched for, newest first.
    pub(super) fn search_one(&mut self, search: Search) -> Result<u32> {
        let mut args = SearchExecutionsArgs { limit: Some(i64::from(PAGE)), ..SearchExecutionsArgs::default() };
        match search {
            Search::Newest => {}
            Search::Failed => args.states = vec![PublicState::Failed],
            Search::Lane => args.lane = Some(lane(1)),
            Search::Kind => args.kind = Some(OTHER_KIND.to_owned()),
            Search::Tag => {
                args.tags.insert(TAG.to_owned(), TAG_VALUE.to_owned());
            }
            Search::Counts => {
                let counts = self.engine()?.call(CountExecutionsArgs::default())?;
                return Ok(count(std::hint::black_box(counts).lanes.len()));
            }
        }
        let page = self.engine()?.call(args)?;
        Ok(count(std::hint::black_box(page).executions.len()))
    }
}

fn position(cursor: &str) -> Result<i64> {
    match Cursor::parse("cursor", cursor)? {
        Cursor::After(position) => Ok(position),
        Cursor::Start | Cursor::Now => Err(Error::new(Code::InvariantBroken, "a page of events has no end")),
    }
}

fn count(found: usize) -> u32 {
    u32::try_from(found).unwrap_or(u32::MAX)
}
