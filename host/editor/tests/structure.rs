//! Languages, indentation and brackets, by the structure of the text.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end with a panic")]

mod common;

use common::Editor;
use ratatui::style::Color;

#[test]
fn colours_come_from_the_tree_and_follow_each_key() {
    let mut editor = Editor::with_text("a.rs", "fn go() {}\n");
    let keywords = |editor: &mut Editor| editor.cells(|cell| cell.fg == Color::Magenta);
    let count = keywords(&mut editor).len();
    assert_eq!(count, 2, "{}", editor.screen());
    editor.keys("/ /");
    assert_eq!(keywords(&mut editor), []);
    editor.keys("ctrl-z");
    assert_eq!(keywords(&mut editor).len(), 2);
}

#[test]
fn a_line_is_indented_as_its_language_wants() {
    let mut editor = Editor::with_text("a.py", "def f():\n");
    editor.keys("end enter i f space x : enter r e t u r n enter y");
    assert_eq!(editor.text(), "def f():\n    if x:\n        return\n    y\n");
    let mut editor = Editor::with_text("a.rs", "fn f() {\n    x\n");
    editor.keys("down end enter }");
    assert_eq!(editor.text(), "fn f() {\n    x\n}\n");
    editor.keys("ctrl-z");
    assert_eq!(editor.text(), "fn f() {\n    x\n    \n");
}

#[test]
fn brackets_are_shown_and_jumped_between() {
    let mut editor = Editor::with_text("a.rs", "f(\")\", [1])\n");
    editor.keys("right");
    let marked = editor.cells(|cell| cell.modifier.contains(ratatui::style::Modifier::UNDERLINED));
    assert_eq!(marked.len(), 2);
    editor.keys("alt-m");
    assert_eq!(editor.selected(), 10..10);
    editor.keys("alt-m");
    assert_eq!(editor.selected(), 1..1);
    editor.keys("alt-shift-M");
    assert_eq!(editor.selected(), 1..10);
    editor.keys("end left left alt-shift-right");
    assert_eq!(editor.selected(), 8..9);
    editor.keys("alt-shift-right alt-shift-right alt-shift-left");
    assert_eq!(editor.selected(), 7..10);
}

#[test]
fn a_text_names_its_own_language_and_indentation() {
    let check = |name: &str, text: &str, language: &str, after_tab: &str| {
        let mut editor = Editor::with_text(name, text);
        assert_eq!(editor.app.active().unwrap().language(), language, "{name} {text}");
        editor.keys("ctrl-end tab x");
        assert!(editor.text().ends_with(after_tab), "{name}: {:?}", editor.text());
    };
    check("tool", "#!/usr/bin/env python3\n", "python", "\n    x");
    check("tool", "#!/bin/sh\n# vim: ft=python sw=2 et\n", "python", "\n  x");
    check("a.rs", "// -*- mode: c; indent-tabs-mode: t -*-\n", "c", "\n\tx");
    check("Makefile", "all:\n  echo\n", "makefile", "\n\tx");
    check("a.rs", "#!/bin/sh\n", "rust", "\n    x");
}

#[test]
fn themes_are_looked_at_before_one_is_chosen() {
    let mut editor = Editor::with_text("a.rs", "fn go() {}\n");
    let keyword = |editor: &mut Editor, colour: Color| editor.cells(|cell| cell.fg == colour).len();
    let (dark, light) = (Color::Rgb(0xc8, 0x8b, 0xdc), Color::Rgb(0x82, 0x30, 0xa5));
    // The list is over the text, which shows the theme all the same.
    editor.keys("ctrl-p t h e m e");
    assert!(editor.screen().contains("Choose a theme"), "{}", editor.screen());
    editor.keys("enter l i g h t");
    let ground = Color::Rgb(0xfa, 0xfa, 0xf7);
    assert!(!editor.cells(|cell| cell.bg == ground).is_empty());
    editor.keys("escape");
    assert_eq!((keyword(&mut editor, light), keyword(&mut editor, Color::Magenta)), (0, 2));
    editor.keys("ctrl-p t h e m e enter d a r k enter");
    assert_eq!(keyword(&mut editor, dark), 2);
    assert!(editor.screen().contains("`theme = \"dark\"` in config.toml"), "{}", editor.screen());
    editor.app.set_depth(witdock_editor::themes::Depth::Indexed);
    assert_eq!(keyword(&mut editor, dark), 0);
    assert_eq!(keyword(&mut editor, Color::Indexed(176)), 2);
    editor.app.set_depth(witdock_editor::themes::Depth::None);
    assert!(editor.cells(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset).is_empty());
}
