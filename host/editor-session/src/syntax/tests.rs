use std::ops::Range;

use proptest::prelude::*;
use witdock_editor_core::commands::Deeper;
use witdock_editor_core::{Document, Edit, Selection, Selections};

use super::*;
use crate::style::Scope;

/// Follows a document to its end, as the session and its driver do together.
fn follow(syntax: &mut Syntax, document: &Document, language: &str) {
    while let Some(task) = syntax.follow(document, language, None) {
        syntax.parsed(task.run());
    }
}

fn fresh(document: &Document, language: &str) -> Syntax {
    let mut syntax = Syntax::default();
    follow(&mut syntax, document, language);
    syntax
}

fn document(text: &str) -> Document {
    Document::from_bytes(text.as_bytes()).unwrap()
}

fn colour_of(language: &str, text: &str, part: &str) -> Scope {
    let syntax = fresh(&document(text), language);
    let at = text.find(part).unwrap();
    let colours = syntax.colours(0..text.len());
    colours.into_iter().find(|(range, _)| range.contains(&at)).map_or(Scope::Plain, |(_, scope)| scope)
}

#[test]
fn languages_have_their_colours() {
    for (language, text, part, scope) in [
        ("rust", "fn go() -> u8 { 1 } // note", "fn", Scope::Keyword),
        ("rust", "fn go() -> u8 { 1 } // note", "go", Scope::FunctionName),
        ("rust", "fn go() -> u8 { 1 } // note", "u8", Scope::TypeName),
        ("rust", "fn go() -> u8 { 1 } // note", "note", Scope::Comment),
        ("python", "def go(x):\n    return 'text' # c\n", "text", Scope::TextLiteral),
        ("python", "def go(x):\n    return 'text' # c\n", "return", Scope::Keyword),
        ("javascript", "const x = `a${b}c`;", "c`", Scope::TextLiteral),
        ("javascript", "const x = `a${b}c`;", "b}", Scope::Plain),
        ("typescript", "interface A { b: string }", "interface", Scope::Keyword),
        ("typescript", "interface A { b: string }", "string", Scope::TypeName),
        ("c", "int main(void) { return 0; }", "int", Scope::TypeName),
        ("go", "package main\nfunc f() {}\n", "func", Scope::Keyword),
        ("shell", "if true; then echo \"x\"; fi", "then", Scope::Keyword),
        ("json", "{\"key\": 1}", "key", Scope::FunctionName),
        ("json", "{\"key\": 1}", "1", Scope::Number),
        ("css", "a { color: red }", "color", Scope::FunctionName),
        ("toml", "[a]\nb = 'c'\n", "c'", Scope::TextLiteral),
        ("yaml", "a: 1\n", "a", Scope::FunctionName),
    ] {
        assert_eq!(colour_of(language, text, part), scope, "{language}: {part} in {text}");
    }
}

#[test]
fn a_small_change_is_parsed_at_once() {
    let mut document = document(&"fn f() { let x = [1, 2, 3]; }\n".repeat(100));
    let mut syntax = fresh(&document, "rust");
    for at in [3, 1504] {
        document.apply_edits(document.revision(), [Edit::insert(at, "g")]).unwrap();
        assert!(syntax.follow(&document, "rust", None).is_none());
        assert_eq!(syntax.node_at(at..at + 2).map(|node| node.byte_range()), Some(at..at + 2));
    }
}

#[test]
fn a_large_text_is_parsed_beside_the_session_while_it_is_edited() {
    let text = "fn f() { let x = [1, 2, 3]; }\n".repeat(5_000);
    let mut document = document(&text);
    let mut syntax = Syntax::default();
    let task = syntax.follow(&document, "rust", None).unwrap();
    assert!(!syntax.has_tree());
    // What is typed meanwhile is followed when the tree comes.
    document.apply_edits(document.revision(), [Edit::insert(3, "g")]).unwrap();
    assert!(syntax.follow(&document, "rust", None).is_none(), "one parse at a time");
    syntax.parsed(task.run());
    // Half of it becomes a comment: too much for one key.
    let edits = [Edit::insert(0, "/* "), Edit::insert(text.len() / 2, " */")];
    document.apply_edits(document.revision(), edits).unwrap();
    let task = syntax.follow(&document, "rust", None).unwrap();
    assert!(syntax.has_tree(), "the tree of before serves");
    syntax.parsed(task.run());
    follow(&mut syntax, &document, "rust");
    let range = 0..1000;
    assert_eq!(syntax.colours(range.clone()), fresh(&document, "rust").colours(range));
}

#[test]
fn a_text_that_is_too_large_or_has_no_grammar_has_no_tree() {
    let mut syntax = Syntax::default();
    assert!(syntax.follow(&document(&" ".repeat(LARGEST + 1)), "rust", None).is_none());
    assert!(syntax.follow(&document("text"), "text", None).is_none());
    assert!(!syntax.has_tree() && !syntax.has_grammar());
}

