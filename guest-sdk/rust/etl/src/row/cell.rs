//! What a row's field may be: a type of column, or an `Option` of one where it may be null.

use crate::bindings::witdock::etl::types::{Column, DataType};
use crate::builder::{
    BinaryBuilder, BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Builder,
    TimestampUsBuilder, Utf8Builder,
};
use crate::input::Input;
use crate::view::{BinaryView, BooleanView, PrimitiveView, Utf8View};
use crate::{Date, Error, Timestamp};
use std::borrow::Cow;

/// A type in Rust that a type of column has.
#[diagnostic::on_unimplemented(
    message = "no column holds `{Self}`",
    label = "not the type of a column",
    note = "a column is `bool`, `i32`, `i64`, `f64`, `Date`, `Timestamp`, `String`, `&str`, `Vec<u8>` or `&[u8]`, or an \
            `Option` of one"
)]
pub trait Type: 'static {
    /// The type of the column.
    const DATA_TYPE: DataType;
    /// A value that is borrowed from a batch, or is its own.
    type At<'b>;
    /// The column as it is read.
    type View<'b>;
    /// The column as it is made.
    type Builder;

    /// Begins to read a column.
    fn view<'b>(input: Input<'b>) -> Result<Self::View<'b>, Error>;
    /// The value of a row.
    fn get<'b>(view: &Self::View<'b>, row: usize) -> Option<Self::At<'b>>;
    /// Begins to make a column of about so many rows.
    fn builder(rows: usize) -> Self::Builder;
    /// Adds a row.
    fn push(builder: &mut Self::Builder, value: Option<Self::At<'_>>);
    /// Ends it.
    fn finish(builder: Self::Builder) -> Column;
}

macro_rules! types {
    ($b:lifetime; $($native:ty, $at:ty, $data_type:ident, $method:ident, $view:ty, $builder:ident::$new:ident($($rows:ident)?),
        $get:expr, $push:expr;)*) => {$(
        impl Type for $native {
            const DATA_TYPE: DataType = DataType::$data_type;
            type At<$b> = $at;
            type View<$b> = $view;
            type Builder = $builder;

            fn view<$b>(input: Input<$b>) -> Result<$view, Error> {
                input.$method()
            }

            fn get<$b>(view: &Self::View<$b>, row: usize) -> Option<Self::At<$b>> {
                view.get(row).map($get)
            }

            fn builder(_rows: usize) -> $builder {
                $builder::$new($({ let $rows = _rows; $rows })?)
            }

            fn push(builder: &mut $builder, value: Option<Self::At<'_>>) {
                ($push)(builder, value);
            }

            fn finish(builder: $builder) -> Column {
                builder.finish()
            }
        }
    )*};
}

types! {
    'b;
    bool, bool, Boolean, boolean, BooleanView<'b>, BooleanBuilder::new(), |value| value, BooleanBuilder::push;
    i32, i32, Int32, int32, PrimitiveView<'b, i32>, Int32Builder::with_capacity(rows), |value| value, Int32Builder::push;
    i64, i64, Int64, int64, PrimitiveView<'b, i64>, Int64Builder::with_capacity(rows), |value| value, Int64Builder::push;
    f64, f64, Float64, float64, PrimitiveView<'b, f64>, Float64Builder::with_capacity(rows), |value| value,
        Float64Builder::push;
    Date, Date, Date32, date32, PrimitiveView<'b, i32>, Date32Builder::with_capacity(rows), Date::from_days,
        |builder: &mut Date32Builder, value: Option<Date>| builder.push(value.map(Date::days));
    Timestamp, Timestamp, TimestampUs, timestamp_us, PrimitiveView<'b, i64>, TimestampUsBuilder::with_capacity(rows),
        Timestamp::from_micros,
        |builder: &mut TimestampUsBuilder, value: Option<Timestamp>| builder.push(value.map(Timestamp::micros));
    &'static str, &'b str, Utf8, utf8, Utf8View<'b>, Utf8Builder::with_capacity(rows), |value| value, Utf8Builder::push;
    String, String, Utf8, utf8, Utf8View<'b>, Utf8Builder::with_capacity(rows), str::to_owned,
        |builder: &mut Utf8Builder, value: Option<String>| builder.push(value.as_deref());
    Cow<'static, str>, Cow<'b, str>, Utf8, utf8, Utf8View<'b>, Utf8Builder::with_capacity(rows), Cow::Borrowed,
        |builder: &mut Utf8Builder, value: Option<Cow<'_, str>>| builder.push(value.as_deref());
    &'static [u8], &'b [u8], Binary, binary, BinaryView<'b>, BinaryBuilder::with_capacity(rows), |value| value,
        BinaryBuilder::push;
    Vec<u8>, Vec<u8>, Binary, binary, BinaryView<'b>, BinaryBuilder::with_capacity(rows), <[u8]>::to_vec,
        |builder: &mut BinaryBuilder, value: Option<Vec<u8>>| builder.push(value.as_deref());
}

/// The type of a row's field.
#[diagnostic::on_unimplemented(
    message = "no column holds `{Self}`",
    label = "not the type of a column",
    note = "a column is `bool`, `i32`, `i64`, `f64`, `Date`, `Timestamp`, `String`, `&str`, `Vec<u8>` or `&[u8]`, or an \
            `Option` of one"
)]
pub trait Cell: 'static {
    /// The type of the values.
    type Type: Type;
    /// Whether rows may be null.
    const NULLABLE: bool;
    /// The field itself.
    type At<'b>;

    /// The field of a value; `None` for a null where none may be.
    fn from_value(value: Option<<Self::Type as Type>::At<'_>>) -> Option<Self::At<'_>>;
    /// The value of a field.
    fn into_value(field: Self::At<'_>) -> Option<<Self::Type as Type>::At<'_>>;
}

impl<T: Type> Cell for T {
    type Type = T;
    const NULLABLE: bool = false;
    type At<'b> = T::At<'b>;

    fn from_value(value: Option<T::At<'_>>) -> Option<T::At<'_>> {
        value
    }

    fn into_value(field: T::At<'_>) -> Option<T::At<'_>> {
        Some(field)
    }
}

impl<T: Type> Cell for Option<T> {
    type Type = T;
    const NULLABLE: bool = true;
    type At<'b> = Option<T::At<'b>>;

    fn from_value(value: Option<T::At<'_>>) -> Option<Option<T::At<'_>>> {
        Some(value)
    }

    fn into_value(field: Option<T::At<'_>>) -> Option<T::At<'_>> {
        field
    }
}
