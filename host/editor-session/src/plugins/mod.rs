//! The plugins as the session sees them: what they have registered, the calls that wait for them, and what they show.
//!
//! Nothing here runs a plugin. Calls leave as [`Effect::Call`], and their outcomes come back as [`News`].

mod code;
mod code_edit;
mod code_places;
mod completion;
mod consent;
mod echo;
mod events;
mod files;
mod float;
mod format;
mod hover;
mod keys;
mod outcome;
mod panel;
mod process;
mod question;
mod results;
mod slot;
mod standing;
mod timer;
mod topic;
mod work;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use slotmap::SecondaryMap;
use witdock_editor_core::Revision;

use self::code::{CodeRequest, PendingEdit};
use self::completion::Completions;
pub use self::completion::Offered;
pub use self::float::ShownFloat;
use self::format::Formatting;
pub use self::hover::{Hover, HoverPart};
pub use self::keys::ContextKeys;
use self::panel::PanelView;
pub use self::panel::ShownPanel;
pub use self::question::Asked;
use self::slot::{Slot, Waiting};
pub use self::standing::Overview;
use self::standing::Stands;
pub use self::timer::Alarm;
pub use self::work::ShownWork;
use crate::code::Place;
use crate::display::{Invocation, Location, Segment};
use crate::documents::{DocumentId, Documents};
use crate::host::api::{CommandError, DocumentVersion, Event, EventKinds, JobEnded};
use crate::host::{
    Ask, DocumentView, Held, News, Own, PluginAction, PluginId, RESERVED_REVISIONS, Report, Snapshot, Ticket,
    Visible,
};
use crate::language;
use crate::outbox::{Effect, Outbox, Request};
use crate::size::Size;

/// The plugins as the session sees them.
#[derive(Debug)]
pub struct Plugins {
    /// The plugins that serve.
    slots: SecondaryMap<PluginId, Slot>,
    /// The names of the commands that are not plugins'.
    editor_commands: Vec<String>,
    /// The names of all commands that a plugin can run.
    command_names: Arc<Vec<String>>,
    /// The folder that the person works in.
    root: PathBuf,
    reports: Vec<Report>,
    stands: Stands,
    asks: VecDeque<Ask>,
    /// Requests that the person has left as they are.
    postponed: Vec<Ask>,
    /// Questions that the person has not seen yet.
    questions: VecDeque<Asked>,
    /// The question that the person is answering.
    asking: Option<Asked>,
    /// The plugin and the name of the panel that is shown.
    front_panel: Option<(PluginId, String)>,
    /// The plugin and the name of the window over the text that was shown last.
    front_float: Option<(PluginId, String)>,
    /// The plugin and the name of the mode that is on.
    mode: Option<(PluginId, String)>,
    /// The list that the person has asked for last, in the place of panels.
    results: Option<PanelView>,
    /// What the person has asked about code, and nobody has answered.
    requests: Vec<CodeRequest>,
    /// Edits of several texts that are not made yet.
    edit: Option<PendingEdit>,
    /// The place to go to when its file is open.
    going: Option<Place>,
    /// Where the person came from.
    trail: Vec<Location>,
    completions: Option<Completions>,
    hover: Option<Hover>,
    formatting: Vec<Formatting>,
    /// Whether the files of the folder are followed.
    is_folder_followed: bool,
    /// Counts formattings, so that an alarm of an earlier one is recognized.
    attempts: u64,
}

/// A command that a plugin has registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginCommand<'a> {
    /// `PLUGIN.COMMAND`.
    pub name: String,
    /// A short title, as a palette shows it.
    pub title: &'a str,
    /// A sentence on what the command does.
    pub description: &'a str,
    /// The keys that the plugin suggests, as a key map has them.
    pub default_keys: &'a [String],
}

impl Plugins {
    pub(crate) fn new(editor_commands: Vec<String>) -> Self {
        let mut plugins = Self {
            slots: SecondaryMap::new(),
            editor_commands,
            command_names: Arc::default(),
            root: std::env::current_dir().unwrap_or_default(),
            reports: Vec::new(),
            stands: Stands::default(),
            asks: VecDeque::new(),
            postponed: Vec::new(),
            questions: VecDeque::new(),
            asking: None,
            front_panel: None,
            front_float: None,
            mode: None,
            results: None,
            requests: Vec::new(),
            edit: None,
            going: None,
            trail: Vec::new(),
            completions: None,
            hover: None,
            formatting: Vec::new(),
            is_folder_followed: false,
            attempts: 0,
        };
        plugins.name_commands();
        plugins
    }

    /// Makes the calls that are due: at most one for each plugin that has none under way.
    pub(crate) fn calls(&mut self, documents: &mut Documents, visible: Visible) -> Vec<Effect> {
        let ids: Vec<PluginId> = self.slots.keys().collect();
        let mut effects = Vec::new();
        for plugin in ids {
            let next = self.slots.get_mut(plugin).and_then(|slot| slot.next_call(plugin, documents));
            if let Some(call) = next {
                effects.push(Effect::Call {
                    plugin,
                    call,
                    snapshot: self.snapshot(plugin, documents, visible),
                });
            }
        }
        effects
    }

