//! Connects language servers: definitions, uses, renaming, actions, symbols, documentation, completions and diagnostics.
//!
//! A server starts with the first document of its language, and each is asked for once, as a program that the editor may run. Other servers
//! than the known ones, or their settings:
//!
//! ```toml
//! [[plugins.language-server.servers]]
//! languages = ["python"]
//! command = ["ruff", "server"]
//! settings = { }        # what it asks for, by section
//! options = { }         # its initialization options
//! ```
//!
//! A program that is not in `plugin.toml` is added there.

mod answers;
mod documents;
mod frames;
mod requests;
mod server;
mod settings;
mod text;
mod uri;

use witdock_editor_guest::language::{self, Request};
use witdock_editor_guest::panels::{Panel, PanelLine};
use witdock_editor_guest::status_line::{self, Segment};
use witdock_editor_guest::{
    ActivateError, Command, CommandError, Document, DocumentVersion, Event, EventKinds, LanguageProvider,
    Plugin, ProcessEvent, ProcessOwner, Registration, Scope, Span, Ticket, workspace,
};

use server::{Phase, Server};
pub use settings::Settings;

const SEGMENT: &str = "servers";

/// The plugin.
#[derive(Debug)]
pub struct LanguageServer {
    settings: Settings,
    servers: Vec<Server>,
    /// What was offered last: the number of servers that are ready.
    offered: usize,
    /// What the status line shows.
    shown: String,
}

witdock_editor_guest::export!(LanguageServer, processes, language);

impl Plugin for LanguageServer {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, ActivateError> {
        Ok(Self { settings, servers: Vec::new(), offered: 0, shown: String::new() })
    }

    fn registration(&self) -> Registration {
        Registration::new()
            .on(EventKinds::OPENED | EventKinds::CHANGED | EventKinds::SAVED | EventKinds::CLOSED)
            .command(
                Command::new("restart", "Restart language servers")
                    .description("Ends all language servers, and starts them again."),
            )
            .command(
                Command::new("status", "Status of language servers")
                    .description("Shows which language servers run, and why others do not."),
            )
    }

    fn run_command(&mut self, name: &str, _: Option<&str>) -> Result<(), CommandError> {
        match name {
            "restart" => self.servers.iter_mut().for_each(Server::restart),
            "status" => self.status().show("servers")?,
            _ => return Err(CommandError::NoSuchCommand(name.to_owned())),
        }
        self.tell();
        Ok(())
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Opened(version) => self.opened(version),
            Event::Changed(change) => self.servers.iter_mut().for_each(|server| server.changed(&change)),
            Event::Saved(version) => {
                self.servers.iter_mut().for_each(|server| server.saved(version.document))
            }
            Event::Closed(document) => self.servers.iter_mut().for_each(|server| server.close(document)),
            Event::Timer(timer) => drop(self.servers.iter_mut().any(|server| server.timer(timer))),
            _ => {}
        }
        self.tell();
    }
}

impl ProcessOwner for LanguageServer {
    fn on_process(&mut self, event: ProcessEvent) {
        let process = match &event {
            ProcessEvent::Output(piece) => piece.process,
            ProcessEvent::Writable(process) => *process,
            ProcessEvent::Ended(ended) => ended.process,
        };
        if let Some(server) = self.servers.iter_mut().find(|server| server.process == Some(process)) {
            server.on_process(event);
        }
        self.tell();
    }
}

impl LanguageProvider for LanguageServer {
    fn ask(&mut self, request: Request) {
        let document = request.at.version.document;
        let knows = |server: &&mut Server| server.texts.iter().any(|text| text.document == document);
        match self.servers.iter_mut().find(knows) {
            Some(server) => server.ask(request),
            None => {
                requests::refuse(request.ticket, &request.question, "no language server knows this document")
            }
        }
    }

    fn withdraw(&mut self, request: Ticket) {
        self.servers.iter_mut().for_each(|server| server.withdraw(request));
    }
}

impl LanguageServer {
    /// Gives a document to the server of its language.
    fn opened(&mut self, version: DocumentVersion) {
        let Some(document) = Document::of(version) else { return };
        let info = document.info();
        let Some(path) = info.path else { return };
        let Some(settings) = self.settings.server_for(&info.language) else { return };
        let root = workspace::root();
        let path =
            if path.starts_with('/') { path } else { format!("{}/{path}", root.trim_end_matches('/')) };
        let index = match self.servers.iter().position(|server| server.settings == settings) {
            Some(index) => index,
            None => {
                self.servers.push(Server::new(settings, root));
                self.servers.len() - 1
            }
        };
        let Some(server) = self.servers.get_mut(index) else { return };
        server.open(&document, uri::of_path(&path));
        if server.phase == Phase::Off {
            server.start();
        }
    }

    /// Tells the editor what the servers can answer by now, and what they are doing.
    fn tell(&mut self) {
        let ready = self.servers.iter().filter(|server| server.phase == Phase::Ready);
        let offers: Vec<_> = ready.map(Server::offer).collect();
        if offers.len() != self.offered {
            self.offered = offers.len();
            language::set_offers(&offers);
        }
        let doing = self.servers.iter().find_map(|server| {
            let title = match server.phase {
                Phase::Starting => "starting",
                _ => server.progress.values().next()?.as_str(),
            };
            Some(format!("{}: {title}", server.name()))
        });
        let shown = doing.unwrap_or_default();
        if shown != self.shown {
            if shown.is_empty() {
                status_line::clear(SEGMENT);
            } else {
                Segment::new(vec![Span::new(&shown, Scope::Muted)]).show(SEGMENT);
            }
            self.shown = shown;
        }
    }

    fn status(&self) -> Panel {
        let mut panel = Panel::new("Language servers");
        for server in &self.servers {
            let (word, scope) = match &server.phase {
                Phase::Off => ("ended", Scope::Muted),
                Phase::Starting => ("starting", Scope::Info),
                Phase::Ready => ("ready", Scope::Success),
                Phase::BackingOff => ("starts again soon", Scope::Warning),
                Phase::Failed(why) => (why.as_str(), Scope::Error),
            };
            let name = format!("{} ({}): ", server.name(), server.settings.languages.join(", "));
            panel = panel.line(PanelLine::new(vec![Span::new(name, Scope::Plain), Span::new(word, scope)]));
        }
        if self.servers.is_empty() {
            let text = "no document that is open has a language with a known server";
            panel = panel.line(PanelLine::new(vec![Span::new(text, Scope::Muted)]));
        }
        panel
    }
}
