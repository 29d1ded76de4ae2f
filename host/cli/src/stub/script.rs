//! Stubs in TypeScript and JavaScript, which differ only in how they write types.

use std::fmt::Write;

use wit_parser::{
    Function, FunctionKind, InterfaceId, Resolve, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem,
};

use super::declarations::declarations;
use super::ecmascript::{
    Types, camel, comment, export_name, identifier, is_reserved, module, pascal, world_module,
};
use super::function::{parameters, resource};
use super::subject::{Stub, Subject};

/// The project's file with the world's types.
const TYPES_FILE: &str = "types/world.d.ts";
/// The project's file with the plugin's tests, without its extension.
const TEST_FILE: &str = "tests/plugin.test";

/// Whether types are in comments or after colons.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    JavaScript,
    TypeScript,
}

impl Syntax {
    fn extension(self) -> &'static str {
        match self {
            Self::JavaScript => "js",
            Self::TypeScript => "ts",
        }
    }
}

pub(super) fn stub(subject: Subject<'_>, syntax: Syntax) -> Stub {
    let Subject { resolve, world, .. } = subject;
    Stub {
        source: source(resolve, world, syntax),
        files: vec![
            (TYPES_FILE.to_owned(), declarations(resolve, world)),
            (format!("{TEST_FILE}.{}", syntax.extension()), test(resolve, world, syntax)),
        ],
    }
}

/// A test that each function exists, with a host that provides everything and returns plain values.
fn test(resolve: &Resolve, id: WorldId, syntax: Syntax) -> String {
    let Some(world) = resolve.worlds.get(id) else { return String::new() };
    let types = |owner| Types { resolve, world: id, owner, prefix: String::new() };
    let mut provided = String::new();
    let mut globals = String::new();
    for (key, item) in &world.imports {
        match item {
            WorldItem::Interface { id: interface, .. } => {
                let Some(definition) = resolve.interfaces.get(*interface) else { continue };
                let types = types(TypeOwner::Interface(*interface));
                let functions = definition.functions.values().filter(|function| resource(function).is_none());
                let mut members: Vec<String> =
                    functions.map(|function| provided_function(&types, function)).collect();
                for (name, ty) in &definition.types {
                    let kind = resolve.types.get(*ty).map(|definition| &definition.kind);
                    if matches!(kind, Some(TypeDefKind::Resource)) {
                        members.push(format!("{0}: class {0} {{}}", pascal(name)));
                    }
                }
                if !members.is_empty() {
                    let module = module(resolve, id, key);
                    let name = module.split('@').next().unwrap_or(&module);
                    let _ = writeln!(provided, "  \"{name}\": {{\n    {},\n  }},", members.join(",\n    "));
                }
            }
            WorldItem::Function(function) => {
                let _ = writeln!(
                    globals,
                    "Object.assign(globalThis, {{ {} }});",
                    provided_function(&types(TypeOwner::None), function)
                );
            }
            WorldItem::Type { .. } => {}
        }
    }
    let mut asserts = String::new();
    for (key, item) in &world.exports {
        match item {
            WorldItem::Interface { id, .. } => {
                let Some(interface) = resolve.interfaces.get(*id) else { continue };
                let scope = export_name(resolve, key);
                for function in interface.functions.values() {
                    let name = match function.kind {
                        FunctionKind::Freestanding | FunctionKind::AsyncFreestanding => camel(&function.name),
                        FunctionKind::Constructor(id) => {
                            let name = resolve.types.get(id).and_then(|resource| resource.name.as_deref());
                            pascal(name.unwrap_or_default())
                        }
                        _ => continue,
                    };
                    let _ = writeln!(asserts, "  assert.equal(typeof plugin.{scope}.{name}, \"function\");");
                }
            }
            WorldItem::Function(function) => {
                let _ = writeln!(
                    asserts,
                    "  assert.equal(typeof plugin.{}, \"function\");",
                    camel(&function.name)
                );
            }
            WorldItem::Type { .. } => {}
        }
    }
    let extension = syntax.extension();
    format!(
        "import assert from \"node:assert/strict\";\nimport {{ test }} from \"node:test\";\n\n\
         import {{ host }} from \"../sdk/common/testing.js\";\n\n\
         // The host's functions, for the plugin that is imported below.\nhost({{\n{provided}}});\n{globals}\
         const plugin = await import(\"../src/plugin.{extension}\");\n\n\
         test(\"every function that the host calls exists\", () => {{\n{asserts}}});\n"
    )
}

