//! Clears what only silenced functions still named: the texts of panics, the tables behind them, and functions that nothing
//! but a table of functions holds. The linker laid all of it out before they were silenced. Its relocations, which the
//! build keeps for this, say which function and which datum names which.

use crate::Outcome;
use std::collections::HashSet;
use std::ops::Range;
use walrus::{ExportItem, FunctionBuilder, FunctionKind, Module};
use wasmparser::{KnownCustom, Linking, Operator, Parser, Payload, RelocationType, SymbolInfo};

/// What js-sys exports for promises that Rust waits for. Nothing here waits, and wasm-bindgen takes these exports away.
const UNASKED: &[&str] =
    &["__wbg_jspi_task_poll", "__wbindgen_jspi_set_rejected", "__wbindgen_destroy_closure"];

/// The silenced functions, by their index.
#[derive(Default)]
pub(crate) struct Silenced {
    /// Those that only trap.
    pub(crate) loud: HashSet<usize>,
    /// Those that do nothing.
    pub(crate) wordy: HashSet<usize>,
}

/// Who names whom in a module, as the linker knows it.
#[derive(Default)]
struct Linked {
    /// Where the code of each function of its own stands in the file.
    bodies: Vec<Range<usize>>,
    /// Where each segment of data stands in the file.
    segments: Vec<Range<usize>>,
    symbols: Vec<Symbol>,
    /// A place in the file, and the symbol that is named there.
    named: Vec<(usize, usize)>,
    /// Calls, by function.
    calls: Vec<(usize, usize)>,
    /// What is run only to trap.
    doomed: Vec<Range<usize>>,
}

enum Symbol {
    Function(usize),
    /// A segment, and where in it.
    Datum(usize, Range<usize>),
    Other,
}

pub(crate) fn sweep(compiled: &[u8], module: &mut Module, silenced: &Silenced) -> Outcome<()> {
    let imported = module
        .funcs
        .iter()
        .filter(|function| matches!(function.kind, FunctionKind::Import(_)))
        .count();
    let linked = Linked::read(compiled, imported, &silenced.loud)?;
    if linked.named.is_empty() {
        return Err("the linker has left no relocations".into());
    }
    let (functions, symbols) = linked.used(module, imported, silenced);
    clear(&linked, &symbols, module);
    let unused: Vec<_> = module
        .funcs
        .iter_local()
        .map(|(id, _)| id)
        .filter(|id| !functions.contains(&id.index()) && !silenced.wordy.contains(&id.index()))
        .collect();
    for id in unused {
        let (params, results) = module.types.params_results(module.funcs.get(id).ty());
        let (params, results) = (params.to_vec(), results.to_vec());
        let arguments = params.iter().map(|param| module.locals.add(*param)).collect();
        let mut body = FunctionBuilder::new(&mut module.types, &params, &results);
        body.func_body().unreachable();
        module.funcs.get_mut(id).kind = FunctionKind::Local(body.local_func(arguments));
    }
    let names: Vec<String> =
        module.customs.iter().map(|(_, section)| section.name().to_owned()).collect();
    for name in names.iter().filter(|name| *name == "linking" || name.starts_with("reloc.")) {
        module.customs.remove_raw(name);
    }
    Ok(())
}

