//! The terminal: taken over for the editor, and restored whenever the editor ends.

use std::io::{self, Stdout, Write, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange,
    EnableMouseCapture, KeyboardEnhancementFlags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::execute;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

/// The longest text for the system's clipboard, bytes. With its encoding that is the 100,000 bytes of a sequence that most terminals take;
/// longer ones they truncate or ignore.
pub const MOST_COPIED_BYTES: usize = 74_994;

/// Whether the terminal was asked to tell keys apart. It keeps a stack of such wishes, where the shell may have its own.
static TELLS_KEYS_APART: AtomicBool = AtomicBool::new(false);

/// The terminal as the editor's screen, until it is dropped.
pub struct TerminalScreen {
    /// The terminal to draw on.
    pub terminal: Terminal<CrosstermBackend<Stdout>>,
    /// Whether the mouse is taken over too.
    mouse: bool,
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
        let terminal = Terminal::new(CrosstermBackend::new(stdout())).inspect_err(|_| restore())?;
        let mut screen = Self { terminal, mouse };
        screen.enter()?;
        Ok(screen)
    }

    fn enter(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange)?;
        if self.mouse {
            execute!(stdout(), EnableMouseCapture)?;
        }
        if may_tell_keys_apart(&|name| std::env::var(name).ok()) {
            execute!(
                stdout(),
                PushKeyboardEnhancementFlags(KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES)
            )?;
            TELLS_KEYS_APART.store(true, Ordering::SeqCst);
        }
        execute!(stdout(), Clear(ClearType::All))?;
        // A new one draws everything again. To clear the old one would ask the terminal for its cursor, which not every terminal
        // answers.
        self.terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
        Ok(())
    }

    /// Gives the terminal back and stops the process, as the shell's own key would. Returns when it is continued.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be taken over again.
    #[cfg(unix)]
    pub fn suspend(&mut self) -> io::Result<()> {
        use rustix::process::{Signal, getpgrp, kill_process_group};
        restore();
        // All of the job, as a terminal does it: what waits for this process stops with it.
        kill_process_group(getpgrp(), Signal::STOP)?;
        self.enter()
    }

    /// Other systems have no such stop.
    #[cfg(not(unix))]
    pub fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Puts a text on the system's clipboard, where the terminal supports it (OSC 52). Gives whether it is short enough for that; one that is
    /// not stays on the editor's own clipboard.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be written to.
    pub fn copy(&mut self, text: &str) -> io::Result<bool> {
        if text.len() > MOST_COPIED_BYTES {
            return Ok(false);
        }
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        let mut out = stdout();
        write!(out, "\x1b]52;c;{encoded}\x07")?;
        out.flush()?;
        Ok(true)
    }
}

impl Drop for TerminalScreen {
    fn drop(&mut self) {
        restore();
    }
}

/// Whether the terminal may be asked to tell keys apart that are one in the older encoding, such as Tab and Ctrl-I (kitty's keyboard
/// protocol). To ask whether it can would be to wait for an answer that many never give; one that cannot ignores the sequence, except these.
fn may_tell_keys_apart(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    let term = variable("TERM").unwrap_or_default();
    let program = variable("TERM_PROGRAM").unwrap_or_default();
    !matches!(term.as_str(), "" | "dumb" | "linux" | "cons25" | "vt100" | "vt220" | "ansi")
        && program != "Apple_Terminal"
}

/// Undoes everything that [`TerminalScreen::take`] does. Errors are ignored, since nothing is left to be done about them.
fn restore() {
    if TELLS_KEYS_APART.swap(false, Ordering::SeqCst) {
        // On the screen that it was pushed on: each has a stack of its own.
        let _ = execute!(stdout(), PopKeyboardEnhancementFlags);
    }
    let _ = execute!(
        stdout(),
        DisableBracketedPaste,
        DisableFocusChange,
        DisableMouseCapture,
        LeaveAlternateScreen,
        crossterm::cursor::Show
    );
    let _ = disable_raw_mode();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consoles_that_would_print_the_sequence_do_not_get_it() {
        for (term, program, may) in [
            ("xterm-kitty", "", true),
            ("xterm-256color", "", true),
            ("tmux-256color", "tmux", true),
            ("linux", "", false),
            ("xterm-256color", "Apple_Terminal", false),
            ("", "", false),
        ] {
            let variable = |name: &str| Some(if name == "TERM" { term } else { program }.to_owned());
            assert_eq!(may_tell_keys_apart(&variable), may, "{term} {program}");
        }
    }
}
