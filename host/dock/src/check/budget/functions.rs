//! What compiling a function costs.

use wasmparser::{FunctionBody, Operator};

/// Locals times blocks, each block counted once for every loop around it: a compiler that turns locals into values may need one of
/// each local for each block, alive through all loops around it. Code that is malformed ends early: the compiler reports it.
pub(super) fn work(body: &FunctionBody<'_>, params: u64) -> u64 {
    let mut locals = params;
    let Ok(mut reader) = body.get_locals_reader() else { return 0 };
    for _ in 0..reader.get_count() {
        let Ok((count, _)) = reader.read() else { break };
        locals = locals.saturating_add(u64::from(count));
    }
    let Ok(mut operators) = body.get_operators_reader() else { return 0 };
    // Whether each block that is open is a loop, and how many are.
    let (mut open, mut loops) = (Vec::new(), 1_u64);
    let mut blocks = 1_u64;
    while let Ok(operator) = operators.read() {
        let more = match operator {
            Operator::Loop { .. } => {
                open.push(true);
                loops += 1;
                1
            }
            Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                open.push(false);
                1
            }
            Operator::End => {
                loops -= u64::from(open.pop() == Some(true));
                0
            }
            Operator::BrIf { .. } | Operator::Else => 1,
            Operator::BrTable { targets } => u64::from(targets.len()).saturating_add(1),
            _ => 0,
        };
        blocks = blocks.saturating_add(loops.saturating_mul(more));
    }
    locals.saturating_mul(blocks)
}
