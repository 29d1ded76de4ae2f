//! WIT text whose names link to their definitions.

use std::fmt;

/// Text with links in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Code(pub(super) Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// A name, and the anchor of its definition.
    Link {
        text: String,
        anchor: String,
    },
}

impl Code {
    pub(super) fn of(text: impl Into<String>) -> Self {
        Self(vec![Piece::Text(text.into())])
    }

    pub(super) fn text(mut self, text: &str) -> Self {
        self.0.push(Piece::Text(text.to_owned()));
        self
    }

    pub(super) fn link(mut self, text: impl Into<String>, anchor: impl Into<String>) -> Self {
        self.0.push(Piece::Link { text: text.into(), anchor: anchor.into() });
        self
    }

    pub(super) fn code(mut self, code: Code) -> Self {
        self.0.extend(code.0);
        self
    }

    /// Joins codes with a separator.
    pub(super) fn joined(codes: impl IntoIterator<Item = Code>, separator: &str) -> Self {
        codes.into_iter().enumerate().fold(Self::default(), |all, (index, code)| {
            if index == 0 { all.code(code) } else { all.text(separator).code(code) }
        })
    }

    /// The links in order, without duplicates.
    pub(super) fn links(&self) -> Vec<(&str, &str)> {
        let mut links = Vec::new();
        for piece in &self.0 {
            if let Piece::Link { text, anchor } = piece
                && !links.contains(&(text.as_str(), anchor.as_str()))
            {
                links.push((text, anchor));
            }
        }
        links
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Text(text) | Piece::Link { text, .. } => f.write_str(text),
        })
    }
}
