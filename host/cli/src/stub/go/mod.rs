//! A plugin's first lines in Go: a function for each variable of the bindings that the host calls.

mod types;

use std::collections::BTreeSet;
use std::fmt::Write;

use wit_parser::{Docs, Function, FunctionKind, InterfaceId, TypeDefKind, TypeId, WorldItem};

use super::{Stub, Subject};
use types::{Types, lower_camel, upper_camel};

pub(super) fn stub(subject: Subject<'_>) -> anyhow::Result<Stub> {
    Ok(Stub { source: Writer::new(subject).write()?, files: Vec::new() })
}

struct Writer<'a> {
    subject: Subject<'a>,
    types: Types<'a>,
    /// What stands at the top of the file already.
    taken: BTreeSet<String>,
    /// The lines of `init`.
    set: String,
    body: String,
}

/// Where functions come from: the package whose variables they are, and a word that tells them from those of another.
struct Place {
    package: String,
    word: String,
}

impl<'a> Writer<'a> {
    fn new(subject: Subject<'a>) -> Self {
        let types = Types::new(subject.resolve, subject.world);
        let taken = ["init", "main"].map(str::to_owned).into();
        Self { subject, types, taken, set: String::new(), body: String::new() }
    }

    fn write(mut self) -> anyhow::Result<String> {
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
        let mut source =
            String::from("import (\n\t// What the host calls.\n\t_ \"witdock/generated/wit_exports\"\n\n");
        for import in self.types.imports() {
            writeln!(source, "\t{import}")?;
        }
        write!(source, ")\n\nfunc init() {{\n{}}}\n\n", self.set)?;
        write!(source, "// The host calls what is set above.\nfunc main() {{}}\n{}", self.body)?;
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

    /// A name that nothing else at the top of the file has.
    fn name(&mut self, wanted: String, place: &Place) -> String {
        let mut name = wanted;
        if types::is_reserved(&name) || self.taken.contains(&name) {
            name = lower_camel(&place.word) + &upper_camel(&name);
        }
        while !self.taken.insert(name.clone()) {
            name.push('2');
        }
        name
    }

    fn resource(&mut self, name: &str, resource: TypeId) -> anyhow::Result<()> {
        self.docs(&self.subject.resolve.types[resource].docs)?;
        writeln!(self.body, "type {} struct{{}}", types::own(name))?;
        self.taken.insert(types::own(name));
        Ok(())
    }

    fn function(&mut self, place: &Place, function: &Function) -> anyhow::Result<()> {
        let item = upper_camel(function.item_name());
        let resource = function.kind.resource().and_then(|id| self.subject.resolve.types[id].name.as_deref());
        let own = resource.map(types::own).unwrap_or_default();
        let (variable, head) = match &function.kind {
            FunctionKind::Method(_) | FunctionKind::AsyncMethod(_) => {
                (None, format!("func (own *{own}) {item}"))
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
            .map(|parameter| {
                let name = lower_camel(&parameter.name);
                let name = if types::is_reserved(&name) { name + "_" } else { name };
                format!("{name} {}", self.types.name(&parameter.ty))
            })
            .collect();
        let results = function.result.map(|result| self.types.results(&result)).unwrap_or_default();
        self.docs(&function.docs)?;
        let signature = format!("{head}({}) {results}", parameters.join(", "));
        match function.result.map(|result| self.types.values(&result)) {
            Some(values) => writeln!(self.body, "{signature} {{\n\treturn {values}\n}}")?,
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
