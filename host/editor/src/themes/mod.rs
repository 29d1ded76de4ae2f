//! Themes: how the meanings that [`theme`](crate::theme) names look.
//!
//! What is drawn has numbers for colours, one for each meaning. When all is drawn, [`Theme::paint`] puts the looks in their place. So nothing that draws
//! knows a theme, and a theme changes everything at once.

mod depth;
mod file;

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Style};

pub use self::depth::Depth;
pub use self::file::Themes;
use crate::theme::{PARTS, SCOPES};

/// The theme that is used where none is chosen.
pub const DEFAULT: &str = "terminal";

/// How the meanings of text and the parts of the screen look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    name: Arc<str>,
    /// The looks of the scopes, and behind them those of the parts.
    looks: [Style; SCOPES.len() + PARTS.len()],
}

impl Theme {
    fn plain(name: &str) -> Self {
        Self { name: name.into(), looks: [Style::new(); SCOPES.len() + PARTS.len()] }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same theme with the colours that a terminal has.
    #[must_use]
    pub fn at(&self, depth: Depth) -> Self {
        Self { name: Arc::clone(&self.name), looks: self.looks.map(|style| depth.apply(style)) }
    }

    fn look(&self, number: u8) -> Style {
        self.looks.get(usize::from(number)).copied().unwrap_or_default()
    }

    /// Gives everything that was drawn its look.
    pub fn paint(&self, drawn: &mut Buffer) {
        let screen = self.look(u8::try_from(SCOPES.len()).unwrap_or_default());
        for cell in &mut drawn.content {
            let mut style = screen;
            match cell.fg {
                Color::Indexed(number) => style = style.patch(self.look(number)),
                Color::Reset => {}
                colour => style = style.fg(colour),
            }
            if let Color::Indexed(number) = cell.bg {
                style = style.patch(self.look(number));
            }
            (cell.fg, cell.bg) = (Color::Reset, Color::Reset);
            cell.set_style(style);
        }
    }
}
