//! The numbers of a module's locals. The compiler counts them anew in each function, by how often each is used, so that what is
//! the same code has other numbers in each, and a compressor finds nothing that repeats. Here each local takes the number that
//! the locals of other functions have between the same instructions: the end of the stack is the same one almost everywhere.
//! What a function does stays the same, and so do its parameters, which callers know by their numbers.

use crate::Outcome;
use crate::order::number;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use wasmparser::{FunctionBody, Operator, Parser, Payload, ValType};

/// Integers have the numbers below, longs those from here on. A number that no local has costs a byte at most, and at the
/// start of a call nothing.
const ROOM: usize = 40;

/// What the end of the stack begins as. It stays there, for whatever else there is stands around it.
const STACK: usize = ROOM / 2;

/// No function that is worth it has so many.
const MOST: usize = 1_000;

/// Numbers are given so often: each function then knows better what the others do.
const ROUNDS: usize = 2;

/// What stands around the use of a local, from the least telling to the most, with its weight: instructions before and behind
/// that are looked at.
const AROUND: [(usize, usize, u64); 5] = [(0, 1, 1), (1, 0, 1), (0, 2, 2), (1, 1, 3), (2, 1, 4)];

/// A use of a local: where its number stands in the code, the local, and what is around it.
struct Use {
    at: Range<usize>,
    local: usize,
    around: [usize; AROUND.len()],
}

struct Function<'m> {
    params: usize,
    /// The types of its locals, the parameters not among them.
    types: Vec<ValType>,
    code: &'m [u8],
    uses: Vec<Use>,
    /// The end of the stack, where it has a part of it.
    stack: Option<usize>,
    /// The number of each local, by the one that it had.
    numbers: HashMap<usize, usize>,
}

/// How often each number is used in each surrounding, and how often any.
type Counts = Vec<HashMap<usize, u64>>;

/// The same module with other numbers.
pub(crate) fn renumbered(module: &[u8]) -> Outcome<Vec<u8>> {
    let (section, mut functions, surroundings) = read(module)?;
    let mut counts: Counts = vec![HashMap::new(); surroundings];
    for function in &mut functions {
        function.begin();
        function.count(&mut counts, true);
    }
    for _ in 0..ROUNDS {
        for function in &mut functions {
            function.count(&mut counts, false);
            function.take(&counts);
            function.count(&mut counts, true);
        }
    }
    let mut content = number(functions.len());
    for function in &functions {
        let body = function.written()?;
        content.extend(number(body.len()));
        content.extend(body);
    }
    let (before, behind) = (&module[..section.start], &module[section.end..]);
    // The code is section 10.
    Ok([before, &[10], &number(content.len()), &content, behind].concat())
}

/// Where the section of the code stands, its functions, and how many surroundings they have.
fn read(module: &[u8]) -> Outcome<(Range<usize>, Vec<Function<'_>>, usize)> {
    let (mut params, mut of, mut functions) = (Vec::new(), Vec::new(), Vec::new());
    let (mut section, mut known) = (0..0, HashMap::new());
    // Where the last section ended, and the next one begins.
    let mut end = 8;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        match &payload {
            Payload::TypeSection(types) => {
                for ty in types.clone().into_iter_err_on_gc_types() {
                    params.push(ty?.params().len());
                }
            }
            Payload::FunctionSection(types) => {
                for ty in types.clone() {
                    of.push(usize::try_from(ty?)?);
                }
            }
            Payload::CodeSectionStart { range, .. } => section = end..range.end,
            Payload::CodeSectionEntry(body) => {
                let ty = of.get(functions.len()).and_then(|ty| params.get(*ty));
                let params = *ty.ok_or("a function has no type")?;
                functions.push(Function::read(body, params, module, &mut known)?);
            }
            _ => {}
        }
        if let Some((_, range)) = payload.as_section() {
            end = range.end;
        }
    }
    Ok((section, functions, known.len()))
}

