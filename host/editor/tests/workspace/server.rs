//! A small language server, which behaves as real ones do. It is this program itself, started with `--serve`.
//!
//! Its language has definitions, `def NAME`, and uses. The word `wrong` is an error, and a text with `CRASH` ends the server.

use std::collections::BTreeMap;
use std::io::{BufRead, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// Serves until its input ends.
pub(crate) fn serve(encoding: &str) {
    let mut server = Server {
        is_utf8: encoding == "utf-8",
        texts: BTreeMap::new(),
        output: std::io::stdout(),
        next_id: 1000,
    };
    let mut input = std::io::stdin().lock();
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if input.read_line(&mut line).unwrap() == 0 {
                return;
            }
            match line.trim_end() {
                "" => break,
                line => {
                    if let Some(value) = line.strip_prefix("Content-Length: ") {
                        length = value.parse().unwrap();
                    }
                }
            }
        }
        let mut body = vec![0; length];
        input.read_exact(&mut body).unwrap();
        let message: Value = serde_json::from_slice(&body).unwrap();
        if message["method"] == "exit" {
            return;
        }
        server.receive(&message);
    }
}

struct Server {
    is_utf8: bool,
    /// By uri: the version and the text.
    texts: BTreeMap<String, (i64, String)>,
    output: std::io::Stdout,
    next_id: u64,
}

