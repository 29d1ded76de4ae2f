//! The style of new text.

use crate::column::TabWidth;
use crate::indent::IndentStyle;
use crate::line_ending::LineEnding;

/// The style of text that commands insert. Existing text does not change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The line break of new lines.
    pub line_ending: LineEnding,
    /// The characters of one level of indentation.
    pub indent: IndentStyle,
    /// The width of tabs.
    pub tab_width: TabWidth,
}
