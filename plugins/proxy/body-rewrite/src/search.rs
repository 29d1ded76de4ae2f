//! Finds texts in a body that comes in pieces.

/// Texts, and what is put in their places.
#[derive(Debug)]
pub(crate) struct Search {
    /// The longest first.
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
    /// Whether a text begins with this byte.
    begins: Box<[bool; 256]>,
}

/// What came of a piece.
#[derive(Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) out: Vec<u8>,
    /// How much of the piece is in `out`. The rest may be the beginning of a text.
    pub(crate) used: usize,
    /// Whether `out` is another text than the piece.
    pub(crate) is_changed: bool,
}

impl Search {
    /// None if a text is empty.
    pub(crate) fn new(mut pairs: Vec<(Vec<u8>, Vec<u8>)>) -> Option<Self> {
        pairs.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
        let mut begins = Box::new([false; 256]);
        for (from, _) in &pairs {
            *begins.get_mut(usize::from(*from.first()?))? = true;
        }
        Some(Self { pairs, begins })
    }

    /// Replaces the texts in a piece. `end`: nothing follows it.
    pub(crate) fn replace(&self, piece: &[u8], end: bool) -> Found {
        let mut out = Vec::with_capacity(piece.len());
        let (mut at, mut copied) = (0, 0);
        let mut is_changed = false;
        let begins = |byte: &u8| self.begins.get(usize::from(*byte)).is_some_and(|begins| *begins);
        while let Some(next) = piece.get(at..).and_then(|rest| rest.iter().position(begins)) {
            at += next;
            let rest = piece.get(at..).unwrap_or_default();
            match self.at(rest, end) {
                At::Text { length, to } => {
                    out.extend_from_slice(piece.get(copied..at).unwrap_or_default());
                    out.extend_from_slice(to);
                    at += length;
                    copied = at;
                    is_changed = true;
                }
                At::Perhaps => {
                    out.extend_from_slice(piece.get(copied..at).unwrap_or_default());
                    return Found { out, used: at, is_changed: true };
                }
                At::Nothing => at += 1,
            }
        }
        out.extend_from_slice(piece.get(copied..).unwrap_or_default());
        Found { out, used: piece.len(), is_changed }
    }

    /// What begins here. A longer text that may still come counts before a shorter one that is here.
    fn at(&self, rest: &[u8], end: bool) -> At<'_> {
        for (from, to) in &self.pairs {
            if rest.starts_with(from) {
                return At::Text { length: from.len(), to };
            }
            if !end && from.starts_with(rest) {
                return At::Perhaps;
            }
        }
        At::Nothing
    }
}

enum At<'a> {
    Text {
        length: usize,
        to: &'a [u8],
    },
    /// The beginning of a text, which the next piece may go on with.
    Perhaps,
    Nothing,
}
