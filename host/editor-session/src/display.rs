//! What plugins show: status line segments, panels, completions, hover texts, and questions to the person.
//!
//! These are the editor's own types. `host::convert` makes them from what a plugin sends.

use std::ops::Range;

use witdock_editor_core::{Edit, Revision};

use crate::code::Place;
use crate::documents::DocumentId;
use crate::host::PluginId;
use crate::style::Span;

/// A place in a document, at one revision of its text. After later changes it stands for where that text is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// The open document.
    pub document: DocumentId,
    /// The revision that `offset` belongs to.
    pub revision: Revision,
    /// The place, in bytes from the start of the text.
    pub offset: usize,
}

/// A command to run, with its argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// `PLUGIN.COMMAND`, or `editor.COMMAND` for one of the editor's own.
    pub command: String,
    /// The argument, which only the command itself interprets.
    pub argument: Option<String>,
}

/// What happens when a person chooses a line of a panel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Action {
    /// Nothing happens: the line is only there to read.
    #[default]
    None,
    /// The document comes to the front with its cursor at this place.
    GoTo(Location),
    /// The command runs.
    Run(Invocation),
    /// The place comes to the front, whose file may not be open.
    Open(Place),
    /// A plugin is asked for the edits of an action that it has named.
    Do(PluginId, u32),
}

/// A piece of the status line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The text.
    pub spans: Vec<Span>,
    /// Where there is no room for all segments, those of the lowest priority are left out first.
    pub priority: i32,
}

/// An area beside the text that shows a list of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// The title, above the lines.
    pub title: String,
    /// All lines; the front end scrolls.
    pub lines: Vec<PanelLine>,
}

/// A line of a [`Panel`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelLine {
    /// The text.
    pub spans: Vec<Span>,
    /// What happens when a person chooses the line.
    pub action: Action,
}

/// A small window over the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Float {
    /// The title, behind the plugin's name.
    pub title: String,
    /// All lines; as many are shown as there is room for.
    pub lines: Vec<Vec<Span>>,
    /// The place that it is beside; with none, the cursor.
    pub at: Option<Location>,
}

/// Keys of a command that count only somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyBinding {
    /// The keys, as a key map has them.
    pub keys: String,
    /// The command, without the plugin's name.
    pub command: String,
    /// Where they count.
    pub context: KeyContext,
}

/// Where keys of a plugin count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyContext {
    /// In documents of this language.
    Language(String),
    /// In the plugin's panel of this name.
    Panel(String),
    /// While this mode of the plugin is on.
    Mode(String),
}

/// A completion: text that continues what a person has typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The text in the list.
    pub label: String,
    /// What the completion stands for.
    pub kind: CompletionKind,
    /// More about it, behind the label; may be empty.
    pub detail: String,
    /// The change that choosing it makes.
    pub edit: Edit,
}

/// What a [`Completion`] stands for. The front end draws a letter or a sign for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// A word of the text.
    Word,
    /// A keyword of the language.
    Keyword,
    /// The name of a function.
    FunctionName,
    /// The name of a variable.
    Variable,
    /// The name of a type.
    TypeName,
    /// A file or a folder.
    File,
    /// A template of several tokens.
    Snippet,
}

/// Documentation for a place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoverText {
    /// The text that the documentation is about.
    pub range: Range<usize>,
    /// The lines to show.
    pub lines: Vec<Vec<Span>>,
}

/// A question from a plugin to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The person types a line of text.
    Text(TextQuestion),
    /// The person chooses from a list.
    Choice(ChoiceQuestion),
}

/// The person's answer to a [`Question`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The line that the person has typed.
    Text(String),
    /// The index of the chosen choice.
    Chosen(usize),
    /// The person does not want to answer.
    Cancelled,
}

/// A question that a line of text answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextQuestion {
    /// The question.
    pub title: String,
    /// The text that is in the line at the beginning.
    pub initial: String,
    /// The hint that is shown while the line is empty.
    pub placeholder: String,
}

/// A question that one of several choices answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceQuestion {
    /// The question.
    pub title: String,
    /// The choices, in the order in which they are shown while nothing is typed.
    pub choices: Vec<Choice>,
}

/// One of the choices of a [`ChoiceQuestion`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The text in the list, which typed letters are matched against.
    pub label: String,
    /// More about it, behind the label.
    pub detail: Vec<Span>,
}
