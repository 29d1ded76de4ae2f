//! The plugins with their sources, whether they have loaded or not. Who changes how a plugin stands tells the session by that.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use slotmap::SlotMap;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use witdock::Plugin;

use super::consent::Ask;
use super::interface::Extension;
use super::loaded::lock;
use super::news::{News, PluginId, Stand};
use super::report::{self, Health, Report};
use super::storage::Storage;

/// All plugins of a host.
#[derive(Clone)]
pub(super) struct Entries {
    all: Arc<Mutex<SlotMap<PluginId, Entry>>>,
    news: mpsc::UnboundedSender<News>,
}

/// A plugin with its source, whether it has loaded or not.
pub(super) struct Entry {
    pub(super) path: PathBuf,
    pub(super) name: String,
    /// Whether the person has named it, or the folder that it is in.
    pub(super) is_named: bool,
    state: State,
    /// Whether its folder is being built.
    is_building: bool,
    /// What it keeps between sessions.
    pub(super) storage: Storage,
    /// The request for consent that the person has not answered.
    pub(super) ask: Option<Ask>,
    /// The task that loads the plugin and then follows its events.
    task: Option<AbortHandle>,
    /// What the session was told last.
    told: Option<Stand>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.abort();
    }
}

/// How far a plugin has come.
pub(super) enum State {
    Loading,
    Loaded(Plugin<Extension>),
    /// It waits for the person's consent.
    Waiting,
    Failed(String),
    Disabled,
}

impl Entries {
    pub(super) fn new(news: mpsc::UnboundedSender<News>) -> Self {
        Self { all: Arc::default(), news }
    }

    pub(super) fn add(&self, path: &Path, name: String, is_named: bool) -> PluginId {
        lock(&self.all).insert(Entry {
            path: path.to_owned(),
            name,
            is_named,
            state: State::Loading,
            is_building: false,
            storage: Storage::default(),
            ask: None,
            task: None,
            told: None,
        })
    }

    /// Removes a plugin, whose task ends.
    pub(super) fn remove(&self, plugin: PluginId) -> Option<Entry> {
        lock(&self.all).remove(plugin)
    }

    /// Looks at a plugin.
    pub(super) fn get<T>(&self, plugin: PluginId, look: impl FnOnce(&Entry) -> T) -> Option<T> {
        lock(&self.all).get(plugin).map(look)
    }

    /// Changes a plugin, and tells the session if it stands otherwise than before.
    pub(super) fn change(&self, plugin: PluginId, change: impl FnOnce(&mut Entry)) {
        let mut all = lock(&self.all);
        let Some(entry) = all.get_mut(plugin) else { return };
        change(entry);
        let stand = entry.stand();
        if entry.told.as_ref() != Some(&stand) {
            entry.told = Some(stand.clone());
            // Sending fails only when the session has ended.
            let _ = self.news.send(News::Stands { plugin, stand });
        }
    }

    /// Tells the session if a plugin stands otherwise than before, by itself.
    pub(super) fn look_again(&self, plugin: PluginId) {
        self.change(plugin, |_| {});
    }

    pub(super) fn set(&self, plugin: PluginId, state: State) {
        self.change(plugin, |entry| entry.state = state);
    }

    pub(super) fn set_building(&self, plugin: PluginId, is_building: bool) {
        self.change(plugin, |entry| entry.is_building = is_building);
    }

    /// Takes the task that loads and follows a plugin, and ends the one before.
    pub(super) fn set_task(&self, plugin: PluginId, task: AbortHandle) {
        match lock(&self.all).get_mut(plugin) {
            Some(entry) => {
                entry.abort();
                entry.task = Some(task);
            }
            None => task.abort(),
        }
    }

    /// Ends the task that loads and follows a plugin.
    pub(super) fn end_task(&self, plugin: PluginId) {
        self.change(plugin, |entry| {
            entry.abort();
            entry.is_building = false;
        });
    }

    /// Ends all tasks, which hold these entries too.
    pub(super) fn end_tasks(&self) {
        lock(&self.all).values_mut().for_each(Entry::abort);
    }

    /// The first plugin that is as it should be.
    pub(super) fn find(&self, is_it: impl Fn(PluginId, &Entry) -> bool) -> Option<PluginId> {
        lock(&self.all).iter().find(|(plugin, entry)| is_it(*plugin, entry)).map(|(plugin, _)| plugin)
    }

    /// The plugins that are as they should be.
    pub(super) fn select(&self, is_it: impl Fn(&Entry) -> bool) -> Vec<PluginId> {
        lock(&self.all).iter().filter(|(_, entry)| is_it(entry)).map(|(plugin, _)| plugin).collect()
    }

    pub(super) fn is_asked(&self, plugin: PluginId) -> bool {
        self.get(plugin, |entry| entry.ask.is_some()).unwrap_or_default()
    }

    pub(super) fn loaded(&self, plugin: PluginId) -> Option<Plugin<Extension>> {
        self.get(plugin, |entry| entry.loaded().cloned())?
    }

    pub(super) fn all_loaded(&self) -> Vec<Plugin<Extension>> {
        lock(&self.all).values().filter_map(|entry| entry.loaded().cloned()).collect()
    }

    /// What the plugins are loaded from, with the manifests beside components.
    pub(super) fn sources(&self) -> Vec<PathBuf> {
        let all = lock(&self.all);
        all.values().flat_map(|entry| [entry.path.clone(), entry.path.with_extension("toml")]).collect()
    }

    pub(super) fn reports(&self) -> Vec<Report> {
        lock(&self.all).iter().map(|(plugin, entry)| entry.report(plugin)).collect()
    }
}

impl Entry {
    pub(super) fn loaded(&self) -> Option<&Plugin<Extension>> {
        match &self.state {
            State::Loaded(loaded) => Some(loaded),
            _ => None,
        }
    }

    /// Whether it runs, or may come to.
    pub(super) fn is_alive(&self) -> bool {
        !matches!(self.state, State::Disabled | State::Failed(_))
    }

    pub(super) fn has_failed(&self) -> bool {
        matches!(self.state, State::Failed(_))
    }

    /// Whether a task follows its source.
    pub(super) fn is_followed(&self) -> bool {
        self.task.as_ref().is_some_and(|task| !task.is_finished())
    }

    /// Ends the task that follows the plugin, which holds a handle to it.
    fn abort(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }

    fn health(&self) -> Health {
        match &self.state {
            State::Loaded(loaded) => report::health_of(&loaded.status().borrow(), self.ask.is_some()),
            State::Loading if self.ask.is_none() => Health::Loading,
            // A load that has asked ends without the grants.
            State::Loading | State::Waiting => Health::Waiting,
            State::Failed(_) => Health::Wrong,
            State::Disabled => Health::Off,
        }
    }

    fn stand(&self) -> Stand {
        Stand { name: self.name.clone(), health: self.health(), is_building: self.is_building }
    }

    fn report(&self, plugin: PluginId) -> Report {
        let path = witdock::text::path(&self.path);
        if let State::Loaded(loaded) = &self.state {
            return report::of_loaded(
                plugin,
                path,
                loaded,
                self.storage.bytes(),
                self.ask.is_some(),
                self.is_building,
            );
        }
        let health = self.health();
        let status = match (&self.state, health) {
            (State::Failed(why), _) => why.clone(),
            (_, Health::Loading) if self.is_building => "being built".to_owned(),
            (_, Health::Loading) => "loading".to_owned(),
            (_, Health::Waiting) => "waits for your answer".to_owned(),
            _ => "disabled".to_owned(),
        };
        Report { plugin, name: self.name.clone(), path, health, status, ..Report::default() }
    }
}
