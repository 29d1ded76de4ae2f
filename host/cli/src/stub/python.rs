//! Stubs in Python, as componentize-py expects them: a class for each exported interface, and the classes of its resources in a module
//! with the interface's name.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write;

use heck::{ToShoutySnakeCase, ToSnakeCase};
use wit_parser::{
    Function, FunctionKind, Handle, InterfaceId, Type, TypeDef, TypeDefKind, TypeId, TypeOwner, WorldItem,
};

use super::ecmascript::{export_name, pascal};
use super::function::{parameters, resource};
use super::subject::{Stub, Subject};
use crate::plain_value::PlainValue;

pub(super) fn stub(subject: Subject<'_>) -> Stub {
    let Some(world) = subject.resolve.worlds.get(subject.world) else { return Stub::default() };
    let imported: HashSet<InterfaceId> = world
        .imports
        .values()
        .filter_map(|item| match item {
            WorldItem::Interface { id, .. } => Some(*id),
            _ => None,
        })
        .collect();
    let app = Module::new(subject, &imported);
    let mut classes = String::new();
    let mut files = Vec::new();

    let functions: Vec<&Function> = world
        .exports
        .values()
        .filter_map(|item| match item {
            WorldItem::Function(function) => Some(function),
            _ => None,
        })
        .collect();
    if !functions.is_empty() {
        app.import("import wit_world");
        let methods = functions.into_iter().map(|function| app.method(function));
        classes.push_str(&app.class(
            "WitWorld",
            "wit_world.WitWorld",
            world.docs.contents.as_deref(),
            methods,
        ));
    }
    for (key, item) in &world.exports {
        let WorldItem::Interface { id, .. } = item else { continue };
        let Some(interface) = subject.resolve.interfaces.get(*id) else { continue };
        let name = interface.name.clone().unwrap_or_else(|| export_name(subject.resolve, key));
        let free: Vec<&Function> =
            interface.functions.values().filter(|function| resource(function).is_none()).collect();
        if !free.is_empty() {
            app.import("from wit_world import exports");
            let methods = free.into_iter().map(|function| app.method(function));
            let class = pascal(&name);
            classes.push_str(&app.class(
                &class,
                &format!("exports.{class}"),
                interface.docs.contents.as_deref(),
                methods,
            ));
        }
        let module = Module::new(subject, &imported);
        let mut resources = String::new();
        for (resource_name, ty) in &interface.types {
            let Some(definition) = subject.resolve.types.get(*ty) else { continue };
            if matches!(definition.kind, TypeDefKind::Resource) {
                let methods = interface.functions.values().filter(|function| resource(function) == Some(*ty));
                let base = module.qualified(resource_name, definition).unwrap_or_default();
                resources.push_str(&module.class(
                    &pascal(resource_name),
                    &base,
                    definition.docs.contents.as_deref(),
                    methods.map(|function| module.method(function)),
                ));
            }
        }
        if !resources.is_empty() {
            let docs =
                format!("\"\"\"The resources that the plugin exports in the interface `{name}`.\"\"\"\n\n");
            files.push((format!("src/{}.py", snake(&name)), docs + &module.imports() + &resources));
        }
    }
    Stub { source: app.imports() + &classes, files }
}

/// `get-item` as `get_item`.
fn snake(name: &str) -> String {
    name.to_snake_case()
}

const RESERVED: &str = "False None True and as assert async await break class continue def del elif else except finally for from \
    global if import in is lambda nonlocal not or pass raise return try while with yield";

fn identifier(name: &str) -> String {
    let name = snake(name);
    if RESERVED.split(' ').any(|reserved| reserved == name) { name + "_" } else { name }
}

fn docstring(docs: Option<&str>, indent: &str) -> String {
    let Some(docs) = docs.map(str::trim).filter(|docs| !docs.is_empty()) else { return String::new() };
    let docs = docs.replace('\\', "\\\\").replace("\"\"\"", "'''");
    let lines: Vec<&str> = docs.lines().map(str::trim_end).collect();
    match lines.as_slice() {
        [line] if !line.ends_with('"') => format!("{indent}\"\"\"{line}\"\"\"\n"),
        lines => {
            let body: String = lines
                .iter()
                .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{indent}{line}\n") })
                .collect();
            format!("{indent}\"\"\"\n{body}{indent}\"\"\"\n")
        }
    }
}

/// A file of the plugin, with its imports.
struct Module<'a> {
    subject: Subject<'a>,
    imported: &'a HashSet<InterfaceId>,
    imports: RefCell<BTreeSet<String>>,
}

