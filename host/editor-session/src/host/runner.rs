//! The calls into a plugin.

use witdock::Plugin;
use witdock_editor_core::{ChangeSet, Edit};

use super::api::{CommandError, DocumentVersion, Event, FormatError};
use super::bindings::Extension;
use super::outcome::Outcome;
use super::report::CHANGE_CALLS;
use super::snapshot::Snapshot;
use crate::display::{Completion, HoverText, Location};

/// A call into a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// Run a command.
    Run {
        /// The command's name, without the plugin's.
        command: String,
        /// The command's argument.
        argument: Option<String>,
    },
    /// Tell an event.
    Tell(Event),
    /// Format a document.
    Format(DocumentVersion),
    /// Give completions for a place.
    Complete(Location),
    /// Give documentation for a place.
    Hover(Location),
}

/// The answer of a plugin to a [`Call`].
#[derive(Debug)]
pub enum Answered {
    /// The command has run or failed.
    Run(Result<(), CommandError>),
    /// The event was taken.
    Told,
    /// The edits that format the document.
    Formatted(DocumentVersion, Result<Vec<Edit>, FormatError>),
    /// Completions for the place.
    Completed(Location, Vec<Completion>),
    /// Documentation for the place, if there is some.
    Hovered(Location, Option<HoverText>),
}

impl Call {
    fn export(&self) -> &'static str {
        match self {
            Self::Run { .. } => "run-command",
            Self::Tell(Event::Changed(_)) => CHANGE_CALLS,
            Self::Tell(_) => "on-event",
            Self::Format(_) => "format",
            Self::Complete(_) => "complete",
            Self::Hover(_) => "hover",
        }
    }

    /// Commands and events may edit. A call that answers a question may not.
    fn may_edit(&self) -> bool {
        matches!(self, Self::Run { .. } | Self::Tell(_))
    }
}

/// Makes a call, on this snapshot.
pub(super) async fn run(
    plugin: &Plugin<Extension>,
    call: Call,
    snapshot: Snapshot,
) -> Result<(Answered, Outcome), witdock::CallError> {
    plugin
        .call_named(call.export(), async |guest, store| {
            store.data_mut().app.begin(snapshot, call.may_edit());
            let guest = guest.witdock_editor_plugin();
            let answered = match call {
                Call::Run { command, argument } => {
                    Answered::Run(guest.call_run_command(&mut *store, &command, argument.as_deref()).await?)
                }
                Call::Tell(event) => {
                    guest.call_on_event(&mut *store, &event).await?;
                    Answered::Told
                }
                Call::Format(version) => {
                    let formatted = guest.call_format(&mut *store, version).await?;
                    let text = store.data().app.document(version.document).map(|working| &working.view.text);
                    let formatted = formatted.and_then(|edits| match text {
                        Some(text) => super::imports::change(text, edits)
                            .map(|change: ChangeSet| change.edits().to_vec())
                            .map_err(|error| {
                                FormatError::Failed(format!("its edits are invalid: {error:?}"))
                            }),
                        None => Ok(Vec::new()),
                    });
                    Answered::Formatted(version, formatted)
                }
                Call::Complete(at) => {
                    let completions = guest.call_complete(&mut *store, at.into()).await?;
                    Answered::Completed(at, completions.into_iter().map(Completion::from).collect())
                }
                Call::Hover(at) => {
                    let text = guest.call_hover(&mut *store, at.into()).await?;
                    Answered::Hovered(at, text.map(HoverText::from))
                }
            };
            let kept = !matches!(answered, Answered::Run(Err(_)));
            let outcome = store.data_mut().app.end(kept);
            Ok((answered, outcome))
        })
        .await
}
