//! The plugins that are loaded: configured, called, reloaded and stopped through the dock.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use witdock::grants::{AuditLog, PolicyFile};
use witdock::{CallErrorKind, Dock, DockError, Plugin};

use super::consent::{Answers, Before, Consent};
use super::entries::{Entries, State};
use super::folders::Folders;
use super::loader::Loader;
use super::news::{Failure, News, PluginAction, PluginId};
use super::report::Report;
use super::runner::{Call, run};
use super::snapshot::Snapshot;
use super::storage::Storages;
use crate::message::Message;

/// The time between two entries of the audit log.
const AUDIT_PAUSE: Duration = Duration::from_secs(30);

/// The plugins that are loaded.
pub struct Host {
    pub(super) loader: Loader,
    pub(super) entries: Entries,
    /// The folders that plugins come and go in.
    pub(super) folders: Mutex<Folders>,
    /// The task that keeps what plugins use.
    audit: Option<tokio::task::JoinHandle<()>>,
}

impl Drop for Host {
    fn drop(&mut self) {
        self.entries.end_tasks();
        if let Some(audit) = self.audit.take() {
            audit.abort();
        }
    }
}

/// Keeps what plugins use of their grants.
struct Audit {
    log: AuditLog,
    entries: Entries,
}

impl Audit {
    fn append(&mut self) -> std::io::Result<()> {
        let uses: Vec<_> = self.entries.all_loaded().iter().flat_map(Plugin::take_uses).collect();
        self.log.append(&uses)
    }
}

/// Its last words, which the task's end leaves to it.
impl Drop for Audit {
    fn drop(&mut self) {
        // Nobody is left to tell.
        let _ = self.append();
    }
}

impl Host {
    /// A host without plugins. It sends what happens to them to `news`.
    ///
    /// # Errors
    ///
    /// When WebAssembly cannot be compiled for this machine.
    pub fn new(news: mpsc::UnboundedSender<News>, consent: Consent) -> Result<Self, DockError> {
        let dock = Dock::builder().builds(consent.builds());
        let own = consent.file().map(Path::to_owned).into_iter().chain(consent.rules_file());
        let own = own.chain(consent.protected().iter().cloned());
        let dock = own.fold(dock, |dock, file| dock.protect(file)).build()?;
        let entries = Entries::new(news.clone());
        let loader = Loader {
            dock,
            consent: Arc::new(consent),
            workspace: std::env::current_dir().unwrap_or_default(),
            entries: entries.clone(),
            news,
            settings: Arc::default(),
            storages: Storages::default(),
        };
        Ok(Self { loader, entries, folders: Mutex::default(), audit: None })
    }

