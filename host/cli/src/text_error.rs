//! An error in a text that a person wrote, shown at its place.

use std::ops::Range;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

/// An error in a script, or in an argument on the command line.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct TextError {
    pub(crate) message: String,
    pub(crate) source_text: NamedSource<String>,
    /// Where the error is, in bytes of the text.
    pub(crate) span: Range<usize>,
    /// A few words that are shown below the span.
    pub(crate) label: String,
    pub(crate) help: Option<String>,
}

impl Diagnostic for TextError {
    fn help(&self) -> Option<Box<dyn std::fmt::Display + '_>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source_text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_primary_with_span(Some(self.label.clone()), self.span.clone());
        Some(Box::new(std::iter::once(label)))
    }
}

impl TextError {
    /// The message, the lines around the span, the label and the help, styled. Print it through `anstream`.
    pub(crate) fn render(&self) -> String {
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode()).with_width(100);
        let mut text = String::new();
        match handler.render_report(&mut text, self) {
            Ok(()) => text,
            Err(_) => format!("error: {self}: {}\n", self.label),
        }
    }
}
