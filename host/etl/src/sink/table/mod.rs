//! A sink that is a table: rows and the mark of their commit are in one transaction.
//!
//! With `replace` rows gather in a table of the run's own, and take the place of the target's in the last transaction. The table
//! `witdock_commits` holds, for each pipeline and sink, the last commit that is in the database.

mod postgres;
mod sqlite;
mod target;

pub(super) use self::postgres::{PostgresSink, committed as postgres_committed};
pub(super) use self::sqlite::{SqliteSink, committed as sqlite_committed};
