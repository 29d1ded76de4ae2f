//! A world's types for the author's editor: a `.d.ts` file with a module for each interface.

use std::collections::HashSet;
use std::fmt::Write;

use wit_parser::{
    Docs, Function, FunctionKind, InterfaceId, Resolve, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem,
};

use super::ecmascript::{
    Types, camel, comment, export_name, identifier, is_reserved, module, pascal, world_module,
};

/// The text of the `.d.ts` file of a world. An exported interface's module has `Exports`, the type of what the plugin exports
/// under the interface's name; the world's module has `World`, the type of the plugin's whole module.
pub(crate) fn declarations(resolve: &Resolve, world: WorldId) -> String {
    let mut out = String::from("// Made by witdock from the WIT: the interfaces of a world, as modules.\n");
    let Some(items) = resolve.worlds.get(world) else { return out };
    let exported: HashSet<InterfaceId> = items.exports.values().filter_map(interface).collect();
    let imported: HashSet<InterfaceId> = items.imports.values().filter_map(interface).collect();
    let mut written = HashSet::new();
    for (key, item) in items.imports.iter().chain(&items.exports) {
        let Some(id) = interface(item) else { continue };
        if written.insert(id) {
            let module = Module {
                types: Types { resolve, world, owner: TypeOwner::Interface(id), prefix: String::new() },
                imported: imported.contains(&id),
                exported: exported.contains(&id).then(|| export_name(resolve, key)),
            };
            let _ = write!(out, "\n{}", module.text(&self::module(resolve, world, key), id));
        }
    }
    let _ = write!(out, "\n{}", world_text(resolve, world));
    out
}

fn interface(item: &WorldItem) -> Option<InterfaceId> {
    match item {
        WorldItem::Interface { id, .. } => Some(*id),
        _ => None,
    }
}

/// One interface.
struct Module<'a> {
    types: Types<'a>,
    imported: bool,
    /// The name that the plugin exports it under.
    exported: Option<String>,
}

impl Module<'_> {
    fn text(&self, name: &str, id: InterfaceId) -> String {
        let Some(interface) = self.types.resolve.interfaces.get(id) else { return String::new() };
        let mut out = comment(interface.docs.contents.as_deref(), &[], "");
        let _ = writeln!(out, "declare module \"{name}\" {{");
        let mut parts: Vec<String> = Vec::new();
        for (name, ty) in &interface.types {
            parts.push(self.definition(name, *ty, interface.functions.values()));
        }
        let free: Vec<&Function> =
            interface.functions.values().filter(|function| resource(function).is_none()).collect();
        if self.imported {
            parts.extend(free.iter().map(|function| declared(&self.types, function, "  ", "export ")));
        }
        if let Some(export) = &self.exported {
            let mut members: Vec<String> =
                free.iter().map(|function| member(&self.types, function, "    ")).collect();
            for (name, ty) in &interface.types {
                let is_resource = matches!(self.types.resolve.types.get(*ty), Some(ty) if matches!(ty.kind, TypeDefKind::Resource));
                if is_resource {
                    members.push(self.class_type(name, *ty, interface.functions.values()));
                }
            }
            parts.push(format!(
                "  /** What a plugin exports as `{export}`. */\n  export interface Exports {{\n{}  }}\n",
                members.concat()
            ));
        }
        let _ = writeln!(out, "{}}}", parts.concat());
        out
    }

    /// The type of an exported resource's class.
    fn class_type<'f>(
        &self,
        name: &str,
        id: TypeId,
        functions: impl Iterator<Item = &'f Function>,
    ) -> String {
        let mut members = String::new();
        for function in functions.filter(|function| resource(function) == Some(id)) {
            match function.kind {
                FunctionKind::Constructor(_) => {
                    members.push_str(&comment(function.docs.contents.as_deref(), &[], "      "));
                    let parameters = self.types.parameters(function);
                    let _ = writeln!(members, "      new ({parameters}): {};", pascal(name));
                }
                FunctionKind::Static(_) | FunctionKind::AsyncStatic(_) => {
                    members.push_str(&member(&self.types, function, "      "));
                }
                _ => {}
            }
        }
        format!("    {}: {{\n{members}    }};\n", pascal(name))
    }

    fn definition<'f>(
        &self,
        name: &str,
        id: TypeId,
        functions: impl Iterator<Item = &'f Function>,
    ) -> String {
        let Some(definition) = self.types.resolve.types.get(id) else { return String::new() };
        if !matches!(definition.kind, TypeDefKind::Resource) {
            return defined(&self.types, name, id);
        }
        let mut members = String::new();
        let mut constructor = "    private constructor();\n".to_owned();
        for function in functions.filter(|function| resource(function) == Some(id)) {
            match function.kind {
                FunctionKind::Constructor(_) => {
                    let docs = comment(function.docs.contents.as_deref(), &[], "    ");
                    constructor = format!("{docs}    constructor({});\n", self.types.parameters(function));
                }
                FunctionKind::Static(_) | FunctionKind::AsyncStatic(_) if self.imported => {
                    let text = member(&self.types, function, "    ");
                    // Behind the comment, if there is one.
                    let at = text.rfind("    ").unwrap_or(0) + 4;
                    let (before, after) = text.split_at(at);
                    let _ = write!(members, "{before}static {after}");
                }
                FunctionKind::Method(_) | FunctionKind::AsyncMethod(_) => {
                    members.push_str(&member(&self.types, function, "    "));
                }
                _ => {}
            }
        }
        let docs = comment(definition.docs.contents.as_deref(), &[], "  ");
        let name = pascal(name);
        if self.imported {
            members.push_str("    /** Gives the handle back before the collector does. */\n    [Symbol.dispose](): void;\n");
            format!("{docs}  export class {name} {{\n{constructor}{members}  }}\n")
        } else {
            format!("{docs}  export interface {name} {{\n{members}  }}\n")
        }
    }
}

