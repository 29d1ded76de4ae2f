//! The plugins that are loaded: watched, reloaded, stopped.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{broadcast, mpsc};
use witdock::{CallErrorKind, Dock, DockError, Event, Limits, Plugin, Policy, Source};

use super::bindings::Extension;
use super::call::{CallState, Settings};
use super::news::{Failure, News, PluginId};
use super::runner::{Call, run};
use super::snapshot::Snapshot;
use crate::app::{Message, PluginAction};

/// How long a call may take. It runs beside the editor, so that the limit is for the plugin's own sake.
const CALL_DEADLINE: Duration = Duration::from_secs(2);

/// How a plugin stands, for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The plugin.
    pub plugin: PluginId,
    /// Its name.
    pub name: String,
    /// One line: its generation, and how the last reload ended.
    pub status: String,
    /// Calls so far.
    pub calls: u64,
    /// The latencies of its slowest export: the median and the 99th percentile.
    pub latency: (Duration, Duration),
    /// Its memory now.
    pub memory_bytes: usize,
    /// Its last failure.
    pub failure: Option<String>,
}

/// The plugins that are loaded.
pub struct Host {
    dock: Dock,
    plugins: Arc<std::sync::Mutex<Vec<Option<Plugin<Extension>>>>>,
    news: mpsc::UnboundedSender<News>,
    /// By the plugins' names.
    settings: std::sync::Mutex<HashMap<String, Settings>>,
}

impl Host {
    /// No plugins yet. What comes of them is sent to `news`.
    ///
    /// # Errors
    ///
    /// When wasm cannot be compiled for this machine.
    pub fn new(news: mpsc::UnboundedSender<News>) -> Result<Self, DockError> {
        Ok(Self { dock: Dock::new()?, plugins: Arc::default(), news, settings: std::sync::Mutex::default() })
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
        let changed =
            self.lock().iter().position(|plugin| plugin.as_ref().is_some_and(|plugin| plugin.name() == name));
        if let Some(plugin) = changed {
            // The receiver is gone only if the editor has ended.
            let _ = self.news.send(News::Configured { plugin, settings: json.to_owned() });
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
                return self.say(Message::error(message));
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
        let source = match Source::open(path) {
            Ok(source) => source,
            Err(error) => return self.say(Message::error(error.to_string())),
        };
        let plugin = {
            let mut plugins = self.lock();
            plugins.push(None);
            plugins.len() - 1
        };
        let settings = self.settings_of(source.name());
        let limits = Limits { call_deadline: CALL_DEADLINE, ..Limits::default() };
        let policy = Policy::new().import("witdock:editor/*");
        let builder = self.dock.plugin::<Extension>(source).policy(policy).limits(limits);
        let events = builder.events();
        let (plugins, news) = (Arc::clone(&self.plugins), self.news.clone());
        tokio::spawn(async move {
            let loaded = match builder.load(move || CallState::new(settings.clone())).await {
                Ok(loaded) => loaded,
                Err(error) => return say(&news, Message::error(error.to_string())),
            };
            if let Err(error) = loaded.watch() {
                say(&news, Message::warning(error.to_string()));
            }
            if let Some(place) = lock(&plugins).get_mut(plugin) {
                *place = Some(loaded.clone());
            }
            follow(plugin, &loaded, events, &news).await;
        });
    }

    /// Calls a plugin, beside the editor. [`News::Ended`] tells what came of it.
    pub fn call(&self, plugin: PluginId, call: Call, snapshot: Snapshot) {
        let Some(called) = self.lock().get(plugin).cloned().flatten() else { return };
        let news = self.news.clone();
        tokio::spawn(async move {
            let result = run(&called, call, snapshot).await.map_err(|error| match error.kind() {
                CallErrorKind::BackingOff { retry_after } => Failure::Resting(*retry_after),
                CallErrorKind::Failed { .. } | CallErrorKind::Start { .. } => {
                    Failure::Failed(error.to_string())
                }
                _ => Failure::Refused,
            });
            // The receiver is gone only if the editor has ended.
            let _ = news.send(News::Ended { plugin, result });
        });
    }

    /// How the plugins stand.
    pub fn reports(&self) -> Vec<Report> {
        let plugins = self.lock();
        let loaded = plugins.iter().enumerate().filter_map(|(id, plugin)| Some((id, plugin.as_ref()?)));
        loaded.map(|(id, plugin)| report(id, plugin)).collect()
    }

    /// Does what a person wants done with a plugin.
    pub fn manage(&self, plugin: PluginId, action: PluginAction) {
        let Some(managed) = self.lock().get(plugin).cloned().flatten() else { return };
        match action {
            PluginAction::Stop => managed.stop(),
            PluginAction::Revive => managed.revive(),
            // How it ended comes by the plugin's events.
            PluginAction::Restart => drop(tokio::spawn(async move { managed.restart().await })),
            PluginAction::Reload => {
                // How it ended comes by the plugin's events.
                tokio::spawn(async move { managed.reload().await });
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Option<Plugin<Extension>>>> {
        lock(&self.plugins)
    }

    fn say(&self, message: Message) {
        say(&self.news, message);
    }
}

fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn say(news: &mpsc::UnboundedSender<News>, message: Message) {
    // The receiver is gone only if the editor has ended.
    let _ = news.send(News::Said(message));
}

fn report(id: PluginId, plugin: &Plugin<Extension>) -> Report {
    let status = plugin.status().borrow().clone();
    let statistics = plugin.statistics();
    let slowest = statistics.exports.values().max_by_key(|export| export.p99);
    Report {
        plugin: id,
        name: plugin.name().to_owned(),
        status: status.to_string(),
        calls: statistics.exports.values().map(|export| export.calls).sum(),
        latency: slowest.map(|export| (export.p50, export.p99)).unwrap_or_default(),
        memory_bytes: statistics.memory_bytes,
        failure: status.last_failure.map(|failure| format!("{}: it {}", failure.export, failure.reason)),
    }
}

/// Tells of each generation that serves, and of what goes wrong, until the plugin is gone.
async fn follow(
    plugin: PluginId,
    loaded: &Plugin<Extension>,
    mut events: broadcast::Receiver<Event>,
    news: &mpsc::UnboundedSender<News>,
) {
    let name = loaded.name().to_owned();
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            Err(broadcast::error::RecvError::Lagged(_)) => continue,
            Err(broadcast::error::RecvError::Closed) => return,
        };
        match event {
            Event::Serving { .. } | Event::RolledBack { .. } | Event::Revived => {
                if let Event::RolledBack { from, to, reason } = &event {
                    let text = format!("{name}: generation {from} rolled back to {to}: it {reason}");
                    say(news, Message::error(text));
                }
                let registration = loaded
                    .call_named("registration", async |_, store| Ok(store.data().app.registration.clone()))
                    .await;
                if let Ok(Some(registration)) = registration {
                    let _ = news.send(News::Serving { plugin, name: name.clone(), registration });
                }
            }
            Event::Rejected { generation, running, reason } => {
                let text = format!("{name}: running generation {running}; {generation} rejected: {reason}");
                say(news, Message::error(text));
            }
            Event::Stopped => {
                let _ = news.send(News::Gone(plugin));
            }
            Event::Quarantined { reason } => {
                let _ = news.send(News::Gone(plugin));
                say(news, Message::error(format!("{name} is in quarantine: {reason}")));
            }
            Event::WatchFailed { message } => say(news, Message::warning(format!("{name}: {message}"))),
            _ => {}
        }
    }
}