impl Linked {
    fn read(compiled: &[u8], imported: usize, loud: &HashSet<usize>) -> Outcome<Self> {
        let mut linked = Linked::default();
        let (mut code, mut data) = (0, 0);
        for payload in Parser::new(0).parse_all(compiled) {
            match payload? {
                Payload::CodeSectionStart { range, .. } => code = range.start,
                Payload::CodeSectionEntry(body) => {
                    let function = imported.saturating_add(linked.bodies.len());
                    linked.bodies.push(body.range());
                    linked.follow(function, body.get_operators_reader()?, loud)?;
                }
                Payload::DataSection(section) => {
                    data = section.range().start;
                    for segment in section {
                        let segment = segment?;
                        let end = segment.range.end;
                        linked.segments.push(end.saturating_sub(segment.data.len())..end);
                    }
                }
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::Linking(parts) => {
                        for part in parts {
                            if let Linking::SymbolTable(table) = part? {
                                linked.symbols = table
                                    .into_iter()
                                    .map(|symbol| symbol.map(Symbol::of))
                                    .collect::<Result<_, _>>()?;
                            }
                        }
                    }
                    KnownCustom::Reloc(relocations) => {
                        let start = match section.name() {
                            "reloc.CODE" => code,
                            "reloc.DATA" => data,
                            _ => continue,
                        };
                        for entry in relocations.entries() {
                            let entry = entry?;
                            // It names a type by its number, not a symbol.
                            if entry.ty != RelocationType::TypeIndexLeb {
                                linked.named.push((
                                    start.saturating_add(usize::try_from(entry.offset)?),
                                    usize::try_from(entry.index)?,
                                ));
                            }
                        }
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        Ok(linked)
    }

    /// Notes the calls of a function, and its ways straight into a trap: who comes there goes no other way, and what is
    /// written on it nobody reads, because after a trap the instance is gone.
    fn follow(
        &mut self,
        function: usize,
        operators: wasmparser::OperatorsReader<'_>,
        loud: &HashSet<usize>,
    ) -> Outcome<()> {
        let mut straight = None;
        for operator in operators.into_iter_with_offsets() {
            let (operator, at) = operator?;
            let start = *straight.get_or_insert(at);
            match operator {
                Operator::Call { function_index } => {
                    let callee = usize::try_from(function_index)?;
                    if loud.contains(&callee) {
                        self.doomed.push(start..at);
                    } else {
                        self.calls.push((function, callee));
                    }
                    straight = None;
                }
                Operator::RefFunc { function_index } => {
                    self.calls.push((function, usize::try_from(function_index)?));
                    straight = None;
                }
                operator if goes_straight(&operator) => {}
                _ => straight = None,
            }
        }
        Ok(())
    }

    /// The functions and the symbols that something reaches from outside.
    fn used(
        &self,
        module: &Module,
        imported: usize,
        silenced: &Silenced,
    ) -> (HashSet<usize>, HashSet<usize>) {
        let mut named = self.named.clone();
        named.sort_unstable();
        let within = |range: &Range<usize>| {
            let from = named.partition_point(|(at, _)| *at < range.start);
            let to = named.partition_point(|(at, _)| *at < range.end);
            named.get(from..to).unwrap_or_default().iter()
        };
        let doomed: HashSet<usize> =
            self.doomed.iter().flat_map(|range| within(range).map(|(at, _)| *at)).collect();
        let exported = module.exports.iter().filter_map(|export| match export.item {
            ExportItem::Function(id) if !UNASKED.contains(&export.name.as_str()) => {
                Some(id.index())
            }
            _ => None,
        });
        let mut waiting: Vec<usize> = exported.chain(module.start.map(|id| id.index())).collect();
        let (mut functions, mut symbols) = (HashSet::new(), HashSet::new());
        while let Some(function) = waiting.pop() {
            if !functions.insert(function)
                || silenced.loud.contains(&function)
                || silenced.wordy.contains(&function)
            {
                continue;
            }
            waiting.extend(
                self.calls
                    .iter()
                    .filter(|(caller, _)| *caller == function)
                    .map(|(_, callee)| callee),
            );
            let body = function
                .checked_sub(imported)
                .and_then(|at| self.bodies.get(at))
                .cloned()
                .unwrap_or_default();
            let mut found: Vec<usize> = within(&body)
                .filter(|(at, _)| !doomed.contains(at))
                .map(|(_, symbol)| *symbol)
                .collect();
            while let Some(symbol) = found.pop() {
                if !symbols.insert(symbol) {
                    continue;
                }
                match self.symbols.get(symbol) {
                    Some(Symbol::Function(index)) => waiting.push(*index),
                    Some(Symbol::Datum(segment, part)) => {
                        let start = self.segments.get(*segment).map_or(0, |range| range.start);
                        let place =
                            start.saturating_add(part.start)..start.saturating_add(part.end);
                        found.extend(within(&place).map(|(_, symbol)| *symbol));
                    }
                    _ => {}
                }
            }
        }
        (functions, symbols)
    }
}

impl Symbol {
    fn of(info: SymbolInfo<'_>) -> Self {
        let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        match info {
            SymbolInfo::Func { index, .. } => Symbol::Function(number(index)),
            SymbolInfo::Data { symbol: Some(datum), .. } => {
                let start = number(datum.offset);
                Symbol::Datum(number(datum.index), start..start.saturating_add(number(datum.size)))
            }
            _ => Symbol::Other,
        }
    }
}

/// Neither leaves a straight line nor is seen from outside.
fn goes_straight(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::I32Const { .. }
            | Operator::I64Const { .. }
            | Operator::LocalGet { .. }
            | Operator::LocalSet { .. }
            | Operator::LocalTee { .. }
            | Operator::GlobalGet { .. }
            | Operator::GlobalSet { .. }
            | Operator::I32Add
            | Operator::I32Sub
            | Operator::I32Shl
            | Operator::I32Or
            | Operator::I64Or
            | Operator::I64Shl
            | Operator::I64ExtendI32U
            | Operator::I32Load { .. }
            | Operator::I32Load8U { .. }
            | Operator::I64Load { .. }
            | Operator::I32Store { .. }
            | Operator::I32Store8 { .. }
            | Operator::I64Store { .. }
    )
}

/// Puts zeros where only data stand that nobody names.
fn clear(linked: &Linked, used: &HashSet<usize>, module: &mut Module) {
    let ids: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
    for (segment, id) in ids.into_iter().enumerate() {
        let parts = |wanted: bool| {
            linked.symbols.iter().enumerate().filter_map(move |(at, symbol)| match symbol {
                Symbol::Datum(place, part) if *place == segment && used.contains(&at) == wanted => {
                    Some(part.clone())
                }
                _ => None,
            })
        };
        let bytes = &mut module.data.get_mut(id).value;
        let mut cleared = bytes.clone();
        for part in parts(false) {
            if let Some(bytes) = cleared.get_mut(part) {
                bytes.fill(0);
            }
        }
        // One text may be the end of another.
        for part in parts(true) {
            if let (Some(kept), Some(bytes)) = (bytes.get(part.clone()), cleared.get_mut(part)) {
                bytes.copy_from_slice(kept);
            }
        }
        *bytes = cleared;
    }
}