    /// Sets the settings of all plugins, by name: JSON text, an object. A plugin that is not named gets none.
    pub fn configure_all<'a>(&self, settings: impl IntoIterator<Item = (&'a str, String)>) {
        let given: HashMap<&str, String> = settings.into_iter().collect();
        let known: Vec<String> = lock(&self.loader.settings).keys().cloned().collect();
        for name in known.iter().filter(|name| !given.contains_key(name.as_str())) {
            self.configure(name, "{}");
        }
        for (name, json) in given {
            self.configure(name, &json);
        }
    }

    /// Sets the settings of a plugin: JSON text, an object. A plugin that is loaded hears of them or is restarted.
    pub fn configure(&self, name: &str, json: &str) {
        if !self.loader.settings_of(name).set(json) {
            return;
        }
        let loaded = self.entries.find(|_, entry| entry.name == name && entry.loaded().is_some());
        if let Some(plugin) = loaded {
            self.tell(News::Configured { plugin, settings: json.to_owned() });
        }
    }

    /// The files and folders that no plugin writes to: the sources of plugins, and what the editor trusts or keeps.
    pub(crate) fn protected(&self) -> Vec<PathBuf> {
        let consent = &self.loader.consent;
        let own = consent.file().map(Path::to_owned).into_iter().chain(consent.rules_file());
        own.chain(consent.protected().iter().cloned()).chain(self.entries.sources()).collect()
    }

    /// Keeps what plugins store in this folder. For plugins that are loaded after this.
    pub fn keep_storage_in(&self, folder: &Path) {
        self.loader.storages.keep_in(folder);
    }

    /// Starts to load one plugin that the person has named. News tells how that ends.
    pub fn load(&self, path: &Path) -> PluginId {
        self.add(path, true)
    }

    pub(super) fn add(&self, path: &Path, is_named: bool) -> PluginId {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = witdock::text::name(&stem).to_string();
        let plugin = self.entries.add(path, name, is_named);
        if self.loader.consent.answers(path).disabled {
            self.entries.set(plugin, State::Disabled);
        } else {
            self.loader.start(plugin, path);
        }
        plugin
    }

    /// Unloads a plugin for this session, without an answer of the person.
    pub(super) fn unload(&self, plugin: PluginId) {
        let Some(entry) = self.entries.remove(plugin) else { return };
        if let Some(loaded) = entry.loaded() {
            loaded.stop();
        }
        self.tell(News::Removed(plugin));
    }

    /// Applies the rules of a policy file from now on. What plugins use and the rules no longer allow ends at once.
    pub fn set_rules(&self, rules: Option<PolicyFile>) {
        self.loader.consent.set_rules(rules);
        for plugin in self.entries.all_loaded() {
            plugin.regrant();
        }
    }

    /// Appends what plugins have used of their grants to this file, from time to time and as the host is dropped.
    pub fn keep_audit(&mut self, file: impl Into<PathBuf>) {
        let log = AuditLog::at(file);
        let (entries, news) = (self.entries.clone(), self.loader.news.clone());
        let mut audit = Audit { log, entries };
        self.audit = Some(tokio::spawn(async move {
            let mut often = tokio::time::interval(AUDIT_PAUSE);
            loop {
                often.tick().await;
                if let Err(error) = audit.append() {
                    let text = format!("cannot keep what plugins use: {error}");
                    let _ = news.send(News::Message(Message::warning(text)));
                    return;
                }
            }
        }));
    }

    /// Starts a call, in a task of its own. [`News::Ended`] tells its outcome.
    pub fn call(&self, plugin: PluginId, call: Call, snapshot: Snapshot) {
        let called = self.entries.loaded(plugin);
        let news = self.loader.news.clone();
        tokio::spawn(async move {
            let result = match called {
                Some(called) => run(&called, call, snapshot)
                    .await
                    .map(|(answered, outcome)| (answered, Box::new(outcome)))
                    .map_err(|error| match error.kind() {
                        CallErrorKind::BackingOff { retry_after } => Failure::BackingOff(*retry_after),
                        CallErrorKind::Failed { .. } | CallErrorKind::Start { .. } => {
                            Failure::Failed(error.to_string())
                        }
                        _ => Failure::Refused,
                    }),
                None => Err(Failure::Refused),
            };
            // Sending fails only when the session has ended.
            let _ = news.send(News::Ended { plugin, result });
        });
    }

    /// The status of all plugins.
    pub fn reports(&self) -> Vec<Report> {
        self.entries.reports()
    }

    /// Stops, restarts or reloads a plugin, or changes its grants. News tells what follows.
    pub fn manage(&self, plugin: PluginId, action: PluginAction) {
        let Some(path) = self.entries.get(plugin, |entry| entry.path.clone()) else { return };
        match (action, self.entries.loaded(plugin)) {
            (PluginAction::Stop, Some(loaded)) => loaded.stop(),
            (PluginAction::Revive, Some(loaded)) => loaded.revive(),
            // The plugin's events tell how a restart or a reload ends.
            (PluginAction::Restart, Some(loaded)) => {
                drop(tokio::spawn(async move { loaded.restart().await }))
            }
            (PluginAction::Reload, Some(loaded)) => drop(tokio::spawn(async move { loaded.reload().await })),
            (PluginAction::Reload | PluginAction::Revive, None) => self.loader.start(plugin, &path),
            (PluginAction::Stop | PluginAction::Restart, None) => {}
            (PluginAction::Allow, loaded) => {
                let mut ask = None;
                self.entries.change(plugin, |entry| ask = entry.ask.take());
                self.answer(&path, |answers| {
                    let Some(ask) = ask else { return };
                    answers.builds |= ask.build.is_some();
                    if ask.before == Before::OtherComponent {
                        answers.allowed.clear();
                        answers.programs.clear();
                    }
                    answers.allowed.extend(ask.capabilities);
                    answers.programs.extend(ask.programs);
                    answers.digest = ask.digest.or(answers.digest);
                });
                match loaded {
                    Some(loaded) => drop(tokio::spawn(async move {
                        // It may have been revoked what it runs with, or wait with a new generation.
                        loaded.regrant();
                        loaded.reload().await
                    })),
                    None => self.loader.start(plugin, &path),
                }
            }
            (PluginAction::Disable, loaded) => {
                self.answer(&path, |answers| answers.disabled = true);
                if let Some(loaded) = loaded {
                    loaded.stop();
                }
                self.entries.end_task(plugin);
                self.entries.set(plugin, State::Disabled);
                self.tell(News::Retired(plugin));
            }
            (PluginAction::Enable, _) => {
                self.answer(&path, |answers| answers.disabled = false);
                self.loader.start(plugin, &path);
            }
            (PluginAction::Revoke, loaded) => {
                self.answer(&path, |answers| {
                    answers.builds = false;
                    answers.allowed.clear();
                    answers.programs.clear();
                    answers.digest = None;
                });
                self.tell(News::Retired(plugin));
                match loaded {
                    // What it uses ends at once, and it asks again.
                    Some(loaded) => drop(loaded.regrant()),
                    None => self.loader.start(plugin, &path),
                }
            }
        }
    }

    fn answer(&self, path: &Path, change: impl FnOnce(&mut Answers)) {
        if let Err(error) = self.loader.consent.answer(path, change) {
            let message = format!("your answer holds until the editor ends; it cannot be kept: {error}");
            self.tell(News::Message(Message::warning(message)));
        }
    }

    fn tell(&self, news: News) {
        self.loader.tell(news);
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
