//! One language server: its process, and the messages to it and from it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use serde_json::{Value, json};
use witdock_editor_guest::language::{Columns, Question};
use witdock_editor_guest::processes::{self, End, Pipe, Program, WriteError};
use witdock_editor_guest::{DocumentId, ProcessEvent, Severity, Ticket, diagnostics, log, messages, timers};

use crate::frames::{Decoder, frame};
use crate::settings::ServerSettings;
use crate::text::Text;
use crate::uri;

/// The most that is written at a time, bytes.
const PIECE: usize = 256 << 10;
/// The most restarts after failures, until a person asks for one.
const MOST_RESTARTS: u32 = 5;

/// A server with the documents that it knows.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) settings: ServerSettings,
    /// The folder of the workspace.
    pub(crate) root: String,
    pub(crate) phase: Phase,
    pub(crate) process: Option<Ticket>,
    decoder: Decoder,
    /// What is to be written.
    outgoing: VecDeque<u8>,
    next_id: u64,
    pub(crate) pending: HashMap<u64, Pending>,
    pub(crate) columns: Columns,
    pub(crate) capabilities: Value,
    pub(crate) texts: Vec<Text>,
    /// What the server has found wrong, by document, as it sent it.
    pub(crate) found: HashMap<DocumentId, Vec<Value>>,
    /// The actions that it has named last.
    pub(crate) actions: Vec<Value>,
    /// The failures since it was ready for the last time.
    failures: u32,
    restart: Option<Ticket>,
    /// The last line that it wrote to standard error.
    last_words: String,
    /// What it works on, by token.
    pub(crate) progress: BTreeMap<String, String>,
}

/// Where a server is in its life.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Phase {
    /// It does not run.
    Off,
    /// It was asked to start.
    Starting,
    /// It answers.
    Ready,
    /// It has failed, and starts again after some time.
    BackingOff,
    /// It cannot be started, or has failed too often.
    Failed(String),
}

/// A request to the server that it has not answered.
#[derive(Debug)]
pub(crate) enum Pending {
    Initialize,
    /// A question of the person.
    Asked {
        ticket: Ticket,
        question: Question,
        document: DocumentId,
        offset: usize,
    },
    /// The edits of an action that the server has to find first.
    Resolve {
        ticket: Ticket,
    },
    /// A command, whose edits come as a request of the server. Whether they have come.
    Command {
        ticket: Ticket,
        is_answered: bool,
    },
    Shutdown,
}

