//! Hears of saves, of the focus and of files, and shows in a panel what it has heard. It works without end, and fails as it is asked to.

use witdock_editor_guest::folder::{self, FolderEvent};
use witdock_editor_guest::panels::{Panel, PanelLine};
use witdock_editor_guest::work::{self, Manner, Next, Progress};
use witdock_editor_guest::{
    ActivateError, Command, CommandError, Document, Edit, Focus, FocusFollower, FolderFollower, NoSettings,
    Plugin, Registration, SaveHook, Scope, Span, Ticket, Worker, messages,
};

/// The plugin.
#[derive(Debug, Default)]
pub struct Faulty {
    heard: Vec<String>,
    steps: u64,
}

witdock_editor_guest::export!(Faulty, before_save, focus, folder, work);

const COMMANDS: [(&str, &str); 6] = [
    ("log", "Show what was heard"),
    ("follow", "Follow the folder"),
    ("unfollow", "Follow the folder no longer"),
    ("work", "Work without end"),
    ("work-trap", "Work, then trap"),
    ("work-many", "Begin a thousand kinds of work"),
];

impl Plugin for Faulty {
    type Settings = NoSettings;

    fn new(_: NoSettings) -> Result<Self, ActivateError> {
        Ok(Self::default())
    }

    fn registration(&self) -> Registration {
        COMMANDS.iter().fold(Registration::new(), |registration, (name, title)| {
            registration.command(Command::new(name, title))
        })
    }

    fn run_command(&mut self, name: &str, _argument: Option<&str>) -> Result<(), CommandError> {
        match name {
            "log" => self.show(),
            "follow" => folder::follow(),
            "unfollow" => folder::unfollow(),
            "work" => {
                work::start("counting", Manner::InSteps)?;
            }
            "work-trap" => {
                self.steps = 90;
                work::start("trapping", Manner::InSteps)?;
            }
            "work-many" => {
                let begun = (0..1_000).take_while(|_| work::start("nothing", Manner::ByItself).is_ok());
                messages::status(&format!("{} kinds of work", begun.count()));
            }
            _ => return Err(CommandError::NoSuchCommand(name.to_owned())),
        }
        Ok(())
    }
}

impl SaveHook for Faulty {
    fn before_save(&mut self, document: &Document) -> Result<Vec<Edit>, String> {
        let text = document.whole_text().map_err(|error| error.explain())?;
        match text.trim_end() {
            "trap" => std::process::abort(),
            "loop" => loop {
                std::hint::spin_loop();
            },
            "fail" => Err("it was asked to".to_owned()),
            "outside" => Ok(vec![Edit::insert(1_000, "x")]),
            "edit" => Ok(vec![Edit::insert(document.length(), " saved")]),
            _ => Ok(Vec::new()),
        }
    }
}

impl FocusFollower for Faulty {
    fn on_focus(&mut self, focus: Focus) {
        self.hear(match focus {
            Focus::Document(version) => {
                let path = Document::of(version).and_then(|document| document.info().path);
                format!("focus: {}", path.unwrap_or_default())
            }
            Focus::Window(has_focus) => format!("window: {has_focus}"),
        });
    }
}

impl FolderFollower for Faulty {
    fn on_folder(&mut self, event: FolderEvent) {
        match event {
            FolderEvent::Files(files) => {
                self.hear(format!("{} files, {}", files.paths.len(), files.complete))
            }
            FolderEvent::Changed(changed) => {
                for file in changed {
                    self.hear(format!("{:?} {}", file.change, file.path));
                }
            }
        }
    }
}

impl Worker for Faulty {
    fn step(&mut self, work: Ticket) -> Next {
        self.steps += 1;
        if self.steps == 100 {
            std::process::abort();
        }
        work::report(work, &Progress::of(self.steps % 10, 20).detail("half of it at most"));
        if self.steps < 90 {
            self.steps %= 50
        }
        Next::Again
    }

    fn cancelled(&mut self, _work: Ticket) {
        self.hear("cancelled".to_owned());
    }
}

impl Faulty {
    fn hear(&mut self, what: String) {
        self.heard.push(what);
        self.show();
    }

    fn show(&self) {
        let last = self.heard.iter().rev().take(5);
        let line = |text: &String| PanelLine::new(vec![Span::new(text.clone(), Scope::Plain)]);
        // It is shown with the next event where it cannot be shown now.
        let _ = last.map(line).fold(Panel::new("Heard"), Panel::line).show("heard");
    }
}
