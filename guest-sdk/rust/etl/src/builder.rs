//! Builders for columns, row by row.
//!
//! Every builder takes a value, or `None` for a null, and can be collected into:
//!
//! ```
//! use witdock_etl_guest::builder::{Int32Builder, Utf8Builder};
//!
//! let mut delays = Int32Builder::with_capacity(2);
//! delays.push(5);
//! delays.push(None);
//! let delays = delays.finish();
//!
//! let names = ["UA", "AA"].into_iter().collect::<Utf8Builder>().finish();
//! ```

use crate::bindings::witdock::etl::types::{BytesColumn, Column, Values};
use crate::bitmap::{BitmapBuilder, ValidityBuilder};

/// A type whose values have a fixed width.
pub trait Primitive {
    /// The Rust type of a value.
    type Native: Copy + Default;

    /// The column with these values.
    fn values(values: Vec<Self::Native>) -> Values;
}

macro_rules! primitives {
    ($($(#[$doc:meta])* $name:ident $builder:ident $native:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Primitive for $name {
            type Native = $native;

            fn values(values: Vec<$native>) -> Values {
                Values::$name(values)
            }
        }

        $(#[$doc])*
        pub type $builder = PrimitiveBuilder<$name>;
    )*};
}

primitives! {
    /// 32-bit integers.
    Int32 Int32Builder i32;
    /// 64-bit integers.
    Int64 Int64Builder i64;
    /// 64-bit floating-point numbers.
    Float64 Float64Builder f64;
    /// Dates: days since 1970-01-01.
    Date32 Date32Builder i32;
    /// Timestamps: microseconds since 1970-01-01T00:00:00 UTC.
    TimestampUs TimestampUsBuilder i64;
}

/// Builds a column of numbers, dates or timestamps.
#[derive(Clone, Debug)]
pub struct PrimitiveBuilder<P: Primitive> {
    values: Vec<P::Native>,
    validity: ValidityBuilder,
}

impl<P: Primitive> PrimitiveBuilder<P> {
    /// A builder with capacity for this many rows.
    pub fn with_capacity(rows: usize) -> Self {
        Self { values: Vec::with_capacity(rows), validity: ValidityBuilder::default() }
    }

    /// Adds one row: a value, or `None`.
    pub fn push(&mut self, value: impl Into<Option<P::Native>>) {
        let value = value.into();
        self.validity.push(value.is_some());
        self.values.push(value.unwrap_or_default());
    }

    /// Returns the column.
    pub fn finish(self) -> Column {
        Column { validity: self.validity.finish(), values: P::values(self.values) }
    }
}

/// Builds a column of booleans.
#[derive(Clone, Debug, Default)]
pub struct BooleanBuilder {
    values: BitmapBuilder,
    validity: ValidityBuilder,
}

impl BooleanBuilder {
    /// An empty builder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one row: a value, or `None`.
    pub fn push(&mut self, value: impl Into<Option<bool>>) {
        let value = value.into();
        self.validity.push(value.is_some());
        self.values.push(value.unwrap_or_default());
    }

    /// Returns the column.
    pub fn finish(self) -> Column {
        Column { validity: self.validity.finish(), values: Values::Boolean(self.values.finish()) }
    }
}

/// Text and bytes have the same layout.
#[derive(Clone, Debug)]
pub(crate) struct BytesBuilder {
    offsets: Vec<i32>,
    data: Vec<u8>,
    validity: ValidityBuilder,
}

impl BytesBuilder {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self { offsets, data: Vec::new(), validity: ValidityBuilder::default() }
    }

    pub(crate) fn push_bytes(&mut self, value: Option<&[u8]>) {
        self.validity.push(value.is_some());
        self.data.extend_from_slice(value.unwrap_or_default());
        // Unreachable: the data would fill half of the address space of a 32-bit guest, which has to hold it twice while it
        // grows.
        self.offsets.push(i32::try_from(self.data.len()).unwrap_or(i32::MAX));
    }

    pub(crate) fn finish_bytes(self) -> (Option<Vec<u8>>, BytesColumn) {
        (self.validity.finish(), BytesColumn { offsets: self.offsets, data: self.data })
    }
}

macro_rules! bytes_builders {
    ($($(#[$doc:meta])* $name:ident $values:ident $native:ty, $as_bytes:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(BytesBuilder);

        impl $name {
            /// A builder with capacity for this many rows.
            pub fn with_capacity(rows: usize) -> Self {
                Self(BytesBuilder::with_capacity(rows))
            }

            /// Adds one row: a value, which is copied, or `None`.
            pub fn push<'v>(&mut self, value: impl Into<Option<&'v $native>>) {
                self.0.push_bytes(value.into().map($as_bytes));
            }

            /// Returns the column.
            pub fn finish(self) -> Column {
                let (validity, bytes) = self.0.finish_bytes();
                Column { validity, values: Values::$values(bytes) }
            }
        }

        impl<'v, V: Into<Option<&'v $native>>> FromIterator<V> for $name {
            fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
                let values = values.into_iter();
                let mut builder = Self::with_capacity(values.size_hint().0);
                values.for_each(|value| builder.push(value));
                builder
            }
        }
    )*};
}

bytes_builders! {
    /// Builds a column of text.
    Utf8Builder Utf8 str, str::as_bytes;
    /// Builds a column of bytes.
    BinaryBuilder Binary [u8], std::convert::identity;
}

impl<P: Primitive, V: Into<Option<P::Native>>> FromIterator<V> for PrimitiveBuilder<P> {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        let values = values.into_iter();
        let mut builder = Self::with_capacity(values.size_hint().0);
        values.for_each(|value| builder.push(value));
        builder
    }
}

impl<V: Into<Option<bool>>> FromIterator<V> for BooleanBuilder {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        let mut builder = Self::new();
        values.into_iter().for_each(|value| builder.push(value));
        builder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_laid_out_as_arrow_lays_them_out() {
        let numbers = [Some(1), None, Some(3)].into_iter().collect::<Int32Builder>().finish();
        assert_eq!(numbers, Column { validity: Some(vec![0b101]), values: Values::Int32(vec![1, 0, 3]) });

        let dates = [1, 2].into_iter().collect::<Date32Builder>().finish();
        assert_eq!(dates, Column { validity: None, values: Values::Date32(vec![1, 2]) });

        let flags = [Some(true), None, Some(false), Some(true)].into_iter().collect::<BooleanBuilder>();
        assert_eq!(
            flags.finish(),
            Column { validity: Some(vec![0b1101]), values: Values::Boolean(vec![0b1001]) }
        );

        let text = [Some("é"), None, Some(""), Some("ab")].into_iter().collect::<Utf8Builder>().finish();
        let bytes = BytesColumn { offsets: vec![0, 2, 2, 2, 4], data: "éab".into() };
        assert_eq!(text, Column { validity: Some(vec![0b1101]), values: Values::Utf8(bytes) });

        let nothing = Utf8Builder::with_capacity(0).finish();
        assert_eq!(nothing.values, Values::Utf8(BytesColumn { offsets: vec![0], data: vec![] }));
    }
}
