//! A connection to PostgreSQL, for threads that may block.

mod kind;
mod tls;
mod url;

use thiserror::Error;
use tokio::runtime::Handle;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Client, Config, NoTls, Socket};

pub(crate) use self::kind::Kind;
pub use self::url::shown;

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
    /// Whether a row is at fault: without it, the statement would succeed.
    pub of_row: bool,
    /// Whether the row refers to one that is not there.
    pub of_reference: bool,
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
        let failed = |message: String| PostgresError {
            database: name.clone(),
            message,
            of_row: false,
            of_reference: false,
        };
        // The parser's message may show parts of a password.
        let (config, trust) = url::config(url).ok_or_else(|| {
            failed(
                "the url is invalid: expected postgres://user:password@host:port/database, with `/`, `?` and `%` in a password \
                 written as %2F, %3F and %25; `sslmode` is `disable`, `prefer`, `require` or `verify-full`"
                    .to_owned(),
            )
        })?;
        let handle = Handle::try_current().map_err(|error| failed(error.to_string()))?;
        let failed_to_connect = |error: tokio_postgres::Error| {
            failed(format!(
                "cannot connect: {}; check that the server is running and the url is right",
                words(&error)
            ))
        };
        let client = if config.get_ssl_mode() == SslMode::Disable {
            connect(&handle, &config, NoTls).map_err(failed_to_connect)?
        } else {
            let tls = tls::connector(&trust).map_err(failed)?;
            match connect(&handle, &config, tls) {
                // The server may have TLS of a kind that we have not.
                Err(error) if config.get_ssl_mode() == SslMode::Prefer && error.as_db_error().is_none() => {
                    connect(&handle, &config, NoTls).map_err(failed_to_connect)?
                }
                other => other.map_err(failed_to_connect)?,
            }
        };
        Ok(Self { client, handle, name })
    }

    /// Blocks until the answer has arrived.
    pub(crate) fn wait<R>(
        &self,
        answer: impl Future<Output = Result<R, tokio_postgres::Error>>,
    ) -> Result<R, PostgresError> {
        self.handle.block_on(answer).map_err(|error| PostgresError {
            of_row: error.as_db_error().is_some_and(is_of_row),
            of_reference: error.code() == Some(&SqlState::FOREIGN_KEY_VIOLATION),
            ..self.failed(words(&error))
        })
    }

    pub(crate) fn failed(&self, message: String) -> PostgresError {
        PostgresError { database: self.name.clone(), message, of_row: false, of_reference: false }
    }
}

fn connect<T>(handle: &Handle, config: &Config, tls: T) -> Result<Client, tokio_postgres::Error>
where
    T: MakeTlsConnect<Socket, Stream: Send, TlsConnect: Send> + Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    T::Stream: 'static,
{
    let (client, connection) = handle.block_on(config.connect(tls))?;
    handle.spawn(async move {
        // The client gets the same error.
        let _ = connection.await;
    });
    Ok(client)
}

/// Invalid values, violated constraints, and what a trigger raises.
/// See <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn is_of_row(error: &DbError) -> bool {
    let code = error.code().code();
    code.starts_with("22") || code.starts_with("23") || ["44000", "P0001"].contains(&code)
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
    if let Some(column) = database.where_().and_then(column_of) {
        text = format!("the column `{column}`: {text}");
    }
    for more in [database.detail(), database.hint()].into_iter().flatten() {
        text.push_str("; ");
        text.push_str(more);
    }
    if *database.code() == SqlState::LOCK_NOT_AVAILABLE {
        text.push_str(OTHERS_LOCK);
    }
    text
}

/// What holds a lock, and what to do.
const OTHERS_LOCK: &str = "; another session uses the table. If it is another sink of this pipeline, whose table refers to this one, write the two tables \
    with two pipelines, one after the other. Otherwise run again when the other session has ended, or set a longer time in the url: \
    `?options=-c%20lock_timeout%3D5min`";

/// The column in the context of an error of `COPY`, such as `COPY flights, line 1, column day: "soon"`.
fn column_of(context: &str) -> Option<&str> {
    context.lines().find_map(|line| {
        let (_, column) = line.strip_prefix("COPY ")?.split_once(", column ")?;
        Some(column.split_once(": ")?.0)
    })
}

/// A name as a quoted SQL identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A table's name as quoted SQL identifiers. A dot separates the schema from the table.
pub(crate) fn quoted_table(name: &str) -> String {
    name.split('.').map(quoted).collect::<Vec<_>>().join(".")
}
