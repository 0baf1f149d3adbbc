//! `cargo xtask areacodes FILE`: renews `src/data/area_codes.txt` from the file that NANPA gives out,
//! <https://reports.nanpa.com/public/npa_report.csv>, and says what changed.
//!
//! The report says where a code is used or what it is for, in its own words. Which row that is nobody has to say: it is the
//! row of the other codes of which it says the same.

use crate::Outcome;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const TABLE: &str = "src/data/area_codes.txt";

/// Where the date of the table stands as well: in sentences that visitors read, and the test that holds them to it.
const DATED: [&str; 4] =
    ["src/code.rs", "src/data/messages/es.txt", "src/data/messages/fr-CA.txt", "tests/language.rs"];

/// A code that is in service.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    code: u16,
    /// The place of a geographic code, what another one is for; in the report's words.
    what: String,
}

/// The codes of a row of the table, behind its name.
type Table = Vec<(String, Vec<u16>)>;

pub(crate) fn renew(root: &Path, file: &str) -> Outcome<()> {
    let (date, report) = read(&fs::read_to_string(file)?)?;
    let old = fs::read_to_string(root.join(TABLE))?;
    let old_date = dated(&old).ok_or("the table has no date")?;
    let before = rows(&old)?;
    let after = renewed(&before, &report)?;
    let head: String =
        old.lines().filter(|line| line.starts_with('#')).flat_map(|line| [line, "\n"]).collect();
    let mut text = head.replace(old_date, &date);
    for (name, codes) in &after {
        let words: Vec<String> =
            std::iter::once(name.clone()).chain(codes.iter().map(u16::to_string)).collect();
        text.push_str(&words.join(" "));
        text.push('\n');
    }
    fs::write(root.join(TABLE), text)?;
    for file in DATED {
        let path = root.join(file);
        fs::write(&path, fs::read_to_string(&path)?.replace(old_date, &date))?;
    }
    eprintln!("xtask: area codes of {date}, before of {old_date}");
    for line in changes(&before, &after) {
        eprintln!("xtask: {line}");
    }
    eprintln!("xtask: `cargo xtask generate` and `make build` write what is made of them");
    Ok(())
}

/// The first date in a text, as `2026-09-14`.
fn dated(text: &str) -> Option<&str> {
    text.split(|sign: char| sign != '-' && !sign.is_ascii_digit()).find(|word| {
        word.len() == 10
            && word.bytes().enumerate().all(|(at, byte)| (byte == b'-') == (at == 4 || at == 7))
    })
}

/// The date of a report and its codes in service.
fn read(text: &str) -> Outcome<(String, Vec<Row>)> {
    let mut lines = text.lines();
    let date = lines
        .next()
        .and_then(|line| line.strip_prefix("File Date,"))
        .ok_or("the first line has no `File Date`")?;
    let [month, day, year] = date.trim().split('/').collect::<Vec<_>>()[..] else {
        return Err(format!("{date} is no date").into());
    };
    let names = cells(lines.next().ok_or("there is no head")?);
    let column = |name: &str| {
        names
            .iter()
            .position(|known| known == name)
            .ok_or_else(|| format!("there is no column {name}"))
    };
    let [code, purpose, place, notes, in_service] = [
        column("NPA_ID")?,
        column("USE")?,
        column("LOCATION")?,
        column("NOTES")?,
        column("IN_SERVICE")?,
    ];
    let mut found = Vec::new();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let cells = cells(line);
        let cell = |at: usize| cells.get(at).map_or("", |cell| cell.trim());
        if cell(in_service) == "Y" {
            // The column SERVICE says it as well, and not of all: of 633 it says nothing.
            let what = if cell(purpose) == "G" { cell(place) } else { cell(notes) };
            found.push(Row { code: cell(code).parse()?, what: what.to_lowercase() });
        }
    }
    Ok(([year, month, day].join("-"), found))
}

/// The cells of a line; a quoted one may have commas.
fn cells(line: &str) -> Vec<String> {
    let (mut all, mut quoted) = (vec![String::new()], false);
    for sign in line.chars() {
        match sign {
            '"' => quoted = !quoted,
            ',' if !quoted => all.push(String::new()),
            _ => all.last_mut().map_or((), |cell| cell.push(sign)),
        }
    }
    all
}

fn rows(table: &str) -> Outcome<Table> {
    let mut all = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default().to_owned();
        all.push((name, words.map(str::parse).collect::<Result<_, _>>()?));
    }
    Ok(all)
}

/// The table with the report's codes.
fn renewed(before: &Table, report: &[Row]) -> Outcome<Table> {
    let row_of = |code: u16| before.iter().position(|(_, codes)| codes.contains(&code));
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for Row { code, what } in report {
        let Some(row) = row_of(*code) else { continue };
        let other = *known.entry(what).or_insert(row);
        if other != row {
            return Err(format!(
                "{code}: the report says `{what}` of two rows of the table; set it right by hand"
            )
            .into());
        }
    }
    let mut after: Table = before.iter().map(|(name, _)| (name.clone(), Vec::new())).collect();
    for Row { code, what } in report {
        let row = known.get(what.as_str()).and_then(|row| after.get_mut(*row));
        let Some((_, codes)) = row else {
            return Err(format!(
                "{code}: `{what}` is new; add its row to {TABLE} by hand, with this code"
            )
            .into());
        };
        codes.push(*code);
    }
    for (_, codes) in &mut after {
        codes.sort_unstable();
    }
    Ok(after)
}

