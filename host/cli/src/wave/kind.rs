//! The kind of a type behind its aliases.

use wit_parser::{Resolve, Type, TypeDefKind, TypeId};

use crate::component::dealias;

fn kind<'a>(resolve: &'a Resolve, ty: &Type) -> Option<&'a TypeDefKind> {
    let Type::Id(id) = ty else { return None };
    let id: TypeId = dealias(resolve, *id);
    Some(&resolve.types[id].kind)
}

pub(super) fn is_option(resolve: &Resolve, ty: &Type) -> bool {
    matches!(kind(resolve, ty), Some(TypeDefKind::Option(_)))
}

pub(super) fn is_result(resolve: &Resolve, ty: &Type) -> bool {
    matches!(kind(resolve, ty), Some(TypeDefKind::Result(_)))
}

pub(super) fn has_case(resolve: &Resolve, ty: &Type, name: &str) -> bool {
    match kind(resolve, ty) {
        Some(TypeDefKind::Variant(variant)) => variant.cases.iter().any(|case| case.name == name),
        Some(TypeDefKind::Enum(cases)) => cases.cases.iter().any(|case| case.name == name),
        _ => false,
    }
}

/// The smallest and the largest value of an integer type.
pub(super) fn range(ty: &Type) -> Option<(i128, i128)> {
    Some(match ty {
        Type::U8 => (0, u8::MAX.into()),
        Type::U16 => (0, u16::MAX.into()),
        Type::U32 => (0, u32::MAX.into()),
        Type::U64 => (0, u64::MAX.into()),
        Type::S8 => (i8::MIN.into(), i8::MAX.into()),
        Type::S16 => (i16::MIN.into(), i16::MAX.into()),
        Type::S32 => (i32::MIN.into(), i32::MAX.into()),
        Type::S64 => (i64::MIN.into(), i64::MAX.into()),
        _ => return None,
    })
}
