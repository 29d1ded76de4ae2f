//! Colours of the language, by the grammars of syntect.
//!
//! A grammar reads a text from its start, line by line, and has a state at the end of each line: in a comment, in a string.
//! These states are kept. An edit invalidates the states after it, up to the line whose new state equals the old one. So a
//! key costs the line that it is typed in, and a new screen costs the lines between it and the last known state.

use std::ops::Range;
use std::sync::OnceLock;

use syntect::parsing::{ParseState, ScopeStack, SyntaxSet};
use witdock_editor_core::{Document, Revision};

use witdock_editor_session::style::Scope;

/// The most lines that are read to find the state of the first visible line. From farther away, the grammar starts with its
/// first state.
const FARTHEST: usize = 500;
/// A line with more bytes has no colours.
const LONGEST_LINE: usize = 4 << 10;
/// The meanings of the grammars' scopes, by their prefixes. The first match wins.
const MEANINGS: &[(&str, Scope)] = &[
    ("comment", Scope::Comment),
    ("string", Scope::TextLiteral),
    ("constant.character", Scope::TextLiteral),
    ("constant.numeric", Scope::Number),
    ("constant", Scope::Number),
    ("entity.name.function", Scope::FunctionName),
    ("support.function", Scope::FunctionName),
    ("variable.function", Scope::FunctionName),
    ("support.macro", Scope::FunctionName),
    ("entity.name.tag", Scope::Keyword),
    ("entity.name.section", Scope::Heading),
    ("markup.heading", Scope::Heading),
    ("markup.underline.link", Scope::Link),
    ("markup.raw", Scope::TextLiteral),
    ("markup.bold", Scope::Accent),
    ("entity.name", Scope::TypeName),
    ("support.type", Scope::TypeName),
    ("support.class", Scope::TypeName),
    ("storage.type.numeric", Scope::TypeName),
    ("keyword.operator", Scope::Plain),
    ("keyword", Scope::Keyword),
    ("storage", Scope::Keyword),
    ("variable.language", Scope::Keyword),
];

/// The colours of a document's language.
#[derive(Debug, Default)]
pub struct Highlight {
    /// The grammar's first state; none for a language without a grammar.
    start: Option<State>,
    /// The colours of lines and the states at their ends, from line `first` on.
    lines: Vec<Coloured>,
    first: usize,
    revision: Revision,
    /// The number of lines of the text at that revision.
    line_count: usize,
}

#[derive(Debug, Clone, PartialEq)]
struct State {
    parse: ParseState,
    scopes: ScopeStack,
}

#[derive(Debug)]
struct Coloured {
    end: State,
    /// The coloured ranges of the line, in order.
    pieces: Vec<(Range<usize>, Scope)>,
    /// Whether an edit has invalidated it. Its state may turn out to be valid.
    is_invalid: bool,
}

fn grammars() -> &'static SyntaxSet {
    static GRAMMARS: OnceLock<SyntaxSet> = OnceLock::new();
    GRAMMARS.get_or_init(two_face::syntax::extra_newlines)
}

/// The name of a language's grammar.
fn grammar_of(language: &str) -> &str {
    match language {
        "cpp" => "C++",
        "shell" => "Bourne Again Shell (bash)",
        other => other,
    }
}

impl Highlight {
    /// The colours of this language, for no lines yet.
    pub fn new(language: &str) -> Self {
        let start = (language != witdock_editor_session::language::TEXT).then(|| {
            let syntax = grammars().find_syntax_by_token(grammar_of(language))?;
            Some(State { parse: ParseState::new(syntax), scopes: ScopeStack::new() })
        });
        Self { start: start.flatten(), ..Self::default() }
    }

    /// The coloured ranges of a line, in bytes from its start. Empty for a line that was not reached.
    pub fn of_line(&self, line: usize) -> &[(Range<usize>, Scope)] {
        let known = line.checked_sub(self.first).and_then(|index| self.lines.get(index));
        known.map_or(&[], |line| &line.pieces)
    }

    /// Reads lines, so that lines `first` to `end` have their colours.
    pub fn reach(&mut self, document: &Document, first: usize, end: usize) {
        let Some(start) = self.start.clone() else { return };
        self.follow(document);
        let known = self.first..self.first + self.lines.len();
        if first < known.start || first > known.end + FARTHEST {
            self.lines.clear();
            self.first = first.saturating_sub(FARTHEST);
        }
        let end = end.min(document.text().line_count());
        // The first invalid line, or the end of the known lines.
        let void = self.lines.iter().position(|line| line.is_invalid).unwrap_or(self.lines.len());
        for line in self.first + void..end {
            let index = line - self.first;
            if self.lines.get(index).is_some_and(|line| !line.is_invalid) {
                continue;
            }
            let mut state = match index.checked_sub(1).and_then(|before| self.lines.get(before)) {
                Some(before) => before.end.clone(),
                None => start.clone(),
            };
            let pieces = state.read(document, line);
            let coloured = Coloured { end: state, pieces, is_invalid: false };
            match self.lines.get_mut(index) {
                None => self.lines.push(coloured),
                Some(old) => {
                    let holds = old.end == coloured.end;
                    *old = coloured;
                    // The next line is invalid too, unless it starts in the same state as before.
                    if let Some(next) = self.lines.get_mut(index + 1).filter(|_| !holds) {
                        next.is_invalid = true;
                    }
                }
            }
        }
    }

