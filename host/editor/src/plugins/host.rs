//! The plugins that are loaded: watched, reloaded, stopped.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use witdock::{CallErrorKind, Dock, DockError, Limits, LoadError, Plugin, PluginBuilder, Source};

use super::bindings::Extension;
use super::call::{CallState, Settings};
use super::consent::{Ask, Consent};
use super::follow::follow;
use super::news::{Failure, News, PluginId};
use super::report::{self, Health, Report};
use super::runner::{Call, run};
use super::snapshot::Snapshot;
use crate::app::{Message, PluginAction};

/// How long a call may take. It runs beside the editor, so that the limit is for the plugin's own sake.
const CALL_DEADLINE: Duration = Duration::from_secs(2);

/// The plugins that are loaded.
pub struct Host {
    dock: Dock,
    consent: Arc<Consent>,
    /// The folder that is worked in.
    workspace: PathBuf,
    entries: Arc<Mutex<Vec<Entry>>>,
    news: mpsc::UnboundedSender<News>,
    /// By the plugins' names.
    settings: Mutex<HashMap<String, Settings>>,
}

/// A plugin of a folder.
struct Entry {
    path: PathBuf,
    name: String,
    state: State,
    /// What a person is asked about it.
    ask: Option<Ask>,
    /// Loads it, and follows what happens to it then.
    task: Option<AbortHandle>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.let_go();
    }
}

enum State {
    Loading,
    Loaded(Plugin<Extension>),
    /// It waits for an answer.
    Waiting,
    Failed(String),
    Disabled,
}

impl Host {
    /// No plugins yet. What comes of them is sent to `news`.
    ///
    /// # Errors
    ///
    /// When wasm cannot be compiled for this machine.
    pub fn new(news: mpsc::UnboundedSender<News>, consent: Consent) -> Result<Self, DockError> {
        Ok(Self {
            dock: Dock::new()?,
            consent: Arc::new(consent),
            workspace: std::env::current_dir().unwrap_or_default(),
            entries: Arc::default(),
            news,
            settings: Mutex::default(),
        })
    }

    /// Sets what the configuration says about all plugins. One that it says nothing about has no settings.
    pub fn configure_all(&self, settings: &crate::config::Settings) {
        let written: HashMap<&str, String> = settings.of_plugins().collect();
        let known: Vec<String> = lock(&self.settings).keys().cloned().collect();
        for name in known.iter().filter(|name| !written.contains_key(name.as_str())) {
            self.configure(name, "{}");
        }
        for (name, json) in written {
            self.configure(name, &json);
        }
    }

    /// Sets what the configuration says about a plugin: JSON text, an object. One that is loaded hears of it, or starts anew.
    pub fn configure(&self, name: &str, json: &str) {
        if !self.settings_of(name).set(json) {
            return;
        }
        let is_loaded = |entry: &Entry| entry.name == name && matches!(entry.state, State::Loaded(_));
        if let Some(plugin) = lock(&self.entries).iter().position(is_loaded) {
            self.tell(News::Configured { plugin, settings: json.to_owned() });
        }
    }

    fn settings_of(&self, name: &str) -> Settings {
        lock(&self.settings).entry(name.to_owned()).or_default().clone()
    }

    /// Loads what is in a folder, beside the editor: plugin folders and component files, in the order of their names.
    pub fn load_all(&self, folder: &Path) {
        let paths = match std::fs::read_dir(folder) {
            Ok(entries) => {
                let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
                paths.sort();
                paths
            }
            Err(error) => {
                let message = format!("the plugin folder {} cannot be read: {error}", folder.display());
                return self.tell(News::Said(Message::error(message)));
            }
        };
        for path in paths {
            let is_folder = path.join(witdock::source::MANIFEST_FILE).is_file();
            if is_folder || path.extension().is_some_and(|extension| extension == "wasm") {
                self.load(&path);
            }
        }
    }

    /// Loads one plugin, beside the editor.
    pub fn load(&self, path: &Path) {
        let plugin = {
            let mut entries = lock(&self.entries);
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            entries.push(Entry { path: path.to_owned(), name, state: State::Loading, ask: None, task: None });
            entries.len() - 1
        };
        if self.consent.answers(path).disabled {
            self.set(plugin, State::Disabled);
        } else {
            self.start(plugin, path);
        }
    }

