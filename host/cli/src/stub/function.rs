//! A WIT function as the generators of stubs look at it.

use wit_parser::{Function, FunctionKind, Param, TypeId};

/// The resource that a function belongs to, as a method, constructor or static function.
pub(super) fn resource(function: &Function) -> Option<TypeId> {
    match function.kind {
        FunctionKind::Freestanding | FunctionKind::AsyncFreestanding => None,
        FunctionKind::Method(id)
        | FunctionKind::AsyncMethod(id)
        | FunctionKind::Static(id)
        | FunctionKind::AsyncStatic(id)
        | FunctionKind::Constructor(id) => Some(id),
    }
}

/// A function's parameters without a method's receiver.
pub(super) fn parameters(function: &Function) -> impl Iterator<Item = &Param> {
    let receiver = matches!(function.kind, FunctionKind::Method(_) | FunctionKind::AsyncMethod(_));
    function.params.iter().skip(usize::from(receiver))
}
