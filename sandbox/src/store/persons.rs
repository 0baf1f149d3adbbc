//! Persons: what the CRMs call leads and prospects.

use rusqlite::types::Value as Sql;
use rusqlite::{Row, params, params_from_iter};
use serde_json::{Map, Value};

use super::{Result, Store};
use crate::system::Name;

pub(crate) type Fields = Map<String, Value>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Person {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) keys: Keys,
    pub(crate) fields: Fields,
    pub(crate) created: i64,
    pub(crate) updated: i64,
}

/// What a person is found by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    /// Lower-cased.
    pub(crate) email: Option<String>,
    /// Digits.
    pub(crate) phone: Option<String>,
    /// The id of the CRM behind Pardot.
    pub(crate) fid: Option<String>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum By<'a> {
    Id(&'a str),
    Email(&'a str),
    Phone(&'a str),
    Fid(&'a str),
    Any,
}

impl By<'_> {
    fn condition(self) -> (&'static str, Vec<Sql>) {
        match self {
            Self::Id(id) => ("persons.id = ?2", vec![id.to_owned().into()]),
            Self::Email(email) => ("email = ?2", vec![email.to_lowercase().into()]),
            Self::Phone(phone) => ("phone = ?2", vec![phone.to_owned().into()]),
            Self::Fid(fid) => ("fid = ?2", vec![fid.to_owned().into()]),
            Self::Any => ("1", Vec::new()),
        }
    }
}

impl Store {
    /// Persons as they are now, oldest first.
    pub(crate) fn find(&self, system: Name, by: By<'_>) -> Result<Vec<Person>> {
        let (condition, values) = by.condition();
        let sql = format!(
            "SELECT seq, id, email, phone, fid, fields, created, updated FROM persons
             WHERE system = ?1 AND {condition} ORDER BY seq"
        );
        let values = [Sql::from(system.as_str().to_owned())].into_iter().chain(values);
        self.sql.prepare_cached(&sql)?.query_map(params_from_iter(values), person)?.collect()
    }

    /// Persons as a reader sees them whose view ends at `at`: later writes have not arrived there yet.
    pub(crate) fn find_at(&self, system: Name, by: By<'_>, at: i64) -> Result<Vec<Person>> {
        let (condition, values) = by.condition();
        let condition =
            ["email", "phone", "fid"].iter().fold(condition.to_owned(), |text, column| {
                if text.starts_with(column) { format!("versions.{text}") } else { text }
            });
        let seen = values.len().saturating_add(2);
        let sql = format!(
            "SELECT persons.seq, persons.id, versions.email, versions.phone, versions.fid, versions.fields,
                    persons.created, versions.at
             FROM versions JOIN persons ON persons.seq = versions.person
             WHERE persons.system = ?1 AND {condition} AND versions.at <= ?{seen}
               AND NOT EXISTS (SELECT 1 FROM versions AS newer
                   WHERE newer.person = versions.person AND newer.number > versions.number AND newer.at <= ?{seen})
             ORDER BY persons.seq"
        );
        let values = [Sql::from(system.as_str().to_owned())]
            .into_iter()
            .chain(values)
            .chain([Sql::from(at)]);
        self.sql.prepare_cached(&sql)?.query_map(params_from_iter(values), person)?.collect()
    }

    /// Adds a person, whoever else has the same keys: uniqueness is each system's own affair.
    pub(crate) fn insert(
        &self,
        system: Name,
        keys: Keys,
        fields: Fields,
        now: i64,
        id: fn(i64) -> String,
    ) -> Result<Person> {
        self.sql
            .prepare_cached(
                "INSERT INTO persons (system, email, phone, fid, fields, created, updated)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
            )?
            .execute(params![
                system.as_str(),
                keys.email,
                keys.phone,
                keys.fid,
                json(&fields),
                now
            ])?;
        let seq = self.sql.last_insert_rowid();
        let person = Person { seq, id: id(seq), keys, fields, created: now, updated: now };
        self.sql
            .prepare_cached("UPDATE persons SET id = ?2 WHERE seq = ?1")?
            .execute(params![seq, person.id])?;
        self.remember(&person)?;
        Ok(person)
    }

    /// Writes a person back.
    pub(crate) fn save(&self, person: &Person) -> Result<()> {
        self.sql
            .prepare_cached(
                "UPDATE persons SET email = ?2, phone = ?3, fid = ?4, fields = ?5, updated = ?6 WHERE seq = ?1",
            )?
            .execute(params![
                person.seq,
                person.keys.email,
                person.keys.phone,
                person.keys.fid,
                json(&person.fields),
                person.updated
            ])?;
        self.remember(person)
    }

    fn remember(&self, person: &Person) -> Result<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO versions (person, at, email, phone, fid, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                person.seq,
                person.updated,
                person.keys.email,
                person.keys.phone,
                person.keys.fid,
                json(&person.fields)
            ])?;
        Ok(())
    }

    /// Takes a person away, with the history.
    pub(crate) fn remove(&self, person: &Person) -> Result<()> {
        self.sql.prepare_cached("DELETE FROM versions WHERE person = ?1")?.execute([person.seq])?;
        self.sql.prepare_cached("DELETE FROM persons WHERE seq = ?1")?.execute([person.seq])?;
        Ok(())
    }

    pub(crate) fn add_activity(
        &self,
        person: i64,
        kind: &str,
        at: i64,
        attributes: &Value,
    ) -> Result<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO activities (person, kind, at, attributes) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![person, kind, at, attributes.to_string()])?;
        Ok(())
    }

    pub(crate) fn count_activities(&self, person: i64) -> Result<i64> {
        self.sql
            .prepare_cached("SELECT count(*) FROM activities WHERE person = ?1")?
            .query_row([person], |row| row.get(0))
    }
}

fn person(row: &Row<'_>) -> Result<Person> {
    let fields: String = row.get(5)?;
    Ok(Person {
        seq: row.get(0)?,
        id: row.get(1)?,
        keys: Keys { email: row.get(2)?, phone: row.get(3)?, fid: row.get(4)? },
        fields: serde_json::from_str(&fields).unwrap_or_default(),
        created: row.get(6)?,
        updated: row.get(7)?,
    })
}

fn json(fields: &Fields) -> String {
    Value::Object(fields.clone()).to_string()
}
