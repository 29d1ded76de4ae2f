//! What JavaScript and TypeScript have in common: how names, types and plain values of WIT are written. The components are those of
//! componentize-qjs: 64-bit integers are numbers, and errors are thrown.

use wit_parser::{
    Function, FunctionKind, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldId,
    WorldItem, WorldKey,
};

/// `get-item` as `getItem`.
pub(super) fn camel(name: &str) -> String {
    let pascal = pascal(name);
    let mut letters = pascal.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

/// `get-item` as `GetItem`.
pub(super) fn pascal(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_ascii_uppercase().to_string() + &letters.as_str().to_ascii_lowercase()
        })
    };
    name.split('-').map(capital).collect()
}

/// Words that cannot name a parameter or a declared function.
const RESERVED: &str = "arguments await break case catch class const continue debugger default delete do else enum eval export extends \
    false finally for function if implements import in instanceof interface let new null package private protected public return \
    static super switch this throw true try typeof var void while with yield";

pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.split(' ').any(|reserved| reserved == name)
}

/// A parameter's or a function's name, with a `_` behind a reserved word.
pub(super) fn identifier(name: &str) -> String {
    let name = camel(name);
    if is_reserved(&name) { name + "_" } else { name }
}

/// Lines as a JSDoc comment.
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

/// What an exported interface is found under: in a component, its name without package and version.
pub(super) fn export_name(resolve: &Resolve, key: &WorldKey) -> String {
    match key {
        WorldKey::Name(name) => camel(name),
        WorldKey::Interface(id) => camel(
            resolve.interfaces.get(*id).and_then(|interface| interface.name.as_deref()).unwrap_or_default(),
        ),
    }
}

/// The name of the module that declares an interface's types: `acme:mail/outbox@0.1.0`. One that stands in the world itself is
/// called after it.
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

/// The types of one module, as they are written in it.
pub(super) struct Types<'a> {
    pub(super) resolve: &'a Resolve,
    pub(super) world: WorldId,
    /// Whose types are written without saying whose.
    pub(super) owner: TypeOwner,
    /// Before the names of the owner's types: `Filter.` in a module that imports them so.
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

    /// An interface that stands in the world itself is known by the world's key alone.
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

    /// A type without a name of its own.
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

    /// What a type is, behind its names.
    fn plain(&self, ty: &Type) -> Option<&TypeDefKind> {
        let Type::Id(id) = ty else { return None };
        match &self.resolve.types.get(*id)?.kind {
            TypeDefKind::Type(ty) => self.plain(ty),
            kind => Some(kind),
        }
    }

    /// A function's parameters with their types, its own receiver left out.
    pub(super) fn parameters(&self, function: &Function) -> String {
        let parameters = parameters(function)
            .map(|parameter| format!("{}: {}", identifier(&parameter.name), self.name(&parameter.ty)));
        parameters.collect::<Vec<_>>().join(", ")
    }

    /// What a function returns, and what it throws.
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

    /// A plain value for what a function returns; none, if it cannot be had without the host.
    pub(super) fn returned(&self, function: &Function) -> Option<String> {
        let Some(ty) = &function.result else { return Some(String::new()) };
        match self.plain(ty) {
            Some(TypeDefKind::Result(result)) => {
                result.ok.as_ref().map_or_else(|| Some(String::new()), |ty| self.value(ty))
            }
            _ => self.value(ty),
        }
    }

    /// A plain value of a type: empty, zero, the first of several. None for a handle, which only the host can give, or a class.
    fn value(&self, ty: &Type) -> Option<String> {
        match ty {
            Type::Bool => return Some("false".to_owned()),
            Type::String => return Some("\"\"".to_owned()),
            Type::Char => return Some("\" \"".to_owned()),
            Type::ErrorContext => return None,
            Type::Id(_) => {}
            _ => return Some("0".to_owned()),
        }
        let all = |values: Vec<Option<String>>| values.into_iter().collect::<Option<Vec<String>>>();
        match self.plain(ty)? {
            TypeDefKind::Record(record) => {
                let fields = record
                    .fields
                    .iter()
                    .map(|field| Some(format!("{}: {}", camel(&field.name), self.value(&field.ty)?)));
                Some(braced(&all(fields.collect())?))
            }
            TypeDefKind::Flags(_) => Some("{}".to_owned()),
            TypeDefKind::Tuple(tuple) => {
                Some(format!("[{}]", all(tuple.types.iter().map(|ty| self.value(ty)).collect())?.join(", ")))
            }
            TypeDefKind::Variant(variant) => {
                variant.cases.iter().find_map(|case| self.case(&case.name, case.ty.as_ref()))
            }
            TypeDefKind::Enum(cases) => Some(format!("\"{}\"", cases.cases.first()?.name)),
            TypeDefKind::Option(ty) if self.is_option(ty) => Some("{ tag: \"none\" }".to_owned()),
            TypeDefKind::Option(_) => Some("null".to_owned()),
            TypeDefKind::Result(result) => self.case("ok", result.ok.as_ref()),
            TypeDefKind::List(Type::U8) => Some("new Uint8Array()".to_owned()),
            TypeDefKind::List(_) => Some("[]".to_owned()),
            TypeDefKind::Map(..) => Some("new Map()".to_owned()),
            TypeDefKind::FixedLengthList(ty, length) => {
                let values = vec![self.value(ty)?; usize::try_from(*length).ok()?];
                Some(format!("[{}]", values.join(", ")))
            }
            _ => None,
        }
    }

    fn case(&self, tag: &str, ty: Option<&Type>) -> Option<String> {
        Some(match ty {
            Some(ty) => format!("{{ tag: \"{tag}\", val: {} }}", self.value(ty)?),
            None => format!("{{ tag: \"{tag}\" }}"),
        })
    }
}

fn braced(fields: &[String]) -> String {
    if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }
}

/// A function's parameters without its receiver.
pub(super) fn parameters(function: &Function) -> impl Iterator<Item = &wit_parser::Param> {
    let receiver = matches!(function.kind, FunctionKind::Method(_) | FunctionKind::AsyncMethod(_));
    function.params.iter().skip(usize::from(receiver))
}
