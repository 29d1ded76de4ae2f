//! Runs programs, and does with them what a plugin should not, for testing the editor's guarantees.

use witdock_editor_guest::processes::{self, End, Pipe, Program, WriteError};
use witdock_editor_guest::status_line::Segment;
use witdock_editor_guest::{
    ActivateError, Command, CommandError, Document, NoSettings, Plugin, ProcessEvent, ProcessOwner,
    Registration, Scope, Span, Ticket,
};

/// The plugin.
#[derive(Debug, Default)]
pub struct Runner {
    output: Vec<u8>,
    /// The number of bytes that processes have written, beyond what is kept.
    count: u64,
    /// The process that is fed, and the bytes that it took.
    fed: Option<(Ticket, usize)>,
}

witdock_editor_guest::export!(Runner, processes);

const COMMANDS: [(&str, &str); 7] = [
    ("shell", "Run the text as a script"),
    ("echo", "Echo through a process"),
    ("many", "Start a thousand processes"),
    ("feed", "Feed a process that does not read"),
    ("missing", "Run what is not there"),
    ("denied", "Run what is not granted"),
    ("start-then-trap", "Start, then trap"),
];

/// What is fed at a time.
const MEAL: usize = 1 << 20;

impl Plugin for Runner {
    type Settings = NoSettings;

    fn new(_: NoSettings) -> Result<Self, ActivateError> {
        Ok(Self::default())
    }

    fn registration(&self) -> Registration {
        COMMANDS.iter().fold(Registration::new(), |all, (name, title)| all.command(Command::new(name, title)))
    }

    fn run_command(&mut self, name: &str, _argument: Option<&str>) -> Result<(), CommandError> {
        self.output.clear();
        self.count = 0;
        match name {
            "shell" => {
                let document =
                    Document::current().ok_or_else(|| CommandError::Failed("nothing is open".to_owned()))?;
                shell(&document.whole_text()?).start()?;
            }
            "echo" => {
                let process = shell("read line; echo \"got $line\"").start()?;
                processes::write(process, "a line\n".as_bytes())?;
                processes::close_input(process);
                if processes::write(process, b"more") != Err(WriteError::Closed) {
                    return Err(CommandError::Failed("its input is open".to_owned()));
                }
            }
            "many" => {
                let started: Vec<_> = (0..1000).map(|_| shell("sleep 1000").start()).collect();
                let count = started.iter().filter(|one| one.is_ok()).count();
                show(&format!("{count} started, then {:?}", started.last().map(|one| one.is_err())));
            }
            "feed" => {
                let process = shell("sleep 0.2; wc -c").start()?;
                self.fed = Some((process, 0));
                self.feed()?;
            }
            "missing" => drop(Program::new("a-program-that-is-not-there").start()?),
            "denied" => drop(Program::new("cat").start()?),
            "start-then-trap" => {
                shell("touch started").start()?;
                trap();
            }
            _ => return Err(CommandError::NoSuchCommand(name.to_owned())),
        }
        Ok(())
    }
}

impl ProcessOwner for Runner {
    fn on_process(&mut self, event: ProcessEvent) {
        match event {
            ProcessEvent::Output(piece) => {
                self.count += piece.bytes.len() as u64;
                if piece.pipe == Pipe::Errors {
                    self.output.extend(b"! ");
                }
                if self.output.len() < 1000 {
                    self.output.extend(piece.bytes.iter().take(1000));
                }
                show(&format!("{} bytes: {}", self.count, self.text()));
            }
            ProcessEvent::Writable(process) => {
                processes::close_input(process);
                let fed = self.fed.take().map_or(0, |(_, fed)| fed);
                show(&format!("{fed} bytes fed"));
            }
            ProcessEvent::Ended(ended) => {
                let how = match ended.end {
                    End::Exited(code) => format!("exited with {code}"),
                    End::Killed(_) => "killed".to_owned(),
                    End::NotStarted(why) => format!("not started: {why}"),
                };
                show(&format!("{how}, {} bytes: {}", self.count, self.text()));
            }
        }
    }
}

impl Runner {
    /// Writes until nothing more is taken.
    fn feed(&mut self) -> Result<(), CommandError> {
        let Some((process, fed)) = &mut self.fed else { return Ok(()) };
        loop {
            match processes::write(*process, &[b'x'; MEAL]) {
                Ok(()) => *fed += MEAL,
                Err(WriteError::Full(_)) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn text(&self) -> String {
        let text: String = String::from_utf8_lossy(&self.output).lines().collect::<Vec<_>>().join("|");
        text.chars().filter(|character| !character.is_control()).take(60).collect()
    }
}

fn shell(script: &str) -> Program {
    Program::new("sh").arguments(["-c", script])
}

fn show(text: &str) {
    Segment::new(vec![Span::new(text, Scope::Plain)]).show("result");
}

/// Traps, as a defect would.
#[allow(clippy::panic, reason = "failing is what this plugin is for")]
fn trap() -> ! {
    panic!("asked to")
}
