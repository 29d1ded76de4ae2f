//! The content of a reference, independent of its format.

use std::collections::{BTreeMap, BTreeSet};

use wit_parser::{
    Docs, Function, Interface, InterfaceId, PackageId, Resolve, Stability, TypeDefKind, TypeId, World,
    WorldId, WorldItem, WorldKey,
};

use super::code::Code;
use super::syntax::Syntax;

/// The reference of one package.
#[derive(Debug)]
pub(super) struct Reference {
    /// `namespace:name@version`.
    pub(super) package: String,
    /// The package's name as a file name.
    pub(super) file_stem: String,
    pub(super) docs: String,
    pub(super) worlds: Vec<Section>,
    /// The package's own, then those of other packages that its worlds use.
    pub(super) interfaces: Vec<Section>,
}

/// A world or an interface.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) name: String,
    pub(super) anchor: String,
    pub(super) marks: Vec<String>,
    pub(super) docs: String,
    /// A world's definition; `None` for an interface.
    pub(super) code: Option<Code>,
    /// Of an interface: the worlds that import it and those that export it.
    pub(super) used_by: Vec<Code>,
    pub(super) items: Vec<Item>,
}

/// A type or a function.
#[derive(Debug)]
pub(super) struct Item {
    /// `record`, `function`, …
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) anchor: String,
    /// `since 0.1.1`, …
    pub(super) marks: Vec<String>,
    pub(super) code: Code,
    pub(super) docs: String,
    /// The fields, cases or flags that have documentation.
    pub(super) parts: Vec<(String, String)>,
    /// A resource's functions.
    pub(super) items: Vec<Item>,
}

impl Reference {
    pub(super) fn new(resolve: &Resolve, package: PackageId) -> Self {
        let anchors = anchors(resolve, package);
        let syntax = Syntax { resolve, anchors: &anchors };
        let package_ = &resolve.packages[package];
        let mut interfaces: Vec<InterfaceId> = package_.interfaces.values().copied().collect();
        let others: Vec<InterfaceId> =
            anchors.keys().copied().filter(|id| !interfaces.contains(id)).collect();
        interfaces.extend(others);
        Self {
            package: package_.name.to_string(),
            file_stem: format!("{}-{}", package_.name.namespace, package_.name.name),
            docs: text(&package_.docs),
            worlds: package_.worlds.values().map(|id| syntax.world(*id, package)).collect(),
            interfaces: interfaces.into_iter().map(|id| syntax.interface(id, package)).collect(),
        }
    }
}

/// The interfaces that belong to a package's reference, each with its anchor.
fn anchors(resolve: &Resolve, package: PackageId) -> BTreeMap<InterfaceId, String> {
    let package_ = &resolve.packages[package];
    let mut found: BTreeSet<InterfaceId> = package_.interfaces.values().copied().collect();
    for world in package_.worlds.values() {
        let World { imports, exports, .. } = &resolve.worlds[*world];
        found.extend(imports.values().chain(exports.values()).filter_map(|item| match item {
            WorldItem::Interface { id, .. } => Some(*id),
            WorldItem::Function(_) | WorldItem::Type { .. } => None,
        }));
    }
    let mut pending: Vec<InterfaceId> = found.iter().copied().collect();
    while let Some(id) = pending.pop() {
        pending.extend(resolve.interface_direct_deps(id).filter(|dependency| found.insert(*dependency)));
    }
    found
        .into_iter()
        .map(|id| (id, interface_name(resolve, id, package).replace([':', '/', '@'], "-")))
        .collect()
}

/// The interface's name as the package writes it: with its own package's name, if that is another.
fn interface_name(resolve: &Resolve, id: InterfaceId, package: PackageId) -> String {
    let interface = &resolve.interfaces[id];
    let inline = || {
        let worlds = resolve.packages[package].worlds.iter();
        let mut keys = worlds.flat_map(|(world, id)| {
            let World { imports, exports, .. } = &resolve.worlds[*id];
            imports.iter().chain(exports).map(move |(key, item)| (world, key, item))
        });
        keys.find_map(|(world, key, item)| match (key, item) {
            (WorldKey::Name(name), WorldItem::Interface { id: inner, .. }) if *inner == id => {
                Some(format!("{world}/{name}"))
            }
            _ => None,
        })
    };
    match &interface.name {
        Some(name) if interface.package == Some(package) => name.clone(),
        Some(_) => resolve.id_of(id).unwrap_or_default(),
        None => inline().unwrap_or_default(),
    }
}

