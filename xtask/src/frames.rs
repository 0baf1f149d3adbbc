//! How much of the stack a function takes. It says so in its first instructions, and by the same number on each way out: more than
//! a thousand numbers, of which little repeats. Rounded up they are a few, and nearly always the same one.

use walrus::ir::{BinaryOp, Instr, InstrSeq, Value, VisitorMut, dfs_pre_order_mut};
use walrus::{GlobalId, Module};

/// Bytes. With half as many the module has a hundred bytes more, with twice as many thirty less.
const STEP: i32 = 256;

/// Rounds up what each function takes. What it uses stays where it is, at the lower end.
pub(crate) fn round(module: &mut Module) {
    // The end of the stack is the only thing that the linker lets change.
    let Some(stack) = module.globals.iter().find(|global| global.mutable).map(walrus::Global::id)
    else {
        return;
    };
    for (_, function) in module.funcs.iter_local_mut() {
        let entry = function.entry_block();
        dfs_pre_order_mut(&mut Rounding { stack }, function, entry);
    }
}

struct Rounding {
    stack: GlobalId,
}

impl VisitorMut for Rounding {
    fn start_instr_seq_mut(&mut self, sequence: &mut InstrSeq) {
        let is_of = |global: GlobalId| global == self.stack;
        for at in 0..sequence.instrs.len().saturating_sub(2) {
            let number = match [0, 1, 2].map(|behind| &sequence.instrs[at + behind].0) {
                [Instr::GlobalGet(get), Instr::Const(_), Instr::Binop(sum)]
                    if is_of(get.global) && matches!(sum.op, BinaryOp::I32Sub) =>
                {
                    at + 1
                }
                [Instr::Const(_), Instr::Binop(sum), Instr::GlobalSet(set)]
                    if is_of(set.global) && matches!(sum.op, BinaryOp::I32Add) =>
                {
                    at
                }
                _ => continue,
            };
            if let Instr::Const(number) = &mut sequence.instrs[number].0
                && let Value::I32(bytes) = &mut number.value
            {
                *bytes = (*bytes + STEP - 1) / STEP * STEP;
            }
        }
    }
}