/// A function of the test's host.
fn provided_function(types: &Types<'_>, function: &Function) -> String {
    let name = camel(&function.name);
    match types.returned(function) {
        Some(value) if value.is_empty() => format!("{name}() {{}}"),
        // Without parentheses, an object would be a block.
        Some(value) if value.starts_with('{') => format!("{name}: () => ({value})"),
        Some(value) => format!("{name}: () => {value}"),
        None => {
            format!(
                "{name}() {{\n      throw new Error(\"`{}` is not provided by this test\");\n    }}",
                function.name
            )
        }
    }
}

fn source(resolve: &Resolve, id: WorldId, syntax: Syntax) -> String {
    let Some(world) = resolve.worlds.get(id) else { return String::new() };
    let mut imports = String::new();
    let mut out = String::new();
    for (key, item) in &world.exports {
        match item {
            WorldItem::Interface { id: interface, .. } => {
                let (name, module) = (export_name(resolve, key), module(resolve, id, key));
                let alias = pascal(&name_of(resolve, *interface, &name));
                let writer = Writer {
                    types: Types {
                        resolve,
                        world: id,
                        owner: TypeOwner::Interface(*interface),
                        prefix: format!("{alias}."),
                    },
                    syntax,
                };
                let _ = writeln!(imports, "import type * as {alias} from \"{module}\";");
                let _ = write!(out, "\n{}", writer.interface(*interface, &name, &module));
            }
            WorldItem::Function(function) => {
                let alias = "World".to_owned();
                let writer = Writer {
                    types: Types {
                        resolve,
                        world: id,
                        owner: TypeOwner::World(id),
                        prefix: format!("{alias}."),
                    },
                    syntax,
                };
                let import = format!("import type * as {alias} from \"{}\";\n", world_module(resolve, id));
                if !imports.contains(&import) {
                    imports.push_str(&import);
                }
                let _ = write!(out, "\n{}", writer.root_function(function, &world_module(resolve, id)));
            }
            WorldItem::Type { .. } => {}
        }
    }
    match syntax {
        Syntax::TypeScript => imports + &out,
        Syntax::JavaScript => out.trim_start().to_owned(),
    }
}

fn name_of(resolve: &Resolve, id: InterfaceId, or: &str) -> String {
    resolve.interfaces.get(id).and_then(|interface| interface.name.clone()).unwrap_or_else(|| or.to_owned())
}

struct Writer<'a> {
    types: Types<'a>,
    syntax: Syntax,
}

