//! Interned namespaces.

use crate::error::{Code, Error, Result};
use crate::store::Store;
use std::rc::Rc;

/// Names remembered at most; past it all are forgotten and read again as needed.
const NAMES_MAX: usize = 10_000;

impl Store {
    /// The row of a namespace, if any execution or worker was ever in it.
    pub fn find_namespace(&mut self, name: &str) -> Result<Option<i64>> {
        const SQL: &str = "SELECT id FROM namespace WHERE name = ?1";
        if let Some(row) = self.namespaces.get(name) {
            return Ok(Some(*row));
        }
        let found = self.first(SQL, &[name.into()], |row| row.int(0))?;
        if let Some(row) = found {
            self.remember_namespace(name, row);
        }
        Ok(found)
    }

    /// The row of a namespace, made if it is new.
    pub fn intern_namespace(&mut self, name: &str) -> Result<i64> {
        const SQL: &str =
            "INSERT INTO namespace (id, name) VALUES ((SELECT coalesce(max(id), 0) + 1 FROM namespace), ?1)";
        if let Some(row) = self.find_namespace(name)? {
            return Ok(row);
        }
        self.execute(SQL, &[name.into()])?;
        self.find_namespace(name)?
            .ok_or_else(|| Error::new(Code::InvariantBroken, "a namespace is gone right after its insert"))
    }

    /// The name of a namespace's row.
    pub fn namespace_name(&mut self, row: i64) -> Result<Rc<str>> {
        const SQL: &str = "SELECT name FROM namespace WHERE id = ?1";
        if let Some(name) = self.namespace_names.get(&row) {
            return Ok(Rc::clone(name));
        }
        let found = self.first(SQL, &[row.into()], |row| Ok(row.text(0)?.to_owned()))?;
        let name = found.ok_or_else(|| Error::new(Code::Corruption, format!("namespace row {row} is gone")))?;
        Ok(self.remember_namespace(&name, row))
    }

    fn remember_namespace(&mut self, name: &str, row: i64) -> Rc<str> {
        if self.namespaces.len() >= NAMES_MAX {
            self.namespaces.clear();
            self.namespace_names.clear();
        }
        let shared: Rc<str> = Rc::from(name);
        self.namespaces.insert(name.to_owned(), row);
        self.namespace_names.insert(row, Rc::clone(&shared));
        shared
    }
}