    fn start(&self, plugin: PluginId, path: &Path) {
        let source = match Source::open(path) {
            Ok(source) => source,
            Err(error) => {
                self.set(plugin, State::Failed(error.to_string()));
                return self.tell(News::Said(Message::error(error.to_string())));
            }
        };
        let name = source.name().to_owned();
        let twin = lock(&self.entries).iter().enumerate().any(|(other, entry)| {
            other != plugin
                && entry.name == name
                && !matches!(entry.state, State::Disabled | State::Failed(_))
        });
        if let Some(entry) = lock(&self.entries).get_mut(plugin) {
            entry.name.clone_from(&name);
        }
        if twin {
            let why = format!("{}: there is a plugin named {name} already", path.display());
            self.set(plugin, State::Failed(why.clone()));
            return self.tell(News::Said(Message::error(why)));
        }
        self.set(plugin, State::Loading);
        let settings = self.settings_of(&name);
        let limits = Limits { call_deadline: CALL_DEADLINE, ..Limits::default() };
        let builder = self.dock.plugin::<Extension>(source).limits(limits);
        let builder = self.asking(builder, plugin, path);
        let events = builder.events();
        let (entries, news) = (Arc::clone(&self.entries), self.news.clone());
        let task = tokio::spawn(async move {
            let loaded = match builder.load(move || CallState::new(settings.clone())).await {
                Ok(loaded) => loaded,
                Err(error) => return not_loaded(&entries, plugin, &error, &news),
            };
            if let Err(error) = loaded.watch() {
                let _ = news.send(News::Said(Message::warning(error.to_string())));
            }
            set(&entries, plugin, State::Loaded(loaded.clone()));
            let is_asked = || lock(&entries).get(plugin).is_some_and(|entry| entry.ask.is_some());
            follow(plugin, &loaded, events, is_asked, &news).await;
        });
        if let Some(entry) = lock(&self.entries).get_mut(plugin) {
            entry.let_go();
            entry.task = Some(task.abort_handle());
        }
    }

    /// Has a person asked for what a candidate wants that nobody has answered yet.
    fn asking(
        &self,
        builder: PluginBuilder<Extension>,
        plugin: PluginId,
        path: &Path,
    ) -> PluginBuilder<Extension> {
        let (consent, entries, news) =
            (Arc::clone(&self.consent), Arc::clone(&self.entries), self.news.clone());
        let (path, workspace) = (path.to_owned(), self.workspace.clone());
        builder.policy_for(move |requested| {
            let (policy, open) = consent.policy(&path, requested, &workspace);
            let ask = (!open.is_empty()).then(|| Ask {
                plugin,
                name: requested.plugin.to_string(),
                capabilities: open,
                is_update: !consent.answers(&path).allowed.is_empty(),
            });
            if let Some(entry) = lock(&entries).get_mut(plugin) {
                entry.ask.clone_from(&ask);
            }
            if let Some(ask) = ask {
                // The receiver is gone only if the editor has ended.
                let _ = news.send(News::Asks(ask));
            }
            policy
        })
    }

    /// Calls a plugin, beside the editor. [`News::Ended`] tells what came of it.
    pub fn call(&self, plugin: PluginId, call: Call, snapshot: Snapshot) {
        let called = self.loaded(plugin);
        let news = self.news.clone();
        tokio::spawn(async move {
            let result = match called {
                Some(called) => run(&called, call, snapshot)
                    .await
                    .map(|(answered, outcome)| (answered, Box::new(outcome)))
                    .map_err(|error| match error.kind() {
                        CallErrorKind::BackingOff { retry_after } => Failure::Resting(*retry_after),
                        CallErrorKind::Failed { .. } | CallErrorKind::Start { .. } => {
                            Failure::Failed(error.to_string())
                        }
                        _ => Failure::Refused,
                    }),
                None => Err(Failure::Refused),
            };
            // The receiver is gone only if the editor has ended.
            let _ = news.send(News::Ended { plugin, result });
        });
    }

    /// How the plugins stand.
    pub fn reports(&self) -> Vec<Report> {
        lock(&self.entries).iter().enumerate().map(|(id, entry)| entry.report(id)).collect()
    }

