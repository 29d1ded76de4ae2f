//! Loading a plugin: from its path to a plugin that serves, waits for consent, or has failed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc;
use witdock::{
    BuildEvent, Builds, Change, Changes, Dock, Event, Events, Limits, LoadError, PluginBuilder, Source,
};

use super::call::{CallState, Settings};
use super::consent::{Ask, Before, Consent, Decided, build_in_words, key};
use super::entries::{Entries, State};
use super::follow::follow;
use super::interface::Extension;
use super::loaded::lock;
use super::news::{News, PluginId};
use super::storage::Storages;
use crate::message::Message;

/// The deadline of a call. Calls run beside the editor, so it protects other calls of the plugin and not the person.
const CALL_DEADLINE: Duration = Duration::from_secs(2);

/// The prefix of the editor's own commands, which no plugin may have for its name.
const OWN_PREFIX: &str = "editor";

/// What loading a plugin takes.
#[derive(Clone)]
pub(super) struct Loader {
    pub(super) dock: Dock,
    pub(super) consent: Arc<Consent>,
    /// The folder that the person works in.
    pub(super) workspace: PathBuf,
    pub(super) entries: Entries,
    pub(super) news: mpsc::UnboundedSender<News>,
    /// By the plugins' names.
    pub(super) settings: Arc<Mutex<HashMap<String, Settings>>>,
    /// What plugins keep between sessions.
    pub(super) storages: Storages,
}

impl Loader {
    pub(super) fn settings_of(&self, name: &str) -> Settings {
        lock(&self.settings).entry(name.to_owned()).or_default().clone()
    }

    pub(super) fn tell(&self, news: News) {
        // Sending fails only when the session has ended.
        let _ = self.news.send(news);
    }

    /// Loads a plugin, beside the caller. News tells how that ends.
    pub(super) fn start(&self, plugin: PluginId, path: &Path) {
        let source = match Source::open(path) {
            Ok(source) => source,
            Err(error) => return self.fail(plugin, &error.to_string()),
        };
        let name = source.name().to_owned();
        self.entries.change(plugin, |entry| entry.name.clone_from(&name));
        if let Some(why) = self.refuses_name(plugin, &name, path) {
            return self.fail(plugin, &why);
        }
        let is_named = self.entries.get(plugin, |entry| entry.is_named).unwrap_or_default();
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
            self.entries.change(plugin, |entry| entry.ask = Some(ask.clone()));
            self.entries.set(plugin, State::Waiting);
            return self.tell(News::Asks(ask));
        }
        self.entries.set(plugin, State::Loading);
        let task = tokio::spawn(self.clone().load(plugin, path.to_owned(), source));
        self.entries.set_task(plugin, task.abort_handle());
    }

    /// Why a plugin may not have its name.
    fn refuses_name(&self, plugin: PluginId, name: &str, path: &Path) -> Option<String> {
        let path = witdock::text::path(path);
        let prefix = name.split('.').next().unwrap_or_default();
        if prefix.eq_ignore_ascii_case(OWN_PREFIX) {
            return Some(format!(
                "{path}: a plugin cannot be named `{name}`, since commands of the editor begin with `{OWN_PREFIX}`; give it another \
                 name in its manifest"
            ));
        }
        self.entries.find(|other, entry| other != plugin && entry.name == name && entry.is_alive()).map(
            |_| format!("{path}: another plugin is named {name}; change the name in one of their manifests"),
        )
    }

    async fn load(self, plugin: PluginId, path: PathBuf, source: Source) {
        let settings = self.settings_of(source.name());
        let storage = self.storages.of(source.name(), &key(&path));
        self.entries.change(plugin, |entry| entry.storage = storage.clone());
        let is_built = matches!(source, Source::Folder { .. });
        let limits = Limits { call_deadline: CALL_DEADLINE, ..Limits::default() };
        let builder = self.dock.plugin::<Extension>(source.clone()).limits(limits);
        let builder = self.with_consent(builder, plugin, &path, is_built);
        let (builds, events) = (builder.events(), builder.events());
        let served = async {
            let loaded = match builder.load(move || CallState::new(settings.clone(), storage.clone())).await {
                Ok(loaded) => loaded,
                Err(error) => return self.not_loaded(plugin, &error),
            };
            if let Err(error) = loaded.watch() {
                self.tell(News::Message(Message::warning(error.to_string()).of(loaded.name())));
            }
            self.entries.set(plugin, State::Loaded(loaded.clone()));
            let stands = || self.entries.look_again(plugin);
            follow(plugin, &loaded, events, || self.entries.is_asked(plugin), stands, &self.news).await;
        };
        tokio::select! {
            () = served => {}
            () = self.follow_builds(plugin, builds) => {}
        }
        self.entries.set_building(plugin, false);
        if self.entries.get(plugin, |entry| entry.has_failed()).unwrap_or_default()
            && self.is_tried_again(&source)
        {
            self.when_changed(plugin, &path, &source).await;
        }
    }

    /// Notes when a plugin's folder is being built. Never ends by itself.
    async fn follow_builds(&self, plugin: PluginId, mut events: Events) {
        while let Some(event) = events.next().await {
            match event {
                Event::Build(BuildEvent::Started { .. }) => self.entries.set_building(plugin, true),
                Event::Build(BuildEvent::Finished { .. })
                | Event::Rejected { .. }
                | Event::Serving { .. } => {
                    self.entries.set_building(plugin, false);
                }
                _ => {}
            }
        }
        // Who waits for both waits for the other one.
        std::future::pending().await
    }

    fn is_tried_again(&self, source: &Source) -> bool {
        matches!(source, Source::Component { .. }) || self.consent.builds() != Builds::Refused
    }

    /// Loads a plugin that has failed to load again when its source has changed.
    async fn when_changed(&self, plugin: PluginId, path: &Path, source: &Source) {
        let Ok(mut changes) = Changes::of(source) else { return };
        // Where the watch fails, `r` in the list of plugins tries again.
        if changes.next().await == Change::Settled {
            self.start(plugin, path);
        }
    }

    fn not_loaded(&self, plugin: PluginId, error: &LoadError) {
        if self.entries.is_asked(plugin) && matches!(error, LoadError::Refused { .. }) {
            return self.entries.set(plugin, State::Waiting);
        }
        self.fail(plugin, &error.to_string());
    }

    fn fail(&self, plugin: PluginId, why: &str) {
        self.entries.set(plugin, State::Failed(why.to_owned()));
        let name = self.entries.get(plugin, |entry| entry.name.clone()).unwrap_or_default();
        self.tell(News::Message(Message::error(why).of(&name)));
    }

    /// Grants candidates what the person has allowed, and asks about the rest.
    fn with_consent(
        &self,
        builder: PluginBuilder<Extension>,
        plugin: PluginId,
        path: &Path,
        is_built: bool,
    ) -> PluginBuilder<Extension> {
        let (loader, path) = (self.clone(), path.to_owned());
        builder.policy_for(move |requested| {
            let Decided { policy, open, programs, before } =
                loader.consent.decide(&path, requested, is_built, &loader.workspace);
            let ask = (!open.is_empty()).then(|| Ask {
                plugin,
                name: requested.plugin.to_string(),
                capabilities: open,
                programs,
                build: None,
                digest: (!is_built).then_some(requested.digest),
                before,
            });
            loader.entries.change(plugin, |entry| entry.ask.clone_from(&ask));
            if let Some(ask) = ask {
                loader.tell(News::Asks(ask));
            }
            policy
        })
    }
}