impl<'a> Module<'a> {
    fn new(subject: Subject<'a>, imported: &'a HashSet<InterfaceId>) -> Self {
        Self { subject, imported, imports: RefCell::default() }
    }

    fn import(&self, line: &str) {
        self.imports.borrow_mut().insert(line.to_owned());
    }

    fn imports(&self) -> String {
        let lines = self.imports.borrow();
        // In the order of import sorters: `import` before `from`.
        let (plain, from): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.starts_with("import"));
        plain.into_iter().chain(from).fold(String::new(), |text, line| text + line + "\n")
    }

    fn class(
        &self,
        name: &str,
        base: &str,
        docs: Option<&str>,
        methods: impl Iterator<Item = String>,
    ) -> String {
        let methods: Vec<String> = methods.collect();
        let docs = docstring(docs, "    ");
        let gap = if docs.is_empty() { "" } else { "\n" };
        format!("\n\nclass {name}({base}):\n{docs}{gap}{}", methods.join("\n"))
    }

    fn method(&self, function: &Function) -> String {
        let mut header = String::new();
        let (receiver, name, result) = match function.kind {
            FunctionKind::Constructor(_) => ("self", "__init__".to_owned(), "None".to_owned()),
            FunctionKind::Static(_) | FunctionKind::AsyncStatic(_) => {
                header.push_str("    @classmethod\n");
                ("cls", identifier(function.item_name()), self.result(function))
            }
            _ => ("self", identifier(function.item_name()), self.result(function)),
        };
        let parameters: String = parameters(function)
            .map(|parameter| format!(", {}: {}", identifier(&parameter.name), self.name(&parameter.ty)))
            .collect();
        let docs = docstring(function.docs.contents.as_deref(), "        ");
        let body = match self.returned(function) {
            _ if matches!(function.kind, FunctionKind::Constructor(_)) => "pass".to_owned(),
            Some(value) if value.is_empty() => "pass".to_owned(),
            Some(value) => format!("return {value}"),
            None => format!("raise NotImplementedError(\"`{name}` is not implemented yet\")"),
        };
        let _ = write!(header, "    def {name}({receiver}{parameters}) -> {result}:\n{docs}        {body}\n");
        header
    }

    fn result(&self, function: &Function) -> String {
        let name = |ty: Option<&Type>| ty.map_or_else(|| "None".to_owned(), |ty| self.name(ty));
        match function.result.as_ref().and_then(|ty| self.plain(ty)) {
            // Errors are raised as exceptions.
            Some((_, TypeDef { kind: TypeDefKind::Result(result), .. })) => name(result.ok.as_ref()),
            _ => name(function.result.as_ref()),
        }
    }

    /// The plainest value that a function returns: empty text where it returns nothing. `None` where only the host can make it.
    fn returned(&self, function: &Function) -> Option<String> {
        let Some(ty) = &function.result else { return Some(String::new()) };
        let value = PlainValue::of(self.subject.resolve, ty, &|_| false).ok()?;
        value.without_ok().as_ref().map_or_else(|| Some(String::new()), |value| self.value(value))
    }

    /// The definition of a type behind its aliases.
    fn plain(&self, ty: &Type) -> Option<(TypeId, &'a TypeDef)> {
        let Type::Id(id) = ty else { return None };
        let definition = self.subject.resolve.types.get(*id)?;
        match &definition.kind {
            TypeDefKind::Type(ty @ Type::Id(_)) => self.plain(ty),
            _ => Some((*id, definition)),
        }
    }

    fn is_option(&self, ty: &Type) -> bool {
        matches!(self.plain(ty), Some((_, TypeDef { kind: TypeDefKind::Option(_), .. })))
    }

    /// A type's name with its module, which is then imported.
    fn qualified(&self, name: &str, definition: &TypeDef) -> Option<String> {
        let name = pascal(name);
        match definition.owner {
            TypeOwner::Interface(id) => {
                let module = snake(self.subject.resolve.interfaces.get(id)?.name.as_deref()?);
                // A file of the plugin has the name of the interface that it exports.
                let (from, alias) = match self.imported.contains(&id) {
                    true => ("imports", module.clone()),
                    false => ("exports", format!("{module}_types")),
                };
                let renamed = if alias == module { String::new() } else { format!(" as {alias}") };
                self.import(&format!("from wit_world.{from} import {module}{renamed}"));
                Some(format!("{alias}.{name}"))
            }
            TypeOwner::World(_) => {
                self.import("import wit_world");
                Some(format!("wit_world.{name}"))
            }
            TypeOwner::None => None,
        }
    }

    /// A type as an annotation.
    fn name(&self, ty: &Type) -> String {
        let simple = |name: &str| name.to_owned();
        let definition = match ty {
            Type::Bool => return simple("bool"),
            Type::String | Type::Char => return simple("str"),
            Type::F32 | Type::F64 => return simple("float"),
            Type::ErrorContext => return simple("object"),
            Type::Id(_) => self.plain(ty),
            _ => return simple("int"),
        };
        let Some((_, definition)) = definition else { return simple("object") };
        match &definition.kind {
            TypeDefKind::Record(_)
            | TypeDefKind::Variant(_)
            | TypeDefKind::Enum(_)
            | TypeDefKind::Flags(_)
            | TypeDefKind::Resource => definition
                .name
                .as_deref()
                .and_then(|name| self.qualified(name, definition))
                .unwrap_or_else(|| simple("object")),
            TypeDefKind::Type(ty) => self.name(ty),
            TypeDefKind::List(Type::U8) => simple("bytes"),
            TypeDefKind::List(ty) | TypeDefKind::FixedLengthList(ty, _) => format!("list[{}]", self.name(ty)),
            TypeDefKind::Tuple(tuple) => {
                let types: Vec<String> = tuple.types.iter().map(|ty| self.name(ty)).collect();
                format!("tuple[{}]", types.join(", "))
            }
            TypeDefKind::Option(ty) if self.is_option(ty) => {
                self.import("from componentize_py_types import Some");
                format!("Some[{}] | None", self.name(ty))
            }
            TypeDefKind::Option(ty) => format!("{} | None", self.name(ty)),
            TypeDefKind::Result(result) => {
                self.import("from componentize_py_types import Err, Ok");
                let name = |ty: &Option<Type>| ty.as_ref().map_or_else(|| simple("None"), |ty| self.name(ty));
                format!("Ok[{}] | Err[{}]", name(&result.ok), name(&result.err))
            }
            TypeDefKind::Map(key, value) => format!("dict[{}, {}]", self.name(key), self.name(value)),
            TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => self.name(&Type::Id(*id)),
            _ => simple("object"),
        }
    }

    /// A plain value as an expression. `None` for a type without a name that can be imported.
    fn value(&self, value: &PlainValue) -> Option<String> {
        let named = |id: TypeId| {
            let definition = self.subject.resolve.types.get(id)?;
            self.qualified(definition.name.as_deref()?, definition)
        };
        let payload = |payload: &Option<Box<PlainValue>>, empty: &str| match payload {
            Some(payload) => self.value(payload),
            None => Some(empty.to_owned()),
        };
        Some(match value {
            PlainValue::Primitive(Type::Bool) => "False".to_owned(),
            PlainValue::Primitive(Type::String) => "\"\"".to_owned(),
            PlainValue::Primitive(Type::Char) => "\" \"".to_owned(),
            PlainValue::Primitive(Type::F32 | Type::F64) => "0.0".to_owned(),
            PlainValue::Primitive(_) => "0".to_owned(),
            PlainValue::EmptyBytes => "b\"\"".to_owned(),
            PlainValue::EmptyList => "[]".to_owned(),
            PlainValue::EmptyMap => "{}".to_owned(),
            PlainValue::FixedLengthList { element, length } => {
                let length = usize::try_from(*length).ok()?;
                format!("[{}]", vec![self.value(element)?; length].join(", "))
            }
            PlainValue::Record { id, fields } => {
                let field = |(name, value): &(String, PlainValue)| {
                    Some(format!("{}={}", identifier(name), self.value(value)?))
                };
                format!(
                    "{}({})",
                    named(*id)?,
                    fields.iter().map(field).collect::<Option<Vec<_>>>()?.join(", ")
                )
            }
            PlainValue::Tuple { items, .. } => {
                let items = items.iter().map(|item| self.value(item)).collect::<Option<Vec<_>>>()?;
                match items.as_slice() {
                    [only] => format!("({only},)"),
                    items => format!("({})", items.join(", ")),
                }
            }
            PlainValue::NoFlags { id } => format!("{}(0)", named(*id)?),
            PlainValue::Enum { id, case } => format!("{}.{}", named(*id)?, case.to_shouty_snake_case()),
            PlainValue::Variant { id, case, payload: value } => {
                format!("{}_{}({})", named(*id)?, pascal(case), payload(value, "")?)
            }
            PlainValue::None { .. } => "None".to_owned(),
            PlainValue::Ok { payload: value, .. } => {
                self.import("from componentize_py_types import Err, Ok");
                format!("Ok({})", payload(value, "None")?)
            }
            PlainValue::Handle { .. } => return None,
        })
    }
}
