//! The laws of the text model, against a plain string.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::ops::Range;

use proptest::prelude::*;
use proptest::sample::Index;
use witdock_editor_core::commands::{self, View};
use witdock_editor_core::{
    Bias, ChangeSet, Decoded, Document, Edit, EditKind, Extend, Format, Motion, Query, QueryOptions,
    Selection, Selections, Text, Transaction, move_selections,
};

/// Short texts, and some that lie in several pieces of the rope.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-c ]{1,4}",
        2 => Just("\n".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just("\r".to_owned()),
        1 => Just("é".to_owned()),
        1 => Just("e\u{301}".to_owned()),
        1 => Just("👩‍👩‍👧".to_owned()),
        1 => Just("\t漢".to_owned()),
    ];
    prop_oneof![
        9 => prop::collection::vec(piece.clone(), 0..20),
        1 => prop::collection::vec(piece, 500..900),
    ]
    .prop_map(|pieces| pieces.concat())
}

/// Patterns that try each of the engine's ways: literals, look-around, empty matches, several lines.
fn pattern() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a",
        "[ab]",
        "a+|",
        "[é漢]",
        r"\w+",
        "^.?",
        ".$",
        "^",
        "$",
        r"\bb",
        r"\Ba",
        r"a\s*b",
        "(?s).c",
        "(?s).*",
        r"\r",
        r"(a)(b)?|\n+",
        "ab|abc|c ",
        "x*",
        r"\b",
        ".",
        "a b",
        "(?-u:b)$",
        r"\b{start-half}b",
    ])
}

/// Where edits cut a text, and what they put in. They are resolved against a text by [`edits`].
type Cuts = Vec<(Index, Index, String)>;

fn cuts() -> impl Strategy<Value = Cuts> {
    prop::collection::vec((any::<Index>(), any::<Index>(), "[xé\n]{0,3}"), 0..5)
}

/// Non-overlapping edits of `text`, in the order that a change has them.
fn edits(text: &str, cuts: &Cuts) -> Vec<Edit> {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut edits: Vec<Edit> = Vec::new();
    for (start, end, new) in cuts {
        let (start, end) = (*start.get(&places), *end.get(&places));
        let range = start.min(end)..start.max(end);
        if edits.iter().all(|edit| range.end <= edit.range.start || edit.range.end <= range.start) {
            edits.push(Edit::replace(range, new.clone()));
        }
    }
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    edits
}

/// What the edits make of a plain string, from the front.
fn model(text: &str, edits: &[Edit]) -> String {
    let mut after = String::new();
    let mut at = 0;
    for edit in edits {
        after += &text[at..edit.range.start];
        after += &edit.text;
        at = edit.range.end;
    }
    after + &text[at..]
}

fn change(text: &str, cuts: &Cuts) -> ChangeSet {
    ChangeSet::new(&Text::from(text), edits(text, cuts)).unwrap()
}

fn applied(change: &ChangeSet, text: &str) -> String {
    let mut rope = Text::from(text);
    change.apply(&mut rope).unwrap();
    rope.to_string()
}

/// What a person may do to a document.
#[derive(Clone, Debug)]
enum Action {
    Edit(Cuts, EditKind),
    Select(Vec<(Index, Index)>),
    Undo,
    Redo,
    Save,
    Break,
    Group(Vec<Cuts>, bool),
}

fn action() -> impl Strategy<Value = Action> {
    let kind = prop_oneof![Just(EditKind::Typing), Just(EditKind::DeleteBack), Just(EditKind::Other)];
    prop_oneof![
        6 => (cuts(), kind).prop_map(|(cuts, kind)| Action::Edit(cuts, kind)),
        1 => prop::collection::vec(any::<(Index, Index)>(), 1..4).prop_map(Action::Select),
        3 => Just(Action::Undo),
        2 => Just(Action::Redo),
        1 => Just(Action::Save),
        1 => Just(Action::Break),
        2 => (prop::collection::vec(cuts(), 0..4), any::<bool>()).prop_map(|(edits, commit)| Action::Group(edits, commit)),
    ]
}

fn edit(document: &mut Document, cuts: &Cuts, kind: EditKind) {
    let text = document.text().to_string();
    let changes = change(&text, cuts);
    let expected = applied(&changes, &text);
    let revision = document.revision();
    document.apply(Transaction::new(revision, changes.clone()).with_kind(kind)).unwrap();
    assert_eq!(document.text().to_string(), expected);
    assert_eq!(document.revision() > revision, !changes.is_empty());
}

