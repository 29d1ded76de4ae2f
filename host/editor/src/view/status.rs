//! The status line: the document at the left, and at the right what is good to know.
//!
//! Where there is no room for everything, the least important piece is left out first: what plugins show, then the number of selected
//! characters and the language. The document's name, whether it is modified, and the position stay.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use witdock_editor_core::Format;
use witdock_editor_session::documents::Buffer;

use crate::app::App;
use crate::theme;

/// A segment of a plugin with more columns is cut before it is left out, down to the shorter one. The margin ends it.
const LONGEST_SEGMENT: usize = 40;
const SHORTEST_WIDE: usize = 20;
const MARGIN: usize = 3;

/// The side of the status line that a piece is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// How long a piece stays where there is little room, the first to go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    /// What plugins show, by its priority.
    Plugin(i32),
    Count,
    Language,
    /// The number of the document.
    Number,
    Notice,
    /// The numbers of errors and warnings.
    Diagnostics,
    Position,
    /// What plugins and messages have to be seen for: the name is cut for it.
    Chip,
    State,
    Name,
}

/// A piece of the status line.
#[derive(Debug)]
struct Piece<'a> {
    side: Side,
    worth: Worth,
    line: Line<'a>,
    /// A shorter form, which comes before anything is left out.
    short: Option<Line<'a>>,
}

/// Draws the status line of the active document.
pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let Some(buffer) = app.active() else { return };
    let (left, right) = fitted(pieces(app, buffer), usize::from(area.width));
    frame.render_widget(Paragraph::new(left).style(theme::STATUS), area);
    let width = u16::try_from(right.width()).unwrap_or(u16::MAX).min(area.width);
    let at_right = Rect { x: area.right() - width, width, ..area };
    frame.render_widget(Paragraph::new(right).style(theme::STATUS), at_right);
}

/// All pieces, from left to right.
fn pieces<'a>(app: &'a App, buffer: &Buffer) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut add = |side, worth, line: Line<'a>| pieces.push(Piece { side, worth, line, short: None });
    add(Side::Left, Worth::Name, Line::raw(format!(" {}", buffer.name())));
    let states = [
        (buffer.is_modified(), " [modified]"),
        (buffer.conflicts, " [changed on disk]"),
        (buffer.read_only, " [read-only]"),
    ];
    for (_, state) in states.into_iter().filter(|(is_so, _)| *is_so) {
        add(Side::Left, Worth::State, Line::raw(state));
    }
    if !app.session().left().all().is_empty() {
        add(Side::Left, Worth::Notice, Line::raw(" [unsaved changes kept]"));
    }
    if app.is_recording() {
        add(Side::Left, Worth::Notice, Line::raw(" [recording]"));
    }
    let all = app.session().documents().all();
    if all.len() > 1 {
        let number = all.iter().position(|other| other.id == buffer.id).unwrap_or_default() + 1;
        add(Side::Left, Worth::Number, Line::raw(format!("  {number}/{}", all.len())));
    }
    for chip in app.chips() {
        let style = theme::level(chip.level).patch(theme::STRONG);
        let short = Line::from(vec![Span::raw(" "), Span::styled(chip.short, style)]);
        let long = Line::from(vec![Span::raw("  "), Span::styled(chip.long, style)]);
        pieces.push(Piece { side: Side::Left, worth: Worth::Chip, line: long, short: Some(short) });
    }
    let mut add = |side, worth, line: Line<'a>| pieces.push(Piece { side, worth, line, short: None });
    if let Some(counts) = super::diagnostics::counts(buffer) {
        add(Side::Right, Worth::Diagnostics, Line::from(counts));
    }
    for segment in app.session().plugins().segments() {
        let mut line = theme::line(&segment.spans);
        line.push_span(Span::raw("  "));
        add(Side::Right, Worth::Plugin(segment.priority), line);
    }
    let document = &buffer.document;
    let primary = document.selections().primary();
    if !primary.is_empty() {
        let count = document.text().char_count(primary.range());
        add(Side::Right, Worth::Count, Line::raw(format!("{count} selected  ")));
    }
    let format = document.format();
    if format != Format::default() {
        add(Side::Right, Worth::Notice, Line::raw(format!("{format}  ")));
    }
    add(Side::Right, Worth::Language, Line::raw(format!("{}  ", buffer.language())));
    let place = document.text().line_column(primary.head);
    let column = document.text().char_count(primary.head - place.column..primary.head);
    add(Side::Right, Worth::Position, Line::raw(format!("{}:{} ", place.line + 1, column + 1)));
    pieces
}

