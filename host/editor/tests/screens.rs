//! Screens, compared with those that were looked at: `cargo insta review` shows how one has changed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end with a panic")]

mod common;

use common::{Editor, plugin};
use std::collections::BTreeMap;
use witdock_editor::app::{COMMANDS, Input, Mode};
use witdock_editor_core::Edit;
use witdock_editor_session::Input as SessionInput;
use witdock_editor_session::command::Runs;
use witdock_editor_session::display::{
    Choice, ChoiceQuestion, Completion, CompletionKind, Invocation, Question,
};
use witdock_editor_session::documents::{Decoration, Drawn};
use witdock_editor_session::host::{Answered, Ask, Before, Cost, Health, News, Outcome, Report};
use witdock_editor_session::style::{Emphasis, Scope, Severity, Span, Style};

fn span(text: &str) -> Vec<Span> {
    vec![Span { text: text.to_owned(), style: Style { scope: Scope::Muted, emphasis: Emphasis::default() } }]
}

#[test]
fn a_file_with_its_status() {
    let mut editor = Editor::sized(60, 8, "main.rs", "fn main() {\n\tprintln!(\"漢字 👩‍👩‍👧\");\n}\n");
    editor.keys("down end");
    insta::assert_snapshot!(editor.screen());
}

#[test]
fn prose_is_wrapped_and_the_cursor_goes_by_rows() {
    let text = "# Title\n\nA paragraph that is longer than the screen is wide, and goes on in the next rows.\n\nEnd\n";
    let mut editor = Editor::sized(40, 10, "text.md", text);
    editor.keys("down down down end x");
    insta::assert_snapshot!(editor.screen());
    editor.keys("alt-z");
    insta::assert_snapshot!(editor.screen());
}

#[test]
fn decorations_stand_over_and_beside_the_text() {
    let mut editor = Editor::sized(60, 6, "file.rs", "let a = 1;\nlet bb = 2;\n");
    let sign = |at: usize, severity, text: &str| Decoration {
        range: at..at,
        drawn: Drawn::Sign(severity, text.into()),
    };
    let set = vec![
        Decoration { range: 5..5, drawn: Drawn::Inline(span(": u8")) },
        Decoration { range: 0..0, drawn: Drawn::AfterLine(span("  // one")) },
        sign(11, Severity::Hint, "a hint"),
        sign(12, Severity::Error, "an error"),
    ];
    editor.decorate(set);
    editor.keys("down end");
    insta::assert_snapshot!(editor.screen());
}

#[test]
fn the_palette_and_the_help() {
    let mut editor = Editor::sized(80, 12, "file.txt", "");
    editor.keys("ctrl-p l i n e s");
    insta::assert_snapshot!(editor.screen());
    editor.keys("escape f1");
    insta::assert_snapshot!(editor.screen());
}

#[test]
fn the_panel_of_plugins_and_a_question() {
    let mut editor = Editor::sized(80, 24, "file.txt", "");
    let micros = std::time::Duration::from_micros;
    let cost = Cost {
        calls: 1234,
        errors: 1,
        exports: vec![
            ("on-event changed".to_owned(), micros(120), micros(950)),
            ("run-command".to_owned(), micros(2_300), micros(4_100)),
        ],
        per_change: Some(micros(140)),
        memory_bytes: 2 << 20,
        memory_peak_bytes: 3 << 20,
        stored_bytes: 0,
    };
    let report = |place, name: &str, health, status: &str, cost| Report {
        plugin: plugin(place),
        name: name.to_owned(),
        path: format!("/plugins/{name}"),
        health,
        status: status.to_owned(),
        cost,
        ..Report::default()
    };
    let status = "running generation 7; generation 8 rejected: the build failed:\nerror: expected `;`\n --> src/lib.rs:14:20";
    editor.keys("f2");
    editor.update(Input::Session(SessionInput::Reports(vec![
        report(0, "todo", Health::Wrong, status, Some(cost)),
        report(1, "json-format", Health::Loading, "loading", None),
        report(2, "sort-lines", Health::Waiting, "waits for your answer", None),
        report(
            3,
            "broken",
            Health::Wrong,
            "broken does not fit: it exports no `witdock:editor/plugin`",
            None,
        ),
    ])));
    insta::assert_snapshot!(editor.screen());
    editor.keys("escape");
    let ask = Ask {
        plugin: plugin(2),
        name: "sort-lines".to_owned(),
        capabilities: ["import witdock:editor/documents", "network example.org:443"]
            .map(|line| line.parse().unwrap())
            .into(),
        programs: BTreeMap::new(),
        build: None,
        digest: None,
        before: Before::Others,
    };
    editor.news(News::Asks(ask));
    insta::assert_snapshot!(editor.screen());
    editor.keys("f7");
    insta::assert_snapshot!(editor.screen());
}

