//! What a person can do: the editor's commands, their names and their keys.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use witdock_editor_core::{Extend, Motion};

/// A command of the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Moves the cursor.
    Move(Motion, Extend),
    /// Moves the cursor by a screen.
    PageUp(Extend),
    /// Moves the cursor by a screen.
    PageDown(Extend),
    /// Selects the whole text.
    SelectAll,
    /// Puts in a line break, indented as the line is.
    Newline,
    /// Puts in a level of indentation.
    Indent,
    /// Deletes the selection, or what this motion crosses.
    Delete(Motion),
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
    /// Saves the document.
    Save,
    /// Finds a text while it is typed.
    Find,
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
    /// Ends the editor.
    Quit,
}

/// A command as the palette lists it.
pub struct Listed {
    /// `editor.COMMAND`.
    pub name: &'static str,
    /// What it does.
    pub title: &'static str,
    /// Its key, for people.
    pub key: &'static str,
    /// The command.
    pub command: Command,
}

/// The commands that the palette lists. Movement is left to the keys.
pub const LISTED: &[Listed] = &[
    Listed { name: "editor.save", title: "Save", key: "Ctrl-S", command: Command::Save },
    Listed { name: "editor.find", title: "Find", key: "Ctrl-F", command: Command::Find },
    Listed { name: "editor.undo", title: "Undo", key: "Ctrl-Z", command: Command::Undo },
    Listed { name: "editor.redo", title: "Redo", key: "Ctrl-Y", command: Command::Redo },
    Listed { name: "editor.select-all", title: "Select all", key: "Ctrl-A", command: Command::SelectAll },
    Listed { name: "editor.cut", title: "Cut", key: "Ctrl-X", command: Command::Cut },
    Listed { name: "editor.copy", title: "Copy", key: "Ctrl-C", command: Command::Copy },
    Listed { name: "editor.paste", title: "Paste", key: "Ctrl-V", command: Command::Paste },
    Listed {
        name: "editor.next-document",
        title: "Next document",
        key: "Ctrl-PgDn",
        command: Command::NextDocument,
    },
    Listed {
        name: "editor.previous-document",
        title: "Previous document",
        key: "Ctrl-PgUp",
        command: Command::PreviousDocument,
    },
    Listed { name: "editor.close", title: "Close document", key: "Ctrl-W", command: Command::Close },
    Listed { name: "editor.plugins", title: "Plugins", key: "F2", command: Command::Plugins },
    Listed {
        name: "editor.toggle-wrap",
        title: "Wrap long lines, or not",
        key: "Alt-Z",
        command: Command::ToggleWrap,
    },
    Listed { name: "editor.complete", title: "Complete", key: "Ctrl-Space", command: Command::Complete },
    Listed { name: "editor.hover", title: "What is this?", key: "F4", command: Command::Hover },
    Listed { name: "editor.format", title: "Format document", key: "F8", command: Command::Format },
    Listed { name: "editor.panel", title: "Go to the panel", key: "F6", command: Command::Panel },
    Listed { name: "editor.quit", title: "Quit", key: "Ctrl-Q", command: Command::Quit },
];

/// The command of a key, if it has one.
pub fn command_of(key: KeyEvent) -> Option<Command> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    let extend = if key.modifiers.contains(KeyModifiers::SHIFT) { Extend::Yes } else { Extend::No };
    let moves = |plain, with_control| Some(Command::Move(if control { with_control } else { plain }, extend));
    if alt {
        return match key.code {
            KeyCode::Char('z') => Some(Command::ToggleWrap),
            _ => None,
        };
    }
    match key.code {
        KeyCode::Left => moves(Motion::Left, Motion::WordLeft),
        KeyCode::Right => moves(Motion::Right, Motion::WordRight),
        KeyCode::Up => moves(Motion::Up(1), Motion::ParagraphUp),
        KeyCode::Down => moves(Motion::Down(1), Motion::ParagraphDown),
        KeyCode::Home => moves(Motion::LineStart, Motion::TextStart),
        KeyCode::End => moves(Motion::LineEnd, Motion::TextEnd),
        KeyCode::PageUp if control => Some(Command::PreviousDocument),
        KeyCode::PageDown if control => Some(Command::NextDocument),
        KeyCode::PageUp => Some(Command::PageUp(extend)),
        KeyCode::PageDown => Some(Command::PageDown(extend)),
        KeyCode::F(2) => Some(Command::Plugins),
        KeyCode::F(4) => Some(Command::Hover),
        KeyCode::F(6) => Some(Command::Panel),
        KeyCode::F(8) => Some(Command::Format),
        KeyCode::Enter => Some(Command::Newline),
        KeyCode::Tab => Some(Command::Indent),
        KeyCode::Backspace => Some(Command::Delete(if control { Motion::WordLeft } else { Motion::Left })),
        KeyCode::Delete => Some(Command::Delete(if control { Motion::WordRight } else { Motion::Right })),
        KeyCode::Char(character) if control => match character.to_ascii_lowercase() {
            ' ' => Some(Command::Complete),
            'a' => Some(Command::SelectAll),
            'c' => Some(Command::Copy),
            'f' => Some(Command::Find),
            'p' => Some(Command::Palette),
            'q' => Some(Command::Quit),
            's' => Some(Command::Save),
            'v' => Some(Command::Paste),
            'w' => Some(Command::Close),
            'x' => Some(Command::Cut),
            'y' => Some(Command::Redo),
            'z' if extend == Extend::Yes => Some(Command::Redo),
            'z' => Some(Command::Undo),
            _ => None,
        },
        _ => None,
    }
}
