//! The plainest value of a WIT type, computed once for every language that has to write one.
//!
//! A stub returns it, and `witdock call --stub` answers with it: `false`, zero, a space, empty text, empty lists, no flags, `none`,
//! `ok`, and the first case that can be made. Each language renders the tree in its own notation. C, C++ and Zig need no tree: there the
//! value's bytes are all zero, and their stubs write it so.

#![allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]

use std::fmt;

use wit_parser::{Handle, Resolve, Type, TypeDefKind, TypeId};

use crate::component::{dealias, type_name};

/// The most parts that a value may have. Types are not recursive, but a component's types may repeat each other so often that their
/// plainest value fills the memory.
const MOST_PARTS: usize = 1 << 16;

/// A value without content, as a tree. Each `id` is the definition behind all aliases, so that a renderer can look up its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PlainValue {
    /// `false`, zero, a space or empty text, as the type says. Never `Type::Id`.
    Primitive(Type),
    /// An empty `list<u8>`, which most languages write differently from other lists.
    EmptyBytes,
    EmptyList,
    EmptyMap,
    /// The same element `length` times.
    FixedLengthList {
        element: Box<Self>,
        length: u32,
    },
    Record {
        id: TypeId,
        fields: Vec<(String, Self)>,
    },
    Tuple {
        id: TypeId,
        items: Vec<Self>,
    },
    NoFlags {
        id: TypeId,
    },
    Enum {
        id: TypeId,
        case: String,
    },
    Variant {
        id: TypeId,
        case: String,
        payload: Option<Box<Self>>,
    },
    /// `nested` where the option is one of an option, which some languages must write out.
    None {
        id: TypeId,
        nested: bool,
    },
    Ok {
        id: TypeId,
        payload: Option<Box<Self>>,
    },
    /// A new resource of this definition.
    Handle {
        resource: TypeId,
    },
}

/// Why a type has no plainest value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoPlainValue {
    /// Only the host makes handles of this resource.
    HostHandle { resource: TypeId, name: String },
    /// No value of this type can be written: a stream, a future, a variant without cases.
    Unsupported { name: String },
    /// The value has more than 65,536 parts.
    TooLarge { name: String },
}

impl fmt::Display for NoPlainValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HostHandle { name, .. } => write!(f, "only the host can make a `{name}`"),
            Self::Unsupported { name } => write!(f, "a value of type `{name}` cannot be written"),
            Self::TooLarge { name } => {
                write!(f, "the plainest value of type `{name}` has more than {MOST_PARTS} parts")
            }
        }
    }
}

impl PlainValue {
    /// Computes the value of a type. `makes` says of a resource's definition whether the writer of the value can make one.
    ///
    /// # Errors
    ///
    /// When a required part has no value.
    pub(crate) fn of(
        resolve: &Resolve,
        ty: &Type,
        makes: &dyn Fn(TypeId) -> bool,
    ) -> Result<Self, NoPlainValue> {
        Builder { resolve, makes, parts: 0 }.value(ty)
    }

    /// The value that a function returns in a language with exceptions: the payload of `ok`, if there is one.
    pub(crate) fn without_ok(self) -> Option<Self> {
        match self {
            Self::Ok { payload, .. } => payload.map(|payload| *payload),
            value => Some(value),
        }
    }
}

struct Builder<'a> {
    resolve: &'a Resolve,
    makes: &'a dyn Fn(TypeId) -> bool,
    parts: usize,
}

