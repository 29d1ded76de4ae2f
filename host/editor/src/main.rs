//! The command line of witdock-edit.

mod arguments;

use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Parser;
use witdock_editor::app::Input;
use witdock_editor::config;
use witdock_editor::editor::Editor;
use witdock_editor::run::{Ended, run};
use witdock_editor::signals::Signals;
use witdock_editor::terminal::TerminalScreen;
use witdock_editor::themes::Depth;
use witdock_editor_core::Decoded;
use witdock_editor_session::Message;
use witdock_editor_session::documents::Target;
use witdock_editor_session::host::Consent;

use crate::arguments::{Arguments, Opening};

/// The folder of kept texts, and the log of what plugins use, in the folder of what the editor remembers.
const RECOVERY: &str = "recovery";
const AUDIT: &str = "audit.jsonl";
/// What plugins keep for themselves.
const STORAGE: &str = "storage";
/// What no plugin may write to there.
const KEPT: [&str; 3] = [RECOVERY, AUDIT, STORAGE];

fn main() -> ExitCode {
    witdock::worker::serve();
    let arguments = Arguments::parse();
    if arguments.default_config || arguments.default_keys {
        print_defaults(&arguments);
        return ExitCode::SUCCESS;
    }
    match start(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", witdock::text::block(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the asynchronous runtime")?;
    anyhow::ensure!(
        std::io::stdout().is_terminal(),
        "standard output is not a terminal: run witdock-edit in one"
    );
    let (columns, lines) = crossterm::terminal::size()
        .context("cannot get the size of the terminal; run witdock-edit in a terminal")?;
    let Openings { files, folder: listed, piped } = openings(arguments)?;
    let folder = arguments.config.clone().or_else(config::folder);
    let (consent, problem) = consent(arguments);
    let consent = if arguments.no_build { consent.without_builds() } else { consent };
    let consent = match state_folder() {
        Some(state) => KEPT.iter().fold(consent, |consent, name| consent.protecting(state.join(name))),
        None => consent,
    };
    // Without the rules, plugins might get what they deny: the editor does not start.
    consent.set_rules(config::rules(folder.as_deref())?);
    let inside = runtime.enter();
    let mut editor =
        Editor::new(folder, consent, columns, lines).context("cannot compile plugins on this machine")?;
    editor.app.set_depth(Depth::of_environment(|name| std::env::var(name).ok()));
    if let Some(problem) = problem {
        editor.app.show(Message::error(problem));
    }
    if let Some(folder) = state_folder() {
        editor.driver.host().keep_storage_in(&folder.join(STORAGE));
    }
    for folder in &arguments.plugins {
        editor.driver.host().load_all(folder);
    }
    if let Some(folder) = own_plugins().filter(|_| arguments.plugins.is_empty()) {
        editor.driver.host().load_found(&folder);
    }
    if let Some(folder) = state_folder()
        && let Err(error) = editor.driver.keep_texts_in(&folder.join(RECOVERY))
    {
        let folder = witdock::text::path(&folder);
        editor
            .app
            .show(Message::warning(format!("unsaved changes would be lost in a crash: {folder}: {error}")));
    }
    if let Some(folder) = state_folder()
        && let Err(error) = editor.remember_in(&folder)
    {
        let folder = witdock::text::path(&folder);
        editor.app.show(Message::warning(format!("what you enter is not remembered: {folder}: {error}")));
    }
    if let Some(text) = piped {
        editor.app.open_text(text);
    }
    editor.driver.open_all(files);
    if let Some(root) = listed {
        // Nothing of it is left for the terminal.
        editor.take(Input::PickFile(root), Instant::now());
    }
    if let Some(folder) = state_folder() {
        editor.driver.keep_audit_in(&folder.join(AUDIT));
    }
    drop(inside);
    let mut screen =
        TerminalScreen::take(editor.app.screen().uses_mouse()).context("cannot set up the terminal")?;
    let ended = runtime.block_on(async { run(&mut editor, &mut screen, &mut Signals::new()?).await });
    drop(screen);
    let code = match ended {
        Ok(Ended::Quit) => {
            editor.driver.forget();
            ExitCode::SUCCESS
        }
        Ok(Ended::Signal(signal)) => {
            tell_ended(&mut editor, signal);
            ExitCode::from(u8::try_from(128 + signal).unwrap_or(1))
        }
        // The terminal is gone, as after a broken connection.
        Err(error) => {
            editor.keep_texts_now();
            runtime.shutdown_timeout(Duration::from_secs(2));
            return Err(error).context("cannot read or write the terminal");
        }
    };
    // A file that is being saved is waited for, a plugin that hangs is not.
    runtime.shutdown_timeout(Duration::from_secs(2));
    Ok(code)
}

/// What the command line asks to open.
#[derive(Default)]
struct Openings {
    files: Vec<Target>,
    /// The folder whose files are listed.
    folder: Option<PathBuf>,
    /// The text of standard input.
    piped: Option<Decoded>,
}

fn openings(arguments: &Arguments) -> anyhow::Result<Openings> {
    let Openings { mut files, mut folder, piped: mut text } = Openings::default();
    for opening in arguments.openings() {
        match opening {
            Opening::File(target) => files.push(target),
            Opening::Folder(path) => {
                let path = std::path::absolute(&path).unwrap_or(path);
                anyhow::ensure!(
                    folder.replace(path).is_none(),
                    "name one folder only: the files of one are listed"
                );
            }
            Opening::StandardInput if text.is_some() => {}
            Opening::StandardInput => {
                let mut bytes = Vec::new();
                std::io::stdin().read_to_end(&mut bytes).context("cannot read standard input")?;
                let decoded = Decoded::from_bytes(&bytes).or_else(|error| Decoded::guessed(&bytes, error));
                text = Some(decoded.context("cannot open standard input")?);
            }
        }
    }
    Ok(Openings { files, folder, piped: text })
}

/// What the person has allowed plugins, and a problem with the file that keeps it.
fn consent(arguments: &Arguments) -> (Consent, Option<String>) {
    if arguments.allow_plugins {
        return (Consent::to_all(), None);
    }
    Consent::remembered(&state_folder().unwrap_or_default().join("grants.toml"))
}

fn print_defaults(arguments: &Arguments) {
    if arguments.default_config {
        print!("{}", config::DEFAULT_CONFIG);
    }
    if arguments.default_keys {
        print!("{}", config::default_keys());
    }
}

/// Keeps unsaved changes for the next start, and says so.
fn tell_ended(editor: &mut Editor, signal: i32) {
    editor.keep_texts_now();
    let unsaved = editor.app.session().documents().modified();
    if !unsaved.is_empty() {
        let names = witdock::text::line(&unsaved.join(", ")).to_string();
        // After a hang-up there is no terminal to write to.
        let _ = writeln!(
            std::io::stderr(),
            "ended by signal {signal}; the unsaved changes of {names} are kept, and the next start offers them"
        );
    }
}

/// The folder of what the editor remembers.
fn state_folder() -> Option<PathBuf> {
    dirs::state_dir().or_else(dirs::data_local_dir).map(|folder| folder.join("witdock-edit"))
}

/// The user's own plugin folder, which is loaded where the command line names none.
fn own_plugins() -> Option<PathBuf> {
    dirs::data_dir().map(|data| data.join("witdock-edit").join("plugins"))
}
