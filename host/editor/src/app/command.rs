//! The commands of the terminal front end: those that need a screen, a prompt or a list.

use witdock_editor_core::Extend::{self, No, Yes};
use witdock_editor_session::Message;
use witdock_editor_session::command::Group::{Code, Editing, Editor, Files, Finding, Moving, Plugins};
use witdock_editor_session::command::Runs::{ByPerson, InAnswer};
use witdock_editor_session::command::{self as session, Command, CommandEntry, command};
use witdock_editor_session::display::Invocation;
use witdock_editor_session::shell::Output;

use super::views::{Axis, Toward};
use super::{
    App, Consenting, Effect, Find, MessageLog, Mode, Palette, PluginPanel, Prompt, Purpose, Recovering,
    Replace, reading,
};

/// The command that answers requests for consent.
pub(super) const ANSWER_PLUGINS: &str = "editor.answer-plugins";

/// The command that cancels long work of plugins.
pub(super) const CANCEL_WORK: &str = "editor.cancel-work";

/// The command that pastes.
pub(super) const PASTE: &str = "editor.paste";

/// The command that lists plugins.
pub(super) const PLUGINS: &str = "editor.plugins";

/// The command that shows the log of messages.
pub(super) const MESSAGES: &str = "editor.messages";

/// The command that shows unsaved texts which were left behind.
pub(super) const RECOVER: &str = "editor.recover";

