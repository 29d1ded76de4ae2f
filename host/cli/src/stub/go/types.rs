//! Types in Go, as the bindings have them, and a plain value of each.

use std::collections::{BTreeSet, HashMap};

use wit_parser::{
    Handle, InterfaceId, Resolve, Type, TypeDef, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem, WorldKey,
};

const MODULE: &str = "witdock/generated";
const RUNTIME: &str = "witdock/wit";

/// The names of a world's types, and the packages that they take.
pub(super) struct Types<'a> {
    resolve: &'a Resolve,
    /// Interfaces that have a name in the world only.
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

    /// The lines of the import declaration.
    pub(super) fn imports(&self) -> impl Iterator<Item = &String> {
        self.imports.iter()
    }

    /// The package of an interface's types, without what the plugin exports.
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

    fn generic(&mut self, text: String) -> String {
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

    fn defined(&mut self, id: TypeId) -> String {
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

    fn side(&mut self, of: Option<&Type>) -> String {
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

    /// Whether a resource of the plugin's is in it: the bindings keep such types apart.
    fn holds_own(&self, of: &Type) -> bool {
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

    pub(super) fn values(&mut self, of: &Type) -> String {
        match self.parts(of) {
            Some(parts) => parts.iter().map(|of| self.value(of)).collect::<Vec<_>>().join(", "),
            None => self.value(of),
        }
    }

    fn parts(&self, of: &Type) -> Option<&'a [Type]> {
        let Type::Id(id) = of else { return None };
        match &self.resolve.types[*id].kind {
            TypeDefKind::Tuple(tuple) => Some(&tuple.types),
            _ => None,
        }
    }

    /// A plain value.
    fn value(&mut self, of: &Type) -> String {
        match of {
            Type::Bool => "false".to_owned(),
            Type::String => "\"\"".to_owned(),
            Type::ErrorContext => "nil".to_owned(),
            Type::Id(id) => self.defined_value(*id),
            _ => "0".to_owned(),
        }
    }

    fn defined_value(&mut self, id: TypeId) -> String {
        let resolve = self.resolve;
        match &resolve.types[id].kind {
            TypeDefKind::Type(of) => self.value(of),
            TypeDefKind::List(_) | TypeDefKind::Map(..) => "nil".to_owned(),
            TypeDefKind::Enum(_) | TypeDefKind::Flags(_) => "0".to_owned(),
            TypeDefKind::Option(of) => {
                let of = self.name(of);
                self.generic(format!("None[{of}]()"))
            }
            TypeDefKind::Result(result) => {
                let sides = [result.ok, result.err].map(|side| self.side(side.as_ref()));
                let value = match &result.ok {
                    Some(of) => self.value(of),
                    None => self.generic("Unit{}".to_owned()),
                };
                self.generic(format!("Ok[{}]({value})", sides.join(", ")))
            }
            TypeDefKind::Variant(variant) => {
                // The first case that needs nothing, or else the first.
                let plain = variant.cases.iter().find(|case| case.ty.is_none()).or(variant.cases.first());
                let (case, of) = plain.map(|case| (upper_camel(&case.name), case.ty)).unwrap_or_default();
                let value = of.map(|of| self.value(&of)).unwrap_or_default();
                let name = self.defined(id);
                let (package, name) = name.split_once('.').unwrap_or(("", &name));
                format!("{package}.Make{name}{case}({value})")
            }
            TypeDefKind::Record(record) => {
                let mut fields = Vec::new();
                for field in &record.fields {
                    if !self.has_zero(&field.ty) {
                        fields.push(format!("{}: {}", upper_camel(&field.name), self.value(&field.ty)));
                    }
                }
                format!("{}{{{}}}", self.defined(id), fields.join(", "))
            }
            TypeDefKind::Tuple(tuple) => {
                let mut fields = Vec::new();
                for (index, of) in tuple.types.iter().enumerate() {
                    if !self.has_zero(of) {
                        fields.push(format!("F{index}: {}", self.value(of)));
                    }
                }
                format!("{}{{{}}}", self.defined(id), fields.join(", "))
            }
            TypeDefKind::Handle(Handle::Own(resource)) if self.holds_own(&Type::Id(*resource)) => {
                let name = self.defined(*resource);
                let (package, name) = name.split_once('.').unwrap_or(("", &name));
                format!("{package}.New{name}(&{}{{}})", own(name))
            }
            // There is no plain value of what the host lends.
            _ => "nil".to_owned(),
        }
    }

    /// Whether a value that Go has filled with zeros is one: of variants and results it is not.
    fn has_zero(&self, of: &Type) -> bool {
        let Type::Id(id) = of else { return true };
        match &self.resolve.types[*id].kind {
            TypeDefKind::Type(of) => self.has_zero(of),
            TypeDefKind::Record(record) => record.fields.iter().all(|field| self.has_zero(&field.ty)),
            TypeDefKind::Tuple(tuple) => tuple.types.iter().all(|of| self.has_zero(of)),
            TypeDefKind::Variant(_) | TypeDefKind::Result(_) | TypeDefKind::Handle(_) => false,
            _ => true,
        }
    }
}

/// The plugin's type behind an exported resource.
pub(super) fn own(resource: &str) -> String {
    let name = lower_camel(resource);
    if is_reserved(&name) { name + "_" } else { name }
}

fn snake(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// `job-ended` is `JobEnded`, and what is in this form stays.
pub(super) fn upper_camel(name: &str) -> String {
    let word = |word: &str| {
        let is_acronym = word.len() > 1 && word.chars().all(|c| !c.is_ascii_lowercase());
        capitalized(&if is_acronym { word.to_ascii_lowercase() } else { word.to_owned() })
    };
    name.split(['-', '_']).map(word).collect()
}

pub(super) fn lower_camel(name: &str) -> String {
    let name = upper_camel(name);
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

/// Keywords, and what every file of Go knows already.
pub(super) fn is_reserved(name: &str) -> bool {
    const RESERVED: &str = "\
        any append bool break byte cap case chan clear close comparable complex complex128 complex64 const continue copy default \
        defer delete else error fallthrough false float32 float64 for func go goto if imag import int int16 int32 int64 int8 \
        interface iota len make map max min new nil own package panic print println range real recover return rune select string \
        struct switch true type uint uint16 uint32 uint64 uint8 uintptr var witTypes";
    RESERVED.split_ascii_whitespace().any(|reserved| reserved == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_bindings() {
        assert_eq!((&*upper_camel("job-ended"), &*upper_camel("URL-of")), ("JobEnded", "UrlOf"));
        assert_eq!((&*lower_camel("job-ended"), &*own("type")), ("jobEnded", "type_"));
    }
}
