//! The members of a flow, as a picture of it shows them.

use super::group::{self, group_columns};
use crate::error::Result;
use crate::model::flows::edge::EdgeGroup;
use crate::store::Store;
use crate::store::executions::listing::{Listed, listed_columns, listed_tables, read};

/// A member of a flow, as a picture of the flow shows it.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its row.
    pub row: i64,
    /// What a listing tells of it.
    pub listed: Listed,
    /// What its flow calls it.
    pub name: Option<String>,
    /// When it last changed, in Unix ms.
    pub changed_at: i64,
    /// What it needs of its upstreams.
    pub group: Option<EdgeGroup>,
}

impl Store {
    /// The members of a flow in the order of their creation, at most so many; groups must have been written.
    pub fn members(&self, flow: i64, limit: i64) -> Result<Vec<Member>> {
        const SQL: &str = concat!(
            "SELECT ",
            listed_columns!(),
            ", execution.id, member_name, changed_at, ",
            group_columns!(),
            listed_tables!(),
            " LEFT JOIN edge_group ON edge_group.execution = execution.id WHERE flow = ?1 \
             ORDER BY execution.id LIMIT ?2"
        );
        self.all(SQL, &[flow.into(), limit.into()], |row| {
            Ok(Member {
                listed: read(row)?,
                row: row.int(20)?,
                name: row.opt_text(21)?.map(str::to_owned),
                changed_at: row.int(22)?,
                group: row.opt_int(23)?.map(|_| group::read(row, 23)).transpose()?,
            })
        })
    }
}
