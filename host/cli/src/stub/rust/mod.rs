//! The first lines of a plugin in Rust: implementations of the traits that wit-bindgen makes of the world's exports.

mod modules;
mod names;
mod value;

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::bail;
use wit_parser::{Docs, Function, FunctionKind, InterfaceId, TypeDefKind, TypeId, WorldItem};

use super::{Stub, Subject};
use modules::Modules;
use names::{camel, ident};

pub(super) fn stub(subject: Subject<'_>) -> anyhow::Result<Stub> {
    let source = Writer::new(subject).write()?;
    Ok(Stub { source, files: Vec::new() })
}

/// In characters.
const LONGEST_LINE: usize = 100;

/// What is being written of a world.
struct Writer<'a> {
    subject: Subject<'a>,
    modules: Modules<'a>,
    /// The structs that stand for exported resources.
    resources: BTreeMap<TypeId, String>,
    /// The host's resource that the value asked for last would have to hold.
    lent: Option<String>,
}

impl<'a> Writer<'a> {
    fn new(subject: Subject<'a>) -> Self {
        let modules = Modules::new(subject.resolve, subject.world);
        let mut writer = Self { subject, modules, resources: BTreeMap::new(), lent: None };
        for interface in writer.exported() {
            for (name, resource) in writer.resources_of(interface) {
                let mut name = camel(&name);
                while name == subject.type_name || writer.resources.values().any(|taken| *taken == name) {
                    name = format!("{}{name}", camel(&writer.modules.name(interface)));
                }
                writer.resources.insert(resource, name);
            }
        }
        writer
    }

    fn exported(&self) -> Vec<InterfaceId> {
        let world = &self.subject.resolve.worlds[self.subject.world];
        let interfaces = world.exports.values().filter_map(|item| match item {
            WorldItem::Interface { id, .. } => Some(*id),
            _ => None,
        });
        interfaces.collect()
    }

    /// The resources that an interface declares, and not those that it uses.
    fn resources_of(&self, interface: InterfaceId) -> Vec<(String, TypeId)> {
        let types = &self.subject.resolve.interfaces[interface].types;
        let declared = types
            .iter()
            .filter(|(_, id)| matches!(self.subject.resolve.types[**id].kind, TypeDefKind::Resource));
        declared.map(|(name, id)| (name.clone(), *id)).collect()
    }

    fn write(mut self) -> anyhow::Result<String> {
        let plugin = self.subject.type_name;
        let world = &self.subject.resolve.worlds[self.subject.world];
        let mut body = String::new();
        let functions: Vec<&Function> = world
            .exports
            .values()
            .filter_map(|item| match item {
                WorldItem::Function(function) => Some(function),
                _ => None,
            })
            .collect();
        if !functions.is_empty() {
            body += &self.implementation("bindings::Guest", plugin, "", &functions)?;
        }
        for interface in self.exported() {
            body += &self.interface(interface)?;
        }
        let mut source = self.modules.uses();
        if !source.is_empty() {
            source.push('\n');
        }
        write!(source, "/// The plugin.\nstruct {plugin};\n{body}")?;
        Ok(source)
    }

    fn interface(&mut self, id: InterfaceId) -> anyhow::Result<String> {
        let interface = &self.subject.resolve.interfaces[id];
        let of_kind = |wanted: Option<TypeId>| -> Vec<&Function> {
            interface.functions.values().filter(|function| function.kind.resource() == wanted).collect()
        };
        let resources = self.resources_of(id);
        let free = of_kind(None);
        if free.is_empty() && resources.is_empty() {
            return Ok(String::new());
        }
        let module = self.modules.alias(id);
        let mut types = String::new();
        for (name, resource) in &resources {
            let (name, implementation) = (camel(name), self.resource_struct(*resource));
            writeln!(types, "    type {name} = {implementation};")?;
        }
        let mut text =
            self.implementation(&format!("{module}::Guest"), self.subject.type_name, &types, &free)?;
        for (name, resource) in &resources {
            let implementation = self.resource_struct(*resource);
            let docs = &self.subject.resolve.types[*resource].docs;
            write!(text, "\n{}struct {implementation};\n", comment(docs, ""))?;
            let functions = of_kind(Some(*resource));
            text += &self.implementation(
                &format!("{module}::Guest{}", camel(name)),
                &implementation,
                "",
                &functions,
            )?;
        }
        Ok(text)
    }

