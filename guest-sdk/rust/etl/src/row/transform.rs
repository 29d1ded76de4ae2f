//! Transforms as functions from row to row.

use super::{Columns, Reject, Row};
use crate::bindings::witdock::etl::types::{Column, Output, OutputRows};
use crate::output::Rows;
use crate::{Batch, Contract, Error, Schema, Transform};
use serde::de::DeserializeOwned;

/// An input row with this lifetime.
pub type In<'b, T> = <<T as RowTransform>::In as Row>::At<'b>;
/// The result for a row, with this lifetime.
pub type Out<'b, T> = <<T as RowTransform>::Out as Outcome>::At<'b>;
/// An output row with this lifetime.
pub type Made<'b, T> = <<<T as RowTransform>::Out as Outcome>::Row as Row>::At<'b>;

/// A pipeline stage that transforms rows. The SDK implements [`Transform`] for it.
///
/// ```
/// use serde::Deserialize;
/// use witdock_etl_guest::{Error, Reject, Row, RowTransform, reject};
///
/// #[derive(Row)]
/// struct Flight<'a> {
///     carrier: &'a str,
///     distance: i32,
///     air_time: Option<i32>,
/// }
///
/// #[derive(Row)]
/// struct Speed {
///     speed: f64,
/// }
///
/// /// Adds how fast a flight was, in miles per hour, and omits slow ones.
/// struct AddSpeed {
///     at_least: f64,
/// }
///
/// #[derive(Deserialize)]
/// #[serde(deny_unknown_fields)]
/// struct Settings {
///     #[serde(default)]
///     at_least: f64,
/// }
///
/// impl RowTransform for AddSpeed {
///     type Settings = Settings;
///     type In = Flight<'static>;
///     type Out = Option<Speed>;
///
///     fn new(settings: Settings) -> Result<Self, Error> {
///         Ok(AddSpeed { at_least: settings.at_least })
///     }
///
///     fn row(&mut self, flight: Flight<'_>) -> Result<Option<Speed>, Reject> {
///         let Some(minutes) = flight.air_time else { return Ok(None) };
///         if minutes <= 0 {
///             reject!("bad-air-time", "{}: {minutes} minutes in the air", flight.carrier);
///         }
///         let speed = f64::from(flight.distance) * 60.0 / f64::from(minutes);
///         Ok((speed >= self.at_least).then_some(Speed { speed }))
///     }
/// }
///
/// witdock_etl_guest::export!(AddSpeed);
/// # fn main() {}
/// ```
///
/// Only the columns of [`In`](Self::In) are passed to the plugin, and only those of [`Out`](Self::Out) are passed back; the others
/// pass through. [`columns`](Self::columns) changes that. A transform that keeps state across reloads implements
/// [`Stateful`](crate::Stateful).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a transform",
    note = "implement `RowTransform` for it, or `Transform` for whole columns"
)]
pub trait RowTransform: Sized + 'static {
    /// The stage's settings, from the pipeline file. Settings that serde refuses become [`Error::Settings`] with
    /// serde's message. Mark the type `#[serde(deny_unknown_fields)]`, so that unknown names are refused too.
    type Settings: DeserializeOwned;

    /// The input row. A struct with a lifetime is written `Flight<'static>` here.
    type In: Row;

    /// The output for a row: a row; an `Option` of one, to omit rows; a `Vec`, to make several of one. `()` is
    /// a row without new columns: the row passes, or is rejected.
    type Out: Outcome;

    /// Starts a run.
    ///
    /// # Errors
    ///
    /// An error fails the first batch. Check settings in [`columns`](Self::columns) instead.
    fn new(settings: Self::Settings) -> Result<Self, Error>;

    /// Maps the structs' fields to the stream's columns. Called before the first row, and again when the input's schema changes.
    /// Check the settings here.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] or [`Error::Schema`], for the pipeline's author.
    fn columns(settings: &Self::Settings) -> Result<Columns, Error> {
        let _ = settings;
        Ok(Columns::new())
    }

    /// Transforms one row. The result may borrow from it, and from the transform:
    /// `fn row<'a>(&'a mut self, line: Line<'a>) -> Result<Request<'a>, Reject>`.
    ///
    /// # Errors
    ///
    /// [`Reject`]: the row goes to the rejected rows.
    fn row<'a>(&'a mut self, row: In<'a, Self>) -> Result<Out<'a, Self>, Reject>;

    /// The stream has ended: returns additional rows. They have only new columns, so [no column may pass
    /// through](Columns::pass_none).
    ///
    /// # Errors
    ///
    /// [`Error::Data`] fails the stage.
    fn finish(&mut self) -> Result<Vec<Made<'_, Self>>, Error> {
        Ok(Vec::new())
    }
}

