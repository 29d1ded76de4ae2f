//! What a server answers, in the types of the editor.

use serde_json::Value;
use witdock_editor_guest::language::{
    Action, Columns, Description, Extent, Place, Places, Position, Replacement, Suggestion, SuggestionKind,
    Suggestions, Symbol, Symbols, Target, TargetEdits, WorkspaceEdit,
};
use witdock_editor_guest::{DocumentVersion, Scope, Span};

use crate::server::Server;
use crate::text::Text;
use crate::uri;

/// The most lines of a description.
const MOST_LINES: usize = 200;
/// The most suggestions.
const MOST_SUGGESTIONS: usize = 500;
/// The most levels of symbols.
const MOST_LEVELS: u32 = 20;

fn position(place: &Value) -> Position {
    let number = |name: &str| place[name].as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
    Position { line: number("line"), column: number("character") }
}

fn extent(range: &Value) -> Extent {
    Extent { start: position(&range["start"]), end: position(&range["end"]) }
}

/// The text of a URI: the open document, as the server knows it, or a file.
fn target(server: &Server, uri: &str) -> Option<Target> {
    let path = uri::path_of(uri)?;
    let open = server.texts.iter().find(|text| uri::path_of(&text.uri).as_ref() == Some(&path));
    Some(match open {
        Some(text) => Target::Document(DocumentVersion { document: text.document, revision: text.revision }),
        None => Target::File(path),
    })
}

/// A `Location`, some of them, or some of `LocationLink`.
pub(crate) fn places(server: &Server, result: &Value) -> Places {
    let one = std::slice::from_ref(result);
    let all = result.as_array().map_or(if result.is_object() { one } else { &[] }, Vec::as_slice);
    let place = |place: &Value| {
        let (uri, range) = match place["targetUri"].as_str() {
            Some(uri) => (uri, &place["targetSelectionRange"]),
            None => (place["uri"].as_str()?, &place["range"]),
        };
        Some(Place { target: target(server, uri)?, extent: extent(range) })
    };
    Places { columns: server.columns, places: all.iter().filter_map(place).collect() }
}

/// A `Hover`.
pub(crate) fn description(columns: Columns, result: &Value) -> Option<Description> {
    let contents = &result["contents"];
    let part = |part: &Value| part.as_str().or_else(|| part["value"].as_str()).map(str::to_owned);
    let text = match contents.as_array() {
        Some(parts) => parts.iter().filter_map(part).collect::<Vec<_>>().join("\n\n"),
        None => part(contents)?,
    };
    let lines = lines(&text);
    let range = result.get("range").filter(|range| range.is_object());
    (!lines.is_empty()).then(|| Description { columns, extent: range.map(extent), lines })
}

/// Markdown as it can be read: fences of code are left out, titles and code stand out.
fn lines(text: &str) -> Vec<Vec<Span>> {
    let mut lines: Vec<Vec<Span>> = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        let trimmed = line.trim_end();
        if trimmed.trim_start().starts_with("```") {
            in_code = !in_code;
            continue;
        }
        let (text, scope) = match trimmed.trim_start_matches('#') {
            _ if in_code => (trimmed, Scope::Accent),
            title if title.len() < trimmed.len() => (title.trim_start(), Scope::Heading),
            _ if trimmed == "---" || trimmed == "___" => ("", Scope::Plain),
            _ => (trimmed, Scope::Plain),
        };
        // One empty line stands for several.
        if text.is_empty() && lines.last().is_none_or(Vec::is_empty) {
            continue;
        }
        lines.push(if text.is_empty() { Vec::new() } else { vec![Span::new(text, scope)] });
        if lines.len() == MOST_LINES {
            break;
        }
    }
    while lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines
}

/// A `CompletionList`, or some of `CompletionItem`.
pub(crate) fn suggestions(columns: Columns, text: &Text, offset: usize, result: &Value) -> Suggestions {
    let word = word_before(columns, text, offset);
    let all = result.as_array().or_else(|| result["items"].as_array()).map_or(&[][..], Vec::as_slice);
    let mut sorted: Vec<&Value> = all.iter().collect();
    let key = |item: &Value| {
        item["sortText"].as_str().or_else(|| item["label"].as_str()).unwrap_or_default().to_owned()
    };
    sorted.sort_by_cached_key(|item| key(item));
    let suggestions =
        sorted.into_iter().filter_map(|item| suggestion(word, item)).take(MOST_SUGGESTIONS).collect();
    Suggestions { columns, suggestions }
}

