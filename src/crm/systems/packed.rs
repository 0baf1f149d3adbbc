//! All rows as bytes, packed when the crate is compiled. A table of structs is mostly pointers, no two of them alike; bytes weigh
//! what they say. They are unpacked when the first operation is asked for.

use crate::check::form::packed::{Reader, Writer};
use crate::crm::operation::{
    Check, Job, More, Must, Operation, Paging, Repeat, RequestEncoding, ResponseParser, Wide,
};
use crate::crm::request::System;
use crate::crm::systems::pardot;

const ENCODINGS: [RequestEncoding; 11] = [
    RequestEncoding::Query,
    RequestEncoding::Json,
    RequestEncoding::IndexedForm,
    RequestEncoding::LeadForm,
    RequestEncoding::Wide(Wide::Csv),
    RequestEncoding::Wide(Wide::LongCsv),
    RequestEncoding::Wide(Wide::Repeated),
    RequestEncoding::Wide(Wide::RepeatedOrJson),
    RequestEncoding::Wide(Wide::RepeatedForm),
    RequestEncoding::Wide(Wide::Batch),
    RequestEncoding::Wide(Wide::KeyedBatch),
];

const REPEATS: [Repeat; 3] = [Repeat::Safe, Repeat::Creates, Repeat::Activity];

type Rows = [&'static Operation];

/// How many bytes [`pack`] makes.
pub(crate) const fn length(rows: &[&Rows]) -> usize {
    let mut writer = Writer::new(&mut []);
    write(rows, &mut writer);
    writer.length
}

/// Packs the rows, when the crate is compiled.
pub(crate) const fn pack<const LENGTH: usize>(rows: &[&Rows]) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    let mut writer = Writer::new(&mut bytes);
    write(rows, &mut writer);
    assert!(writer.length == LENGTH, "the room is not what the rows need");
    bytes
}

/// What [`pack`] made, as rows.
pub(crate) fn unpack(bytes: &'static [u8]) -> Vec<Operation> {
    let mut reader = Reader(bytes);
    let mut rows = Vec::new();
    while !reader.0.is_empty() {
        rows.push(read_row(&mut reader));
    }
    rows
}

const fn write(lists: &[&Rows], to: &mut Writer<'_>) {
    let mut lists = lists;
    while let [rows, after @ ..] = lists {
        let mut rows: &Rows = rows;
        while let [row, after @ ..] = rows {
            write_row(row, to);
            rows = after;
        }
        lists = after;
    }
}

const fn write_row(row: &Operation, to: &mut Writer<'_>) {
    to.text(row.name);
    to.byte(row.system as u8);
    write_reference(row.summary, to);
    write_reference(row.docs, to);
    to.text(row.method);
    to.text(row.path);
    to.form(&row.params);
    to.byte(match row.encoding {
        RequestEncoding::Query => 0,
        RequestEncoding::Json => 1,
        RequestEncoding::IndexedForm => 2,
        RequestEncoding::LeadForm => 3,
        RequestEncoding::Wide(wide) => 4 + wide as u8,
    });
    let (parser, one, two) = match row.parser {
        ResponseParser::Relay => (0, "", ""),
        ResponseParser::MarketoRecords => (1, "", ""),
        ResponseParser::PardotWrite => (2, "", ""),
        ResponseParser::PardotRead => (3, "", ""),
        ResponseParser::ProspectsWrite => (4, "", ""),
        ResponseParser::MarketoFound => (5, "", ""),
        ResponseParser::MarketoDone(status) => (6, status, ""),
        ResponseParser::PardotFound(name) => (7, name, ""),
        ResponseParser::PardotMade(name, status) => (8, name, status),
        ResponseParser::PardotBatch(status) => (9, status, ""),
        ResponseParser::PardotGone => (10, "", ""),
        ResponseParser::PardotExport => (11, "", ""),
        ResponseParser::PardotCsv => (12, "", ""),
        ResponseParser::ProspectsFound => (13, "", ""),
    };
    to.byte(parser);
    to.text(one);
    to.text(two);
    to.number(row.timeout as i64);
    to.byte(row.repeat as u8);
    write_more(&row.more, to);
}

/// What no wasm build carries.
const fn write_reference(text: &str, to: &mut Writer<'_>) {
    if cfg!(not(target_arch = "wasm32")) {
        to.text(text);
    }
}