    /// Invalidates the lines that were edited since, and moves the lines after them.
    fn follow(&mut self, document: &Document) {
        if self.revision == document.revision() {
            return;
        }
        let text = document.text();
        let line_count = std::mem::replace(&mut self.line_count, text.line_count());
        let edited = document.changes_since(std::mem::replace(&mut self.revision, document.revision()));
        let Some(ranges) = edited.map(|edited| edited.ranges_after().collect::<Vec<_>>()) else {
            return self.lines.clear();
        };
        let Some((first, last)) = ranges.first().zip(ranges.last()) else { return };
        let (first, last) = (text.line_at(first.start), text.line_at(last.end));
        // The lines that the edited lines were before.
        let last_before = (last + line_count).checked_sub(text.line_count());
        let (Some(from), Some(to)) =
            (first.checked_sub(self.first), last_before.and_then(|line| line.checked_sub(self.first)))
        else {
            return self.lines.clear();
        };
        let Some(end) = self.lines.get(to).map(|line| line.end.clone()).filter(|_| from <= to) else {
            return self.lines.truncate(from);
        };
        let void = |_| Coloured { end: end.clone(), pieces: Vec::new(), is_invalid: true };
        self.lines.splice(from..=to, (first..=last).map(void));
    }
}

impl State {
    /// Reads a line and gives its coloured ranges. A line that the grammar cannot read has none, and keeps the state.
    fn read(&mut self, document: &Document, line: usize) -> Vec<(Range<usize>, Scope)> {
        let text = document.text();
        let range = text.line_range(line);
        if range.len() > LONGEST_LINE {
            return Vec::new();
        }
        let content = text.slice(range);
        let Ok(operations) = self.parse.parse_line(&content, grammars()) else { return Vec::new() };
        let mut pieces: Vec<(Range<usize>, Scope)> = Vec::new();
        let mut from = 0;
        let ends = operations.iter().map(|(at, _)| *at).chain([content.len()]);
        let changes = std::iter::once(None).chain(operations.iter().map(|(_, operation)| Some(operation)));
        for (operation, end) in changes.zip(ends) {
            if operation.is_some_and(|operation| self.scopes.apply(operation).is_err()) {
                return Vec::new();
            }
            let scope = meaning(&self.scopes);
            if scope != Scope::Plain && from < end {
                pieces.push((from..end, scope));
            }
            from = end;
        }
        pieces
    }
}

/// The meaning of the innermost scope that has one.
fn meaning(scopes: &ScopeStack) -> Scope {
    static PREFIXES: OnceLock<Vec<(syntect::parsing::Scope, Scope)>> = OnceLock::new();
    let prefixes = PREFIXES.get_or_init(|| {
        let parsed = MEANINGS
            .iter()
            .filter_map(|(name, scope)| Some((syntect::parsing::Scope::new(name).ok()?, *scope)));
        parsed.collect()
    });
    let of = |scope: &syntect::parsing::Scope| {
        prefixes.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|(_, meaning)| *meaning)
    };
    scopes.as_slice().iter().rev().find_map(of).unwrap_or(Scope::Plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_core::Edit;

    fn coloured(highlight: &mut Highlight, document: &Document) -> Vec<Vec<(Range<usize>, Scope)>> {
        let count = document.text().line_count();
        highlight.reach(document, 0, count);
        (0..count).map(|line| highlight.of_line(line).to_vec()).collect()
    }

    /// What is known after an edit is what a fresh reading finds.
    fn check(before: &str, edits: Vec<Edit>) {
        let mut document = Document::from_bytes(before.as_bytes()).unwrap();
        let mut highlight = Highlight::new("rust");
        coloured(&mut highlight, &document);
        document.apply_edits(document.revision(), edits).unwrap();
        let fresh = coloured(&mut Highlight::new("rust"), &document);
        assert_eq!(coloured(&mut highlight, &document), fresh, "{}", document.text());
    }

    #[test]
    fn a_language_has_its_colours() {
        let document = Document::from_bytes(b"// note\nfn f() -> u8 { 1 }\n\"text\"\n").unwrap();
        let lines = coloured(&mut Highlight::new("rust"), &document);
        let of = |line: usize, at: usize| {
            lines[line].iter().find(|(range, _)| range.contains(&at)).map(|(_, scope)| *scope)
        };
        assert_eq!(of(0, 3), Some(Scope::Comment));
        assert_eq!((of(1, 0), of(1, 3)), (Some(Scope::Keyword), Some(Scope::FunctionName)));
        assert_eq!((of(1, 15), of(2, 2)), (Some(Scope::Number), Some(Scope::TextLiteral)));
        for language in
            ["toml", "markdown", "json", "python", "javascript", "typescript", "c", "cpp", "shell"]
        {
            assert!(Highlight::new(language).start.is_some(), "{language} has no grammar");
        }
    }

    #[test]
    fn edits_are_followed() {
        let text = "fn a() {}\nfn b() {}\nfn c() {}\n// d\n";
        check(text, vec![Edit::insert(0, "/* ")]);
        check(text, vec![Edit::insert(12, "\n\n\"x")]);
        check(text, vec![Edit::delete(3..22)]);
        check(text, vec![Edit::insert(0, "\n"), Edit::delete(10..11)]);
        check("/* a\nb */ fn x() {}\nfn y() {}\n", vec![Edit::delete(0..2)]);
        check("\"a\nb\nc\n", vec![Edit::insert(4, "\"")]);
        check(text, vec![Edit::delete(0..text.len())]);
    }
}