/// What a suggestion replaces that does not say it: the word before the cursor.
fn word_before(columns: Columns, text: &Text, offset: usize) -> Extent {
    let before = text.text.get(..offset).unwrap_or_default();
    let is_of_word = |character: char| character.is_alphanumeric() || character == '_';
    let word = before.trim_end_matches(is_of_word).len();
    Extent { start: position(&text.position(word, columns)), end: position(&text.position(offset, columns)) }
}

fn suggestion(word: Extent, item: &Value) -> Option<Suggestion> {
    let label = item["label"].as_str()?;
    let edit = &item["textEdit"];
    let range = edit.get("range").or_else(|| edit.get("insert"));
    let new_text = edit["newText"].as_str().or_else(|| item["insertText"].as_str()).unwrap_or(label);
    // A template, although it was not asked for.
    if item["insertTextFormat"].as_u64() == Some(2) && new_text.contains('$') {
        return None;
    }
    let extent = range.map_or(word, extent);
    let detail =
        item["detail"].as_str().or_else(|| item["labelDetails"]["detail"].as_str()).unwrap_or_default();
    Some(Suggestion {
        label: label.trim().to_owned(),
        kind: match item["kind"].as_u64() {
            Some(2..=4) => SuggestionKind::FunctionName,
            Some(5 | 6 | 10 | 20 | 21) => SuggestionKind::Variable,
            Some(7 | 8 | 9 | 13 | 22 | 25) => SuggestionKind::TypeName,
            Some(14) => SuggestionKind::Keyword,
            Some(15) => SuggestionKind::Snippet,
            Some(17 | 19) => SuggestionKind::File,
            _ => SuggestionKind::Word,
        },
        detail: detail.lines().next().unwrap_or_default().to_owned(),
        replacement: Replacement { extent, text: new_text.to_owned() },
    })
}

/// A `WorkspaceEdit`.
///
/// # Errors
///
/// Where it does more than editing texts, or is about other texts than those that are open.
pub(crate) fn workspace_edit(server: &Server, edit: &Value) -> Result<WorkspaceEdit, String> {
    let mut targets = Vec::new();
    let mut add = |uri: &str, version: Option<i64>, edits: &Value| {
        let Some(target) = target(server, uri) else {
            return Err(format!("it would edit {uri}, which is no file"));
        };
        if let Target::Document(open) = &target {
            let known =
                server.texts.iter().find(|text| text.document == open.document).map(|text| text.version);
            if version.is_some() && version != known {
                return Err("the text has changed; ask again".to_owned());
            }
        }
        let replacement = |edit: &Value| {
            let text = edit["newText"].as_str()?.to_owned();
            Some(Replacement { extent: extent(&edit["range"]), text })
        };
        let replacements = edits.as_array().into_iter().flatten().filter_map(replacement).collect();
        targets.push(TargetEdits { target, replacements });
        Ok(())
    };
    if let Some(changes) = edit["documentChanges"].as_array() {
        for change in changes {
            let Some(uri) = change["textDocument"]["uri"].as_str() else {
                return Err("it would create, rename or remove files, which is not supported".to_owned());
            };
            add(uri, change["textDocument"]["version"].as_i64(), &change["edits"])?;
        }
    } else if let Some(changes) = edit["changes"].as_object() {
        for (uri, edits) in changes {
            add(uri, None, edits)?;
        }
    }
    Ok(WorkspaceEdit { columns: server.columns, targets })
}

/// The actions that are possible, of those that a server names.
pub(crate) fn possible_actions(result: &Value) -> Vec<Value> {
    let all = result.as_array().into_iter().flatten();
    all.filter(|action| action.get("disabled").is_none() && action["title"].is_string())
        .take(1000)
        .cloned()
        .collect()
}

pub(crate) fn actions(actions: &[Value]) -> Vec<Action> {
    let action = |(id, action): (u32, &Value)| Action {
        id,
        title: action["title"].as_str().unwrap_or_default().to_owned(),
        preferred: action["isPreferred"].as_bool().unwrap_or(false),
    };
    (0..).zip(actions).map(action).collect()
}

/// Some of `DocumentSymbol`, which have others inside, or of `SymbolInformation`.
pub(crate) fn symbols(columns: Columns, result: &Value) -> Symbols {
    let mut symbols = Vec::new();
    collect(result, 0, &mut symbols);
    Symbols { columns, symbols }
}