    /// The editor as it is now, for a call of this plugin.
    fn snapshot(&self, plugin: PluginId, documents: &mut Documents, visible: Visible) -> Snapshot {
        let views = documents.all_mut().iter_mut().map(|buffer| DocumentView {
            id: buffer.id,
            revision: buffer.document.revision(),
            reserved: buffer.document.reserve_revisions(RESERVED_REVISIONS),
            text: buffer.document.text().clone(),
            selections: buffer.document.selections().clone(),
            style: buffer.document.style(),
            path: buffer.path.as_ref().map(|path| {
                path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().replace('\\', "/")
            }),
            language: buffer.language().to_owned(),
            modified: buffer.is_modified(),
            read_only: buffer.read_only,
            diagnostics: buffer.decorations.diagnostic_sets(),
        });
        Snapshot {
            documents: views.collect(),
            current: documents.active().map(|buffer| buffer.id),
            clipboard: documents.clipboard(),
            visible,
            root: self.root.clone(),
            commands: Arc::clone(&self.command_names),
            own: self.own(plugin, documents),
        }
    }

    /// What a plugin shows and waits for, so that host functions can hold it to the limits.
    fn own(&self, plugin: PluginId, documents: &Documents) -> Own {
        let Some(slot) = self.slots.get(plugin) else { return Own::default() };
        let front = self.front_panel.as_ref().filter(|(owner, _)| *owner == plugin).map(|(_, name)| name);
        let visible = slot.panels.iter().find(|(name, view)| view.is_open && front == Some(name));
        let mut holdings = slot.holdings();
        for asked in self.questions_of(plugin) {
            holdings.note(Held::Question(asked.ticket), asked.question.bytes());
        }
        for buffer in documents.all() {
            for (name, set) in buffer.decorations.sets_of(plugin) {
                let bytes = set.iter().map(Size::bytes).sum();
                holdings.note(Held::Decorations(buffer.id, name.to_owned()), bytes);
            }
        }
        let processes = slot.processes.clone();
        let brought = self.brought(plugin, documents);
        Own { visible_panel: visible.map(|(name, _)| name.clone()), holdings, brought, processes }
    }

    /// Queues the events that plugins do not know yet, and moves what they show along with the texts.
    pub(crate) fn notice(&mut self, documents: &Documents) {
        self.follow_completions(documents);
        for slot in self.slots.values_mut() {
            slot.notice(documents);
        }
    }

    pub(crate) fn tell_saved(&mut self, id: DocumentId, revision: Revision, documents: &Documents) {
        let Some(buffer) = documents.find(id) else { return };
        let saved = DocumentVersion { document: id, revision: revision.number() };
        for slot in self.slots.values_mut() {
            if slot.wants(EventKinds::SAVED, buffer) {
                slot.wait(Waiting::Tell(Event::Saved(saved)));
            }
        }
    }

    pub(crate) fn tell_idle(&mut self, documents: &Documents) {
        let Some(buffer) = documents.active() else { return };
        for slot in self.slots.values_mut() {
            if slot.wants(EventKinds::IDLE, buffer) {
                slot.wait(Waiting::Idle);
            }
        }
    }

    pub(crate) fn news(&mut self, news: News, documents: &mut Documents, out: &mut Outbox) {
        match news {
            News::Serving { plugin, name, registration, exports } => {
                self.take_down(plugin, documents);
                self.end_processes(plugin, out);
                self.drop_requests(plugin, out);
                let mut slot = Slot::new(name, registration, exports);
                // A call of the previous generation may still be under way. Its own news tells when it ends.
                if let Some(old) = self.slots.remove(plugin) {
                    slot.succeed(old);
                }
                self.slots.insert(plugin, slot);
                self.registrations_changed(documents, out);
            }
            News::Asks(ask) => self.ask_consent(ask, out),
            News::Stands { plugin, stand } => self.stands.set(plugin, stand),
            News::Retired(plugin) => self.retire(plugin, documents, out),
            News::Removed(plugin) => {
                self.retire(plugin, documents, out);
                self.forget_asks(plugin);
                self.stands.remove(plugin);
            }
            News::Configured { plugin, settings } => self.configured(plugin, settings, out),
            News::Ended { plugin, result } => self.ended(plugin, result, documents, out),
            News::Process { plugin, process, happened } => self.process_has(plugin, process, happened),
            News::Message(message) => out.show(message),
        }
        self.settle_folder(out);
    }

    /// Removes what a plugin has registered and shows, and gives up what waits for it.
    fn retire(&mut self, plugin: PluginId, documents: &mut Documents, out: &mut Outbox) {
        self.take_down(plugin, documents);
        self.end_processes(plugin, out);
        self.drop_requests(plugin, out);
        if let Some(mut slot) = self.slots.remove(plugin) {
            self.give_up(plugin, slot.take_waiting(), documents, out);
        }
        self.registrations_changed(documents, out);
    }

