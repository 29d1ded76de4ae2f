//! What the editor refuses, in a command's or a formatter's own words, so that `?` hands it on.

use crate::decorations::DecorationError;
use crate::jobs::JobError;
use crate::panels::PanelError;
use crate::prompts::AskError;
use crate::selections::SelectionError;
use crate::viewport::ShowError;
use crate::{CommandError, EditError, FormatError, TextError};

const MOVED_ON: &str = "the text has changed in the meantime: run the command again";

macro_rules! explain {
    ($($error:ty: $of:ident => $text:expr;)*) => {
        $(
            impl $error {
                /// What is wrong, for a person.
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
    TextError: error => match error {
        TextError::OutOfRange(length) => format!("there is no such range: the text has {length} bytes"),
        TextError::NotOnBoundary(offset) => format!("byte {offset} of the text is inside a character"),
        TextError::TooLong(most) => format!("the text is too long for a plugin: the editor hands over {most} bytes at once"),
    };
    EditError: error => match error {
        EditError::Stale(_) => MOVED_ON.to_owned(),
        EditError::OutOfRange(edit) => format!("edit {edit} is of a range that the text does not have"),
        EditError::NotOnBoundary(edit) => format!("edit {edit} begins or ends inside a character"),
        EditError::Overlapping(edit) => format!("edit {edit} overlaps the one before it"),
        EditError::ReadOnly => "the document is read-only".to_owned(),
        EditError::NotInThisCall => "only a command or an answer to an event may edit".to_owned(),
    };
    SelectionError: error => match error {
        SelectionError::NoSuchDocument => "the document is not open any more".to_owned(),
        SelectionError::Stale(_) => MOVED_ON.to_owned(),
        SelectionError::Empty => "there is no primary selection".to_owned(),
        SelectionError::OutOfRange(index) => format!("selection {index} reaches behind the text's end"),
        SelectionError::NotOnBoundary(index) => format!("selection {index} begins or ends inside a character"),
        SelectionError::Overlapping(index) => format!("selection {index} overlaps the one before it"),
        SelectionError::NotInThisCall => "only a command or an answer to an event may select".to_owned(),
    };
    ShowError: error => match error {
        ShowError::NoSuchDocument => "the document is not open any more".to_owned(),
        ShowError::OutOfRange => "the text has no such place".to_owned(),
    };
    PanelError: error => match error {
        PanelError::TooLong(most) => format!("the panel has more than {most} lines"),
    };
    DecorationError: error => match error {
        DecorationError::NoSuchDocument => "the document is not open any more".to_owned(),
        DecorationError::Stale(_) => MOVED_ON.to_owned(),
        DecorationError::OutOfRange(index) => format!("decoration {index} is of a place that the text does not have"),
        DecorationError::TooMany(most) => format!("there are more than {most} decorations"),
    };
    AskError: error => match error {
        AskError::TooMany(most) => format!("{most} questions are open already: answer one of them"),
        AskError::Choices(most) => format!("there must be between 1 and {most} choices"),
    };
    JobError: error => match error {
        JobError::NoSuchCommand(name) => format!("there is no command `{name}`"),
        JobError::QueueFull(most) => format!("{most} commands are waiting already"),
    };
}

impl From<TextError> for FormatError {
    fn from(error: TextError) -> Self {
        Self::Failed(error.explain())
    }
}
