//! The theme: how the meanings of text look.
//!
//! It uses only the sixteen colours of the terminal's own theme and the default background, so that it goes with any theme.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span as DrawnSpan};

use witdock_editor_session::Level;
use witdock_editor_session::documents::LineMark;
use witdock_editor_session::style::{Scope, Severity, Span, Style as Meaning};

/// Line numbers and the rest of the gutter.
pub const GUTTER: Style = Style::new().fg(Color::DarkGray);
/// The number of the line that the cursor is on.
pub const CURRENT_LINE: Style = Style::new().fg(Color::Yellow);
/// Selected text and the chosen line of a list.
pub const CHOSEN: Style = Style::new().add_modifier(Modifier::REVERSED);
/// The part of a line that matches what is typed.
pub const MATCH: Style = Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD);
/// A match of a search.
pub const FOUND: Style = Style::new().fg(Color::Black).bg(Color::Yellow);
/// The brackets at the cursor that belong together.
pub const BRACKET: Style = Style::new().add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED));
/// The status line.
pub const STATUS: Style = Style::new().add_modifier(Modifier::REVERSED);
/// Text that is less important than the text around it.
pub const FAINT: Style = Style::new().add_modifier(Modifier::DIM);
/// Text that is more important.
pub const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);

/// The style of a meaning.
pub fn scope(scope: Scope) -> Style {
    let style = Style::new();
    match scope {
        Scope::Plain => style,
        Scope::Muted => style.fg(Color::DarkGray),
        Scope::Accent => style.fg(Color::Cyan).add_modifier(Modifier::BOLD),
        Scope::Heading => style.fg(Color::Blue).add_modifier(Modifier::BOLD),
        Scope::Link => style.fg(Color::Blue).add_modifier(Modifier::UNDERLINED),
        Scope::Success => style.fg(Color::Green),
        Scope::Info => style.fg(Color::Blue),
        Scope::Warning => style.fg(Color::Yellow),
        Scope::Error => style.fg(Color::Red),
        Scope::Keyword => style.fg(Color::Magenta),
        Scope::TypeName => style.fg(Color::Yellow),
        Scope::FunctionName => style.fg(Color::Blue),
        Scope::TextLiteral => style.fg(Color::Green),
        Scope::Number => style.fg(Color::Cyan),
        Scope::Comment => style.fg(Color::DarkGray).add_modifier(Modifier::ITALIC),
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