    fn resource_struct(&self, resource: TypeId) -> String {
        self.resources.get(&resource).cloned().unwrap_or_default()
    }

    fn implementation(
        &mut self,
        guest: &str,
        implementation: &str,
        types: &str,
        functions: &[&Function],
    ) -> anyhow::Result<String> {
        let mut text = format!("\nimpl {guest} for {implementation} {{\n{types}");
        for (index, function) in functions.iter().enumerate() {
            if index > 0 || !types.is_empty() {
                text.push('\n');
            }
            text += &self.function(function, implementation)?;
        }
        text += "}\n";
        Ok(text)
    }

    fn function(&mut self, function: &Function, implementation: &str) -> anyhow::Result<String> {
        let asynchronous = match function.kind {
            FunctionKind::AsyncFreestanding | FunctionKind::AsyncMethod(_) | FunctionKind::AsyncStatic(_) => {
                "async "
            }
            _ => "",
        };
        let is_constructor = matches!(function.kind, FunctionKind::Constructor(_));
        let is_method = matches!(function.kind, FunctionKind::Method(_) | FunctionKind::AsyncMethod(_));
        let mut parameters = Vec::new();
        for (index, parameter) in function.params.iter().enumerate() {
            if index == 0 && is_method {
                parameters.push("&self".to_owned());
            } else {
                parameters.push(format!("{}: {}", ident(&parameter.name), self.rust_type(&parameter.ty)?));
            }
        }
        let (result, value) = match &function.result {
            None => (String::new(), None),
            Some(result) if is_constructor => match self.fallible(result) {
                None => (" -> Self".to_owned(), Some(implementation.to_owned())),
                Some(error) => {
                    let error = match error {
                        Some(error) => self.rust_type(&error)?,
                        None => "()".to_owned(),
                    };
                    (format!(" -> Result<Self, {error}>"), Some(format!("Ok({implementation})")))
                }
            },
            Some(result) => (format!(" -> {}", self.rust_type(result)?), Some(self.value(result, 2)?)),
        };
        let name = if is_constructor { "new".to_owned() } else { ident(function.item_name()) };
        let mut text = comment(&function.docs, "    ");
        let head = format!("    {asynchronous}fn {name}({}){result} {{", parameters.join(", "));
        if head.len() <= LONGEST_LINE {
            text += &head;
        } else {
            // As rustfmt has it.
            let parameters = parameters.iter().map(|one| format!("        {one},\n")).collect::<String>();
            write!(text, "    {asynchronous}fn {name}(\n{parameters}    ){result} {{")?;
        }
        text += "\n        witdock_guest::init();\n";
        match (self.lent.take(), value) {
            // Nothing but the host makes one.
            (Some(lent), _) => {
                writeln!(text, "        panic!(\"return a `{lent}` that the host has lent\")")?;
            }
            (None, Some(value)) => writeln!(text, "        {value}")?,
            (None, None) => {}
        }
        text += "    }\n";
        Ok(text)
    }

    /// The error of a constructor that may fail, within `Some`.
    fn fallible(&self, result: &wit_parser::Type) -> Option<Option<wit_parser::Type>> {
        let wit_parser::Type::Id(id) = result else { return None };
        match &self.subject.resolve.types[*id].kind {
            TypeDefKind::Result(result) => Some(result.err),
            _ => None,
        }
    }
}

/// The WIT's comment, as Rust's.
fn comment(docs: &Docs, indent: &str) -> String {
    let lines = docs.contents.iter().flat_map(|text| text.trim_end().lines());
    lines.map(|line| format!("{indent}/// {line}").trim_end().to_owned() + "\n").collect()
}

/// A type that the first lines of a plugin cannot have.
fn unknown<T>(kind: &str) -> anyhow::Result<T> {
    bail!("the world has a {kind}, and plugins with one are not begun here yet: write this plugin by hand")
}
