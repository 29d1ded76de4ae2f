//! The modules of the bindings, one for each interface, and the names that the plugin imports them under.

use wit_parser::{InterfaceId, Resolve, WorldId, WorldItem, WorldKey};

use super::names::ident;

/// The modules that the plugin uses.
pub(super) struct Modules<'a> {
    resolve: &'a Resolve,
    world: WorldId,
    /// The interfaces in use, each with its path below `bindings` and its name in the plugin.
    used: Vec<(InterfaceId, String, String)>,
}

impl<'a> Modules<'a> {
    pub(super) fn new(resolve: &'a Resolve, world: WorldId) -> Self {
        Self { resolve, world, used: Vec::new() }
    }

    /// The interface's name, or that in its world if it has none of its own.
    pub(super) fn name(&self, interface: InterfaceId) -> String {
        match self.key(interface) {
            Some((WorldKey::Name(name), _)) => name.clone(),
            _ => self.resolve.interfaces[interface].name.clone().unwrap_or_default(),
        }
    }

    /// The name of the interface's module, which is then imported.
    pub(super) fn alias(&mut self, interface: InterfaceId) -> String {
        if let Some((_, _, alias)) = self.used.iter().find(|(used, ..)| *used == interface) {
            return alias.clone();
        }
        let path = self.path(interface);
        let mut alias = ident(&self.name(interface));
        // Two packages may have interfaces of the same name, and `bindings` is taken.
        while alias == "bindings" || self.used.iter().any(|(.., taken)| *taken == alias) {
            alias.push_str("_other");
        }
        self.used.push((interface, path, alias.clone()));
        alias
    }

    /// The `use` declarations.
    pub(super) fn uses(&self) -> String {
        let mut lines: Vec<String> = self
            .used
            .iter()
            .map(|(_, path, alias)| match path.rsplit("::").next() {
                Some(last) if last == alias => format!("use bindings::{path};\n"),
                _ => format!("use bindings::{path} as {alias};\n"),
            })
            .collect();
        lines.sort();
        lines.concat()
    }

    /// The interface's key in the world, and whether it is an export. One that is both is used as an export.
    fn key(&self, interface: InterfaceId) -> Option<(&'a WorldKey, bool)> {
        let world = &self.resolve.worlds[self.world];
        let find = |items: &'a wit_parser::IndexMap<WorldKey, WorldItem>| {
            let mut items = items.iter();
            items.find_map(|(key, item)| match item {
                WorldItem::Interface { id, .. } if *id == interface => Some(key),
                _ => None,
            })
        };
        find(&world.exports).map(|key| (key, true)).or_else(|| find(&world.imports).map(|key| (key, false)))
    }

    fn path(&self, interface: InterfaceId) -> String {
        let (key, is_export) = match self.key(interface) {
            Some((key, is_export)) => (Some(key), is_export),
            None => (None, false),
        };
        let mut path = Vec::new();
        if is_export {
            path.push("exports".to_owned());
        }
        if !matches!(key, Some(WorldKey::Name(_)))
            && let Some(package) = self.resolve.interfaces[interface].package
        {
            let name = &self.resolve.packages[package].name;
            let versions =
                self.resolve.packages.iter().filter(|(_, other)| {
                    other.name.namespace == name.namespace && other.name.name == name.name
                });
            let mut module = ident(&name.name);
            // As wit-bindgen names several versions of a package.
            if versions.count() > 1
                && let Some(version) = &name.version
            {
                module += &version.to_string().replace(['.', '-', '+'], "_");
            }
            path.extend([ident(&name.namespace), module]);
        }
        path.push(ident(&self.name(interface)));
        path.join("::")
    }
}