impl<'m> Function<'m> {
    fn read(
        body: &FunctionBody<'_>,
        params: usize,
        module: &'m [u8],
        known: &mut HashMap<Vec<u8>, usize>,
    ) -> Outcome<Self> {
        let mut types = Vec::new();
        for group in body.get_locals_reader()? {
            let (count, ty) = group?;
            types.resize(types.len() + usize::try_from(count)?, ty);
        }
        // Each instruction: where it stands, and the local that it uses.
        let mut instructions: Vec<(usize, Option<usize>)> = Vec::new();
        let mut stack = None;
        let mut last = [false; 3];
        for operator in body.get_operators_reader()?.into_iter_with_offsets() {
            let (operator, at) = operator?;
            let local = match operator {
                Operator::LocalGet { local_index }
                | Operator::LocalSet { local_index }
                | Operator::LocalTee { local_index } => Some(usize::try_from(local_index)?),
                _ => None,
            };
            // It is what a global holds, less a number.
            if stack.is_none() && last[2] {
                stack = local;
            }
            last = [
                matches!(operator, Operator::GlobalGet { .. }),
                last[0] && matches!(operator, Operator::I32Const { .. }),
                last[1] && matches!(operator, Operator::I32Sub),
            ];
            instructions.push((at, local));
        }
        let from = instructions.first().map_or(body.range().end, |(at, _)| *at);
        let ends = instructions.iter().skip(1).map(|(at, _)| *at).chain([body.range().end]);
        let places: Vec<Range<usize>> =
            instructions.iter().zip(ends).map(|((at, _), end)| *at..end).collect();
        let mut uses = Vec::new();
        for (at, local) in instructions.iter().map(|(_, local)| *local).enumerate() {
            let Some(local) = local else { continue };
            let around = AROUND.map(|(before, behind, _)| {
                let mut key = vec![u8::try_from(before * 4 + behind).unwrap_or_default()];
                for near in at.saturating_sub(before)..=at + behind {
                    let place = places.get(near).cloned().unwrap_or_default();
                    let bytes = module.get(place).unwrap_or_default();
                    let is_use = instructions.get(near).is_some_and(|(_, local)| local.is_some());
                    // Of a number that is long, or a local's, the instruction tells enough.
                    let told = if is_use {
                        1
                    } else if bytes.len() > 4 {
                        2
                    } else {
                        bytes.len()
                    };
                    key.extend_from_slice(bytes.get(..told).unwrap_or_default());
                    key.push(u8::MAX);
                }
                let next = known.len();
                *known.entry(key).or_insert(next)
            });
            // Behind the byte of the instruction stands the number.
            let place = places.get(at).cloned().unwrap_or_default();
            uses.push(Use { at: place.start + 1 - from..place.end - from, local, around });
        }
        let code = module.get(from..body.range().end).unwrap_or_default();
        Ok(Function { params, types, code, uses, stack, numbers: HashMap::new() })
    }

    /// The first numbers are those by how often each is used; the end of the stack has one behind them.
    fn begin(&mut self) {
        let mut often: HashMap<usize, usize> = HashMap::new();
        for one in &self.uses {
            *often.entry(one.local).or_default() += 1;
        }
        self.numbers = self.given(|local, number| {
            let is_stack = self.stack == Some(local);
            let likes = if is_stack && number == STACK {
                usize::MAX
            } else {
                often.get(&local).map_or(0, |often| (often * MOST).saturating_sub(number))
            };
            u64::try_from(likes).unwrap_or(u64::MAX)
        });
    }

    /// Takes the numbers that others have in the same surroundings.
    fn take(&mut self, counts: &Counts) {
        let mut liked: HashMap<(usize, usize), u64> = HashMap::new();
        for one in self.uses.iter().filter(|one| one.local >= self.params) {
            for (around, (.., weight)) in one.around.iter().zip(AROUND) {
                let Some(numbers) = counts.get(*around) else { continue };
                let all: u64 = numbers.values().sum();
                for (number, count) in numbers.iter().filter(|_| all > 1) {
                    *liked.entry((one.local, *number)).or_default() +=
                        weight * (count << 20) / (all + 4);
                }
            }
        }
        self.numbers =
            self.given(|local, number| liked.get(&(local, number)).copied().unwrap_or_default());
    }

