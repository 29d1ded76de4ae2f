//! How new text is formed.

use crate::column::TabWidth;
use crate::indent::IndentStyle;
use crate::line_ending::LineEnding;

/// How the text that commands put in is formed. What is there already stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The line break of new lines.
    pub line_ending: LineEnding,
    /// What one level of indentation is made of.
    pub indent: IndentStyle,
    /// How wide tabs are.
    pub tab_width: TabWidth,
}
