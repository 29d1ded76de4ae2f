use super::View;
use super::delete::delete_lines;
use crate::change::Edit;
use crate::selection::Selections;
use crate::transaction::{EditKind, Transaction};

/// Copied text: a piece for each selection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clip {
    pieces: Vec<String>,
    /// Whether the pieces are whole lines, copied from cursors without a selection.
    whole_lines: bool,
}

impl Clip {
    /// The text for other programs: one piece on each line.
    pub fn text(&self) -> String {
        self.pieces.join(if self.whole_lines { "" } else { "\n" })
    }

    /// Whether all pieces are empty.
    pub fn is_empty(&self) -> bool {
        self.pieces.iter().all(String::is_empty)
    }
}

impl From<&str> for Clip {
    /// A text from another program, as one piece.
    fn from(text: &str) -> Clip {
        Clip { pieces: vec![text.to_owned()], whole_lines: false }
    }
}

/// Copies the selections or, if nothing is selected, the lines of the cursors.
pub fn copy(view: View<'_>) -> Clip {
    if nothing_selected(view.selections) {
        let lines = view.blocks().into_iter().flatten().map(|line| {
            let line_break = view.style.line_ending.as_str();
            view.text.line(line) + line_break
        });
        return Clip { pieces: lines.collect(), whole_lines: true };
    }
    let selected = view.selections.iter().filter(|selection| !selection.is_empty());
    Clip {
        pieces: selected.map(|selection| view.text.slice(selection.range())).collect(),
        whole_lines: false,
    }
}

/// Copies as [`copy`] does, and deletes the copied text.
pub fn cut(view: View<'_>) -> (Clip, Transaction) {
    let transaction = if nothing_selected(view.selections) {
        delete_lines(view)
    } else {
        view.collapsing(
            EditKind::Other,
            view.selections.iter().map(|selection| Edit::delete(selection.range())),
        )
    };
    (copy(view), transaction)
}

/// Replaces each selection by copied text: piece by piece if there are as many pieces as selections, and otherwise all of it
/// at each. Whole lines are inserted above the cursors' lines if nothing is selected. Line breaks become the document's.
pub fn paste(view: View<'_>, clip: &Clip) -> Transaction {
    let line_ending = view.style.line_ending;
    let one_each = clip.pieces.len() == view.selections.len();
    let whole = clip.text();
    let above = clip.whole_lines && nothing_selected(view.selections);
    let mut pieces = clip.pieces.iter();
    let edits: Vec<Edit> = view
        .selections
        .iter()
        .map(|selection| {
            let piece = if one_each { pieces.next().unwrap_or(&whole) } else { &whole };
            let piece = line_ending.normalize(piece);
            let range = if above {
                let start = view.text.line_start(view.text.line_at(selection.head));
                start..start
            } else {
                selection.range()
            };
            Edit::replace(range, piece)
        })
        .collect();
    view.collapsing(EditKind::Other, edits)
}

fn nothing_selected(selections: &Selections) -> bool {
    selections.iter().all(|selection| selection.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::check::{document, edits};
    use super::*;

    /// Copies from one text and pastes into another.
    fn check(from: &str, text: &str, into: &str, after: &str) {
        let clip = copy(document(from).view());
        assert_eq!(clip.text(), text);
        edits(|view| paste(view, &clip), into, after);
    }

    #[test]
    fn what_is_copied_is_pasted() {
        check("a[bc]", "bc", "|x[y]", "bc|xbc|");
        check("[a] [b]", "a\nb", "|x[y]", "a|xb|");
        check("[a] [b]", "a\nb", "x|\r\n", "xa\r\nb|\r\n");
        check("[a\r\nb]|", "a\r\nb", "|", "a\nb|");
        check("one|\ntwo", "one\n", "x\ny|z", "x\none\ny|z");
        check("one\ntwo|", "two\n", "[x]", "two\n|");
        check("a|\nb|", "a\nb\n", "x|\ny|", "a\nx|\nb\ny|");
    }

    #[test]
    fn what_is_cut_is_gone() {
        edits(|view| cut(view).1, "a[b]c|", "a|c|");
        edits(|view| cut(view).1, "a\nb|\nc", "a\n|c");
        assert_eq!(cut(document("a[b]c|").view()).0, Clip::from("b"));
        assert!(cut(document("[]|".replace("[]", "").as_str()).view()).0.text() == "\n");
    }

    #[test]
    fn text_from_elsewhere_is_pasted() {
        edits(|view| paste(view, &Clip::from("a\r\nb")), "|\nx|", "a\nb|\nxa\nb|");
        assert!(Clip::from("").is_empty());
    }
}
