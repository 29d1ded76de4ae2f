//! The traits that a stage implements.

use crate::{Batch, Contract, Error, Output, Schema};
use serde::{Serialize, de::DeserializeOwned};

/// A pipeline stage that transforms batches.
///
/// The value is one run over one stream; the data that it holds between batches is its state. [`export!`](crate::export)
/// exports it as a component.
pub trait Transform: Sized + 'static {
    /// The stage's settings, from the pipeline file. Settings that serde refuses become
    /// [`Error::Settings`] with serde's message. Mark the type `#[serde(deny_unknown_fields)]`, so that
    /// unknown names are refused too.
    type Settings: DeserializeOwned;

    /// Returns the columns that a run with these settings reads and writes. Called before the first row, and again
    /// when the input's schema changes.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] or [`Error::Schema`], for the pipeline's author.
    fn describe(input: &Schema, settings: &Self::Settings) -> Result<Contract, Error>;

    /// Starts a run, with the arguments that [`describe`](Self::describe) has accepted.
    ///
    /// # Errors
    ///
    /// An error fails the first batch.
    fn new(input: &Schema, settings: Self::Settings) -> Result<Self, Error>;

    /// Transforms one batch.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] fails the whole batch. [Reject](crate::Rows::reject) a single bad row instead.
    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error>;

    /// The stream has ended: returns the rows that are still held, as [fresh](Output::fresh) rows. By default, none.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] fails the stage.
    fn finish(&mut self) -> Result<Output, Error> {
        Ok(Output::nothing())
    }
}

/// A transform whose state survives a reload: `export!(Type, state)`.
///
/// The new generation starts a run with [`Transform::new`], as usual, and then receives the state.
pub trait Stateful: Transform {
    /// The state. It is passed as JSON between two versions of the plugin, so a new field needs
    /// `#[serde(default)]`.
    type State: Serialize + DeserializeOwned;

    /// Returns the state. Called between two batches.
    fn state(&self) -> &Self::State;

    /// Takes over the state of an earlier generation.
    ///
    /// # Errors
    ///
    /// A text for the plugin's author if this run cannot use the state. The old generation then keeps serving.
    fn restore(&mut self, state: Self::State) -> Result<(), String>;
}