fn collect(list: &Value, depth: u32, symbols: &mut Vec<Symbol>) {
    for symbol in list.as_array().into_iter().flatten() {
        let range = symbol.get("selectionRange").unwrap_or(&symbol["location"]["range"]);
        let kind = symbol["kind"].as_u64().map(kind).unwrap_or_default();
        let detail = symbol["detail"].as_str().filter(|detail| !detail.is_empty());
        symbols.push(Symbol {
            name: symbol["name"].as_str().unwrap_or_default().to_owned(),
            detail: detail.map_or_else(|| kind.to_owned(), |detail| format!("{kind} {detail}")),
            depth,
            extent: extent(range),
        });
        if depth < MOST_LEVELS {
            collect(&symbol["children"], depth + 1, symbols);
        }
    }
}

fn kind(number: u64) -> &'static str {
    match number {
        2 => "module",
        3 => "namespace",
        4 => "package",
        5 => "class",
        6 => "method",
        7 | 8 => "field",
        9 => "constructor",
        10 => "enum",
        11 => "interface",
        12 => "function",
        13 => "variable",
        14 => "constant",
        22 => "case",
        23 => "struct",
        26 => "type",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use serde_json::json;

    fn server() -> Server {
        let mut server = Server::new(Settings::default().server_for("rust").unwrap(), "/w".to_owned());
        server.texts.push(Text {
            document: 7,
            revision: 3,
            uri: "file:///w/a%20b.rs".to_owned(),
            version: 2,
            text: "fn a() {}\n".to_owned(),
        });
        server
    }

    fn range() -> Value {
        json!({"start": {"line": 0, "character": 3}, "end": {"line": 0, "character": 4}})
    }

    #[test]
    fn places_have_three_forms() {
        let server = server();
        let open = Target::Document(DocumentVersion { document: 7, revision: 3 });
        let location = json!({"uri": "file:///w/a b.rs", "range": range()});
        let link =
            json!({"targetUri": "file:///usr/x.rs", "targetRange": {}, "targetSelectionRange": range()});
        let found = |result: &Value| -> Vec<Target> {
            places(&server, result).places.into_iter().map(|place| place.target).collect()
        };
        assert_eq!(found(&location), [open]);
        assert_eq!(found(&json!([link])), [Target::File("/usr/x.rs".to_owned())]);
        assert_eq!(found(&Value::Null), []);
    }

    #[test]
    fn edits_of_another_version_are_refused() {
        let server = server();
        let edit = |version: Value| {
            json!({"documentChanges": [{"textDocument": {"uri": "file:///w/a%20b.rs", "version": version},
                "edits": [{"range": range(), "newText": "b"}]}]})
        };
        assert_eq!(workspace_edit(&server, &edit(json!(2))).unwrap().targets[0].replacements[0].text, "b");
        assert_eq!(workspace_edit(&server, &edit(Value::Null)).unwrap().targets.len(), 1);
        assert!(workspace_edit(&server, &edit(json!(1))).unwrap_err().contains("has changed"));
        let creates = json!({"documentChanges": [{"kind": "create", "uri": "file:///w/new.rs"}]});
        assert!(workspace_edit(&server, &creates).unwrap_err().contains("create"));
        let changes = json!({"changes": {"file:///w/other.rs": [{"range": range(), "newText": "b"}]}});
        let targets = workspace_edit(&server, &changes).unwrap().targets;
        assert_eq!(targets[0].target, Target::File("/w/other.rs".to_owned()));
    }

    #[test]
    fn markdown_can_be_read() {
        let text = "```rust\nfn a()\n```\n\n---\n\n# Title\n\n\nText\n";
        let result = json!({"contents": {"kind": "markdown", "value": text}});
        let description = description(Columns::Bytes, &result).unwrap();
        let shown: Vec<String> = description
            .lines
            .iter()
            .map(|line| line.iter().map(|span| span.text.as_str()).collect())
            .collect();
        assert_eq!(shown, ["fn a()", "", "Title", "", "Text"]);
    }

    #[test]
    fn symbols_inside_of_others_follow_them() {
        let result = json!([{"name": "A", "kind": 23, "selectionRange": range(),
            "children": [{"name": "b", "kind": 8, "detail": "u8", "selectionRange": range()}]}]);
        let symbols = symbols(Columns::Bytes, &result).symbols;
        let found: Vec<_> =
            symbols.iter().map(|one| (one.name.as_str(), one.detail.as_str(), one.depth)).collect();
        assert_eq!(found, [("A", "struct", 0), ("b", "field u8", 1)]);
    }
}
