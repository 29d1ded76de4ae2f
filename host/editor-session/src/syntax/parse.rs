//! Parsing: a few steps at once, or all of a text beside the session.

use std::ops::ControlFlow;

use tree_sitter::{ParseOptions, ParseState, Parser, Point, Tree};
use witdock_editor_core::{Revision, Text};

use super::Grammar;

/// The steps of a parse that are made at once, each of about a hundred of the parser's operations: a millisecond or two. They are
/// counted, since the session has no clock.
const STEPS_AT_ONCE: usize = 40;

/// A parse of a whole text.
#[derive(Debug)]
pub struct ParseTask {
    pub(super) number: u64,
    pub(super) grammar: Grammar,
    pub(super) text: Text,
    pub(super) revision: Revision,
    /// An earlier tree, moved along with the text.
    pub(super) old: Option<Tree>,
}

/// The tree of a [`ParseTask`].
#[derive(Debug)]
pub struct Parsed {
    pub(super) number: u64,
    pub(super) text: Text,
    pub(super) revision: Revision,
    pub(super) tree: Option<Tree>,
}

impl ParseTask {
    /// Parses. Takes a second for some ten megabytes.
    pub fn run(self) -> Parsed {
        let tree = parse(self.grammar, &self.text, self.old.as_ref(), usize::MAX);
        Parsed { number: self.number, text: self.text, revision: self.revision, tree }
    }
}

/// The tree, if it takes few steps.
pub(super) fn at_once(grammar: Grammar, text: &Text, old: Option<&Tree>) -> Option<Tree> {
    parse(grammar, text, old, STEPS_AT_ONCE)
}

fn parse(grammar: Grammar, text: &Text, old: Option<&Tree>, steps: usize) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&grammar.parts()?.language).ok()?;
    let mut left = steps;
    let mut progress = |_: &ParseState| {
        left = left.saturating_sub(1);
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    parser.parse_with_options(&mut |at: usize, _: Point| text.bytes_from(at), old, Some(options))
}
