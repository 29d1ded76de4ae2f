//! What an application does with a document: typing and undo, plugins' commands, saving, following changes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use witdock_editor_core::{
    ChangeError, Decoded, Document, Edit, Extend, HistoryError, LineEnding, Motion, Revision, Selection,
    Selections, commands, move_selections,
};

fn document(text: &str) -> Document {
    Document::from_bytes(text.as_bytes()).unwrap()
}

fn type_each(document: &mut Document, text: &str) {
    for character in text.chars() {
        document.apply(commands::type_text(document.view(), &character.to_string())).unwrap();
    }
}

fn go(document: &mut Document, motion: Motion) {
    let style = document.style();
    let moved = move_selections(document.text(), document.selections(), motion, Extend::No, style.tab_width);
    document.set_selections(moved);
}

/// Undoes all there is; the texts on the way, the present one first.
fn undone(document: &mut Document) -> Vec<String> {
    let mut texts = vec![document.text().to_string()];
    while document.undo().unwrap() {
        texts.push(document.text().to_string());
    }
    texts
}

#[test]
fn what_is_typed_at_once_is_undone_at_once() {
    let mut document = document("");
    type_each(&mut document, "ab");
    document.apply(commands::delete_back(document.view())).unwrap();
    document.apply(commands::delete_back(document.view())).unwrap();
    type_each(&mut document, "cd");
    document.apply(commands::newline(document.view())).unwrap();
    type_each(&mut document, "ef");
    assert_eq!(undone(&mut document), ["cd\nef", "cd\n", "cd", "", "ab", ""]);
}

#[test]
fn movement_pauses_and_saving_end_a_step() {
    let mut document = document("");
    type_each(&mut document, "ab");
    go(&mut document, Motion::Left);
    go(&mut document, Motion::Right);
    type_each(&mut document, "c");
    document.break_undo();
    type_each(&mut document, "d");
    document.mark_saved(&document.snapshot());
    type_each(&mut document, "e");
    assert_eq!(undone(&mut document), ["abcde", "abcd", "abc", "ab", ""]);
}

#[test]
fn selections_come_back() {
    let mut document = document("one two");
    document.set_selections(Selections::new(vec![Selection::new(0, 3), Selection::new(7, 4)], 1));
    let before = document.selections().clone();
    type_each(&mut document, "x");
    let after = document.selections().clone();
    assert_eq!(document.text().to_string(), "x x");
    document.undo().unwrap();
    assert_eq!(document.selections(), &before);
    document.redo().unwrap();
    assert_eq!(document.selections(), &after);
}

#[test]
fn a_new_edit_forgets_what_was_undone() {
    let mut document = document("");
    type_each(&mut document, "a");
    document.undo().unwrap();
    type_each(&mut document, "b");
    assert!(!document.redo().unwrap() && !document.can_redo());
}

#[test]
fn the_edits_of_a_command_are_one_step() {
    let mut document = document("text");
    type_each(&mut document, "a");
    document.begin_group().unwrap();
    document.apply_edits(document.revision(), [Edit::insert(0, "x")]).unwrap();
    document.apply_edits(document.revision(), [Edit::delete(2..4)]).unwrap();
    assert_eq!(document.undo(), Err(HistoryError::GroupOpen));
    document.commit_group().unwrap();
    type_each(&mut document, "b");
    assert_eq!(undone(&mut document), ["xabxt", "xaxt", "atext", "text"]);
}

#[test]
fn a_command_that_fails_half_way_leaves_no_trace() {
    let mut document = document("text");
    type_each(&mut document, "a");
    document.undo().unwrap();
    let selections = document.selections().clone();
    let before = document.revision();

    document.begin_group().unwrap();
    document.apply_edits(document.revision(), [Edit::insert(0, "x"), Edit::delete(1..3)]).unwrap();
    document.set_selections(Selections::one(Selection::at(2)));
    document.apply_edits(document.revision(), [Edit::delete(0..2)]).unwrap();
    document.rollback_group().unwrap();

    assert_eq!(document.text().to_string(), "text");
    assert_eq!(document.selections(), &selections);
    assert!(!document.is_dirty() && document.revision() > before);
    assert!(
        document
            .changes_since(before)
            .unwrap()
            .edits()
            .iter()
            .all(|edit| edit.range.len() == edit.text.len())
    );
    assert!(document.redo().unwrap());
    assert_eq!(document.text().to_string(), "atext");
    assert_eq!(document.rollback_group(), Err(HistoryError::NoGroup));
}

#[test]
fn stale_and_bad_edits_change_nothing() {
    let mut document = document("é");
    let read_at = document.revision();
    type_each(&mut document, "a");
    let now = document.revision();
    let stale = document.apply_edits(read_at, [Edit::delete(0..99)]).unwrap_err();
    assert_eq!(stale, ChangeError::Stale { base: read_at, current: now });
    assert_eq!(stale.to_string(), "the edits are for revision 0, but the document is at 1; read it again");
    let future = document.apply_edits(Revision::new(7), []).unwrap_err();
    assert!(future.is_stale());
    let cut = document.apply_edits(now, [Edit::insert(0, "fine"), Edit::insert(2, "bad")]).unwrap_err();
    assert_eq!(cut, ChangeError::InsideCharacter { offset: 2 });
    assert_eq!((document.text().to_string().as_str(), document.revision()), ("aé", now));
}

