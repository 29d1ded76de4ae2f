//! What a plugin's author writes.

use crate::{Batch, Contract, Error, Output, Schema};
use serde::{Serialize, de::DeserializeOwned};

/// A stage of a pipeline that takes batches and gives batches.
///
/// The value is one run over one stream; what it holds between batches is its state. [`export!`](crate::export)
/// makes a component of it.
pub trait Transform: Sized + 'static {
    /// The stage's settings, as the pipeline gives them. Settings that serde refuses become
    /// [`Error::Settings`] with serde's words; mark the type `#[serde(deny_unknown_fields)]`, so that a
    /// misspelt name is refused too.
    type Settings: DeserializeOwned;

    /// Says what a run with these settings would read and write. It is called before any row, and again
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
    /// [`Error::Data`] fails the batch as a whole; a single bad row is [rejected](crate::Rows::reject).
    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error>;

    /// The stream has ended: gives what is still held, as [fresh](Output::fresh) rows. Without it, nothing is.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] fails the stage.
    fn finish(&mut self) -> Result<Output, Error> {
        Ok(Output::nothing())
    }
}

/// A transform whose state outlives a reload: `export!(Type, state)`.
///
/// The new generation starts a run as any run starts, with [`Transform::new`], and is then given the state.
pub trait Stateful: Transform {
    /// What is handed over. It travels as JSON between two versions of the plugin: a field that is new needs
    /// `#[serde(default)]`.
    type State: Serialize + DeserializeOwned;

    /// The state, between two batches.
    fn state(&self) -> &Self::State;

    /// Takes over the state of an earlier generation.
    ///
    /// # Errors
    ///
    /// The text for the plugin's author, when this run cannot go on from it. The old generation goes on serving.
    fn restore(&mut self, state: Self::State) -> Result<(), String>;
}
