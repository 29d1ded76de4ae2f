//! Names, types and plain values of WIT in JavaScript and TypeScript, as componentize-qjs has them: 64-bit integers are numbers, and
//! errors are thrown.

use heck::{ToLowerCamelCase, ToUpperCamelCase};
use wit_parser::{
    Function, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem,
    WorldKey,
};

use super::function::parameters;
use crate::plain_value::PlainValue;

/// `get-item` as `getItem`.
pub(super) fn camel(name: &str) -> String {
    name.to_lower_camel_case()
}

/// `get-item` as `GetItem`.
pub(super) fn pascal(name: &str) -> String {
    name.to_upper_camel_case()
}

/// Words that cannot name a parameter or a declared function.
const RESERVED: &str = "arguments await break case catch class const continue debugger default delete do else enum eval export extends \
    false finally for function if implements import in instanceof interface let new null package private protected public return \
    static super switch this throw true try typeof var void while with yield";

pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.split(' ').any(|reserved| reserved == name)
}

/// The name of a parameter or a function, with a `_` after a reserved word.
pub(super) fn identifier(name: &str) -> String {
    let name = camel(name);
    if is_reserved(&name) { name + "_" } else { name }
}

/// A JSDoc comment.
pub(super) fn comment(docs: Option<&str>, more: &[String], indent: &str) -> String {
    let mut lines: Vec<&str> = docs.unwrap_or_default().trim().lines().collect();
    lines.extend(more.iter().map(String::as_str));
    let lines: Vec<String> = lines.iter().map(|line| line.trim_end().replace("*/", "*\\/")).collect();
    match lines.as_slice() {
        [] => String::new(),
        [line] => format!("{indent}/** {line} */\n"),
        lines => {
            let body: String = lines
                .iter()
                .map(|line| format!("{indent} *{}{line}\n", if line.is_empty() { "" } else { " " }))
                .collect();
            format!("{indent}/**\n{body}{indent} */\n")
        }
    }
}

/// The name under which a plugin exports an interface: without package and version.
pub(super) fn export_name(resolve: &Resolve, key: &WorldKey) -> String {
    match key {
        WorldKey::Name(name) => camel(name),
        WorldKey::Interface(id) => camel(
            resolve.interfaces.get(*id).and_then(|interface| interface.name.as_deref()).unwrap_or_default(),
        ),
    }
}

/// The name of the module that declares an interface's types: `acme:mail/outbox@0.1.0`. That of an interface in the world itself has
/// the world's name in front.
pub(super) fn module(resolve: &Resolve, world: WorldId, key: &WorldKey) -> String {
    match key {
        WorldKey::Name(name) => format!("{}/{name}", world_module(resolve, world)),
        WorldKey::Interface(id) => resolve.id_of(*id).unwrap_or_default(),
    }
}

/// The name of the module that declares a world: `acme:mail/plugin@0.1.0`.
pub(super) fn world_module(resolve: &Resolve, world: WorldId) -> String {
    let Some(world) = resolve.worlds.get(world) else { return String::new() };
    match world.package {
        Some(package) => resolve.id_of_name(package, &world.name),
        None => world.name.clone(),
    }
}

/// Writes types as one module sees them.
pub(super) struct Types<'a> {
    pub(super) resolve: &'a Resolve,
    pub(super) world: WorldId,
    /// The owner of the types that need no import.
    pub(super) owner: TypeOwner,
    /// A prefix for the names of the owner's types: `Filter.` in a module that imports them under that name.
    pub(super) prefix: String,
}

