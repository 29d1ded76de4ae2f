//! The plugins that are loaded: watched, reloaded and stopped through the dock.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use slotmap::SlotMap;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use witdock::grants::{AuditLog, PolicyFile};
use witdock::{CallErrorKind, Dock, DockError, Limits, LoadError, Plugin, PluginBuilder, Source};

use super::call::{CallState, Settings};
use super::consent::{Answers, Ask, Before, Consent, Decided, build_in_words};
use super::follow::follow;
use super::interface::Extension;
use super::news::{Failure, News, PluginAction, PluginId};
use super::report::{self, Health, Report};
use super::runner::{Call, run};
use super::snapshot::Snapshot;
use crate::message::Message;

/// The deadline of a call. Calls run beside the editor, so it protects other calls of the plugin and not the person.
const CALL_DEADLINE: Duration = Duration::from_secs(2);

/// The time between two entries of the audit log.
const AUDIT_PAUSE: Duration = Duration::from_secs(30);

/// The plugins that are loaded.
pub struct Host {
    dock: Dock,
    consent: Arc<Consent>,
    /// The folder that the person works in.
    workspace: PathBuf,
    entries: Entries,
    news: mpsc::UnboundedSender<News>,
    /// By the plugins' names.
    settings: Mutex<HashMap<String, Settings>>,
    /// The task that keeps what plugins use.
    audit: Option<tokio::task::JoinHandle<()>>,
}

impl Drop for Host {
    fn drop(&mut self) {
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
        let loaded: Vec<Plugin<Extension>> =
            lock(&self.entries).values().filter_map(|entry| entry.loaded().cloned()).collect();
        let uses: Vec<_> = loaded.iter().flat_map(Plugin::take_uses).collect();
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

type Entries = Arc<Mutex<SlotMap<PluginId, Entry>>>;

/// A plugin with its source, whether it has loaded or not.
struct Entry {
    path: PathBuf,
    name: String,
    /// Whether the person has named it, or the folder that it is in.
    is_named: bool,
    state: State,
    /// The request for consent that the person has not answered.
    ask: Option<Ask>,
    /// The task that loads the plugin and then follows its events.
    task: Option<AbortHandle>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.abort();
    }
}

enum State {
    Loading,
    Loaded(Plugin<Extension>),
    /// It waits for the person's consent.
    Waiting,
    Failed(String),
    Disabled,
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
        let dock = own.fold(dock, |dock, file| dock.protect(file)).build()?;
        Ok(Self {
            dock,
            consent: Arc::new(consent),
            workspace: std::env::current_dir().unwrap_or_default(),
            entries: Arc::default(),
            news,
            settings: Mutex::default(),
            audit: None,
        })
    }

