//! What the person should see of plugins without asking: which ones are being built, wait for an answer, or have failed.

use slotmap::SecondaryMap;

use super::{Plugins, ShownWork};
use crate::host::{Health, PluginId, Stand};

/// What plugins are doing or wait for. Nothing of it is worth a word when all is well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overview {
    /// The names of the plugins that are being built.
    pub building: Vec<String>,
    /// The number of plugins that are being loaded, builds aside.
    pub loading: usize,
    /// Whether a document is being formatted.
    pub is_formatting: bool,
    /// What plugins work on, the latest last, that of commands of the person at the end.
    pub work: Vec<ShownWork>,
    /// The name of the plugin whose mode is on, and that of the mode.
    pub mode: Option<(String, String)>,
    /// The number of requests for consent without an answer.
    pub asking: usize,
    /// The number of plugins that do not work, and that the person has not looked at since.
    pub failed: usize,
}

/// How each plugin stands.
#[derive(Debug, Default)]
pub(super) struct Stands {
    of: SecondaryMap<PluginId, Stand>,
    /// The plugins that do not work, until the person has looked at them.
    unread: SecondaryMap<PluginId, ()>,
}

impl Stands {
    pub(super) fn set(&mut self, plugin: PluginId, stand: Stand) {
        let was_wrong = self.of.get(plugin).is_some_and(|old| old.health == Health::Wrong);
        match stand.health {
            Health::Wrong if !was_wrong => self.fail(plugin),
            Health::Fine | Health::Waiting => drop(self.unread.remove(plugin)),
            _ => {}
        }
        self.of.insert(plugin, stand);
    }

    /// The plugin does not work, whatever its health says.
    pub(super) fn fail(&mut self, plugin: PluginId) {
        self.unread.insert(plugin, ());
    }

    pub(super) fn remove(&mut self, plugin: PluginId) {
        self.of.remove(plugin);
        self.unread.remove(plugin);
    }

    pub(super) fn name_of(&self, plugin: PluginId) -> Option<&str> {
        self.of.get(plugin).map(|stand| stand.name.as_str())
    }
}

impl Plugins {
    /// What plugins are doing or wait for.
    pub fn overview(&self) -> Overview {
        let stands = || self.stands.of.values();
        Overview {
            building: stands().filter(|stand| stand.is_building).map(|stand| stand.name.clone()).collect(),
            loading: stands().filter(|stand| stand.health == Health::Loading && !stand.is_building).count(),
            is_formatting: !self.formatting.is_empty(),
            work: self.work(),
            mode: self.mode().map(|(plugin, mode)| (plugin.to_owned(), mode.to_owned())),
            asking: self.asks.len(),
            failed: self.stands.unread.len(),
        }
    }

    /// The person has looked at the list of plugins.
    pub(crate) fn stands_read(&mut self) {
        self.stands.unread.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::plugin_id;

    #[test]
    fn a_failure_is_counted_until_it_is_read_or_over() {
        let mut plugins = Plugins::new(Vec::new());
        let stand = |health, is_building| Stand { name: "tidy".to_owned(), health, is_building };
        let plugin = plugin_id(0);
        plugins.stands.set(plugin, stand(Health::Loading, true));
        assert_eq!(plugins.overview(), Overview { building: vec!["tidy".to_owned()], ..Overview::default() });
        plugins.stands.set(plugin, stand(Health::Wrong, false));
        plugins.stands.set(plugin, stand(Health::Wrong, false));
        assert_eq!(plugins.overview().failed, 1);
        plugins.stands_read();
        plugins.stands.set(plugin, stand(Health::Wrong, false));
        assert_eq!(plugins.overview().failed, 0, "it was read");
        plugins.stands.set(plugin, stand(Health::Loading, true));
        plugins.stands.set(plugin, stand(Health::Wrong, false));
        assert_eq!(plugins.overview().failed, 1, "it has failed again");
        plugins.stands.set(plugin, stand(Health::Fine, false));
        assert_eq!(plugins.overview(), Overview::default());
    }
}
