//! Where lists over the text are on the screen: drawing and the mouse agree on it.

use ratatui::layout::Rect;

/// The columns of a list that is wide enough for a preview.
const PREVIEW_COLUMNS: u16 = 100;

/// Where a list with a query is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListArea {
    /// All of it, with its border.
    pub frame: Rect,
    /// The line of the query.
    pub query: Rect,
    /// The lines of the list.
    pub lines: Rect,
    /// What the chosen line stands for, where the screen is wide.
    pub preview: Option<Rect>,
}

impl ListArea {
    /// A list with so many lines over the text, if there is room.
    pub(super) fn new(text: Rect, wanted: usize, widest: u16) -> Self {
        // A margin at the sides is for screens that have room for it.
        let margin = if text.width > 64 { 4 } else { 0 };
        let width = text.width.saturating_sub(margin).min(widest);
        let height = u16::try_from(wanted.saturating_add(3)).unwrap_or(u16::MAX).min(text.height);
        let frame = Rect { x: text.x + (text.width - width) / 2, y: text.y, width, height };
        let inside = Rect {
            x: (frame.x + 1).min(frame.right()),
            y: (frame.y + 1).min(frame.bottom()),
            width: width.saturating_sub(2),
            height: height.saturating_sub(2),
        };
        let query = Rect { height: inside.height.min(1), ..inside };
        let lines = Rect { y: query.bottom(), height: inside.height - query.height, ..inside };
        Self { frame, query, lines, preview: None }
    }

    /// The same with a preview at its right, if it is wide enough.
    pub(super) fn with_preview(mut self) -> Self {
        if self.lines.width >= PREVIEW_COLUMNS {
            let width = self.lines.width / 2;
            self.preview =
                Some(Rect { x: self.lines.x + width + 2, width: self.lines.width - width - 2, ..self.lines });
            self.lines.width = width;
        }
        self
    }

    /// The number of lines of the list.
    pub fn rows(&self) -> usize {
        usize::from(self.lines.height)
    }

    /// The row of the list at a place of the screen.
    pub(super) fn row_at(&self, x: u16, y: u16) -> Option<usize> {
        self.lines.contains((x, y).into()).then(|| usize::from(y - self.lines.y))
    }
}

/// Where something of this size is that belongs to a place of the screen: below it, or above it where there is no room.
pub fn beside((x, y): (u16, u16), width: usize, height: usize, area: Rect) -> Rect {
    let width = u16::try_from(width).unwrap_or(u16::MAX).min(area.width);
    let height = u16::try_from(height).unwrap_or(u16::MAX);
    let below = area.bottom().saturating_sub(y + 1);
    let y = if height <= below { y + 1 } else { y.saturating_sub(height).max(area.y) };
    let x = x.min(area.right().saturating_sub(width));
    Rect { x, y, width, height: height.min(area.bottom().saturating_sub(y)) }
}
