//! Questions of the person to the server, and of the server to the plugin.

use serde_json::{Value, json};
use witdock_editor_guest::language::{self, Features, Offer, Question, Request, WorkspaceEdit};
use witdock_editor_guest::{Severity, Ticket, log, messages};

use crate::answers;
use crate::server::{Pending, Phase, Server};
use crate::text::Text;

impl Pending {
    /// Answers that there is no answer.
    pub(crate) fn refuse(self, why: &str) {
        match self {
            Self::Asked { ticket, question, .. } => refuse(ticket, &question, why),
            Self::Resolve { ticket } | Self::Command { ticket, .. } => {
                language::answer_edit(ticket, Err(why.to_owned()))
            }
            Self::Initialize | Self::Shutdown => {}
        }
    }
}

/// Answers a question with the reason why there is no answer.
pub(crate) fn refuse(ticket: Ticket, question: &Question, why: &str) {
    let why = why.to_owned();
    match question {
        Question::Definition | Question::References => language::answer_places(ticket, Err(why)),
        Question::Hover => language::answer_description(ticket, Err(why)),
        Question::Completion => language::answer_suggestions(ticket, Err(why)),
        Question::Rename(_) | Question::RunAction(_) => language::answer_edit(ticket, Err(why)),
        Question::Actions(_) => language::answer_actions(ticket, Err(why)),
        Question::Symbols => language::answer_symbols(ticket, Err(why)),
    }
}

impl Server {
    /// What it can answer.
    pub(crate) fn offer(&self) -> Offer {
        let has = |name: &str| !matches!(self.capabilities[name], Value::Null | Value::Bool(false));
        let all = [
            ("definitionProvider", Features::DEFINITION),
            ("referencesProvider", Features::REFERENCES),
            ("hoverProvider", Features::HOVER),
            ("completionProvider", Features::COMPLETION),
            ("renameProvider", Features::RENAME),
            ("codeActionProvider", Features::ACTIONS),
            ("documentSymbolProvider", Features::SYMBOLS),
        ];
        let features = all.into_iter().filter(|(name, _)| has(name)).map(|(_, feature)| feature);
        let triggers =
            self.capabilities["completionProvider"]["triggerCharacters"].as_array().into_iter().flatten();
        Offer {
            languages: self.settings.languages.clone(),
            features: features.fold(Features::empty(), |all, feature| all | feature),
            completion_triggers: triggers.filter_map(|text| text.as_str()?.chars().next()).collect(),
        }
    }

    /// Passes a question on.
    pub(crate) fn ask(&mut self, request: Request) {
        let Request { ticket, at, question } = request;
        if self.phase != Phase::Ready {
            return refuse(ticket, &question, "the language server is not ready");
        }
        if let Question::RunAction(id) = question {
            return self.run_action(ticket, id);
        }
        let Some(text) = self.texts.iter().find(|text| text.document == at.version.document) else {
            return refuse(ticket, &question, "the language server does not know this document");
        };
        if text.revision != at.version.revision {
            return refuse(ticket, &question, "the text has changed; ask again");
        }
        let offset = usize::try_from(at.offset).unwrap_or(usize::MAX);
        let mut params = json!({
            "textDocument": {"uri": text.uri},
            "position": text.position(offset, self.columns),
        });
        let method = match &question {
            Question::Definition => "definition",
            Question::References => {
                params["context"] = json!({"includeDeclaration": true});
                "references"
            }
            Question::Hover => "hover",
            Question::Completion => "completion",
            Question::Rename(name) => {
                params["newName"] = name.clone().into();
                "rename"
            }
            Question::Actions(range) => {
                params = self.action_params(text, range);
                "codeAction"
            }
            Question::Symbols => "documentSymbol",
            Question::RunAction(_) => return,
        };
        let pending = Pending::Asked { ticket, question, document: at.version.document, offset };
        self.request(pending, &format!("textDocument/{method}"), params);
    }

    fn action_params(&self, text: &Text, range: &witdock_editor_guest::Range) -> Value {
        let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let range = place(range.start)..place(range.end);
        json!({
            "textDocument": {"uri": text.uri},
            "range": {
                "start": text.position(range.start, self.columns),
                "end": text.position(range.end, self.columns),
            },
            "context": {"diagnostics": self.found_in(text, &range), "triggerKind": 1},
        })
    }

    /// Nobody waits for an answer any more.
    pub(crate) fn withdraw(&mut self, ticket: Ticket) {
        let is_it =
            |pending: &Pending| matches!(pending, Pending::Asked { ticket: asked, .. } if *asked == ticket);
        let id = self.pending.iter().find(|(_, pending)| is_it(pending)).map(|(id, _)| *id);
        if let Some(id) = id {
            self.pending.remove(&id);
            self.notify("$/cancelRequest", &json!({"id": id}));
        }
    }

