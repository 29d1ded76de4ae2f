//! The meanings of text and the parts of the screen, for what draws them.
//!
//! A style here has numbers for colours, one for each meaning. [`Theme::paint`](crate::themes::Theme::paint) puts the looks in their place when all is drawn.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span as DrawnSpan};

use witdock_editor_session::Level;
use witdock_editor_session::documents::LineMark;
use witdock_editor_session::style::{Scope, Severity, Span, Style as Meaning};

/// The meanings of text with their names in a theme. The place of a meaning is its number.
pub const SCOPES: [(&str, Scope); 15] = [
    ("plain", Scope::Plain),
    ("muted", Scope::Muted),
    ("accent", Scope::Accent),
    ("heading", Scope::Heading),
    ("link", Scope::Link),
    ("success", Scope::Success),
    ("info", Scope::Info),
    ("warning", Scope::Warning),
    ("error", Scope::Error),
    ("keyword", Scope::Keyword),
    ("type-name", Scope::TypeName),
    ("function-name", Scope::FunctionName),
    ("text-literal", Scope::TextLiteral),
    ("number", Scope::Number),
    ("comment", Scope::Comment),
];
/// The names of the parts of the screen. The first is below everything else. Their numbers follow those of the meanings.
pub const PARTS: [&str; 9] =
    ["screen", "gutter", "current-line", "chosen", "letters", "match", "bracket", "status", "faint"];

/// The number of a part.
const fn part(index: u8) -> Color {
    Color::Indexed(15 + index)
}

/// Line numbers and the rest of the gutter.
pub const GUTTER: Style = Style::new().fg(part(1));
/// The number of the line that the cursor is on.
pub const CURRENT_LINE: Style = Style::new().fg(part(2));
/// Selected text and the chosen line of a list.
pub const CHOSEN: Style = Style::new().bg(part(3));
/// The part of a line that matches what is typed.
pub const MATCH: Style = Style::new().fg(part(4));
/// A match of a search.
pub const FOUND: Style = Style::new().bg(part(5));
/// The brackets at the cursor that belong together.
pub const BRACKET: Style = Style::new().bg(part(6));
/// The status line.
pub const STATUS: Style = Style::new().bg(part(7));
/// Text that is less important than the text around it.
pub const FAINT: Style = Style::new().fg(part(8));
/// Text that is more important.
pub const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);

/// The style of a meaning.
pub fn scope(scope: Scope) -> Style {
    let number = SCOPES.iter().position(|(_, other)| *other == scope).and_then(|at| u8::try_from(at).ok());
    match number {
        Some(number) if scope != Scope::Plain => Style::new().fg(Color::Indexed(number)),
        _ => Style::new(),
    }
}

/// The style of a meaning with its attributes.
pub fn style(meaning: Meaning) -> Style {
    let emphasis = meaning.emphasis;
    let modifiers = [
        (emphasis.bold, Modifier::BOLD),
        (emphasis.italic, Modifier::ITALIC),
        (emphasis.underlined, Modifier::UNDERLINED),
        (emphasis.struck_out, Modifier::CROSSED_OUT),
        (emphasis.reversed, Modifier::REVERSED),
    ];
    modifiers
        .into_iter()
        .filter(|(is_set, _)| *is_set)
        .fold(scope(meaning.scope), |style, (_, modifier)| style.add_modifier(modifier))
}

/// The sign in the gutter with its style.
pub fn sign(severity: Severity) -> (&'static str, Style) {
    match severity {
        Severity::Hint => ("·", scope(Scope::Muted)),
        Severity::Info => ("i", scope(Scope::Info)),
        Severity::Warning => ("!", scope(Scope::Warning)),
        Severity::Error => ("×", scope(Scope::Error).add_modifier(Modifier::BOLD)),
    }
}

/// The style of text that something is wrong with.
pub fn diagnostic(severity: Severity) -> Style {
    let style = match severity {
        Severity::Hint | Severity::Info => Style::new(),
        Severity::Warning | Severity::Error => sign(severity).1.remove_modifier(Modifier::BOLD),
    };
    style.add_modifier(Modifier::UNDERLINED)
}

/// The mark beside a line for what has happened to it, with its style.
pub fn mark(mark: LineMark) -> (&'static str, Style) {
    match mark {
        LineMark::Added => ("▎", scope(Scope::Success)),
        LineMark::Changed => ("▎", scope(Scope::Warning)),
        LineMark::RemovedBefore => ("▔", scope(Scope::Error)),
    }
}

/// The style of a message.
pub fn level(level: Level) -> Style {
    match level {
        Level::Info => Style::new(),
        Level::Warning => scope(Scope::Warning),
        Level::Error => scope(Scope::Error),
    }
}

/// A line of a plugin, in the styles of the theme.
pub fn line(spans: &[Span]) -> Line<'_> {
    Line::from_iter(spans.iter().map(|span| DrawnSpan::styled(span.text.as_str(), style(span.style))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_follow_the_meanings() {
        assert_eq!(part(0), Color::Indexed(u8::try_from(SCOPES.len()).unwrap()));
        let numbers = [GUTTER, CURRENT_LINE, CHOSEN, MATCH, FOUND, BRACKET, STATUS, FAINT];
        for (index, style) in numbers.iter().enumerate() {
            let number = Some(part(u8::try_from(index + 1).unwrap()));
            assert!(style.fg == number || style.bg == number, "{}", PARTS[index + 1]);
        }
    }
}
