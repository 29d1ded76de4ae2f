//! Rows: structs with a field for each column, and transforms over them. The crate re-exports the public items.

mod cell;
mod columns;
mod reject;
mod source;
mod transform;
pub use columns::Columns;
pub use reject::{OrReject, Reject};
pub use transform::{In, Made, Out, Outcome, RowTransform};

// Derived code uses these.
#[doc(hidden)]
pub use crate::bindings::witdock::etl::types::{Column, DataType, Error, Field};
#[doc(hidden)]
pub use crate::input::Input;
#[doc(hidden)]
pub use cell::{Cell, Type};
#[doc(hidden)]
pub use source::{Convert, Converted, Misfit, Source};

/// A struct with a field for each column: `#[derive(Row)]`. A [`RowTransform`] reads one and makes another.
///
/// ```
/// use witdock_etl_guest::{Date, Row};
///
/// #[derive(Row)]
/// struct Flight<'a> {
///     carrier: &'a str,
///     dep_delay: Option<i32>,
///     #[row(name = "from")]
///     origin: String,
///     #[row(convert)]
///     day: Date,
///     #[row(drop)]
///     note: Option<&'a str>,
/// }
/// ```
///
/// | field type | column type |
/// |---|---|
/// | `bool` | `boolean` |
/// | `i32`, `i64` | `int32`, `int64` |
/// | `f64` | `float64` |
/// | [`Date`](crate::Date), [`Timestamp`](crate::Timestamp) | `date32`, `timestamp-us` |
/// | `String`, `&str`, `Cow<str>` | `utf8` |
/// | `Vec<u8>`, `&[u8]` | `binary` |
///
/// An `Option` may be null. If a field is not an `Option`, a row with a null there is rejected with the code `missing-value`.
/// `&str` and `&[u8]` are not copied; the struct then has one lifetime.
///
/// A column has its field's name, or that of `#[row(name = "…")]`. Two more attributes are for rows that are read:
///
/// - `#[row(convert)]`: the column may also be text, which is parsed, and an empty text is a null; or integers of the other
///   width. A row whose value cannot be converted is rejected with the code `bad-value`.
/// - `#[row(drop)]`: the column is not in the output.
///
/// A column that is missing or has another type is an [`Error::Schema`] before the first row.
///
/// Types that no column has do not compile:
///
/// ```compile_fail
/// #[derive(witdock_etl_guest::Row)]
/// struct Flight {
///     flight: u32, // no column type matches `u32`: use `i64`
/// }
/// ```
///
/// ```compile_fail
/// struct Gate(i32);
/// #[derive(witdock_etl_guest::Row)]
/// struct Flight {
///     gate: Gate, // no column type matches `Gate`
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a row",
    note = "put `#[derive(Row)]` on a struct with a field for each column"
)]
pub trait Row: Sized {
    /// The row, with this lifetime.
    #[doc(hidden)]
    type At<'b>: Row<Writer = Self::Writer>;
    #[doc(hidden)]
    type Reader<'b>;
    #[doc(hidden)]
    type Writer;
    #[doc(hidden)]
    const FIELDS: &'static [RowField];

    #[doc(hidden)]
    fn reader<'b>(inputs: &[Input<'b>]) -> Result<Self::Reader<'b>, Error>;
    #[doc(hidden)]
    fn read<'b>(reader: &Self::Reader<'b>, row: usize) -> Result<Self::At<'b>, Unread>;
    // Generic callers cannot shorten the lifetime themselves.
    #[doc(hidden)]
    fn shorten<'short, 'b: 'short>(row: Self::At<'b>) -> Self::At<'short>;
    #[doc(hidden)]
    fn writer(rows: usize) -> Self::Writer;
    #[doc(hidden)]
    fn write(self, writer: &mut Self::Writer);
    #[doc(hidden)]
    fn finish(writer: Self::Writer) -> Vec<Column>;

    /// The columns of such rows, with the names from the struct.
    fn fields() -> Vec<Field> {
        Self::FIELDS.iter().map(RowField::field).collect()
    }
}

/// No columns, for a row function that only rejects or omits rows.
impl Row for () {
    type At<'b> = ();
    type Reader<'b> = ();
    type Writer = ();
    const FIELDS: &'static [RowField] = &[];

    fn reader<'b>(_: &[Input<'b>]) -> Result<(), Error> {
        Ok(())
    }

    fn read<'b>((): &Self::Reader<'b>, _: usize) -> Result<Self::At<'b>, Unread> {
        Ok(())
    }

    fn shorten<'short, 'b: 'short>((): Self::At<'b>) -> Self::At<'short> {}

    fn writer(_: usize) {}

    fn write(self, (): &mut ()) {}

    fn finish((): ()) -> Vec<Column> {
        Vec::new()
    }
}

/// A row's description of one column.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct RowField {
    pub(crate) name: &'static str,
    data_type: DataType,
    nullable: bool,
    dropped: bool,
    accepts: &'static [DataType],
}

impl RowField {
    /// A column of this name that a field reads.
    pub const fn of<S: Source>(name: &'static str, dropped: bool) -> Self {
        Self {
            name,
            data_type: <<S::Cell as Cell>::Type as Type>::DATA_TYPE,
            nullable: <S::Cell as Cell>::NULLABLE,
            dropped,
            accepts: S::ACCEPTS,
        }
    }

    fn field(&self) -> Field {
        let field = Field::new(self.name, self.data_type);
        if self.nullable { field.nullable() } else { field }
    }
}

/// Why a row does not match its struct.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq)]
pub struct Unread {
    field: usize,
    misfit: Misfit,
}

impl Unread {
    /// Converts it to a rejection, with the columns' names in the stream.
    pub(crate) fn reject(self, inputs: &[Input<'_>]) -> Reject {
        let column = inputs.get(self.field).map_or("?", |input| input.name);
        match self.misfit {
            Misfit::Missing => Reject::new("missing-value", format!("{column}: the value is missing")),
            Misfit::Unlike(text, expected) => {
                Reject::new("bad-value", format!("{column}: \"{text}\" is not {expected}"))
            }
        }
    }
}

// Used by derived code.

#[doc(hidden)]
pub type SourceView<'b, S> = <S as Source>::View<'b>;
#[doc(hidden)]
pub type CellBuilder<C> = <<C as Cell>::Type as Type>::Builder;

#[doc(hidden)]
pub fn view<'b, S: Source>(inputs: &[Input<'b>], index: usize) -> Result<S::View<'b>, Error> {
    let input = inputs.get(index).ok_or_else(|| Error::Data("the batch has too few columns".to_owned()))?;
    S::open(*input)
}

#[doc(hidden)]
pub fn read<'b, S: Source>(
    view: &S::View<'b>,
    row: usize,
    field: usize,
) -> Result<<S::Cell as Cell>::At<'b>, Unread> {
    S::field(view, row).map_err(|misfit| Unread { field, misfit })
}

#[doc(hidden)]
pub fn builder<C: Cell>(rows: usize) -> CellBuilder<C> {
    C::Type::builder(rows)
}

#[doc(hidden)]
pub fn write<C: Cell>(builder: &mut CellBuilder<C>, field: C::At<'_>) {
    C::Type::push(builder, C::into_value(field));
}

#[doc(hidden)]
pub fn finish<C: Cell>(builder: CellBuilder<C>) -> Column {
    C::Type::finish(builder)
}

#[cfg(test)]
mod tests;
