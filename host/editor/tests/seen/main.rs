//! What plugins do is seen: in the status line until it was read, in messages with their names, and never in the way.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may end with a panic"
)]

#[path = "../common/mod.rs"]
mod common;
mod elsewhere;

use std::sync::Arc;

use common::{Editor, plugin};
use witdock_editor::app::{Effect, Input};
use witdock_editor_core::{ChangeSet, Edit};
use witdock_editor_session::Effect as SessionEffect;
use witdock_editor_session::Message;
use witdock_editor_session::display::{
    Completion, CompletionKind, HoverText, Panel, PanelLine, Question, TextQuestion,
};
use witdock_editor_session::host::api::{
    Abilities, Change, ChangeOrigin, Command, Event, EventKinds, Registration,
};
use witdock_editor_session::host::{
    Answered, Ask, Before, Call, DocumentChange, Exports, Failure, Health, News, Outcome, PluginAction,
    Snapshot, Stand,
};

fn registration(events: EventKinds, abilities: Abilities) -> Arc<Registration> {
    Arc::new(Registration {
        commands: vec![Command {
            name: "go".to_owned(),
            title: "Go".to_owned(),
            description: String::new(),
            default_keys: vec!["alt-c".to_owned()],
        }],
        events,
        abilities,
        languages: Vec::new(),
        file_types: Vec::new(),
        completion_triggers: Vec::new(),
    })
}

fn serve(editor: &mut Editor, place: u64, name: &str, events: EventKinds, abilities: Abilities) {
    let registration = registration(events, abilities);
    editor.news(News::Serving {
        plugin: plugin(place),
        name: name.to_owned(),
        registration,
        exports: Exports::default(),
    });
}

/// The calls that are due.
fn calls(editor: &mut Editor) -> Vec<(u64, Call, Snapshot)> {
    let calls = editor.app.take_calls().into_iter().filter_map(|effect| match effect {
        Effect::Session(SessionEffect::Call { plugin: called, call, snapshot }) => {
            Some(((0..9).find(|place| plugin(*place) == called).unwrap(), call, snapshot))
        }
        _ => None,
    });
    calls.collect()
}

fn end(editor: &mut Editor, place: u64, answered: Answered, outcome: Outcome) -> Vec<Effect> {
    let news = News::Ended { plugin: plugin(place), result: Ok((answered, Box::new(outcome))) };
    editor.update(Input::Session(witdock_editor_session::Input::News(news)))
}

fn stand(editor: &mut Editor, place: u64, name: &str, health: Health, is_building: bool) {
    editor.news(News::Stands {
        plugin: plugin(place),
        stand: Stand { name: name.to_owned(), health, is_building },
    });
}

fn status(editor: &mut Editor) -> String {
    let screen = editor.screen();
    let lines: Vec<&str> = screen.lines().collect();
    lines[lines.len() - 2].trim_matches('"').to_owned()
}

#[test]
fn what_is_not_as_it_should_be_is_in_the_status_line_until_it_was_read() {
    let mut editor = Editor::sized(100, 12, "file.txt", "text");
    assert!(!status(&mut editor).contains('('), "all is well");
    stand(&mut editor, 0, "characters", Health::Loading, true);
    assert!(status(&mut editor).contains("building characters"), "{}", status(&mut editor));
    stand(&mut editor, 1, "other", Health::Loading, true);
    assert!(status(&mut editor).contains("building 2 plugins"), "{}", status(&mut editor));
    for (place, name) in [(0, "characters"), (1, "other")] {
        stand(&mut editor, place, name, Health::Fine, false);
    }
    assert!(!status(&mut editor).contains("building"), "{}", status(&mut editor));

    let ask = |before| Ask {
        plugin: plugin(2),
        name: "tidy".to_owned(),
        capabilities: ["clocks".parse().unwrap()].into(),
        programs: std::collections::BTreeMap::new(),
        build: None,
        digest: None,
        before,
    };
    editor.news(News::Asks(ask(Before::Nothing)));
    editor.keys("a b");
    assert!(status(&mut editor).contains("1 plugin asks (F7)"), "{}", status(&mut editor));
    // An answer for later ends it, and F7 asks again.
    editor.keys("f7 n");
    assert!(!status(&mut editor).contains("asks"), "{}", status(&mut editor));
    editor.keys("f7");
    assert!(editor.screen().contains("read the time"), "{}", editor.screen());
    editor.keys("d");

    stand(&mut editor, 3, "broken", Health::Wrong, false);
    editor.keys("x y");
    assert!(status(&mut editor).contains("1 plugin failed (F2)"), "{}", status(&mut editor));
    editor.keys("f2");
    editor.screen();
    editor.keys("escape");
    assert!(!status(&mut editor).contains("failed"), "{}", status(&mut editor));
}

