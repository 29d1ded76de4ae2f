//! Converts values of the runtime.

use wasmtime::component::{ResourceAny, Val};
use wit_parser::{Handle, Resolve, Type, TypeDefKind, TypeId};

use super::value::Value;
use crate::component::{dealias, type_name};

/// Converts a value of the runtime. `name` names a handle, given its resource's definition.
///
/// # Errors
///
/// For a value that WAVE cannot write, such as a stream, and when `name` fails.
pub(crate) fn lift(
    resolve: &Resolve,
    ty: &Type,
    val: &Val,
    name: &mut dyn FnMut(TypeId, ResourceAny) -> wasmtime::Result<String>,
) -> wasmtime::Result<Value> {
    let unlike =
        || wasmtime::Error::msg(format!("a value of type `{}` cannot be shown", type_name(resolve, ty)));
    let kind = match ty {
        Type::Id(id) => Some(&resolve.types[dealias(resolve, *id)].kind),
        _ => None,
    };
    if let Some(TypeDefKind::Type(ty)) = kind {
        return lift(resolve, ty, val, name);
    }
    let mut optional = |ty: Option<&Type>, val: &Option<Box<Val>>| match (ty, val) {
        (Some(ty), Some(val)) => Ok(Some(Box::new(lift(resolve, ty, val, name)?))),
        (None, None) => Ok(None),
        _ => Err(unlike()),
    };
    Ok(match (val, kind) {
        (Val::Bool(value), _) => Value::Bool(*value),
        (Val::S8(value), _) => Value::Signed((*value).into()),
        (Val::S16(value), _) => Value::Signed((*value).into()),
        (Val::S32(value), _) => Value::Signed((*value).into()),
        (Val::S64(value), _) => Value::Signed(*value),
        (Val::U8(value), _) => Value::Unsigned((*value).into()),
        (Val::U16(value), _) => Value::Unsigned((*value).into()),
        (Val::U32(value), _) => Value::Unsigned((*value).into()),
        (Val::U64(value), _) => Value::Unsigned(*value),
        (Val::Float32(value), _) => Value::F32(*value),
        (Val::Float64(value), _) => Value::F64(*value),
        (Val::Char(value), _) => Value::Char(*value),
        (Val::String(value), _) => Value::String(value.clone()),
        (Val::List(values), Some(TypeDefKind::List(Type::U8))) => {
            let bytes = values.iter().map(|value| match value {
                Val::U8(byte) => Ok(*byte),
                _ => Err(unlike()),
            });
            Value::Bytes(bytes.collect::<wasmtime::Result<_>>()?)
        }
        (
            Val::List(values) | Val::FixedLengthList(values),
            Some(TypeDefKind::List(element) | TypeDefKind::FixedLengthList(element, _)),
        ) => Value::List(
            values
                .iter()
                .map(|value| lift(resolve, element, value, name))
                .collect::<wasmtime::Result<_>>()?,
        ),
        (Val::Map(entries), Some(TypeDefKind::Map(key, value))) => Value::Map(
            entries
                .iter()
                .map(|(a, b)| Ok((lift(resolve, key, a, name)?, lift(resolve, value, b, name)?)))
                .collect::<wasmtime::Result<_>>()?,
        ),
        (Val::Record(fields), Some(TypeDefKind::Record(record))) => Value::Record(
            record
                .fields
                .iter()
                .zip(fields)
                .map(|(field, (_, val))| Ok((field.name.clone(), lift(resolve, &field.ty, val, name)?)))
                .collect::<wasmtime::Result<_>>()?,
        ),
        (Val::Tuple(values), Some(TypeDefKind::Tuple(tuple))) => Value::Tuple(
            tuple
                .types
                .iter()
                .zip(values)
                .map(|(ty, val)| lift(resolve, ty, val, name))
                .collect::<wasmtime::Result<_>>()?,
        ),
        (Val::Variant(case, val), Some(TypeDefKind::Variant(variant))) => {
            let found = variant.cases.iter().find(|known| known.name == *case).ok_or_else(unlike)?;
            Value::Case(case.clone(), optional(found.ty.as_ref(), val)?)
        }
        (Val::Enum(case), _) => Value::Case(case.clone(), None),
        (Val::Option(val), Some(TypeDefKind::Option(some))) => match val {
            Some(_) => Value::Option(optional(Some(some), val)?),
            None => Value::Option(None),
        },
        (Val::Result(Ok(val)), Some(TypeDefKind::Result(result))) => {
            Value::Result(Ok(optional(result.ok.as_ref(), val)?))
        }
        (Val::Result(Err(val)), Some(TypeDefKind::Result(result))) => {
            Value::Result(Err(optional(result.err.as_ref(), val)?))
        }
        (Val::Flags(set), Some(TypeDefKind::Flags(flags))) => {
            let known = flags.flags.iter().map(|flag| flag.name.clone());
            Value::Flags(known.filter(|flag| set.contains(flag)).collect())
        }
        (Val::Resource(resource), Some(TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)))) => {
            Value::Handle(name(dealias(resolve, *id), *resource)?)
        }
        _ => return Err(unlike()),
    })
}
