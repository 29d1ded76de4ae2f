//! Converts the editor's errors into errors of commands and formatters, so that `?` passes them on.

use crate::decorations::DecorationError;
use crate::diagnostics::DiagnosticError;
use crate::files::{FileError, MakeError};
use crate::floats::FloatError;
use crate::jobs::JobError;
use crate::keys::BindingError;
use crate::line_marks::MarkError;
use crate::panels::PanelError;
use crate::processes::{StartError, WriteError};
use crate::prompts::AskError;
use crate::selections::SelectionError;
use crate::storage::StorageError;
use crate::topics::{PublishError, SubscribeError};
use crate::viewport::ShowError;
use crate::work::WorkError;
use crate::{CommandError, EditError, FormatError, TextError};

const MOVED_ON: &str = "the text has changed in the meantime; run the command again";

macro_rules! explain {
    ($($error:ty: $of:ident => $text:expr;)*) => {
        $(
            impl $error {
                /// The message for the user.
                pub fn explain(&self) -> String {
                    let $of = self;
                    $text
                }
            }

            impl From<$error> for CommandError {
                fn from(error: $error) -> Self {
                    Self::Failed(error.explain())
                }
            }
        )*
    };
}

explain! {
    StartError: error => match error {
        StartError::NotGranted(why) | StartError::NotFound(why) | StartError::Invalid(why) => why.clone(),
        StartError::TooMany(most) => format!("the plugin has {most} processes, which is the limit"),
    };
    WriteError: error => match error {
        WriteError::NoSuchProcess => "the process has ended".to_owned(),
        WriteError::Closed => "the input of the process is closed".to_owned(),
        WriteError::Full(_) => "the process does not read its input".to_owned(),
    };
    TextError: error => match error {
        TextError::OutOfRange(length) => format!("the range is outside the text, which has {length} bytes"),
        TextError::NotOnBoundary(offset) => format!("byte {offset} of the text is inside a character"),
        TextError::TooLong(most) => format!("the text is too long for a plugin: at most {most} bytes can be passed at once"),
    };
    EditError: error => match error {
        EditError::Stale(_) => MOVED_ON.to_owned(),
        EditError::OutOfRange(edit) => format!("the range of edit {edit} is outside the text"),
        EditError::NotOnBoundary(edit) => format!("edit {edit} starts or ends inside a character"),
        EditError::Overlapping(edit) => format!("edit {edit} overlaps the previous one"),
        EditError::ReadOnly => "the document is read-only".to_owned(),
        EditError::NotInThisCall => "only commands and event handlers may edit".to_owned(),
    };
    SelectionError: error => match error {
        SelectionError::NoSuchDocument => "the document has been closed".to_owned(),
        SelectionError::Stale(_) => MOVED_ON.to_owned(),
        SelectionError::Empty => "there is no primary selection".to_owned(),
        SelectionError::OutOfRange(index) => format!("selection {index} ends after the text's end"),
        SelectionError::NotOnBoundary(index) => format!("selection {index} starts or ends inside a character"),
        SelectionError::Overlapping(index) => format!("selection {index} overlaps the previous one"),
        SelectionError::NotInThisCall => "only commands and event handlers may change selections".to_owned(),
    };
    ShowError: error => match error {
        ShowError::NoSuchDocument => "the document has been closed".to_owned(),
        ShowError::OutOfRange => "the place is outside the text".to_owned(),
    };
    PanelError: error => match error {
        PanelError::TooLong(most) => format!("the panel has more than {most} lines"),
    };
    DecorationError: error => match error {
        DecorationError::NoSuchDocument => "the document has been closed".to_owned(),
        DecorationError::Stale(_) => MOVED_ON.to_owned(),
        DecorationError::OutOfRange(index) => format!("decoration {index} is outside the text"),
        DecorationError::TooMany(most) => format!("there are more than {most} decorations in one set"),
    };
    DiagnosticError: error => match error {
        DiagnosticError::NoSuchDocument => "the document has been closed".to_owned(),
        DiagnosticError::Stale(_) => MOVED_ON.to_owned(),
        DiagnosticError::OutOfRange(index) => format!("diagnostic {index} is outside the text"),
        DiagnosticError::TooMany(most) => format!("there are more than {most} diagnostics in one set"),
    };
    MarkError: error => match error {
        MarkError::NoSuchDocument => "the document has been closed".to_owned(),
        MarkError::Stale(_) => MOVED_ON.to_owned(),
        MarkError::OutOfRange(index) => format!("mark {index} is outside the text"),
        MarkError::TooMany(most) => format!("there are more than {most} marks in one set"),
    };
    AskError: error => match error {
        AskError::TooMany(most) => format!("{most} questions are open already; answer one of them first"),
        AskError::Choices(most) => format!("there must be between 1 and {most} choices"),
    };
    FileError: error => match error {
        FileError::NotGranted(why) => why.clone(),
        FileError::NotFound => "there is no such file".to_owned(),
        FileError::NotAFile => "it is not a regular file".to_owned(),
        FileError::TooLong(most) => format!("the file is too long for a plugin, which opens at most {most} bytes"),
        FileError::TooMany(most) => format!("the plugin has opened {most} documents, which is the limit; close some of them"),
        FileError::NoSuchDocument => "the document has been closed".to_owned(),
        FileError::NoPath => "the document has no file yet".to_owned(),
        FileError::ReadOnly => "the document is read-only".to_owned(),
    };
    MakeError: error => match error {
        MakeError::TooLong(most) => format!("the text is too long: a plugin makes documents of at most {most} bytes"),
        MakeError::TooMany(most) => format!("the plugin has opened {most} documents, which is the limit; close some of them"),
    };
    StorageError: error => match error {
        StorageError::InvalidKey(most) => format!("a key of the storage has 1 to {most} bytes"),
        StorageError::TooManyKeys(most) => format!("the storage has {most} keys, which is the limit"),
        StorageError::Full(most) => format!("the storage is full: it takes {most} bytes"),
        StorageError::Unavailable(why) => format!("the storage cannot be used: {why}"),
    };
    WorkError: error => match error {
        WorkError::TooMany(most) => format!("the plugin has {most} kinds of work under way, which is the limit"),
    };
    FloatError: error => match error {
        FloatError::TooLong(most) => format!("the window has more than {most} lines"),
        FloatError::TooMany(most) => format!("the plugin has {most} windows, which is the limit"),
    };
    PublishError: error => match error {
        PublishError::InvalidTopic(most) => format!("a topic has letters, digits, `-`, `_` and `.`, at most {most} bytes"),
        PublishError::TooLong(most) => format!("a message has at most {most} bytes"),
        PublishError::TooMany(most) => format!("a call publishes at most {most} messages"),
    };
    SubscribeError: error => match error {
        SubscribeError::InvalidTopic(most) => format!("a topic is written `PLUGIN/TOPIC`, and has at most {most} bytes"),
        SubscribeError::TooMany(most) => format!("the plugin has {most} subscriptions, which is the limit"),
    };
    BindingError: error => match error {
        BindingError::NoSuchCommand(name) => format!("`{name}` is not registered"),
        BindingError::TooMany(most) => format!("there are at most {most} keys"),
    };
    JobError: error => match error {
        JobError::NoSuchCommand(name) => format!("unknown command `{name}`"),
        JobError::QueueFull(most) => format!("the queue already has {most} commands"),
    };
}

impl From<TextError> for FormatError {
    fn from(error: TextError) -> Self {
        Self::Failed(error.explain())
    }
}