/// The output for a row: one row, an optional one, or several.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a row, nor an `Option` or a `Vec` of one",
    note = "put `#[derive(Row)]` on a struct with a field for each column"
)]
pub trait Outcome {
    /// The rows.
    type Row: Row;
    /// The output with this lifetime.
    #[doc(hidden)]
    type At<'b>;

    #[doc(hidden)]
    fn rows<'b>(outcome: Self::At<'b>) -> impl Iterator<Item = <Self::Row as Row>::At<'b>>;
}

impl<R: Row> Outcome for R {
    type Row = R;
    type At<'b> = R::At<'b>;

    fn rows<'b>(row: R::At<'b>) -> impl Iterator<Item = R::At<'b>> {
        std::iter::once(row)
    }
}

impl<R: Row> Outcome for Option<R> {
    type Row = R;
    type At<'b> = Option<R::At<'b>>;

    fn rows<'b>(row: Option<R::At<'b>>) -> impl Iterator<Item = R::At<'b>> {
        row.into_iter()
    }
}

impl<R: Row> Outcome for Vec<R> {
    type Row = R;
    type At<'b> = Vec<R::At<'b>>;

    fn rows<'b>(rows: Vec<R::At<'b>>) -> impl Iterator<Item = R::At<'b>> {
        rows.into_iter()
    }
}

impl<T: RowTransform> Transform for T {
    type Settings = <T as RowTransform>::Settings;

    fn describe(input: &Schema, settings: &<T as RowTransform>::Settings) -> Result<Contract, Error> {
        T::columns(settings)?.contract::<T::In, <T::Out as Outcome>::Row>(input)
    }

    fn new(_: &Schema, settings: <T as RowTransform>::Settings) -> Result<Self, Error> {
        <T as RowTransform>::new(settings)
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        let inputs: Vec<_> = batch.inputs().collect();
        let reader = T::In::reader(&inputs)?;
        let mut writer = <T::Out as Outcome>::Row::writer(batch.rows());
        let mut rows = Rows::of(&batch);
        let mut coming_out = Vec::with_capacity(batch.rows());
        for row in 0..batch.rows() {
            let number = u32::try_from(row).unwrap_or(u32::MAX);
            let outcome = T::In::read(&reader, row)
                .map_err(|unread| unread.reject(&inputs))
                .and_then(|input| self.row(T::In::shorten(input)));
            match outcome {
                Ok(outcome) => {
                    for made in T::Out::rows(outcome) {
                        made.write(&mut writer);
                        coming_out.push(number);
                    }
                }
                Err(reject) => {
                    let (code, message) = reject.into_parts()?;
                    rows.reject(row, code, message);
                }
            }
        }
        let columns = in_order(batch.contract(), <T::Out as Outcome>::Row::finish(writer));
        let every = coming_out.len() == batch.rows()
            && coming_out.iter().enumerate().all(|(row, number)| row == *number as usize);
        let mut output = rows.output(columns);
        output.rows = if every { OutputRows::All } else { OutputRows::Selected(coming_out) };
        Ok(output)
    }

    fn finish(&mut self) -> Result<Output, Error> {
        let rows = <T as RowTransform>::finish(self)?;
        if rows.is_empty() {
            return Ok(Output::nothing());
        }
        let count =
            u32::try_from(rows.len()).map_err(|_| Error::Data("more than 2^32 rows are held".to_owned()))?;
        let mut writer = <T::Out as Outcome>::Row::writer(rows.len());
        rows.into_iter().for_each(|row| row.write(&mut writer));
        Ok(Output::fresh(count, <T::Out as Outcome>::Row::finish(writer)))
    }
}

/// The columns of a row's fields, in the contract's order.
fn in_order(contract: &Contract, columns: Vec<Column>) -> Vec<Column> {
    let order = contract.made_from();
    if order.is_sorted() {
        return columns;
    }
    let mut columns: Vec<_> = columns.into_iter().map(Some).collect();
    order.iter().filter_map(|&index| columns.get_mut(index)?.take()).collect()
}
