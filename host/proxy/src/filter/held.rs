//! What a filter holds of a body: pieces that nobody copies until one edits them.

use std::collections::VecDeque;

use bytes::{Buf, Bytes};

/// Pieces of a body, in order. None of them is empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    pieces: VecDeque<Bytes>,
    size: usize,
}

impl Held {
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    pub(crate) fn push(&mut self, piece: Bytes) {
        if !piece.is_empty() {
            self.size += piece.len();
            self.pieces.push_back(piece);
        }
    }

    /// Takes all of it.
    pub(crate) fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    pub(crate) fn pop(&mut self) -> Option<Bytes> {
        let piece = self.pieces.pop_front()?;
        self.size -= piece.len();
        Some(piece)
    }

    /// Adds all of another one.
    pub(crate) fn append(&mut self, other: &mut Self) {
        self.size += other.size;
        other.size = 0;
        self.pieces.append(&mut other.pieces);
    }

    /// A copy of this range, cut at the end.
    pub(crate) fn read(&self, start: u64, length: u64) -> Vec<u8> {
        let (start, length) = self.range(start, length);
        let mut bytes = Vec::with_capacity(length);
        let mut skip = start;
        for piece in &self.pieces {
            let skipped = skip.min(piece.len());
            skip -= skipped;
            let piece = piece.get(skipped..).unwrap_or_default();
            let wanted = length - bytes.len();
            bytes.extend_from_slice(piece.get(..wanted.min(piece.len())).unwrap_or_default());
            if bytes.len() == length {
                break;
            }
        }
        bytes
    }

    /// Puts `data` in place of this range, cut at the end.
    pub(crate) fn splice(&mut self, start: u64, length: u64, data: Vec<u8>) {
        let (start, length) = self.range(start, length);
        match (start, length) {
            (_, 0) if start == self.size => self.push(data.into()),
            (0, length) if length == self.size => {
                *self = Self::default();
                self.push(data.into());
            }
            (0, 0) => {
                if !data.is_empty() {
                    self.size += data.len();
                    self.pieces.push_front(data.into());
                }
            }
            _ => {
                let mut all = self.copy_all();
                all.splice(start..start + length, data);
                *self = Self::default();
                self.push(all.into());
            }
        }
    }

    /// The size that it would have after [`splice`](Self::splice).
    pub(crate) fn size_after(&self, start: u64, length: u64, data: usize) -> usize {
        self.size - self.range(start, length).1 + data
    }

    fn range(&self, start: u64, length: u64) -> (usize, usize) {
        let start = usize::try_from(start).unwrap_or(usize::MAX).min(self.size);
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(self.size - start);
        (start, length)
    }

    fn copy_all(&self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.size);
        self.pieces.iter().for_each(|piece| all.extend_from_slice(piece.chunk()));
        all
    }
}

/// The same bytes, in whatever pieces.
impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        let bytes = |held: &Self| held.pieces.clone().into_iter().flatten();
        self.size == other.size && bytes(self).eq(bytes(other))
    }
}

impl From<Bytes> for Held {
    fn from(bytes: Bytes) -> Self {
        let mut held = Self::default();
        held.push(bytes);
        held
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn held(pieces: &[Vec<u8>]) -> Held {
        let mut held = Held::default();
        pieces.iter().for_each(|piece| held.push(piece.clone().into()));
        held
    }

    proptest! {
        #[test]
        fn reads_and_edits_as_one_buffer_does(
            pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..6), 0..6),
            start in 0..40_u64, length in prop_oneof![0..40_u64, Just(u64::MAX)], data in proptest::collection::vec(any::<u8>(), 0..6),
        ) {
            let mut model = pieces.concat();
            let mut held = held(&pieces);
            let at = (start as usize).min(model.len());
            let end = at + usize::try_from(length).unwrap_or(usize::MAX).min(model.len() - at);
            prop_assert_eq!(held.read(start, length), model[at..end].to_vec());
            let size = held.size_after(start, length, data.len());
            held.splice(start, length, data.clone());
            model.splice(at..end, data);
            prop_assert_eq!(held.size(), model.len());
            prop_assert_eq!(size, model.len());
            prop_assert_eq!(held.read(0, u64::MAX), model.clone());
            let mut popped = Vec::new();
            while let Some(piece) = held.pop() {
                prop_assert!(!piece.is_empty());
                popped.extend_from_slice(&piece);
            }
            prop_assert_eq!(popped, model);
        }
    }
}
