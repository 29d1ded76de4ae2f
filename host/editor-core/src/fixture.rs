//! Texts with marked selections: `|` is a cursor, `[` an anchor and `]` a head, so `[ab]` is selected forwards and `]ab[`
//! backwards. The first one is the primary selection.

use crate::selection::{Selection, Selections};
use crate::text::Text;

pub(crate) fn read(marked: &str) -> (Text, Selections) {
    let mut text = String::new();
    let mut list = Vec::new();
    let mut open: Option<(char, usize)> = None;
    for character in marked.chars() {
        match (character, open) {
            ('|', None) => list.push(Selection::at(text.len())),
            ('[' | ']', None) => open = Some((character, text.len())),
            (']', Some(('[', anchor))) => {
                list.push(Selection::new(anchor, text.len()));
                open = None;
            }
            ('[', Some((']', head))) => {
                list.push(Selection::new(text.len(), head));
                open = None;
            }
            ('|' | '[' | ']', Some(_)) => panic!("unbalanced markers in {marked:?}"),
            _ => text.push(character),
        }
    }
    assert!(open.is_none() && !list.is_empty(), "unbalanced or no markers in {marked:?}");
    (Text::from(text.as_str()), Selections::new(list, 0))
}

pub(crate) fn write(text: &Text, selections: &Selections) -> String {
    let mut marked = text.to_string();
    for selection in selections.iter().rev() {
        let marks = match (selection.is_empty(), selection.is_backward()) {
            (true, _) => ["", "|"],
            (false, false) => ["]", "["],
            (false, true) => ["[", "]"],
        };
        marked.insert_str(selection.end(), marks[0]);
        marked.insert_str(selection.start(), marks[1]);
    }
    marked
}