    /// Gives each local a number of its type's: of all pairs always the one that is liked best.
    fn given(&self, liking: impl Fn(usize, usize) -> u64) -> HashMap<usize, usize> {
        let used: HashSet<usize> = self.uses.iter().map(|one| one.local).collect();
        let mut numbers = HashMap::new();
        let mut next = self.params;
        for (ty, room) in KINDS {
            let mut of: Vec<usize> = (self.params..self.params + self.types.len())
                .filter(|local| used.contains(local) && self.types[local - self.params] == ty)
                .collect();
            if of.is_empty() {
                continue;
            }
            let from = next.max(room.start);
            let mut pairs = Vec::new();
            for local in &of {
                for number in from..room.end.max(from + of.len()) {
                    pairs.push((u64::MAX - liking(*local, number), number, *local));
                }
            }
            pairs.sort_unstable();
            let mut taken = HashSet::new();
            for (_, number, local) in pairs {
                if of.contains(&local) && taken.insert(number) {
                    numbers.insert(local, number);
                    of.retain(|one| *one != local);
                    next = next.max(number + 1);
                }
            }
        }
        numbers
    }

    fn count(&self, counts: &mut Counts, more: bool) {
        for one in &self.uses {
            let number = self.numbers.get(&one.local).copied().unwrap_or(one.local);
            for around in one.around {
                let Some(numbers) = counts.get_mut(around) else { continue };
                let count = numbers.entry(number).or_default();
                *count = if more { *count + 1 } else { count.saturating_sub(1) };
            }
        }
    }

    /// The function with its numbers.
    fn written(&self) -> Outcome<Vec<u8>> {
        let mut types: Vec<Option<ValType>> = Vec::new();
        for (local, to) in &self.numbers {
            let to = to - self.params;
            types.resize(types.len().max(to + 1), None);
            if types[to].replace(self.types[local - self.params]).is_some() {
                return Err("two locals have one number".into());
            }
        }
        // A number that nobody has is of the type behind it.
        let mut groups: Vec<(usize, ValType)> = Vec::new();
        for ty in (0..types.len()).filter_map(|at| types[at..].iter().find_map(|ty| *ty)) {
            match groups.last_mut() {
                Some((count, last)) if *last == ty => *count += 1,
                _ => groups.push((1, ty)),
            }
        }
        let is_lost =
            |one: &Use| one.local >= self.params && !self.numbers.contains_key(&one.local);
        if self.uses.iter().any(is_lost) {
            return Err("a local of a type that nobody numbers".into());
        }
        let mut body = number(groups.len());
        for (count, ty) in groups {
            body.extend(number(count));
            body.push(byte_of(ty)?);
        }
        let mut end = 0;
        for one in &self.uses {
            body.extend_from_slice(&self.code[end..one.at.start]);
            body.extend(number(self.numbers.get(&one.local).copied().unwrap_or(one.local)));
            end = one.at.end;
        }
        body.extend_from_slice(&self.code[end..]);
        Ok(body)
    }
}

/// The types of locals that there are, and which numbers are theirs where a function has no more of them.
const KINDS: [(ValType, Range<usize>); 5] = [
    (ValType::I32, 0..ROOM),
    (ValType::I64, ROOM..ROOM + 8),
    (ValType::F32, 0..0),
    (ValType::F64, 0..0),
    (ValType::EXTERNREF, 0..0),
];

fn byte_of(ty: ValType) -> Outcome<u8> {
    Ok(match ty {
        ValType::I32 => 0x7F,
        ValType::I64 => 0x7E,
        ValType::F32 => 0x7D,
        ValType::F64 => 0x7C,
        ValType::EXTERNREF => 0x6F,
        _ => return Err("a local of a type that nobody numbers".into()),
    })
}
