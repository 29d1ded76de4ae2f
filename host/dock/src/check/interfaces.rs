//! Imports and exports: which of the plugin's answers to which of the host's.

use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType, ComponentInstanceTypeId};

use super::compare::{Comparison, Found};
use super::difference::{DifferenceKind, Direction, Place};
use super::fit::Item;
use super::name::InterfaceName;
use super::surface::{Items, Surface};
use crate::nearest::nearest;

/// Whether an export has to be there.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Need {
    Required,
    Optional,
}

/// The plugin against one of the host's worlds.
pub(super) struct Match<'a> {
    pub(super) plugin: &'a Surface,
    pub(super) host: &'a Surface,
    pub(super) found: &'a mut Found,
}

impl Match<'_> {
    /// Compares what the host looks for with what the plugin exports.
    pub(super) fn exports(&mut self, need: Need) {
        for (name, wanted) in &self.host.exports {
            let at = place(Direction::Export, name.clone());
            match (name.find(&self.plugin.exports), *wanted) {
                (None, wanted) => self.missing_export(at, wanted, need),
                (Some((_, ComponentEntityType::Instance(own))), ComponentEntityType::Instance(wanted)) => {
                    for (function, wanted) in self.host.functions(wanted) {
                        let mut at = at.clone();
                        at.function = Some(function.to_owned());
                        match self.plugin.function(*own, function) {
                            Some(own) => Comparison::new(self.plugin, self.host, at, self.found)
                                .function(&self.plugin.types[own], &self.host.types[wanted]),
                            None => {
                                let plugin = no_such("function", function, names(self.plugin, *own));
                                let host = self.host.signature(&self.host.types[wanted]);
                                self.found.add(DifferenceKind::Missing, at, plugin, host, None);
                            }
                        }
                    }
                }
                (Some((_, ComponentEntityType::Func(own))), ComponentEntityType::Func(wanted)) => {
                    Comparison::new(self.plugin, self.host, at, self.found)
                        .function(&self.plugin.types[*own], &self.host.types[wanted]);
                }
                (Some((_, own)), wanted) => self.item(at, *own, wanted),
            }
        }
    }

    fn missing_export(&mut self, at: Place, wanted: ComponentEntityType, need: Need) {
        let other_version = other_version(&at.item, &self.plugin.exports);
        // An optional export that is not there is none; one of another version would be silently unused.
        if need == Need::Optional && other_version.is_none() {
            return;
        }
        let own = self.plugin.exports.iter().map(|(name, _)| name.path());
        let plugin = match other_version {
            Some(other) => format!("{other}, which is not compatible"),
            None => no_such("export", at.item.path(), own),
        };
        let host = self.host.describe_item(wanted);
        self.found.add(DifferenceKind::MissingExport, at, plugin, host, None);
    }

    /// Compares an import of the plugin with what the host lends under this name. Returns whether it lends anything.
    pub(super) fn import(&mut self, name: &InterfaceName, own: ComponentEntityType) -> bool {
        let Some((_, lent)) = name.find(&self.host.imports) else { return false };
        let at = place(Direction::Import, name.clone());
        match (own, *lent) {
            (ComponentEntityType::Instance(own), ComponentEntityType::Instance(lent)) => {
                self.imported_interface(&at, own, lent);
            }
            (ComponentEntityType::Func(own), ComponentEntityType::Func(lent)) => {
                Comparison::new(self.plugin, self.host, at, self.found)
                    .function(&self.plugin.types[own], &self.host.types[lent]);
            }
            (ComponentEntityType::Type { .. }, ComponentEntityType::Type { .. }) => {}
            (own, lent) => self.item(at, own, lent),
        }
        true
    }

    fn imported_interface(
        &mut self,
        at: &Place,
        own: ComponentInstanceTypeId,
        lent: ComponentInstanceTypeId,
    ) {
        let (plugin, host) = (self.plugin, self.host);
        for (name, item) in &plugin.types[own].exports {
            let counterpart = host.types[lent].exports.get(name).map(|item| item.ty);
            let mut at = at.clone();
            match (item.ty, counterpart) {
                (ComponentEntityType::Func(own), Some(ComponentEntityType::Func(lent))) => {
                    at.function = Some(name.clone());
                    Comparison::new(plugin, host, at, self.found)
                        .function(&plugin.types[own], &host.types[lent]);
                }
                (ComponentEntityType::Func(own), None) => {
                    at.function = Some(name.clone());
                    let signature = plugin.signature(&plugin.types[own]);
                    let host = no_such("function", name, names(host, lent));
                    self.found.add(DifferenceKind::Missing, at, signature, host, None);
                }
                (own, counterpart) if is_resource(own) => {
                    if !counterpart.is_some_and(is_resource) {
                        let plugin = format!("the resource `{name}`");
                        let host = "no such resource".to_owned();
                        self.found.add(DifferenceKind::Missing, at, plugin, host, None);
                    }
                }
                // Other types only name what the functions' types spell out.
                (ComponentEntityType::Type { .. }, _) => {}
                (own, counterpart) => {
                    let plugin = format!("`{name}`, {}", plugin.describe_item(own));
                    let host =
                        counterpart.map_or("nothing of this name".into(), |item| host.describe_item(item));
                    self.found.add(DifferenceKind::Item, at, plugin, host, None);
                }
            }
        }
    }

    fn item(&mut self, at: Place, own: ComponentEntityType, host: ComponentEntityType) {
        let (plugin, host) = (self.plugin.describe_item(own), self.host.describe_item(host));
        self.found.add(DifferenceKind::Item, at, plugin, host, None);
    }
}

