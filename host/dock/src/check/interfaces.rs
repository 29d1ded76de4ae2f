//! Matches the plugin's imports and exports with the host's.

use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType, ComponentInstanceTypeId};

use super::compare::{Comparison, Found};
use super::difference::{DifferenceKind, Direction, Place};
use super::fit::Item;
use super::name::InterfaceName;
use super::surface::{Items, Surface};
use crate::text::nearest::nearest;

/// Whether an export is required.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Need {
    Required,
    Optional,
}

/// A comparison of the plugin with one of the host's worlds.
pub(super) struct Match<'a> {
    pub(super) plugin: &'a Surface,
    pub(super) host: &'a Surface,
    pub(super) found: &'a mut Found,
}

impl Match<'_> {
    /// Compares the host's expected exports with the plugin's.
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
        // A missing optional export is fine. One of an incompatible version would be silently unused.
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

    /// Compares an import of the plugin with what the host provides under this name. Returns whether the host provides
    /// anything.
    pub(super) fn import(&mut self, name: &InterfaceName, own: ComponentEntityType) -> bool {
        let Some((_, provided)) = name.find(&self.host.imports) else { return false };
        let at = place(Direction::Import, name.clone());
        match (own, *provided) {
            (ComponentEntityType::Instance(own), ComponentEntityType::Instance(provided)) => {
                self.imported_interface(&at, own, provided);
            }
            (ComponentEntityType::Func(own), ComponentEntityType::Func(provided)) => {
                Comparison::new(self.plugin, self.host, at, self.found)
                    .function(&self.plugin.types[own], &self.host.types[provided]);
            }
            (ComponentEntityType::Type { .. }, ComponentEntityType::Type { .. }) => {}
            (own, provided) => self.item(at, own, provided),
        }
        true
    }

    fn imported_interface(
        &mut self,
        at: &Place,
        own: ComponentInstanceTypeId,
        provided: ComponentInstanceTypeId,
    ) {
        let (plugin, host) = (self.plugin, self.host);
        for (name, item) in &plugin.types[own].exports {
            let counterpart = host.types[provided].exports.get(name).map(|item| item.ty);
            let mut at = at.clone();
            match (item.ty, counterpart) {
                (ComponentEntityType::Func(own), Some(ComponentEntityType::Func(provided))) => {
                    at.function = Some(name.clone());
                    Comparison::new(plugin, host, at, self.found)
                        .function(&plugin.types[own], &host.types[provided]);
                }
                (ComponentEntityType::Func(own), None) => {
                    at.function = Some(name.clone());
                    let signature = plugin.signature(&plugin.types[own]);
                    let host = no_such("function", name, names(host, provided));
                    self.found.add(DifferenceKind::Missing, at, signature, host, None);
                }
                (own, counterpart) if is_resource(own) => {
                    if !counterpart.is_some_and(is_resource) {
                        let plugin = format!("the resource `{name}`");
                        let host = "no such resource".to_owned();
                        self.found.add(DifferenceKind::Missing, at, plugin, host, None);
                    }
                }
                // Other types are compared where the functions use them.
                (ComponentEntityType::Type { .. }, _) => {}
                (own, counterpart) => {
                    let plugin = format!("`{name}`, {}", plugin.describe_item(own));
                    let host =
                        counterpart.map_or("no item of this name".into(), |item| host.describe_item(item));
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

/// Reports an import that the host does not provide.
pub(super) fn unsatisfied(
    plugin: &Surface,
    name: &InterfaceName,
    own: ComponentEntityType,
    provided: &Items,
    found: &mut Found,
) {
    let host = match other_version(name, provided) {
        Some(other) => format!("{other}, which is not compatible"),
        None if name.namespace() == Some("wasi") => "only WASI 0.2".into(),
        None => no_such("import", name.path(), provided.iter().map(|(name, _)| name.path())),
    };
    let at = place(Direction::Import, name.clone());
    found.add(DifferenceKind::UnsatisfiedImport, at, plugin.describe_item(own), host, None);
}

/// Whether an import has to be linked. Interfaces with types only, and types other than resources, do not.
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

/// An item's entry in the fit.
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

/// Reports a missing item, and what there is instead: the nearest name, or all names if they are few.
fn no_such<'a>(noun: &str, name: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    // The part before is mostly the same for all candidates, and would make all of them alike.
    fn last(name: &str) -> &str {
        name.rsplit(['/', '.', ']']).next().unwrap_or(name)
    }
    let candidates: Vec<&str> = candidates.collect();
    let near = nearest(last(name), candidates.iter().map(|candidate| last(candidate)));
    match candidates.iter().find(|candidate| near.is_some_and(|near| near == last(candidate))) {
        Some(near) => format!("no such {noun}; the nearest is `{near}`"),
        None if candidates.is_empty() => format!("no such {noun}; there are none"),
        None if candidates.len() <= 5 => format!("no such {noun}; it has `{}`", candidates.join("`, `")),
        None => format!("no such {noun}"),
    }
}
