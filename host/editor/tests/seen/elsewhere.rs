//! What plugins show beside their places, what they tell each other, and keys that count only in some places.

use witdock_editor_session::display::Float;
use witdock_editor_session::host::api::{Abilities, EventKinds};
use witdock_editor_session::host::{Answered, Ask, Before, Call, News, Outcome, Snapshot};
use witdock_editor_session::style::{Span, Style};

use crate::common::{Editor, plugin};
use crate::{calls, end, serve};

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
