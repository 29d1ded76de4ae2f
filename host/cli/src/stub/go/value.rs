//! Plain values as expressions of Go.

use wit_parser::{Type, TypeDefKind, TypeId};

use super::names::{own, upper_camel};
use super::types::Types;
use crate::plain_value::{NoPlainValue, PlainValue};

impl Types<'_> {
    /// What a function with this result returns: the parts of a tuple one by one.
    ///
    /// # Errors
    ///
    /// When only the host can make a part of it.
    pub(super) fn values(&mut self, of: &Type) -> Result<String, NoPlainValue> {
        let value = PlainValue::of(self.resolve, of, &|resource| self.holds_own(&Type::Id(resource)))?;
        Ok(match (&value, of) {
            // A tuple behind an alias is one value.
            (PlainValue::Tuple { id, items }, Type::Id(of)) if id == of => {
                items.iter().map(|item| self.value(item)).collect::<Vec<_>>().join(", ")
            }
            _ => self.value(&value),
        })
    }

    fn value(&mut self, value: &PlainValue) -> String {
        match value {
            PlainValue::Primitive(Type::Bool) => "false".to_owned(),
            PlainValue::Primitive(Type::String) => "\"\"".to_owned(),
            PlainValue::EmptyBytes
            | PlainValue::EmptyList
            | PlainValue::EmptyMap
            | PlainValue::FixedLengthList { .. } => "nil".to_owned(),
            PlainValue::Primitive(_) | PlainValue::Enum { .. } | PlainValue::NoFlags { .. } => "0".to_owned(),
            PlainValue::None { id, .. } => match self.resolve.types[*id].kind {
                TypeDefKind::Option(some) => {
                    let some = self.name(&some);
                    self.generic(format!("None[{some}]()"))
                }
                _ => "nil".to_owned(),
            },
            PlainValue::Ok { id, payload } => {
                let sides = match &self.resolve.types[*id].kind {
                    TypeDefKind::Result(result) => [result.ok, result.err],
                    _ => [None, None],
                };
                let sides = sides.map(|side| self.side(side.as_ref()));
                let payload = match payload {
                    Some(payload) => self.value(payload),
                    None => self.generic("Unit{}".to_owned()),
                };
                self.generic(format!("Ok[{}]({payload})", sides.join(", ")))
            }
            PlainValue::Variant { id, case, payload } => {
                let payload = payload.as_ref().map(|payload| self.value(payload)).unwrap_or_default();
                let name = self.defined(*id);
                let (package, name) = name.split_once('.').unwrap_or(("", &name));
                format!("{package}.Make{name}{}({payload})", upper_camel(case))
            }
            PlainValue::Record { id, fields } => {
                let fields = fields.iter().map(|(name, value)| (upper_camel(name), value));
                self.composite(*id, fields)
            }
            PlainValue::Tuple { id, items } => {
                let items = items.iter().enumerate().map(|(index, value)| (format!("F{index}"), value));
                self.composite(*id, items)
            }
            PlainValue::Handle { resource } => {
                let name = self.defined(*resource);
                let (package, name) = name.split_once('.').unwrap_or(("", &name));
                format!("{package}.New{name}(&{}{{}})", own(name))
            }
        }
    }

    /// A struct with the fields whose plain value is not the one that Go fills in.
    fn composite<'v>(
        &mut self,
        id: TypeId,
        fields: impl Iterator<Item = (String, &'v PlainValue)>,
    ) -> String {
        let fields: Vec<String> = fields
            .filter(|(_, value)| !is_zero(value))
            .map(|(name, value)| format!("{name}: {}", self.value(value)))
            .collect();
        format!("{}{{{}}}", self.defined(id), fields.join(", "))
    }
}

/// Whether the value is the one that Go fills in. Variants, results and handles have none.
fn is_zero(value: &PlainValue) -> bool {
    match value {
        PlainValue::Record { fields, .. } => fields.iter().all(|(_, value)| is_zero(value)),
        PlainValue::Tuple { items, .. } => items.iter().all(is_zero),
        PlainValue::Variant { .. } | PlainValue::Ok { .. } | PlainValue::Handle { .. } => false,
        _ => true,
    }
}
