//! A vendor's codes as bytes. A table of rows is mostly pointers, which weigh twice what they point to, and a program asks for a
//! row now and then: it is found by going through the bytes.

use crate::check::form::packed::Writer;
use crate::check::report::{Issue, Severity, sentence};
use crate::code::ELSEWHERE;
use crate::crm::outcome::{Class, Fault, Outcome, Reason, VendorCode};
use crate::value::decimal;
use std::borrow::Cow;

const FAULTS: [Fault; 5] =
    [Fault::Lead, Fault::Unsure, Fault::Target, Fault::Writes, Fault::Account];
const REASONS: [Reason; 5] =
    [Reason::Token, Reason::Rate, Reason::Quota, Reason::Busy, Reason::Version];

/// What the first byte of a class says; the faults come before, the reasons behind.
const MISSING: u8 = 5;
const DONE: u8 = 6;
const UNCLEAR: u8 = 7;
const RETRY: u8 = 8;

/// The milliseconds after which a call may be repeated; a class has their place from this bit on.
const TIMES: [u64; 8] = [0, 1_000, 5_000, 20_000, 30_000, 60_000, 300_000, 900_000];
const TIME: u32 = 4;

/// A zero in the place of a gap: it is larger by so much.
const FARTHER: u16 = 255;

const fn place(time: u64) -> u8 {
    let mut at = 0;
    while TIMES[at as usize] != time {
        at += 1;
    }
    at
}

/// A vendor's codes.
#[derive(Debug)]
pub struct Codes {
    /// What stands before the number in a code's name.
    prefix: &'static str,
    /// What the script of the edge build knows a sentence by, behind the name, where another table has the same names.
    mark: &'static str,
    rows: &'static [u8],
}

/// A row that was found.
#[derive(Clone, Debug)]
pub struct Known {
    /// The vendor's number.
    pub number: u16,
    /// With the system's name before it: `pardot.4`.
    pub name: Cow<'static, str>,
    /// What it means for a call.
    pub class: Class,
    /// The sentence; in the edge module the mark of its table.
    pub(in crate::crm::systems) sentence: &'static str,
}

/// How many bytes [`pack`] makes.
pub(crate) const fn length(rows: &[VendorCode]) -> usize {
    let mut writer = Writer::new(&mut []);
    write(rows, &mut writer);
    writer.length
}

/// Packs the rows, when the crate is compiled.
pub(crate) const fn pack<const LENGTH: usize>(rows: &[VendorCode]) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    let mut writer = Writer::new(&mut bytes);
    write(rows, &mut writer);
    assert!(writer.length == LENGTH, "the room is not what the rows need");
    bytes
}

/// A row: by how much its number is larger than the one before, its class, and its sentence up to a zero, where this build has
/// it. Numbers follow each other, so that most rows are alike.
const fn write(rows: &[VendorCode], to: &mut Writer<'_>) {
    let mut rest = rows;
    let mut before = 0;
    while let [row, after @ ..] = rest {
        let class = match row.class {
            Class::Refused(fault) => fault as u8,
            Class::Missing => MISSING,
            Class::Done => DONE,
            Class::Unclear => UNCLEAR,
            Class::Retry(reason, time) => RETRY | reason as u8 | place(time) << TIME,
        };
        assert!(row.number > before, "the rows stand in the order of their numbers");
        let mut gap = row.number - before;
        before = row.number;
        while gap > FARTHER {
            to.byte(0);
            gap -= FARTHER;
        }
        to.byte(gap.to_le_bytes()[0]);
        to.byte(class);
        if !ELSEWHERE {
            to.text(row.sentence);
        }
        rest = after;
    }
}

impl Codes {
    /// What `pack` made, with what stands before each number.
    pub(crate) const fn new(prefix: &'static str, mark: &'static str, rows: &'static [u8]) -> Self {
        Codes { prefix, mark, rows }
    }

    /// The row of that number.
    pub fn find(&self, number: u16) -> Option<Known> {
        let mut rest = self.rows;
        let mut here = 0;
        while let [gap, class @ ..] = rest {
            if *gap == 0 {
                (here, rest) = (here + FARTHER, class);
                continue;
            }
            here += u16::from(*gap);
            let (class, after) = class.split_first()?;
            let sentence;
            if ELSEWHERE {
                (sentence, rest) = (self.mark.as_bytes(), after);
            } else {
                let end = after.iter().position(|byte| *byte == 0)?;
                (sentence, rest) = after.split_at_checked(end)?;
                rest = rest.get(1..)?;
            }
            if here == number {
                let class = match *class {
                    MISSING => Class::Missing,
                    DONE => Class::Done,
                    UNCLEAR => Class::Unclear,
                    fault @ ..MISSING => Class::Refused(*FAULTS.get(usize::from(fault))?),
                    reason => {
                        let time = TIMES.get(usize::from(reason >> TIME))?;
                        Class::Retry(*REASONS.get(usize::from(reason & (RETRY - 1)))?, *time)
                    }
                };
                return Some(Known {
                    number,
                    name: Cow::Owned([self.prefix, &decimal(number)].concat()),
                    class,
                    sentence: str::from_utf8(sentence).ok()?,
                });
            }
        }
        None
    }
}

impl Known {
    /// A row of a table that is not packed.
    pub(crate) const fn of(row: &VendorCode) -> Self {
        let VendorCode { number, name, class, sentence } = *row;
        Known { number, name: Cow::Borrowed(name), class, sentence }
    }

    /// The outcome of a call that failed with this code.
    pub fn outcome(&self, is_write: bool) -> Outcome {
        match self.class {
            Class::Refused(fault) => Outcome::Refused { issues: vec![self.issue("")], fault },
            Class::Missing => {
                Outcome::refused(vec![Issue { code: Cow::Borrowed("not_found"), ..self.issue("") }])
            }
            Class::Done => Outcome::Stored {
                id: None,
                status: "unchanged".to_owned(),
                warnings: vec![self.issue("")],
                record: None,
            },
            Class::Retry(reason, after) => {
                Outcome::Retry { after: Some(after), code: self.name.clone(), reason }
            }
            Class::Unclear if is_write => Outcome::Unknown { why: self.name.clone() },
            Class::Unclear => {
                Outcome::Retry { after: None, code: self.name.clone(), reason: Reason::Busy }
            }
        }
    }

    /// The issue for `field`.
    pub fn issue(&self, field: &str) -> Issue {
        Issue {
            field: field.to_owned(),
            code: self.name.clone(),
            severity: Severity::Error,
            message: if ELSEWHERE {
                sentence(&[&self.name, self.sentence].concat(), "")
            } else {
                Cow::Borrowed(self.sentence)
            },
            limit: None,
            suggestion: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::crm::systems::{marketo, pardot};

    #[test]
    fn what_is_found_is_what_was_packed() {
        for (codes, rows) in [
            (&pardot::KNOWN, pardot::CODES),
            (&marketo::REQUEST_KNOWN, marketo::REQUEST),
            (&marketo::LEAD_KNOWN, marketo::LEAD),
            (&marketo::READ_KNOWN, marketo::READ),
        ] {
            for row in rows {
                let known = codes.find(row.number);
                let known = known
                    .as_ref()
                    .map(|known| (known.number, known.name.as_ref(), known.class, known.sentence));
                assert_eq!(known, Some((row.number, row.name, row.class, row.sentence)));
            }
            assert!(codes.find(0).is_none());
        }
    }
}