#[test]
fn new_lines_are_indented_as_the_language_wants() {
    use Deeper::{Less, More, Same};
    for (language, line, expected) in [
        ("rust", "fn f() {", More),
        ("rust", "fn f() { // note", More),
        ("rust", "let x = \"{\"", Same),
        ("rust", "// {", Same),
        ("rust", "let x = 1;", Same),
        ("python", "def f(x):", More),
        ("python", "def f(x):  # why", More),
        ("python", "if x:", More),
        ("python", "    return 1", Less),
        ("python", "returned = 1", Same),
        ("python", "x = [", More),
        ("python", "x = {'a':", Same),
        ("python", "else:", More),
        ("python", "if x[1:", Same),
        ("python", "x = 'a:'", Same),
        ("python", "# if x:", Same),
        ("yaml", "key:", More),
        ("yaml", "key: |", More),
        ("yaml", "key: value", Same),
        ("shell", "if x; then", More),
        ("shell", "for x in y; do", More),
        ("shell", "# then", Same),
        ("javascript", "f(() => {", More),
        ("text", "f(", More),
        ("text", "note:", Same),
    ] {
        let document = document(line);
        let syntax = fresh(&document, language);
        assert_eq!(syntax.deeper(document.text(), line.len(), language), expected, "{language}: {line}");
    }
}

#[test]
fn selections_grow_by_the_syntax_and_shrink_again() {
    let mut document = document("fn f() { g(a + b); }");
    let mut syntax = fresh(&document, "rust");
    document.set_selections(Selections::one(Selection::at(11)));
    let mut seen = Vec::new();
    for _ in 0..6 {
        let larger = syntax.expand(document.view());
        document.set_selections(larger);
        seen.push(document.text().slice(document.selections().primary().range()));
    }
    assert_eq!(seen, ["a", "a + b", "(a + b)", "g(a + b)", "g(a + b);", "{ g(a + b); }"],);
    for expected in seen.iter().rev().skip(1).map(String::as_str).chain(["", ""]) {
        let smaller = syntax.shrink(document.view());
        document.set_selections(smaller);
        assert_eq!(document.text().slice(document.selections().primary().range()), expected);
    }
    let mut plain = self::document("one two\nthree");
    plain.set_selections(Selections::one(Selection::at(5)));
    let mut syntax = Syntax::default();
    for expected in ["two", "one two", "one two\nthree", "one two\nthree"] {
        let larger = syntax.expand(plain.view());
        plain.set_selections(larger);
        assert_eq!(plain.text().slice(plain.selections().primary().range()), expected);
    }
}

#[test]
fn brackets_find_each_other_and_not_those_in_strings() {
    let check = |language: &str, text: &str, at: usize, expected: Option<(usize, usize)>| {
        let document = document(text);
        let syntax = fresh(&document, language);
        assert_eq!(syntax.brackets_at(document.text(), at), expected, "{text} at {at}");
    };
    check("text", "a(b[c])d", 1, Some((1, 6)));
    check("text", "a(b[c])d", 3, Some((3, 5)));
    check("text", "a(b[c])d", 7, Some((6, 1)));
    check("text", "a(b", 1, None);
    check("text", "ab", 1, None);
    check("text", "a)", 1, None);
    check("rust", "f(\")\", x)", 1, Some((1, 8)));
    check("rust", "f(\"(a)\", x)", 3, Some((3, 5)));
}

/// Pieces of a program, and what makes half of one.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "fn f() {}\n",
        "let x = \"a\";\n",
        "// note\n",
        "{",
        "}",
        "\"",
        "/*",
        "*/",
        "é",
        "\n",
        "x",
        " ",
        "1",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// After edits, undo and redo, a tree without errors is the one of a fresh parse, and so are its colours.
    #[test]
    fn a_followed_tree_is_a_fresh_one(
        steps in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..6, piece(), 0_u8..6), 1..20),
    ) {
        let start = "fn main() {\n    let s = \"text\";\n    // note\n    call(s, 1);\n}\n";
        let mut document = document(start);
        let mut syntax = fresh(&document, "rust");
        let whole: fn(&Document) -> Range<usize> = |document| 0..document.text().len();
        for (place, length, piece, what) in steps {
            match what {
                0 => drop(document.undo()),
                1 => drop(document.redo()),
                _ => {
                    let text = document.text();
                    let from = text.floor_boundary(place.index(text.len() + 1));
                    let to = text.floor_boundary((from + length).min(text.len())).max(from);
                    document.break_undo();
                    document.apply_edits(document.revision(), [Edit::replace(from..to, piece)]).unwrap();
                }
            }
            follow(&mut syntax, &document, "rust");
            let again = fresh(&document, "rust");
            // How a parser recovers from an error may depend on what it has seen before.
            if again.root().is_some_and(|root| !root.has_error()) {
                prop_assert_eq!(
                    syntax.root().map(|root| root.to_sexp()), again.root().map(|root| root.to_sexp())
                );
                prop_assert_eq!(syntax.colours(whole(&document)), again.colours(whole(&document)));
            }
        }
        while document.undo().unwrap() {}
        follow(&mut syntax, &document, "rust");
        prop_assert_eq!(document.text().to_string(), start);
        prop_assert_eq!(syntax.colours(whole(&document)), fresh(&document, "rust").colours(whole(&document)));
    }
}
