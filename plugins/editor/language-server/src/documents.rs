//! The documents that a server knows, and what it finds wrong in them.

use serde_json::{Value, json};
use witdock_editor_guest::diagnostics::{self, Diagnostic};
use witdock_editor_guest::{Change, Document, DocumentId, DocumentVersion, Severity, log};

use crate::server::{Phase, Server};
use crate::text::Text;

/// The most diagnostics of one document that are shown.
const MOST_DIAGNOSTICS: usize = 5000;

impl Server {
    /// Adds a document.
    pub(crate) fn open(&mut self, document: &Document, uri: String) {
        let text = match document.whole_text() {
            Ok(text) => text,
            Err(error) => return log::warn!("{uri}: {}", error.explain()),
        };
        let DocumentVersion { document, revision } = document.version();
        self.close(document);
        self.texts.push(Text { document, revision, uri, version: 1, text });
        if self.phase == Phase::Ready {
            self.tell_open(self.texts.len() - 1);
        }
    }

    pub(crate) fn tell_open(&mut self, index: usize) {
        let Some(text) = self.texts.get(index) else { return };
        let language = self.language_of(&text.uri);
        let item =
            json!({"uri": text.uri, "languageId": language, "version": text.version, "text": text.text});
        self.notify("textDocument/didOpen", &json!({"textDocument": item}));
    }

    /// The language as servers name it.
    fn language_of(&self, uri: &str) -> String {
        match uri.rsplit('.').next() {
            Some("tsx") => return "typescriptreact".to_owned(),
            Some("jsx") => return "javascriptreact".to_owned(),
            Some("ts" | "mts" | "cts") => return "typescript".to_owned(),
            Some("js" | "mjs" | "cjs") => return "javascript".to_owned(),
            Some("c" | "h") => return "c".to_owned(),
            Some("cpp" | "cc" | "cxx" | "hpp" | "hh") => return "cpp".to_owned(),
            _ => {}
        }
        self.settings.languages.first().cloned().unwrap_or_default()
    }

    /// Follows a change.
    pub(crate) fn changed(&mut self, change: &Change) {
        let columns = self.columns;
        let Some(text) = self.texts.iter_mut().find(|text| text.document == change.version.document) else {
            return;
        };
        let changes = (text.revision == change.before)
            .then(|| text.change(&change.edits, change.version.revision, columns))
            .flatten();
        let changes = match changes {
            Some(changes) if sync_kind(&self.capabilities) == 2 => changes,
            Some(_) => vec![json!({"text": text.text})],
            // What is known is not what was changed: the whole text is told again.
            None => {
                let Some(document) = Document::of(change.version) else { return };
                let Ok(whole) = document.whole_text() else { return };
                text.text = whole;
                text.revision = document.revision();
                text.version += 1;
                vec![json!({"text": text.text})]
            }
        };
        let identifier = json!({"uri": text.uri, "version": text.version});
        if self.phase == Phase::Ready && sync_kind(&self.capabilities) > 0 {
            self.notify(
                "textDocument/didChange",
                &json!({"textDocument": identifier, "contentChanges": changes}),
            );
        }
    }

    pub(crate) fn saved(&mut self, document: DocumentId) {
        let Some(text) = self.texts.iter().find(|text| text.document == document) else { return };
        let mut params = json!({"textDocument": {"uri": text.uri}});
        let save = &self.capabilities["textDocumentSync"]["save"];
        if save["includeText"].as_bool() == Some(true) {
            params["text"] = text.text.clone().into();
        }
        if self.phase == Phase::Ready {
            self.notify("textDocument/didSave", &params);
        }
    }

    pub(crate) fn close(&mut self, document: DocumentId) {
        let Some(index) = self.texts.iter().position(|text| text.document == document) else { return };
        let text = self.texts.remove(index);
        self.found.remove(&document);
        if self.phase == Phase::Ready {
            self.notify("textDocument/didClose", &json!({"textDocument": {"uri": text.uri}}));
        }
    }

    /// Shows what the server has found wrong.
    pub(crate) fn publish(&mut self, params: &Value) {
        let uri = params["uri"].as_str().and_then(crate::uri::path_of);
        let is_it = |text: &&Text| uri.is_some() && crate::uri::path_of(&text.uri) == uri;
        let Some(text) = self.texts.iter().find(is_it) else { return };
        // About an older text: what is about the new one follows.
        if params["version"].as_i64().is_some_and(|version| version < text.version) {
            return;
        }
        let found: Vec<Value> =
            params["diagnostics"].as_array().into_iter().flatten().take(MOST_DIAGNOSTICS).cloned().collect();
        let shown: Vec<Diagnostic> = found.iter().map(|one| self.diagnostic(text, one)).collect();
        let version = DocumentVersion { document: text.document, revision: text.revision };
        if let Err(error) = diagnostics::set(version, self.name(), &shown) {
            log::debug!("{}: {}", self.name(), error.explain());
        }
        let document = text.document;
        self.found.insert(document, found);
    }

    fn diagnostic(&self, text: &Text, found: &Value) -> Diagnostic {
        let severity = match found["severity"].as_u64() {
            Some(2) => Severity::Warning,
            Some(3) => Severity::Info,
            Some(4) => Severity::Hint,
            _ => Severity::Error,
        };
        let range = text.range(&found["range"], self.columns);
        let message = found["message"].as_str().unwrap_or_default();
        let diagnostic =
            Diagnostic::new(range, severity, message).source(found["source"].as_str().unwrap_or(self.name()));
        match &found["code"] {
            Value::String(code) => diagnostic.code(code),
            Value::Number(code) => diagnostic.code(&code.to_string()),
            _ => diagnostic,
        }
    }

    /// What it has found wrong in a part of a document, as it sent it.
    pub(crate) fn found_in(&self, text: &Text, range: &std::ops::Range<usize>) -> Vec<Value> {
        let all = self.found.get(&text.document).into_iter().flatten();
        let overlaps = |found: &&Value| {
            let there = text.range(&found["range"], self.columns);
            there.start <= range.end && range.start <= there.end
        };
        all.filter(overlaps).cloned().collect()
    }
}

/// How the server wants to hear of changes: 0 not at all, 1 the whole text, 2 what has changed.
fn sync_kind(capabilities: &Value) -> u64 {
    let sync = &capabilities["textDocumentSync"];
    sync.as_u64().or_else(|| sync["change"].as_u64()).unwrap_or(0)
}
