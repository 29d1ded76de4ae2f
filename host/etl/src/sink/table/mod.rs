//! A sink that is a table. Rows and the number of their commit are in one transaction.
//!
//! With `replace` the rows are collected in a table beside the target, and the last transaction replaces the target's rows with
//! them. The table `witdock_commits` has, for each pipeline and sink, the last commit that is in the database.

mod postgres;
mod references;
mod sink;
mod sqlite;
mod target;
mod value;

pub(super) use self::postgres::{committed as postgres_committed, open as open_postgres};
pub(super) use self::sqlite::{committed as sqlite_committed, open as open_sqlite};
