//! Functions that neither the module nor the adapter has.

use wasm_encoder::{Function, InstructionSink, MemArg};

/// What the merge generates for the adapter's imports of `filter`, apart from the module's own exports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memories {
    /// The index of the module's memory.
    pub(crate) module: u32,
    /// The index of the adapter's.
    pub(crate) adapter: u32,
}

/// ENOSYS of WASI.
const ENOSYS: i32 = 52;

fn function(body: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut function = Function::new([]);
    let mut instructions = function.instructions();
    body(&mut instructions);
    instructions.end();
    function
}

/// Returns a number, or nothing.
pub(crate) fn constant(number: Option<i32>) -> Function {
    function(|body| {
        if let Some(number) = number {
            body.i32_const(number);
        }
    })
}

/// A function of WASI that a filter has no use for.
pub(crate) fn not_supported(has_result: bool) -> Function {
    constant(has_result.then_some(ENOSYS))
}

/// A host function whose interface is not granted: Envoy's restricted functions answer so too.
pub(crate) fn refused(is_proxy: bool) -> Function {
    const INTERNAL_FAILURE: i32 = 10;
    const ENOTSUP: i32 = 58;
    constant(Some(if is_proxy { INTERNAL_FAILURE } else { ENOTSUP }))
}

/// `pthread_equal` of Emscripten's modules.
pub(crate) fn equal() -> Function {
    function(|body| {
        body.local_get(0).local_get(1).i32_eq();
    })
}

/// Calls a function without its last parameter.
pub(crate) fn shorter(target: u32, params: u32) -> Function {
    function(|body| {
        for param in 0..params {
            body.local_get(param);
        }
        body.call(target);
    })
}

/// A call that starts a module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub(crate) function: u32,
    /// How many parameters it has, each of which gets 0.
    pub(crate) params: usize,
    pub(crate) has_result: bool,
}

/// Makes these calls.
pub(crate) fn start(calls: &[Start]) -> Function {
    function(|body| {
        for call in calls {
            for _ in 0..call.params {
                body.i32_const(0);
            }
            body.call(call.function);
            if call.has_result {
                body.drop();
            }
        }
    })
}

impl Memories {
    /// A function that copies between the memories, or reads or writes the module's.
    pub(crate) fn access(self, name: &str) -> Option<Function> {
        let at = MemArg { offset: 0, align: 0, memory_index: self.module };
        Some(match name {
            "memory_pages" => function(|body| {
                body.memory_size(self.module);
            }),
            "copy_in" => function(|body| {
                body.local_get(0).local_get(1).local_get(2).memory_copy(self.adapter, self.module);
            }),
            "copy_out" => function(|body| {
                body.local_get(0).local_get(1).local_get(2).memory_copy(self.module, self.adapter);
            }),
            "load" => function(|body| {
                body.local_get(0).i32_load(at);
            }),
            "store" => function(|body| {
                body.local_get(0).local_get(1).i32_store(at);
            }),
            _ => return None,
        })
    }
}