    /// Does what a person wants done with a plugin.
    pub fn manage(&self, plugin: PluginId, action: PluginAction) {
        let Some(path) = lock(&self.entries).get(plugin).map(|entry| entry.path.clone()) else { return };
        match (action, self.loaded(plugin)) {
            (PluginAction::Stop, Some(loaded)) => loaded.stop(),
            (PluginAction::Revive, Some(loaded)) => loaded.revive(),
            // How it ended comes by the plugin's events.
            (PluginAction::Restart, Some(loaded)) => {
                drop(tokio::spawn(async move { loaded.restart().await }))
            }
            (PluginAction::Reload, Some(loaded)) => drop(tokio::spawn(async move { loaded.reload().await })),
            (PluginAction::Reload | PluginAction::Revive, None) => self.start(plugin, &path),
            (PluginAction::Stop | PluginAction::Restart, None) => {}
            (PluginAction::Allow, loaded) => {
                let ask = lock(&self.entries).get_mut(plugin).and_then(|entry| entry.ask.take());
                let allowed = ask.map(|ask| ask.capabilities).unwrap_or_default();
                self.remember(&path, |answers| answers.allowed.extend(allowed));
                match loaded {
                    Some(loaded) => drop(tokio::spawn(async move { loaded.reload().await })),
                    None => self.start(plugin, &path),
                }
            }
            (PluginAction::Disable, loaded) => {
                self.remember(&path, |answers| answers.disabled = true);
                if let Some(loaded) = loaded {
                    loaded.stop();
                }
                self.let_go(plugin);
                self.set(plugin, State::Disabled);
                self.tell(News::Gone(plugin));
            }
            (PluginAction::Enable, _) => {
                self.remember(&path, |answers| answers.disabled = false);
                self.start(plugin, &path);
            }
            (PluginAction::Revoke, loaded) => {
                self.remember(&path, |answers| answers.allowed.clear());
                if let Some(loaded) = loaded {
                    loaded.stop();
                }
                self.tell(News::Gone(plugin));
                self.start(plugin, &path);
            }
        }
    }

    fn let_go(&self, plugin: PluginId) {
        if let Some(entry) = lock(&self.entries).get_mut(plugin) {
            entry.let_go();
        }
    }

    fn remember(&self, path: &Path, change: impl FnOnce(&mut super::consent::Answers)) {
        if let Err(error) = self.consent.answer(path, change) {
            let message = format!("the answer counts, and is not remembered: {error}");
            self.tell(News::Said(Message::warning(message)));
        }
    }

    fn loaded(&self, plugin: PluginId) -> Option<Plugin<Extension>> {
        match lock(&self.entries).get(plugin).map(|entry| &entry.state) {
            Some(State::Loaded(loaded)) => Some(loaded.clone()),
            _ => None,
        }
    }

    fn set(&self, plugin: PluginId, state: State) {
        set(&self.entries, plugin, state);
    }

    fn tell(&self, news: News) {
        // The receiver is gone only if the editor has ended.
        let _ = self.news.send(news);
    }
}

fn not_loaded(
    entries: &Mutex<Vec<Entry>>,
    plugin: PluginId,
    error: &LoadError,
    news: &mpsc::UnboundedSender<News>,
) {
    let is_asked = lock(entries).get(plugin).is_some_and(|entry| entry.ask.is_some());
    if is_asked && matches!(error, LoadError::Refused { .. }) {
        return set(entries, plugin, State::Waiting);
    }
    set(entries, plugin, State::Failed(error.to_string()));
    let _ = news.send(News::Said(Message::error(error.to_string())));
}

fn set(entries: &Mutex<Vec<Entry>>, plugin: PluginId, state: State) {
    if let Some(entry) = lock(entries).get_mut(plugin) {
        entry.state = state;
    }
}

impl Entry {
    /// Lets the plugin end: who follows it holds it.
    fn let_go(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }

    fn report(&self, plugin: PluginId) -> Report {
        let path = self.path.display().to_string();
        let (health, status) = match &self.state {
            State::Loaded(loaded) => return report::of_loaded(plugin, path, loaded),
            State::Loading => (Health::Loading, "is being built and loaded".to_owned()),
            State::Waiting => (Health::Waiting, "waits for your answer".to_owned()),
            State::Failed(why) => (Health::Wrong, why.clone()),
            State::Disabled => (Health::Off, "disabled".to_owned()),
        };
        Report { plugin, name: self.name.clone(), path, health, status, ..Report::default() }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