    /// Takes the answer to a request.
    pub(crate) fn answered(&mut self, pending: Pending, result: &Value) {
        match pending {
            Pending::Initialize => self.initialized(result),
            Pending::Shutdown => self.shut_down(),
            Pending::Resolve { ticket } => self.do_action(ticket, result),
            Pending::Command { ticket, is_answered } => {
                if !is_answered {
                    language::answer_edit(ticket, Ok(self.no_edit()));
                }
            }
            Pending::Asked { ticket, question, document, offset } => {
                let Some(text) = self.texts.iter().find(|text| text.document == document) else {
                    return refuse(ticket, &question, "the document has been closed");
                };
                match question {
                    Question::Definition | Question::References => {
                        language::answer_places(ticket, Ok(answers::places(self, result)));
                    }
                    Question::Hover => {
                        language::answer_description(ticket, Ok(answers::description(self.columns, result)));
                    }
                    Question::Completion => {
                        language::answer_suggestions(
                            ticket,
                            Ok(answers::suggestions(self.columns, text, offset, result)),
                        );
                    }
                    Question::Rename(_) => {
                        language::answer_edit(ticket, answers::workspace_edit(self, result))
                    }
                    Question::Actions(_) => {
                        self.actions = answers::possible_actions(result);
                        language::answer_actions(ticket, Ok(answers::actions(&self.actions)));
                    }
                    Question::Symbols => {
                        language::answer_symbols(ticket, Ok(answers::symbols(self.columns, result)));
                    }
                    Question::RunAction(_) => {}
                }
            }
        }
    }

    fn no_edit(&self) -> WorkspaceEdit {
        WorkspaceEdit { columns: self.columns, targets: Vec::new() }
    }

    /// Makes the edits of an action that the person has chosen; those that are not known yet are asked for.
    fn run_action(&mut self, ticket: Ticket, id: u32) {
        let action = usize::try_from(id).ok().and_then(|id| self.actions.get(id)).cloned();
        let Some(action) = action else {
            return language::answer_edit(ticket, Err("the action is not possible any more".to_owned()));
        };
        let resolves = self.capabilities["codeActionProvider"]["resolveProvider"].as_bool() == Some(true);
        let is_complete = action.get("edit").is_some() || action.get("command").is_some();
        if resolves && !is_complete {
            self.request(Pending::Resolve { ticket }, "codeAction/resolve", action);
        } else {
            self.do_action(ticket, &action);
        }
    }

    fn do_action(&mut self, ticket: Ticket, action: &Value) {
        if let Some(edit) = action.get("edit") {
            language::answer_edit(ticket, answers::workspace_edit(self, edit));
        }
        // A command stands by itself, or is in an action.
        let command = if action["command"].is_object() { &action["command"] } else { action };
        let is_answered = action.get("edit").is_some();
        if let Some(name) = command["command"].as_str() {
            let params = json!({"command": name, "arguments": command["arguments"]});
            self.request(Pending::Command { ticket, is_answered }, "workspace/executeCommand", params);
        } else if !is_answered {
            language::answer_edit(ticket, Ok(self.no_edit()));
        }
    }

    /// A request of the server.
    pub(crate) fn asked(&mut self, method: &str, id: &Value, params: &Value) {
        let result = match method {
            "workspace/configuration" => {
                let items = params["items"].as_array().into_iter().flatten();
                Some(items.map(|item| self.section(item["section"].as_str().unwrap_or_default())).collect())
            }
            "workspace/applyEdit" => Some(self.apply(params)),
            "workspace/workspaceFolders" => Some(Value::Null),
            "client/registerCapability"
            | "client/unregisterCapability"
            | "window/workDoneProgress/create" => Some(Value::Null),
            "window/showMessageRequest" => {
                self.show(params);
                Some(Value::Null)
            }
            _ => None,
        };
        self.send(&match result {
            Some(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
            None => {
                let error = json!({"code": -32601, "message": format!("{method} is not supported")});
                json!({"jsonrpc": "2.0", "id": id, "error": error})
            }
        });
    }

    /// Edits that the server wants made: those of a command that it was asked to run. Others are refused, since nobody has asked for them.
    fn apply(&mut self, params: &Value) -> Value {
        let running = self.pending.values_mut().find_map(|pending| match pending {
            Pending::Command { ticket, is_answered } if !*is_answered => {
                *is_answered = true;
                Some(*ticket)
            }
            _ => None,
        });
        let Some(ticket) = running else {
            return json!({"applied": false, "failureReason": "nobody has asked for it"});
        };
        let edit = answers::workspace_edit(self, &params["edit"]);
        let is_applied = edit.is_ok();
        language::answer_edit(ticket, edit);
        json!({"applied": is_applied})
    }

    fn section(&self, path: &str) -> Value {
        let mut found = &self.settings.settings;
        for name in path.split('.').filter(|name| !name.is_empty()) {
            found = &found[name];
        }
        found.clone()
    }

    /// A notification of the server.
    pub(crate) fn told(&mut self, method: &str, params: &Value) {
        match method {
            "textDocument/publishDiagnostics" => self.publish(params),
            "window/showMessage" => self.show(params),
            "window/logMessage" => {
                log::debug!("{}: {}", self.name(), params["message"].as_str().unwrap_or_default())
            }
            "$/progress" => self.worked(params),
            _ => {}
        }
    }

    fn show(&self, params: &Value) {
        let text = format!("{}: {}", self.name(), params["message"].as_str().unwrap_or_default());
        match params["type"].as_u64() {
            Some(1) => messages::notify(Severity::Error, &text),
            Some(2) => messages::notify(Severity::Warning, &text),
            _ => log::info!("{text}"),
        }
    }

    fn worked(&mut self, params: &Value) {
        let token = params["token"].to_string();
        let value = &params["value"];
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        match value["kind"].as_str() {
            Some("begin") if self.progress.len() < 100 => drop(self.progress.insert(token, text("title"))),
            Some("end") => drop(self.progress.remove(&token)),
            _ => {}
        }
    }
}
