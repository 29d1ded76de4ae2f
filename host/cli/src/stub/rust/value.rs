//! Types in Rust, and a plain value of each.

use wit_parser::{Handle, Type, TypeDef, TypeDefKind, TypeId, TypeOwner};

use super::names::{camel, ident};
use super::{Writer, unknown};

impl Writer<'_> {
    /// The type as an exported function has it: everything is owned.
    pub(super) fn rust_type(&mut self, of: &Type) -> anyhow::Result<String> {
        Ok(match of {
            Type::Bool => "bool".to_owned(),
            Type::U8 => "u8".to_owned(),
            Type::U16 => "u16".to_owned(),
            Type::U32 => "u32".to_owned(),
            Type::U64 => "u64".to_owned(),
            Type::S8 => "i8".to_owned(),
            Type::S16 => "i16".to_owned(),
            Type::S32 => "i32".to_owned(),
            Type::S64 => "i64".to_owned(),
            Type::F32 => "f32".to_owned(),
            Type::F64 => "f64".to_owned(),
            Type::Char => "char".to_owned(),
            Type::String => "String".to_owned(),
            Type::ErrorContext => return unknown("error-context"),
            Type::Id(id) => self.defined(*id)?,
        })
    }

    fn defined(&mut self, id: TypeId) -> anyhow::Result<String> {
        let definition = &self.subject.resolve.types[id];
        if let Some(path) = self.path(definition) {
            return Ok(path);
        }
        Ok(match &definition.kind {
            TypeDefKind::Handle(Handle::Own(resource)) => self.defined(*resource)?,
            TypeDefKind::Handle(Handle::Borrow(resource)) => {
                let path = self.defined(*resource)?;
                if self.resources.contains_key(&self.declared(*resource)) {
                    format!("{path}Borrow<'_>")
                } else {
                    format!("&{path}")
                }
            }
            TypeDefKind::Tuple(tuple) => {
                let types =
                    tuple.types.iter().map(|of| self.rust_type(of)).collect::<anyhow::Result<Vec<_>>>()?;
                tupled(&types)
            }
            TypeDefKind::Option(of) => format!("Option<{}>", self.rust_type(of)?),
            TypeDefKind::Result(result) => {
                let mut side = |of: &Option<Type>| match of {
                    Some(of) => self.rust_type(of),
                    None => Ok("()".to_owned()),
                };
                let (ok, err) = (side(&result.ok)?, side(&result.err)?);
                format!("Result<{ok}, {err}>")
            }
            TypeDefKind::List(of) => format!("Vec<{}>", self.rust_type(of)?),
            TypeDefKind::FixedLengthList(of, length) => format!("[{}; {length}]", self.rust_type(of)?),
            TypeDefKind::Type(of) => self.rust_type(of)?,
            kind => return unknown(kind.as_str()),
        })
    }

    /// The path of a type that has a name.
    fn path(&mut self, definition: &TypeDef) -> Option<String> {
        let name = camel(definition.name.as_ref()?);
        Some(match definition.owner {
            TypeOwner::Interface(interface) => format!("{}::{name}", self.modules.alias(interface)),
            TypeOwner::World(_) => format!("bindings::{name}"),
            TypeOwner::None => return None,
        })
    }

    /// The type that a chain of `use` and `type` ends at.
    fn declared(&self, mut id: TypeId) -> TypeId {
        while let TypeDefKind::Type(Type::Id(next)) = self.subject.resolve.types[id].kind {
            id = next;
        }
        id
    }

    /// An expression of the type, to begin with. `depth` counts the indentation of its line.
    pub(super) fn value(&mut self, of: &Type, depth: usize) -> anyhow::Result<String> {
        Ok(match of {
            Type::Bool => "false".to_owned(),
            Type::F32 | Type::F64 => "0.0".to_owned(),
            Type::Char => "' '".to_owned(),
            Type::String => "String::new()".to_owned(),
            Type::Id(id) => self.defined_value(*id, depth)?,
            Type::ErrorContext => return unknown("error-context"),
            _ => "0".to_owned(),
        })
    }

    fn defined_value(&mut self, id: TypeId, depth: usize) -> anyhow::Result<String> {
        let definition = &self.subject.resolve.types[id];
        // Only types that have names of their own are asked for it.
        let path = self.path(definition).unwrap_or_default();
        Ok(match &definition.kind {
            TypeDefKind::Record(record) => {
                let indent = "    ".repeat(depth + 1);
                let mut text = format!("{path} {{\n");
                for field in &record.fields {
                    let value = self.value(&field.ty, depth + 1)?;
                    text += &format!("{indent}{}: {value},\n", ident(&field.name));
                }
                text + &"    ".repeat(depth) + "}"
            }
            TypeDefKind::Flags(_) => format!("{path}::empty()"),
            TypeDefKind::Enum(of) => match of.cases.first() {
                Some(case) => format!("{path}::{}", camel(&case.name)),
                None => return unknown("enum without a case"),
            },
            TypeDefKind::Variant(of) => match of.cases.first() {
                Some(case) => match &case.ty {
                    Some(of) => format!("{path}::{}({})", camel(&case.name), self.value(of, depth)?),
                    None => format!("{path}::{}", camel(&case.name)),
                },
                None => return unknown("variant without a case"),
            },
            TypeDefKind::Tuple(tuple) => {
                let values =
                    tuple.types.iter().map(|of| self.value(of, depth)).collect::<anyhow::Result<Vec<_>>>()?;
                tupled(&values)
            }
            TypeDefKind::Option(_) => "None".to_owned(),
            TypeDefKind::Result(result) => match &result.ok {
                Some(of) => format!("Ok({})", self.value(of, depth)?),
                None => "Ok(())".to_owned(),
            },
            TypeDefKind::List(_) => "Vec::new()".to_owned(),
            TypeDefKind::FixedLengthList(of, _) => {
                let value = self.value(of, depth)?;
                // An array is made of values that need not be Copy.
                format!("std::array::from_fn(|_| {value})")
            }
            TypeDefKind::Handle(Handle::Own(resource)) => self.handle(*resource)?,
            TypeDefKind::Type(of) => self.value(of, depth)?,
            kind => return unknown(kind.as_str()),
        })
    }

    fn handle(&mut self, resource: TypeId) -> anyhow::Result<String> {
        let path = self.defined(resource)?;
        Ok(match self.resources.get(&self.declared(resource)) {
            Some(implementation) => format!("{path}::new({implementation})"),
            // Only the host makes them.
            None => {
                self.lent = Some(path);
                String::new()
            }
        })
    }
}

fn tupled(parts: &[String]) -> String {
    match parts {
        [one] => format!("({one},)"),
        parts => format!("({})", parts.join(", ")),
    }
}
