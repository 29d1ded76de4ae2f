//! The origin of a row's field: a column of the same type, or one that is converted.

use super::cell::{Cell, Type};
use crate::bindings::witdock::etl::types::DataType;
use crate::input::Input;
use crate::view::{PrimitiveView, Utf8View};
use crate::{Date, Error, Timestamp};
use std::marker::PhantomData;

/// How a field is read.
pub trait Source {
    /// The field.
    type Cell: Cell;
    /// The column types that it accepts.
    const ACCEPTS: &'static [DataType];
    /// The view that reads the column.
    type View<'b>;

    /// Starts reading a column.
    fn open<'b>(input: Input<'b>) -> Result<Self::View<'b>, Error>;
    /// Reads the field of a row.
    fn field<'b>(view: &Self::View<'b>, row: usize) -> Result<<Self::Cell as Cell>::At<'b>, Misfit>;
}

/// Why a field cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Misfit {
    /// The value is null.
    Missing,
    /// The text, and what was expected.
    Unlike(String, &'static str),
}

impl<C: Cell> Source for C {
    type Cell = C;
    const ACCEPTS: &'static [DataType] = &[<C::Type as Type>::DATA_TYPE];
    type View<'b> = <C::Type as Type>::View<'b>;

    fn open<'b>(input: Input<'b>) -> Result<Self::View<'b>, Error> {
        C::Type::view(input)
    }

    fn field<'b>(view: &Self::View<'b>, row: usize) -> Result<C::At<'b>, Misfit> {
        C::from_value(C::Type::get(view, row)).ok_or(Misfit::Missing)
    }
}

/// A field that also accepts text and integers: `#[row(convert)]`.
#[derive(Debug)]
pub struct Converted<C>(PhantomData<C>);

/// A column that is converted.
pub enum ConvertedView<'b, T: Type> {
    /// It has the field's type.
    Own(T::View<'b>),
    /// Text, where an empty text is a null.
    Text(Utf8View<'b>),
    /// 32-bit integers.
    Int32(PrimitiveView<'b, i32>),
    /// 64-bit integers.
    Int64(PrimitiveView<'b, i64>),
}

/// A type that can be parsed from text.
#[diagnostic::on_unimplemented(
    message = "a column cannot be converted to `{Self}`",
    note = "`convert` is for `bool`, `i32`, `i64`, `f64`, `Date` and `Timestamp`"
)]
pub trait Convert: Type + for<'b> Type<At<'b> = Self> + Sized {
    /// The column types that it is converted from.
    const SOURCES: &'static [DataType];
    /// What was expected, for messages.
    const EXPECTED: &'static str;

    /// Parses a text.
    fn from_text(text: &str) -> Option<Self>;
    /// Converts an integer; `None` if it is not exact.
    fn from_whole(_number: i64) -> Option<Self> {
        None
    }
}

impl<C: Cell> Source for Converted<C>
where
    C::Type: Convert,
{
    type Cell = C;
    const ACCEPTS: &'static [DataType] = <C::Type as Convert>::SOURCES;
    type View<'b> = ConvertedView<'b, C::Type>;

    fn open<'b>(input: Input<'b>) -> Result<Self::View<'b>, Error> {
        let own = <C::Type as Type>::DATA_TYPE;
        Ok(match input.column.data_type() {
            data_type if data_type == own => ConvertedView::Own(C::Type::view(input)?),
            DataType::Int32 => ConvertedView::Int32(input.int32()?),
            DataType::Int64 => ConvertedView::Int64(input.int64()?),
            _ => ConvertedView::Text(input.utf8()?),
        })
    }

    fn field<'b>(view: &Self::View<'b>, row: usize) -> Result<C::At<'b>, Misfit> {
        let unlike = |text: String| Misfit::Unlike(text, C::Type::EXPECTED);
        let whole = |number: i64| C::Type::from_whole(number).ok_or_else(|| unlike(number.to_string()));
        let value = match view {
            ConvertedView::Own(view) => C::Type::get(view, row),
            ConvertedView::Text(view) => match view.get(row).map(str::trim) {
                None | Some("") => None,
                Some(text) => Some(C::Type::from_text(text).ok_or_else(|| unlike(text.to_owned()))?),
            },
            ConvertedView::Int32(view) => view.get(row).map(|number| whole(number.into())).transpose()?,
            ConvertedView::Int64(view) => view.get(row).map(whole).transpose()?,
        };
        C::from_value(value).ok_or(Misfit::Missing)
    }
}

impl Convert for bool {
    const SOURCES: &'static [DataType] = &[DataType::Boolean, DataType::Utf8];
    const EXPECTED: &'static str = "true or false";

    fn from_text(text: &str) -> Option<Self> {
        text.to_ascii_lowercase().parse().ok()
    }
}

impl Convert for i32 {
    const SOURCES: &'static [DataType] = &[DataType::Int32, DataType::Int64, DataType::Utf8];
    const EXPECTED: &'static str = "a whole number of 32 bits";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn from_whole(number: i64) -> Option<Self> {
        number.try_into().ok()
    }
}

impl Convert for i64 {
    const SOURCES: &'static [DataType] = &[DataType::Int64, DataType::Int32, DataType::Utf8];
    const EXPECTED: &'static str = "a whole number of 64 bits";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn from_whole(number: i64) -> Option<Self> {
        Some(number)
    }
}

impl Convert for f64 {
    const SOURCES: &'static [DataType] =
        &[DataType::Float64, DataType::Int64, DataType::Int32, DataType::Utf8];
    const EXPECTED: &'static str = "a number";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    #[allow(clippy::cast_precision_loss, reason = "only exact values are accepted")]
    fn from_whole(number: i64) -> Option<Self> {
        const EXACT: i64 = 1 << f64::MANTISSA_DIGITS;
        (-EXACT..=EXACT).contains(&number).then_some(number as f64)
    }
}

impl Convert for Date {
    const SOURCES: &'static [DataType] = &[DataType::Date32, DataType::Utf8];
    const EXPECTED: &'static str = "a day, written like 2013-01-31";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Convert for Timestamp {
    const SOURCES: &'static [DataType] = &[DataType::TimestampUs, DataType::Utf8];
    const EXPECTED: &'static str = "an instant, written like 2013-01-31T23:00:00Z";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
