//! Colours of the language: what each piece of a line means, by the grammars of syntect.
//!
//! A grammar reads a text from its start, line by line, and knows at the end of a line in what it is: a comment, a string.
//! These states are kept. An edit makes those behind it void, up to the line at which a new one equals the old; so that
//! a key costs the line that it is typed in, and a new screen what is between it and the last state that is known.

use std::ops::Range;
use std::sync::OnceLock;

use syntect::parsing::{ParseState, ScopeStack, SyntaxSet};
use witdock_editor_core::{Document, Revision};

use crate::style::Scope;

/// The most lines that are read to find out the state of the first one that is seen. From farther away a guess is made:
/// that it is in nothing.
const FARTHEST: usize = 500;
/// A line with more bytes is not coloured.
const LONGEST_LINE: usize = 4 << 10;
/// The grammars' own scopes begin with these. Those that come first win.
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

/// How a document's language is coloured.
#[derive(Debug, Default)]
pub struct Highlight {
    /// The grammar's first state; none for a language that has no grammar.
    start: Option<State>,
    /// The states at the ends of lines, and the lines' colours: of `first` and those behind it.
    lines: Vec<Coloured>,
    first: usize,
    revision: Revision,
    /// How many lines the text had then.
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
    /// Bytes of the line that mean something, in order.
    pieces: Vec<(Range<usize>, Scope)>,
    /// Whether an edit has made it void; its end may still turn out to hold.
    is_void: bool,
}

fn grammars() -> &'static SyntaxSet {
    static GRAMMARS: OnceLock<SyntaxSet> = OnceLock::new();
    GRAMMARS.get_or_init(two_face::syntax::extra_newlines)
}

/// The grammar's name where it is not the language's.
fn grammar_of(language: &str) -> &str {
    match language {
        "cpp" => "C++",
        "shell" => "Bourne Again Shell (bash)",
        other => other,
    }
}

impl Highlight {
    /// No colours yet, for this language.
    pub fn new(language: &str) -> Self {
        let start = (language != crate::language::TEXT).then(|| {
            let syntax = grammars().find_syntax_by_token(grammar_of(language))?;
            Some(State { parse: ParseState::new(syntax), scopes: ScopeStack::new() })
        });
        Self { start: start.flatten(), ..Self::default() }
    }

    /// The colours of a line: its bytes, from its start, that mean something. Nothing for a line that was not reached.
    pub fn of_line(&self, line: usize) -> &[(Range<usize>, Scope)] {
        let known = line.checked_sub(self.first).and_then(|index| self.lines.get(index));
        known.map_or(&[], |line| &line.pieces)
    }

    /// Reads on, so that lines `first` to `end` have their colours.
    pub fn reach(&mut self, document: &Document, first: usize, end: usize) {
        let Some(start) = self.start.clone() else { return };
        self.follow(document);
        let known = self.first..self.first + self.lines.len();
        if first < known.start || first > known.end + FARTHEST {
            self.lines.clear();
            self.first = first.saturating_sub(FARTHEST);
        }
        let end = end.min(document.text().line_count());
        // The first void line, or the end of what is known.
        let void = self.lines.iter().position(|line| line.is_void).unwrap_or(self.lines.len());
        for line in self.first + void..end {
            let index = line - self.first;
            if self.lines.get(index).is_some_and(|line| !line.is_void) {
                continue;
            }
            let mut state = match index.checked_sub(1).and_then(|before| self.lines.get(before)) {
                Some(before) => before.end.clone(),
                None => start.clone(),
            };
            let pieces = state.read(document, line);
            let coloured = Coloured { end: state, pieces, is_void: false };
            match self.lines.get_mut(index) {
                None => self.lines.push(coloured),
                Some(old) => {
                    let holds = old.end == coloured.end;
                    *old = coloured;
                    // The next line begins as it did, or its colours are void too.
                    if let Some(next) = self.lines.get_mut(index + 1).filter(|_| !holds) {
                        next.is_void = true;
                    }
                }
            }
        }
    }

    /// Makes void what was edited since, and moves what is behind it to where it is now.
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
        // The lines that these were, if they were known.
        let last_before = (last + line_count).checked_sub(text.line_count());
        let (Some(from), Some(to)) =
            (first.checked_sub(self.first), last_before.and_then(|line| line.checked_sub(self.first)))
        else {
            return self.lines.clear();
        };
        let Some(end) = self.lines.get(to).map(|line| line.end.clone()).filter(|_| from <= to) else {
            return self.lines.truncate(from);
        };
        let void = |_| Coloured { end: end.clone(), pieces: Vec::new(), is_void: true };
        self.lines.splice(from..=to, (first..=last).map(void));
    }
}

impl State {
    /// Reads a line, and gives its colours. A line that cannot be read has none, and changes nothing.
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

/// What the innermost scope that means something means.
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