#[test]
fn a_crash_while_somebody_types_is_read_later() {
    let mut editor = Editor::sized(100, 12, "file.txt", "");
    serve(&mut editor, 0, "word-count", EventKinds::CHANGED, Abilities::empty());
    calls(&mut editor);
    editor.keys("a");
    assert_eq!(calls(&mut editor).len(), 1);
    let result = Err(Failure::Failed("plugin word-count, on-event: it trapped".to_owned()));
    editor.news(News::Ended { plugin: plugin(0), result });
    editor.type_on("b c d", true);
    assert_eq!(editor.text(), "abcd");
    let screen = editor.screen();
    assert!(!screen.contains("trapped") && screen.contains("1 new message (F3)"), "{screen}");
    editor.keys("f3");
    let screen = editor.screen();
    assert!(screen.contains("error word-count: on-event: it trapped"), "{screen}");
    editor.keys("escape");
    assert!(!editor.screen().contains("new message"), "{}", editor.screen());
}

#[test]
fn a_message_of_a_plugin_has_its_name_and_stays_until_escape() {
    let mut editor = Editor::sized(100, 12, "file.txt", "");
    serve(&mut editor, 0, "evil", EventKinds::OPENED, Abilities::empty());
    calls(&mut editor);
    let messages =
        vec![Message::info("file.txt: 12 bytes saved\u{202e}"), Message::warning("Look").until_dismissed()];
    end(&mut editor, 0, Answered::Told, Outcome { messages, ..Outcome::default() });
    let screen = editor.screen();
    assert!(screen.contains(r"evil: file.txt: 12 bytes saved\u{202e}"), "{screen}");
    editor.keys("a b");
    assert!(editor.screen().contains("evil: Look  Esc"), "{}", editor.screen());
    editor.keys("escape");
    assert!(
        !editor.screen().contains("Look") && !editor.screen().contains("new message"),
        "{}",
        editor.screen()
    );
}

#[test]
fn the_log_says_when_and_whose_and_what_it_has_no_more() {
    let mut editor = Editor::sized(70, 10, "file.txt", "");
    serve(&mut editor, 0, "chatty", EventKinds::OPENED, Abilities::empty());
    calls(&mut editor);
    let long = "a long message, ".repeat(8);
    let mut messages: Vec<Message> =
        (0..210).map(|number| Message::info(format!("number {number}"))).collect();
    messages.push(Message::error(long));
    end(&mut editor, 0, Answered::Told, Outcome { messages, ..Outcome::default() });
    editor.app.show(Message::warning("not of a plugin"));
    editor.app.show(Message::warning("not of a plugin"));
    editor.keys("f3");
    insta::assert_snapshot!(editor.screen());
    editor.keys("home");
    let screen = editor.screen();
    assert!(
        screen.contains("12 older messages were dropped") && screen.contains("chatty: number 12"),
        "{screen}"
    );
    editor.keys("end");
    assert!(editor.screen().contains("warning editor: not of a plugin  (2 times)"), "{}", editor.screen());
}

#[test]
fn at_60_columns_the_name_the_marks_and_the_place_stay() {
    let mut editor = Editor::sized(60, 8, "a-name-that-is-long.txt", "text");
    serve(&mut editor, 0, "shows", EventKinds::OPENED, Abilities::empty());
    calls(&mut editor);
    let span = |text: &str| {
        vec![witdock_editor_session::style::Span { text: text.to_owned(), ..Default::default() }]
    };
    let segments = [("low", -1), ("high", 1)].map(|(name, priority)| {
        let spans = span(&format!("{name} priority"));
        (name.to_owned(), Some(witdock_editor_session::display::Segment { spans, priority }))
    });
    end(&mut editor, 0, Answered::Told, Outcome { segments: segments.into(), ..Outcome::default() });
    let wide = status(&mut editor);
    assert!(wide.contains("high priority") && !wide.contains("low priority"), "{wide}");
    stand(&mut editor, 1, "broken", Health::Wrong, false);
    stand(&mut editor, 2, "slow", Health::Loading, true);
    editor.app.show(Message::error("failed"));
    editor.keys("a");
    let narrow = status(&mut editor);
    assert!(
        narrow.contains("long.txt [modified]")
            && narrow.contains("…1 ×1 F2 !1 F3")
            && narrow.trim_end().ends_with("1:2")
            && !narrow.contains("priority"),
        "{narrow}"
    );
}

