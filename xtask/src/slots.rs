//! Where a function's values stand on the stack. The compiler packs them, so that the same code reaches its values at other places
//! in each function; where each begins at a multiple of sixteen there are fewer places, and a compressor finds more that repeats.
//! No flag asks for it, so it is written into LLVM's bitcode: what is kept on the stack has its alignment in five bits of its own.
//!
//! The format is <https://llvm.org/docs/BitCodeFormat.html>; `alloca` and its bits are in LLVM's `LLVMBitCodes.h`.

use crate::Outcome;
use std::collections::HashMap;

/// What a file begins with.
const MAGIC: &[u8] = b"BC\xC0\xDE";

/// Blocks: shortened forms of records, the module, a function.
const BLOCKINFO: u64 = 0;
const MODULE: u64 = 8;
const FUNCTION: u64 = 12;

/// The record of a function that keeps room on the stack, and which of its numbers has the alignment.
const ALLOCA: u64 = 19;
const ALIGNMENT: usize = 3;

/// Sixteen, as the five bits have it: one more than the power of two.
const SIXTEEN: u64 = 5;

/// How a number of a record is written.
#[derive(Clone)]
enum Form {
    Literal(u64),
    Fixed(u64),
    Chunks(u64),
    Array,
    Letter,
    Bytes,
}

/// The forms that each block's records may have, by the block's number.
type Shortened = HashMap<u64, Vec<Vec<Form>>>;

struct Bits<'m> {
    bytes: &'m mut [u8],
    at: usize,
    shortened: Shortened,
    /// Whose forms the block of shortened forms speaks of.
    about: Option<u64>,
    aligned: usize,
}

/// Aligns what functions keep on the stack, and says how much that was.
pub(crate) fn align(bitcode: &mut [u8]) -> Outcome<usize> {
    if !bitcode.starts_with(MAGIC) {
        return Err("what the compiler wrote is no bitcode".into());
    }
    let end = bitcode.len() * 8;
    let mut bits = Bits {
        bytes: bitcode,
        at: MAGIC.len() * 8,
        shortened: HashMap::new(),
        about: None,
        aligned: 0,
    };
    // At the top are blocks alone.
    while bits.at + 64 <= end {
        bits.item(2, None)?;
    }
    Ok(bits.aligned)
}

impl Bits<'_> {
    fn fixed(&mut self, width: u64) -> Outcome<u64> {
        let mut value = 0;
        for place in 0..width {
            let byte = self.bytes.get(self.at / 8).ok_or("bitcode ends within a record")?;
            value |= u64::from(byte >> (self.at % 8) & 1) << place;
            self.at += 1;
        }
        Ok(value)
    }

    /// A number in chunks of so many bits, the highest of which says that there is another one.
    fn chunks(&mut self, width: u64) -> Outcome<u64> {
        let (mut value, mut shift) = (0, 0);
        loop {
            let chunk = self.fixed(width)?;
            let more = 1 << (width - 1);
            value |=
                (chunk & (more - 1)).checked_shl(shift).ok_or("a number of bitcode is too long")?;
            if chunk & more == 0 {
                return Ok(value);
            }
            shift += u32::try_from(width - 1)?;
        }
    }

    fn word(&mut self) {
        self.at = self.at.next_multiple_of(32);
    }

    /// Goes through one item of a block, and says whether the block goes on behind it.
    fn item(&mut self, width: u64, block: Option<u64>) -> Outcome<bool> {
        match self.fixed(width)? {
            0 => {
                self.word();
                return Ok(false);
            }
            1 => self.block()?,
            2 => {
                let forms = self.forms()?;
                // In the block of shortened forms they are another block's, of which was spoken last.
                let of = if block == Some(BLOCKINFO) { self.about } else { block };
                self.shortened
                    .entry(of.ok_or("a form of bitcode is nobody's")?)
                    .or_default()
                    .push(forms);
            }
            3 => {
                let code = self.chunks(6)?;
                let count = usize::try_from(self.chunks(6)?)?;
                for number in 0..count {
                    let at = self.at;
                    let value = self.chunks(6)?;
                    if block == Some(FUNCTION) && code == ALLOCA && number == ALIGNMENT {
                        self.raise(at, value);
                    }
                    if block == Some(BLOCKINFO) && code == 1 {
                        self.about = Some(value);
                    }
                }
            }
            form => self.short(block, form)?,
        }
        Ok(true)
    }

    fn block(&mut self) -> Outcome<()> {
        let block = self.chunks(8)?;
        let width = self.chunks(4)?;
        self.word();
        let words = usize::try_from(self.fixed(32)?)?;
        let end = self.at + words * 32;
        if [BLOCKINFO, MODULE, FUNCTION].contains(&block) {
            let outside = self.shortened.get(&block).map_or(0, Vec::len);
            while self.item(width, Some(block))? {}
            // What a block says of its own forms ends with it.
            if let Some(own) = self.shortened.get_mut(&block) {
                own.truncate(outside);
            }
        }
        self.at = end;
        Ok(())
    }

    fn forms(&mut self) -> Outcome<Vec<Form>> {
        let count = self.chunks(5)?;
        (0..count)
            .map(|_| {
                if self.fixed(1)? == 1 {
                    return Ok(Form::Literal(self.chunks(8)?));
                }
                Ok(match self.fixed(3)? {
                    1 => Form::Fixed(self.chunks(5)?),
                    2 => Form::Chunks(self.chunks(5)?),
                    3 => Form::Array,
                    4 => Form::Letter,
                    5 => Form::Bytes,
                    _ => return Err("bitcode has a form that is not known here".into()),
                })
            })
            .collect()
    }

    /// Goes over a record of a shortened form. LLVM has none for what is kept on the stack.
    fn short(&mut self, block: Option<u64>, form: u64) -> Outcome<()> {
        let known = block.and_then(|block| self.shortened.get(&block));
        let forms = known.and_then(|forms| forms.get(usize::try_from(form - 4).ok()?));
        let forms = forms.ok_or("bitcode uses a form that it does not describe")?.clone();
        if block == Some(FUNCTION) && matches!(forms.first(), Some(Form::Literal(ALLOCA))) {
            return Err("LLVM writes what is kept on the stack in another way now".into());
        }
        let mut forms = forms.iter();
        while let Some(form) = forms.next() {
            match form {
                Form::Array => {
                    let each = forms.next().ok_or("a list of bitcode has no form")?;
                    for _ in 0..self.chunks(6)? {
                        self.number(each)?;
                    }
                }
                Form::Bytes => {
                    let length = usize::try_from(self.chunks(6)?)?;
                    self.word();
                    self.at += length * 8;
                    self.word();
                }
                number => self.number(number)?,
            }
        }
        Ok(())
    }

    fn number(&mut self, form: &Form) -> Outcome<()> {
        match form {
            Form::Fixed(width) => self.fixed(*width)?,
            Form::Chunks(width) if *width > 0 => self.chunks(*width)?,
            Form::Letter => self.fixed(6)?,
            // It is said once, by its form.
            _ => 0,
        };
        Ok(())
    }

    /// The five lowest bits of a number are in its first chunk.
    fn raise(&mut self, at: usize, value: u64) {
        if value & 31 >= SIXTEEN {
            return;
        }
        for place in 0..5 {
            let (byte, bit) = ((at + place) / 8, 1_u8 << ((at + place) % 8));
            if SIXTEEN >> place & 1 == 1 {
                self.bytes[byte] |= bit;
            } else {
                self.bytes[byte] &= !bit;
            }
        }
        self.aligned += 1;
    }
}