/// What opened and what is gone, a line each.
fn changes(before: &Table, after: &Table) -> Vec<String> {
    let only = |one: &Table, other: &Table, sign: &str| {
        let mut lines = Vec::new();
        for (name, codes) in one {
            let known =
                other.iter().find(|(known, _)| known == name).map_or(&[][..], |(_, codes)| codes);
            lines.extend(
                codes
                    .iter()
                    .filter(|code| !known.contains(code))
                    .map(|code| format!("{sign} {code} {name}")),
            );
        }
        lines
    };
    let mut lines = only(before, after, "-");
    lines.extend(only(after, before, "+"));
    if lines.is_empty() {
        lines.push("no code opened, none is gone".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines as the report has them, without the columns behind the notes. It ends them as Windows does.
    const REPORT: &str = "File Date,09/14/2026\r\n\
        NPA_ID,type_of_code,ASSIGNABLE,EXPLANATION,RESERVED,ASSIGNED,ASSIGNMENT_DT,USE,LOCATION,COUNTRY,IN_SERVICE,IN_SERVICE_DT,STATUS,PLANNING_LETTERS,NOTES\r\n\
        200,Easily Recognizable Code,Yes,,No,No,,N,,,N,,,,\r\n\
        212,General Purpose Code,Yes,,No,Yes,01-Jan-1947,G,NY,US,Y,01-Jan-1947,,,\r\n\
        273,General Purpose Code,Yes,,No,Yes,,G,QUEBEC,CANADA,N,27-Feb-2027,Active,,\r\n\
        321,General Purpose Code,Yes,,No,Yes,10-Feb-1999,G,FL,US,Y,01-Nov-1999,,556 544,\"Cocoa, Cocoa Beach, Eau Gallie\"\r\n\
        465,General Purpose Code,Yes,,No,Yes,,G,NY,US,Y,18-Jun-2026,,,\r\n\
        529,General Purpose Code,Yes,,No,Yes,,N,,,Y,16-Sep-2022,,,\"Non-Geographic Services \"\r\n\
        542,General Purpose Code,Yes,,No,Yes,,N,NANP AREA,,Y,26-May-2026,,,Non-geographic services\r\n\
        800,Easily Recognizable Code,Yes,,No,Yes,01-Jan-1966,N,NANP AREA,,Y,01-Jan-1966,,,Toll-free\r\n";
    const TABLE: &str =
        "# of 2025-11-26, and more\ntoll-free 800\npersonal 529\nUS-FL 321 999\nUS-NY 212\n";

    #[test]
    fn a_new_code_goes_to_the_row_of_those_that_are_alike() {
        let (date, report) = read(REPORT).unwrap_or_default();
        assert_eq!((date.as_str(), report.len()), ("2026-09-14", 6));
        let before = rows(TABLE).unwrap_or_default();
        let after = renewed(&before, &report).unwrap_or_default();
        let named = |name: &str, codes: &[u16]| (name.to_owned(), codes.to_vec());
        assert_eq!(
            after,
            [
                named("toll-free", &[800]),
                named("personal", &[529, 542]),
                named("US-FL", &[321]),
                named("US-NY", &[212, 465])
            ]
        );
        assert_eq!(changes(&before, &after), ["- 999 US-FL", "+ 542 personal", "+ 465 US-NY"]);
        assert_eq!(changes(&after, &after), ["no code opened, none is gone"]);
    }

    #[test]
    fn what_the_table_cannot_know_stops() {
        let report = |what: &str| {
            vec![Row { code: 212, what: "ny".into() }, Row { code: 700, what: what.into() }]
        };
        let refusal = |report: Vec<Row>| {
            renewed(&rows(TABLE).unwrap_or_default(), &report)
                .map_or_else(|error| error.to_string(), |_| String::new())
        };
        assert!(refusal(report("atlantis")).starts_with("700: `atlantis` is new"));
        let two = vec![Row { code: 212, what: "ny".into() }, Row { code: 321, what: "ny".into() }];
        assert!(refusal(two).starts_with("321: the report says `ny` of two rows"));
        assert!(
            read("NPA_ID,USE\n").is_err() && read("File Date,09/14/2026\nNPA_ID,USE\n").is_err()
        );
    }

    #[test]
    fn the_table_has_its_date() {
        assert_eq!(dated("# NPA-NXX 1 of 2026-09-14: the codes"), Some("2026-09-14"));
        assert_eq!(dated("2026-9-14 and 1-202-555-01"), None);
        assert!(dated(include_str!("../../src/data/area_codes.txt")).is_some());
    }
}
