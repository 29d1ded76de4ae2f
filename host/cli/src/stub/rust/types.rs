//! The names of types in Rust, as the bindings have them.

use std::collections::BTreeMap;

use anyhow::bail;
use wit_parser::{Handle, Resolve, Type, TypeDef, TypeDefKind, TypeId, TypeOwner};

use super::modules::Modules;
use super::names::camel;
use crate::component::dealias;

/// The types of a world, with the modules that they are used from.
pub(super) struct Types<'a> {
    pub(super) resolve: &'a Resolve,
    pub(super) modules: Modules<'a>,
    /// The structs that stand for exported resources, by the resource's definition.
    pub(super) resources: BTreeMap<TypeId, String>,
}

impl Types<'_> {
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
            Type::ErrorContext => return unsupported("error-context"),
            Type::Id(id) => self.defined(*id)?,
        })
    }

    pub(super) fn defined(&mut self, id: TypeId) -> anyhow::Result<String> {
        let definition = &self.resolve.types[id];
        if let Some(path) = self.path(definition) {
            return Ok(path);
        }
        Ok(match &definition.kind {
            TypeDefKind::Handle(Handle::Own(resource)) => self.defined(*resource)?,
            TypeDefKind::Handle(Handle::Borrow(resource)) => {
                let path = self.defined(*resource)?;
                if self.resources.contains_key(&dealias(self.resolve, *resource)) {
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
            kind => return unsupported(kind.as_str()),
        })
    }

    /// The path of a type that has a name of its own.
    pub(super) fn path(&mut self, definition: &TypeDef) -> Option<String> {
        let name = camel(definition.name.as_ref()?);
        Some(match definition.owner {
            TypeOwner::Interface(interface) => format!("{}::{name}", self.modules.alias(interface)),
            TypeOwner::World(_) => format!("bindings::{name}"),
            TypeOwner::None => return None,
        })
    }
}

/// `(a, b)`, or `(a,)` for a tuple of one.
pub(super) fn tupled(parts: &[String]) -> String {
    match parts {
        [one] => format!("({one},)"),
        parts => format!("({})", parts.join(", ")),
    }
}

fn unsupported<T>(kind: &str) -> anyhow::Result<T> {
    bail!("stubs in Rust do not support the type `{kind}`, which the world uses: write this plugin by hand")
}