impl Builder<'_> {
    fn value(&mut self, ty: &Type) -> Result<PlainValue, NoPlainValue> {
        let resolve = self.resolve;
        self.count(1, ty)?;
        let id = match ty {
            Type::ErrorContext => return Err(self.unsupported(ty)),
            Type::Id(id) => dealias(resolve, *id),
            primitive => return Ok(PlainValue::Primitive(*primitive)),
        };
        Ok(match &resolve.types[id].kind {
            TypeDefKind::Type(ty) => self.value(ty)?,
            TypeDefKind::List(Type::U8) => PlainValue::EmptyBytes,
            TypeDefKind::List(_) => PlainValue::EmptyList,
            TypeDefKind::Map(..) => PlainValue::EmptyMap,
            TypeDefKind::FixedLengthList(element, length) => {
                let before = self.parts;
                let value = Box::new(self.value(element)?);
                let copies = usize::try_from(*length).unwrap_or(usize::MAX);
                self.count((self.parts - before).saturating_mul(copies), ty)?;
                PlainValue::FixedLengthList { element: value, length: *length }
            }
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter();
                let fields = fields.map(|field| Ok((field.name.clone(), self.value(&field.ty)?)));
                PlainValue::Record { id, fields: fields.collect::<Result<_, _>>()? }
            }
            TypeDefKind::Tuple(tuple) => {
                let items = tuple.types.iter().map(|ty| self.value(ty));
                PlainValue::Tuple { id, items: items.collect::<Result<_, _>>()? }
            }
            TypeDefKind::Flags(_) => PlainValue::NoFlags { id },
            TypeDefKind::Option(some) => PlainValue::None { id, nested: self.is_option(some) },
            TypeDefKind::Result(result) => PlainValue::Ok { id, payload: self.payload(result.ok.as_ref())? },
            TypeDefKind::Enum(cases) => match cases.cases.first() {
                Some(case) => PlainValue::Enum { id, case: case.name.clone() },
                None => return Err(self.unsupported(ty)),
            },
            TypeDefKind::Variant(variant) => {
                let mut reason = None;
                for case in &variant.cases {
                    match self.payload(case.ty.as_ref()) {
                        Ok(payload) => {
                            return Ok(PlainValue::Variant { id, case: case.name.clone(), payload });
                        }
                        // The next case would be too large too.
                        Err(error @ NoPlainValue::TooLarge { .. }) => return Err(error),
                        Err(error) => reason = reason.or(Some(error)),
                    }
                }
                return Err(reason.unwrap_or_else(|| self.unsupported(ty)));
            }
            TypeDefKind::Handle(Handle::Own(resource) | Handle::Borrow(resource)) => {
                let resource = dealias(resolve, *resource);
                if !(self.makes)(resource) {
                    let name = type_name(resolve, &Type::Id(resource));
                    return Err(NoPlainValue::HostHandle { resource, name });
                }
                PlainValue::Handle { resource }
            }
            TypeDefKind::Resource
            | TypeDefKind::Future(_)
            | TypeDefKind::Stream(_)
            | TypeDefKind::Unknown => {
                return Err(self.unsupported(ty));
            }
        })
    }

    fn payload(&mut self, ty: Option<&Type>) -> Result<Option<Box<PlainValue>>, NoPlainValue> {
        ty.map(|ty| self.value(ty).map(Box::new)).transpose()
    }

    fn is_option(&self, ty: &Type) -> bool {
        let Type::Id(id) = ty else { return false };
        matches!(self.resolve.types[dealias(self.resolve, *id)].kind, TypeDefKind::Option(_))
    }

    fn count(&mut self, parts: usize, ty: &Type) -> Result<(), NoPlainValue> {
        self.parts = self.parts.saturating_add(parts);
        if self.parts > MOST_PARTS {
            return Err(NoPlainValue::TooLarge { name: type_name(self.resolve, ty) });
        }
        Ok(())
    }

    fn unsupported(&self, ty: &Type) -> NoPlainValue {
        NoPlainValue::Unsupported { name: type_name(self.resolve, ty) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value of the type `it` in an interface with these items.
    fn value(items: &str, makes: bool) -> Result<PlainValue, String> {
        let mut resolve = Resolve::default();
        resolve.push_str("t.wit", &format!("package test:t; interface i {{ {items} }}")).unwrap();
        let (_, interface) = resolve.interfaces.iter().next().unwrap();
        let ty = Type::Id(interface.types["it"]);
        PlainValue::of(&resolve, &ty, &|_| makes).map_err(|error| error.to_string())
    }

    #[test]
    fn aliases_lead_to_the_definition() {
        assert_eq!(value("type a = u32; type it = a;", false), Ok(PlainValue::Primitive(Type::U32)));
        assert_eq!(value("type it = list<u8>;", false), Ok(PlainValue::EmptyBytes));
        let nested = value("type it = option<option<u8>>;", false);
        assert!(matches!(nested, Ok(PlainValue::None { nested: true, .. })), "{nested:?}");
    }

    #[test]
    fn a_variant_has_the_first_case_that_can_be_made() {
        let items = "resource r; variant it { held(own<r>), text(string), none }";
        let case = |makes| match value(items, makes) {
            Ok(PlainValue::Variant { case, .. }) => case,
            other => panic!("{other:?}"),
        };
        assert_eq!((case(true), case(false)), ("held".to_owned(), "text".to_owned()));
        let only = "resource r; variant it { held(own<r>) }";
        assert_eq!(value(only, false), Err("only the host can make a `r`".to_owned()));
        assert!(
            matches!(value("type it = future<u8>;", true), Err(error) if error.contains("`it` cannot be written"))
        );
    }

    #[test]
    fn a_value_of_too_many_parts_is_refused() {
        let mut items = String::from("type t0 = u8; ");
        for depth in 1..=40 {
            let before = depth - 1;
            items += &format!("type t{depth} = tuple<t{before}, t{before}>; ");
        }
        let error = value(&(items + "type it = t40;"), false).unwrap_err();
        assert!(error.contains("more than 65536 parts"), "{error}");
    }

    #[test]
    fn the_payload_of_ok_is_returned_where_errors_are_thrown() {
        let returned = |ty: &str| value(&format!("type it = {ty};"), false).unwrap().without_ok();
        assert_eq!(returned("result<u8, string>"), Some(PlainValue::Primitive(Type::U8)));
        assert_eq!(returned("result<_, string>"), None);
        assert_eq!(returned("u8"), Some(PlainValue::Primitive(Type::U8)));
    }
}
