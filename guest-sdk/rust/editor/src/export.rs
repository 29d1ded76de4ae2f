//! Exports a plugin as a component.

use crate::bindings;
use crate::bindings::exports::witdock::editor::plugin::Guest;
use crate::edit::in_order;
use crate::range::to_usize;
use crate::{
    ActivateError, CommandError, Completion, Document, DocumentVersion, Edit, Event, FileOwner, Focus,
    FocusFollower, FolderFollower, FormatError, HoverText, LanguageProvider, Location, ModeOwner, Plugin,
    ProcessEvent, ProcessOwner, Registration, SaveHook, Stateful, Subscriber, Ticket, Worker, files::Failure,
    folder::FolderEvent, language::Request, settings, topics::Message, work::Next,
};
use std::any::Any;
use std::cell::RefCell;
use std::marker::PhantomData;
use witdock_guest::log;

/// Exports a [`Plugin`] as a component: `witdock_editor_guest::export!(WordCount);`, once in a crate whose `crate-type` includes
/// `cdylib`.
/// On other targets than WebAssembly it does nothing, because a native library cannot have the names of a component's exports.
///
/// What a plugin exports in addition is named after its type, in any order:
///
/// - `witdock_editor_guest::export!(Bookmarks, state);`: it is [`Stateful`], and its state survives a reload.
/// - `witdock_editor_guest::export!(Notes, files);`: it is a [`FileOwner`], and hears of the documents that it opens, makes or saves.
/// - `witdock_editor_guest::export!(Server, processes, language);`: it is a [`LanguageProvider`], and is asked about code.
/// - `witdock_editor_guest::export!(Trim, before_save);`: it is a [`SaveHook`], and edits before documents are saved.
/// - `witdock_editor_guest::export!(Follow, focus);`: it is a [`FocusFollower`], and hears of changes of the focus.
/// - `witdock_editor_guest::export!(Index, folder);`: it is a [`FolderFollower`], and hears of the files of the workspace.
/// - `witdock_editor_guest::export!(Listen, topics);`: it is a [`Subscriber`], and hears messages of other plugins.
/// - `witdock_editor_guest::export!(Table, modes);`: it is a [`ModeOwner`], and hears when its mode is left.
/// - `witdock_editor_guest::export!(Index, work);`: it is a [`Worker`], and does long work in steps.
/// - `witdock_editor_guest::export!(Lint, processes);`: it is a [`ProcessOwner`], and hears of the processes that it starts.
#[macro_export]
macro_rules! export {
    (@more state $component:ident) => {
        $crate::witdock_guest::state::export!($component with_types_in $crate::witdock_guest::bindings);
    };
    (@more files $component:ident) => {
        $crate::bindings::file_owner::export!($component with_types_in $crate::bindings::file_owner);
    };
    (@more work $component:ident) => {
        $crate::bindings::worker::export!($component with_types_in $crate::bindings::worker);
    };
    (@more before_save $component:ident) => {
        $crate::bindings::save_hook::export!($component with_types_in $crate::bindings::save_hook);
    };
    (@more focus $component:ident) => {
        $crate::bindings::focus_follower::export!($component with_types_in $crate::bindings::focus_follower);
    };
    (@more folder $component:ident) => {
        $crate::bindings::folder_follower::export!($component with_types_in $crate::bindings::folder_follower);
    };
    (@more topics $component:ident) => {
        $crate::bindings::subscriber::export!($component with_types_in $crate::bindings::subscriber);
    };
    (@more modes $component:ident) => {
        $crate::bindings::mode_owner::export!($component with_types_in $crate::bindings::mode_owner);
    };
    (@more language $component:ident) => {
        $crate::bindings::language_provider::export!($component with_types_in $crate::bindings::language_provider);
    };
    (@more processes $component:ident) => {
        $crate::bindings::process_owner::export!($component with_types_in $crate::bindings::process_owner);
    };
    ($plugin:ty $(, $more:ident)* $(,)?) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            type Component = $crate::Component<$plugin>;
            $crate::bindings::export!(Component with_types_in $crate::bindings);
            $($crate::export!(@more $more Component);)*
        };
    };
}

/// The component of a plugin. Used by [`export!`](crate::export).
#[doc(hidden)]
#[derive(Debug)]
pub struct Component<P>(PhantomData<P>);

