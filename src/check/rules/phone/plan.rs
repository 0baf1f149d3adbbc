//! The numbering plans, packed at compile time out of `src/data`: a page carries bits and bytes, not rows.

use crate::check::rules::elsewhere::LATE;
use crate::check::rules::text;
use crate::check::rules::typo::words::next;

const AREA_CODES: &[u8] = include_bytes!("../../../data/area_codes.txt");
const COUNTRY_CODES: &[u8] = include_bytes!("../../../data/country_codes.txt");

/// What an area code is for: its row in the file, counted from 1.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Use(u8);

impl Use {
    /// Nothing that the table knows.
    pub(super) const UNKNOWN: Use = Use(0);
    pub(super) const TOLL_FREE: Use = Use(1);
    pub(super) const PREMIUM: Use = Use(2);
    pub(super) const PERSONAL: Use = Use(3);
    pub(super) const GOVERNMENT: Use = Use(4);

    /// Its numbers belong to a place, as far as anybody knows. The fifth row has carriers, and the Canadian codes without
    /// a place.
    pub(super) fn is_geographic(self) -> bool {
        self == Use::UNKNOWN || usize::from(self.0) > USES
    }

    /// The place; nothing where there is none, and [`SOMEWHERE`] in a module that does not have the names.
    pub(super) fn place(self) -> &'static str {
        if !LATE {
            return if usize::from(self.0) > USES { SOMEWHERE } else { "" };
        }
        usize::from(self.0).checked_sub(USES + 1).and_then(place).unwrap_or_default()
    }
}

/// The rows of the file that are uses, and no places; they come first.
const USES: usize = 5;

/// A place whose name is known elsewhere.
const SOMEWHERE: &str = "-";

/// The first area code: none begins with 0 or 1.
const FIRST: usize = 200;

/// The row of each area code, counted from 1; 0 for those that the table does not have.
static ROWS: [u8; 800] = rows();

/// The places in the order of their rows, each with a blank behind it.
const PLACE_NAMES: [u8; places_size()] = places();
static PLACES: &str = match str::from_utf8(&PLACE_NAMES) {
    Ok(names) => names,
    Err(_) => "",
};

/// How many places have five letters, like `US-NY`; they come before the others.
const EVEN_PLACES: usize = even_places();
const EVEN: usize = 6;

/// What is known of the country whose code three digits begin with, from [`FIRST`] on; 0 where there is none. The low four
/// bits: whether its ordinary numbers have [`SHORTEST`] digits with the code, one more, and so on. Above them: how many
/// digits the code has.
static COUNTRIES: [u8; 800] = countries();

/// The fewest digits that are asked for.
const SHORTEST: usize = 10;
/// How many lengths are asked for.
const LENGTHS: usize = 4;

/// The codes behind which a zero belongs to the number.
const ZERO_STAYS: &[u8] = b"39 225 226 229 241 242 247 378 992";

/// What an area code is for.
pub(super) fn area(code: [u8; 3]) -> Use {
    Use(look(&ROWS, code))
}

/// What a table has for three digits.
fn look(table: &[u8; 800], digits: [u8; 3]) -> u8 {
    let value = digits
        .iter()
        .fold(0, |sum: usize, digit| sum.wrapping_mul(10).wrapping_add(usize::from(digit & 0x0F)));
    value.checked_sub(FIRST).and_then(|at| table.get(at)).copied().unwrap_or_default()
}

fn place(at: usize) -> Option<&'static str> {
    let start = EVEN.saturating_mul(at.min(EVEN_PLACES));
    let mut rest = PLACES.get(start..)?;
    for _ in EVEN_PLACES..at {
        rest = rest.get(length(rest) + 1..)?;
    }
    rest.get(..length(rest))
}

/// How long the first word is.
fn length(places: &str) -> usize {
    places.bytes().take_while(|byte| *byte != b' ').count()
}

/// Whether the digits begin with some country's code; +1 is not among them.
pub(super) fn is_country(digits: &[u8]) -> bool {
    country(digits) > 0
}

/// How many digits the code has of a whole ordinary number of another country: as long as such numbers are there, without
/// a zero that would be dropped. 0 for anything else.
pub(super) fn whole(digits: &[u8]) -> usize {
    let known = usize::from(country(digits));
    let (code, number) = digits.split_at_checked(known >> 4).unwrap_or_default();
    let length = digits.len().wrapping_sub(SHORTEST);
    let fits = length < LENGTHS && known >> length & 1 == 1;
    if fits && (number.first() != Some(&b'0') || text::has_word(ZERO_STAYS, code)) {
        code.len()
    } else {
        0
    }
}