/// The resource that a function belongs to.
pub(super) fn resource(function: &Function) -> Option<TypeId> {
    match function.kind {
        FunctionKind::Freestanding | FunctionKind::AsyncFreestanding => None,
        FunctionKind::Method(id)
        | FunctionKind::AsyncMethod(id)
        | FunctionKind::Static(id)
        | FunctionKind::AsyncStatic(id)
        | FunctionKind::Constructor(id) => Some(id),
    }
}

/// A named type other than a resource.
fn defined(types: &Types<'_>, name: &str, id: TypeId) -> String {
    let Some(definition) = types.resolve.types.get(id) else { return String::new() };
    let docs = comment(definition.docs.contents.as_deref(), &[], "  ");
    let name = pascal(name);
    let union = |cases: Vec<(String, &Docs)>| {
        let cases: String = cases
            .iter()
            .map(|(case, docs)| format!("{}    | {case}\n", comment(docs.contents.as_deref(), &[], "    ")))
            .collect();
        format!("{docs}  export type {name} =\n{};\n", cases.trim_end())
    };
    match &definition.kind {
        TypeDefKind::Record(record) => {
            let fields: String = record
                .fields
                .iter()
                .map(|field| {
                    let ty = types.name(&field.ty);
                    // An option may be left out.
                    let (mark, ty) = match ty.strip_suffix(" | undefined") {
                        Some(ty) => ("?", ty),
                        None => ("", ty.as_str()),
                    };
                    let docs = comment(field.docs.contents.as_deref(), &[], "    ");
                    format!("{docs}    {}{mark}: {ty};\n", camel(&field.name))
                })
                .collect();
            format!("{docs}  export interface {name} {{\n{fields}  }}\n")
        }
        TypeDefKind::Flags(flags) => {
            let fields: String = flags
                .flags
                .iter()
                .map(|flag| {
                    format!(
                        "{}    {}?: boolean;\n",
                        comment(flag.docs.contents.as_deref(), &[], "    "),
                        camel(&flag.name)
                    )
                })
                .collect();
            format!("{docs}  export interface {name} {{\n{fields}  }}\n")
        }
        TypeDefKind::Enum(cases) => {
            union(cases.cases.iter().map(|case| (format!("\"{}\"", case.name), &case.docs)).collect())
        }
        TypeDefKind::Variant(variant) => {
            let case = |case: &wit_parser::Case| match &case.ty {
                Some(ty) => format!("{{ tag: \"{}\"; val: {} }}", case.name, types.name(ty)),
                None => format!("{{ tag: \"{}\" }}", case.name),
            };
            union(variant.cases.iter().map(|each| (case(each), &each.docs)).collect())
        }
        kind => format!("{docs}  export type {name} = {};\n", types.structure(kind)),
    }
}

