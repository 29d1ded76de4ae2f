//! One call into a plugin, in a task of its own, beside the editor.

use witdock::Plugin;

use super::bindings::Extension;
use super::bindings::witdock::editor::types::CommandError;
use super::call::{Outcome, Snapshot};
use super::happening::Happening;
use crate::app::Message;

/// Something that a plugin is called for.
#[derive(Debug)]
pub enum Call {
    /// A command is to be run.
    Run(String),
    /// Something has happened.
    Tell(Happening),
}

/// Calls a plugin. What it answers to say that it failed comes as a message.
pub(super) async fn run(
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