    /// Sets the settings of all plugins, by name: JSON text, an object. A plugin that is not named gets none.
    pub fn configure_all<'a>(&self, settings: impl IntoIterator<Item = (&'a str, String)>) {
        let given: HashMap<&str, String> = settings.into_iter().collect();
        let known: Vec<String> = lock(&self.settings).keys().cloned().collect();
        for name in known.iter().filter(|name| !given.contains_key(name.as_str())) {
            self.configure(name, "{}");
        }
        for (name, json) in given {
            self.configure(name, &json);
        }
    }

    /// Sets the settings of a plugin: JSON text, an object. A plugin that is loaded hears of them or is restarted.
    pub fn configure(&self, name: &str, json: &str) {
        if !self.settings_of(name).set(json) {
            return;
        }
        let is_loaded = |entry: &Entry| entry.name == name && matches!(entry.state, State::Loaded(_));
        let loaded = lock(&self.entries).iter().find(|(_, entry)| is_loaded(entry)).map(|(plugin, _)| plugin);
        if let Some(plugin) = loaded {
            self.tell(News::Configured { plugin, settings: json.to_owned() });
        }
    }

    fn settings_of(&self, name: &str) -> Settings {
        lock(&self.settings).entry(name.to_owned()).or_default().clone()
    }

    /// Starts to load all plugins of a folder that the person has named, in the order of their names: component files, and folders with a
    /// manifest, which are built.
    pub fn load_all(&self, folder: &Path) {
        self.load_folder(folder, true);
    }

    /// The same for a folder that nobody has named, such as a default one: a plugin's folder in it is built only after the person has
    /// allowed it.
    pub fn load_found(&self, folder: &Path) {
        self.load_folder(folder, false);
    }

    fn load_folder(&self, folder: &Path, is_named: bool) {
        let paths = match std::fs::read_dir(folder) {
            Ok(entries) => {
                let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
                paths.sort();
                paths
            }
            Err(error) => {
                let message = format!("cannot read the plugin folder {}: {error}", folder.display());
                return self.tell(News::Message(Message::error(message)));
            }
        };
        for path in paths {
            let is_folder = path.join(witdock::source::MANIFEST_FILE).is_file();
            if is_folder || path.extension().is_some_and(|extension| extension == "wasm") {
                self.add(&path, is_named);
            }
        }
    }

    /// Starts to load one plugin that the person has named. News tells how that ends.
    pub fn load(&self, path: &Path) -> PluginId {
        self.add(path, true)
    }

    fn add(&self, path: &Path, is_named: bool) -> PluginId {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let entry =
            Entry { path: path.to_owned(), name, is_named, state: State::Loading, ask: None, task: None };
        let plugin = lock(&self.entries).insert(entry);
        if self.consent.answers(path).disabled {
            self.set(plugin, State::Disabled);
        } else {
            self.start(plugin, path);
        }
        plugin
    }

    fn start(&self, plugin: PluginId, path: &Path) {
        let source = match Source::open(path) {
            Ok(source) => source,
            Err(error) => {
                self.set(plugin, State::Failed(error.to_string()));
                return self.tell(News::Message(Message::error(error.to_string())));
            }
        };
        let name = source.name().to_owned();
        let has_twin = lock(&self.entries).iter().any(|(other, entry)| {
            other != plugin
                && entry.name == name
                && !matches!(entry.state, State::Disabled | State::Failed(_))
        });
        if let Some(entry) = lock(&self.entries).get_mut(plugin) {
            entry.name.clone_from(&name);
        }
        if has_twin {
            let why = format!(
                "{}: another plugin is named {name}; change the name in one of their manifests",
                path.display()
            );
            self.set(plugin, State::Failed(why.clone()));
            return self.tell(News::Message(Message::error(why)));
        }
        let is_named = lock(&self.entries).get(plugin).is_some_and(|entry| entry.is_named);
        if let Source::Folder { build, .. } = &source
            && !is_named
            && !self.consent.allows_build(path)
        {
            let build = Some(build_in_words(build));
            let ask = Ask {
                plugin,
                name,
                capabilities: BTreeSet::new(),
                programs: BTreeMap::new(),
                build,
                digest: None,
                before: Before::Nothing,
            };
            if let Some(entry) = lock(&self.entries).get_mut(plugin) {
                entry.ask = Some(ask.clone());
                entry.state = State::Waiting;
            }
            return self.tell(News::Asks(ask));
        }
        self.set(plugin, State::Loading);
        let settings = self.settings_of(&name);
        let is_built = matches!(source, Source::Folder { .. });
        let limits = Limits { call_deadline: CALL_DEADLINE, ..Limits::default() };
        let builder = self.dock.plugin::<Extension>(source).limits(limits);
        let builder = self.with_consent(builder, plugin, path, is_built);
        let events = builder.events();
        let (entries, news) = (Arc::clone(&self.entries), self.news.clone());
        let task = tokio::spawn(async move {
            let loaded = match builder.load(move || CallState::new(settings.clone())).await {
                Ok(loaded) => loaded,
                Err(error) => return not_loaded(&entries, plugin, &error, &news),
            };
            if let Err(error) = loaded.watch() {
                let _ = news.send(News::Message(Message::warning(error.to_string())));
            }
            set(&entries, plugin, State::Loaded(loaded.clone()));
            let is_asked = || lock(&entries).get(plugin).is_some_and(|entry| entry.ask.is_some());
            follow(plugin, &loaded, events, is_asked, &news).await;
        });
        if let Some(entry) = lock(&self.entries).get_mut(plugin) {
            entry.abort();
            entry.task = Some(task.abort_handle());
        }
    }

    /// Grants candidates what the person has allowed, and asks about the rest.
    fn with_consent(
        &self,
        builder: PluginBuilder<Extension>,
        plugin: PluginId,
        path: &Path,
        is_built: bool,
    ) -> PluginBuilder<Extension> {
        let (consent, entries, news) =
            (Arc::clone(&self.consent), Arc::clone(&self.entries), self.news.clone());
        let (path, workspace) = (path.to_owned(), self.workspace.clone());
        builder.policy_for(move |requested| {
            let Decided { policy, open, programs, before } =
                consent.decide(&path, requested, is_built, &workspace);
            let ask = (!open.is_empty()).then(|| Ask {
                plugin,
                name: requested.plugin.to_string(),
                capabilities: open,
                programs,
                build: None,
                digest: (!is_built).then_some(requested.digest),
                before,
            });
            if let Some(entry) = lock(&entries).get_mut(plugin) {
                entry.ask.clone_from(&ask);
            }
            if let Some(ask) = ask {
                // Sending fails only when the session has ended.
                let _ = news.send(News::Asks(ask));
            }
            policy
        })
    }

    /// Applies the rules of a policy file from now on. What plugins use and the rules no longer allow ends at once.
    pub fn set_rules(&self, rules: Option<PolicyFile>) {
        self.consent.set_rules(rules);
        let loaded: Vec<Plugin<Extension>> =
            lock(&self.entries).values().filter_map(|entry| entry.loaded().cloned()).collect();
        for plugin in loaded {
            plugin.regrant();
        }
    }

    /// Appends what plugins have used of their grants to this file, from time to time and as the host is dropped.
    pub fn keep_audit(&mut self, file: impl Into<PathBuf>) {
        let log = AuditLog::at(file);
        let (entries, news) = (Arc::clone(&self.entries), self.news.clone());
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
        let called = self.loaded(plugin);
        let news = self.news.clone();
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
        lock(&self.entries).iter().map(|(plugin, entry)| entry.report(plugin)).collect()
    }

    /// Stops, restarts or reloads a plugin, or changes its grants. News tells what follows.
    pub fn manage(&self, plugin: PluginId, action: PluginAction) {
        let Some(path) = lock(&self.entries).get(plugin).map(|entry| entry.path.clone()) else { return };
        match (action, self.loaded(plugin)) {
            (PluginAction::Stop, Some(loaded)) => loaded.stop(),
            (PluginAction::Revive, Some(loaded)) => loaded.revive(),
            // The plugin's events tell how a restart or a reload ends.
            (PluginAction::Restart, Some(loaded)) => {
                drop(tokio::spawn(async move { loaded.restart().await }))
            }
            (PluginAction::Reload, Some(loaded)) => drop(tokio::spawn(async move { loaded.reload().await })),
            (PluginAction::Reload | PluginAction::Revive, None) => self.start(plugin, &path),
            (PluginAction::Stop | PluginAction::Restart, None) => {}
            (PluginAction::Allow, loaded) => {
                let ask = lock(&self.entries).get_mut(plugin).and_then(|entry| entry.ask.take());
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
                    None => self.start(plugin, &path),
                }
            }
            (PluginAction::Disable, loaded) => {
                self.answer(&path, |answers| answers.disabled = true);
                if let Some(loaded) = loaded {
                    loaded.stop();
                }
                if let Some(entry) = lock(&self.entries).get_mut(plugin) {
                    entry.abort();
                }
                self.set(plugin, State::Disabled);
                self.tell(News::Retired(plugin));
            }
            (PluginAction::Enable, _) => {
                self.answer(&path, |answers| answers.disabled = false);
                self.start(plugin, &path);
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
                    None => self.start(plugin, &path),
                }
            }
        }
    }

    fn answer(&self, path: &Path, change: impl FnOnce(&mut Answers)) {
        if let Err(error) = self.consent.answer(path, change) {
            let message = format!("your answer holds until the editor ends; it cannot be kept: {error}");
            self.tell(News::Message(Message::warning(message)));
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
        // Sending fails only when the session has ended.
        let _ = self.news.send(news);
    }
}