impl Types<'_> {
    /// A type in TypeScript.
    pub(super) fn name(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "boolean".to_owned(),
            Type::Char | Type::String => "string".to_owned(),
            Type::ErrorContext => "unknown".to_owned(),
            Type::Id(id) => self.name_of(*id),
            _ => "number".to_owned(),
        }
    }

    fn name_of(&self, id: TypeId) -> String {
        let Some(definition) = self.resolve.types.get(id) else { return "unknown".to_owned() };
        let Some(name) = &definition.name else { return self.structure(&definition.kind) };
        let name = pascal(name);
        if definition.owner == self.owner {
            return format!("{}{name}", self.prefix);
        }
        match definition.owner {
            TypeOwner::Interface(interface) => format!("import(\"{}\").{name}", self.module_of(interface)),
            TypeOwner::World(world) => format!("import(\"{}\").{name}", world_module(self.resolve, world)),
            TypeOwner::None => self.structure(&definition.kind),
        }
    }

    /// The module of an interface. One in the world itself is only known by the world's key.
    fn module_of(&self, interface: InterfaceId) -> String {
        let keys = self
            .resolve
            .worlds
            .get(self.world)
            .into_iter()
            .flat_map(|world| world.imports.iter().chain(&world.exports));
        let mut keys = keys.filter_map(|(key, item)| match item {
            WorldItem::Interface { id, .. } if *id == interface => Some(key),
            _ => None,
        });
        let key = keys.next().cloned().unwrap_or(WorldKey::Interface(interface));
        module(self.resolve, self.world, &key)
    }

    /// A type by its structure.
    pub(super) fn structure(&self, kind: &TypeDefKind) -> String {
        match kind {
            TypeDefKind::List(Type::U8) => "Uint8Array".to_owned(),
            TypeDefKind::List(ty) | TypeDefKind::FixedLengthList(ty, _) => {
                let name = self.name(ty);
                if name.contains(" | ") && !name.starts_with('[') {
                    format!("({name})[]")
                } else {
                    format!("{name}[]")
                }
            }
            TypeDefKind::Option(ty) if self.is_option(ty) => {
                format!("{{ tag: \"some\"; val: {} }} | {{ tag: \"none\" }}", self.name(ty))
            }
            TypeDefKind::Option(ty) => format!("{} | null | undefined", self.name(ty)),
            TypeDefKind::Result(result) => {
                let case = |tag: &str, ty: &Option<Type>| match ty {
                    Some(ty) => format!("{{ tag: \"{tag}\"; val: {} }}", self.name(ty)),
                    None => format!("{{ tag: \"{tag}\" }}"),
                };
                format!("{} | {}", case("ok", &result.ok), case("err", &result.err))
            }
            TypeDefKind::Tuple(tuple) => {
                let types: Vec<String> = tuple.types.iter().map(|ty| self.name(ty)).collect();
                format!("[{}]", types.join(", "))
            }
            TypeDefKind::Map(key, value) => format!("Map<{}, {}>", self.name(key), self.name(value)),
            TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => self.name_of(*id),
            TypeDefKind::Type(ty) => self.name(ty),
            _ => "unknown".to_owned(),
        }
    }

    fn is_option(&self, ty: &Type) -> bool {
        matches!(self.plain(ty), Some(TypeDefKind::Option(_)))
    }

    /// The kind of a type behind its aliases.
    fn plain(&self, ty: &Type) -> Option<&TypeDefKind> {
        let Type::Id(id) = ty else { return None };
        match &self.resolve.types.get(*id)?.kind {
            TypeDefKind::Type(ty) => self.plain(ty),
            kind => Some(kind),
        }
    }

    /// A function's parameters with their types, without the receiver.
    pub(super) fn parameters(&self, function: &Function) -> String {
        let parameters = parameters(function)
            .map(|parameter| format!("{}: {}", identifier(&parameter.name), self.name(&parameter.ty)));
        parameters.collect::<Vec<_>>().join(", ")
    }

    /// The types that a function returns and throws.
    pub(super) fn result(&self, function: &Function) -> (String, Option<String>) {
        let name = |ty: &Option<Type>| ty.as_ref().map_or_else(|| "void".to_owned(), |ty| self.name(ty));
        let result = function.result.as_ref();
        match result.and_then(|ty| self.plain(ty)) {
            Some(TypeDefKind::Result(result)) => (
                name(&result.ok),
                Some(result.err.as_ref().map_or_else(|| "undefined".to_owned(), |ty| self.name(ty))),
            ),
            _ => (name(&function.result), None),
        }
    }

    /// The plainest value that a function returns: empty text where it returns nothing. `None` where only the host can make the
    /// value, or the value is of an exported class.
    pub(super) fn returned(&self, function: &Function) -> Option<String> {
        let Some(ty) = &function.result else { return Some(String::new()) };
        let value = PlainValue::of(self.resolve, ty, &|_| false).ok()?;
        Some(value.without_ok().as_ref().map_or_else(String::new, written))
    }
}

/// A plain value as an expression.
fn written(value: &PlainValue) -> String {
    let all = |items: &[PlainValue]| items.iter().map(written).collect::<Vec<_>>().join(", ");
    let case = |tag: &str, payload: &Option<Box<PlainValue>>| match payload {
        Some(payload) => format!("{{ tag: \"{tag}\", val: {} }}", written(payload)),
        None => format!("{{ tag: \"{tag}\" }}"),
    };
    match value {
        PlainValue::Primitive(Type::Bool) => "false".to_owned(),
        PlainValue::Primitive(Type::String) => "\"\"".to_owned(),
        PlainValue::Primitive(Type::Char) => "\" \"".to_owned(),
        PlainValue::Primitive(_) => "0".to_owned(),
        PlainValue::EmptyBytes => "new Uint8Array()".to_owned(),
        PlainValue::EmptyList => "[]".to_owned(),
        PlainValue::EmptyMap => "new Map()".to_owned(),
        PlainValue::FixedLengthList { element, length } => {
            let length = usize::try_from(*length).unwrap_or(usize::MAX);
            format!("[{}]", vec![written(element); length].join(", "))
        }
        PlainValue::Record { fields, .. } if !fields.is_empty() => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{}: {}", camel(name), written(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        PlainValue::Record { .. } | PlainValue::NoFlags { .. } => "{}".to_owned(),
        PlainValue::Tuple { items, .. } => format!("[{}]", all(items)),
        PlainValue::Enum { case, .. } => format!("\"{case}\""),
        PlainValue::Variant { case: name, payload, .. } => case(name, payload),
        PlainValue::None { nested: true, .. } => "{ tag: \"none\" }".to_owned(),
        PlainValue::None { nested: false, .. } => "null".to_owned(),
        PlainValue::Ok { payload, .. } => case("ok", payload),
        // No handle is asked for.
        PlainValue::Handle { .. } => "null".to_owned(),
    }
}