impl Server {
    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        // In pieces, as pipes have them.
        for piece in frame.as_bytes().chunks(700) {
            self.output.write_all(piece).unwrap();
            self.output.flush().unwrap();
        }
    }

    fn receive(&mut self, message: &Value) {
        let (method, params) = (message["method"].as_str().unwrap_or(""), &message["params"]);
        let Some(id) = message.get("id") else { return self.told(method, params) };
        if method.is_empty() {
            return;
        }
        let result = self.answer(method, params);
        self.send(&json!({"jsonrpc": "2.0", "id": id, "result": result}));
    }

    fn told(&mut self, method: &str, params: &Value) {
        let uri = params["textDocument"]["uri"].as_str().unwrap_or("").to_owned();
        let version = params["textDocument"]["version"].as_i64().unwrap_or(0);
        match method {
            "initialized" => {
                self.ask("workspace/configuration", json!({"items": [{"section": "toy"}]}));
                self.ask("client/registerCapability", json!({"registrations": []}));
                self.send(&json!({"jsonrpc": "2.0", "method": "window/logMessage", "params": {"type": 3, "message": "hello"}}));
            }
            "textDocument/didOpen" => {
                let text = params["textDocument"]["text"].as_str().unwrap().to_owned();
                self.texts.insert(uri.clone(), (version, text));
                self.publish(&uri);
            }
            "textDocument/didChange" => {
                let (_, mut text) = self.texts.remove(&uri).unwrap();
                for change in params["contentChanges"].as_array().unwrap() {
                    let new = change["text"].as_str().unwrap();
                    match change.get("range") {
                        Some(range) => {
                            let (start, end) =
                                (self.offset(&text, &range["start"]), self.offset(&text, &range["end"]));
                            text.replace_range(start..end, new);
                        }
                        None => new.clone_into(&mut text),
                    }
                }
                self.texts.insert(uri.clone(), (version, text));
                self.publish(&uri);
            }
            "textDocument/didClose" => drop(self.texts.remove(&uri)),
            _ => {}
        }
    }

    fn ask(&mut self, method: &str, params: Value) {
        self.next_id += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params}));
    }

    fn publish(&mut self, uri: &str) {
        let (version, text) = self.texts[uri].clone();
        if text.contains("CRASH") {
            eprintln!("a bug in the server");
            std::process::exit(3);
        }
        let found: Vec<Value> = words(&text)
            .filter(|(_, word)| *word == "wrong")
            .map(|(at, word)| {
                json!({"range": self.range(&text, at, word), "severity": 1, "source": "toy", "code": 7, "message": "wrong word\nsecond line"})
            })
            .collect();
        let params = json!({"uri": uri, "version": version, "diagnostics": found});
        self.send(&json!({"jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": params}));
    }

    fn answer(&mut self, method: &str, params: &Value) -> Value {
        let uri = params["textDocument"]["uri"].as_str().unwrap_or("").to_owned();
        let text = self.texts.get(&uri).map(|(_, text)| text.clone()).unwrap_or_default();
        let at = self.offset(&text, &params["position"]);
        let word =
            words(&text).find(|(start, word)| *start <= at && at <= start + word.len()).map(|(_, word)| word);
        match method {
            "initialize" => {
                let mut capabilities = json!({
                    "textDocumentSync": {"openClose": true, "change": 2, "save": {}},
                    "definitionProvider": true, "referencesProvider": true, "hoverProvider": true, "renameProvider": true,
                    "documentSymbolProvider": true, "codeActionProvider": {"resolveProvider": true},
                    "completionProvider": {"triggerCharacters": ["."]}, "executeCommandProvider": {"commands": ["toy.fix"]},
                });
                if self.is_utf8 {
                    capabilities["positionEncoding"] = "utf-8".into();
                }
                json!({"capabilities": capabilities})
            }
            "textDocument/definition" | "textDocument/references" => {
                let Some(word) = word else { return Value::Null };
                let wants_all = method.ends_with("references");
                let found = self.occurrences(&uri, word, |before| wants_all || before.ends_with("def "));
                found.into_iter().map(|(uri, range, _)| json!({"uri": uri, "range": range})).collect()
            }
            "textDocument/hover" => match word {
                Some(word) => {
                    json!({"contents": {"kind": "markdown", "value": format!("```toy\nthe word {word}\n```")}})
                }
                None => Value::Null,
            },
            "textDocument/completion" => {
                let prefix = word.unwrap_or("");
                let start = at - prefix.len();
                let items: Vec<Value> = words(&text)
                    .filter(|(_, other)| other.starts_with(prefix) && *other != prefix)
                    .map(|(_, other)| {
                        let range = json!({"start": self.position(&text, start), "end": self.position(&text, at)});
                        json!({"label": other, "kind": 3, "detail": "a word", "textEdit": {"range": range, "newText": other}})
                    })
                    .collect();
                json!({"isIncomplete": true, "items": items})
            }
            "textDocument/rename" => {
                let Some(word) = word else { return Value::Null };
                let mut changes: Vec<Value> = Vec::new();
                for (uri, range, version) in self.occurrences(&uri, word, |_| true) {
                    let edit = json!({"range": range, "newText": params["newName"]});
                    match changes.iter_mut().find(|change| change["textDocument"]["uri"] == uri.as_str()) {
                        Some(change) => change["edits"].as_array_mut().unwrap().push(edit),
                        None => changes
                            .push(json!({"textDocument": {"uri": uri, "version": version}, "edits": [edit]})),
                    }
                }
                json!({"documentChanges": changes})
            }
            "textDocument/codeAction" => {
                let found = params["context"]["diagnostics"].as_array().unwrap().first().cloned();
                let Some(found) = found else { return json!([]) };
                json!([
                    {"title": "Through a command", "command": {"title": "", "command": "toy.fix", "arguments": [uri, found["range"]]}},
                    {"title": "Write `right`", "kind": "quickfix", "isPreferred": true, "data": [uri, found["range"]]},
                    {"title": "Not possible", "disabled": {"reason": "no"}},
                ])
            }
            "codeAction/resolve" => {
                let mut action = params.clone();
                action["edit"] = fix(params["data"][0].as_str().unwrap(), &params["data"][1]);
                action
            }
            "workspace/executeCommand" => {
                let edit = fix(params["arguments"][0].as_str().unwrap(), &params["arguments"][1]);
                self.ask("workspace/applyEdit", json!({"edit": edit}));
                Value::Null
            }
            "textDocument/documentSymbol" => definitions(&text)
                .map(|(at, name)| {
                    let range = self.range(&text, at, name);
                    json!({"name": name, "kind": 12, "range": range, "selectionRange": range, "children": []})
                })
                .collect(),
            _ => Value::Null,
        }
    }

    /// Where a word is, in the documents and in the files beside this one.
    fn occurrences(
        &self,
        uri: &str,
        word: &str,
        is_it: impl Fn(&str) -> bool,
    ) -> Vec<(String, Value, Option<i64>)> {
        let mut texts = self.texts.clone();
        let folder = Path::new(uri.strip_prefix("file://").unwrap()).parent().unwrap();
        for file in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path: PathBuf = file.path();
            let other = format!("file://{}", path.display());
            if !texts.contains_key(&other) && path.is_file() {
                texts.insert(other, (-1, std::fs::read_to_string(path).unwrap()));
            }
        }
        let mut found = Vec::new();
        for (uri, (version, text)) in &texts {
            for (at, other) in words(text).filter(|(_, other)| *other == word) {
                if is_it(&text[..at]) {
                    let version = (*version >= 0).then_some(*version);
                    found.push((uri.clone(), self.range(text, at, other), version));
                }
            }
        }
        found
    }

    fn range(&self, text: &str, at: usize, word: &str) -> Value {
        json!({"start": self.position(text, at), "end": self.position(text, at + word.len())})
    }

    fn position(&self, text: &str, at: usize) -> Value {
        let before: Vec<&str> = text[..at].split('\n').collect();
        let last = before.last().unwrap();
        let character = if self.is_utf8 { last.len() } else { last.encode_utf16().count() };
        json!({"line": before.len() - 1, "character": character})
    }

    fn offset(&self, text: &str, place: &Value) -> usize {
        let (line, character) =
            (place["line"].as_u64().unwrap_or(0), place["character"].as_u64().unwrap_or(0));
        let start: usize = text.split_inclusive('\n').take(line as usize).map(str::len).sum();
        let line = text[start..].split('\n').next().unwrap();
        if self.is_utf8 {
            return start + character as usize;
        }
        let (mut units, mut bytes) = (0, 0);
        for one in line.chars().take_while(|_| true) {
            if units >= character {
                break;
            }
            units += one.len_utf16() as u64;
            bytes += one.len_utf8();
        }
        start + bytes
    }
}

fn fix(uri: &str, range: &Value) -> Value {
    json!({"changes": {uri: [{"range": range, "newText": "right"}]}})
}

fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(is_of_word)?;
        let word = &rest[start..];
        let end = word.find(|c| !is_of_word(c)).unwrap_or(word.len());
        rest = &word[end..];
        Some((text.len() - word.len(), &word[..end]))
    })
}

fn definitions(text: &str) -> impl Iterator<Item = (usize, &str)> {
    words(text).filter(|(at, _)| text[..*at].ends_with("def "))
}
