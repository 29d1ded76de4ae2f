//! The result of a query as units of work: ranges of a rising key, or the whole result.

mod database;
mod postgres;
mod sqlite;
mod units;

pub(super) use self::units::QueryUnits;