/// The commands of the terminal front end, in addition to those of the session.
#[rustfmt::skip]
pub const COMMANDS: &[Command<App>] = &[
    command(Files, "editor.open", &["ctrl-o"], "Open a file",
        "Asks for a path, and opens the file. A file that does not exist is created when it is saved.", |app: &mut App| app.prompt(Purpose::Open)).runs(InAnswer),
    command(Files, "editor.save-as", &["f12"], "Save to another file",
        "Asks for a path, and saves the document there.", |app: &mut App| app.prompt(Purpose::SaveAs)).runs(InAnswer),
    command(Files, "editor.reopen-with-encoding", &[], "Reopen with encoding",
        "Reads the file again in an encoding that you choose from a list; also one that could not be opened.", App::choose_to_reopen).runs(InAnswer),
    command(Files, "editor.save-with-encoding", &[], "Save with encoding",
        "Saves the document in an encoding that you choose from a list, now and from now on.", App::choose_to_save_in).runs(InAnswer),

    command(Files, RECOVER, &["f5"], "Recover unsaved changes",
        "Shows the unsaved changes that were kept when an editor ended without saving.", App::recover).runs(ByPerson),

    command(Files, "editor.open-from-list", &["ctrl-t"], "Open a file from the list of files",
        "Lists the files below the folder that the editor was started in, and opens the chosen one. Hidden files and those that .gitignore names are left out.", App::pick_file).runs(InAnswer),
    command(Files, "editor.documents", &["ctrl-b"], "Open documents",
        "Lists the documents that are open, the latest first, and activates the chosen one.", App::pick_document).runs(InAnswer),

    command(Finding, "editor.find-in-files", &["alt-f", "ctrl-shift-f"], "Find in all files",
        "Searches all files below the folder that the editor was started in for a text or a regular expression, and lists the lines.", App::search_files).runs(InAnswer),
    command(Editing, "editor.pipe", &["alt-|"], "Pipe through a shell command",
        "Asks for a command of the shell, and replaces the selections by its output; without a selection, the whole text.", App::prompt_pipe).runs(ByPerson),
    command(Editing, "editor.insert-output", &["alt-!"], "Insert the output of a shell command",
        "Asks for a command of the shell, and inserts its output at the cursors.", |app: &mut App| app.prompt(Purpose::Shell(Output::IsInserted, "Insert the output of: "))).runs(ByPerson),
    command(Editing, "editor.record-keys", &["alt-q"], "Record keys",
        "Begins to record what you type, or ends it.", App::toggle_recording).runs(ByPerson),
    command(Editing, "editor.replay-keys", &["alt-."], "Replay the recorded keys",
        "Types the recorded keys again. Escape stops it, and so does a key that fails.", |app: &mut App| app.replay_times(1)).runs(ByPerson),
    command(Editing, "editor.replay-keys-times", &[], "Replay the recorded keys several times",
        "Asks for a number, and types the recorded keys again so many times.", |app: &mut App| app.prompt(Purpose::Replay)).runs(ByPerson),

    command(Finding, "editor.find", &["ctrl-f"], "Find",
        "Finds a text while it is typed. Enter and Down go to the next match, Up to the previous one; Alt-R, Alt-C and Alt-W switch regular expressions, case and whole words.", |app: &mut App| app.mode = Find::mode(&mut app.session)).runs(InAnswer),
    command(Finding, "editor.replace", &["ctrl-r"], "Replace",
        "Replaces matches of a text or a regular expression one by one, each shown before, or all at once. A selection over several lines is searched alone.", |app: &mut App| app.mode = Replace::mode(&app.session)).runs(InAnswer),
    command(Finding, "editor.go-to-line", &["ctrl-g"], "Go to a line",
        "Asks for a line number, and moves the cursor there.", |app: &mut App| app.prompt(Purpose::GoToLine)).runs(InAnswer),

    command(Code, "editor.rename", &["ctrl-k e"], "Rename the symbol",
        "Asks for a new name of the symbol at the cursor, and changes it in all files.", App::prompt_rename).runs(InAnswer),

    command(Plugins, "editor.palette", &["ctrl-p"], "All commands",
        "Lists all commands, of the editor and of plugins, and runs the chosen one.", |app: &mut App| app.mode = Mode::Palette(Palette::default())).runs(InAnswer),
    command(Plugins, PLUGINS, &["f2"], "Plugins",
        "Shows the status, cost, log and grants of each plugin.", App::show_plugins).runs(ByPerson),
    command(Plugins, ANSWER_PLUGINS, &["f7"], "Answer what plugins ask to be allowed",
        "Shows what plugins ask to be allowed.", App::answer_plugins).runs(ByPerson),
    command(Plugins, "editor.panel", &["f6"], "Go to the plugin panel",
        "Moves the focus to the panel of a plugin, and opens one where none is open.", App::focus_panel).runs(InAnswer),

    command(Editor, "editor.help", &["f1"], "Help: all keys",
        "Shows all commands with their keys.", App::show_help).runs(InAnswer),
    command(Editor, MESSAGES, &["f3"], "Messages",
        "Shows the last messages in full, with their times and the plugins that they are of.", App::show_messages).runs(InAnswer),
    command(Editor, "editor.toggle-wrap", &["alt-z"], "Toggle wrapping of long lines",
        "Wraps long lines of the document at the edge of the screen, or scrolls sideways.", |app: &mut App| app.screen.toggle_wrap()),
    command(Editor, "editor.split-right", &["ctrl-k r"], "Split the view: one more at the right",
        "Shows the document in one more view, at the right.", |app: &mut App| app.split(Axis::Beside)),
    command(Editor, "editor.split-below", &["ctrl-k b"], "Split the view: one more below",
        "Shows the document in one more view, below.", |app: &mut App| app.split(Axis::Below)),
    command(Editor, "editor.close-view", &["ctrl-k c"], "Close the view",
        "Closes the view. Its document stays open.", App::close_view),
    command(Editor, "editor.next-view", &["ctrl-k o", "ctrl-k ctrl-k"], "Next view",
        "Moves the focus to the next view.", |app: &mut App| app.screen.focus_next(&mut app.session)),
    command(Editor, "editor.view-left", &["ctrl-k left"], "View at the left",
        "Moves the focus to the view at the left.", |app: &mut App| app.screen.focus_toward(Toward::Left, &mut app.session)),
    command(Editor, "editor.view-right", &["ctrl-k right"], "View at the right",
        "Moves the focus to the view at the right.", |app: &mut App| app.screen.focus_toward(Toward::Right, &mut app.session)),
    command(Editor, "editor.view-above", &["ctrl-k up"], "View above",
        "Moves the focus to the view above.", |app: &mut App| app.screen.focus_toward(Toward::Up, &mut app.session)),
    command(Editor, "editor.view-below", &["ctrl-k down"], "View below",
        "Moves the focus to the view below.", |app: &mut App| app.screen.focus_toward(Toward::Down, &mut app.session)),
    command(Editor, "editor.choose-theme", &[], "Choose a theme",
        "Lists the themes, and shows the chosen one at once.", App::choose_theme).runs(InAnswer),
    command(Editor, "editor.read-config", &[], "Read the configuration again",
        "Reads config.toml and keys.toml again.", |app: &mut App| app.effects.push(Effect::ReadConfig)),
    command(Editor, "editor.suspend", &["ctrl-alt-z"], "Suspend",
        "Stops the editor and goes back to the shell, whose command `fg` continues it.", |app: &mut App| app.effects.push(Effect::Suspend)).runs(ByPerson),
    command(Editor, "editor.quit", &["ctrl-q"], "Quit",
        "Ends the editor. Asks first if documents have unsaved changes.", App::quit).runs(InAnswer),

    command(Moving, "editor.up", &["up"], "Up",
        "Moves the cursors one row up.", |app: &mut App| app.move_rows(-1, No)),
    command(Moving, "editor.down", &["down"], "Down",
        "Moves the cursors one row down.", |app: &mut App| app.move_rows(1, No)),
    command(Moving, "editor.page-up", &["page-up"], "Page up",
        "Moves the cursors one screen up.", |app: &mut App| app.move_rows(-app.page(), No)),
    command(Moving, "editor.page-down", &["page-down"], "Page down",
        "Moves the cursors one screen down.", |app: &mut App| app.move_rows(app.page(), No)),
    command(Moving, "editor.select-up", &["shift-up"], "Select up",
        "Extends the selections one row up.", |app: &mut App| app.move_rows(-1, Yes)),
    command(Moving, "editor.select-down", &["shift-down"], "Select down",
        "Extends the selections one row down.", |app: &mut App| app.move_rows(1, Yes)),
    command(Moving, "editor.select-page-up", &["shift-page-up"], "Select page up",
        "Extends the selections one screen up.", |app: &mut App| app.move_rows(-app.page(), Yes)),
    command(Moving, "editor.select-page-down", &["shift-page-down"], "Select page down",
        "Extends the selections one screen down.", |app: &mut App| app.move_rows(app.page(), Yes)),
];

