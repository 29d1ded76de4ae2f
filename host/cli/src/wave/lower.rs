//! Converts values for the runtime.

use wasmtime::component::{ResourceAny, Val};
use wit_parser::{Handle, Resolve, Type, TypeDefKind, TypeId};

use super::value::Value;
use crate::component::{dealias, type_name};

/// Converts a value for the runtime. `handle` finds a resource by its definition and name, and learns whether the call takes
/// ownership of it.
///
/// # Errors
///
/// When `handle` fails, or the value is not of the type, which reading it has ruled out.
pub(crate) fn lower(
    resolve: &Resolve,
    ty: &Type,
    value: &Value,
    handle: &mut dyn FnMut(TypeId, &str, bool) -> wasmtime::Result<ResourceAny>,
) -> wasmtime::Result<Val> {
    let unlike = || wasmtime::Error::msg(format!("the value is not of type `{}`", type_name(resolve, ty)));
    let kind = match ty {
        Type::Id(id) => Some(&resolve.types[dealias(resolve, *id)].kind),
        _ => None,
    };
    if let Some(TypeDefKind::Type(ty)) = kind {
        return lower(resolve, ty, value, handle);
    }
    let mut optional = |ty: Option<&Type>, value: &Option<Box<Value>>| match (ty, value) {
        (Some(ty), Some(value)) => Ok(Some(Box::new(lower(resolve, ty, value, handle)?))),
        (None, None) => Ok(None),
        _ => Err(unlike()),
    };
    Ok(match (value, ty, kind) {
        (Value::Bool(value), Type::Bool, _) => Val::Bool(*value),
        (Value::Signed(value), Type::S8, _) => Val::S8((*value).try_into()?),
        (Value::Signed(value), Type::S16, _) => Val::S16((*value).try_into()?),
        (Value::Signed(value), Type::S32, _) => Val::S32((*value).try_into()?),
        (Value::Signed(value), Type::S64, _) => Val::S64(*value),
        (Value::Unsigned(value), Type::U8, _) => Val::U8((*value).try_into()?),
        (Value::Unsigned(value), Type::U16, _) => Val::U16((*value).try_into()?),
        (Value::Unsigned(value), Type::U32, _) => Val::U32((*value).try_into()?),
        (Value::Unsigned(value), Type::U64, _) => Val::U64(*value),
        (Value::F32(value), Type::F32, _) => Val::Float32(*value),
        (Value::F64(value), Type::F64, _) => Val::Float64(*value),
        (Value::Char(value), Type::Char, _) => Val::Char(*value),
        (Value::String(value), Type::String, _) => Val::String(value.clone()),
        (Value::Bytes(bytes), _, Some(TypeDefKind::List(Type::U8))) => {
            Val::List(bytes.iter().map(|byte| Val::U8(*byte)).collect())
        }
        (Value::List(values), _, Some(TypeDefKind::List(element))) => Val::List(
            values
                .iter()
                .map(|value| lower(resolve, element, value, handle))
                .collect::<wasmtime::Result<_>>()?,
        ),
        (Value::List(values), _, Some(TypeDefKind::FixedLengthList(element, _))) => Val::FixedLengthList(
            values
                .iter()
                .map(|value| lower(resolve, element, value, handle))
                .collect::<wasmtime::Result<_>>()?,
        ),
        (Value::Map(entries), _, Some(TypeDefKind::Map(key, value))) => Val::Map(
            entries
                .iter()
                .map(|(a, b)| Ok((lower(resolve, key, a, handle)?, lower(resolve, value, b, handle)?)))
                .collect::<wasmtime::Result<_>>()?,
        ),
        (Value::Record(fields), _, Some(TypeDefKind::Record(record))) => Val::Record(
            record
                .fields
                .iter()
                .zip(fields)
                .map(|(field, (_, value))| {
                    Ok((field.name.clone(), lower(resolve, &field.ty, value, handle)?))
                })
                .collect::<wasmtime::Result<_>>()?,
        ),
        (Value::Tuple(values), _, Some(TypeDefKind::Tuple(tuple))) => Val::Tuple(
            tuple
                .types
                .iter()
                .zip(values)
                .map(|(ty, value)| lower(resolve, ty, value, handle))
                .collect::<wasmtime::Result<_>>()?,
        ),
        (Value::Case(name, value), _, Some(TypeDefKind::Variant(variant))) => {
            let case = variant.cases.iter().find(|case| case.name == *name).ok_or_else(unlike)?;
            Val::Variant(name.clone(), optional(case.ty.as_ref(), value)?)
        }
        (Value::Case(name, None), _, Some(TypeDefKind::Enum(_))) => Val::Enum(name.clone()),
        (Value::Option(None), _, Some(TypeDefKind::Option(_))) => Val::Option(None),
        (Value::Option(value), _, Some(TypeDefKind::Option(some))) => {
            Val::Option(optional(Some(some), value)?)
        }
        (Value::Result(Ok(value)), _, Some(TypeDefKind::Result(result))) => {
            Val::Result(Ok(optional(result.ok.as_ref(), value)?))
        }
        (Value::Result(Err(value)), _, Some(TypeDefKind::Result(result))) => {
            Val::Result(Err(optional(result.err.as_ref(), value)?))
        }
        (Value::Flags(flags), _, Some(TypeDefKind::Flags(_))) => Val::Flags(flags.clone()),
        (Value::Handle(name), _, Some(TypeDefKind::Handle(kind))) => {
            let (resource, is_owned) = match kind {
                Handle::Own(resource) => (resource, true),
                Handle::Borrow(resource) => (resource, false),
            };
            Val::Resource(handle(dealias(resolve, *resource), name, is_owned)?)
        }
        _ => return Err(unlike()),
    })
}
