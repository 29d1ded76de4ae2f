//! What plugins show beside their places, what they tell each other, and keys that count only in some places.

use witdock_editor_session::display::{Float, KeyBinding, KeyContext, Panel, PanelLine};
use witdock_editor_session::host::api::{Abilities, EventKinds};
use witdock_editor_session::host::{Answered, Ask, Before, Call, News, Outcome, Snapshot};
use witdock_editor_session::style::{Span, Style};

use crate::common::{Editor, plugin};
use crate::{calls, end, serve, status};

#[test]
fn a_small_window_is_beside_its_place_and_never_over_what_is_asked() {
    let mut editor = Editor::sized(60, 14, "file.txt", "one\ntwo\nthree\n");
    serve(&mut editor, 0, "tidy", EventKinds::OPENED, Abilities::empty());
    let float = |at| Float {
        title: "Help".to_owned(),
        lines: vec![vec![Span { text: "what it says".to_owned(), style: Style::default() }]],
        at,
    };
    let show = |editor: &mut Editor, float: Float| {
        let outcome = Outcome { floats: vec![("help".to_owned(), Some(float))], ..Outcome::default() };
        let number = calls(editor).first().map(|(_, call, _)| call.clone());
        assert!(number.is_some(), "there is no call");
        let is_command = matches!(number, Some(Call::Run { .. }));
        end(editor, 0, if is_command { Answered::Run(Ok(())) } else { Answered::Told }, outcome);
    };
    show(&mut editor, float(None));
    let screen = editor.screen();
    let rows: Vec<&str> = screen.lines().collect();
    assert!(rows[1].contains("┌ tidy: Help ") && rows[2].contains("what it says"), "{screen}");
    // It follows the cursor, takes no key, and lets itself be closed.
    editor.keys("down x");
    assert_eq!(editor.text(), "one\nxtwo\nthree\n");
    assert!(editor.screen().lines().nth(2).unwrap().contains("tidy: Help"), "{}", editor.screen());
    // Lists, questions and requests for grants come instead.
    editor.keys("ctrl-p");
    assert!(!editor.screen().contains("what it says"), "{}", editor.screen());
    editor.keys("escape");
    editor.news(News::Asks(Ask {
        plugin: plugin(1),
        name: "other".to_owned(),
        capabilities: ["clocks".parse().unwrap()].into(),
        programs: std::collections::BTreeMap::new(),
        build: None,
        digest: None,
        before: Before::Nothing,
    }));
    editor.keys("f7");
    let screen = editor.screen();
    assert!(screen.contains("read the time") && !screen.contains("what it says"), "{screen}");
    editor.keys("escape");
    assert!(editor.screen().contains("what it says"), "{}", editor.screen());
    editor.keys("escape");
    assert!(!editor.screen().contains("what it says"), "{}", editor.screen());
    // An event does not open it again, a command does.
    editor.open("other.txt", "other\n");
    let place = editor.app.active().unwrap().location(2);
    show(&mut editor, float(Some(place)));
    assert!(!editor.screen().contains("what it says"), "{}", editor.screen());
    editor.keys("alt-c");
    show(&mut editor, float(Some(place)));
    assert!(editor.screen().lines().nth(1).unwrap().contains("tidy: Help"), "{}", editor.screen());
    // It is about a document, and goes with its plugin.
    editor.keys("ctrl-page-down");
    assert!(!editor.screen().contains("what it says"), "{}", editor.screen());
    editor.keys("ctrl-page-down");
    assert!(editor.screen().contains("what it says"), "{}", editor.screen());
    editor.news(News::Retired(plugin(0)));
    assert!(!editor.screen().contains("what it says"), "{}", editor.screen());
}

#[test]
fn plugins_hear_what_they_have_subscribed_to_and_messages_in_a_circle_end() {
    let mut editor = Editor::sized(100, 12, "file.txt", "text");
    for (place, name) in [(0, "one"), (1, "two")] {
        serve(&mut editor, place, name, EventKinds::OPENED, Abilities::empty());
    }
    let heard = |calls: &[(u64, Call, Snapshot)]| -> Vec<(u64, String)> {
        let messages = calls.iter().filter_map(|(place, call, _)| match call {
            Call::Message(message) => Some((*place, format!("{} {}", message.topic, message.missed))),
            _ => None,
        });
        messages.collect()
    };
    let subscribes =
        |topic: &str| Outcome { subscriptions: vec![(topic.to_owned(), true)], ..Outcome::default() };
    let publishes = |count: usize| Outcome {
        published: vec![("news".to_owned(), b"x".as_slice().into()); count],
        ..Outcome::default()
    };
    let open = |editor: &mut Editor, name: &str| {
        editor.open(name, "");
        assert_eq!(calls(editor).len(), 2, "both hear of the document");
    };
    let settle = |editor: &mut Editor, outcome: &dyn Fn() -> Outcome| {
        let mut turns = 0;
        loop {
            let due = calls(editor);
            if due.is_empty() {
                return turns;
            }
            for (place, ..) in due {
                end(editor, place, Answered::Told, outcome());
            }
            turns += 1;
            assert!(turns < 1_000, "it does not end");
        }
    };
    assert_eq!(calls(&mut editor).len(), 2);
    // What nobody hears is not kept.
    end(&mut editor, 1, Answered::Told, publishes(1));
    end(&mut editor, 0, Answered::Told, subscribes("two/news"));
    assert_eq!(calls(&mut editor).len(), 0);
    open(&mut editor, "more.txt");
    end(&mut editor, 1, Answered::Told, publishes(40));
    end(&mut editor, 0, Answered::Told, Outcome::default());
    assert_eq!(
        heard(&calls(&mut editor)),
        [(0, "two/news 8".to_owned())],
        "the oldest are dropped, and told"
    );
    end(&mut editor, 0, Answered::Told, Outcome::default());
    assert_eq!(heard(&calls(&mut editor)), [(0, "two/news 0".to_owned())]);
    end(&mut editor, 0, Answered::Told, Outcome::default());
    settle(&mut editor, &Outcome::default);

    // Each answers the other one: that ends.
    open(&mut editor, "third.txt");
    end(&mut editor, 0, Answered::Told, Outcome::default());
    let both = Outcome { subscriptions: vec![("one/news".to_owned(), true)], ..publishes(1) };
    end(&mut editor, 1, Answered::Told, both);
    let turns = settle(&mut editor, &|| publishes(1));
    assert!((100..300).contains(&turns), "{turns}");
    editor.keys("f3");
    let screen = editor.screen();
    assert!(screen.contains("stopped: it has sent messages 100 times in a row"), "{screen}");
}

