//! Does what the lines of the text say, one after the other, and shows in a panel how each has ended.
//!
//! ```text
//! open PATH      focus PATH     save           save-as PATH   make TITLE
//! make-many      set KEY VALUE  get KEY        fill           keys PREFIX
//! trap           fail
//! ```

use witdock_editor_guest::files::{self, Failure, NewDocument};
use witdock_editor_guest::panels::{Panel, PanelLine};
use witdock_editor_guest::{
    ActivateError, Command, CommandError, Document, DocumentVersion, FileOwner, NoSettings, Plugin,
    Registration, Scope, Span, Ticket, storage,
};

/// The plugin.
#[derive(Debug, Default)]
pub struct Faulty {
    results: Vec<String>,
}

witdock_editor_guest::export!(Faulty, files);

impl Plugin for Faulty {
    type Settings = NoSettings;

    fn new(_: NoSettings) -> Result<Self, ActivateError> {
        Ok(Self::default())
    }

    fn registration(&self) -> Registration {
        Registration::new().command(Command::new("do", "Do what the text says"))
    }

    fn run_command(&mut self, _name: &str, _argument: Option<&str>) -> Result<(), CommandError> {
        let document =
            Document::current().ok_or_else(|| CommandError::NotApplicable("nothing is open".to_owned()))?;
        self.results.clear();
        for line in document.whole_text()?.lines() {
            let result = act(line, &document)?;
            self.results.push(result);
        }
        self.show()
    }
}

impl FileOwner for Faulty {
    fn on_file(&mut self, _request: Ticket, outcome: Result<DocumentVersion, Failure>) {
        let result = match outcome {
            Ok(version) => Document::of(version)
                .map_or_else(|| "closed".to_owned(), |document| format!("done: {} bytes", document.length())),
            Err(failure) => format!("{failure:?}"),
        };
        self.results.push(result);
        // It is shown at the next command where it cannot be shown now.
        let _ = self.show();
    }
}

impl Faulty {
    fn show(&self) -> Result<(), CommandError> {
        let lines =
            self.results.iter().map(|line| PanelLine::new(vec![Span::new(line.clone(), Scope::Plain)]));
        Ok(lines.fold(Panel::new("Results"), Panel::line).show("results")?)
    }
}

fn act(line: &str, document: &Document) -> Result<String, CommandError> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    Ok(match verb {
        "open" => shown(files::open(rest, false)),
        "focus" => shown(files::open(rest, true)),
        "save" => shown(files::save(document.id())),
        "save-as" => shown(files::save_as(document.id(), rest)),
        "make" => shown(NewDocument::new(rest, "made\n").language("markdown").make()),
        "make-many" => {
            let made = (0..1_000).take_while(|_| NewDocument::new("one of many", "x").make().is_ok());
            format!("made {}", made.count())
        }
        "make-large" => shown(NewDocument::new("large", "x".repeat((16 << 20) + 1)).make()),
        "set" => {
            let (key, value) = rest.split_once(' ').unwrap_or((rest, ""));
            shown(storage::set(key, value.as_bytes()))
        }
        "get" => format!(
            "{:?}",
            storage::get(rest).map(|value| value.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
        ),
        "keys" => format!("{:?}", storage::keys(rest)),
        "fill" => {
            let piece = vec![0; 1 << 20];
            let full = (0..).map(|key| storage::set(&format!("piece {key}"), &piece)).find(Result::is_err);
            format!("{full:?}")
        }
        "fill-keys" => {
            let full = (0..).map(|key| storage::set(&format!("key {key}"), b"")).find(Result::is_err);
            format!("{full:?}")
        }
        "trap" => trap(),
        "fail" => return Err(CommandError::Failed("it was asked to".to_owned())),
        _ => format!("unknown: {verb}"),
    })
}

fn shown<T, E: std::fmt::Debug>(result: Result<T, E>) -> String {
    match result {
        Ok(_) => "asked".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

fn trap() -> ! {
    std::process::abort()
}