#[test]
fn an_edit_that_changes_nothing_is_no_edit() {
    let mut document = document("a");
    assert_eq!(document.apply_edits(Revision::new(0), [Edit::delete(1..1)]), Ok(Revision::new(0)));
    assert!(!document.is_dirty() && !document.can_undo());
}

#[test]
fn saved_is_the_text_that_was_written() {
    let mut document = document("\u{feff}a\r\nb\n");
    assert!(document.format().bom && document.loaded_line_endings().is_mixed());
    assert_eq!(document.style().line_ending, LineEnding::Lf);
    type_each(&mut document, "x");
    let snapshot = document.snapshot();
    type_each(&mut document, "y");
    document.mark_saved(&snapshot);
    assert!(document.is_dirty());
    assert_eq!(
        snapshot.encoded().unwrap().pieces().collect::<Vec<_>>().concat(),
        "\u{feff}xa\r\nb\n".as_bytes()
    );
    assert!(document.snapshot().revision() > snapshot.revision());

    document.mark_saved(&document.snapshot());
    assert!(!document.is_dirty());
    document.undo().unwrap();
    assert!(document.is_dirty());
    document.redo().unwrap();
    assert!(!document.is_dirty());
}

#[test]
fn a_file_changed_elsewhere_is_one_step_and_cursors_stay() {
    let mut document = document("one\ntwo\nthree\n");
    document.set_selections(Selections::new(vec![Selection::at(1), Selection::at(9)], 1));
    document.reload(Decoded::from_bytes("one\n2\nthree\n".as_bytes()).unwrap()).unwrap();
    assert!(!document.is_dirty());
    assert_eq!(document.selections(), &Selections::new(vec![Selection::at(1), Selection::at(7)], 1));
    assert_eq!(undone(&mut document), ["one\n2\nthree\n", "one\ntwo\nthree\n"]);
    assert!(document.is_dirty());
}

#[test]
fn changes_can_be_followed_for_a_while() {
    let mut document = document("");
    let start = document.revision();
    type_each(&mut document, "abc");
    document.undo().unwrap();
    document.redo().unwrap();
    assert_eq!(document.each_change_since(start).unwrap().count(), 5);
    assert_eq!(document.changes_since(start).unwrap().edits(), [Edit::insert(0, "abc")]);
    assert!(document.changes_since(document.revision()).unwrap().is_empty());
    assert!(document.changes_since(Revision::new(99)).is_none());
    type_each(&mut document, &"x".repeat(2000));
    assert!(document.changes_since(start).is_none());
    assert_eq!(document.changes_since(Revision::new(2000)).unwrap().edits().len(), 1);
}

#[test]
fn selections_from_outside_are_kept_in_the_text() {
    let mut document = document("e\u{301}");
    document.set_selections(Selections::new(vec![Selection::new(2, 999), Selection::at(1)], 0));
    assert_eq!(document.selections(), &Selections::one(Selection::new(0, 3)));
}

#[test]
fn an_answer_to_a_change_joins_its_undo_step() {
    let mut document = Document::from_bytes(b"x").unwrap();
    document.apply(commands::type_text(document.view(), "(")).unwrap();
    document.join_undo();
    document.apply_edits(document.revision(), [Edit::insert(1, ")")]).unwrap();
    document.apply(commands::type_text(document.view(), "a")).unwrap();
    assert_eq!(document.text().to_string(), "()ax");
    assert!(document.undo().unwrap() && !document.can_undo());
    assert_eq!(document.text().to_string(), "x");
    // What was undone stays undone: there is nothing to join.
    document.join_undo();
    document.apply_edits(document.revision(), [Edit::insert(1, "y")]).unwrap();
    assert!(document.undo().unwrap() && !document.can_undo());
    document.redo().unwrap();
    assert_eq!(document.text().to_string(), "xy");
}

#[test]
fn a_text_that_no_file_holds_is_dirty_until_it_is_saved() {
    let mut document = Document::from_bytes(b"one").unwrap();
    document.mark_unsaved();
    assert!(document.is_dirty());
    document.mark_saved(&document.snapshot());
    assert!(!document.is_dirty());
}

#[test]
fn a_reserved_revision_is_nobody_elses() {
    let mut document = Document::from_bytes(b"one").unwrap();
    let base = document.revision();
    let (mine, yours) = (document.reserve_revisions(10), document.reserve_revisions(10));
    assert!(mine < yours);
    let own = document.transaction([Edit::insert(0, "a")]).unwrap();
    let late = own.clone();
    assert_eq!(document.apply_reserved(own, mine), Ok(mine));
    assert!(document.apply_reserved(late, yours).is_err_and(|error| error.is_stale()));
    let next = document.apply_edits(mine, [Edit::insert(0, "b")]).unwrap();
    assert!(next.number() >= yours.number() + 10);
    assert_eq!(document.changes_since(base).unwrap().edits(), [Edit::insert(0, "ba")]);
    assert!(document.changes_since(yours).is_none());
    // A number that was never given out is nobody's to use.
    let transaction = document.transaction([Edit::insert(0, "c")]).unwrap();
    assert!(document.apply_reserved(transaction, Revision::new(next.number() + 1)).is_err());
}
