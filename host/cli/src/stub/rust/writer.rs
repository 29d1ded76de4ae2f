//! The file that a plugin in Rust starts with.

use std::collections::BTreeMap;
use std::fmt::Write;

use wit_parser::{Docs, Function, FunctionKind, InterfaceId, TypeDefKind, TypeId, WorldItem};

use super::modules::Modules;
use super::names::{camel, ident};
use super::types::Types;
use crate::plain_value::NoPlainValue;
use crate::stub::subject::Subject;

/// The longest line, in characters.
const LONGEST_LINE: usize = 100;

/// Writes the file from the world's exports.
pub(super) struct Writer<'a> {
    subject: Subject<'a>,
    types: Types<'a>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(subject: Subject<'a>) -> Self {
        let modules = Modules::new(subject.resolve, subject.world);
        let types = Types { resolve: subject.resolve, modules, resources: BTreeMap::new() };
        let mut writer = Self { subject, types };
        for interface in writer.exported() {
            for (name, resource) in writer.resources_of(interface) {
                let mut name = camel(&name);
                while name == subject.type_name || writer.types.resources.values().any(|taken| *taken == name)
                {
                    name = format!("{}{name}", camel(&writer.types.modules.name(interface)));
                }
                writer.types.resources.insert(resource, name);
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

    /// The resources that an interface declares itself.
    fn resources_of(&self, interface: InterfaceId) -> Vec<(String, TypeId)> {
        let types = &self.subject.resolve.interfaces[interface].types;
        let declared = types
            .iter()
            .filter(|(_, id)| matches!(self.subject.resolve.types[**id].kind, TypeDefKind::Resource));
        declared.map(|(name, id)| (name.clone(), *id)).collect()
    }

    pub(super) fn write(mut self) -> anyhow::Result<String> {
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
        let mut source = self.types.modules.uses();
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
        let module = self.types.modules.alias(id);
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
        self.types.resources.get(&resource).cloned().unwrap_or_default()
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
                parameters.push(format!(
                    "{}: {}",
                    ident(&parameter.name),
                    self.types.rust_type(&parameter.ty)?
                ));
            }
        }
        let (result, value) = match &function.result {
            None => (String::new(), Ok(None)),
            Some(result) if is_constructor => match self.fallible(result) {
                None => (" -> Self".to_owned(), Ok(Some(implementation.to_owned()))),
                Some(error) => {
                    let error = match error {
                        Some(error) => self.types.rust_type(&error)?,
                        None => "()".to_owned(),
                    };
                    (format!(" -> Result<Self, {error}>"), Ok(Some(format!("Ok({implementation})"))))
                }
            },
            Some(result) => {
                let value = self.types.plain_value(result, 2)?;
                (format!(" -> {}", self.types.rust_type(result)?), value.map(Some))
            }
        };
        let name = if is_constructor { "new".to_owned() } else { ident(function.item_name()) };
        let mut text = comment(&function.docs, "    ");
        let head = format!("    {asynchronous}fn {name}({}){result} {{", parameters.join(", "));
        if head.len() <= LONGEST_LINE {
            text += &head;
        } else {
            // As rustfmt breaks it.
            let parameters = parameters.iter().map(|one| format!("        {one},\n")).collect::<String>();
            write!(text, "    {asynchronous}fn {name}(\n{parameters}    ){result} {{")?;
        }
        text += "\n        witdock_guest::init();\n";
        match value {
            Ok(Some(value)) => writeln!(text, "        {value}")?,
            Ok(None) => {}
            Err(NoPlainValue::HostHandle { resource, .. }) => {
                let resource = self.types.defined(resource)?;
                writeln!(text, "        todo!(\"return a `{resource}` that the host has provided\")")?;
            }
            Err(reason) => writeln!(text, "        todo!({:?})", reason.to_string())?,
        }
        text += "    }\n";
        Ok(text)
    }

    /// The error type of a constructor that may fail: `Some(None)` for one without a payload.
    fn fallible(&self, result: &wit_parser::Type) -> Option<Option<wit_parser::Type>> {
        let wit_parser::Type::Id(id) = result else { return None };
        match &self.subject.resolve.types[*id].kind {
            TypeDefKind::Result(result) => Some(result.err),
            _ => None,
        }
    }
}

/// The WIT's comment as a Rust comment.
fn comment(docs: &Docs, indent: &str) -> String {
    let lines = docs.contents.iter().flat_map(|text| text.trim_end().lines());
    lines.map(|line| format!("{indent}/// {line}").trim_end().to_owned() + "\n").collect()
}
