//! Indentation: what a text uses, and what a line has.

use crate::column::TabWidth;
use crate::text::Text;

/// How many lines are read to find out how a text is indented.
const SAMPLED_LINES: usize = 1000;

/// What one level of indentation is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IndentStyle {
    /// One tab.
    Tabs,
    /// That many spaces, from 1 to 8.
    Spaces(u8),
}

impl Default for IndentStyle {
    /// 4 spaces.
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

    /// The cells that one level takes.
    pub fn width(self, tab: TabWidth) -> usize {
        match self {
            IndentStyle::Tabs => tab.cells(),
            IndentStyle::Spaces(_) => self.unit().len(),
        }
    }

    /// What `text` is indented with, by what its lines add to the line before them; `None` if none adds anything.
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
            // One space more is the inner line of a block comment far more often than a level.
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
