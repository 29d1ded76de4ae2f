//! The terminal: taken over for the editor, and given back on every way out.

use std::io::{self, Stdout, Write, stdout};

use base64::Engine;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

/// The most that is handed to the system's clipboard: terminals cut off or ignore longer sequences.
const MAX_CLIPBOARD_BYTES: usize = 100_000;

/// The terminal as the editor's screen, until it is dropped.
pub struct Screen {
    /// What is drawn on.
    pub terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal over, and the mouse if wanted. A panic gives it back before its message is printed.
    ///
    /// # Errors
    ///
    /// When standard output is no terminal, or one that cannot be set up.
    pub fn take(mouse: bool) -> io::Result<Self> {
        let earlier = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            earlier(panic);
        }));
        enable_raw_mode()?;
        // From here on dropping it undoes whatever was done.
        let mut screen =
            Self { terminal: Terminal::new(CrosstermBackend::new(stdout())).inspect_err(|_| give_back())? };
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        if mouse {
            execute!(stdout(), EnableMouseCapture)?;
        }
        screen.terminal.clear()?;
        Ok(screen)
    }

    /// Hands a text to the system's clipboard, where the terminal does that (OSC 52). A text that is too long stays
    /// in the editor.
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

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Undoes everything that [`Screen::take`] does. What fails is passed over: there is nobody left to tell.
fn give_back() {
    let _ = execute!(
        stdout(),
        DisableBracketedPaste,
        DisableMouseCapture,
        LeaveAlternateScreen,
        crossterm::cursor::Show
    );
    let _ = disable_raw_mode();
}
