//! Sources.
//!
//! ```
//! use serde::Deserialize;
//! use witdock_etl_guest::builder::Int64Builder;
//! use witdock_etl_guest::source::{Chunk, Source, Unit};
//! use witdock_etl_guest::{Error, Field};
//!
//! /// Numbers from 1 on, in units of a hundred.
//! struct Numbers {
//!     next: i64,
//!     end: i64,
//! }
//!
//! #[derive(Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Settings {
//!     hundreds: i64,
//! }
//!
//! impl Source for Numbers {
//!     type Settings = Settings;
//!
//!     fn describe(_settings: &Settings) -> Result<Vec<Field>, Error> {
//!         Ok(vec![Field::int64("n")])
//!     }
//!
//!     fn next_unit(settings: &Settings, after: Option<&str>) -> Result<Option<Unit>, Error> {
//!         let next = after.map_or(Ok(0), |id| id.parse::<i64>().map(|id| id + 1));
//!         let next = next.map_err(|_| Error::Data("unknown unit".to_owned()))?;
//!         Ok((next < settings.hundreds).then(|| Unit { id: next.to_string(), bytes: None }))
//!     }
//!
//!     fn open(_settings: &Settings, unit: &str) -> Result<Self, Error> {
//!         let unit: i64 = unit.parse().map_err(|_| Error::Data("unknown unit".to_owned()))?;
//!         Ok(Self { next: unit * 100 + 1, end: unit * 100 + 101 })
//!     }
//!
//!     fn read(&mut self, most: u32) -> Result<Option<Chunk>, Error> {
//!         let rows = u32::try_from(self.end - self.next).unwrap_or(0).min(most);
//!         if rows == 0 {
//!             return Ok(None);
//!         }
//!         let begin = self.next;
//!         self.next += i64::from(rows);
//!         Ok(Some(Chunk::new(rows, vec![(begin..self.next).collect::<Int64Builder>().finish()])))
//!     }
//! }
//!
//! witdock_etl_guest::export_source!(Numbers);
//!
//! let units = witdock_etl_guest::source::read_all::<Numbers>(r#"{"hundreds": 2}"#, 64).unwrap();
//! assert_eq!(units.iter().map(|(unit, _)| unit.id.as_str()).collect::<Vec<_>>(), ["0", "1"]);
//! assert_eq!(units[1].1.iter().map(|chunk| chunk.rows.rows).collect::<Vec<_>>(), [64, 36]);
//! # fn main() {}
//! ```
//!
//! A source requests in `plugin.toml` what it reads from: folders, network, environment. With `target = "wasm32-wasip2"` it uses
//! granted folders through the standard library.

pub use crate::bindings::source::exports::witdock::etl::extract::{BadRecord, Chunk, Unit};

use std::cell::RefCell;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::bindings::source::exports::witdock::etl::extract::{Guest, GuestReader};
use crate::bindings::witdock::etl::types::Batch;
use crate::{Column, Error, Field, settings};

/// A source of rows, unit by unit. The value reads one unit. [`export_source!`](crate::export_source) exports it as a
/// component.
pub trait Source: Sized + 'static {
    /// The source's settings, from the pipeline file: as for [`Transform`](crate::Transform).
    type Settings: DeserializeOwned;

    /// Returns the columns, which are the same in every unit.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`], for the pipeline's author.
    fn describe(settings: &Self::Settings) -> Result<Vec<Field>, Error>;

    /// Returns the unit after the one with this id, or the first one if no id is given. `None` if there is no such unit yet. The same
    /// question must have the same answer, except that a unit may appear where there was none: an interrupted run asks again.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] ends the run.
    fn next_unit(settings: &Self::Settings, after: Option<&str>) -> Result<Option<Unit>, Error>;

    /// Starts reading a unit.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] ends the run.
    fn open(settings: &Self::Settings, unit: &str) -> Result<Self, Error>;

    /// Reads the next rows, about `most` or fewer. `None` at the end of the unit.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] ends the run. Report a single bad record in [`Chunk::bad`].
    fn read(&mut self, most: u32) -> Result<Option<Chunk>, Error>;
}

impl Chunk {
    /// Rows of consecutive records.
    pub fn new(rows: u32, columns: Vec<Column>) -> Self {
        Self { rows: Batch { rows, columns }, numbers: Vec::new(), bad: Vec::new() }
    }

    /// Sets the numbers of the rows' records in the unit, from 1, and the bad records.
    #[must_use]
    pub fn with_bad(mut self, numbers: Vec<u64>, bad: Vec<BadRecord>) -> Self {
        (self.numbers, self.bad) = (numbers, bad);
        self
    }
}

/// Reads every unit to its end, natively, for tests. `settings` is JSON text, an object.
///
/// # Errors
///
/// The source's error.
pub fn read_all<S: Source>(settings: &str, most: u32) -> Result<Vec<(Unit, Vec<Chunk>)>, Error> {
    let settings = settings::parse(settings)?;
    S::describe(&settings)?;
    let mut units: Vec<(Unit, Vec<Chunk>)> = Vec::new();
    while let Some(unit) = S::next_unit(&settings, units.last().map(|(unit, _)| unit.id.as_str()))? {
        let mut source = S::open(&settings, &unit.id)?;
        let mut chunks = Vec::new();
        while let Some(chunk) = source.read(most)? {
            chunks.push(chunk);
        }
        units.push((unit, chunks));
    }
    Ok(units)
}

/// Exports a [`Source`] as a component: `witdock_etl_guest::export_source!(Numbers);`, as [`export!`](crate::export) does for a transform.
#[macro_export]
macro_rules! export_source {
    ($source:ty) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            type Component = $crate::source::Component<$source>;
    $crate::bindings::source::export_source!(Component with_types_in $crate::bindings::source);
        };
    };
}

/// The component of a source. Used by [`export_source!`](crate::export_source).
#[doc(hidden)]
#[derive(Debug)]
pub struct Component<S>(PhantomData<S>);

/// The content of a reader's resource. A constructor cannot fail in WIT, so an error is stored until the first read.
#[doc(hidden)]
#[derive(Debug)]
pub struct Opened<S>(RefCell<Result<S, Error>>);

impl<S: Source> Guest for Component<S> {
    type Reader = Opened<S>;

    fn describe(settings: String) -> Result<Vec<Field>, Error> {
        witdock_guest::init();
        S::describe(&settings::parse(&settings)?)
    }

    fn next_unit(settings: String, after: Option<String>) -> Result<Option<Unit>, Error> {
        witdock_guest::init();
        S::next_unit(&settings::parse(&settings)?, after.as_deref())
    }
}

impl<S: Source> GuestReader for Opened<S> {
    fn new(settings: String, unit: String) -> Self {
        witdock_guest::init();
        Self(RefCell::new(settings::parse(&settings).and_then(|settings| S::open(&settings, &unit))))
    }

    fn read(&self, most: u32) -> Result<Option<Chunk>, Error> {
        witdock_guest::init();
        match &mut *self.0.borrow_mut() {
            Ok(source) => source.read(most),
            Err(error) => Err(error.clone()),
        }
    }
}
