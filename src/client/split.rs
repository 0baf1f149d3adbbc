//! A call with more records than one request takes, as rows of as many as it does. They are sent one after another: side by
//! side, two upserts of one key make two persons.

use super::Row;
use crate::check::report::Issue;
use crate::code::call;
use crate::crm::operation::Operation;
use crate::crm::outcome::Outcome;
use crate::packed::{CLOSE, END, LIST, MAP, Node, PackedValues, put};
use crate::value::cut_at;
use crate::value::{decimal, number};
use std::borrow::Cow;

/// The packed value of a parameter; empty where it is not given.
pub(super) fn value<'r>(row: &'r [u8], name: &str) -> &'r [u8] {
    Node::Map(PackedValues(row)).get(name.as_bytes())
}

/// The parameter that holds the records: its name, its mark and what stands between that and its end.
fn list<'r>(operation: &Operation, row: &'r [u8]) -> Option<(&'static str, u8, PackedValues<'r>)> {
    let (names, _) = operation.more.batch?;
    for name in names {
        match Node::of(value(row, name)) {
            Node::List(items) => return Some((name, LIST, items)),
            Node::Map(entries) => return Some((name, MAP, entries)),
            _ => {}
        }
    }
    None
}

/// Takes one record.
fn record<'r>(mark: u8, from: &mut PackedValues<'r>) -> &'r [u8] {
    let before = from.0;
    if mark == MAP {
        from.text();
    }
    from.value();
    before.get(..before.len().wrapping_sub(from.0.len())).unwrap_or_default()
}

/// How many records a row has; one where the operation has no batch.
pub(super) fn count(operation: &Operation, row: &Row) -> usize {
    let Some((_, mark, mut records)) = list(operation, &row.0) else { return 1 };
    let mut count = 0_usize;
    while !records.is_done() {
        record(mark, &mut records);
        count = count.wrapping_add(1);
    }
    count
}

/// The rows of a call, in the caller's order; one where one request takes it all.
pub(super) fn rows(operation: &Operation, row: &[u8]) -> Vec<Row> {
    let mut rows = Vec::new();
    if let (Some((name, mark, mut records)), Some((_, most))) =
        (list(operation, row), operation.more.batch)
    {
        while !records.is_done() {
            let all = records.0;
            for _ in 0..most {
                record(mark, &mut records);
            }
            let some = all.get(..all.len().wrapping_sub(records.0.len())).unwrap_or_default();
            rows.push(Row(with(row, name, &[&[mark], some, &[CLOSE]])));
        }
    }
    // There is always one, if only to be refused.
    if rows.len() < 2 {
        rows = vec![Row(row.to_vec())];
    }
    rows
}

/// Packed parameters with another value in the place of one, or behind them all.
pub(super) fn with(row: &[u8], name: &str, to: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut entries = PackedValues(row);
    let mut is_set = false;
    while !is_set || !entries.is_done() {
        let at_end = entries.is_done();
        let (known, value) = if at_end { (name.as_bytes(), &[][..]) } else { entries.entry() };
        put(&mut out, known);
        out.push(END);
        if known != name.as_bytes() || is_set {
            put(&mut out, value);
            continue;
        }
        is_set = true;
        for part in to {
            put(&mut out, part);
        }
    }
    out
}

/// Moves an issue of a row's record to the caller's position; `at` is the place of the row.
pub(super) fn rebase(operation: &Operation, row: &Row, at: u64, issue: &mut Issue) {
    let (Some((name, ..)), Some((_, most))) = (list(operation, &row.0), operation.more.batch)
    else {
        return;
    };
    let Some(rest) = issue.field.strip_prefix(name).and_then(|rest| rest.strip_prefix('[')) else {
        return;
    };
    let Some((index, rest)) = cut_at(rest, ']') else { return };
    let index = number::<u64>(index).unwrap_or_default().saturating_add(at * u64::from(most));
    issue.field = [name, "[", &decimal(index), "]", rest].concat();
}

/// What became of a row's records, and how many times. One that the reply left out is unknown, so that those of later rows
/// keep their places.
pub(super) fn each(outcome: Outcome, count: usize) -> (Vec<Outcome>, u64) {
    match outcome {
        Outcome::Batch { results: mut outcomes } => {
            outcomes.truncate(count);
            while outcomes.len() < count {
                outcomes.push(Outcome::Unknown { why: Cow::Borrowed(call::NO_RESULT.name) });
            }
            (outcomes, 1)
        }
        single => (vec![single], count as u64),
    }
}
