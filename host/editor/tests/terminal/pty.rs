//! A program in a pseudo-terminal, and what the terminal shows.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    input: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// All that the program has written.
    written: Vec<u8>,
    /// Open as long as the window is.
    window: Option<Box<dyn MasterPty + Send>>,
}

impl Terminal {
    /// Starts the editor in a terminal of 80 × 12, with its configuration and state below a folder.
    pub(crate) fn start(home: &Path, arguments: &[&str]) -> Self {
        let size = PtySize { rows: 12, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_witdock-edit"));
        command.args(arguments);
        command.cwd(home);
        // What plugins are built with stays where it is.
        for (variable, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            let own = dirs::home_dir().unwrap().join(folder);
            command.env(variable, std::env::var_os(variable).unwrap_or(own.into_os_string()));
        }
        command.env("HOME", home);
        command.env("TERM", "xterm-256color");
        for variable in ["DISPLAY", "WAYLAND_DISPLAY", "TMUX"] {
            command.env_remove(variable);
        }
        for (variable, folder) in [
            ("XDG_STATE_HOME", "state"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CACHE_HOME", "cache"),
        ] {
            command.env(variable, home.join(folder));
        }
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let mut reader = pty.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let input = pty.master.take_writer().unwrap();
        let screen = vt100::Parser::new(NonZero::new(12).unwrap(), NonZero::new(80).unwrap(), 0);
        Self { child, input, output, screen, written: Vec::new(), window: Some(pty.master) }
    }

    /// Types keys, as a terminal sends them.
    pub(crate) fn send(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    /// Waits until the screen shows a text.
    pub(crate) fn until(&mut self, shown: &str) {
        self.wait_for(shown, |screen| screen.contents().contains(shown));
    }

    /// Waits until the screen is as it should be.
    pub(crate) fn wait_for(&mut self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        let begun = Instant::now();
        while !is_so(self.screen.screen()) {
            let left = PATIENCE.saturating_sub(begun.elapsed());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.process_output(&bytes),
                Err(error) => panic!("{what}: {error}\n{}", self.screen.screen().contents()),
            }
        }
    }

    pub(crate) fn process(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_raw(self.child.process_id().unwrap().try_into().unwrap()).unwrap()
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(self.process(), signal).unwrap();
    }

    /// The state of the process: `T` is stopped.
    pub(crate) fn state(&self) -> char {
        let stat =
            std::fs::read_to_string(format!("/proc/{}/stat", self.process().as_raw_nonzero())).unwrap();
        stat.rsplit(") ").next().unwrap().chars().next().unwrap()
    }

    /// Closes the window.
    pub(crate) fn close(&mut self) {
        self.window = None;
    }

    /// Waits for the end of the program, and gives its exit code. The screen shows all that it has written then.
    pub(crate) fn ended(&mut self) -> u32 {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end\n{}", self.screen.screen().contents());
            if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(20)) {
                self.process_output(&bytes);
            }
        };
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
            self.process_output(&bytes);
        }
        status.exit_code()
    }

    fn process_output(&mut self, bytes: &[u8]) {
        self.written.extend_from_slice(bytes);
        self.screen.process(bytes);
    }

    /// How often the program has written this.
    pub(crate) fn count_written(&self, sequence: &str) -> usize {
        self.written.windows(sequence.len()).filter(|window| *window == sequence.as_bytes()).count()
    }

    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.screen.screen()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended, or a test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
