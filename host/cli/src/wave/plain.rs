//! Plain values as values of WAVE.

use wit_parser::{Type, TypeId};

use super::value::Value;
use crate::plain_value::PlainValue;

impl Value {
    /// The plain value. `handle` makes a resource of the given definition and says what it is called.
    pub(crate) fn plain(plain: &PlainValue, handle: &mut dyn FnMut(TypeId) -> String) -> Self {
        let mut boxed = |payload: &Option<Box<PlainValue>>| {
            payload.as_ref().map(|payload| Box::new(Self::plain(payload, handle)))
        };
        match plain {
            PlainValue::Primitive(ty) => match ty {
                Type::Bool => Self::Bool(false),
                Type::U8 | Type::U16 | Type::U32 | Type::U64 => Self::Unsigned(0),
                Type::F32 => Self::F32(0.0),
                Type::F64 => Self::F64(0.0),
                Type::Char => Self::Char(' '),
                Type::String => Self::String(String::new()),
                _ => Self::Signed(0),
            },
            PlainValue::EmptyBytes => Self::Bytes(Vec::new()),
            PlainValue::EmptyList => Self::List(Vec::new()),
            PlainValue::EmptyMap => Self::Map(Vec::new()),
            PlainValue::FixedLengthList { element, length } => {
                Self::List((0..*length).map(|_| Self::plain(element, handle)).collect())
            }
            PlainValue::Record { fields, .. } => Self::Record(
                fields.iter().map(|(name, value)| (name.clone(), Self::plain(value, handle))).collect(),
            ),
            PlainValue::Tuple { items, .. } => {
                Self::Tuple(items.iter().map(|item| Self::plain(item, handle)).collect())
            }
            PlainValue::NoFlags { .. } => Self::Flags(Vec::new()),
            PlainValue::Enum { case, .. } => Self::Case(case.clone(), None),
            PlainValue::Variant { case, payload, .. } => Self::Case(case.clone(), boxed(payload)),
            PlainValue::None { .. } => Self::Option(None),
            PlainValue::Ok { payload, .. } => Self::Result(Ok(boxed(payload))),
            PlainValue::Handle { resource } => Self::Handle(handle(*resource)),
        }
    }
}
