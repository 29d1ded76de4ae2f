//! Sinks.
//!
//! Each row is delivered exactly once, even after a crash: [`prepare`](Sink::prepare) stores rows durably but invisibly, the host
//! records that the commit is decided, and [`publish`](Sink::publish) makes them visible. [`open`](Sink::open) receives the number of
//! decided commits, and completes what a crash has interrupted.
//!
//! A sink requests the folders that it writes to in `plugin.toml`. With `target = "wasm32-wasip2"` it uses them through the standard
//! library. [`Session`] runs a sink natively, in unit tests.

pub use crate::bindings::sink::exports::witdock::etl::load::{Commit, Mode, Start};

use std::cell::RefCell;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::bindings::sink::exports::witdock::etl::load::{Guest, GuestSession};
use crate::bindings::witdock::etl::types::Batch as Columns;
use crate::{Batch, Contract, Error, Field, RowError, Schema, settings};

/// A sink. The value is one run. [`export_sink!`](crate::export_sink) exports it as a component.
pub trait Sink: Sized + 'static {
    /// The sink's settings, from the pipeline file: as for [`Transform`](crate::Transform).
    type Settings: DeserializeOwned;

    /// Checks whether the sink can take rows with these columns.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] or [`Error::Schema`], for the pipeline's author. An unsupported mode is [`Error::Settings`].
    fn check(input: &Schema, settings: &Self::Settings, mode: Mode) -> Result<(), Error>;

    /// Recovers: publishes decided commits that are not published yet, and discards everything after them.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] ends the run.
    fn open(input: &Schema, settings: Self::Settings, start: Start) -> Result<Self, Error>;

    /// Finds the rows that the sink does not take, before they are written. Each is rejected with its code and message, and no sink of the
    /// pipeline gets it; the others come again. A code is short, such as `value`, and a message names the column. By default all rows are taken.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] ends the run.
    fn refuse(&mut self, rows: &Batch<'_>) -> Result<Vec<RowError>, Error> {
        let _ = rows;
        Ok(Vec::new())
    }

    /// Writes rows, all of which the sink takes. The batch has all columns.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] ends the run.
    fn write(&mut self, rows: &Batch<'_>) -> Result<(), Error>;

    /// Stores the rows so far durably, but invisibly.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] ends the run.
    fn prepare(&mut self, commit: Commit) -> Result<(), Error>;

    /// Makes the rows of the prepared commit visible: it is decided. With [`Mode::Replace`], only the last commit does so.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] ends the run; the next one publishes.
    fn publish(&mut self, commit: Commit) -> Result<(), Error>;
}

/// One run of a sink, for the host's calls and for unit tests.
#[derive(Debug)]
pub struct Session<S> {
    sink: S,
    contract: Contract,
    /// The rows of the last offer.
    offered: Option<(usize, Vec<crate::Column>)>,
}

impl<S: Sink> Session<S> {
    /// Checks and starts a run. `settings` is JSON text, an object.
    ///
    /// # Errors
    ///
    /// Invalid settings, or the sink's error.
    pub fn open(input: Vec<Field>, settings: &str, start: Start) -> Result<Self, Error> {
        let input = Schema::new(input);
        let settings = settings::parse(settings)?;
        S::check(&input, &settings, start.mode)?;
        let contract = Contract::reading_all(&input)?;
        Ok(Self { sink: S::open(&input, settings, start)?, contract, offered: None })
    }

    /// Writes rows: all columns, in order. If the sink does not take some of them, these are returned, and nothing is written.
    ///
    /// # Errors
    ///
    /// The error of [`Sink::refuse`] or [`Sink::write`].
    pub fn write(&mut self, rows: u32, columns: Vec<crate::Column>) -> Result<Vec<RowError>, Error> {
        let refused = self.offer(rows, columns)?;
        if refused.is_empty() {
            self.write_offered()?;
        }
        Ok(refused)
    }

    fn offer(&mut self, rows: u32, columns: Vec<crate::Column>) -> Result<Vec<RowError>, Error> {
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        let batch = Batch::new(rows, columns, &self.contract)?;
        let refused = self.sink.refuse(&batch)?;
        self.offered = Some((rows, batch.into_columns()));
        Ok(refused)
    }

    fn write_offered(&mut self) -> Result<(), Error> {
        let Some((rows, columns)) = self.offered.take() else {
            return Err(Error::Data("nothing was offered".to_owned()));
        };
        self.sink.write(&Batch::new(rows, columns, &self.contract)?)
    }

    /// Prepares a commit and publishes it, as an uninterrupted run does.
    ///
    /// # Errors
    ///
    /// The sink's error.
    pub fn commit(&mut self, commit: Commit) -> Result<(), Error> {
        self.sink.prepare(commit)?;
        self.sink.publish(commit)
    }

    /// The sink itself, for tests that interrupt a run between two steps.
    pub fn sink(&mut self) -> &mut S {
        &mut self.sink
    }
}

/// Exports a [`Sink`] as a component: `witdock_etl_guest::export_sink!(Partition);`, as [`export!`](crate::export) does for a transform.
#[macro_export]
macro_rules! export_sink {
    ($sink:ty) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            type Component = $crate::sink::Component<$sink>;
    $crate::bindings::sink::export_sink!(Component with_types_in $crate::bindings::sink);
        };
    };
}

/// The component of a sink. Used by [`export_sink!`](crate::export_sink).
#[doc(hidden)]
#[derive(Debug)]
pub struct Component<S>(PhantomData<S>);

/// The content of a session's resource.
#[doc(hidden)]
#[derive(Debug)]
pub enum Opened<S> {
    /// Not opened yet, with its columns, settings and start.
    Made(Vec<Field>, String, Start),
    /// Opened.
    Open(Session<S>),
}

impl<S: Sink> Guest for Component<S> {
    type Session = RefCell<Opened<S>>;

    fn check(input: Vec<Field>, settings: String, mode: Mode) -> Result<(), Error> {
        witdock_guest::init();
        S::check(&Schema::new(input), &settings::parse(&settings)?, mode)
    }
}

impl<S: Sink> GuestSession for RefCell<Opened<S>> {
    fn new(input: Vec<Field>, settings: String, start: Start) -> Self {
        RefCell::new(Opened::Made(input, settings, start))
    }

    fn open(&self) -> Result<(), Error> {
        witdock_guest::init();
        let mut session = self.borrow_mut();
        if let Opened::Made(input, settings, start) = &*session {
            *session = Opened::Open(Session::open(input.clone(), settings, start.clone())?);
        }
        Ok(())
    }

    fn offer(&self, rows: Columns) -> Result<Vec<RowError>, Error> {
        with(self, |session| session.offer(rows.rows, rows.columns))
    }

    fn write(&self) -> Result<(), Error> {
        with(self, Session::write_offered)
    }

    fn prepare(&self, commit: Commit) -> Result<(), Error> {
        with(self, |session| session.sink.prepare(commit))
    }

    fn publish(&self, commit: Commit) -> Result<(), Error> {
        with(self, |session| session.sink.publish(commit))
    }
}

fn with<S: Sink, R>(
    session: &RefCell<Opened<S>>,
    call: impl FnOnce(&mut Session<S>) -> Result<R, Error>,
) -> Result<R, Error> {
    witdock_guest::init();
    match &mut *session.borrow_mut() {
        Opened::Open(session) => call(session),
        Opened::Made(..) => Err(Error::Data("the session was not opened".to_owned())),
    }
}
