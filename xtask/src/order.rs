//! The order of a module's functions. A compressor finds what repeats, and writes how far back it stood: each function is
//! followed by the one that is most like it. wasm-opt's own order, by how often each is called, saves a byte of a call
//! here and there, and costs more than that.

use crate::Outcome;
use std::collections::{BTreeSet, HashMap};
use wasmparser::{Parser, Payload, TypeRef};

/// So many bytes in a row are compared.
const RUN: usize = 3;

/// What wasm-opt is told to put the functions in the order of their names.
pub(crate) const PASSES: &[&str] = &["--reorder-functions-by-name", "--strip-debug"];

/// The module with a name for each function that says its place.
pub(crate) fn named(module: &[u8]) -> Outcome<Vec<u8>> {
    let (mut imported, mut bodies) = (0_usize, Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported =
                        imported.saturating_add(matches!(import?.ty, TypeRef::Func(_)).into());
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    let mut names = number(bodies.len());
    for (function, place) in places(&bodies).into_iter().enumerate() {
        let name = format!("f{place:06}");
        names.extend(number(imported.saturating_add(function)));
        names.extend(number(name.len()));
        names.extend(name.into_bytes());
    }
    // The names of functions are part 1 of the section `name`.
    let part = [vec![1], number(names.len()), names].concat();
    let section = [number(4), b"name".to_vec(), part].concat();
    Ok([module, &[0], &number(section.len()), &section].concat())
}

/// The place of each function: after the largest always the one of those that are left that shares the most, for its size.
/// A run that many have says little.
fn places(bodies: &[&[u8]]) -> Vec<usize> {
    let runs: Vec<BTreeSet<&[u8]>> =
        bodies.iter().map(|body| body.windows(RUN).collect()).collect();
    let mut having: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (function, runs) in runs.iter().enumerate() {
        for run in runs {
            having.entry(run).or_default().push(function);
        }
    }
    // Whole numbers, so that every machine finds the same order.
    let weight = |having: &Vec<usize>| {
        usize::try_from((bodies.len() * 64 / having.len().max(1)).max(1).ilog2()).unwrap_or(0)
    };
    let size = |function: usize| {
        let runs = runs.get(function).into_iter().flatten();
        let sum: usize = runs.filter_map(|run| having.get(run)).map(weight).sum();
        // Between its root and itself: short ones must not always win, and long ones neither.
        ((sum + 1) * (sum + 1).isqrt()).isqrt()
    };
    let sizes: Vec<usize> = (0..bodies.len()).map(size).collect();
    let mut places = vec![0; bodies.len()];
    let mut left: BTreeSet<usize> = (0..bodies.len()).collect();
    let mut next = left.iter().copied().max_by_key(|function| (sizes[*function], !function));
    while let Some(function) = next {
        left.remove(&function);
        places[function] = bodies.len() - left.len();
        let mut shared = vec![0_usize; bodies.len()];
        for others in runs[function].iter().filter_map(|run| having.get(run)) {
            for other in others {
                shared[*other] += weight(others);
            }
        }
        let likeness = |function: &usize| ((shared[*function] << 16) / sizes[*function], !function);
        next = left.iter().copied().max_by_key(likeness);
    }
    places
}

/// As WebAssembly writes a number: seven bits a byte, the lowest first.
pub(crate) fn number(number: usize) -> Vec<u8> {
    let (mut rest, mut bytes) = (number, Vec::new());
    while rest > 0x7F {
        bytes.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    bytes.push(rest.to_le_bytes()[0]);
    bytes
}