fn not_loaded(entries: &Entries, plugin: PluginId, error: &LoadError, news: &mpsc::UnboundedSender<News>) {
    let is_asked = lock(entries).get(plugin).is_some_and(|entry| entry.ask.is_some());
    if is_asked && matches!(error, LoadError::Refused { .. }) {
        return set(entries, plugin, State::Waiting);
    }
    set(entries, plugin, State::Failed(error.to_string()));
    let _ = news.send(News::Message(Message::error(error.to_string())));
}

fn set(entries: &Entries, plugin: PluginId, state: State) {
    if let Some(entry) = lock(entries).get_mut(plugin) {
        entry.state = state;
    }
}

impl Entry {
    fn loaded(&self) -> Option<&Plugin<Extension>> {
        match &self.state {
            State::Loaded(loaded) => Some(loaded),
            _ => None,
        }
    }

    /// Ends the task that follows the plugin, which holds a handle to it.
    fn abort(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }

    fn report(&self, plugin: PluginId) -> Report {
        let path = self.path.display().to_string();
        let (health, status) = match &self.state {
            State::Loaded(loaded) => {
                return report::of_loaded(plugin, path, loaded, self.ask.is_some());
            }
            State::Loading if self.ask.is_none() => (Health::Loading, "loading".to_owned()),
            // A load that has asked ends without the grants.
            State::Loading | State::Waiting => (Health::Waiting, "waits for your answer".to_owned()),
            State::Failed(why) => (Health::Wrong, why.clone()),
            State::Disabled => (Health::Off, "disabled".to_owned()),
        };
        Report { plugin, name: self.name.clone(), path, health, status, ..Report::default() }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
