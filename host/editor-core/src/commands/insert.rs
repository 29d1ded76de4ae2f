use super::{View, indent};
use crate::change::{Bias, Edit};
use crate::column::display_column;
use crate::indent::{IndentStyle, indentation};
use crate::selection::Selection;
use crate::transaction::{EditKind, Transaction};

/// Replaces each selection by typed characters. Characters typed one after the other are undone together.
pub fn type_text(view: View<'_>, text: &str) -> Transaction {
    put(view, EditKind::Typing, text)
}

/// Replaces each selection by a text, with the document's line breaks. It is an undo step of its own.
pub fn insert_text(view: View<'_>, text: &str) -> Transaction {
    put(view, EditKind::Other, &view.style.line_ending.normalize(text))
}

fn put(view: View<'_>, kind: EditKind, text: &str) -> Transaction {
    view.collapsing(kind, view.selections.iter().map(|selection| Edit::replace(selection.range(), text)))
}

/// How far a new line is indented, compared with the line before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deeper {
    /// As far.
    #[default]
    Same,
    /// One level more.
    More,
    /// One level less.
    Less,
}

/// Breaks the line at each selection and indents the new line as the one before.
///
/// After an opening bracket, the new line is indented one level further; a closing bracket right behind goes to a line of its
/// own.
pub fn newline(view: View<'_>) -> Transaction {
    newline_as(view, |at| match view.text.char_before(at) {
        Some('{' | '[' | '(') => Deeper::More,
        _ => Deeper::Same,
    })
}

/// The same, where the language says how far the line is indented that begins at a place.
pub fn newline_as(view: View<'_>, deeper: impl Fn(usize) -> Deeper) -> Transaction {
    let line_break = view.style.line_ending.as_str();
    let mut back = Vec::with_capacity(view.selections.len());
    let edits: Vec<Edit> = view
        .selections
        .iter()
        .map(|selection| {
            let line = view.text.line_at(selection.start());
            let mut indent = indentation(view.text, line);
            // A break inside the indentation keeps the part before the cursor, and moves the rest.
            indent.truncate(selection.start() - view.text.line_start(line));
            let opening = view.text.char_before(selection.start());
            let closing = view.text.char_at(selection.end());
            let mut text = format!("{line_break}{indent}");
            let mut after_cursor = String::new();
            match deeper(selection.start()) {
                Deeper::More => {
                    text += view.style.indent.unit();
                    if matches!(
                        (opening, closing),
                        (Some('{'), Some('}')) | (Some('['), Some(']')) | (Some('('), Some(')'))
                    ) {
                        after_cursor = format!("{line_break}{indent}");
                    }
                }
                Deeper::Less if indent.ends_with(view.style.indent.unit()) => {
                    text.truncate(text.len() - view.style.indent.unit().len());
                }
                Deeper::Less | Deeper::Same => {}
            }
            back.push(after_cursor.len());
            Edit::replace(selection.range(), text + &after_cursor)
        })
        .collect();
    let transaction = view.transaction(edits);
    let mut mapper = transaction.changes().mapper();
    let mut back = back.into_iter();
    let after = view.selections.map_each(|selection| {
        Selection::at(mapper.map(selection.end(), Bias::After) - back.next().unwrap_or_default())
    });
    transaction.with_selections(after)
}

/// Types a closing bracket. On a blank line it is indented as the line of its opening bracket, whose place `opener` gives.
pub fn type_closing(view: View<'_>, bracket: char, opener: impl Fn(usize) -> Option<usize>) -> Transaction {
    let edits = view.selections.iter().map(|selection| {
        let line = view.text.line_at(selection.start());
        let start = view.text.line_start(line);
        let is_blank = indentation(view.text, line).len() >= selection.start() - start;
        let opening = opener(selection.start()).filter(|_| is_blank).map(|at| view.text.line_at(at));
        match opening.filter(|opening| *opening < line) {
            Some(opening) => {
                let indent = indentation(view.text, opening);
                Edit::replace(start..selection.end(), format!("{indent}{bracket}"))
            }
            None => Edit::replace(selection.range(), bracket),
        }
    });
    view.collapsing(EditKind::Typing, edits)
}

/// Inserts indentation up to the next stop at each cursor, or indents the lines if a selection spans several, as the Tab key
/// does.
pub fn insert_tab(view: View<'_>) -> Transaction {
    if view.selections.iter().any(|selection| view.lines_of(selection).count() > 1) {
        return indent(view);
    }
    let edits = view.selections.iter().map(|selection| {
        let unit = view.style.indent.unit();
        let filling = match view.style.indent {
            IndentStyle::Tabs => unit,
            IndentStyle::Spaces(_) => {
                let column = display_column(view.text, selection.start(), view.style.tab_width);
                unit.get(column % unit.len()..).unwrap_or(unit)
            }
        };
        Edit::replace(selection.range(), filling)
    });
    view.collapsing(EditKind::Typing, edits)
}

#[cfg(test)]
mod tests {
    use super::super::check::edits;
    use super::*;

    #[test]
    fn text_takes_the_place_of_selections() {
        let check = |before, after| edits(|view| type_text(view, "é"), before, after);
        check("|", "é|");
        check("a[b]c", "aé|c");
        check("]ab[c|", "é|cé|");
        check("[a][b]", "é|é|");
        edits(|view| insert_text(view, "x\ny"), "a|\r\nb|", "ax\r\ny|\r\nbx\r\ny|");
    }

    #[test]
    fn new_lines_are_indented() {
        edits(newline, "a|b", "a\n|b");
        edits(newline, "x\r\n\ta|b", "x\r\n\ta\r\n\t|b");
        edits(newline, "  a[b\n]c", "  a\n  |c");
        edits(newline, " |   a", " \n |   a");
        edits(newline, "|  a", "\n|  a");
        edits(newline, "a\n  b\nif x {|", "a\n  b\nif x {\n  |");
        edits(newline, "  x {|}", "  x {\n    |\n  }");
        edits(newline, "f(|) g(|)", "f(\n    |\n) g(\n    |\n)");
        edits(newline, "f(|}", "f(\n    |}");
    }

    #[test]
    fn a_language_indents_its_lines() {
        let less = |view: View<'_>| newline_as(view, |_| Deeper::Less);
        edits(less, "a\n    b\n        return|", "a\n    b\n        return\n    |");
        edits(less, "return|", "return\n|");
        edits(|view| newline_as(view, |_| Deeper::More), "if x:|", "if x:\n    |");
    }

    #[test]
    fn a_closing_bracket_is_indented_as_its_opening_one() {
        let closing = |view: View<'_>| type_closing(view, '}', |_| Some(3));
        edits(closing, "  x{\n    |", "  x{\n  }|");
        edits(closing, "  x{\n    y|", "  x{\n    y}|");
        edits(closing, "  x{|", "  x{}|");
        edits(|view| type_closing(view, '}', |_| None), "{\n    |", "{\n    }|");
    }

    #[test]
    fn tabs_fill_up() {
        edits(insert_tab, "ab|\n|", "ab  |\n    |");
        edits(insert_tab, "x\n\ty|", "x\n\ty\t|");
        edits(insert_tab, "[a\nb]", "    [a\n    b]");
        edits(insert_tab, "漢|", "漢  |");
    }
}