/// A function as a member of an interface or a class.
fn member(types: &Types<'_>, function: &Function, indent: &str) -> String {
    let (result, thrown) = types.result(function);
    let thrown: Vec<String> = thrown.map(|thrown| format!("@throws {{{thrown}}}")).into_iter().collect();
    let docs = comment(function.docs.contents.as_deref(), &thrown, indent);
    format!("{docs}{indent}{}({}): {result};\n", camel(function.item_name()), types.parameters(function))
}

/// A function that a module or the global scope has.
fn declared(types: &Types<'_>, function: &Function, indent: &str, export: &str) -> String {
    let (result, thrown) = types.result(function);
    let thrown: Vec<String> = thrown.map(|thrown| format!("@throws {{{thrown}}}")).into_iter().collect();
    let docs = comment(function.docs.contents.as_deref(), &thrown, indent);
    let (name, parameters) = (identifier(&function.name), types.parameters(function));
    let plain = camel(&function.name);
    if is_reserved(&plain) {
        format!(
            "{docs}{indent}function {name}({parameters}): {result};\n{indent}export {{ {name} as {plain} }};\n"
        )
    } else {
        format!("{docs}{indent}{export}function {name}({parameters}): {result};\n")
    }
}

/// The world's own types, and the type of a plugin's module. What a world imports without an interface is global.
fn world_text(resolve: &Resolve, id: WorldId) -> String {
    let Some(world) = resolve.worlds.get(id) else { return String::new() };
    let own = Types { resolve, world: id, owner: TypeOwner::World(id), prefix: String::new() };
    let global = Types { resolve, world: id, owner: TypeOwner::None, prefix: String::new() };
    let mut out = String::new();
    let mut types = String::new();
    for (key, item) in &world.imports {
        match item {
            WorldItem::Function(function) => out.push_str(&declared(&global, function, "", "declare ")),
            WorldItem::Type { id, .. } => {
                if let wit_parser::WorldKey::Name(name) = key {
                    types.push_str(&defined(&own, name, *id));
                }
            }
            WorldItem::Interface { .. } => {}
        }
    }
    out.push_str(&comment(world.docs.contents.as_deref(), &[], ""));
    let _ = writeln!(out, "declare module \"{}\" {{", world_module(resolve, id));
    out.push_str(&types);
    out.push_str("  /** What a plugin's module exports. */\n  export interface World {\n");
    for (key, item) in &world.exports {
        match item {
            WorldItem::Interface { .. } => {
                let _ = writeln!(
                    out,
                    "    {}: import(\"{}\").Exports;",
                    export_name(resolve, key),
                    module(resolve, id, key)
                );
            }
            WorldItem::Function(function) => out.push_str(&member(&own, function, "    ")),
            WorldItem::Type { .. } => {}
        }
    }
    out.push_str("  }\n}\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::Interface;

    /// With `WITDOCK_WRITE_TYPES` set it writes them instead.
    #[test]
    fn the_types_in_the_sdk_are_those_of_the_interface() {
        for (name, world) in [("editor", "stateful-extension-plugin"), ("etl", "stateful-transformer-plugin")]
        {
            let interface = Interface::load(name).unwrap();
            let made = declarations(&interface.resolve, interface.world(Some(world)).unwrap());
            let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(format!("../../guest-sdk/javascript/{name}/host.d.ts"));
            if std::env::var_os("WITDOCK_WRITE_TYPES").is_some() {
                std::fs::write(&file, &made).unwrap();
            }
            let committed = std::fs::read_to_string(&file).unwrap();
            assert!(
                made == committed,
                "{} is not what wit/{name} says: WITDOCK_WRITE_TYPES=1 cargo test -p witdock-cli the_types",
                file.display()
            );
        }
    }
}