/// All commands that are not plugins', group by group. Key map, palette, help and documentation derive from them.
pub fn entries() -> Vec<&'static CommandEntry> {
    let own = COMMANDS.iter().map(|command| &command.entry);
    let mut entries: Vec<_> = own.chain(session::COMMANDS.iter().map(|command| &command.entry)).collect();
    entries.sort_by_key(|entry| entry.group);
    entries
}

/// A command by its name, without an argument.
pub(super) fn named(name: &str) -> Invocation {
    Invocation { command: name.to_owned(), argument: None }
}

impl App {
    fn prompt(&mut self, purpose: Purpose) {
        self.mode = Prompt::mode(purpose, "");
    }

    fn prompt_rename(&mut self) {
        self.mode = Prompt::mode(Purpose::Rename, &self.session.word_at_cursor());
    }

    fn prompt_pipe(&mut self) {
        let is_empty =
            self.active().is_some_and(|buffer| buffer.document.selections().iter().all(|one| one.is_empty()));
        let title = if is_empty { "Pipe the whole text through: " } else { "Pipe the selection through: " };
        self.prompt(Purpose::Shell(Output::Replaces, title));
    }

    fn answer_plugins(&mut self) {
        self.session.ask_postponed();
        if self.session.plugins().asks().len() == 0 {
            self.show(Message::info("no plugin asks to be allowed anything"));
        } else {
            self.mode = Mode::Consent(Consenting::default());
        }
    }

    fn recover(&mut self) {
        if self.session.left().all().is_empty() {
            self.show(Message::info("no unsaved changes were left behind"));
        } else {
            self.mode = Mode::Recover(Recovering::default());
        }
    }

    fn focus_panel(&mut self) {
        if self.session.open_panel() {
            self.mode = Mode::Panel;
        }
    }

    fn show_help(&mut self) {
        self.mode = Mode::Reading(reading::help(&self.session, &self.keyboard));
    }

    fn show_plugins(&mut self) {
        self.session.plugins_read();
        self.mode = Mode::Plugins(PluginPanel::default());
    }

    fn show_messages(&mut self) {
        self.screen.messages_mut().read();
        self.mode = Mode::Messages(MessageLog::default());
    }

    fn split(&mut self, axis: Axis) {
        if !self.screen.split(axis, &mut self.session) {
            self.show(Message::info("there is no room for one more view"));
        }
    }

    fn close_view(&mut self) {
        if !self.screen.close_view(&mut self.session) {
            self.show(Message::info("this is the only view"));
        }
    }

    /// The rows of a screen, less one for orientation.
    fn page(&self) -> isize {
        isize::try_from(self.screen.view_lines(&self.session).saturating_sub(1).max(1)).unwrap_or(isize::MAX)
    }

    fn move_rows(&mut self, rows: isize, extend: Extend) {
        self.screen.move_rows(rows, extend, &mut self.session);
    }
}
