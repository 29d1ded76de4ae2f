//! The file that a plugin in Go starts with.

use std::collections::BTreeSet;
use std::fmt::Write;

use wit_parser::{Docs, Function, FunctionKind, InterfaceId, TypeDefKind, TypeId, WorldItem};

use super::names::{identifier, is_reserved, lower_camel, own, upper_camel};
use super::types::Types;
use crate::stub::subject::Subject;

/// Writes the file from the world's exports.
pub(super) struct Writer<'a> {
    subject: Subject<'a>,
    types: Types<'a>,
    /// The names that are taken at the top level of the file.
    taken: BTreeSet<String>,
    /// The assignments in `init`.
    set: String,
    body: String,
}

/// The package whose variables the functions are assigned to, and a word that makes their names unique.
struct Place {
    package: String,
    word: String,
}

impl<'a> Writer<'a> {
    pub(super) fn new(subject: Subject<'a>) -> Self {
        let types = Types::new(subject.resolve, subject.world);
        let taken = ["init", "main"].map(str::to_owned).into();
        Self { subject, types, taken, set: String::new(), body: String::new() }
    }

    pub(super) fn write(mut self) -> anyhow::Result<String> {
        let resolve = self.subject.resolve;
        let world = &resolve.worlds[self.subject.world];
        for item in world.exports.values() {
            match item {
                WorldItem::Function(function) => {
                    let place = Place { package: "export_wit_world".to_owned(), word: "world".to_owned() };
                    self.function(&place, function)?;
                }
                WorldItem::Interface { id, .. } => self.interface(*id)?,
                WorldItem::Type { .. } => {}
            }
        }
        let mut source = String::from(
            "import (\n\t// The functions that the host calls.\n\t_ \"witdock/generated/wit_exports\"\n\n",
        );
        for import in self.types.imports() {
            writeln!(source, "\t{import}")?;
        }
        write!(source, ")\n\nfunc init() {{\n{}}}\n\n", self.set)?;
        write!(
            source,
            "// The plugin has no main program: the host calls the functions set above.\nfunc main() {{}}\n{}",
            self.body
        )?;
        Ok(source.trim_end().to_owned())
    }

    fn interface(&mut self, id: InterfaceId) -> anyhow::Result<()> {
        let resolve = self.subject.resolve;
        let interface = &resolve.interfaces[id];
        let package = format!("export_{}", self.types.package(id));
        let word = interface.name.clone().unwrap_or_else(|| package.clone());
        let place = Place { package, word };
        for (name, &resource) in &interface.types {
            if matches!(resolve.types[resource].kind, TypeDefKind::Resource) {
                self.resource(name, resource)?;
            }
        }
        for function in interface.functions.values() {
            self.function(&place, function)?;
        }
        Ok(())
    }

    /// A name that is unique at the top level of the file.
    fn name(&mut self, wanted: String, place: &Place) -> String {
        let mut name = wanted;
        if is_reserved(&name) || self.taken.contains(&name) {
            name = lower_camel(&place.word) + &upper_camel(&name);
        }
        while !self.taken.insert(name.clone()) {
            name.push('2');
        }
        name
    }

    fn resource(&mut self, name: &str, resource: TypeId) -> anyhow::Result<()> {
        self.docs(&self.subject.resolve.types[resource].docs)?;
        writeln!(self.body, "type {} struct{{}}", own(name))?;
        self.taken.insert(own(name));
        Ok(())
    }

    fn function(&mut self, place: &Place, function: &Function) -> anyhow::Result<()> {
        let item = upper_camel(function.item_name());
        let resource = function.kind.resource().and_then(|id| self.subject.resolve.types[id].name.as_deref());
        let own_type = resource.map(own).unwrap_or_default();
        let (variable, head) = match &function.kind {
            FunctionKind::Method(_) | FunctionKind::AsyncMethod(_) => {
                (None, format!("func (own *{own_type}) {item}"))
            }
            FunctionKind::Constructor(_) => {
                let of = resource.map(upper_camel).unwrap_or_default();
                let name = self.name(format!("new{of}"), place);
                (Some((format!("Make{of}"), name.clone())), format!("func {name}"))
            }
            FunctionKind::Static(_) | FunctionKind::AsyncStatic(_) => {
                let of = resource.map(upper_camel).unwrap_or_default();
                let name = self.name(format!("{}{item}", lower_camel(&of)), place);
                (Some((format!("{of}{item}"), name.clone())), format!("func {name}"))
            }
            _ => {
                let name = self.name(lower_camel(function.item_name()), place);
                (Some((item, name.clone())), format!("func {name}"))
            }
        };
        if let Some((variable, name)) = variable {
            writeln!(self.set, "\t{}.{variable} = {name}", place.package)?;
            self.types.import(&place.package);
        }
        let parameters = function.params.iter().skip(usize::from(head.starts_with("func (")));
        let parameters: Vec<String> = parameters
            .map(|parameter| format!("{} {}", identifier(&parameter.name), self.types.name(&parameter.ty)))
            .collect();
        let results = function.result.map(|result| self.types.results(&result)).unwrap_or_default();
        self.docs(&function.docs)?;
        let signature = format!("{head}({}) {results}", parameters.join(", "));
        match function.result.map(|result| self.types.values(&result)) {
            Some(Ok(values)) => writeln!(self.body, "{signature} {{\n\treturn {values}\n}}")?,
            Some(Err(reason)) => {
                writeln!(self.body, "{signature} {{\n\tpanic({:?})\n}}", reason.to_string())?;
            }
            None => writeln!(self.body, "{}{{\n}}", signature.trim_end().to_owned() + " ")?,
        }
        Ok(())
    }

    fn docs(&mut self, docs: &Docs) -> std::fmt::Result {
        writeln!(self.body)?;
        for line in docs.contents.iter().flat_map(|docs| docs.trim_end().lines()) {
            writeln!(self.body, "{}", format!("// {line}").trim_end())?;
        }
        Ok(())
    }
}
