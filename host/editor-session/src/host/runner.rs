//! The calls into a plugin.

use witdock::{ContractViolation, Plugin};
use witdock_editor_core::{Edit, Text};

use super::api::{CommandError, DocumentVersion, Event, FormatError};
use super::bindings::file_owner::FileOwner;
use super::bindings::focus_follower::FocusFollower;
use super::bindings::folder_follower::FolderFollower;
use super::bindings::language_provider::LanguageProvider;
use super::bindings::mode_owner::ModeOwner;
use super::bindings::process_owner::ProcessOwner;
use super::bindings::save_hook::SaveHook;
use super::bindings::subscriber::Subscriber;
use super::bindings::witdock::editor::documents::EditError;
use super::bindings::witdock::editor::types;
use super::bindings::worker::Worker;
use super::bindings::worker::exports::witdock::editor::work_events::Next;
use super::call::Ticket;
use super::code::request;
use super::convert::{one_line, process_event};
use super::events::{Focus, FolderNews};
use super::files::FileFailure;
use super::holdings::refuse_growth;
use super::interface::Extension;
use super::outcome::{Outcome, TopicMessage};
use super::process::Happened;
use super::report::CHANGE_CALLS;
use super::snapshot::Snapshot;
use super::storage::{Changes, Storage};
use crate::code::Question;
use crate::display::{Completion, HoverText, Location};
use crate::message::Message;

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
    /// Tell what a process has done.
    Process(Ticket, Happened),
    /// Tell how a request about a document and its file has ended.
    File(Ticket, Result<DocumentVersion, FileFailure>),
    /// Give the edits to make before a document is saved.
    BeforeSave(DocumentVersion),
    /// Tell a change of the focus.
    Focus(Focus),
    /// Tell what has happened to the files of the folder.
    Folder(FolderNews),
    /// Tell a message of a plugin.
    Message(TopicMessage),
    /// Tell that a mode was left.
    ModeLeft(String),
    /// Do a step of long work.
    Step(Ticket),
    /// Tell that long work was cancelled.
    Cancelled(Ticket),
    /// Ask about code. The answer is in this outcome or in a later one.
    Ask(Ticket, Question, Location),
    /// Tell that nobody waits for an answer any more.
    Withdraw(Ticket),
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
    /// What follows the step.
    Stepped(Step),
    /// Documentation for the place, if there is some.
    Hovered(Location, Option<HoverText>),
}

/// What follows a step of long work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Another step.
    Again,
    /// Another step, after the next other call of the plugin.
    Wait,
    /// Nothing: the work is done.
    Done,
}

impl From<Next> for Step {
    fn from(next: Next) -> Self {
        match next {
            Next::Again => Self::Again,
            Next::Wait => Self::Wait,
            Next::Done => Self::Done,
        }
    }
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
            Self::Process(..) => "on-process",
            Self::File(..) => "on-file",
            Self::BeforeSave(_) => "before-save",
            Self::Focus(_) => "on-focus",
            Self::Folder(_) => "on-folder",
            Self::Message(_) => "on-message",
            Self::ModeLeft(_) => "mode-left",
            Self::Step(_) => "step",
            Self::Cancelled(_) => "cancelled",
            Self::Ask(..) => "ask",
            Self::Withdraw(_) => "withdraw",
        }
    }

    /// Commands and events may edit. A call that answers a question may not.
    fn may_edit(&self) -> bool {
        !matches!(
            self,
            Self::Format(_)
                | Self::BeforeSave(_)
                | Self::Complete(_)
                | Self::Hover(_)
                | Self::Ask(..)
                | Self::Withdraw(_)
                | Self::Cancelled(_)
        )
    }
}

/// Checks the edits that format a text.
fn formatted_by(
    text: &Text,
    edits: Vec<types::Edit>,
) -> Result<Result<Vec<Edit>, FormatError>, ContractViolation> {
    Ok(match super::imports::change(text, edits) {
        Ok(change) => {
            refuse_growth(change.length_before(), change.length_after())?;
            Ok(change.edits().to_vec())
        }
        Err(error) => Err(FormatError::Failed(format!("its edits are invalid: {}", in_words(&error)))),
    })
}

fn in_words(error: &EditError) -> String {
    match error {
        EditError::OutOfRange(index) => format!("edit {index} is not within the text"),
        EditError::NotOnBoundary(index) => format!("edit {index} starts or ends inside a character"),
        EditError::Overlapping(index) => format!("edit {index} starts before the end of the one before it"),
        EditError::Stale(_) => "they are for another text".to_owned(),
        EditError::ReadOnly => "the document is read-only".to_owned(),
        EditError::NotInThisCall => "it may not edit now".to_owned(),
    }
}

/// An error of a command may wait in the queue of the plugin that has run it.
fn cut(error: CommandError) -> CommandError {
    match error {
        CommandError::NotApplicable(why) => CommandError::NotApplicable(one_line(&why)),
        CommandError::NoSuchCommand(name) => CommandError::NoSuchCommand(one_line(&name)),
        CommandError::Argument(why) => CommandError::Argument(one_line(&why)),
        CommandError::Failed(why) => CommandError::Failed(one_line(&why)),
    }
}

