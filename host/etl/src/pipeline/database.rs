use std::path::PathBuf;

use crate::postgres;

/// A database that a source reads from or a sink writes to.
#[derive(Debug, Clone)]
pub enum Database {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server: `postgres://user:password@host:port/database`, or `host=… user=…`.
    Postgres(String),
}

impl Database {
    /// The name for messages. It never contains a password.
    pub fn name(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(url) => postgres::shown(url),
        }
    }
}