const fn write_more(more: &More, to: &mut Writer<'_>) {
    write_reference(more.permission, to);
    to.byte(if more.rules.is_empty() { 0 } else { 1 });
    to.count(more.checks.len());
    let mut checks = more.checks;
    while let [Check(must, names), after @ ..] = checks {
        to.byte(*must as u8);
        to.texts(names);
        checks = after;
    }
    write_pairs(more.aliases, to);
    write_pairs(more.defaults, to);
    to.texts(more.unsent);
    let (lists, most) = match more.batch {
        Some((lists, most)) => (lists, most),
        None => (&[] as &[&str], 0),
    };
    to.texts(lists);
    to.number(most as i64);
    let (token, page) = match more.paging {
        Paging::None => ("", 0),
        Paging::Token(name) => (name, 0),
        Paging::Offset(page) => ("", page),
    };
    to.text(token);
    to.number(page as i64);
    to.byte(match more.job {
        Job::None => 0,
        Job::Asked => 1,
        Job::Read(_) => 2,
        Job::Fetched(_) => 3,
    });
    match more.older {
        Some(older) => {
            to.byte(1);
            write_row(older, to);
        }
        None => to.byte(0),
    }
}

const fn write_pairs(pairs: &[(&str, &str)], to: &mut Writer<'_>) {
    to.count(pairs.len());
    let mut pairs = pairs;
    while let [(one, other), after @ ..] = pairs {
        to.text(one);
        to.text(other);
        pairs = after;
    }
}

fn read_row(from: &mut Reader) -> Operation {
    Operation {
        name: from.text(),
        system: one_of(&System::ALL, from),
        summary: read_reference(from),
        docs: read_reference(from),
        method: from.text(),
        path: from.text(),
        params: from.form(),
        encoding: one_of(&ENCODINGS, from),
        parser: read_parser(from),
        timeout: small(from),
        repeat: one_of(&REPEATS, from),
        more: read_more(from),
    }
}

fn read_parser(from: &mut Reader) -> ResponseParser {
    let (mark, one, two) = (from.byte(), from.text(), from.text());
    match mark {
        0 => ResponseParser::Relay,
        1 => ResponseParser::MarketoRecords,
        2 => ResponseParser::PardotWrite,
        3 => ResponseParser::PardotRead,
        4 => ResponseParser::ProspectsWrite,
        5 => ResponseParser::MarketoFound,
        6 => ResponseParser::MarketoDone(one),
        7 => ResponseParser::PardotFound(one),
        8 => ResponseParser::PardotMade(one, two),
        9 => ResponseParser::PardotBatch(one),
        10 => ResponseParser::PardotGone,
        11 => ResponseParser::PardotExport,
        12 => ResponseParser::PardotCsv,
        _ => ResponseParser::ProspectsFound,
    }
}

fn read_more(from: &mut Reader) -> More {
    More {
        permission: read_reference(from),
        rules: if from.byte() == 0 { &[] } else { pardot::FIELD_RULES },
        checks: from.list(|from| Check(one_of(&Must::ALL, from), from.list(Reader::text))),
        aliases: from.list(read_pair),
        defaults: from.list(read_pair),
        unsent: from.list(Reader::text),
        batch: Some((from.list(Reader::text), small(from))).filter(|(_, most)| *most > 0),
        paging: match (from.text(), small(from)) {
            ("", 0) => Paging::None,
            ("", page) => Paging::Offset(page),
            (name, _) => Paging::Token(name),
        },
        job: match from.byte() {
            0 => Job::None,
            1 => Job::Asked,
            2 => Job::Read(&pardot::STATES),
            _ => Job::Fetched(&pardot::FILES),
        },
        older: (from.byte() != 0).then(|| &*Box::leak(Box::new(read_row(from)))),
    }
}

fn read_reference(from: &mut Reader) -> &'static str {
    if cfg!(target_arch = "wasm32") { "" } else { from.text() }
}

fn read_pair(from: &mut Reader) -> (&'static str, &'static str) {
    (from.text(), from.text())
}

fn small<N: TryFrom<i64> + Default>(from: &mut Reader) -> N {
    N::try_from(from.number()).unwrap_or_default()
}

fn one_of<T: Copy, const N: usize>(all: &[T; N], from: &mut Reader) -> T {
    let at = usize::from(from.byte());
    all.get(at).copied().unwrap_or(all[0])
}
