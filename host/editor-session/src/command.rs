//! The table of commands. A row has everything about a command: its name, what help and palette show of it, its default
//! keys, and the function that runs it. Without the function the row does not compile.

use witdock_editor_core::commands;
use witdock_editor_core::{Extend, Motion};

use crate::Session;
use crate::documents::Origin;
use Extend::{No, Yes};
use Group::{Code, Cursors, Editing, Files, Finding, Moving, Plugins};

/// A command that acts on a `T`: the session, or a front end.
#[derive(Debug)]
pub struct Command<T: 'static> {
    /// The name, the keys and the documentation.
    pub entry: CommandEntry,
    /// Runs the command.
    pub run: fn(&mut T),
}

/// The name, the keys and the documentation of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandEntry {
    /// The group in which help shows it.
    pub group: Group,
    /// `editor.COMMAND`, as a key map and plugins name it.
    pub name: &'static str,
    /// The title, as help and palette show it.
    pub title: &'static str,
    /// A sentence on what the command does.
    pub doc: &'static str,
    /// The default keys, as a key map has them.
    pub keys: &'static [&'static str],
    /// Who may run it.
    pub runs: Runs,
}

/// Who may run a command.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Runs {
    /// The person, and plugins at any time.
    #[default]
    Anytime,
    /// The person, and a plugin in answer to a command of the person: it takes the keyboard, and with it a key that was meant for
    /// the text.
    InAnswer,
    /// The person alone.
    ByPerson,
}

impl<T> Command<T> {
    /// Restricts who may run it.
    #[must_use]
    pub const fn runs(mut self, runs: Runs) -> Self {
        self.entry.runs = runs;
        self
    }
}

/// The groups of commands, in the order in which help shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Opening, saving and closing files.
    Files,
    /// Changing the text.
    Editing,
    /// Finding and replacing.
    Finding,
    /// Selections and several cursors.
    Cursors,
    /// What plugins know about code.
    Code,
    /// Plugins, and what they provide.
    Plugins,
    /// The editor itself.
    Editor,
    /// Moving the cursors. These are for keys only: a palette leaves them out.
    Moving,
}

impl Group {
    /// The title of the group, as help shows it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Files => "Files",
            Self::Editing => "Editing",
            Self::Finding => "Finding",
            Self::Cursors => "Selections and cursors",
            Self::Code => "Code",
            Self::Plugins => "Plugins",
            Self::Editor => "Editor",
            Self::Moving => "Moving (with Shift: selecting)",
        }
    }
}

/// Makes a row of a command table.
pub const fn command<T>(
    group: Group,
    name: &'static str,
    keys: &'static [&'static str],
    title: &'static str,
    doc: &'static str,
    run: fn(&mut T),
) -> Command<T> {
    Command { entry: CommandEntry { group, name, title, doc, keys, runs: Runs::Anytime }, run }
}

