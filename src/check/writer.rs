//! [`ReportWriter`]: a report that is being written, as packed text.

use crate::check::field::Field;
use crate::check::report::Flags;
use crate::code::Code;
use crate::host::Host;
use crate::memory::shared;
#[cfg(all(target_arch = "wasm32", feature = "wasm"))]
use crate::packed::CLOSE;
use crate::packed::{Buffer, END, List, PackedValues, put};

/// A verdict: nothing, or the code of what is wrong.
pub(crate) type Verdict = Result<(), &'static Code>;

/// Where the engine writes. It is used again and again, so that a check needs no memory of its own.
pub(crate) struct ReportWriter {
    /// The clean values, one packed value or named values behind each other.
    pub(crate) values: Buffer,
    /// The issues, [`COLUMNS`] texts each: place, code, `e` or `w`, sentence, limit, suggestion. A module's have the number of the code alone: its
    /// script has the words.
    pub(crate) issues: Buffer,
    /// Some issue stops the lead.
    pub(crate) failed: bool,
    /// What is worth knowing of the last value.
    pub(crate) flags: Flags,
    /// How many digits the extension of the last phone number has.
    pub(crate) extension: usize,
    /// The region of the last phone number.
    pub(crate) region: &'static str,
    /// The limit of the issue that comes next.
    pub(crate) limit: Buffer,
    /// The suggestion of the issue that comes next.
    pub(crate) suggestion: Buffer,
    /// The name of the field at hand, with those of the records around it.
    pub(crate) place: Buffer,
    /// What stops elsewhere only warns here.
    pub(crate) lenient: bool,
    /// The names and values of the records at hand; see `form`.
    pub(crate) given: List<Given>,
    /// The fields of the form whose clean values come as parameters: what is a number there is one here.
    pub(crate) vouched: &'static [Field<'static>],
    pub(crate) host: Host,
}

/// What stands between a phone number and its extension in a clean value.
pub(crate) const EXTENSION: &str = " ext. ";

/// How many texts an issue has.
pub(crate) const COLUMNS: usize = 6;

/// One entry of a record, as places in its packed text, and the field that it belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Given {
    pub(crate) name: (usize, usize),
    pub(crate) value: (usize, usize),
    pub(crate) field: usize,
}

impl ReportWriter {
    pub(crate) const fn new(host: Host) -> Self {
        ReportWriter {
            values: Buffer::new(),
            issues: Buffer::new(),
            failed: false,
            flags: Flags::NONE,
            extension: 0,
            region: "",
            limit: Buffer::new(),
            suggestion: Buffer::new(),
            place: Buffer::new(),
            lenient: false,
            given: List::new(),
            vouched: &[],
            host,
        }
    }

    /// A writer that asks what this build has: natively the crates of Unicode's tables, in wasm the script around it.
    pub(crate) fn native() -> Self {
        ReportWriter::new(crate::host::native)
    }

    /// Makes a clean sheet of it.
    #[inline(never)]
    pub(crate) fn clear(&mut self) {
        self.values.clear();
        self.issues.clear();
        self.place.clear();
        self.given.clear();
        self.failed = false;
        self.lenient = false;
        self.flags = Flags::NONE;
        self.region = "";
        self.extension = 0;
    }

    /// Adds an issue that lets the lead through.
    pub(crate) fn warn(&mut self, code: &'static Code) {
        self.say(code, b'w');
    }

    /// Adds an issue that stops the lead, unless the field is lenient.
    #[inline(never)]
    pub(crate) fn error(&mut self, code: &'static Code) {
        self.failed |= !self.lenient;
        self.say(code, if self.lenient { b'w' } else { b'e' });
    }

    /// Adds an issue for a name within this place.
    #[inline(never)]
    pub(crate) fn error_at(&mut self, name: &[u8], code: &'static Code) {
        let outer = self.enter(name);
        self.error(code);
        self.place.truncate(outer);
    }

    fn say(&mut self, code: &'static Code, severity: u8) {
        let out = &mut self.issues;
        put(out, &self.place);
        out.push(END);
        #[cfg(not(all(target_arch = "wasm32", feature = "wasm")))]
        put(out, code.name.as_bytes());
        // One sign for its number, behind the marks.
        #[cfg(all(target_arch = "wasm32", feature = "wasm"))]
        out.push(CLOSE.wrapping_add(code.number));
        put(out, &[END, severity, END]);
        #[cfg(not(all(target_arch = "wasm32", feature = "wasm")))]
        sentence(code, &self.limit, out);
        out.push(END);
        put(out, &self.limit);
        out.push(END);
        put(out, &self.suggestion);
        out.push(END);
        self.limit.clear();
        self.suggestion.clear();
    }

    /// Adds an issue that was made elsewhere.
    #[cfg(feature = "full")]
    pub(crate) fn add(&mut self, issue: &crate::check::report::Issue) {
        let stops = issue.severity == crate::check::report::Severity::Error;
        self.failed |= stops;
        for text in [
            &*issue.field,
            &*issue.code,
            if stops { "e" } else { "w" },
            &*issue.message,
            issue.limit.as_deref().unwrap_or_default(),
            issue.suggestion.as_deref().unwrap_or_default(),
        ] {
            put(&mut self.issues, text.as_bytes());
            self.issues.push(END);
        }
    }

    /// Goes into a field's place and gives the length that leads back out.
    pub(crate) fn enter(&mut self, name: &[u8]) -> usize {
        let outer = self.place.len();
        if outer > 0 && name.first() != Some(&b'[') {
            self.place.push(b'.');
        }
        put(&mut self.place, name);
        outer
    }

    /// Whether something at this place stops the lead. A value that is only warned of is there, and may be compared.
    pub(crate) fn has_error_at(&self, place: &[u8]) -> bool {
        let mut issues = PackedValues(&self.issues);
        while !issues.is_done() {
            let here = issues.text() == place;
            issues.text();
            let stops = issues.text() == b"e";
            if here && stops {
                return true;
            }
            for _ in 3..COLUMNS {
                issues.text();
            }
        }
        false
    }
}

/// The sentence of a code, its `{}` filled with the limit.
#[cfg(not(all(target_arch = "wasm32", feature = "wasm")))]
pub(crate) fn sentence(code: &Code, limit: &[u8], out: &mut Buffer) {
    for byte in code.sentence.bytes() {
        match byte {
            b'{' => put(out, limit),
            b'}' => {}
            _ => out.push(byte),
        }
    }
}

shared! {
    "d",
    /// Adds a whole number's text, without the weight of `fmt`.
    pub(crate) fn put_decimal(out: &mut Buffer, n: i64) {
        if n < 0 {
            out.push(b'-');
        }
        put_digits(out, n.unsigned_abs());
    }
}

fn put_digits(out: &mut Buffer, n: u64) {
    if n >= 10 {
        put_digits(out, n.wrapping_div(10));
    }
    // A remainder of ten fits in a byte.
    out.push(b'0'.wrapping_add(u8::try_from(n.wrapping_rem(10)).unwrap_or_default()));
}