thread_local! {
    // The plugin of this component. A static cannot be generic, so the type is erased.
    static ACTIVE: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

const NOT_ACTIVE: &str = "the plugin is not active; call `activate` first";

fn with_active<P: Plugin, R>(call: impl FnOnce(&mut P) -> R) -> Option<R> {
    witdock_guest::init();
    ACTIVE.with_borrow_mut(|active| active.as_mut()?.downcast_mut().map(call))
}

impl<P: Plugin> Guest for Component<P> {
    fn activate(settings: String) -> Result<Registration, ActivateError> {
        witdock_guest::init();
        let plugin = P::new(settings::parse(&settings).map_err(ActivateError::Settings)?)?;
        let registration = plugin.registration();
        ACTIVE.set(Some(Box::new(plugin)));
        Ok(registration)
    }

    fn run_command(name: String, argument: Option<String>) -> Result<(), CommandError> {
        with_active(|plugin: &mut P| plugin.run_command(&name, argument.as_deref()))
            .unwrap_or_else(|| Err(CommandError::Failed(NOT_ACTIVE.to_owned())))
    }

    fn on_event(event: Event) {
        with_active(|plugin: &mut P| match event {
            Event::SettingsChanged(text) => match settings::parse(&text) {
                Ok(settings) => plugin.reconfigure(settings),
                Err(error) => {
                    log::error!("the new settings are invalid, so the previous ones stay in use: {error}")
                }
            },
            event => plugin.on_event(event),
        });
    }

    fn format(document: DocumentVersion) -> Result<Vec<Edit>, FormatError> {
        with_active(|plugin: &mut P| match Document::of(document) {
            Some(document) => plugin.format(&document).map(in_order),
            None => Ok(Vec::new()),
        })
        .unwrap_or_else(|| Err(FormatError::Failed(NOT_ACTIVE.to_owned())))
    }

    fn complete(at: Location) -> Vec<Completion> {
        with_active(|plugin: &mut P| {
            let document = Document::of(at.version)?;
            Some(plugin.complete(&document, to_usize(at.offset)))
        })
        .flatten()
        .unwrap_or_default()
    }

    fn hover(at: Location) -> Option<HoverText> {
        with_active(|plugin: &mut P| plugin.hover(&Document::of(at.version)?, to_usize(at.offset))).flatten()
    }
}

impl<P: ProcessOwner> bindings::process_owner::exports::witdock::editor::process_events::Guest
    for Component<P>
{
    fn on_process(event: ProcessEvent) {
        with_active(|plugin: &mut P| plugin.on_process(event));
    }
}

impl<P: FileOwner> bindings::file_owner::exports::witdock::editor::file_events::Guest for Component<P> {
    fn on_file(request: Ticket, outcome: Result<DocumentVersion, Failure>) {
        with_active(|plugin: &mut P| plugin.on_file(request, outcome));
    }
}

impl<P: Worker> bindings::worker::exports::witdock::editor::work_events::Guest for Component<P> {
    fn step(work: Ticket) -> Next {
        with_active(|plugin: &mut P| plugin.step(work)).unwrap_or(Next::Done)
    }

    fn cancelled(work: Ticket) {
        with_active(|plugin: &mut P| plugin.cancelled(work));
    }
}

impl<P: SaveHook> bindings::save_hook::exports::witdock::editor::save_events::Guest for Component<P> {
    fn before_save(document: DocumentVersion) -> Result<Vec<Edit>, String> {
        with_active(|plugin: &mut P| match Document::of(document) {
            Some(document) => plugin.before_save(&document).map(in_order),
            None => Ok(Vec::new()),
        })
        .unwrap_or_else(|| Err(NOT_ACTIVE.to_owned()))
    }
}

impl<P: FocusFollower> bindings::focus_follower::exports::witdock::editor::focus_events::Guest
    for Component<P>
{
    fn on_focus(focus: Focus) {
        with_active(|plugin: &mut P| plugin.on_focus(focus));
    }
}

impl<P: FolderFollower> bindings::folder_follower::exports::witdock::editor::folder_events::Guest
    for Component<P>
{
    fn on_folder(event: FolderEvent) {
        with_active(|plugin: &mut P| plugin.on_folder(event));
    }
}

impl<P: Subscriber> bindings::subscriber::exports::witdock::editor::topic_events::Guest for Component<P> {
    fn on_message(message: Message) {
        with_active(|plugin: &mut P| plugin.on_message(message));
    }
}

impl<P: ModeOwner> bindings::mode_owner::exports::witdock::editor::mode_events::Guest for Component<P> {
    fn mode_left(mode: String) {
        with_active(|plugin: &mut P| plugin.mode_left(mode));
    }
}

impl<P: LanguageProvider> bindings::language_provider::exports::witdock::editor::language_requests::Guest
    for Component<P>
{
    fn ask(request: Request) {
        with_active(|plugin: &mut P| plugin.ask(request));
    }

    fn withdraw(request: Ticket) {
        with_active(|plugin: &mut P| plugin.withdraw(request));
    }
}

impl<P: Stateful> witdock_guest::state::Guest for Component<P> {
    fn save() -> Result<Vec<u8>, String> {
        with_active(|plugin: &mut P| witdock_guest::state::save(plugin.state()))
            .unwrap_or_else(|| Err(NOT_ACTIVE.to_owned()))
    }

    fn restore(saved: Vec<u8>) -> Result<(), String> {
        with_active(|plugin: &mut P| plugin.restore(witdock_guest::state::restore(&saved)?))
            .unwrap_or_else(|| Err(NOT_ACTIVE.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Command, EventKinds};
    use serde::Deserialize;

    /// Counts how often it is called.
    struct Tally {
        step: u64,
        count: u64,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        #[serde(default = "one")]
        step: u64,
    }

    fn one() -> u64 {
        1
    }

    impl Plugin for Tally {
        type Settings = Settings;

        fn new(settings: Settings) -> Result<Self, ActivateError> {
            if settings.step == 0 {
                return Err(ActivateError::Settings("`step` is 1 or more".to_owned()));
            }
            Ok(Tally { step: settings.step, count: 0 })
        }

        fn registration(&self) -> Registration {
            Registration::new().command(Command::new("count", "Count")).on(EventKinds::IDLE)
        }

        fn run_command(&mut self, name: &str, argument: Option<&str>) -> Result<(), CommandError> {
            match (name, argument) {
                ("count", None) => self.count += self.step,
                (_, Some(argument)) => {
                    return Err(CommandError::Argument(format!("none, and not `{argument}`")));
                }
                _ => return Err(CommandError::NoSuchCommand(name.to_owned())),
            }
            Ok(())
        }

        fn on_event(&mut self, event: Event) {
            assert_eq!(event, Event::Idle(None));
            self.count += 100;
        }

        fn reconfigure(&mut self, settings: Settings) {
            self.step = settings.step;
        }
    }

    impl Stateful for Tally {
        type State = u64;

        fn state(&self) -> &u64 {
            &self.count
        }

        fn restore(&mut self, count: u64) -> Result<(), String> {
            self.count = count;
            Ok(())
        }
    }

    type Subject = Component<Tally>;

    fn run(name: &str) -> Result<(), CommandError> {
        Subject::run_command(name.to_owned(), None)
    }

    fn saved() -> Result<Vec<u8>, String> {
        <Subject as witdock_guest::state::Guest>::save()
    }

    #[test]
    fn settings_that_do_not_fit_are_refused_in_plain_words() {
        let refused = |settings: &str, expected: &str| {
            let error = Subject::activate(settings.to_owned()).unwrap_err();
            assert_eq!(error, ActivateError::Settings(expected.to_owned()));
        };
        refused(r#"{"steps": 1}"#, "unknown field `steps`, expected `step`");
        refused(r#"{"step": "1"}"#, "invalid type: string \"1\", expected u64");
        refused(r#"{"step": 0}"#, "`step` is 1 or more");
    }

    #[test]
    fn a_plugin_that_is_not_active_says_so() {
        assert_eq!(run("count"), Err(CommandError::Failed(NOT_ACTIVE.to_owned())));
        assert_eq!(saved(), Err(NOT_ACTIVE.to_owned()));
        Subject::on_event(Event::Idle(None));
    }

    #[test]
    fn calls_reach_the_one_plugin_and_its_state_outlives_it() {
        let registration = Subject::activate(r#"{"step": 2}"#.to_owned()).unwrap();
        assert_eq!(registration.commands, [Command::new("count", "Count")]);
        assert_eq!(run("count"), Ok(()));
        assert_eq!(run("cuont"), Err(CommandError::NoSuchCommand("cuont".to_owned())));
        Subject::on_event(Event::Idle(None));
        Subject::on_event(Event::SettingsChanged(r#"{"step": 5}"#.to_owned()));
        Subject::on_event(Event::SettingsChanged(r#"{"step": -5}"#.to_owned()));
        assert_eq!(run("count"), Ok(()));
        assert_eq!(saved().unwrap(), b"107");

        Subject::activate("{}".to_owned()).unwrap();
        <Subject as witdock_guest::state::Guest>::restore(b"107".to_vec()).unwrap();
        assert_eq!(run("count"), Ok(()));
        assert_eq!(saved().unwrap(), b"108");
        let refused = <Subject as witdock_guest::state::Guest>::restore(b"\"107\"".to_vec()).unwrap_err();
        assert!(refused.contains("invalid type: string"), "{refused}");
    }
}
