//! Calls of whoever looks for executions and at what became of them: tags, searches, counts, histories, waits.

use crate::json::without_nulls;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a search asks for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    pub lane: Option<String>,
    pub states: Vec<&'static str>,
    pub kind: Option<String>,
    pub tags: BTreeMap<String, String>,
    pub namespace: Option<String>,
    pub created_from: Option<i64>,
    pub created_before: Option<i64>,
    pub oldest_first: bool,
    pub cursor: Option<String>,
    pub before: Option<String>,
    pub limit: Option<i64>,
}

#[derive(Clone, Debug)]
pub enum Inquiry {
    SetTag { id: String, key: String, value: String },
    GetTag { id: String, key: String },
    Search(Box<Search>),
    Count { lane: Option<String>, namespace: Option<String> },
    History { id: String, streams: Vec<&'static str>, cursor: Option<String>, limit: Option<i64> },
    Wait { id: String, after: Option<String> },
    Attempts { id: String, cursor: Option<String>, limit: Option<i64> },
    Inspect,
}

impl Inquiry {
    pub fn name(&self) -> &'static str {
        match self {
            Self::SetTag { .. } => "set_execution_tag",
            Self::GetTag { .. } => "get_execution_tag",
            Self::Search(_) => "search_executions",
            Self::Count { .. } => "count_executions",
            Self::History { .. } => "execution_history",
            Self::Wait { .. } => "wait",
            Self::Attempts { .. } => "list_attempts",
            Self::Inspect => "inspect_storage",
        }
    }

    pub fn reads(&self) -> bool {
        !matches!(self, Self::SetTag { .. })
    }

    /// The JSON of its arguments.
    pub fn args(&self) -> Value {
        let args = match self {
            Self::SetTag { id, key, value } => json!({ "executionId": id, "key": key, "value": value }),
            Self::GetTag { id, key } => json!({ "executionId": id, "key": key }),
            Self::Search(search) => search.args(),
            Self::Count { lane, namespace } => json!({ "lane": lane, "namespace": namespace }),
            Self::History { id, streams, cursor, limit } => {
                json!({ "executionId": id, "streams": streams, "cursor": cursor, "limit": limit })
            }
            Self::Attempts { id, cursor, limit } => {
                json!({ "executionId": id, "cursor": cursor, "limit": limit })
            }
            Self::Wait { id, after } => json!({ "executionId": id, "after": after }),
            Self::Inspect => json!({}),
        };
        without_nulls(args)
    }
}

impl Search {
    fn args(&self) -> Value {
        json!({
            "lane": self.lane,
            "states": self.states,
            "kind": self.kind,
            "tags": self.tags,
            "namespace": self.namespace,
            "createdFrom": self.created_from,
            "createdBefore": self.created_before,
            "oldestFirst": self.oldest_first,
            "cursor": self.cursor,
            "before": self.before,
            "limit": self.limit,
        })
    }
}
