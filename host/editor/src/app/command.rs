//! What a person can do: the editor's commands, their names and their keys. The key map, the palette, the help and the
//! command line's help all come from this one table.

use witdock_editor_core::commands::{self, View};
use witdock_editor_core::{Extend, Motion, Selections, Transaction};

/// A command of the editor.
#[derive(Debug, Clone, Copy)]
pub enum Command {
    /// Moves the cursors.
    Move(Motion, Extend),
    /// Moves the cursors by a screen.
    PageUp(Extend),
    /// Moves the cursors by a screen.
    PageDown(Extend),
    /// Selects something else.
    Select(fn(View<'_>) -> Selections),
    /// Leaves one cursor of several.
    OneCursor,
    /// Changes the text.
    Change(fn(View<'_>) -> Transaction),
    /// Puts in a line break, indented as the line is.
    Newline,
    /// Puts in a level of indentation, or indents what is selected.
    Indent,
    /// Turns lines into comments, or back.
    ToggleComment,
    /// Takes back.
    Undo,
    /// Takes back what was taken back.
    Redo,
    /// Copies the selection and deletes it.
    Cut,
    /// Copies the selection.
    Copy,
    /// Puts in what was copied.
    Paste,
    /// Opens a file.
    Open,
    /// Saves the document.
    Save,
    /// Saves the document to another file.
    SaveAs,
    /// Finds a text while it is typed.
    Find,
    /// Replaces a text everywhere.
    Replace,
    /// Goes to a line.
    GoToLine,
    /// Goes to the document before this one.
    PreviousDocument,
    /// Goes to the document after this one.
    NextDocument,
    /// Closes the document.
    Close,
    /// Opens the list of all commands.
    Palette,
    /// Opens the list of plugins.
    Plugins,
    /// Answers what plugins ask to be allowed.
    AnswerPlugins,
    /// Stops the plugins that are busy.
    StopBusy,
    /// Turns on or off that lines which are too long go on in the next row.
    ToggleWrap,
    /// Asks plugins for ways to go on.
    Complete,
    /// Asks plugins what there is to say about the cursor's place.
    Hover,
    /// Has plugins format the document.
    Format,
    /// Gives the keys to the panel of a plugin.
    Panel,
    /// Shows what was said.
    Messages,
    /// Shows the keys.
    Help,
    /// Reads the configuration again.
    ReadConfig,
    /// Ends the editor.
    Quit,
}

/// A command with what people know it by.
#[derive(Debug)]
pub struct Listed {
    /// What it belongs to.
    pub group: &'static str,
    /// `editor.COMMAND`.
    pub name: &'static str,
    /// What it does.
    pub title: &'static str,
    /// The keys that it has unless a person gives them another meaning.
    pub keys: &'static [&'static str],
    /// The command.
    pub command: Command,
}

const fn listed(
    group: &'static str,
    name: &'static str,
    title: &'static str,
    keys: &'static [&'static str],
    command: Command,
) -> Listed {
    Listed { group, name, title, keys, command }
}

const FILES: &str = "Files";
const EDITING: &str = "Editing";
const FINDING: &str = "Finding";
const CURSORS: &str = "Several cursors";
const PLUGINS: &str = "Plugins";
const EDITOR: &str = "The editor";
/// The group of what only keys are for: the palette leaves it out.
pub const MOVING: &str = "Moving, with Shift selecting";

use Command::{Change, Move, PageDown, PageUp, Select};
use Extend::{No, Yes};

/// All commands, group by group.
pub const COMMANDS: &[Listed] = &[
    listed(FILES, "editor.open", "Open a file", &["ctrl-o"], Command::Open),
    listed(FILES, "editor.save", "Save", &["ctrl-s"], Command::Save),
    listed(FILES, "editor.save-as", "Save to another file", &["f12"], Command::SaveAs),
    listed(FILES, "editor.close", "Close the document", &["ctrl-w"], Command::Close),
    listed(FILES, "editor.next-document", "Next document", &["ctrl-page-down"], Command::NextDocument),
    listed(
        FILES,
        "editor.previous-document",
        "Previous document",
        &["ctrl-page-up"],
        Command::PreviousDocument,
    ),
    listed(EDITING, "editor.undo", "Undo", &["ctrl-z"], Command::Undo),
    listed(EDITING, "editor.redo", "Redo", &["ctrl-y", "ctrl-shift-z"], Command::Redo),
    listed(EDITING, "editor.cut", "Cut", &["ctrl-x"], Command::Cut),
    listed(EDITING, "editor.copy", "Copy", &["ctrl-c"], Command::Copy),
    listed(EDITING, "editor.paste", "Paste", &["ctrl-v"], Command::Paste),
    listed(EDITING, "editor.newline", "New line", &["enter"], Command::Newline),
    listed(EDITING, "editor.indent", "Indent", &["tab"], Command::Indent),
    listed(EDITING, "editor.outdent", "Outdent", &["shift-tab"], Change(commands::outdent)),
    listed(
        EDITING,
        "editor.toggle-comment",
        "Comment lines, or not",
        &["ctrl-/", "ctrl-7"],
        Command::ToggleComment,
    ),
    listed(
        EDITING,
        "editor.delete-back",
        "Delete back",
        &["backspace", "shift-backspace"],
        Change(commands::delete_back),
    ),
    listed(EDITING, "editor.delete-forward", "Delete forward", &["delete"], Change(commands::delete_forward)),
    listed(
        EDITING,
        "editor.delete-word-back",
        "Delete the word before",
        &["ctrl-backspace", "ctrl-h"],
        Change(commands::delete_word_back),
    ),
    listed(
        EDITING,
        "editor.delete-word-forward",
        "Delete the word after",
        &["ctrl-delete"],
        Change(commands::delete_word_forward),
    ),
    listed(EDITING, "editor.delete-lines", "Delete lines", &["ctrl-shift-k"], Change(commands::delete_lines)),
    listed(
        EDITING,
        "editor.duplicate-lines",
        "Duplicate lines",
        &["alt-shift-down"],
        Change(commands::duplicate_lines),
    ),
    listed(EDITING, "editor.move-lines-up", "Move lines up", &["alt-up"], Change(commands::move_lines_up)),
    listed(
        EDITING,
        "editor.move-lines-down",
        "Move lines down",
        &["alt-down"],
        Change(commands::move_lines_down),
    ),
    listed(EDITING, "editor.join-lines", "Join lines", &["alt-j"], Change(commands::join_lines)),
    listed(EDITING, "editor.format", "Format the document", &["f8"], Command::Format),
    listed(FINDING, "editor.find", "Find", &["ctrl-f"], Command::Find),
    listed(FINDING, "editor.replace", "Replace everywhere", &["ctrl-r"], Command::Replace),
    listed(FINDING, "editor.go-to-line", "Go to a line", &["ctrl-g"], Command::GoToLine),
    listed(CURSORS, "editor.select-all", "Select all", &["ctrl-a"], Select(commands::select_all)),
    listed(CURSORS, "editor.select-lines", "Select lines", &["ctrl-l"], Select(commands::select_lines)),
    listed(
        CURSORS,
        "editor.add-next-match",
        "Select the word, then its next place too",
        &["ctrl-d"],
        Select(commands::add_next_match),
    ),
    listed(
        CURSORS,
        "editor.select-all-matches",
        "Select all places of the word",
        &["alt-d"],
        Select(commands::select_all_matches),
    ),
    listed(
        CURSORS,
        "editor.add-cursor-above",
        "A cursor above",
        &["ctrl-alt-up"],
        Select(commands::add_cursor_above),
    ),
    listed(
        CURSORS,
        "editor.add-cursor-below",
        "A cursor below",
        &["ctrl-alt-down"],
        Select(commands::add_cursor_below),
    ),
    listed(
        CURSORS,
        "editor.split-into-lines",
        "A cursor on each selected line",
        &["alt-l"],
        Select(commands::split_into_lines),
    ),
    listed(CURSORS, "editor.one-cursor", "One cursor again", &["escape"], Command::OneCursor),
    listed(PLUGINS, "editor.palette", "All commands", &["ctrl-p"], Command::Palette),
    listed(PLUGINS, "editor.plugins", "Plugins", &["f2"], Command::Plugins),
    listed(PLUGINS, "editor.answer-plugins", "Answer what plugins ask", &["f7"], Command::AnswerPlugins),
    listed(PLUGINS, "editor.stop-busy", "Stop plugins that are busy", &["f9"], Command::StopBusy),
    listed(PLUGINS, "editor.complete", "Complete", &["ctrl-space"], Command::Complete),
    listed(PLUGINS, "editor.hover", "What is this?", &["f4"], Command::Hover),
    listed(PLUGINS, "editor.panel", "Go to a plugin's panel", &["f6"], Command::Panel),
    listed(EDITOR, "editor.help", "Help: all keys", &["f1"], Command::Help),
    listed(EDITOR, "editor.messages", "What was said", &["f3"], Command::Messages),
    listed(EDITOR, "editor.toggle-wrap", "Wrap long lines, or not", &["alt-z"], Command::ToggleWrap),
    listed(EDITOR, "editor.read-config", "Read the configuration again", &[], Command::ReadConfig),
    listed(EDITOR, "editor.quit", "Quit", &["ctrl-q"], Command::Quit),
    listed(MOVING, "editor.left", "Left", &["left"], Move(Motion::Left, No)),
    listed(MOVING, "editor.right", "Right", &["right"], Move(Motion::Right, No)),
    listed(MOVING, "editor.up", "Up", &["up"], Move(Motion::Up(1), No)),
    listed(MOVING, "editor.down", "Down", &["down"], Move(Motion::Down(1), No)),
    listed(MOVING, "editor.word-left", "A word back", &["ctrl-left"], Move(Motion::WordLeft, No)),
    listed(MOVING, "editor.word-right", "A word on", &["ctrl-right"], Move(Motion::WordRight, No)),
    listed(MOVING, "editor.line-start", "Start of the line", &["home"], Move(Motion::LineStart, No)),
    listed(MOVING, "editor.line-end", "End of the line", &["end"], Move(Motion::LineEnd, No)),
    listed(MOVING, "editor.paragraph-up", "A paragraph up", &["ctrl-up"], Move(Motion::ParagraphUp, No)),
    listed(
        MOVING,
        "editor.paragraph-down",
        "A paragraph down",
        &["ctrl-down"],
        Move(Motion::ParagraphDown, No),
    ),
    listed(MOVING, "editor.page-up", "A screen up", &["page-up"], PageUp(No)),
    listed(MOVING, "editor.page-down", "A screen down", &["page-down"], PageDown(No)),
    listed(MOVING, "editor.text-start", "Start of the text", &["ctrl-home"], Move(Motion::TextStart, No)),
    listed(MOVING, "editor.text-end", "End of the text", &["ctrl-end"], Move(Motion::TextEnd, No)),
    listed(MOVING, "editor.select-left", "Left", &["shift-left"], Move(Motion::Left, Yes)),
    listed(MOVING, "editor.select-right", "Right", &["shift-right"], Move(Motion::Right, Yes)),
    listed(MOVING, "editor.select-up", "Up", &["shift-up"], Move(Motion::Up(1), Yes)),
    listed(MOVING, "editor.select-down", "Down", &["shift-down"], Move(Motion::Down(1), Yes)),
    listed(
        MOVING,
        "editor.select-word-left",
        "A word back",
        &["ctrl-shift-left"],
        Move(Motion::WordLeft, Yes),
    ),
    listed(
        MOVING,
        "editor.select-word-right",
        "A word on",
        &["ctrl-shift-right"],
        Move(Motion::WordRight, Yes),
    ),
    listed(
        MOVING,
        "editor.select-line-start",
        "Start of the line",
        &["shift-home"],
        Move(Motion::LineStart, Yes),
    ),
    listed(MOVING, "editor.select-line-end", "End of the line", &["shift-end"], Move(Motion::LineEnd, Yes)),
    listed(
        MOVING,
        "editor.select-paragraph-up",
        "A paragraph up",
        &["ctrl-shift-up"],
        Move(Motion::ParagraphUp, Yes),
    ),
    listed(
        MOVING,
        "editor.select-paragraph-down",
        "A paragraph down",
        &["ctrl-shift-down"],
        Move(Motion::ParagraphDown, Yes),
    ),
    listed(MOVING, "editor.select-page-up", "A screen up", &["shift-page-up"], PageUp(Yes)),
    listed(MOVING, "editor.select-page-down", "A screen down", &["shift-page-down"], PageDown(Yes)),
    listed(
        MOVING,
        "editor.select-text-start",
        "Start of the text",
        &["ctrl-shift-home"],
        Move(Motion::TextStart, Yes),
    ),
    listed(
        MOVING,
        "editor.select-text-end",
        "End of the text",
        &["ctrl-shift-end"],
        Move(Motion::TextEnd, Yes),
    ),
];

/// The command of a name.
pub(super) fn named(name: &str) -> Option<Command> {
    COMMANDS.iter().find(|listed| listed.name == name).map(|listed| listed.command)
}
