//! A plugin that rows go to.
//!
//! Rows are there once, whatever happens: [`prepare`](Sink::prepare) brings them to where they outlast a crash and nobody sees
//! them, the host notes that the commit counts, and [`publish`](Sink::publish) shows them. [`open`](Sink::open) is told how many commits
//! count, and makes up for what a crash has left undone.
//!
//! In `plugin.toml` a sink asks for what it writes to; with `target = "wasm32-wasip2"` the standard library's files are those that
//! the pipeline grants. [`Session`] runs a sink natively, in unit tests.

pub use crate::bindings::sink::exports::witdock::etl::load::{Commit, Mode, Start};

use std::cell::RefCell;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::bindings::sink::exports::witdock::etl::load::{Guest, GuestSession};
use crate::bindings::witdock::etl::types::Batch as Columns;
use crate::{Batch, Contract, Error, Field, Schema, settings};

/// Where rows go. The value is one run's rows. [`export_sink!`](crate::export_sink) makes a component of it.
pub trait Sink: Sized + 'static {
    /// The sink's settings, as the pipeline gives them: as for [`Transform`](crate::Transform).
    type Settings: DeserializeOwned;

    /// Says whether rows of these columns can be taken.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] or [`Error::Schema`], for the pipeline's author. A mode that is not supported is the first.
    fn check(input: &Schema, settings: &Self::Settings, mode: Mode) -> Result<(), Error>;

    /// Goes on from the start: publishes the commits that count and were not, and throws away what goes beyond.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] ends the run.
    fn open(input: &Schema, settings: Self::Settings, start: Start) -> Result<Self, Error>;

    /// Takes rows. The batch has all columns.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] ends the run.
    fn write(&mut self, rows: &Batch<'_>) -> Result<(), Error>;

    /// Brings the rows so far to where they outlast a crash, unseen.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] ends the run.
    fn prepare(&mut self, commit: Commit) -> Result<(), Error>;

    /// The commit that was prepared counts: shows its rows. With [`Mode::Replace`] only the last commit does.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] ends the run; the next one publishes.
    fn publish(&mut self, commit: Commit) -> Result<(), Error>;
}

/// One run of a sink. The host's calls come through it, and a unit test's.
#[derive(Debug)]
pub struct Session<S> {
    sink: S,
    contract: Contract,
}

impl<S: Sink> Session<S> {
    /// Checks and starts a run. `settings` is JSON text, an object.
    ///
    /// # Errors
    ///
    /// Settings that do not fit, and what the sink says.
    pub fn open(input: Vec<Field>, settings: &str, start: Start) -> Result<Self, Error> {
        let input = Schema::new(input);
        let settings = settings::parse(settings)?;
        S::check(&input, &settings, start.mode)?;
        let contract = Contract::reading_all(&input)?;
        Ok(Self { sink: S::open(&input, settings, start)?, contract })
    }

    /// Writes rows: all columns, in order.
    ///
    /// # Errors
    ///
    /// What [`Sink::write`] says.
    pub fn write(&mut self, rows: u32, columns: Vec<crate::Column>) -> Result<(), Error> {
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        self.sink.write(&Batch::new(rows, columns, &self.contract)?)
    }

    /// Prepares a commit and publishes it, as a run that is not cut does.
    ///
    /// # Errors
    ///
    /// What the sink says.
    pub fn commit(&mut self, commit: Commit) -> Result<(), Error> {
        self.sink.prepare(commit)?;
        self.sink.publish(commit)
    }

    /// The sink itself, for a test that cuts a run between two steps.
    pub fn sink(&mut self) -> &mut S {
        &mut self.sink
    }
}

/// Makes a component of a [`Sink`]: `witdock_etl_guest::export_sink!(Partition);`, as [`export!`](crate::export) does of a transform.
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

/// The component of a sink: [`export_sink!`](crate::export_sink) names it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Component<S>(PhantomData<S>);

/// A session as the host holds it: what it starts from until it is opened.
#[doc(hidden)]
#[derive(Debug)]
pub enum Opened<S> {
    /// Made, with its columns, settings and start.
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

    fn write(&self, rows: Columns) -> Result<(), Error> {
        with(self, |session| session.write(rows.rows, rows.columns))
    }

    fn prepare(&self, commit: Commit) -> Result<(), Error> {
        with(self, |session| session.sink.prepare(commit))
    }

    fn publish(&self, commit: Commit) -> Result<(), Error> {
        with(self, |session| session.sink.publish(commit))
    }
}

fn with<S: Sink>(
    session: &RefCell<Opened<S>>,
    call: impl FnOnce(&mut Session<S>) -> Result<(), Error>,
) -> Result<(), Error> {
    witdock_guest::init();
    match &mut *session.borrow_mut() {
        Opened::Open(session) => call(session),
        Opened::Made(..) => Err(Error::Data("the session was not opened".to_owned())),
    }
}