/// Whatever the size, the text and what is drawn over it: there is a screen, and the cursor is on it.
#[test]
fn no_screen_is_too_small_and_no_text_too_odd() {
    let texts = [
        "",
        "a",
        "\t\t漢\u{301}👩‍👩‍👧\u{202e}\r\n\u{1b}[31m\0",
        &"x".repeat(70_000),
        &"word ".repeat(3_000),
        &"\n".repeat(500),
    ];
    for (columns, lines) in [(1, 1), (2, 3), (3, 2), (7, 5), (80, 24), (300, 2)] {
        for text in texts {
            for name in ["a.md", "a.rs"] {
                let mut editor = Editor::sized(columns, lines, name, text);
                let length = text.len();
                let places = [0, length / 2, length]
                    .map(|at| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap());
                let set = places
                    .iter()
                    .flat_map(|at| {
                        [
                            Decoration { range: *at..*at, drawn: Drawn::Inline(span("漢 inline")) },
                            Decoration { range: *at..*at, drawn: Drawn::AfterLine(span("after")) },
                            Decoration {
                                range: *at..*at,
                                drawn: Drawn::Sign(Severity::Info, "sign".to_owned()),
                            },
                        ]
                    })
                    .collect();
                editor.decorate(set);
                editor.keys("down end up page-down ctrl-end enter left alt-z up home ctrl-p escape f1 escape f2 escape");
                editor.screen();
            }
        }
    }
}

#[test]
fn every_cursor_is_seen_and_none_leaves_the_screen() {
    let mut editor = Editor::sized(30, 5, "file.rs", "one\ntwo\nthree\n");
    editor.keys("ctrl-alt-down ctrl-alt-down end");
    let reversed = editor.reversed();
    assert_eq!(reversed, [(8, 0), (8, 1)], "{}", editor.screen());
    for keys in ["ctrl-p", "ctrl-f", "ctrl-g", "f1", "f2"] {
        let mut editor = Editor::sized(1, 1, "a.md", "text");
        editor.keys(keys);
        editor.screen();
        let (x, y) = editor.cursor();
        assert!((x, y) == (0, 0), "{keys}: {x}, {y}");
    }
}

fn ask(number: u64, name: &str, capabilities: &[&str]) -> Ask {
    let capabilities = capabilities.iter().map(|line| line.parse().unwrap()).collect();
    Ask {
        plugin: plugin(number),
        name: name.to_owned(),
        capabilities,
        programs: BTreeMap::new(),
        build: None,
        digest: None,
        before: Before::Nothing,
    }
}

fn asks(editor: &Editor) -> usize {
    editor.app.session().plugins().asks().len()
}

// attack: a request for consent padded with 1,300 spaces, or behind those of other plugins
// host: allows nothing that was not drawn
#[test]
fn consent_is_given_to_what_was_shown() {
    let mut editor = Editor::with_text("a.txt", "text");
    // What matters is pushed out of sight: by the length of one item, and by the number of plugins.
    let padded = format!("env A{}B", " ".repeat(1_300));
    editor.news(News::Asks(ask(1, "padded", &[&padded, "network evil.example:443"])));
    editor.news(News::Asks(ask(2, "second", &["clocks"])));
    editor.type_on("f7 a A", false);
    assert_eq!(asks(&editor), 2, "nothing was drawn");
    assert!(!editor.screen().contains("evil.example"));
    editor.keys("a A");
    assert_eq!(asks(&editor), 2, "the rest was not drawn");
    // The end alone is not all of it.
    let mut pages = 0;
    while !editor.screen().contains("evil.example") {
        editor.keys("a A page-down");
        assert_eq!(asks(&editor), 2);
        pages += 1;
        assert!(pages < 20, "{}", editor.screen());
    }
    assert!(editor.screen().contains("a allow"), "{}", editor.screen());
    editor.keys("a");
    assert_eq!(asks(&editor), 1);
    assert!(editor.screen().contains("The plugin second wants to"));
    // Another request, or a plugin that asks for more, was not shown.
    editor.news(News::Asks(ask(2, "second", &["clocks", "network evil.example:443"])));
    editor.type_on("a", false);
    assert_eq!(asks(&editor), 1);
    editor.screen();
    editor.type_on("a", false);
    assert_eq!(asks(&editor), 0);
}

