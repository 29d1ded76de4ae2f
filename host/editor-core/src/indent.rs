//! Indentation of texts and lines.

use crate::column::TabWidth;
use crate::text::Text;

/// The number of lines that are read to detect the indentation of a text.
const SAMPLED_LINES: usize = 1000;

/// The characters of one level of indentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IndentStyle {
    /// One tab for each level.
    Tabs,
    /// This many spaces for each level, from 1 to 8.
    Spaces(u8),
}

impl Default for IndentStyle {
    /// Four spaces.
    fn default() -> IndentStyle {
        IndentStyle::Spaces(4)
    }
}

impl IndentStyle {
    /// The characters of one level.
    pub fn unit(self) -> &'static str {
        let spaces = "        ";
        match self {
            IndentStyle::Tabs => "\t",
            IndentStyle::Spaces(count) => spaces.get(..usize::from(count)).unwrap_or(spaces),
        }
    }

    /// The width of one level in cells.
    pub fn width(self, tab: TabWidth) -> usize {
        match self {
            IndentStyle::Tabs => tab.cells(),
            IndentStyle::Spaces(_) => self.unit().len(),
        }
    }

    /// Detects the indentation of `text`, from how lines are indented further than the line before; `None` if no line is.
    /// Reads at most the first 1000 lines, and of each no more than its indentation.
    pub fn detect(text: &Text) -> Option<IndentStyle> {
        let mut tabs = 0_usize;
        let mut spaces = [0_usize; 9];
        let mut before = 0;
        for line in 0..text.line_count().min(SAMPLED_LINES) {
            let indentation = indentation(text, line);
            if text.line_start(line) + indentation.len() == text.line_end(line) {
                continue;
            }
            let width = indentation.len();
            let added = width.saturating_sub(before);
            before = width;
            if indentation.starts_with('\t') {
                tabs += usize::from(added > 0);
                continue;
            }
            // One more space is usually the inner line of a block comment, and not a level.
            if added > 1
                && let Some(count) = spaces.get_mut(added)
            {
                *count += 1;
            }
        }
        let (width, count) = (2_u8..=8).zip(spaces.iter().skip(2)).rev().max_by_key(|&(_, count)| *count)?;
        match (tabs, *count) {
            (0, 0) => None,
            (tabs, spaces) if tabs > spaces => Some(IndentStyle::Tabs),
            _ => Some(IndentStyle::Spaces(width)),
        }
    }
}

/// The tabs and spaces that `line` starts with. O(indentation).
pub fn indentation(text: &Text, line: usize) -> String {
    let range = text.line_start(line)..text.line_end(line);
    let characters = text.chunks(range).flat_map(str::chars);
    characters.take_while(|character| matches!(character, ' ' | '\t')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, style: Option<IndentStyle>) {
        assert_eq!(IndentStyle::detect(&Text::from(text)), style, "{text:?}");
    }

    #[test]
    fn styles_are_detected() {
        check("", None);
        check("flat\nflat\n", None);
        check("a\n  b\n    c\n  d\n", Some(IndentStyle::Spaces(2)));
        check("a\n    b\n\n        c\n    d\n", Some(IndentStyle::Spaces(4)));
        check("a\n\tb\n\t\tc\n", Some(IndentStyle::Tabs));
        check("a\n\tb\n\nc\n\td\n  e\n", Some(IndentStyle::Tabs));
        check("/*\n * x\n * y\n */\nfn f() {\n   a\n}\n", Some(IndentStyle::Spaces(3)));
    }
}