#[test]
fn keys_of_plugins_count_only_where_they_belong() {
    let mut editor = Editor::sized(100, 12, "file.md", "text");
    serve(&mut editor, 0, "tidy", EventKinds::OPENED, Abilities::empty());
    let binding = |keys: &str, context: KeyContext| KeyBinding {
        keys: keys.to_owned(),
        command: "go".to_owned(),
        context,
    };
    let language = || KeyContext::Language("markdown".to_owned());
    let (panel, mode) = (|| KeyContext::Panel("tasks".to_owned()), || KeyContext::Mode("table".to_owned()));
    let bindings = vec![
        binding("alt-a", language()),
        binding("ctrl-s", language()),
        binding("d", panel()),
        binding("q", panel()),
        binding("a", mode()),
        binding("ctrl-z", mode()),
        binding("escape", mode()),
        binding("f2", mode()),
        binding("no such key", mode()),
    ];
    // Takes the command that is due, if there is one, and gives its argument.
    let ran = |editor: &mut Editor, outcome: Outcome| {
        let due = calls(editor).into_iter().next()?;
        let Call::Run { argument, .. } = due.1 else { panic!("{:?}", due.1) };
        end(editor, 0, Answered::Run(Ok(())), outcome);
        Some(argument)
    };
    calls(&mut editor);
    let on = || Some(Some("table".to_owned()));
    end(
        &mut editor,
        0,
        Answered::Told,
        Outcome { bindings: Some(bindings), mode: on(), ..Outcome::default() },
    );
    assert!(!status(&mut editor).contains("table"), "an event turns no mode on");

    editor.keys("alt-a");
    assert_eq!(ran(&mut editor, Outcome::default()), Some(None));
    editor.open("file.rs", "code");
    calls(&mut editor);
    end(&mut editor, 0, Answered::Told, Outcome::default());
    editor.keys("ctrl-page-down alt-a");
    assert_eq!(editor.app.active().unwrap().language(), "rust");
    assert_eq!(ran(&mut editor, Outcome::default()), None);

    editor.keys("alt-c");
    ran(&mut editor, Outcome { mode: on(), ..Outcome::default() });
    assert!(status(&mut editor).contains("tidy: table (Esc)"), "{}", status(&mut editor));
    for (key, runs) in [("a", true), ("b", false), ("ctrl-z", true)] {
        editor.keys(key);
        assert_eq!(ran(&mut editor, Outcome::default()).is_some(), runs, "{key}");
    }
    assert_eq!(editor.text(), "bcode");
    editor.keys("f2");
    assert!(editor.screen().contains("Plugins: s stop"), "{}", editor.screen());
    editor.keys("escape escape");
    let left = calls(&mut editor);
    assert!(matches!(left.as_slice(), [(0, Call::ModeLeft(mode), _)] if mode == "table"), "{left:?}");
    end(&mut editor, 0, Answered::Told, Outcome::default());
    assert!(!status(&mut editor).contains("table"), "{}", status(&mut editor));
    editor.keys("a ctrl-z");
    assert_eq!(ran(&mut editor, Outcome::default()), None);

    editor.keys("alt-c");
    let line = |text: &str| PanelLine {
        spans: vec![Span { text: text.to_owned(), style: Style::default() }],
        action: witdock_editor_session::display::Action::None,
    };
    let tasks = Panel { title: "Tasks".to_owned(), lines: vec![line("one"), line("two")] };
    ran(&mut editor, Outcome { panels: vec![("tasks".to_owned(), Some(tasks))], ..Outcome::default() });
    editor.keys("f6 down d");
    assert_eq!(ran(&mut editor, Outcome::default()), Some(Some("1".to_owned())));
    // Keys of the panel itself keep their meaning.
    editor.keys("q d");
    assert_eq!(ran(&mut editor, Outcome::default()), None);
    assert!(!editor.screen().contains("Tasks") && editor.text().contains('d'), "{}", editor.screen());
    editor.keys("f3");
    let screen = editor.screen();
    assert!(
        screen.contains("Esc cannot be bound in a mode") && screen.contains("F2 cannot be bound"),
        "{screen}"
    );
}
