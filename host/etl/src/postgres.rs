//! A connection to PostgreSQL, for threads that may block.

use std::str::FromStr;

use thiserror::Error;
use tokio::runtime::Handle;
use tokio_postgres::{Client, Config, NoTls};

/// Days from 1970 to 2000, which PostgreSQL counts from.
pub(crate) const EPOCH_DAYS: i32 = 10_957;
/// Microseconds from 1970 to 2000.
pub(crate) const EPOCH_MICROSECONDS: i64 = EPOCH_DAYS as i64 * 86_400_000_000;

/// An error of a PostgreSQL database.
#[derive(Debug, Error)]
#[error("{database}: {message}")]
pub struct PostgresError {
    /// The database's name, without a password.
    pub database: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// An open connection.
pub(crate) struct Connection {
    pub(crate) client: Client,
    handle: Handle,
    name: String,
}

impl Connection {
    /// Connects. This must be called on a thread of the runtime that may block.
    pub(crate) fn open(url: &str) -> Result<Self, PostgresError> {
        let name = shown(url);
        let failed = |message: String| PostgresError { database: name.clone(), message };
        let config = Config::from_str(url).map_err(|error| {
            failed(format!(
                "the url is invalid: {error}; expected postgres://user:password@host:port/database"
            ))
        })?;
        let handle = Handle::try_current().map_err(|error| failed(error.to_string()))?;
        let (client, connection) = handle.block_on(config.connect(NoTls)).map_err(|error| {
            failed(format!(
                "cannot connect: {}; check that the server is running and the url is right",
                words(&error)
            ))
        })?;
        handle.spawn(async move {
            // The client gets the same error.
            let _ = connection.await;
        });
        Ok(Self { client, handle, name })
    }

    /// Blocks until the answer has arrived.
    pub(crate) fn wait<R>(
        &self,
        answer: impl Future<Output = Result<R, tokio_postgres::Error>>,
    ) -> Result<R, PostgresError> {
        self.handle.block_on(answer).map_err(|error| self.failed(words(&error)))
    }

    pub(crate) fn failed(&self, message: String) -> PostgresError {
        PostgresError { database: self.name.clone(), message }
    }
}

/// The database's name for messages, without a password.
pub fn shown(url: &str) -> String {
    let Ok(config) = Config::from_str(url) else { return "PostgreSQL".to_owned() };
    let host = config.get_hosts().first().map_or_else(String::new, |host| match host {
        tokio_postgres::config::Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
    });
    let port = config.get_ports().first().map_or_else(String::new, |port| format!(":{port}"));
    format!("PostgreSQL {host}{port}/{}", config.get_dbname().unwrap_or_default())
}

/// The server's message with its detail and hint. The error's own text is only "db error".
fn words(error: &tokio_postgres::Error) -> String {
    let Some(database) = error.as_db_error() else {
        let mut text = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(inner) = source {
            text.push_str(&format!(": {inner}"));
            source = inner.source();
        }
        return text;
    };
    let mut text = database.message().to_owned();
    for more in [database.detail(), database.hint()].into_iter().flatten() {
        text.push_str("; ");
        text.push_str(more);
    }
    text
}

/// A name as a quoted SQL identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A table's name as quoted SQL identifiers. A dot separates the schema from the table.
pub(crate) fn quoted_table(name: &str) -> String {
    name.split('.').map(quoted).collect::<Vec<_>>().join(".")
}
