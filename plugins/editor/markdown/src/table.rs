//! Aligns the columns of tables.

use std::ops::Range;
use unicode_width::UnicodeWidthStr;
use witdock_editor_guest::{Edit, LineIndex};

/// A column's alignment, from the delimiter row.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Alignment {
    Unsaid,
    Left,
    Centre,
    Right,
}

/// The edit that aligns the table around an offset; `Ok(None)` if it is aligned. An error says why there is no table.
pub(crate) fn align(text: &str, at: usize) -> Result<Option<Edit>, &'static str> {
    let index = LineIndex::new(text);
    let lines = lines_around(&index, index.line_at(at)).ok_or("there is no table at the cursor")?;
    let rows: Vec<Vec<&str>> = lines.clone().map(|line| cells(index.line(line))).collect();
    let alignments: Vec<Alignment> = rows
        .get(1)
        .and_then(|row| row.iter().map(|cell| alignment(cell)).collect())
        .ok_or("the table has no delimiter row, such as |---|:-:|")?;

    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let content = rows.iter().enumerate().filter(|(row, _)| *row != 1);
            let cells = content.filter_map(|(_, cells)| cells.get(column));
            cells.map(|cell| cell.width()).max().unwrap_or(0).max(3)
        })
        .collect();

    let first = index.line(lines.start);
    let indent = first.get(..first.len() - first.trim_start().len()).unwrap_or_default();
    let start = index.start(lines.start);
    let last = lines.end.saturating_sub(1);
    let old = start..index.start(last) + index.line(last).len();
    let ending =
        if text.get(old.clone()).is_some_and(|table| table.contains("\r\n")) { "\r\n" } else { "\n" };
    let aligned: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(row, cells)| {
            let cell = |(column, width): (usize, &usize)| {
                let alignment = alignments.get(column).copied().unwrap_or(Alignment::Unsaid);
                if row == 1 {
                    rule(*width, alignment)
                } else {
                    padded(cells.get(column).copied().unwrap_or_default(), *width, alignment)
                }
            };
            let cells: Vec<String> = widths.iter().enumerate().map(cell).collect();
            format!("{indent}| {} |", cells.join(" | "))
        })
        .collect();
    let new = aligned.join(ending);
    Ok((text.get(old.clone()) != Some(&new)).then(|| Edit::replace(old, new)))
}

/// The lines with a `|` around this line, if it has one.
fn lines_around(index: &LineIndex<'_>, line: usize) -> Option<Range<usize>> {
    let is_row = |line: &usize| index.line(*line).contains('|');
    if !is_row(&line) {
        return None;
    }
    let first = (0..line).rev().take_while(is_row).last().unwrap_or(line);
    let last = (line..index.line_count()).take_while(is_row).last()?;
    Some(first..last + 1)
}

/// The cells of a row. A `|` after a backslash is text.
fn cells(line: &str) -> Vec<&str> {
    let row = line.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let mut cells = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, character) in row.char_indices() {
        if character == '|' && !escaped {
            cells.push(row.get(start..at).unwrap_or_default().trim());
            start = at + 1;
        }
        escaped = character == '\\' && !escaped;
    }
    let last = row.get(start..).unwrap_or_default().trim();
    if !last.is_empty() {
        cells.push(last);
    }
    cells
}

fn alignment(cell: &str) -> Option<Alignment> {
    let dashes = cell.trim_matches(':');
    let colons = (cell.starts_with(':'), cell.ends_with(':'));
    if dashes.is_empty() || !dashes.bytes().all(|byte| byte == b'-') {
        return None;
    }
    Some(match colons {
        (false, false) => Alignment::Unsaid,
        (true, false) => Alignment::Left,
        (true, true) => Alignment::Centre,
        (false, true) => Alignment::Right,
    })
}

fn rule(width: usize, alignment: Alignment) -> String {
    let dashes = |fewer: usize| "-".repeat(width.saturating_sub(fewer));
    match alignment {
        Alignment::Unsaid => dashes(0),
        Alignment::Left => format!(":{}", dashes(1)),
        Alignment::Centre => format!(":{}:", dashes(2)),
        Alignment::Right => format!("{}:", dashes(1)),
    }
}

/// A cell, padded to its column's width. Widths are those of a terminal: two for a Chinese character.
fn padded(cell: &str, width: usize, alignment: Alignment) -> String {
    let missing = width.saturating_sub(cell.width());
    let left = match alignment {
        Alignment::Unsaid | Alignment::Left => 0,
        Alignment::Centre => missing / 2,
        Alignment::Right => missing,
    };
    format!("{}{cell}{}", " ".repeat(left), " ".repeat(missing - left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_guest::apply;

    fn aligned(text: &str, at: usize) -> String {
        let edit = align(text, at).unwrap();
        let result = apply(text, &Vec::from_iter(edit)).unwrap();
        assert_eq!(align(&result, at), Ok(None), "what is aligned is aligned");
        result
    }

    #[test]
    fn columns_stand_in_line() {
        let text = "before\n\n|name|n|\n|:--|--:|\n| ab\\|c |1\n| 日本 | 1000|more\n\nafter";
        let expected = "before\n\n\
                        | name  |    n |      |\n\
                        | :---- | ---: | ---- |\n\
                        | ab\\|c |    1 |      |\n\
                        | 日本  | 1000 | more |\n\nafter";
        assert_eq!(aligned(text, 10), expected);
        assert_eq!(aligned(&text.replace('\n', "\r\n"), 12), expected.replace('\n', "\r\n"));
    }

    #[test]
    fn a_row_in_the_middle_and_an_indent() {
        assert_eq!(
            aligned("  |a|b|\n  |:-:|-|\n  |abcd| c|", 20),
            "  |  a   | b   |\n  | :--: | --- |\n  | abcd | c   |"
        );
    }

    #[test]
    fn what_is_no_table_is_said_to_be_none() {
        assert_eq!(align("text", 0), Err("there is no table at the cursor"));
        assert_eq!(align("a | b", 0), Err("the table has no delimiter row, such as |---|:-:|"));
        assert_eq!(align("a | b\nc | d", 0), Err("the table has no delimiter row, such as |---|:-:|"));
    }
}