/// What is known of the country whose code is in front.
fn country(digits: &[u8]) -> u8 {
    digits.first_chunk().map_or(0, |code| look(&COUNTRIES, *code))
}

/// The code and the number behind it, without the zero that is dialled within that country only, `+44 (0)20` (E.123, 3.3).
/// In Italy and San Marino, the Ivory Coast, Burkina Faso, Benin, Gabon, Congo, on Ascension and in Tajikistan it belongs
/// to the number.
pub(super) fn without_trunk(digits: &[u8]) -> (&[u8], &[u8]) {
    let (code, mut number) =
        digits.split_at_checked(usize::from(country(digits) >> 4)).unwrap_or_default();
    if !text::has_word(ZERO_STAYS, code) {
        while let [b'0', rest @ ..] = number {
            number = rest;
        }
    }
    (code, number)
}

/// The number that a word of digits is.
const fn number(text: &[u8], from: usize, to: usize) -> usize {
    let (mut at, mut sum) = (from, 0);
    while at < to {
        sum = sum * 10 + (text[at] - b'0') as usize;
        at += 1;
    }
    sum
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "runs at compile time only: what is out of bounds stops the build"
)]
const fn rows() -> [u8; 800] {
    let mut rows = [0; 800];
    let (mut at, mut row) = (0, 0_usize);
    while let Some((from, to)) = next(AREA_CODES, at) {
        if AREA_CODES[from].is_ascii_digit() {
            let code = number(AREA_CODES, from, to) - FIRST;
            assert!(rows[code] == 0, "an area code is there twice");
            // Without their names all places are one.
            rows[code] = if LATE || row <= USES { row } else { USES + 1 } as u8;
        } else {
            row += 1;
        }
        at = to;
    }
    assert!(row < 256, "a row's number must fit in a byte");
    rows
}

/// How many bytes the names of all places have, with a blank each.
const fn places_size() -> usize {
    let (mut at, mut row, mut size) = (0, 0, 0);
    while let Some((from, to)) = next(AREA_CODES, at) {
        if !AREA_CODES[from].is_ascii_digit() {
            row += 1;
            if row > USES {
                size += to - from + 1;
            }
        }
        at = to;
    }
    size
}

const fn places() -> [u8; places_size()] {
    let mut names = [b' '; places_size()];
    let (mut at, mut row, mut filled) = (0, 0, 0);
    while let Some((from, to)) = next(AREA_CODES, at) {
        if !AREA_CODES[from].is_ascii_digit() {
            row += 1;
            if row > USES {
                let mut letter = from;
                while letter < to {
                    names[filled] = AREA_CODES[letter];
                    filled += 1;
                    letter += 1;
                }
                filled += 1;
            }
        }
        at = to;
    }
    names
}

const fn even_places() -> usize {
    let mut count = 0;
    while (count + 1) * EVEN <= PLACE_NAMES.len()
        && PLACE_NAMES[(count + 1) * EVEN - 1] == b' '
        && !has_blank(count * EVEN)
    {
        count += 1;
    }
    count
}

/// Whether a blank is among the five bytes from there.
const fn has_blank(from: usize) -> bool {
    let mut at = from;
    while at < from + EVEN - 1 {
        if PLACE_NAMES[at] == b' ' {
            return true;
        }
        at += 1;
    }
    false
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "runs at compile time only: what is out of bounds stops the build"
)]
const fn countries() -> [u8; 800] {
    let mut rows = [0; 800];
    let (mut at, mut lengths, mut in_codes) = (0, 0, true);
    while let Some((from, to)) = next(COUNTRY_CODES, at) {
        at = to;
        // No code begins with 0 or 1: such a word is a length, or says that there is none to know.
        if COUNTRY_CODES[from] <= b'1' {
            if in_codes {
                (lengths, in_codes) = (0, false);
            }
            if COUNTRY_CODES[from] == b'1' {
                lengths |= 1 << (number(COUNTRY_CODES, from, to) - SHORTEST);
            }
            continue;
        }
        in_codes = true;
        let code = number(COUNTRY_CODES, from, to);
        // Every number of three digits that begins with this code.
        let span = match to - from {
            1 => 100,
            2 => 10,
            _ => 1,
        };
        let mut three = code * span;
        while three < (code + 1) * span {
            assert!(
                rows[three - FIRST] == 0,
                "a country code is there twice, or begins with another"
            );
            rows[three - FIRST] = lengths | ((to - from) as u8) << 4;
            three += 1;
        }
    }
    rows
}
