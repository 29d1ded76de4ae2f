//! Bitmaps in Arrow's layout: one bit a row, least significant bit first.

/// The bit of a row; 0 for a row past the end.
pub(crate) fn bit(bitmap: &[u8], row: usize) -> bool {
    bitmap.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1)
}

/// The length in bytes of a bitmap for this many rows.
pub(crate) fn byte_len(rows: usize) -> usize {
    rows.div_ceil(8)
}

/// The indexes of the zeros among the first `rows` bits.
pub(crate) fn zeros(bitmap: &[u8], rows: usize) -> impl Iterator<Item = usize> {
    (0..rows).filter(move |&row| !bit(bitmap, row))
}

/// A bitmap that grows row by row.
#[derive(Clone, Debug, Default)]
pub(crate) struct BitmapBuilder {
    bytes: Vec<u8>,
    rows: usize,
}

impl BitmapBuilder {
    /// A bitmap of this many ones.
    pub(crate) fn ones(rows: usize) -> Self {
        let mut bytes = vec![u8::MAX; byte_len(rows)];
        // The bits after the last row stay 0, so that pushing only has to set bits.
        if let (Some(last), 1..) = (bytes.last_mut(), rows % 8) {
            *last = (1 << (rows % 8)) - 1;
        }
        Self { bytes, rows }
    }

    pub(crate) fn push(&mut self, value: bool) {
        let shift = self.rows % 8;
        if shift == 0 {
            self.bytes.push(u8::from(value));
        } else if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(value) << shift;
        }
        self.rows += 1;
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

impl FromIterator<bool> for BitmapBuilder {
    fn from_iter<I: IntoIterator<Item = bool>>(bits: I) -> Self {
        let mut bitmap = Self::default();
        bits.into_iter().for_each(|bit| bitmap.push(bit));
        bitmap
    }
}

/// Records which rows have a value, for a column that grows row by row. Without nulls it costs one addition a row and
/// produces no bitmap.
#[derive(Clone, Debug, Default)]
pub(crate) struct ValidityBuilder {
    valid_rows: usize,
    bitmap: Option<BitmapBuilder>,
}

impl ValidityBuilder {
    pub(crate) fn push(&mut self, valid: bool) {
        match &mut self.bitmap {
            Some(bitmap) => bitmap.push(valid),
            None if valid => self.valid_rows += 1,
            None => {
                let mut bitmap = BitmapBuilder::ones(self.valid_rows);
                bitmap.push(false);
                self.bitmap = Some(bitmap);
            }
        }
    }

    pub(crate) fn finish(self) -> Option<Vec<u8>> {
        self.bitmap.map(BitmapBuilder::finish)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_back_as_they_were_pushed_over_byte_borders() {
        let bits: Vec<bool> = (0..21).map(|row| row % 3 == 0).collect();
        let bytes = bits.iter().copied().collect::<BitmapBuilder>().finish();
        assert_eq!(bytes.len(), byte_len(21));
        assert_eq!((0..21).map(|row| bit(&bytes, row)).collect::<Vec<_>>(), bits);
        assert!(!bit(&bytes, 24), "a row past the end reads as 0");
    }

    #[test]
    fn validity_has_no_bitmap_until_the_first_null() {
        for valid_rows in [0, 1, 7, 8, 9, 16] {
            let mut validity = ValidityBuilder::default();
            (0..valid_rows).for_each(|_| validity.push(true));
            assert_eq!(validity.clone().finish(), None);
            validity.push(false);
            validity.push(true);
            let bitmap = validity.finish().unwrap();
            assert_eq!(zeros(&bitmap, valid_rows + 2).collect::<Vec<_>>(), [valid_rows]);
            assert_eq!(bitmap.len(), byte_len(valid_rows + 2));
        }
    }
}
