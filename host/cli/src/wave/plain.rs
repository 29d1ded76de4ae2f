//! The plainest value of a type.

use wit_parser::{Handle, Resolve, Type, TypeDefKind};

use super::value::Value;
use crate::component::{dealias, type_name};

/// The plainest value of a type: zero, nothing, the first case, `ok` rather than `err`. `handle` makes the handles in it, each
/// given its resource.
///
/// # Errors
///
/// For a type that has no value here, such as a stream: its name.
pub(crate) fn plain(
    resolve: &Resolve,
    ty: &Type,
    handle: &mut dyn FnMut(wit_parser::TypeId) -> String,
) -> Result<Value, String> {
    let id = match ty {
        Type::Bool => return Ok(Value::Bool(false)),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => return Ok(Value::Unsigned(0)),
        Type::S8 | Type::S16 | Type::S32 | Type::S64 => return Ok(Value::Signed(0)),
        Type::F32 => return Ok(Value::F32(0.0)),
        Type::F64 => return Ok(Value::F64(0.0)),
        Type::Char => return Ok(Value::Char(' ')),
        Type::String => return Ok(Value::String(String::new())),
        Type::ErrorContext => return Err(type_name(resolve, ty)),
        Type::Id(id) => dealias(resolve, *id),
    };
    let mut optional = |ty: &Option<Type>| match ty {
        Some(ty) => Ok(Some(Box::new(plain(resolve, ty, handle)?))),
        None => Ok::<_, String>(None),
    };
    Ok(match &resolve.types[id].kind {
        TypeDefKind::Type(ty) => plain(resolve, ty, handle)?,
        TypeDefKind::List(Type::U8) => Value::Bytes(Vec::new()),
        TypeDefKind::List(_) => Value::List(Vec::new()),
        TypeDefKind::Map(..) => Value::Map(Vec::new()),
        TypeDefKind::FixedLengthList(element, length) => {
            // The length is the component's, and could be any.
            const MOST: u32 = 1 << 16;
            if *length > MOST {
                return Err(type_name(resolve, ty));
            }
            let element = plain(resolve, element, handle)?;
            Value::List(vec![element; usize::try_from(*length).unwrap_or_default()])
        }
        TypeDefKind::Record(record) => Value::Record(
            record
                .fields
                .iter()
                .map(|field| Ok((field.name.clone(), plain(resolve, &field.ty, handle)?)))
                .collect::<Result<_, String>>()?,
        ),
        TypeDefKind::Tuple(tuple) => Value::Tuple(
            tuple.types.iter().map(|ty| plain(resolve, ty, handle)).collect::<Result<_, String>>()?,
        ),
        TypeDefKind::Flags(_) => Value::Flags(Vec::new()),
        TypeDefKind::Option(_) => Value::Option(None),
        TypeDefKind::Result(result) => Value::Result(Ok(optional(&result.ok)?)),
        TypeDefKind::Variant(variant) => match variant.cases.first() {
            Some(case) => Value::Case(case.name.clone(), optional(&case.ty)?),
            None => return Err(type_name(resolve, ty)),
        },
        TypeDefKind::Enum(cases) => match cases.cases.first() {
            Some(case) => Value::Case(case.name.clone(), None),
            None => return Err(type_name(resolve, ty)),
        },
        TypeDefKind::Handle(Handle::Own(resource) | Handle::Borrow(resource)) => {
            Value::Handle(handle(dealias(resolve, *resource)))
        }
        TypeDefKind::Resource | TypeDefKind::Future(_) | TypeDefKind::Stream(_) | TypeDefKind::Unknown => {
            return Err(type_name(resolve, ty));
        }
    })
}
