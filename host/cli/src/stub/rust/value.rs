//! Plain values as expressions of Rust.

use wit_parser::{Type, TypeId};

use super::names::{camel, ident};
use super::types::{Types, tupled};
use crate::plain_value::{NoPlainValue, PlainValue};

impl Types<'_> {
    /// The plainest value of a type, on lines that are indented `depth` times; the reason, where there is none.
    pub(super) fn plain_value(
        &mut self,
        of: &Type,
        depth: usize,
    ) -> anyhow::Result<Result<String, NoPlainValue>> {
        let value = PlainValue::of(self.resolve, of, &|resource| self.resources.contains_key(&resource));
        match value {
            Ok(value) => self.value(&value, depth).map(Ok),
            Err(reason) => Ok(Err(reason)),
        }
    }

    fn value(&mut self, value: &PlainValue, depth: usize) -> anyhow::Result<String> {
        Ok(match value {
            PlainValue::Primitive(Type::Bool) => "false".to_owned(),
            PlainValue::Primitive(Type::F32 | Type::F64) => "0.0".to_owned(),
            PlainValue::Primitive(Type::Char) => "' '".to_owned(),
            PlainValue::Primitive(Type::String) => "String::new()".to_owned(),
            PlainValue::Primitive(_) => "0".to_owned(),
            PlainValue::EmptyBytes | PlainValue::EmptyList => "Vec::new()".to_owned(),
            PlainValue::EmptyMap => "Default::default()".to_owned(),
            PlainValue::FixedLengthList { element, .. } => {
                // An array of one repeated expression would need elements that are Copy.
                format!("std::array::from_fn(|_| {})", self.value(element, depth)?)
            }
            PlainValue::Record { id, fields } => {
                let indent = "    ".repeat(depth + 1);
                let mut text = format!("{} {{\n", self.named(*id));
                for (name, value) in fields {
                    text += &format!("{indent}{}: {},\n", ident(name), self.value(value, depth + 1)?);
                }
                text + &"    ".repeat(depth) + "}"
            }
            PlainValue::Tuple { items, .. } => {
                let items =
                    items.iter().map(|item| self.value(item, depth)).collect::<anyhow::Result<Vec<_>>>()?;
                tupled(&items)
            }
            PlainValue::NoFlags { id } => format!("{}::empty()", self.named(*id)),
            PlainValue::Enum { id, case } => format!("{}::{}", self.named(*id), camel(case)),
            PlainValue::Variant { id, case, payload } => {
                let case = format!("{}::{}", self.named(*id), camel(case));
                match payload {
                    Some(payload) => format!("{case}({})", self.value(payload, depth)?),
                    None => case,
                }
            }
            PlainValue::None { .. } => "None".to_owned(),
            PlainValue::Ok { payload: Some(payload), .. } => format!("Ok({})", self.value(payload, depth)?),
            PlainValue::Ok { payload: None, .. } => "Ok(())".to_owned(),
            PlainValue::Handle { resource } => {
                let implementation = self.resources.get(resource).cloned().unwrap_or_default();
                format!("{}::new({implementation})", self.defined(*resource)?)
            }
        })
    }

    /// The path of a record, variant, enum or flags: each has a name.
    fn named(&mut self, id: TypeId) -> String {
        let definition = &self.resolve.types[id];
        self.path(definition).unwrap_or_default()
    }
}
