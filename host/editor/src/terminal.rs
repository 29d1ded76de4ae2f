//! The terminal: taken over for the editor, and restored whenever the editor ends.

use std::io::{self, Stdout, Write, stdout};

use base64::Engine;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

/// The longest text for the system's clipboard. Terminals truncate or ignore longer sequences.
const MAX_CLIPBOARD_BYTES: usize = 100_000;

/// The terminal as the editor's screen, until it is dropped.
pub struct TerminalScreen {
    /// The terminal to draw on.
    pub terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl TerminalScreen {
    /// Takes over the terminal, and the mouse if wanted. A panic restores it before its message is printed.
    ///
    /// # Errors
    ///
    /// When standard output is not a terminal, or the terminal cannot be set up.
    pub fn take(mouse: bool) -> io::Result<Self> {
        let earlier = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            earlier(panic);
        }));
        enable_raw_mode()?;
        // From here on, dropping the screen restores the terminal.
        let mut screen =
            Self { terminal: Terminal::new(CrosstermBackend::new(stdout())).inspect_err(|_| restore())? };
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        if mouse {
            execute!(stdout(), EnableMouseCapture)?;
        }
        screen.terminal.clear()?;
        Ok(screen)
    }

    /// Puts a text on the system's clipboard, where the terminal supports it (OSC 52). A text that is too long stays on the
    /// editor's own clipboard.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be written to.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        if text.len() > MAX_CLIPBOARD_BYTES {
            return Ok(());
        }
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        let mut out = stdout();
        write!(out, "\x1b]52;c;{encoded}\x07")?;
        out.flush()
    }
}

impl Drop for TerminalScreen {
    fn drop(&mut self) {
        restore();
    }
}

/// Undoes everything that [`TerminalScreen::take`] does. Errors are ignored, since nothing is left to be done about them.
fn restore() {
    let _ = execute!(
        stdout(),
        DisableBracketedPaste,
        DisableMouseCapture,
        LeaveAlternateScreen,
        crossterm::cursor::Show
    );
    let _ = disable_raw_mode();
}