/// Reports an import that nothing lends.
pub(super) fn unsatisfied(
    plugin: &Surface,
    name: &InterfaceName,
    own: ComponentEntityType,
    lent: &Items,
    found: &mut Found,
) {
    let host = match other_version(name, lent) {
        Some(other) => format!("{other}, which is not compatible"),
        None if name.namespace() == Some("wasi") => "WASI 0.2, and no other version".into(),
        None => no_such("import", name.path(), lent.iter().map(|(name, _)| name.path())),
    };
    let at = place(Direction::Import, name.clone());
    found.add(DifferenceKind::UnsatisfiedImport, at, plugin.describe_item(own), host, None);
}

/// Whether an import has to be linked at all: an interface of nothing but types, and a type that is no resource,
/// are only names.
pub(super) fn needs_linking(plugin: &Surface, item: ComponentEntityType) -> bool {
    match item {
        ComponentEntityType::Instance(id) => plugin.types[id]
            .exports
            .values()
            .any(|item| !matches!(item.ty, ComponentEntityType::Type { .. }) || is_resource(item.ty)),
        item @ ComponentEntityType::Type { .. } => is_resource(item),
        _ => true,
    }
}

/// The item as the fit tells it.
pub(super) fn summary(plugin: &Surface, name: &InterfaceName, item: ComponentEntityType) -> Item {
    let functions = match item {
        ComponentEntityType::Instance(id) => names(plugin, id).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let is_function = matches!(item, ComponentEntityType::Func(_));
    Item { name: name.clone(), functions, is_function }
}

fn place(direction: Direction, item: InterfaceName) -> Place {
    Place { direction, item, function: None, path: Vec::new() }
}

fn names(side: &Surface, instance: ComponentInstanceTypeId) -> impl Iterator<Item = &str> {
    side.functions(instance).map(|(name, _)| name)
}

fn is_resource(item: ComponentEntityType) -> bool {
    matches!(item, ComponentEntityType::Type { created: ComponentAnyTypeId::Resource(_), .. })
}

fn other_version<'a>(name: &InterfaceName, items: &'a Items) -> Option<&'a InterfaceName> {
    items.iter().map(|(other, _)| other).find(|other| other.path() == name.path())
}

/// That there is no such thing, and what there is instead: the name that was probably meant, or all if they are few.
fn no_such<'a>(noun: &str, name: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    // What stands before is mostly the same for all of them, and would make all of them alike.
    fn last(name: &str) -> &str {
        name.rsplit(['/', '.', ']']).next().unwrap_or(name)
    }
    let candidates: Vec<&str> = candidates.collect();
    let near = nearest(last(name), candidates.iter().map(|candidate| last(candidate)));
    match candidates.iter().find(|candidate| near.is_some_and(|near| near == last(candidate))) {
        Some(near) => format!("no such {noun}; the nearest is `{near}`"),
        None if candidates.is_empty() => format!("no such {noun}, and no other"),
        None if candidates.len() <= 5 => format!("no such {noun}; it has `{}`", candidates.join("`, `")),
        None => format!("no such {noun}"),
    }
}
