//! The plugins that are loaded, and their calls: each in a task of its own, beside the editor.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{broadcast, mpsc};
use witdock::{Dock, DockError, Event, Limits, Plugin, Policy, Source};
use witdock_editor_core::{Edit, Revision};

use super::bindings::Extension;
use super::bindings::exports::witdock::editor::plugin::{
    Change, ChangeOrigin, Event as GuestEvent, EventKinds, Registration,
};
use super::bindings::witdock::editor::types::{self, CommandError, DocumentVersion};
use super::call::{CallState, Outcome, Snapshot};
use crate::app::{Message, PluginAction};
use crate::buffer::DocumentId;

/// Which plugin: its place among those that were loaded.
pub type PluginId = usize;

/// How long a call may take. It runs beside the editor, so that the limit is for the plugin's own sake.
const CALL_DEADLINE: Duration = Duration::from_secs(2);

/// Something that a plugin is called for.
#[derive(Debug)]
pub enum Call {
    /// A command is to be run.
    Run(String),
    /// Something has happened.
    Tell(Happening),
}

/// Something that plugins are told.
#[derive(Debug)]
pub enum Happening {
    /// A document has been opened.
    Opened(DocumentId, Revision),
    /// A document's text has changed.
    Changed {
        /// The document.
        document: DocumentId,
        /// What it is now.
        revision: Revision,
        /// What it was.
        before: Revision,
        /// What was done to that text.
        edits: Vec<Edit>,
        /// Where the last of it came from.
        origin: Origin,
    },
    /// A document has been saved.
    Saved(DocumentId, Revision),
    /// Nothing was typed for a while.
    Idle(DocumentId, Revision),
}

/// Where a change of the text came from, as a plugin is told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A key that stands for itself, or for a line break.
    Typed,
    /// Pasted text.
    Pasted,
    /// Undo or redo.
    History,
    /// Any other command of the editor.
    Command,
    /// The plugin that is told.
    ThisPlugin,
    /// Another plugin.
    OtherPlugin,
}

/// What a generation of a plugin does.
#[derive(Debug, Default, Clone)]
pub struct Registered {
    /// Commands: names and titles.
    pub commands: Vec<(String, String)>,
    /// Whether it hears of opened documents.
    pub opened: bool,
    /// Whether it hears of changes.
    pub changed: bool,
    /// Whether it hears of saved documents.
    pub saved: bool,
    /// Whether it hears of pauses.
    pub idle: bool,
    /// The languages that its events are for; none means all.
    pub languages: Vec<String>,
}

impl From<&Registration> for Registered {
    fn from(registration: &Registration) -> Self {
        let command = |command: &super::bindings::exports::witdock::editor::plugin::Command| {
            (command.name.clone(), command.title.clone())
        };
        Self {
            commands: registration.commands.iter().map(command).collect(),
            opened: registration.events.contains(EventKinds::OPENED),
            changed: registration.events.contains(EventKinds::CHANGED),
            saved: registration.events.contains(EventKinds::SAVED),
            idle: registration.events.contains(EventKinds::IDLE),
            languages: registration.languages.clone(),
        }
    }
}

/// What comes from the plugins.
#[derive(Debug)]
pub enum News {
    /// A generation serves: what it does.
    Serving {
        /// The plugin.
        plugin: PluginId,
        /// Its name.
        name: String,
        /// What it does.
        registered: Registered,
    },
    /// It was stopped or put in quarantine: what it has registered and shows goes.
    Gone(PluginId),
    /// A call has ended: what it has changed, or nothing.
    Ended {
        /// The plugin.
        plugin: PluginId,
        /// What it has changed.
        outcome: Outcome,
    },
    /// Something that a person should know.
    Said(Message),
}

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
}

impl Host {
    /// No plugins yet. What comes of them is sent to `news`.
    ///
    /// # Errors
    ///
    /// When wasm cannot be compiled for this machine.
    pub fn new(news: mpsc::UnboundedSender<News>) -> Result<Self, DockError> {
        Ok(Self { dock: Dock::new()?, plugins: Arc::default(), news })
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
        let limits = Limits { call_deadline: CALL_DEADLINE, ..Limits::default() };
        let policy = Policy::new().import("witdock:editor/*");
        let builder = self.dock.plugin::<Extension>(source).policy(policy).limits(limits);
        let events = builder.events();
        let (plugins, news) = (Arc::clone(&self.plugins), self.news.clone());
        tokio::spawn(async move {
            let loaded = match builder.load(CallState::default).await {
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
            let outcome = match run(&called, call, snapshot).await {
                Ok((outcome, None)) => outcome,
                Ok((mut outcome, Some(message))) => {
                    outcome.messages.push(message);
                    outcome
                }
                Err(error) => {
                    Outcome { messages: vec![Message::error(error.to_string())], ..Outcome::default() }
                }
            };
            // The receiver is gone only if the editor has ended.
            let _ = news.send(News::Ended { plugin, outcome });
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
                    let registered = Registered::from(&*registration);
                    let _ = news.send(News::Serving { plugin, name: name.clone(), registered });
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

async fn run(
    plugin: &Plugin<Extension>,
    call: Call,
    snapshot: Snapshot,
) -> Result<(Outcome, Option<Message>), witdock::CallError> {
    let export = if matches!(call, Call::Run(_)) { "run-command" } else { "on-event" };
    plugin
        .call_named(export, async |guest, store| {
            store.data_mut().app.begin(snapshot, true);
            let guest = guest.witdock_editor_plugin();
            let failed = match call {
                Call::Run(name) => guest.call_run_command(&mut *store, &name, None).await?.err(),
                Call::Tell(happening) => {
                    guest.call_on_event(&mut *store, &happening.into_guest()).await?;
                    None
                }
            };
            let outcome = store.data_mut().app.end(failed.is_none());
            Ok((outcome, failed.map(|error| explain(plugin.name(), error))))
        })
        .await
}

fn explain(plugin: &str, error: CommandError) -> Message {
    match error {
        CommandError::NotApplicable(why) => Message::info(format!("{plugin}: {why}")),
        CommandError::NoSuchCommand(name) => Message::error(format!("{plugin} has no command `{name}`")),
        CommandError::Argument(why) => Message::error(format!("{plugin}: the argument is wrong: {why}")),
        CommandError::Failed(why) => Message::error(format!("{plugin}: {why}")),
    }
}

impl Happening {
    fn into_guest(self) -> GuestEvent {
        let version =
            |document, revision: Revision| DocumentVersion { document, revision: revision.number() };
        match self {
            Self::Opened(document, revision) => GuestEvent::Opened(version(document, revision)),
            Self::Saved(document, revision) => GuestEvent::Saved(version(document, revision)),
            Self::Idle(document, revision) => GuestEvent::Idle(Some(version(document, revision))),
            Self::Changed { document, revision, before, edits, origin } => GuestEvent::Changed(Change {
                version: version(document, revision),
                before: before.number(),
                edits: edits.into_iter().map(edit_for_guest).collect(),
                origin: match origin {
                    Origin::Typed => ChangeOrigin::Typed,
                    Origin::Pasted => ChangeOrigin::Pasted,
                    Origin::History => ChangeOrigin::History,
                    Origin::Command => ChangeOrigin::Command,
                    Origin::ThisPlugin => ChangeOrigin::ThisPlugin,
                    Origin::OtherPlugin => ChangeOrigin::OtherPlugin,
                },
            }),
        }
    }
}

fn edit_for_guest(edit: Edit) -> types::Edit {
    let range = types::Range { start: edit.range.start as u64, end: edit.range.end as u64 };
    types::Edit { range, text: edit.text }
}
