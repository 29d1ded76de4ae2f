//! Colours, by the queries of the grammars.

use std::ops::Range;

use tree_sitter::{Node, QueryCursor, StreamingIterator, TextProvider};
use witdock_editor_core::Text;

use super::Syntax;
use crate::style::Scope;

/// The most matches of a query that are followed at a time. Pathological texts lose colours, and cost no time.
const MOST_MATCHES: u32 = 256;
/// The most bytes that are coloured together.
const MOST_BYTES: usize = 256 << 10;

/// The text of nodes, for the conditions of queries.
struct Source<'a>(&'a Text);

impl<'a> TextProvider<&'a [u8]> for Source<'a> {
    type I = std::vec::IntoIter<&'a [u8]>;

    fn text(&mut self, node: Node<'_>) -> Self::I {
        let pieces = self.0.chunks(node.byte_range()).map(str::as_bytes);
        pieces.collect::<Vec<_>>().into_iter()
    }
}

impl Syntax {
    /// The coloured ranges within a range of the text, in order and without overlap. O(nodes of the range); nothing for more than
    /// 256 KiB.
    pub fn colours(&self, range: Range<usize>) -> Vec<(Range<usize>, Scope)> {
        let (Some(state), Some(parts)) = (&self.state, self.grammar.and_then(|grammar| grammar.parts()))
        else {
            return Vec::new();
        };
        if range.len() > MOST_BYTES {
            return Vec::new();
        }
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(MOST_MATCHES);
        cursor.set_byte_range(range.clone());
        let mut found: Vec<(Range<usize>, usize, Scope)> = Vec::new();
        let root = state.tree.root_node();
        let mut captures = cursor.captures(&parts.highlights, root, Source(&state.text));
        while let Some((matched, index)) = captures.next() {
            let Some(capture) = matched.captures().get(*index) else { continue };
            let scope = usize::try_from(capture.index).ok().and_then(|index| parts.scopes.get(index));
            if let Some(Some(scope)) = scope {
                // What covers what comes last.
                let order =
                    if parts.first_wins { usize::MAX - matched.pattern_index } else { matched.pattern_index };
                found.push((capture.node.byte_range(), order, *scope));
            }
        }
        found.sort_by_key(|(node, order, _)| (node.start, std::cmp::Reverse(node.end), *order));
        let mut painted = vec![Scope::Plain; range.len()];
        for (node, _, scope) in found {
            let start = node.start.max(range.start) - range.start;
            let end = node.end.min(range.end).saturating_sub(range.start);
            if let Some(bytes) = painted.get_mut(start..end.max(start)) {
                bytes.fill(scope);
            }
        }
        pieces(&painted, range.start)
    }
}

/// The runs of the same meaning.
fn pieces(painted: &[Scope], start: usize) -> Vec<(Range<usize>, Scope)> {
    let mut pieces = Vec::new();
    let mut at = start;
    for run in painted.chunk_by(|one, other| one == other) {
        if let Some(scope) = run.first().filter(|scope| **scope != Scope::Plain) {
            pieces.push((at..at + run.len(), *scope));
        }
        at += run.len();
    }
    pieces
}