impl Syntax<'_> {
    fn world(&self, id: WorldId, package: PackageId) -> Section {
        let world = &self.resolve.worlds[id];
        let mut code = Code::of(format!("world {} {{\n", world.name));
        for (keyword, items) in [("import", &world.imports), ("export", &world.exports)] {
            for (key, item) in items {
                code = code.text("  ").code(self.world_item(keyword, key, item, package)).text("\n");
            }
        }
        Section {
            name: world.name.clone(),
            anchor: format!("world-{}", world.name),
            marks: marks(&world.stability),
            docs: text(&world.docs),
            code: Some(code.text("}")),
            used_by: Vec::new(),
            items: self.world_functions(world),
        }
    }

    fn world_item(&self, keyword: &str, key: &WorldKey, item: &WorldItem, package: PackageId) -> Code {
        match item {
            WorldItem::Interface { id, .. } => {
                let name = interface_name(self.resolve, *id, package);
                let shown = if let WorldKey::Name(name) = key { name.clone() } else { name };
                let code = Code::of(format!("{keyword} "));
                match self.anchors.get(id) {
                    Some(anchor) => code.link(shown, anchor),
                    None => code.text(&shown),
                }
                .text(";")
            }
            WorldItem::Function(function) => Code::of(format!("{keyword} ")).code(self.function(function)),
            WorldItem::Type { id, .. } if self.is_used(*id) => {
                Code::of("use ").code(self.ty(&wit_parser::Type::Id(*id))).text(";")
            }
            WorldItem::Type { id, .. } => self.definition(*id),
        }
    }

    /// The functions of the world itself.
    fn world_functions(&self, world: &World) -> Vec<Item> {
        let items = world.imports.values().chain(world.exports.values());
        items
            .filter_map(|item| match item {
                WorldItem::Function(function) => {
                    Some(self.function_item(function, &format!("world-{}", world.name)))
                }
                _ => None,
            })
            .collect()
    }

    fn interface(&self, id: InterfaceId, package: PackageId) -> Section {
        let interface = &self.resolve.interfaces[id];
        let anchor = self.anchors.get(&id).cloned().unwrap_or_default();
        let types = interface.types.values().filter(|ty| !self.is_used(**ty));
        let functions = interface.functions.values().filter(|function| function.kind.resource().is_none());
        Section {
            name: interface_name(self.resolve, id, package),
            marks: marks(&interface.stability),
            docs: text(&interface.docs),
            code: None,
            used_by: self.used_by(id, package),
            items: types
                .map(|ty| self.type_item(*ty, interface, &anchor))
                .chain(functions.map(|function| self.function_item(function, &anchor)))
                .collect(),
            anchor,
        }
    }

    /// The worlds that import or export an interface.
    fn used_by(&self, id: InterfaceId, package: PackageId) -> Vec<Code> {
        let has = |items: &wit_parser::IndexMap<WorldKey, WorldItem>| {
            items.values().any(|item| matches!(item, WorldItem::Interface { id: inner, .. } if *inner == id))
        };
        let mut lines = Vec::new();
        for (words, is_import) in [("imported by plugins of ", true), ("exported by plugins of ", false)] {
            let worlds = self.resolve.packages[package].worlds.values().map(|id| &self.resolve.worlds[*id]);
            let using = worlds.filter(|world| has(if is_import { &world.imports } else { &world.exports }));
            let links: Vec<Code> = using
                .map(|world| Code::default().link(&world.name, format!("world-{}", world.name)))
                .collect();
            if !links.is_empty() {
                lines.push(Code::of(words).code(Code::joined(links, ", ")));
            }
        }
        lines
    }

    fn type_item(&self, id: TypeId, interface: &Interface, anchor: &str) -> Item {
        let definition = &self.resolve.types[id];
        let name = definition.name.clone().unwrap_or_default();
        let anchor = format!("{anchor}.{name}");
        let part = |name: &str, docs: &Docs| (!docs.is_empty()).then(|| (name.to_owned(), text(docs)));
        let parts = match &definition.kind {
            TypeDefKind::Record(record) => {
                record.fields.iter().filter_map(|field| part(&field.name, &field.docs)).collect()
            }
            TypeDefKind::Variant(variant) => {
                variant.cases.iter().filter_map(|case| part(&case.name, &case.docs)).collect()
            }
            TypeDefKind::Enum(cases) => {
                cases.cases.iter().filter_map(|case| part(&case.name, &case.docs)).collect()
            }
            TypeDefKind::Flags(flags) => {
                flags.flags.iter().filter_map(|flag| part(&flag.name, &flag.docs)).collect()
            }
            _ => Vec::new(),
        };
        let kind = match &definition.kind {
            TypeDefKind::Record(_) | TypeDefKind::Variant(_) | TypeDefKind::Enum(_) => {
                definition.kind.as_str()
            }
            TypeDefKind::Flags(_) | TypeDefKind::Resource => definition.kind.as_str(),
            _ => "type",
        };
        let methods = interface.functions.values().filter(|function| function.kind.resource() == Some(id));
        Item {
            kind,
            marks: marks(&definition.stability),
            code: self.definition(id),
            docs: text(&definition.docs),
            parts,
            items: methods.map(|function| self.function_item(function, &anchor)).collect(),
            name,
            anchor,
        }
    }

    fn function_item(&self, function: &Function, anchor: &str) -> Item {
        let name = match function.kind {
            wit_parser::FunctionKind::Constructor(_) => "constructor",
            _ => function.item_name(),
        };
        Item {
            kind: "function",
            name: name.to_owned(),
            anchor: format!("{anchor}.{name}"),
            marks: marks(&function.stability),
            code: self.function(function),
            docs: text(&function.docs),
            parts: Vec::new(),
            items: Vec::new(),
        }
    }
}

fn text(docs: &Docs) -> String {
    docs.contents.as_deref().unwrap_or_default().trim().to_owned()
}

fn marks(stability: &Stability) -> Vec<String> {
    let (first, deprecated) = match stability {
        Stability::Unknown => return Vec::new(),
        Stability::Unstable { feature, deprecated } => (format!("unstable: {feature}"), deprecated),
        Stability::Stable { since, deprecated } => (format!("since {since}"), deprecated),
    };
    let deprecated = deprecated.as_ref().map(|version| format!("deprecated since {version}"));
    [first].into_iter().chain(deprecated).collect()
}

/// The first sentence of a documentation, in one line.
pub(super) fn first_sentence(docs: &str) -> String {
    let paragraph = docs.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    match paragraph.find(". ") {
        Some(end) => paragraph.get(..=end).unwrap_or(&paragraph).to_owned(),
        None => paragraph,
    }
}
