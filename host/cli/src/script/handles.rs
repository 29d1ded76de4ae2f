//! The handles of one run, by name.

use std::collections::HashMap;

use wasmtime::component::ResourceAny;
use wit_parser::{Resolve, TypeId};

/// The handles that a run has seen, the plugin's and the host's.
#[derive(Debug, Default)]
pub(crate) struct Handles {
    entries: Vec<Entry>,
    /// Indexes of the entries, by name.
    names: HashMap<String, usize>,
    /// The last number in an automatic name, by resource.
    numbers: HashMap<TypeId, usize>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    /// Whether the name is an automatic one, which a script may replace.
    is_automatic: bool,
    resource: TypeId,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// A resource of the plugin; `None` after it was passed on or dropped.
    Plugins(Option<ResourceAny>),
    /// A resource of the host: its representation is its index in the entries.
    Hosts,
}

/// The resource with a name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found {
    Plugins(ResourceAny),
    /// Its representation.
    Hosts(u32),
}

impl Handles {
    /// How many handles the run has seen.
    pub(crate) fn count(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn knows(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Whether the handle still has its automatic name.
    pub(crate) fn is_automatic(&self, name: &str) -> bool {
        self.find(name).is_some_and(|entry| entry.is_automatic)
    }

    /// Adds a handle of the plugin under an automatic name.
    pub(crate) fn add_plugins(&mut self, resolve: &Resolve, resource: TypeId, handle: ResourceAny) -> String {
        let name = self.fresh_name(resolve, resource);
        self.add(name, true, resource, Kind::Plugins(Some(handle)))
    }

    /// Makes a resource of the host under an automatic name.
    pub(crate) fn make_hosts(&mut self, resolve: &Resolve, resource: TypeId) -> String {
        let name = self.fresh_name(resolve, resource);
        self.add(name, true, resource, Kind::Hosts)
    }

    /// Makes a resource of the host under the name that a script uses.
    pub(crate) fn make_hosts_named(&mut self, name: &str, resource: TypeId) {
        self.add(name.to_owned(), false, resource, Kind::Hosts);
    }

    fn add(&mut self, name: String, is_automatic: bool, resource: TypeId, kind: Kind) -> String {
        self.names.insert(name.clone(), self.entries.len());
        self.entries.push(Entry { name: name.clone(), is_automatic, resource, kind });
        name
    }

    /// The name of a resource of the host.
    pub(crate) fn hosts(&self, representation: u32) -> Option<&str> {
        let entry = self.entries.get(usize::try_from(representation).ok()?)?;
        matches!(entry.kind, Kind::Hosts).then_some(entry.name.as_str())
    }

    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        let Some(index) = self.names.remove(from) else { return };
        self.names.insert(to.to_owned(), index);
        if let Some(entry) = self.entries.get_mut(index) {
            to.clone_into(&mut entry.name);
            entry.is_automatic = false;
        }
    }

    /// The resource of this name.
    ///
    /// # Errors
    ///
    /// A message for the user, when the name is unknown, belongs to another type of resource, or its handle is no longer usable.
    pub(crate) fn get(&self, resolve: &Resolve, name: &str, resource: TypeId) -> Result<Found, String> {
        let Some((index, entry)) =
            self.names.get(name).and_then(|index| Some((*index, self.entries.get(*index)?)))
        else {
            const MOST: usize = 12;
            let names: Vec<String> =
                self.entries.iter().take(MOST).map(|entry| format!("`{}`", entry.name)).collect();
            return Err(match names.len() {
                0 => format!("unknown handle `{name}`: there are no handles yet"),
                _ => format!("unknown handle `{name}`; known handles: {}", names.join(", ")),
            });
        };
        if entry.resource != resource {
            let word = |id: TypeId| resolve.types[id].name.clone().unwrap_or_default();
            return Err(format!(
                "expected a handle to a {}, but `{name}` is a {}",
                word(resource),
                word(entry.resource)
            ));
        }
        match entry.kind {
            Kind::Plugins(Some(handle)) => Ok(Found::Plugins(handle)),
            Kind::Plugins(None) => Err(format!("the handle `{name}` was passed on or dropped before")),
            Kind::Hosts => Ok(Found::Hosts(u32::try_from(index).unwrap_or(u32::MAX))),
        }
    }

    /// Takes a handle of the plugin to pass it on or to drop it; `None` for a handle of the host.
    pub(crate) fn take(&mut self, name: &str) -> Result<Option<ResourceAny>, String> {
        match self.names.get(name).and_then(|index| self.entries.get_mut(*index)) {
            Some(Entry { kind: Kind::Plugins(handle), .. }) => match handle.take() {
                Some(handle) => Ok(Some(handle)),
                None => Err(format!("the handle `{name}` was passed on or dropped before")),
            },
            Some(_) => Ok(None),
            None => Err(format!("unknown handle `{name}`")),
        }
    }

    fn find(&self, name: &str) -> Option<&Entry> {
        self.names.get(name).and_then(|index| self.entries.get(*index))
    }

    fn fresh_name(&mut self, resolve: &Resolve, resource: TypeId) -> String {
        let word = resolve.types[resource].name.as_deref().unwrap_or("handle");
        loop {
            let number = self.numbers.entry(resource).or_default();
            *number += 1;
            let name = format!("{word}-{number}");
            if !self.knows(&name) {
                return name;
            }
        }
    }
}