#[test]
fn everything_of_a_plugin_has_its_name() {
    let mut editor = Editor::sized(80, 16, "file.txt", "wo");
    for (place, name) in [(0, "words"), (1, "more-words")] {
        serve(&mut editor, place, name, EventKinds::OPENED, Abilities::COMPLETE | Abilities::HOVER);
    }
    calls(&mut editor);
    for place in [0, 1] {
        end(&mut editor, place, Answered::Told, Outcome::default());
    }
    editor.keys("end f4");
    let at = |editor: &Editor| {
        let buffer = editor.app.active().unwrap();
        buffer.location(buffer.cursor())
    };
    for (place, ..) in calls(&mut editor) {
        let line = |text: &str| {
            vec![witdock_editor_session::style::Span { text: text.to_owned(), ..Default::default() }]
        };
        let text = HoverText { range: 0..2, lines: vec![line("what it means"), line("words: not true")] };
        let at = at(&editor);
        end(&mut editor, place, Answered::Hovered(at, Some(text)), Outcome::default());
    }
    insta::assert_snapshot!("hover", editor.screen());

    editor.keys("ctrl-space");
    for (place, ..) in calls(&mut editor) {
        let completion = |label: &str, detail: &str| Completion {
            label: label.to_owned(),
            kind: CompletionKind::Word,
            detail: detail.to_owned(),
            edit: Edit::replace(0..2, label.to_owned()),
        };
        let list = vec![
            completion("word", "a detail"),
            completion("wonderful-and-very-long-word-that-goes-on", &"x".repeat(90)),
        ];
        let at = at(&editor);
        end(&mut editor, place, Answered::Completed(at, list), Outcome::default());
    }
    insta::assert_snapshot!("completions", editor.screen());
    editor.keys("escape");

    editor.keys("alt-c");
    assert_eq!(calls(&mut editor).len(), 1);
    let question = Question::Text(TextQuestion {
        title: "Your password".to_owned(),
        initial: String::new(),
        placeholder: String::new(),
    });
    let panel = Panel { title: "editor: Update".to_owned(), lines: Vec::<PanelLine>::new() };
    let outcome = Outcome {
        questions: vec![(1, question)],
        panels: vec![("panel".to_owned(), Some(panel))],
        ..Outcome::default()
    };
    end(&mut editor, 0, Answered::Run(Ok(())), outcome);
    let screen = editor.screen();
    assert!(
        screen.contains("words asks: Your password: ") && screen.contains("words: editor: Update"),
        "{screen}"
    );
}

/// A change of the text as a plugin makes it in this call.
fn change(snapshot: &Snapshot) -> Outcome {
    let view = &snapshot.documents[0];
    let changes = ChangeSet::new(&view.text, [Edit::insert(0, "x")]).unwrap();
    let change = DocumentChange {
        id: view.id,
        base: view.revision,
        changes: vec![(view.reserved, changes)],
        selections: None,
    };
    Outcome { documents: vec![change], ..Outcome::default() }
}

/// Ends calls with a further change, until a plugin is stopped: all of them, or those `of_others`. Gives its place, and the number of calls.
fn echo(editor: &mut Editor, of_others: bool, press: Option<&str>) -> Option<(u64, usize)> {
    let mut count = 0;
    for round in 0..1_000 {
        for (place, call, snapshot) in calls(editor) {
            count += 1;
            let is_own = |change: &Change| change.origin == ChangeOrigin::ThisPlugin;
            let is_left = of_others && matches!(&call, Call::Tell(Event::Changed(change)) if is_own(change));
            let outcome = if is_left { Outcome::default() } else { change(&snapshot) };
            let effects = end(editor, place, Answered::Told, outcome);
            let is_stop = |effect: &Effect| matches!(effect, Effect::Session(SessionEffect::Manage(stopped, PluginAction::Stop)) if *stopped == plugin(place));
            if effects.iter().any(is_stop) {
                return Some((place, count));
            }
        }
        if let Some(key) = press.filter(|_| round % 50 == 49) {
            editor.keys(key);
        }
    }
    None
}

