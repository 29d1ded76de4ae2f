//! The editor's extension interface, as the dock links and activates it.

use std::sync::Arc;

use wasmtime::Store;
use wasmtime::component::{HasData, Instance};
use witdock::{ContractViolation, HostState};

use super::api::Registration;
use super::bindings::exports::witdock::editor::plugin::ActivateError;
use super::bindings::file_owner::{self, FileOwner};
use super::bindings::focus_follower::{self, FocusFollower};
use super::bindings::folder_follower::{self, FolderFollower};
use super::bindings::language_provider::{self, LanguageProvider};
use super::bindings::mode_owner::{self, ModeOwner};
use super::bindings::process_owner::{self, ProcessOwner};
use super::bindings::save_hook::{self, SaveHook};
use super::bindings::subscriber::{self, Subscriber};
use super::bindings::worker::{self, Worker};
use super::bindings::{self, COMPONENT_TYPE};
use super::call::CallState;
use super::convert::one_line;
use super::imports::CallView;
use super::news::Exports;
use super::snapshot::Snapshot;
use crate::size::Size;

/// A plugin as the editor calls it: what all have, and what only some export.
#[allow(unreachable_pub, reason = "the private trait that names it is as visible as it")]
pub struct Extension {
    pub(super) base: bindings::Extension,
    pub(super) process_owner: Option<ProcessOwner>,
    pub(super) language_provider: Option<LanguageProvider>,
    pub(super) file_owner: Option<FileOwner>,
    pub(super) worker: Option<Worker>,
    pub(super) save_hook: Option<SaveHook>,
    pub(super) focus_follower: Option<FocusFollower>,
    pub(super) folder_follower: Option<FolderFollower>,
    pub(super) subscriber: Option<Subscriber>,
    pub(super) mode_owner: Option<ModeOwner>,
}

witdock::interface! {
    Extension,
    component_type = COMPONENT_TYPE,
    state = CallState,
    link = |linker| bindings::Extension::add_to_linker::<_, HasCall>(linker, |host| CallView {
        state: &mut host.app,
        table: &mut host.table,
        programs: &host.programs,
    }),
    activate = activate,
    optional = [
        process_owner::COMPONENT_TYPE,
        language_provider::COMPONENT_TYPE,
        file_owner::COMPONENT_TYPE,
        worker::COMPONENT_TYPE,
        save_hook::COMPONENT_TYPE,
        focus_follower::COMPONENT_TYPE,
        folder_follower::COMPONENT_TYPE,
        subscriber::COMPONENT_TYPE,
        mode_owner::COMPONENT_TYPE,
    ],
    bind = bind,
}

/// The most that a plugin may register, bytes.
const MOST_REGISTERED_BYTES: usize = 1 << 20;

struct HasCall;

impl HasData for HasCall {
    type Data<'a> = CallView<'a>;
}

fn bind(store: &mut Store<HostState<CallState>>, instance: &Instance) -> wasmtime::Result<Extension> {
    let base = bindings::Extension::new(&mut *store, instance)?;
    // The types were checked before, so these fail only where the export is missing.
    Ok(Extension {
        base,
        process_owner: ProcessOwner::new(&mut *store, instance).ok(),
        language_provider: LanguageProvider::new(&mut *store, instance).ok(),
        file_owner: FileOwner::new(&mut *store, instance).ok(),
        worker: Worker::new(&mut *store, instance).ok(),
        save_hook: SaveHook::new(&mut *store, instance).ok(),
        focus_follower: FocusFollower::new(&mut *store, instance).ok(),
        folder_follower: FolderFollower::new(&mut *store, instance).ok(),
        subscriber: Subscriber::new(&mut *store, instance).ok(),
        mode_owner: ModeOwner::new(&mut *store, instance).ok(),
    })
}

async fn activate(guest: &Extension, store: &mut Store<HostState<CallState>>) -> wasmtime::Result<()> {
    store.data_mut().app.begin(Snapshot::default(), false);
    let settings = store.data().app.settings.get();
    let activated = guest.base.witdock_editor_plugin().call_activate(&mut *store, &settings).await?;
    let state = &mut store.data_mut().app;
    // A plugin shows nothing before it serves.
    state.end(false);
    match activated {
        Ok(registration) if registration_bytes(&registration) > MOST_REGISTERED_BYTES => {
            let most = MOST_REGISTERED_BYTES >> 20;
            Err(ContractViolation(format!("registered more than {most} MiB of commands and names")).into())
        }
        Ok(mut registration) => {
            make_shown(&mut registration)?;
            state.registration = Some(Arc::new(registration));
            state.exports = Exports {
                save_events: guest.save_hook.is_some(),
                focus_events: guest.focus_follower.is_some(),
            };
            Ok(())
        }
        Err(ActivateError::Settings(why)) => {
            Err(wasmtime::Error::msg(format!("it rejects its settings: {why}")))
        }
        Err(ActivateError::Failed(why)) => Err(wasmtime::Error::msg(format!("it failed to start: {why}"))),
    }
}

/// Makes a terminal obey nothing of what lists of commands and the status line show.
fn make_shown(registration: &mut Registration) -> Result<(), ContractViolation> {
    for command in &mut registration.commands {
        if one_line(&command.name) != command.name || command.name.is_empty() {
            let name = one_line(&command.name);
            return Err(ContractViolation(format!(
                "registered a command whose name cannot be shown: `{name}`"
            )));
        }
        command.title = one_line(&command.title);
        command.description = one_line(&command.description);
        for key in &mut command.default_keys {
            *key = one_line(key);
        }
    }
    for language in &mut registration.languages {
        *language = one_line(language);
    }
    for one in &mut registration.file_types {
        one.language = one_line(&one.language);
    }
    Ok(())
}

fn registration_bytes(registration: &Registration) -> usize {
    let Registration { commands, languages, file_types, completion_triggers, events: _, abilities: _ } =
        registration;
    let commands: usize = commands
        .iter()
        .map(|command| {
            let keys = command.default_keys.bytes();
            command.name.bytes() + command.title.bytes() + command.description.bytes() + keys
        })
        .sum();
    let file_types: usize = file_types.iter().map(|one| one.language.bytes() + one.patterns.bytes()).sum();
    commands + file_types + languages.bytes() + size_of_val(completion_triggers.as_slice())
}