/// The left and the right side of the status line, without the pieces that there is no room for.
fn fitted(mut pieces: Vec<Piece<'_>>, room: usize) -> (Line<'_>, Line<'_>) {
    let width = |pieces: &[Piece<'_>]| pieces.iter().map(|piece| piece.line.width()).sum::<usize>();
    // What plugins show goes before words become signs.
    while width(&pieces) > room {
        let plugins = |piece: &Piece<'_>| matches!(piece.worth, Worth::Plugin(_));
        if !pieces.iter().any(plugins) && shorten(&mut pieces) {
            continue;
        }
        let least = pieces.iter().enumerate().min_by_key(|(_, piece)| piece.worth);
        let least = least.map(|(index, piece)| (index, piece.worth, piece.line.width()));
        // These stay, and the name is cut.
        let Some((least, worth, columns)) = least.filter(|(_, worth, _)| *worth < Worth::Position) else {
            break;
        };
        let kept = (room + columns).saturating_sub(width(&pieces) + MARGIN);
        if let Some(piece) = pieces.get_mut(least)
            && matches!(worth, Worth::Plugin(_))
            && columns > LONGEST_SEGMENT
            && kept >= SHORTEST_WIDE
        {
            piece.line = super::plugin::cut(std::mem::take(&mut piece.line), kept);
            piece.line.push_span(Span::raw("…  "));
            continue;
        }
        pieces.remove(least);
    }
    let others = width(&pieces).saturating_sub(pieces.first().map_or(0, |name| name.line.width()));
    if let Some(name) = pieces.first_mut() {
        name.line = Line::raw(super::cut(&name.line.to_string(), room.saturating_sub(others)));
    }
    let (mut left, mut right) = (Line::default(), Line::default());
    for piece in pieces {
        let line = if piece.side == Side::Left { &mut left } else { &mut right };
        line.extend(piece.line);
    }
    (left, right)
}

/// Takes the shorter forms of all pieces. Gives whether there was one.
fn shorten(pieces: &mut [Piece<'_>]) -> bool {
    let mut is_shorter = false;
    for piece in pieces {
        if let Some(short) = piece.short.take() {
            piece.line = short;
            is_shorter = true;
        }
    }
    is_shorter
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(room: usize) -> String {
        let piece =
            |side, worth, text: &'static str| Piece { side, worth, line: Line::raw(text), short: None };
        let pieces = vec![
            piece(Side::Left, Worth::Name, " a-long-name.rs"),
            piece(Side::Left, Worth::State, " [modified]"),
            piece(Side::Left, Worth::Number, "  1/2"),
            piece(Side::Right, Worth::Plugin(0), "12 words  "),
            piece(Side::Right, Worth::Plugin(5), "main  "),
            piece(Side::Right, Worth::Language, "rust  "),
            piece(Side::Right, Worth::Position, "120:8 "),
        ];
        let (left, right) = fitted(pieces, room);
        format!("{left}|{right}")
    }

    #[test]
    fn a_long_segment_is_cut() {
        let pieces = |text: String| {
            let piece = |side, worth, text: String| Piece { side, worth, line: Line::raw(text), short: None };
            vec![
                piece(Side::Left, Worth::Name, " name".to_owned()),
                piece(Side::Right, Worth::Plugin(0), text),
                piece(Side::Right, Worth::Position, "120:8 ".to_owned()),
            ]
        };
        let (_, right) = fitted(pieces("0123456789".repeat(6)), 50);
        assert_eq!(right.to_string(), "012345678901234567890123456789012345…  120:8 ");
        assert_eq!(fitted(pieces("0123456789".repeat(6)), 30).1.to_string(), "120:8 ");
    }

    #[test]
    fn what_matters_least_gives_way_first() {
        assert_eq!(shown(80), " a-long-name.rs [modified]  1/2|12 words  main  rust  120:8 ");
        assert_eq!(shown(58), " a-long-name.rs [modified]  1/2|main  rust  120:8 ");
        assert_eq!(shown(48), " a-long-name.rs [modified]  1/2|rust  120:8 ");
        assert_eq!(shown(42), " a-long-name.rs [modified]  1/2|120:8 ");
        assert_eq!(shown(36), " a-long-name.rs [modified]|120:8 ");
        assert_eq!(shown(30), " a-long-name… [modified]|120:8 ");
        assert_eq!(shown(0), "… [modified]|120:8 ");
    }
}
