//! Takes out what gives memory back where memory is a region (decision 069): the compiler leaves it in where a value may hold
//! others of its kind, since it does not see that going through them comes to an end.

use std::collections::HashSet;
use walrus::ir::{Instr, Visitor, dfs_in_order};
use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module};

/// The name of what runs when a value's life is over.
const DROP: &str = "drop_in_place";

/// Empties those that do nothing: they give no result, write nothing and call only each other.
pub(crate) fn empty(module: &mut Module) {
    let mut idle: HashSet<FunctionId> = HashSet::new();
    let mut looks = Vec::new();
    for (id, function) in module.funcs.iter_local() {
        let name = module.funcs.get(id).name.as_deref().unwrap_or_default();
        if !name.contains(DROP) || !module.types.results(function.ty()).is_empty() {
            continue;
        }
        let mut look = Look { calls: Vec::new(), acts: false };
        dfs_in_order(&mut look, function, function.entry_block());
        if !look.acts {
            idle.insert(id);
            looks.push((id, look.calls));
        }
    }
    // Who calls one that is not is none itself.
    loop {
        let before = idle.len();
        for (id, calls) in &looks {
            if calls.iter().any(|called| !idle.contains(called)) {
                idle.remove(id);
            }
        }
        if idle.len() == before {
            break;
        }
    }
    for id in idle {
        let ty = module.funcs.get(id).ty();
        let params = module.types.params(ty).to_vec();
        let arguments = params.iter().map(|param| module.locals.add(*param)).collect();
        let body = FunctionBuilder::new(&mut module.types, &params, &[]).local_func(arguments);
        module.funcs.get_mut(id).kind = FunctionKind::Local(body);
    }
}

/// What a function does.
struct Look {
    calls: Vec<FunctionId>,
    /// It writes, or does what is not known here.
    acts: bool,
}

impl<'instr> Visitor<'instr> for Look {
    fn visit_instr(&mut self, instr: &'instr Instr, _: &'instr walrus::ir::InstrLocId) {
        match instr {
            Instr::Call(call) => self.calls.push(call.func),
            Instr::Block(_)
            | Instr::Loop(_)
            | Instr::IfElse(_)
            | Instr::Br(_)
            | Instr::BrIf(_)
            | Instr::BrTable(_)
            | Instr::Return(_)
            | Instr::LocalGet(_)
            | Instr::LocalSet(_)
            | Instr::LocalTee(_)
            | Instr::GlobalGet(_)
            // The end of the stack, which is put back.
            | Instr::GlobalSet(_)
            | Instr::Const(_)
            | Instr::Binop(_)
            | Instr::Unop(_)
            | Instr::Select(_)
            | Instr::Drop(_)
            | Instr::Load(_) => {}
            _ => self.acts = true,
        }
    }
}
