//! The loop that runs the editor in the terminal: draw, wait for an input, take it.

use std::io;
use std::time::{Duration, Instant};

use crossterm::event::{self, Event};
use tokio::sync::mpsc;

use witdock_editor_session::Message;

use crate::app::{Input, Mode};
use crate::clipboard::{Clipboard, Told};
use crate::editor::{Editor, TerminalEffect};
use crate::signals::{Asked, Signals};
use crate::terminal::{MOST_COPIED_BYTES, TerminalScreen};
use crate::view::view;

/// The time without a key after which plugins hear of a pause.
const PAUSE: Duration = Duration::from_millis(500);

/// Why the editor ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The person has quit.
    Quit,
    /// The process got this signal.
    Signal(i32),
}

/// Something that the loop waits for.
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and it is moved once")]
enum Next {
    Input(Input),
    Signal(Asked),
    Clipboard(Told),
    Nothing,
}

/// Runs the editor on a screen until the person quits, or a signal ends it.
///
/// # Errors
///
/// When the terminal cannot be read or written.
pub async fn run(
    editor: &mut Editor,
    screen: &mut TerminalScreen,
    signals: &mut Signals,
) -> io::Result<Ended> {
    let mut keys = read_terminal();
    let mut clipboard = Clipboard::default();
    editor.app.set_reads_clipboard(clipboard.is_read());
    let ended = turn(editor, screen, signals, &mut clipboard, &mut keys).await;
    clipboard.finish();
    ended
}

/// Goes on until the end.
async fn turn(
    editor: &mut Editor,
    screen: &mut TerminalScreen,
    signals: &mut Signals,
    clipboard: &mut Clipboard,
    keys: &mut mpsc::UnboundedReceiver<io::Result<Input>>,
) -> io::Result<Ended> {
    let mut typed = Some(Instant::now());
    loop {
        if matches!(editor.app.mode(), Mode::Plugins(_)) {
            editor.refresh_reports();
        }
        screen.terminal.draw(|frame| view(&editor.app, frame))?;
        editor.app.drawn(Instant::now());
        editor.start_calls();
        editor.watch_files();
        editor.keep_texts();
        let next = tokio::select! {
            biased;
            asked = signals.next() => Next::Signal(asked),
            key = keys.recv() => match key {
                Some(key) => Next::Input(key?),
                None => return Ok(Ended::Quit),
            },
            input = editor.next() => Next::Input(input),
            told = clipboard.next() => Next::Clipboard(told),
            () = tokio::time::sleep(PAUSE) => {
                match typed.take_if(|since| since.elapsed() >= PAUSE) {
                    Some(_) => Next::Input(Input::Session(witdock_editor_session::Input::Idle)),
                    None => Next::Nothing,
                }
            }
        };
        let mut next = match next {
            Next::Input(input) => Some(input),
            Next::Signal(Asked::End(signal)) => return Ok(Ended::Signal(signal)),
            Next::Signal(Asked::Suspend) => {
                screen.suspend()?;
                None
            }
            Next::Clipboard(Told::Read(text)) => Some(Input::Clipboard(text)),
            Next::Clipboard(Told::NotCopied(text)) => {
                if !screen.copy(&text)? {
                    editor.app.show(not_copied(text.len()));
                }
                None
            }
            Next::Nothing => None,
        };
        // Everything that has come by now is drawn together.
        while let Some(input) = next {
            if matches!(input, Input::Key(_) | Input::Paste(_)) {
                typed = Some(Instant::now());
            }
            for effect in editor.take(input, Instant::now()) {
                match effect {
                    TerminalEffect::Quit => return Ok(Ended::Quit),
                    TerminalEffect::Suspend => screen.suspend()?,
                    TerminalEffect::Copy(text) => clipboard.copy(text),
                    TerminalEffect::ReadClipboard => clipboard.read(),
                }
            }
            next = match keys.try_recv() {
                Ok(key) => Some(key?),
                Err(_) => editor.try_next(),
            };
        }
    }
}

fn not_copied(bytes: usize) -> Message {
    Message::warning(format!(
        "copied within the editor alone: a terminal takes {MOST_COPIED_BYTES} bytes for the clipboard of the system, and this has {bytes}"
    ))
}

/// Reads the terminal on a thread of its own, since reading blocks. The thread ends when nobody receives any more.
fn read_terminal() -> mpsc::UnboundedReceiver<io::Result<Input>> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        loop {
            let input = match event::read() {
                Ok(Event::Key(key)) => Ok(Input::Key(key)),
                Ok(Event::Paste(text)) => Ok(Input::Paste(with_line_feeds(&text))),
                Ok(Event::Mouse(mouse)) => Ok(Input::Mouse(mouse)),
                Ok(Event::FocusGained) => Ok(window(true)),
                Ok(Event::FocusLost) => Ok(window(false)),
                Ok(Event::Resize(columns, lines)) => Ok(Input::Resize(columns, lines)),
                Err(error) => Err(error),
            };
            let has_failed = input.is_err();
            if sender.send(input).is_err() || has_failed {
                return;
            }
        }
    });
    receiver
}

fn window(has_focus: bool) -> Input {
    Input::Session(witdock_editor_session::Input::Window(has_focus))
}

/// A pasted text with LF for its line breaks: terminals send CR, as the Enter key does.
fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