    fn registrations_changed(&mut self, documents: &mut Documents, out: &mut Outbox) {
        self.name_commands();
        documents.find_languages(|path| self.language_of(path));
        out.request(Request::CommandsChanged);
    }

    fn name_commands(&mut self) {
        let own = self.editor_commands.iter().cloned();
        self.command_names = Arc::new(own.chain(self.commands().map(|command| command.name)).collect());
    }

    /// The language of a file. A plugin that has registered the file type comes before the editor's own table.
    pub(crate) fn language_of(&self, path: &Path) -> String {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut types = self.slots.values().flat_map(|slot| &slot.registration.file_types);
        let known = types.find(|one| one.patterns.iter().any(|pattern| language::matches(pattern, &name)));
        known.map_or_else(|| language::of_path(path).to_owned(), |known| known.language.clone())
    }

    /// Tells a plugin its new settings. One that has not subscribed to them is restarted with them.
    fn configured(&mut self, plugin: PluginId, settings: String, out: &mut Outbox) {
        let Some(slot) = self.slots.get_mut(plugin) else { return };
        if slot.registration.events.contains(EventKinds::SETTINGS_CHANGED) {
            slot.wait(Waiting::Tell(Event::SettingsChanged(settings)));
        } else {
            out.effect(Effect::Manage(plugin, PluginAction::Restart));
        }
    }

    /// Removes all that a plugin shows and asks.
    fn take_down(&mut self, plugin: PluginId, documents: &mut Documents) {
        for buffer in documents.all_mut() {
            buffer.decorations.disown(plugin);
        }
        self.withdraw(|asked| asked.plugin == plugin);
        if self.front_panel.as_ref().is_some_and(|(owner, _)| *owner == plugin) {
            self.front_panel = None;
        }
        self.front_float.take_if(|(owner, _)| *owner == plugin);
        self.mode.take_if(|(owner, _)| *owner == plugin);
    }

    /// Queues a command of a plugin. Gives whether there is such a command.
    pub(crate) fn run(
        &mut self,
        invocation: &Invocation,
        asked: Option<(PluginId, Ticket)>,
        by_person: bool,
    ) -> bool {
        // Names of plugins may have dots too.
        let of = |slot: &Slot| {
            let name = invocation.command.strip_prefix(&slot.name)?.strip_prefix('.')?;
            slot.has_command(name).then(|| name.to_owned())
        };
        let found = self.slots.values_mut().find_map(|slot| of(slot).map(|name| (slot, name)));
        let Some((slot, name)) = found else { return false };
        let argument = invocation.argument.clone();
        slot.wait(Waiting::Run { command: name, argument, asked, by_person });
        true
    }

    /// Tells a plugin how a command ended that it has queued.
    pub(crate) fn job_ended(&mut self, asked: Option<(PluginId, Ticket)>, outcome: Result<(), CommandError>) {
        let Some((plugin, job)) = asked else { return };
        if let Some(slot) = self.slots.get_mut(plugin)
            && slot.end_job(job)
        {
            slot.wait(Waiting::Tell(Event::JobEnded(JobEnded { job, outcome })));
        }
    }

    /// The commands that plugins have registered.
    pub fn commands(&self) -> impl Iterator<Item = PluginCommand<'_>> {
        self.slots.values().flat_map(|slot| {
            slot.registration.commands.iter().map(|command| PluginCommand {
                name: format!("{}.{}", slot.name, command.name),
                title: &command.title,
                description: &command.description,
                default_keys: &command.default_keys,
            })
        })
    }

    /// The folder that the person works in.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The segments that plugins show in the status line, the most important last.
    pub fn segments(&self) -> Vec<&Segment> {
        let all = self.slots.values().flat_map(|slot| slot.segments.iter().map(|(_, segment)| segment));
        let mut segments: Vec<&Segment> = all.collect();
        segments.sort_by_key(|segment| segment.priority);
        segments
    }

    /// The number of a plugin's answers that came too late to be used.
    pub fn late_answers(&self, plugin: PluginId) -> u64 {
        self.slots.get(plugin).map_or(0, |slot| slot.late)
    }

    /// The name of a plugin.
    pub fn name_of(&self, plugin: PluginId) -> &str {
        let loaded = self.slots.get(plugin).map(|slot| slot.name.as_str());
        loaded.or_else(|| self.stands.name_of(plugin)).unwrap_or("a plugin")
    }

    /// The plugins that have a call under way.
    pub fn busy(&self) -> impl Iterator<Item = PluginId> {
        self.slots.iter().filter(|(_, slot)| slot.running.is_some()).map(|(plugin, _)| plugin)
    }

    /// The status of all plugins, as [`Input::Reports`](crate::Input::Reports) has brought it last.
    pub fn reports(&self) -> &[Report] {
        &self.reports
    }

    pub(crate) fn set_reports(&mut self, reports: Vec<Report>) {
        self.reports = reports;
    }
}
