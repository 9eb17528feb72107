//! What some events tell beyond their columns.

use crate::error::{Code, Error, Result};
use crate::model::events::event::EventDetail;
use crate::model::ground::given::of_stored;
use crate::store::Store;

impl Store {
    /// Keeps what an event tells beyond its columns.
    pub fn insert_event_detail(&mut self, position: i64, execution: Option<i64>, detail: &EventDetail) -> Result<()> {
        const SQL: &str = "INSERT INTO event_detail (position, execution, detail) VALUES (?1, ?2, ?3)";
        let text = serde_json::to_string(detail)
            .map_err(|e| Error::new(Code::InvariantBroken, format!("an event's detail: {e}")))?;
        self.execute(SQL, &[position.into(), execution.into(), text.as_str().into()]).map(|_| ())
    }

    /// What the event at a position tells beyond its columns.
    pub fn event_detail(&self, position: i64) -> Result<Option<EventDetail>> {
        const SQL: &str = "SELECT detail FROM event_detail WHERE position = ?1";
        let text = self.first(SQL, &[position.into()], |row| row.text(0).map(str::to_owned))?;
        let read = |text: String| of_stored(&text, &format!("the detail of event {position}"));
        text.map(read).transpose()
    }
}
