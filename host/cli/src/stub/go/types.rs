//! The names of types in Go, as the bindings have them.

use std::collections::{BTreeSet, HashMap};

use wit_parser::{
    Handle, InterfaceId, Resolve, Type, TypeDef, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem, WorldKey,
};

use super::names::{snake, upper_camel};

const MODULE: &str = "witdock/generated";
const RUNTIME: &str = "witdock/wit";

/// Writes the names of a world's types, and collects the packages that they need.
pub(super) struct Types<'a> {
    pub(super) resolve: &'a Resolve,
    /// The interfaces that only the world names.
    inline: HashMap<InterfaceId, String>,
    exported: BTreeSet<InterfaceId>,
    imports: BTreeSet<String>,
}

impl<'a> Types<'a> {
    pub(super) fn new(resolve: &'a Resolve, world: WorldId) -> Self {
        let world = &resolve.worlds[world];
        let interface = |item: &WorldItem| match item {
            WorldItem::Interface { id, .. } => Some(*id),
            _ => None,
        };
        let items = world.imports.iter().chain(&world.exports);
        let inline = items.filter_map(|(key, item)| match key {
            WorldKey::Name(name) => Some((interface(item)?, snake(name))),
            WorldKey::Interface(_) => None,
        });
        Self {
            resolve,
            inline: inline.collect(),
            exported: world.exports.values().filter_map(interface).collect(),
            imports: BTreeSet::new(),
        }
    }

    pub(super) fn import(&mut self, package: &str) {
        self.imports.insert(format!("\"{MODULE}/{package}\""));
    }

    /// The lines of the import declaration, sorted.
    pub(super) fn imports(&self) -> impl Iterator<Item = &String> {
        self.imports.iter()
    }

    /// The package of an interface's types; for what the plugin exports, `export_` precedes it.
    pub(super) fn package(&self, id: InterfaceId) -> String {
        if let Some(name) = self.inline.get(&id) {
            return name.clone();
        }
        let interface = &self.resolve.interfaces[id];
        let name = snake(interface.name.as_deref().unwrap_or_default());
        let Some(package) = interface.package.map(|package| &self.resolve.packages[package].name) else {
            return name;
        };
        let is_same = |other: &wit_parser::PackageName| {
            other.namespace == package.namespace
                && other.name == package.name
                && other.version != package.version
        };
        let is_ambiguous = self.resolve.packages.iter().any(|(_, other)| is_same(&other.name));
        let version = match &package.version {
            Some(version) if is_ambiguous => version.to_string().replace(['.', '-', '+'], "_") + "_",
            _ => String::new(),
        };
        format!("{}_{}_{version}{name}", snake(&package.namespace), snake(&package.name))
    }

    /// A type or function of the bindings' generic package, which is then imported.
    pub(super) fn generic(&mut self, text: String) -> String {
        self.imports.insert(format!("witTypes \"{RUNTIME}/types\""));
        format!("witTypes.{text}")
    }

    /// A type's name.
    pub(super) fn name(&mut self, of: &Type) -> String {
        let plain = match of {
            Type::Bool => "bool",
            Type::U8 => "uint8",
            Type::U16 => "uint16",
            Type::U32 => "uint32",
            Type::U64 => "uint64",
            Type::S8 => "int8",
            Type::S16 => "int16",
            Type::S32 => "int32",
            Type::S64 => "int64",
            Type::F32 => "float32",
            Type::F64 => "float64",
            Type::Char => "rune",
            Type::String => "string",
            Type::ErrorContext => "any",
            Type::Id(id) => return self.defined(*id),
        };
        plain.to_owned()
    }

    /// The name of a type that is not primitive.
    pub(super) fn defined(&mut self, id: TypeId) -> String {
        let resolve = self.resolve;
        let definition = &resolve.types[id];
        match &definition.kind {
            TypeDefKind::Type(of) => self.name(of),
            TypeDefKind::List(of) => format!("[]{}", self.name(of)),
            TypeDefKind::Option(of) => {
                let of = self.name(of);
                self.generic(format!("Option[{of}]"))
            }
            TypeDefKind::Result(result) => {
                let sides = [result.ok, result.err].map(|side| self.side(side.as_ref()));
                self.generic(format!("Result[{}]", sides.join(", ")))
            }
            TypeDefKind::Tuple(tuple) => {
                let of: Vec<String> = tuple.types.iter().map(|of| self.name(of)).collect();
                self.generic(format!("Tuple{}[{}]", of.len(), of.join(", ")))
            }
            TypeDefKind::Handle(Handle::Own(resource) | Handle::Borrow(resource)) => {
                format!("*{}", self.defined(*resource))
            }
            TypeDefKind::Map(key, value) => format!("map[{}]{}", self.name(key), self.name(value)),
            _ => self.named(id, definition),
        }
    }

    /// One side of a `result`, which may be empty.
    pub(super) fn side(&mut self, of: Option<&Type>) -> String {
        match of {
            Some(of) => self.name(of),
            None => self.generic("Unit".to_owned()),
        }
    }

    fn named(&mut self, id: TypeId, definition: &TypeDef) -> String {
        let name = upper_camel(definition.name.as_deref().unwrap_or_default());
        let package = match definition.owner {
            TypeOwner::Interface(interface) if self.holds_own(&Type::Id(id)) => {
                format!("export_{}", self.package(interface))
            }
            TypeOwner::Interface(interface) => self.package(interface),
            _ => "wit_world".to_owned(),
        };
        self.import(&package);
        format!("{package}.{name}")
    }

    /// Whether the type contains a resource that the plugin exports: the bindings keep such types in a package of their own.
    pub(super) fn holds_own(&self, of: &Type) -> bool {
        let Type::Id(id) = of else { return false };
        let definition = &self.resolve.types[*id];
        let mut parts: Vec<&Type> = Vec::new();
        match &definition.kind {
            TypeDefKind::Resource => {
                return matches!(definition.owner, TypeOwner::Interface(id) if self.exported.contains(&id));
            }
            TypeDefKind::Handle(Handle::Own(resource) | Handle::Borrow(resource)) => {
                return self.holds_own(&Type::Id(*resource));
            }
            TypeDefKind::Record(record) => parts.extend(record.fields.iter().map(|field| &field.ty)),
            TypeDefKind::Variant(variant) => {
                parts.extend(variant.cases.iter().filter_map(|case| case.ty.as_ref()))
            }
            TypeDefKind::Tuple(tuple) => parts.extend(&tuple.types),
            TypeDefKind::Option(of) | TypeDefKind::List(of) | TypeDefKind::Type(of) => parts.push(of),
            TypeDefKind::Result(result) => parts.extend(result.ok.iter().chain(&result.err)),
            _ => {}
        }
        parts.into_iter().any(|part| self.holds_own(part))
    }

    /// What a function with this result returns: the parts of a tuple one by one.
    pub(super) fn results(&mut self, of: &Type) -> String {
        match self.parts(of) {
            Some(parts) => {
                format!("({})", parts.iter().map(|of| self.name(of)).collect::<Vec<_>>().join(", "))
            }
            None => self.name(of),
        }
    }

    /// The parts of a tuple: a function returns them one by one.
    fn parts(&self, of: &Type) -> Option<&'a [Type]> {
        let Type::Id(id) = of else { return None };
        match &self.resolve.types[*id].kind {
            TypeDefKind::Tuple(tuple) => Some(&tuple.types),
            _ => None,
        }
    }
}