/// Every command that edits.
const COMMANDS: &[fn(View<'_>) -> Transaction] = &[
    |view| commands::type_text(view, "é"),
    |view| commands::insert_text(view, "a\r\nb\n"),
    commands::newline,
    commands::insert_tab,
    commands::delete_back,
    commands::delete_forward,
    commands::delete_word_back,
    commands::delete_word_forward,
    commands::delete_to_line_start,
    commands::delete_to_line_end,
    commands::delete_lines,
    commands::move_lines_up,
    commands::move_lines_down,
    commands::duplicate_lines,
    commands::join_lines,
    commands::indent,
    commands::outdent,
    |view| commands::toggle_line_comment(view, "a"),
    |view| commands::cut(view).1,
    |view| commands::paste(view, &commands::copy(view)),
];

/// Every command that selects, and every motion.
const SELECTS: &[fn(View<'_>) -> Selections] = &[
    commands::select_all,
    commands::select_lines,
    commands::select_word,
    commands::split_into_lines,
    commands::add_cursor_above,
    commands::add_cursor_below,
    commands::add_next_match,
    commands::select_all_matches,
    |view| go(view, Motion::Left),
    |view| go(view, Motion::Right),
    |view| go(view, Motion::WordLeft),
    |view| go(view, Motion::WordRight),
    |view| go(view, Motion::Up(2)),
    |view| go(view, Motion::Down(2)),
    |view| go(view, Motion::LineStart),
    |view| go(view, Motion::LineEnd),
    |view| go(view, Motion::ParagraphUp),
    |view| go(view, Motion::ParagraphDown),
];

fn go(view: View<'_>, motion: Motion) -> Selections {
    move_selections(view.text, view.selections, motion, Extend::Yes, view.style.tab_width)
}

proptest! {
    #[test]
    fn commands_take_any_text_and_can_be_undone(
        text in text(),
        places in prop::collection::vec(any::<(Index, Index)>(), 1..5),
        select in prop::sample::select(SELECTS),
        command in prop::sample::select(COMMANDS),
    ) {
        let mut document = Document::from_bytes(text.as_bytes()).unwrap();
        let length = text.len() + 1;
        let list = places.iter().map(|(a, b)| Selection::new(a.index(length), b.index(length)));
        document.set_selections(Selections::new(list.collect(), 0));

        let selected = select(document.view());
        document.set_selections(selected.clone());
        // Commands give places where a cursor may stand: nothing is left to be clamped.
        prop_assert_eq!(document.selections(), &selected);

        let before = document.selections().clone();
        document.apply(command(document.view())).unwrap();
        prop_assert!(document.selections().iter().all(|s| s.end() <= document.text().len()));
        if document.undo().unwrap() {
            prop_assert_eq!(document.text().to_string(), text);
            prop_assert_eq!(document.selections(), &before);
        }
    }

    #[test]
    fn apply_agrees_with_a_string(text in text(), cuts in cuts()) {
        let edits = edits(&text, &cuts);
        let expected = model(&text, &edits);
        let change = change(&text, &cuts);
        prop_assert_eq!(applied(&change, &text), expected.as_str());
        prop_assert_eq!(change.length_after(), expected.len());
    }

    #[test]
    fn invert_undoes(text in text(), cuts in cuts()) {
        let change = change(&text, &cuts);
        let after = applied(&change, &text);
        let inverse = change.invert(&Text::from(text.as_str()));
        prop_assert_eq!(applied(&inverse, &after), text.as_str());
        // And what is inverted twice does what it did.
        prop_assert_eq!(applied(&inverse.invert(&Text::from(after.as_str())), &text), after);
    }

    #[test]
    fn compose_is_one_after_the_other(text in text(), cuts in prop::collection::vec(cuts(), 1..6)) {
        let mut after = text.clone();
        let mut changes = Vec::new();
        for cuts in &cuts {
            let change = change(&after, cuts);
            after = applied(&change, &after);
            changes.push(change);
        }
        let composed = ChangeSet::compose_all(&changes).unwrap().unwrap();
        prop_assert_eq!(applied(&composed, &text), after.as_str());
        // The composed change is one that could have been made at once.
        prop_assert!(ChangeSet::new(&Text::from(text.as_str()), composed.edits().to_vec()).is_ok());
    }

    #[test]
    fn between_leads_from_one_to_the_other(before in text(), after in text(), shared in text()) {
        for (before, after) in [(before.clone(), after.clone()), (shared.clone() + &before, shared.clone() + &after)] {
            let change = ChangeSet::between(&Text::from(before.as_str()), &Text::from(after.as_str()));
            prop_assert_eq!(applied(&change, &before), after);
        }
    }

    #[test]
    fn positions_keep_their_order_and_their_neighbours(text in text(), cuts in cuts()) {
        let edits = edits(&text, &cuts);
        let change = change(&text, &cuts);
        let after = applied(&change, &text);
        let mut mapper = change.mapper();
        let mut last = 0;
        for (at, character) in text.char_indices() {
            let (before, behind) = (change.map(at, Bias::Before), mapper.map(at, Bias::After));
            prop_assert!(before <= behind && last <= before, "{} after {}, {}", before, last, behind);
            last = before;
            prop_assert!(after.is_char_boundary(before) && after.is_char_boundary(behind));
            if !edits.iter().any(|edit| edit.range.contains(&at)) {
                // A character that stays is the one after its mapped position.
                prop_assert!(after[behind..].starts_with(character));
            }
        }
        prop_assert_eq!(change.map(text.len(), Bias::After), after.len());
    }

    #[test]
    fn history_goes_back_and_forth(text in text(), actions in prop::collection::vec(action(), 0..20)) {
        let mut document = Document::from_bytes(text.as_bytes()).unwrap();
        let mut saved = text.clone();
        let mut followed = text.clone();
        let mut seen = document.revision();
        for action in &actions {
            match action {
                Action::Edit(cuts, kind) => edit(&mut document, cuts, *kind),
                Action::Select(places) => {
                    let length = document.text().len() + 1;
                    let list = places.iter().map(|(a, b)| Selection::new(a.index(length), b.index(length)));
                    document.set_selections(Selections::new(list.collect(), 0));
                }
                Action::Undo => {
                    let before = (document.text().to_string(), document.selections().clone(), document.is_dirty());
                    if document.undo().unwrap() {
                        document.redo().unwrap();
                        prop_assert_eq!(document.text().to_string(), before.0);
                        prop_assert_eq!(document.is_dirty(), before.2);
                        document.undo().unwrap();
                    }
                }
                Action::Redo => {
                    document.redo().unwrap();
                }
                Action::Save => {
                    let snapshot = document.snapshot();
                    saved = snapshot.text().to_string();
                    document.mark_saved(&snapshot);
                }
                Action::Break => document.break_undo(),
                Action::Group(edits, commit) => {
                    let before = (document.text().to_string(), document.selections().clone(), document.is_dirty());
                    let could_redo = document.can_redo();
                    document.begin_group().unwrap();
                    prop_assert!(document.undo().is_err() && document.begin_group().is_err());
                    edits.iter().for_each(|cuts| edit(&mut document, cuts, EditKind::Typing));
                    let revision = document.revision();
                    if *commit {
                        document.commit_group().unwrap();
                        let after = document.text().to_string();
                        if document.revision() != seen && document.can_undo() && after != before.0 {
                            document.undo().unwrap();
                            prop_assert_eq!(&document.text().to_string(), &before.0);
                            document.redo().unwrap();
                            prop_assert_eq!(document.text().to_string(), after);
                        }
                    } else {
                        document.rollback_group().unwrap();
                        let now = (document.text().to_string(), document.selections().clone(), document.is_dirty());
                        prop_assert_eq!(now, before);
                        prop_assert_eq!(document.can_redo(), could_redo);
                        prop_assert!(document.revision() >= revision);
                    }
                }
            }
            // Who follows the changes has the same text.
            followed = applied(&document.changes_since(seen).unwrap(), &followed);
            prop_assert_eq!(&followed, &document.text().to_string());
            seen = document.revision();
            prop_assert!(document.is_dirty() || document.text().to_string() == saved);
        }
        while document.undo().unwrap() {}
        prop_assert_eq!(document.text().to_string(), text);
    }

    #[test]
    fn bytes_come_back(bytes in prop_oneof![text().prop_map(String::into_bytes), prop::collection::vec(any::<u8>(), 0..40)]) {
        match (Decoded::from_bytes(&bytes), std::str::from_utf8(&bytes)) {
            (Ok(decoded), Ok(_)) => {
                let saved: Vec<&[u8]> = Vec::new();
                let document = Document::from(decoded);
                let snapshot = document.snapshot();
                let encoded = snapshot.encoded().unwrap();
                let saved = encoded.pieces().fold(saved, |mut all, chunk| { all.push(chunk); all }).concat();
                prop_assert_eq!(saved, bytes);
            }
            (Err(error), Err(expected)) => {
                prop_assert_eq!(error.offset, expected.valid_up_to());
                prop_assert_eq!(error.byte, bytes[error.offset]);
            }
            (decoded, expected) => prop_assert!(false, "{decoded:?} and {expected:?}"),
        }
    }

    /// A file that opens and is not changed is the same when it is saved, in every encoding, recognized or chosen.
    #[test]
    fn bytes_of_every_encoding_come_back(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40),
            prop::collection::vec(prop_oneof![any::<u8>(), 0x80..=0xff_u8, Just(0x1b), Just(b'$'), Just(b'B')], 0..12),
            (text(), any::<Index>()).prop_filter_map("cannot be encoded", |(text, which)| {
                let format = Format::choices().nth(which.index(Format::choices().count()))?.0;
                let mut document = Document::from_bytes(text.as_bytes()).ok()?;
                document.set_format(format);
                let snapshot = document.snapshot();
                let encoded = snapshot.encoded().ok()?;
                Some(encoded.pieces().collect::<Vec<_>>().concat())
            }),
        ],
        which in any::<Index>(),
    ) {
        let (chosen, _) = Format::choices().nth(which.index(Format::choices().count())).unwrap();
        let recognized = Decoded::from_bytes(&bytes).or_else(|error| Decoded::guessed(&bytes, error));
        for decoded in [recognized, Decoded::from_bytes_as(&bytes, chosen.encoding)] {
            let Ok(decoded) = decoded else { continue };
            let document = Document::from(decoded);
            let snapshot = document.snapshot();
            let encoded = snapshot.encoded().unwrap();
            prop_assert_eq!(encoded.len(), bytes.len());
            prop_assert_eq!(encoded.pieces().collect::<Vec<_>>().concat(), bytes.clone());
        }
    }

    /// What is typed in an encoding that has it is read again as what was typed.
    #[test]
    fn texts_come_back_in_every_encoding(text in text(), which in any::<Index>()) {
        let (format, _) = Format::choices().nth(which.index(Format::choices().count())).unwrap();
        let mut document = Document::from_bytes(text.as_bytes()).unwrap();
        document.set_format(format);
        let snapshot = document.snapshot();
        if let Ok(encoded) = snapshot.encoded() {
            let bytes = encoded.pieces().collect::<Vec<_>>().concat();
            // Some encodings write two characters alike; then the file is refused, or the text is the same.
            if let Ok(decoded) = Decoded::from_bytes_as(&bytes, format.encoding) {
                prop_assert_eq!(decoded.text.to_string(), text);
            } else {
                prop_assert!(!format.encoding.is_unicode());
            }
        } else {
            prop_assert!(!format.encoding.is_unicode());
        }
    }

    #[test]
    fn search_agrees_with_a_string(text in text(), pattern in pattern(), from in any::<Index>()) {
        let options = QueryOptions { regex: true, ..QueryOptions::default() };
        let query = Query::new(pattern, options).unwrap();
        let oracle = regex_automata::meta::Builder::new()
            .syntax(regex_automata::util::syntax::Config::new().case_insensitive(true).multi_line(true).crlf(true))
            .build(pattern)
            .unwrap();
        let rope = Text::from(text.as_str());
        let start = rope.floor_boundary(from.index(text.len() + 1));
        for range in [0..text.len(), start..text.len(), 0..start] {
            let found: Vec<Range<usize>> = query.matches(&rope, range.clone()).collect();
            let expected: Vec<Range<usize>> =
                oracle.find_iter(regex_automata::Input::new(&text).range(range.clone())).map(|m| m.range()).collect();
            prop_assert_eq!(found, expected, "{:?} in {:?}", pattern, range);
        }
        let all: Vec<Range<usize>> = query.matches(&rope, 0..text.len()).collect();
        let with = query.replacement("<$0>", Default::default()).unwrap();
        let replaced = query.replace_all(&rope, 0..text.len(), &with);
        let edits: Vec<Edit> =
            all.iter().map(|r| Edit::replace(r.clone(), format!("<{}>", &text[r.clone()]))).collect();
        prop_assert_eq!(applied(&replaced, &text), model(&text, &edits));
        for range in all {
            prop_assert!(query.replace_one(&rope, range, &with).is_some());
        }
    }
}
