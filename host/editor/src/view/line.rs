//! A line of input, with the part of it around its cursor in sight.

use ratatui::text::Line as Drawn;
use unicode_segmentation::UnicodeSegmentation;

use crate::app::Line;

/// The part of a line that so many columns show, and the column of its cursor. A line that is too long scrolls sideways: `…` stands for what
/// is left of it. The cursor has a column of its own at the end.
pub(super) fn visible(line: &Line, room: usize) -> (String, usize) {
    let before = Drawn::raw(line.before()).width();
    let room = room.max(1);
    if before < room {
        let (left, right) = (line.before(), super::beginning(line.after(), room - before));
        return (format!("{left}{right}"), before);
    }
    // The ellipsis and the cursor take a column each.
    let mut width = 0;
    let mut start = line.before().len();
    for (at, grapheme) in line.before().grapheme_indices(true).rev() {
        width += Drawn::raw(grapheme).width();
        if width + 2 > room {
            break;
        }
        start = at;
    }
    let seen = line.before().get(start..).unwrap_or_default();
    let column = (Drawn::raw(seen).width() + 1).min(room - 1);
    let right = super::beginning(line.after(), room - column);
    (super::beginning(&format!("…{seen}{right}"), room).to_owned(), column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_is_in_sight() {
        let line = Line::from("0123456789");
        assert_eq!(visible(&line, 20), ("0123456789".to_owned(), 10));
        assert_eq!(visible(&line, 11), ("0123456789".to_owned(), 10));
        assert_eq!(visible(&line, 10), ("…23456789".to_owned(), 9));
        assert_eq!(visible(&line, 3), ("…9".to_owned(), 2));
        assert_eq!(visible(&line, 1), ("…".to_owned(), 0));
        assert_eq!(visible(&line, 0), ("…".to_owned(), 0));
        assert_eq!(visible(&Line::from("漢字漢字"), 6), ("…漢字".to_owned(), 5));
        assert_eq!(visible(&Line::default(), 0), (String::new(), 0));
    }
}