impl Writer<'_> {
    /// The object that the plugin exports for an interface.
    fn interface(&self, id: InterfaceId, name: &str, module: &str) -> String {
        let Some(interface) = self.types.resolve.interfaces.get(id) else { return String::new() };
        let mut members: Vec<String> = Vec::new();
        for function in interface.functions.values().filter(|function| resource(function).is_none()) {
            members.push(self.function(function, "  ", ","));
        }
        for (name, ty) in &interface.types {
            let Some(definition) = self.types.resolve.types.get(*ty) else { continue };
            if matches!(definition.kind, TypeDefKind::Resource) {
                let docs = comment(definition.docs.contents.as_deref(), &[], "  ");
                let class = self.class(name, *ty, interface.functions.values());
                members.push(format!("{docs}  {}: {class},\n", pascal(name)));
            }
        }
        let docs = interface.docs.contents.as_deref();
        let (docs, ty) = match self.syntax {
            Syntax::JavaScript => {
                (comment(docs, &[format!("@type {{import(\"{module}\").Exports}}")], ""), String::new())
            }
            Syntax::TypeScript => (comment(docs, &[], ""), format!(": {}Exports", self.types.prefix)),
        };
        exported(&docs, "const ", name, &format!("{ty} = {{\n{}}};\n", members.join("\n")))
    }

    fn root_function(&self, function: &Function, module: &str) -> String {
        let name = camel(&function.name);
        let docs = function.docs.contents.as_deref();
        let body = self.body(function, "  ");
        match self.syntax {
            Syntax::JavaScript => {
                let ty = format!("@type {{import(\"{module}\").World[\"{name}\"]}}");
                let docs = comment(docs, &[ty], "");
                exported(&docs, "const ", &name, &format!(" = ({}) => {{\n{body}}};\n", names(function)))
            }
            Syntax::TypeScript => {
                let (result, _) = self.types.result(function);
                let parameters = self.types.parameters(function);
                let docs = comment(docs, &[], "");
                exported(&docs, "function ", &name, &format!("({parameters}): {result} {{\n{body}}}\n"))
            }
        }
    }

    fn class<'f>(&self, name: &str, id: TypeId, functions: impl Iterator<Item = &'f Function>) -> String {
        let members: Vec<String> = functions
            .filter(|function| resource(function) == Some(id))
            .map(|function| self.method(function))
            .collect();
        format!("class {} {{\n{}  }}", pascal(name), members.join("\n"))
    }

    fn method(&self, function: &Function) -> String {
        let (parameters, result) = match self.syntax {
            Syntax::JavaScript => (names(function), String::new()),
            Syntax::TypeScript => {
                (self.types.parameters(function), format!(": {}", self.types.result(function).0))
            }
        };
        let docs = comment(function.docs.contents.as_deref(), &self.tags(function), "    ");
        let name = camel(function.item_name());
        let body = self.body(function, "      ");
        match function.kind {
            FunctionKind::Constructor(_) => format!("{docs}    constructor({parameters}) {{}}\n"),
            FunctionKind::Static(_) | FunctionKind::AsyncStatic(_) => {
                format!("{docs}    static {name}({parameters}){result} {{\n{body}    }}\n")
            }
            _ => format!("{docs}    {name}({parameters}){result} {{\n{body}    }}\n"),
        }
    }

    /// JSDoc tags with the types of a method. Editors do not infer them for classes, so JavaScript needs them.
    fn tags(&self, function: &Function) -> Vec<String> {
        if self.syntax == Syntax::TypeScript {
            return Vec::new();
        }
        // JavaScript has no import that declares `Filter.Letter`.
        let types = Types { prefix: String::new(), owner: TypeOwner::None, ..self.types_of() };
        let mut tags: Vec<String> = parameters(function)
            .map(|parameter| {
                format!("@param {{{}}} {}", types.name(&parameter.ty), identifier(&parameter.name))
            })
            .collect();
        let (result, _) = types.result(function);
        if !matches!(function.kind, FunctionKind::Constructor(_)) && result != "void" {
            tags.push(format!("@returns {{{result}}}"));
        }
        tags
    }

    fn types_of(&self) -> Types<'_> {
        let Types { resolve, world, owner, prefix } = &self.types;
        Types { resolve, world: *world, owner: *owner, prefix: prefix.clone() }
    }

    /// A function of an object whose own type declares the function's.
    fn function(&self, function: &Function, indent: &str, end: &str) -> String {
        let docs = comment(function.docs.contents.as_deref(), &[], indent);
        let name = camel(&function.name);
        format!(
            "{docs}{indent}{name}({}) {{\n{}{indent}}}{end}\n",
            names(function),
            self.body(function, &format!("{indent}  "))
        )
    }

    fn body(&self, function: &Function, indent: &str) -> String {
        match self.types.returned(function) {
            Some(value) if value.is_empty() => String::new(),
            Some(value) => format!("{indent}return {value};\n"),
            None => {
                format!("{indent}throw new Error(\"`{}` is not implemented yet\");\n", function.item_name())
            }
        }
    }
}

/// An exported declaration. One with a reserved name is declared under another name and exported under its own.
fn exported(docs: &str, kind: &str, name: &str, rest: &str) -> String {
    if is_reserved(name) {
        format!("{docs}{kind}{name}_{rest}export {{ {name}_ as {name} }};\n")
    } else {
        format!("{docs}export {kind}{name}{rest}")
    }
}

fn names(function: &Function) -> String {
    parameters(function).map(|parameter| identifier(&parameter.name)).collect::<Vec<_>>().join(", ")
}