#[test]
fn a_plugin_that_answers_its_own_changes_for_ever_is_stopped() {
    let mut editor = Editor::sized(200, 8, "file.txt", "");
    serve(&mut editor, 0, "echo", EventKinds::CHANGED, Abilities::empty());
    calls(&mut editor);
    editor.keys("a");
    let (_, count) = echo(&mut editor, false, None).unwrap();
    assert!(count <= 110, "{count}");
    let screen = editor.screen();
    assert!(
        screen.contains(
            "echo: stopped: it has changed file.txt 100 times in a row in answer to its own changes"
        ) && screen.contains("v in the list of plugins starts it again")
            && screen.contains("1 plugin failed (F2)"),
        "{screen}"
    );
    assert!(calls(&mut editor).is_empty(), "no call is made until it has stopped");
}

#[test]
fn two_plugins_that_answer_each_other_for_ever_are_stopped() {
    let mut editor = Editor::sized(200, 8, "file.txt", "");
    for (place, name) in [(0, "ping"), (1, "pong")] {
        serve(&mut editor, place, name, EventKinds::CHANGED, Abilities::empty());
    }
    calls(&mut editor);
    editor.keys("a");
    let (place, count) = echo(&mut editor, true, None).unwrap();
    assert!(count <= 500, "{count}");
    let (stopped, other) = if place == 0 { ("ping", "pong") } else { ("pong", "ping") };
    let screen = editor.screen();
    assert!(
        screen.contains(&format!("{stopped}: stopped: ")) && screen.contains(&format!("changes of {other}")),
        "{screen}"
    );
}

#[test]
fn a_plugin_that_answers_the_person_is_not_stopped() {
    let mut editor = Editor::sized(100, 8, "file.txt", "");
    serve(&mut editor, 0, "busy", EventKinds::CHANGED, Abilities::empty());
    calls(&mut editor);
    editor.keys("a");
    assert_eq!(echo(&mut editor, false, Some("b")), None, "{}", editor.screen());
}

#[test]
fn a_key_at_the_end_of_a_long_line_costs_little() {
    for piece in ["漢字", "👩‍👩‍👧", "e\u{301}\t"] {
        let mut editor = Editor::sized(80, 10, "file.rs", &piece.repeat((1 << 20) / piece.len()));
        editor.keys("end x");
        let measured = |editor: &Editor| editor.app.active().unwrap().document.text().measured_bytes();
        for keys in ["y", "left", "z", "backspace", "home", "end", "shift-left", "enter", "backspace"] {
            let before = measured(&editor);
            editor.keys(keys);
            editor.screen();
            let now = measured(&editor) - before;
            assert!(now < 300_000, "{piece:?} {keys}: {now} bytes");
        }
    }
}

#[test]
fn a_paste_asks_the_system_for_its_clipboard() {
    let mut editor = Editor::with_text("file.txt", "one");
    editor.keys("ctrl-a ctrl-c");
    editor.app.set_reads_clipboard(true);
    let paste = |editor: &mut Editor, text: Option<&str>| {
        let effects = editor.keys("ctrl-v");
        assert!(effects.iter().any(|effect| matches!(effect, Effect::ReadClipboard)), "{effects:?}");
        editor.update(Input::Clipboard(text.map(str::to_owned)));
    };
    paste(&mut editor, Some("two\r\n"));
    assert_eq!(editor.text(), "two\n");
    // Where it cannot be read, the editor's own one is pasted.
    paste(&mut editor, None);
    assert_eq!(editor.text(), "two\none");
}

#[test]
fn makefiles_have_tabs() {
    for (name, indented) in [("Makefile", "all:\n\t"), ("file.go", "all:\n\t"), ("file.rs", "all:\n    ")] {
        let mut editor = Editor::with_text(name, "all:\n");
        editor.keys("ctrl-end tab");
        assert_eq!(editor.text(), indented, "{name}");
    }
}