/// Makes a call, on this snapshot.
pub(super) async fn run(
    plugin: &Plugin<Extension>,
    call: Call,
    snapshot: Snapshot,
) -> Result<(Answered, Outcome), witdock::CallError> {
    let name = plugin.name();
    let (answered, mut outcome, storage) = plugin
        .call_named(call.export(), async |guest, store| {
            store.data_mut().app.begin(snapshot, call.may_edit());
            let process_owner = guest.process_owner.as_ref();
            let provider = guest.language_provider.as_ref();
            let provider = provider.map(LanguageProvider::witdock_editor_language_requests);
            let file_owner = guest.file_owner.as_ref().map(FileOwner::witdock_editor_file_events);
            let guest_save = guest.save_hook.as_ref().map(SaveHook::witdock_editor_save_events);
            let focus_follower = guest.focus_follower.as_ref();
            let focus_follower = focus_follower.map(FocusFollower::witdock_editor_focus_events);
            let folder_follower = guest.folder_follower.as_ref();
            let folder_follower = folder_follower.map(FolderFollower::witdock_editor_folder_events);
            let subscriber = guest.subscriber.as_ref().map(Subscriber::witdock_editor_topic_events);
            let mode_owner = guest.mode_owner.as_ref().map(ModeOwner::witdock_editor_mode_events);
            let worker = guest.worker.as_ref().map(Worker::witdock_editor_work_events);
            let guest = guest.base.witdock_editor_plugin();
            let answered = match call {
                Call::Run { command, argument } => {
                    let ended = guest.call_run_command(&mut *store, &command, argument.as_deref()).await?;
                    Answered::Run(ended.map_err(cut))
                }
                Call::Tell(event) => {
                    guest.call_on_event(&mut *store, &event).await?;
                    Answered::Told
                }
                Call::Format(version) => {
                    let formatted = guest.call_format(&mut *store, version).await?;
                    let text = store.data().app.document(version.document).map(|working| &working.view.text);
                    let formatted = match (formatted, text) {
                        (Ok(edits), Some(text)) => formatted_by(text, edits)?,
                        (Ok(_), None) => Ok(Vec::new()),
                        (Err(error), _) => Err(error),
                    };
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
                Call::Ask(ticket, question, at) => {
                    if let Some(provider) = provider {
                        provider.call_ask(&mut *store, &request(ticket, question, at)).await?;
                    }
                    Answered::Told
                }
                Call::Withdraw(ticket) => {
                    if let Some(provider) = provider {
                        provider.call_withdraw(&mut *store, ticket).await?;
                    }
                    Answered::Told
                }
                Call::File(request, outcome) => {
                    if let Some(owner) = file_owner {
                        let outcome = outcome.as_ref().copied().map_err(|failure| failure.clone().into());
                        owner.call_on_file(&mut *store, request, outcome.as_ref().copied()).await?;
                    }
                    Answered::Told
                }
                Call::BeforeSave(version) => {
                    let edits = match guest_save {
                        Some(hook) => hook.call_before_save(&mut *store, version).await?,
                        None => Ok(Vec::new()),
                    };
                    let text = store.data().app.document(version.document).map(|working| &working.view.text);
                    let edits = match (edits, text) {
                        (Ok(edits), Some(text)) => formatted_by(text, edits)?,
                        (Ok(_), None) => Ok(Vec::new()),
                        (Err(why), _) => Err(FormatError::Failed(one_line(&why))),
                    };
                    Answered::Formatted(version, edits)
                }
                Call::Focus(focus) => {
                    if let Some(follower) = focus_follower {
                        follower.call_on_focus(&mut *store, focus.into()).await?;
                    }
                    Answered::Told
                }
                Call::Folder(news) => {
                    if let Some(follower) = folder_follower {
                        follower.call_on_folder(&mut *store, &news.into()).await?;
                    }
                    Answered::Told
                }
                Call::Message(message) => {
                    if let Some(subscriber) = subscriber {
                        subscriber.call_on_message(&mut *store, &message.into()).await?;
                    }
                    Answered::Told
                }
                Call::ModeLeft(mode) => {
                    if let Some(owner) = mode_owner {
                        owner.call_mode_left(&mut *store, &mode).await?;
                    }
                    Answered::Told
                }
                Call::Step(work) => Answered::Stepped(match worker {
                    Some(worker) => worker.call_step(&mut *store, work).await?.into(),
                    None => Step::Done,
                }),
                Call::Cancelled(work) => {
                    if let Some(worker) = worker {
                        worker.call_cancelled(&mut *store, work).await?;
                    }
                    Answered::Told
                }
                Call::Process(process, happened) => {
                    let owner = process_owner.map(ProcessOwner::witdock_editor_process_events);
                    if let Some((owner, event)) = owner.zip(process_event(process, happened)) {
                        owner.call_on_process(&mut *store, &event).await?;
                    }
                    Answered::Told
                }
            };
            let kept = !matches!(answered, Answered::Run(Err(_)));
            let app = &mut store.data_mut().app;
            Ok((answered, app.end(kept), app.storage.clone()))
        })
        .await?;
    if let Some(why) = store(&storage, std::mem::take(&mut outcome.stored)).await {
        outcome.messages.push(Message::error(format!("what it stores is lost: {why}")).of(name));
    }
    Ok((answered, outcome))
}

/// Writes what a call has stored. Gives why that has failed.
async fn store(storage: &Storage, changes: Changes) -> Option<String> {
    if changes.is_empty() {
        return None;
    }
    let storage = storage.clone();
    let written = tokio::task::spawn_blocking(move || storage.commit(&changes)).await;
    match written {
        Ok(written) => written.err().map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    }
}
