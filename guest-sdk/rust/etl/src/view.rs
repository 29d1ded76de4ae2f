//! Views of columns, which read row by row without copying.
//!
//! Every view returns `None` for a null, and for a row past the end.

use crate::bitmap::{bit, byte_len};

/// Records which rows have a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validity<'a>(Option<&'a [u8]>);

impl<'a> Validity<'a> {
    pub(crate) fn new(bitmap: Option<&'a [u8]>, rows: usize) -> Result<Self, String> {
        match bitmap {
            Some(bitmap) if bitmap.len() < byte_len(rows) => {
                Err(format!("its validity has {} bytes, too few for {rows} rows", bitmap.len()))
            }
            _ => Ok(Self(bitmap)),
        }
    }

    fn has(self, row: usize) -> bool {
        self.0.is_none_or(|bitmap| bit(bitmap, row))
    }
}

/// A column of numbers, dates (days since 1970-01-01) or timestamps (microseconds since 1970-01-01T00:00:00 UTC).
#[derive(Clone, Copy, Debug)]
pub struct PrimitiveView<'a, T> {
    values: &'a [T],
    validity: Validity<'a>,
}

impl<'a, T: Copy> PrimitiveView<'a, T> {
    pub(crate) fn new(values: &'a [T], validity: Validity<'a>, rows: usize) -> Result<Self, String> {
        same_length("values", values.len(), rows)?;
        Ok(Self { values, validity })
    }

    /// The value of a row.
    pub fn get(&self, row: usize) -> Option<T> {
        let value = *self.values.get(row)?;
        self.validity.has(row).then_some(value)
    }

    /// The rows, in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Option<T>> + use<'a, T> {
        (0..self.values.len()).map(move |row| self.get(row))
    }

    /// The values as a slice; null rows have an arbitrary value here.
    pub fn values(&self) -> &'a [T] {
        self.values
    }

    /// Whether a row may be null. Without nulls, [`values`](Self::values) has all there is to know.
    pub fn has_nulls(&self) -> bool {
        self.validity.0.is_some()
    }
}

/// A column of booleans.
#[derive(Clone, Copy, Debug)]
pub struct BooleanView<'a> {
    bits: &'a [u8],
    rows: usize,
    validity: Validity<'a>,
}

impl<'a> BooleanView<'a> {
    pub(crate) fn new(bits: &'a [u8], validity: Validity<'a>, rows: usize) -> Result<Self, String> {
        same_length("bytes", bits.len(), byte_len(rows))?;
        Ok(Self { bits, rows, validity })
    }

    /// The value of a row.
    pub fn get(&self, row: usize) -> Option<bool> {
        (row < self.rows && self.validity.has(row)).then(|| bit(self.bits, row))
    }

    /// The rows, in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Option<bool>> + use<'a> {
        (0..self.rows).map(move |row| self.get(row))
    }
}

/// A column of text.
#[derive(Clone, Copy, Debug)]
pub struct Utf8View<'a> {
    offsets: &'a [i32],
    text: &'a str,
    validity: Validity<'a>,
}

impl<'a> Utf8View<'a> {
    pub(crate) fn new(
        offsets: &'a [i32],
        data: &'a [u8],
        validity: Validity<'a>,
        rows: usize,
    ) -> Result<Self, String> {
        check_offsets(offsets, data.len(), rows)?;
        // Once for the whole column, which is many times faster than row by row.
        let text = std::str::from_utf8(data).map_err(|error| format!("it is not UTF-8: {error}"))?;
        if let Some(row) = offsets.iter().position(|&offset| !text.is_char_boundary(offset as usize)) {
            return Err(format!("row {row} starts inside a character"));
        }
        Ok(Self { offsets, text, validity })
    }

    /// The text of a row.
    pub fn get(&self, row: usize) -> Option<&'a str> {
        let text = self.text.get(range(self.offsets, row)?)?;
        self.validity.has(row).then_some(text)
    }

    /// The rows, in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Option<&'a str>> + use<'a> {
        (0..self.offsets.len() - 1).map(move |row| self.get(row))
    }

    /// The bytes of all rows, and where each row begins and the last one ends in them: one more than there are rows, ascending
    /// from 0 on. Null rows may have any here. This is for code that reads many short texts without a check for each.
    pub fn bytes(&self) -> (&'a [i32], &'a [u8]) {
        (self.offsets, self.text.as_bytes())
    }

    /// Whether a row may be null.
    pub fn has_nulls(&self) -> bool {
        self.validity.0.is_some()
    }
}

