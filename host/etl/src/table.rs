//! Tables of text, aligned and at most as wide as the terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The alignment of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// To the left, for text.
    Left,
    /// To the right, for numbers.
    Right,
}

/// A table of cells under a line of column names.
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
    widest: usize,
}

/// The text in the place of columns that are left out.
const ELISION: &str = "…";
const GAP: &str = "  ";
/// The default width at which cells are cut, so that one long text does not displace all other columns.
const MAX_CELL: usize = 40;

impl Table {
    /// A table without rows.
    pub fn new(columns: impl IntoIterator<Item = (impl Into<String>, Align)>) -> Self {
        let columns =
            columns.into_iter().map(|(name, align)| (clean(&name.into(), MAX_CELL), align)).collect();
        Self { columns, rows: Vec::new(), widest: MAX_CELL }
    }

    /// Cuts cells at another width, for tables with long texts.
    pub fn cut_at(self, widest: usize) -> Self {
        Self { widest, ..self }
    }

    /// Adds a row. Missing cells are empty.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        let widest = self.widest;
        self.rows.push(cells.into_iter().map(|cell| clean(&cell.into(), widest)).collect());
    }

    /// The table as lines of at most `width` characters. Columns in the middle are left out until the others fit.
    pub fn render(&self, width: usize) -> Vec<String> {
        let widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(column, (name, _))| {
                let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
                cells.chain([name.width()]).max().unwrap_or_default()
            })
            .collect();
        let shown = shown_columns(&widths, width);
        let header: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        [&header, &rule]
            .into_iter()
            .chain(&self.rows)
            .map(|cells| {
                let cells = shown.iter().map(|column| match column {
                    None => ELISION.to_owned(),
                    Some(column) => {
                        let cell = cells.get(*column).map_or("", String::as_str);
                        let width = widths.get(*column).copied().unwrap_or_default();
                        let align = self.columns.get(*column).map_or(Align::Left, |(_, align)| *align);
                        pad(cell, width, align)
                    }
                });
                let line: Vec<String> = cells.collect();
                line.join(GAP).trim_end().to_owned()
            })
            .collect()
    }
}

/// The columns that fit, chosen from both ends. `None` is in the place of those in between. The first column is always shown.
fn shown_columns(widths: &[usize], width: usize) -> Vec<Option<usize>> {
    let gap = GAP.len();
    let all: usize = widths.iter().map(|width| width + gap).sum();
    if all <= width + gap {
        return (0..widths.len()).map(Some).collect();
    }
    let (mut front, mut back) = (Vec::new(), Vec::new());
    let mut left = width.saturating_sub(ELISION.width());
    let mut order = 0..widths.len();
    // Two columns from the front for each one from the back: columns that identify a row are usually first.
    for turn in 0.. {
        let from_front = turn % 3 != 2;
        let Some(column) = (if from_front { order.next() } else { order.next_back() }) else { break };
        let cost = widths.get(column).copied().unwrap_or_default() + gap;
        if cost > left && !front.is_empty() {
            break;
        }
        left = left.saturating_sub(cost);
        if from_front { front.push(Some(column)) } else { back.push(Some(column)) }
    }
    back.reverse();
    front.into_iter().chain([None]).chain(back).collect()
}

/// One line of printable text: control characters would move the cursor or change the terminal.
fn clean(text: &str, widest: usize) -> String {
    let mut line = String::with_capacity(text.len());
    let mut width = 0;
    for character in text.chars() {
        let character = if character.is_control() { ' ' } else { character };
        width += character.width().unwrap_or_default();
        if width >= widest && text.width() > widest {
            line.push('…');
            break;
        }
        line.push(character);
    }
    line
}

fn pad(cell: &str, width: usize, align: Align) -> String {
    let space = " ".repeat(width.saturating_sub(cell.width()));
    match align {
        Align::Left => format!("{cell}{space}"),
        Align::Right => format!("{space}{cell}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new([("id", Align::Right), ("name", Align::Left), ("city", Align::Left)]);
        table.row(["1", "Ada", "London"]);
        table.row(["23", "東京", "x\ty\u{1b}[31m"]);
        table
    }

    #[test]
    fn cells_are_aligned_by_what_the_terminal_shows() {
        let lines = table().render(80);
        assert_eq!(lines[0], "id  name  city");
        assert_eq!(lines[1], "──  ────  ────────");
        assert_eq!(lines[2], " 1  Ada   London");
        assert_eq!(lines[3], "23  東京  x y [31m", "control characters are removed");
    }

    #[test]
    fn columns_in_the_middle_give_way() {
        let mut table = Table::new((0..20).map(|column| (format!("column{column}"), Align::Left)));
        table.row((0..20).map(|column| column.to_string()));
        for width in [20, 40, 60, 100] {
            let lines = table.render(width);
            assert!(lines[0].width() <= width, "{} > {width}", lines[0]);
            assert!(lines[0].starts_with("column0"), "{}", lines[0]);
            assert!(lines[0].contains(ELISION));
        }
        assert!(table.render(60)[0].ends_with("column19"));
        assert!(!table.render(400)[0].contains(ELISION));
    }

    #[test]
    fn a_long_cell_is_cut() {
        let mut table = Table::new([("text", Align::Left)]);
        table.row(["x".repeat(500)]);
        table.row(["y".repeat(MAX_CELL)]);
        let lines = table.render(200);
        assert_eq!(lines[2].width(), MAX_CELL);
        assert!(lines[2].ends_with('…'));
        assert_eq!(lines[3], "y".repeat(MAX_CELL), "what fits is not cut");
    }
}
