//! The types of a row's fields: a column's type, or an `Option` of one if it may be null.

use crate::bindings::witdock::etl::types::{Column, DataType};
use crate::builder::{
    BinaryBuilder, BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Builder,
    TimestampUsBuilder, Utf8Builder,
};
use crate::input::Input;
use crate::view::{BinaryView, BooleanView, PrimitiveView, Utf8View};
use crate::{Date, Error, Timestamp};
use std::borrow::Cow;

/// A Rust type that corresponds to a column type.
#[diagnostic::on_unimplemented(
    message = "no column type matches `{Self}`",
    label = "not the type of a column",
    note = "a column is `bool`, `i32`, `i64`, `f64`, `Date`, `Timestamp`, `String`, `&str`, `Vec<u8>` or `&[u8]`, or an \
            `Option` of one"
)]
pub trait Type: 'static {
    /// The column's data type.
    const DATA_TYPE: DataType;
    /// A value, borrowed from a batch or owned.
    type At<'b>;
    /// The view that reads the column.
    type View<'b>;
    /// The builder that makes the column.
    type Builder;

    /// Starts reading a column.
    fn view<'b>(input: Input<'b>) -> Result<Self::View<'b>, Error>;
    /// The value of a row.
    fn get<'b>(view: &Self::View<'b>, row: usize) -> Option<Self::At<'b>>;
    /// Starts a column of about this many rows.
    fn builder(rows: usize) -> Self::Builder;
    /// Adds a row.
    fn push(builder: &mut Self::Builder, value: Option<Self::At<'_>>);
    /// Finishes the column.
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
    message = "no column type matches `{Self}`",
    label = "not the type of a column",
    note = "a column is `bool`, `i32`, `i64`, `f64`, `Date`, `Timestamp`, `String`, `&str`, `Vec<u8>` or `&[u8]`, or an \
            `Option` of one"
)]
pub trait Cell: 'static {
    /// The type of the values.
    type Type: Type;
    /// Whether the field may be null.
    const NULLABLE: bool;
    /// The field.
    type At<'b>;

    /// Converts a value to the field; `None` for a null that is not allowed.
    fn from_value(value: Option<<Self::Type as Type>::At<'_>>) -> Option<Self::At<'_>>;
    /// Converts the field to a value.
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