/// A column of bytes.
#[derive(Clone, Copy, Debug)]
pub struct BinaryView<'a> {
    offsets: &'a [i32],
    data: &'a [u8],
    validity: Validity<'a>,
}

impl<'a> BinaryView<'a> {
    pub(crate) fn new(
        offsets: &'a [i32],
        data: &'a [u8],
        validity: Validity<'a>,
        rows: usize,
    ) -> Result<Self, String> {
        check_offsets(offsets, data.len(), rows)?;
        Ok(Self { offsets, data, validity })
    }

    /// The bytes of a row.
    pub fn get(&self, row: usize) -> Option<&'a [u8]> {
        let bytes = self.data.get(range(self.offsets, row)?)?;
        self.validity.has(row).then_some(bytes)
    }

    /// The rows, in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Option<&'a [u8]>> + use<'a> {
        (0..self.offsets.len() - 1).map(move |row| self.get(row))
    }
}

fn range(offsets: &[i32], row: usize) -> Option<std::ops::Range<usize>> {
    let start = *offsets.get(row)?;
    let end = *offsets.get(row + 1)?;
    Some(start as usize..end as usize)
}

/// Checks that there is one more offset than rows, and that they ascend within the data. Afterwards each offset is a valid
/// `usize`, and there is at least one.
fn check_offsets(offsets: &[i32], data_bytes: usize, rows: usize) -> Result<(), String> {
    same_length("offsets", offsets.len(), rows + 1)?;
    let rising = offsets.is_sorted() && offsets.first().is_some_and(|&first| first >= 0);
    let inside =
        offsets.last().is_some_and(|&last| usize::try_from(last).is_ok_and(|last| last <= data_bytes));
    if rising && inside { Ok(()) } else { Err("its offsets do not ascend within its data".to_owned()) }
}

fn same_length(what: &str, there: usize, expected: usize) -> Result<(), String> {
    if there == expected { Ok(()) } else { Err(format!("it has {there} {what}; expected {expected}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Validity<'static> = Validity(None);

    #[test]
    fn rows_are_read_in_place_and_nulls_are_none() {
        let validity = Validity::new(Some(&[0b1101]), 4).unwrap();
        let text = Utf8View::new(&[0, 2, 3, 3, 5], "éxab".as_bytes(), validity, 4).unwrap();
        assert_eq!(text.iter().collect::<Vec<_>>(), [Some("é"), None, Some(""), Some("ab")]);
        assert_eq!(text.get(4), None);
        assert_eq!((text.bytes(), text.has_nulls()), ((&[0, 2, 3, 3, 5][..], "éxab".as_bytes()), true));

        let numbers = PrimitiveView::new(&[1, 2, 3, 4], validity, 4).unwrap();
        assert_eq!(numbers.iter().collect::<Vec<_>>(), [Some(1), None, Some(3), Some(4)]);
        assert_eq!(numbers.get(4), None);
        assert!(numbers.has_nulls() && !PrimitiveView::new(&[1], ALL, 1).unwrap().has_nulls());

        let flags = BooleanView::new(&[0b0111], validity, 4).unwrap();
        assert_eq!(flags.iter().collect::<Vec<_>>(), [Some(true), None, Some(true), Some(false)]);
        assert_eq!(flags.get(4), None);

        let bytes = BinaryView::new(&[0, 1, 1, 2, 3], &[7, 8, 9], validity, 4).unwrap();
        assert_eq!(bytes.iter().collect::<Vec<_>>(), [Some(&[7][..]), None, Some(&[8]), Some(&[9])]);
    }

    #[test]
    fn a_column_that_lies_about_its_rows_is_refused() {
        assert!(Validity::new(Some(&[0xff]), 9).is_err());
        assert!(PrimitiveView::new(&[1, 2], ALL, 3).is_err());
        assert!(BooleanView::new(&[0, 0], ALL, 3).is_err());
        for (offsets, rows) in [(&[0, 1][..], 2), (&[0, 2, 1], 2), (&[-1, 0], 1), (&[0, 9], 1), (&[], 0)] {
            assert!(BinaryView::new(offsets, b"abc", ALL, rows).is_err(), "{offsets:?}");
        }
        assert!(Utf8View::new(&[0, 1], &[0xff], ALL, 1).is_err());
        assert!(Utf8View::new(&[0, 1, 2], "é".as_bytes(), ALL, 2).is_err());
    }
}