/// The commands that need no screen. Every front end has them.
#[rustfmt::skip]
pub const COMMANDS: &[Command<Session>] = &[
    command(Files, "editor.save", &["ctrl-s"], "Save",
        "Saves the document, after plugins have formatted it.", Session::save),
    command(Files, "editor.close", &["ctrl-w"], "Close the document",
        "Closes the document. Asks first if it has unsaved changes.", Session::close),
    command(Files, "editor.next-document", &["ctrl-page-down"], "Next document",
        "Activates the next document, in the order of opening.", Session::next_document),
    command(Files, "editor.previous-document", &["ctrl-page-up"], "Previous document",
        "Activates the previous document, in the order of opening.", Session::previous_document),

    command(Editing, "editor.undo", &["ctrl-z"], "Undo",
        "Undoes the last step.", Session::undo),
    command(Editing, "editor.redo", &["ctrl-y", "ctrl-shift-z"], "Redo",
        "Redoes the step that was undone last.", Session::redo),
    command(Editing, "editor.cut", &["ctrl-x"], "Cut",
        "Copies the selection to the clipboard and deletes it; without a selection, the line.", Session::cut),
    command(Editing, "editor.copy", &["ctrl-c"], "Copy",
        "Copies the selection to the clipboard; without a selection, the line.", Session::copy),
    command(Editing, "editor.paste", &["ctrl-v"], "Paste",
        "Inserts the clipboard at the cursors, in place of what is selected.", Session::paste),
    command(Editing, "editor.newline", &["enter"], "New line",
        "Inserts a line break, and the indentation that the language wants after the line.", Session::newline),
    command(Editing, "editor.indent", &["tab"], "Indent",
        "Indents the selected lines, or inserts one level of indentation.", Session::indent),
    command(Editing, "editor.outdent", &["shift-tab"], "Outdent",
        "Removes one level of indentation from the lines.", |session| session.change(Origin::Command, commands::outdent)),
    command(Editing, "editor.toggle-comment", &["ctrl-/", "ctrl-7"], "Toggle line comments",
        "Turns the lines into comments, or back into code.", Session::toggle_comment),
    command(Editing, "editor.delete-back", &["backspace", "shift-backspace"], "Delete the character before",
        "Deletes the selection, or the character before the cursor.", |session| session.change(Origin::Command, commands::delete_back)),
    command(Editing, "editor.delete-forward", &["delete"], "Delete the character after",
        "Deletes the selection, or the character after the cursor.", |session| session.change(Origin::Command, commands::delete_forward)),
    command(Editing, "editor.delete-word-back", &["ctrl-backspace", "ctrl-h"], "Delete the word before",
        "Deletes from the cursor to the start of the word.", |session| session.change(Origin::Command, commands::delete_word_back)),
    command(Editing, "editor.delete-word-forward", &["ctrl-delete"], "Delete the word after",
        "Deletes from the cursor to the end of the word.", |session| session.change(Origin::Command, commands::delete_word_forward)),
    command(Editing, "editor.delete-lines", &["ctrl-shift-k"], "Delete lines",
        "Deletes the lines of the cursors and selections.", |session| session.change(Origin::Command, commands::delete_lines)),
    command(Editing, "editor.duplicate-lines", &["alt-shift-down"], "Duplicate lines",
        "Inserts a copy of the lines below them.", |session| session.change(Origin::Command, commands::duplicate_lines)),
    command(Editing, "editor.move-lines-up", &["alt-up"], "Move lines up",
        "Swaps the lines with the line above.", |session| session.change(Origin::Command, commands::move_lines_up)),
    command(Editing, "editor.move-lines-down", &["alt-down"], "Move lines down",
        "Swaps the lines with the line below.", |session| session.change(Origin::Command, commands::move_lines_down)),
    command(Editing, "editor.join-lines", &["alt-j"], "Join lines",
        "Joins the selected lines, or the line with the next one.", |session| session.change(Origin::Command, commands::join_lines)),
    command(Editing, "editor.format", &["f8"], "Format the document",
        "Formats the document with all plugins that format its language.", Session::format),

    command(Finding, "editor.next-result", &["alt-n"], "Next search result",
        "Goes to the next result of the last search in all files.", Session::next_result),
    command(Finding, "editor.previous-result", &["alt-p"], "Previous search result",
        "Goes to the previous result of the last search in all files.", Session::previous_result),
    command(Finding, "editor.find-next", &["alt-s", "shift-f3"], "Find the next match",
        "Selects the next match of the last search, without opening its line.", Session::find_next),
    command(Finding, "editor.find-previous", &["alt-shift-s"], "Find the previous match",
        "Selects the previous match of the last search.", Session::find_previous),

    command(Cursors, "editor.select-all", &["ctrl-a"], "Select all",
        "Selects the whole text.", |session| session.select(commands::select_all)),
    command(Cursors, "editor.select-lines", &["ctrl-l"], "Select lines",
        "Extends the selections to whole lines.", |session| session.select(commands::select_lines)),
    command(Cursors, "editor.add-next-match", &["ctrl-d"], "Select the next match of the word too",
        "Selects the word at the cursor; repeated, adds its next match.", |session| session.select(commands::add_next_match)),
    command(Cursors, "editor.select-all-matches", &["alt-d"], "Select all matches of the word",
        "Selects each match of the selection or of the word at the cursor.", |session| session.select(commands::select_all_matches)),
    command(Cursors, "editor.add-cursor-above", &["ctrl-alt-up"], "Add a cursor above",
        "Adds a cursor on the line above.", |session| session.select(commands::add_cursor_above)),
    command(Cursors, "editor.add-cursor-below", &["ctrl-alt-down"], "Add a cursor below",
        "Adds a cursor on the line below.", |session| session.select(commands::add_cursor_below)),
    command(Cursors, "editor.split-into-lines", &["alt-l"], "Put a cursor on each selected line",
        "Splits the selections into one for each line.", |session| session.select(commands::split_into_lines)),
    command(Cursors, "editor.one-cursor", &["escape"], "Keep one cursor only",
        "Removes all cursors but the primary one.", Session::one_cursor),

    command(Cursors, "editor.expand-selection", &["alt-shift-right"], "Expand the selection",
        "Expands the selections to what is around them in the syntax: a name, an expression, a statement, a block.", Session::expand_selection),
    command(Cursors, "editor.shrink-selection", &["alt-shift-left"], "Shrink the selection",
        "Takes the last expansion back.", Session::shrink_selection),
    command(Cursors, "editor.select-to-bracket", &["alt-shift-m"], "Select to the matching bracket",
        "Extends the selections to the brackets that belong to those at the cursors.", |session| session.go_to_bracket(Yes)),

    command(Plugins, "editor.stop-busy", &["f9"], "Stop busy plugins",
        "Stops all plugins that have a call under way.", Session::stop_busy),
    command(Plugins, "editor.cancel-work", &["ctrl-k x"], "Cancel what a plugin works on",
        "Cancels the long work that a plugin has begun last, which the status line shows.", Session::cancel_work).runs(Runs::ByPerson),
    command(Plugins, "editor.complete", &["ctrl-space"], "Complete the word",
        "Shows the completions that plugins offer at the cursor.", Session::complete),
    command(Plugins, "editor.hover", &["f4"], "Show documentation for the symbol at the cursor",
        "Shows what plugins document about the symbol at the cursor.", Session::hover_at_cursor),

    command(Code, "editor.definition", &["ctrl-k d"], "Go to the definition",
        "Goes to where the symbol at the cursor is defined.", Session::go_to_definition),
    command(Code, "editor.back", &["alt-left"], "Go back",
        "Goes back to where the last definition or use was looked up.", Session::go_back),
    command(Code, "editor.references", &["ctrl-k u"], "List uses",
        "Lists where the symbol at the cursor is used.", Session::list_references),
    command(Code, "editor.symbols", &["ctrl-k s"], "List symbols",
        "Lists the symbols of the document.", Session::list_symbols),
    command(Code, "editor.actions", &["ctrl-k a"], "List what to do",
        "Lists what plugins can do about the selected text or the place of the cursor.", Session::list_actions),
    command(Code, "editor.next-diagnostic", &["ctrl-k n"], "Next diagnostic",
        "Goes to the next place where a plugin has found something wrong.", Session::next_diagnostic),
    command(Code, "editor.previous-diagnostic", &["ctrl-k p"], "Previous diagnostic",
        "Goes to the previous place where a plugin has found something wrong.", Session::previous_diagnostic),
    command(Code, "editor.diagnostics", &["ctrl-k l"], "List diagnostics",
        "Lists what plugins have found wrong in all open documents.", Session::list_diagnostics),

    command(Moving, "editor.matching-bracket", &["alt-m"], "Matching bracket",
        "Moves the cursors to the brackets that belong to those at them.", |session| session.go_to_bracket(No)),
    command(Moving, "editor.left", &["left"], "Left",
        "Moves the cursors to the previous character.", |session| session.move_cursors(Motion::Left, No)),
    command(Moving, "editor.right", &["right"], "Right",
        "Moves the cursors to the next character.", |session| session.move_cursors(Motion::Right, No)),
    command(Moving, "editor.word-left", &["ctrl-left"], "Previous word",
        "Moves the cursors to the start of the word.", |session| session.move_cursors(Motion::WordLeft, No)),
    command(Moving, "editor.word-right", &["ctrl-right"], "Next word",
        "Moves the cursors to the end of the word.", |session| session.move_cursors(Motion::WordRight, No)),
    command(Moving, "editor.line-start", &["home"], "Start of the line",
        "Moves the cursors to the start of the line.", |session| session.move_cursors(Motion::LineStart, No)),
    command(Moving, "editor.line-end", &["end"], "End of the line",
        "Moves the cursors to the end of the line.", |session| session.move_cursors(Motion::LineEnd, No)),
    command(Moving, "editor.paragraph-up", &["ctrl-up"], "Previous paragraph",
        "Moves the cursors to the previous paragraph.", |session| session.move_cursors(Motion::ParagraphUp, No)),
    command(Moving, "editor.paragraph-down", &["ctrl-down"], "Next paragraph",
        "Moves the cursors to the next paragraph.", |session| session.move_cursors(Motion::ParagraphDown, No)),
    command(Moving, "editor.text-start", &["ctrl-home"], "Start of the text",
        "Moves the cursor to the start of the text.", |session| session.move_cursors(Motion::TextStart, No)),
    command(Moving, "editor.text-end", &["ctrl-end"], "End of the text",
        "Moves the cursor to the end of the text.", |session| session.move_cursors(Motion::TextEnd, No)),
    command(Moving, "editor.select-left", &["shift-left"], "Select left",
        "Extends the selections to the previous character.", |session| session.move_cursors(Motion::Left, Yes)),
    command(Moving, "editor.select-right", &["shift-right"], "Select right",
        "Extends the selections to the next character.", |session| session.move_cursors(Motion::Right, Yes)),
    command(Moving, "editor.select-word-left", &["ctrl-shift-left"], "Select to the previous word",
        "Extends the selections to the start of the word.", |session| session.move_cursors(Motion::WordLeft, Yes)),
    command(Moving, "editor.select-word-right", &["ctrl-shift-right"], "Select to the next word",
        "Extends the selections to the end of the word.", |session| session.move_cursors(Motion::WordRight, Yes)),
    command(Moving, "editor.select-line-start", &["shift-home"], "Select to the start of the line",
        "Extends the selections to the start of the line.", |session| session.move_cursors(Motion::LineStart, Yes)),
    command(Moving, "editor.select-line-end", &["shift-end"], "Select to the end of the line",
        "Extends the selections to the end of the line.", |session| session.move_cursors(Motion::LineEnd, Yes)),
    command(Moving, "editor.select-paragraph-up", &["ctrl-shift-up"], "Select to the previous paragraph",
        "Extends the selections to the previous paragraph.", |session| session.move_cursors(Motion::ParagraphUp, Yes)),
    command(Moving, "editor.select-paragraph-down", &["ctrl-shift-down"], "Select to the next paragraph",
        "Extends the selections to the next paragraph.", |session| session.move_cursors(Motion::ParagraphDown, Yes)),
    command(Moving, "editor.select-text-start", &["ctrl-shift-home"], "Select to the start of the text",
        "Extends the selection to the start of the text.", |session| session.move_cursors(Motion::TextStart, Yes)),
    command(Moving, "editor.select-text-end", &["ctrl-shift-end"], "Select to the end of the text",
        "Extends the selection to the end of the text.", |session| session.move_cursors(Motion::TextEnd, Yes)),
];