impl Server {
    pub(crate) fn new(settings: ServerSettings, root: String) -> Self {
        Self {
            settings,
            root,
            phase: Phase::Off,
            process: None,
            decoder: Decoder::default(),
            outgoing: VecDeque::new(),
            next_id: 1,
            pending: HashMap::new(),
            columns: Columns::Utf16,
            capabilities: Value::Null,
            texts: Vec::new(),
            found: HashMap::new(),
            actions: Vec::new(),
            failures: 0,
            restart: None,
            last_words: String::new(),
            progress: BTreeMap::new(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        self.settings.command.first().map_or("", String::as_str)
    }

    /// Starts it, if it does not run.
    pub(crate) fn start(&mut self) {
        if self.process.is_some() {
            return;
        }
        let arguments = self.settings.command.iter().skip(1).cloned();
        match Program::new(self.name()).arguments(arguments).start() {
            Ok(process) => {
                self.process = Some(process);
                self.phase = Phase::Starting;
                self.request(
                    Pending::Initialize,
                    "initialize",
                    initialize(&self.root, &self.settings.options),
                );
            }
            Err(error) => {
                let why = error.explain();
                log::warn!("{}: {why}", self.name());
                self.phase = Phase::Failed(why);
            }
        }
    }

    /// Ends it as the protocol wants, and starts it again.
    pub(crate) fn restart(&mut self) {
        self.failures = 0;
        match self.process {
            Some(_) if self.phase == Phase::Ready => {
                self.request(Pending::Shutdown, "shutdown", Value::Null);
            }
            Some(process) => processes::kill(process),
            None => self.start(),
        }
    }

    /// A timer has expired. Gives whether it was this server's.
    pub(crate) fn timer(&mut self, timer: Ticket) -> bool {
        let is_own = self.restart == Some(timer);
        if is_own {
            self.restart = None;
            self.start();
        }
        is_own
    }

    pub(crate) fn on_process(&mut self, event: ProcessEvent) {
        match event {
            ProcessEvent::Output(piece) if piece.pipe == Pipe::Errors => {
                let text = String::from_utf8_lossy(&piece.bytes).into_owned();
                for line in text.lines().filter(|line| !line.trim().is_empty()) {
                    log::debug!("{}: {line}", self.name());
                    self.last_words = line.chars().take(200).collect();
                }
            }
            ProcessEvent::Output(piece) => {
                self.decoder.push(&piece.bytes);
                self.read();
            }
            ProcessEvent::Writable(_) => self.write(),
            ProcessEvent::Ended(ended) => self.ended(&ended.end),
        }
    }

    fn read(&mut self) {
        loop {
            match self.decoder.next() {
                Ok(Some(message)) => self.received(message),
                Ok(None) => return,
                Err(why) => {
                    log::error!("{}: {why}", self.name());
                    self.last_words = why;
                    if let Some(process) = self.process {
                        processes::kill(process);
                    }
                    return;
                }
            }
        }
    }

    fn ended(&mut self, end: &End) {
        let was_shut_down = self.phase == Phase::Off;
        self.process = None;
        self.decoder = Decoder::default();
        self.outgoing.clear();
        self.capabilities = Value::Null;
        self.progress.clear();
        for text in &self.texts {
            diagnostics::clear(text.document, self.name());
        }
        self.found.clear();
        let name = self.name().to_owned();
        for (_, pending) in std::mem::take(&mut self.pending) {
            pending.refuse(&format!("{name} has ended"));
        }
        if was_shut_down {
            return self.start();
        }
        let how = match end {
            End::Exited(code) => format!("ended with code {code}"),
            End::Killed(_) => "was ended".to_owned(),
            End::NotStarted(why) => format!("cannot be started: {why}"),
        };
        let words = if self.last_words.is_empty() { String::new() } else { format!(": {}", self.last_words) };
        self.failures += 1;
        if self.failures > MOST_RESTARTS {
            let why = format!(
                "{name} {how}{words}; it has failed {} times and is not started again",
                self.failures
            );
            messages::notify(Severity::Error, &why);
            self.phase = Phase::Failed(why);
            return;
        }
        let wait = Duration::from_millis(500) * 2_u32.pow(self.failures - 1);
        messages::notify(
            Severity::Warning,
            &format!("{name} {how}{words}; it starts again in {} s", wait.as_secs_f32()),
        );
        self.phase = Phase::BackingOff;
        self.restart = timers::once(wait).ok();
    }

    /// Sends a request.
    pub(crate) fn request(&mut self, pending: Pending, method: &str, params: Value) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.pending.insert(id, pending);
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    pub(crate) fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    pub(crate) fn send(&mut self, message: &Value) {
        self.outgoing.extend(frame(message));
        self.write();
    }

    /// Writes what the process takes. The rest is written when it has read that.
    fn write(&mut self) {
        let Some(process) = self.process else { return };
        while !self.outgoing.is_empty() {
            let length = self.outgoing.len().min(PIECE);
            let piece: Vec<u8> = self.outgoing.iter().take(length).copied().collect();
            match processes::write(process, &piece) {
                Ok(()) => drop(self.outgoing.drain(..length)),
                Err(WriteError::Full(_)) => return,
                // Its end arrives as an event.
                Err(_) => return self.outgoing.clear(),
            }
        }
    }

    fn received(&mut self, message: Value) {
        let method = message["method"].as_str().map(str::to_owned);
        match (method, message.get("id")) {
            (Some(method), Some(id)) => self.asked(&method, id, &message["params"]),
            (Some(method), None) => self.told(&method, &message["params"]),
            (None, Some(id)) => {
                let pending = id.as_u64().and_then(|id| self.pending.remove(&id));
                if let Some(pending) = pending {
                    match message.get("error") {
                        Some(error) => self.failed(pending, error),
                        None => self.answered(pending, &message["result"]),
                    }
                }
            }
            (None, None) => {}
        }
    }

    fn failed(&mut self, pending: Pending, error: &Value) {
        let why = error["message"].as_str().unwrap_or("it has failed").to_owned();
        match pending {
            Pending::Initialize => {
                self.last_words = why;
                if let Some(process) = self.process {
                    processes::kill(process);
                }
            }
            Pending::Shutdown => self.shut_down(),
            pending => pending.refuse(&why),
        }
    }

    pub(crate) fn shut_down(&mut self) {
        self.phase = Phase::Off;
        self.notify("exit", &Value::Null);
        if let Some(process) = self.process {
            processes::close_input(process);
        }
    }

    /// The server is ready: it hears of itself and of all documents.
    pub(crate) fn initialized(&mut self, result: &Value) {
        self.capabilities = result["capabilities"].clone();
        self.columns = match self.capabilities["positionEncoding"].as_str() {
            Some("utf-8") => Columns::Bytes,
            _ => Columns::Utf16,
        };
        self.phase = Phase::Ready;
        self.failures = 0;
        self.notify("initialized", &json!({}));
        if !self.settings.settings.is_null() {
            let settings = self.settings.settings.clone();
            self.notify("workspace/didChangeConfiguration", &json!({"settings": settings}));
        }
        for index in 0..self.texts.len() {
            self.tell_open(index);
        }
    }
}

/// What the plugin can, for the server.
fn initialize(root: &str, options: &Value) -> Value {
    let uri = uri::of_path(root);
    let name = root.rsplit('/').next().unwrap_or_default();
    json!({
        "processId": null,
        "clientInfo": {"name": "witdock-edit"},
        "rootPath": root,
        "rootUri": uri,
        "workspaceFolders": [{"uri": uri, "name": name}],
        "initializationOptions": options,
        "capabilities": {
            "general": {"positionEncodings": ["utf-8", "utf-16"]},
            "window": {"workDoneProgress": true},
            "workspace": {
                "applyEdit": true,
                "workspaceEdit": {"documentChanges": true},
                "configuration": true,
                "workspaceFolders": true,
                "didChangeConfiguration": {},
            },
            "textDocument": {
                "synchronization": {"didSave": true},
                "publishDiagnostics": {"versionSupport": true},
                "definition": {"linkSupport": true},
                "references": {},
                "hover": {"contentFormat": ["markdown", "plaintext"]},
                "completion": {"completionItem": {"snippetSupport": false}},
                "rename": {},
                "codeAction": {
                    "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "source"]}},
                    "isPreferredSupport": true,
                    "dataSupport": true,
                    "resolveSupport": {"properties": ["edit"]},
                },
                "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
            },
        },
    })
}
