//! Makes some of a long history rare, so that it can be searched for: by statements, because a million executions are
//! not driven there one by one.
//!
//! Invariant: the rows pass every check of the tables, and the counts agree with them. Only what readers look at is
//! changed; the events still tell that all went well.

use crate::subject::reading::{FAILED_EVERY, MOVED_EVERY, OTHER_EVERY, OTHER_KIND, TAG, TAG_VALUE, TAGGED_EVERY};
use crate::subject::work::{KIND as KIND_OF_ALL, lane};
use std::rc::Rc;
use tidegate::Result;
use tidegate::model::lanes::capability::Capabilities;
use tidegate::store::Store;
use tidegate::store::driver::Driver;

/// Marks what has ended in the first lane. No engine may be open over the database.
pub fn mark(driver: &Rc<dyn Driver>) -> Result<()> {
    const FAILED: &str = "UPDATE execution SET outcome = 2, section = 8, attempt_outcome = 4 \
         WHERE phase = 6 AND id % ?1 = 0";
    const MOVED: &str = "UPDATE execution SET route = ?2 WHERE phase = 6 AND id % ?1 = 1";
    const OTHER: &str = "UPDATE execution SET route = ?2 WHERE phase = 6 AND id % ?1 = 3";
    const KIND: &str =
        "UPDATE specification SET kind = ?2 WHERE execution IN (SELECT id FROM execution WHERE route = ?1)";
    const TAGS: &str = "INSERT INTO tag (name, value, execution) \
         SELECT ?2, ?3, id FROM execution WHERE phase = 6 AND id % ?1 = 0";
    const TOLD: &str = "UPDATE specification SET tags = ?1 WHERE execution IN (SELECT execution FROM tag)";
    const NONE: &str = "DELETE FROM tally";
    const COUNTS: &str = "INSERT INTO tally SELECT queue, namespace, sum(phase = 1), 0, 0, 0, sum(phase = 4), 0, \
         sum(section = 7), sum(section = 8), 0, 0, 0 FROM execution e JOIN kind_route k ON k.id = e.route \
         GROUP BY queue, namespace";
    let tags = format!("{{\"{TAG}\":\"{TAG_VALUE}\"}}");
    let mut store = Store::open(Rc::clone(driver))?;
    driver.transaction(&mut || {
        let other = lane(1);
        store.register_lane(&other)?;
        let moved = store.intern_route(&other, KIND_OF_ALL, &Capabilities::default())?;
        let rare = store.intern_route(&lane(0), OTHER_KIND, &Capabilities::default())?;
        driver.execute(FAILED, &[FAILED_EVERY.into()])?;
        driver.execute(MOVED, &[MOVED_EVERY.into(), moved.into()])?;
        driver.execute(OTHER, &[OTHER_EVERY.into(), rare.into()])?;
        driver.execute(KIND, &[rare.into(), OTHER_KIND.into()])?;
        driver.execute(TAGS, &[TAGGED_EVERY.into(), TAG.into(), TAG_VALUE.into()])?;
        driver.execute(TOLD, &[(&tags).into()])?;
        driver.execute(NONE, &[])?;
        driver.execute(COUNTS, &[]).map(|_| ())
    })
}
