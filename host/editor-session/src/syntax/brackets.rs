//! Brackets that belong together.

use witdock_editor_core::Text;

use super::Syntax;

/// The farthest that a bracket is searched for, bytes.
const FARTHEST: usize = 256 << 10;

const PAIRS: [(u8, u8); 3] = [(b'(', b')'), (b'[', b']'), (b'{', b'}')];

impl Syntax {
    /// The bracket at a place, or right before it, and the one that belongs to it.
    pub fn brackets_at(&self, text: &Text, at: usize) -> Option<(usize, usize)> {
        let candidates = [Some(at), at.checked_sub(1)];
        candidates.into_iter().flatten().find_map(|at| Some((at, self.partner(text, at)?)))
    }

    /// The bracket that belongs to the one at a place. Brackets in comments and strings count where this one is in one.
    fn partner(&self, text: &Text, at: usize) -> Option<usize> {
        let bracket = text.byte(at)?;
        let is_inert = self.is_inert(at);
        if let Some((open, close)) = PAIRS.iter().find(|(open, _)| *open == bracket) {
            let end = text.len().min(at + FARTHEST);
            let mut depth = 0_usize;
            for (place, byte) in (at..).zip(text.chunks(at..end).flat_map(str::bytes)) {
                if (byte == *open || byte == *close) && self.is_inert(place) == is_inert {
                    depth = if byte == *open { depth + 1 } else { depth.checked_sub(1)? };
                    if depth == 0 {
                        return Some(place);
                    }
                }
            }
            return None;
        }
        let (open, _) = PAIRS.iter().find(|(_, close)| *close == bracket)?;
        self.opener(text, at, *open, bracket, is_inert)
    }

    /// The opening bracket that a closing one at this place, which need not be there yet, belongs to.
    pub(crate) fn opener_of(&self, text: &Text, at: usize, closing: char) -> Option<usize> {
        let close = u8::try_from(closing).ok()?;
        let (open, _) = PAIRS.iter().find(|(_, other)| *other == close)?;
        self.opener(text, at, *open, close, false)
    }

    fn opener(&self, text: &Text, at: usize, open: u8, close: u8, is_inert: bool) -> Option<usize> {
        let start = text.floor_boundary(at.saturating_sub(FARTHEST));
        let mut depth = 1_usize;
        let before = text.slice(start..at);
        for (index, byte) in before.bytes().enumerate().rev() {
            let place = start + index;
            if (byte == open || byte == close) && self.is_inert(place) == is_inert {
                depth = if byte == close { depth + 1 } else { depth.checked_sub(1)? };
                if depth == 0 {
                    return Some(place);
                }
            }
        }
        None
    }
}
