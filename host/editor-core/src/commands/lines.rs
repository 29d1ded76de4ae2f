use super::View;
use crate::change::{ChangeSet, Edit};
use crate::selection::{Selection, Selections};
use crate::transaction::Transaction;

/// Moves the selected lines up by one line. Lines at the top stay.
pub fn move_lines_up(view: View<'_>) -> Transaction {
    let text = view.text;
    let mut edits = Vec::new();
    let mut shifts = Vec::new();
    for block in view.blocks() {
        let Some(above) = block.start().checked_sub(1) else {
            shifts.push((block, 0));
            continue;
        };
        let crossed = text.line_range(above);
        let content = text.line(above);
        let line_break = text.slice(text.line_end(above)..crossed.end);
        let end = text.line_range(*block.end()).end;
        let has_break = end > text.line_end(*block.end());
        let moved = if has_break { content + &line_break } else { line_break + &content };
        shifts.push((block, -signed(crossed.len())));
        edits.push(Edit::delete(crossed));
        edits.push(Edit::insert(end, moved));
    }
    shifted(view, edits, &shifts)
}

/// Moves the selected lines down by one line. Lines at the bottom stay.
pub fn move_lines_down(view: View<'_>) -> Transaction {
    let text = view.text;
    let mut edits = Vec::new();
    let mut shifts = Vec::new();
    for block in view.blocks() {
        let below = block.end() + 1;
        if below >= text.line_count() {
            shifts.push((block, 0));
            continue;
        }
        let mut crossed = text.line_range(below);
        let mut moved = text.slice(crossed.clone());
        if crossed.end == text.line_end(below) {
            // The last line has no line break of its own, so that of the block moves to its other side.
            let block_end = text.line_end(*block.end());
            moved += &text.slice(block_end..crossed.start);
            crossed.start = block_end;
        }
        let start = text.line_start(*block.start());
        shifts.push((block, signed(moved.len())));
        edits.push(Edit::insert(start, moved));
        edits.push(Edit::delete(crossed));
    }
    shifted(view, edits, &shifts)
}

/// Inserts a copy of the selected lines below them. The selections move to the copy.
pub fn duplicate_lines(view: View<'_>) -> Transaction {
    let text = view.text;
    let mut edits = Vec::new();
    let mut shifts = Vec::new();
    let mut shift = 0;
    for block in view.blocks() {
        let range = text.line_start(*block.start())..text.line_range(*block.end()).end;
        let mut copy = text.slice(range.clone());
        if range.end == text.line_end(*block.end()) {
            copy.insert_str(0, view.style.line_ending.as_str());
        }
        shift += signed(copy.len());
        shifts.push((block, shift));
        edits.push(Edit::insert(range.end, copy));
    }
    shifted(view, edits, &shifts)
}

/// Joins the lines that a selection spans, or a cursor's line and the next, with one space in the place of each line
/// break and the indentation after it; with none where either side is blank.
pub fn join_lines(view: View<'_>) -> Transaction {
    let text = view.text;
    let mut edits = Vec::new();
    for block in view.blocks() {
        let last = (*block.end()).max(block.start() + 1).min(text.line_count() - 1);
        for line in *block.start()..last {
            let next = line + 1;
            let end = text.line_end(line) - trailing_space(&text.line(line));
            let start = text.line_start(next) + crate::indent::indentation(text, next).len();
            let blank = view.is_blank(line) || view.is_blank(next);
            edits.push(Edit::replace(end..start, if blank { "" } else { " " }));
        }
    }
    view.transaction(edits)
}

fn trailing_space(line: &str) -> usize {
    line.len() - line.trim_end_matches([' ', '\t']).len()
}

fn signed(bytes: usize) -> isize {
    isize::try_from(bytes).unwrap_or(isize::MAX)
}

/// The edits, with each selection moved along with its block of lines.
fn shifted(
    view: View<'_>,
    edits: Vec<Edit>,
    shifts: &[(std::ops::RangeInclusive<usize>, isize)],
) -> Transaction {
    let changes = ChangeSet::clipped(view.text.len(), edits);
    let end = changes.length_after();
    let list: Vec<Selection> = view
        .selections
        .iter()
        .map(|selection| {
            let line = view.text.line_at(selection.start());
            let block = shifts.partition_point(|(block, _)| *block.end() < line);
            let shift = shifts.get(block).map_or(0, |(_, shift)| *shift);
            let at = |offset: usize| offset.saturating_add_signed(shift).min(end);
            Selection::new(at(selection.anchor), at(selection.head))
        })
        .collect();
    let after = Selections::new(list, view.selections.primary_index());
    Transaction::new(view.revision, changes).with_selections(after)
}

#[cfg(test)]
mod tests {
    use super::super::check::edits;
    use super::*;

    #[test]
    fn lines_move_up() {
        edits(move_lines_up, "a\nb|b\nc", "b|b\na\nc");
        edits(move_lines_up, "|a\nb", "|a\nb");
        edits(move_lines_up, "a\r\nb|", "b|\r\na");
        edits(move_lines_up, "a\n[b\nc\n]d", "[b\nc\n]a\nd");
        edits(move_lines_up, "a|\nb\nc|\nd\ne|", "a|\nc|\nb\ne|\nd");
        edits(move_lines_up, "long line\n]x[", "]x[\nlong line");
    }

    #[test]
    fn lines_move_down() {
        edits(move_lines_down, "a|a\nb\n", "b\na|a\n");
        edits(move_lines_down, "a|\r\nb", "b\r\na|");
        edits(move_lines_down, "a\nb|", "a\nb|");
        edits(move_lines_down, "[a\nb\n]c\nd", "c\n[a\nb\n]d");
        edits(move_lines_down, "a|\nb\nc|\nd", "b\na|\nd\nc|");
        edits(move_lines_down, "a|\n", "\na|");
    }

    #[test]
    fn lines_are_duplicated() {
        edits(duplicate_lines, "a|b\nc", "ab\na|b\nc");
        edits(duplicate_lines, "x\r\na|b", "x\r\nab\r\na|b");
        edits(duplicate_lines, "[a\nb]\nc|", "a\nb\nc\n[a\nb]\nc|");
        edits(duplicate_lines, "a|\nb\nc|\n", "a\na|\nb\nc\nc|\n");
    }

    #[test]
    fn lines_are_joined() {
        edits(join_lines, "a|b  \r\n   cd\ne", "a|b cd\ne");
        edits(join_lines, "[a\nb\nc]\nd", "[a b c]\nd");
        edits(join_lines, "a|\n\nb", "a|\nb");
        edits(join_lines, "a\nb|", "a\nb|");
    }
}