/// A plugin's question, from an event or from a command that the person has run.
fn question(editor: &mut Editor, ticket: u64, by_command: bool) {
    let title = "Delete all?".to_owned();
    let choice = Choice { label: "yes".to_owned(), detail: Vec::new() };
    let question = Question::Choice(ChoiceQuestion { title, choices: vec![choice] });
    if by_command {
        editor.keys("ctrl-p t e s t . g o enter");
    } else {
        editor.open(&format!("{ticket}.txt"), "");
    }
    assert!(!editor.app.take_calls().is_empty(), "the plugin has a call under way");
    let answered = if by_command { Answered::Run(Ok(())) } else { Answered::Told };
    let outcome = Outcome { questions: vec![(ticket, question)], ..Outcome::default() };
    editor.news(News::Ended { plugin: plugin(0), result: Ok((answered, Box::new(outcome))) });
    editor.update(Input::Session(SessionInput::Idle));
    assert!(matches!(editor.app.mode(), Mode::Answer(_)), "{:?}", editor.app.mode());
}

// attack: a question that opens while the person types, also after a save that failed
// host: gives it no key before it was drawn and the person has paused
#[test]
fn a_question_that_opens_by_itself_takes_no_key_that_was_typed_on() {
    let mut editor = Editor::with_text("a.txt", "");
    editor.decorate(Vec::new());
    question(&mut editor, 1, false);
    // Before it was drawn, and then without a pause.
    editor.type_on("a enter", false);
    editor.type_on("b enter", true);
    assert_eq!(editor.text(), "a\nb\n");
    assert!(editor.screen().contains("Delete all?"), "{}", editor.screen());
    // A command of the person goes first, and the question comes again.
    editor.type_on("ctrl-f", true);
    assert!(matches!(editor.app.mode(), Mode::Find(_)), "{:?}", editor.app.mode());
    editor.keys("escape");
    editor.update(Input::Session(SessionInput::Idle));
    assert!(matches!(editor.app.mode(), Mode::Answer(_)), "{:?}", editor.app.mode());
    // Who has read it answers it.
    editor.keys("enter");
    assert!(matches!(editor.app.mode(), Mode::Edit), "{:?}", editor.app.mode());
    assert_eq!(editor.text(), "a\nb\n");
}

// attack: a list of completions that opens just before the person presses enter
// host: gives it the key only after it was drawn
#[test]
fn a_list_of_completions_takes_no_key_before_it_was_drawn() {
    let mut editor = Editor::with_text("a.txt", "");
    editor.decorate(Vec::new());
    for (number, is_drawn, text) in [(1, false, "a\n"), (2, true, "a\napple")] {
        editor.keys("a");
        editor.open(&format!("{number}.txt"), "");
        assert!(!editor.app.take_calls().is_empty(), "the plugin has a call under way");
        let buffer = editor.app.active().unwrap();
        let at = buffer.location(buffer.cursor());
        let completion = Completion {
            label: "apple".to_owned(),
            kind: CompletionKind::Word,
            detail: String::new(),
            edit: Edit::replace(at.offset - 1..at.offset, "apple"),
        };
        let result = Ok((Answered::Completed(at, vec![completion]), Box::default()));
        editor.news(News::Ended { plugin: plugin(0), result });
        assert!(editor.app.session().plugins().is_completing());
        if is_drawn {
            assert!(editor.screen().contains("apple"), "{}", editor.screen());
        }
        editor.type_on("enter", false);
        assert_eq!(editor.text(), text);
    }
}

#[test]
fn a_question_that_the_person_waits_for_takes_keys_at_once() {
    let mut editor = Editor::with_text("a.txt", "");
    editor.decorate(Vec::new());
    question(&mut editor, 1, true);
    editor.type_on("y enter", false);
    assert!(matches!(editor.app.mode(), Mode::Edit), "{:?}", editor.app.mode());
    assert_eq!(editor.text(), "");
}

// attack: a plugin's timer that runs `editor.answer-plugins`, or another command that takes the keyboard
// host: refuses the command
#[test]
fn a_plugin_takes_no_key_that_is_meant_for_the_text() {
    let mut editor = Editor::with_text("a.txt", "");
    // It draws, so it is loaded, and has a call under way.
    editor.decorate(Vec::new());
    editor.news(News::Asks(ask(1, "greedy", &["network evil.example:443"])));
    let own = COMMANDS.iter().filter(|command| command.entry.runs != Runs::Anytime);
    let takes_keys: Vec<&str> = own.map(|command| command.entry.name).collect();
    assert!(takes_keys.contains(&"editor.answer-plugins") && takes_keys.contains(&"editor.palette"));
    for command in takes_keys.into_iter().chain(["editor.save", "editor.close"]) {
        editor.open(&format!("{command}.txt"), "");
        assert!(!editor.app.take_calls().is_empty(), "the plugin hears of the document");
        let job = (1, Invocation { command: command.to_owned(), argument: None });
        let outcome = Outcome { jobs: vec![job], ..Outcome::default() };
        editor.news(News::Ended { plugin: plugin(0), result: Ok((Answered::Told, Box::new(outcome))) });
        assert!(matches!(editor.app.mode(), Mode::Edit), "{command} opens {:?}", editor.app.mode());
    }
    assert_eq!(asks(&editor), 1);
}
