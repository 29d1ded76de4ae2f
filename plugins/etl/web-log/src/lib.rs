//! Parses the lines of a web server's log, in Common Log Format or Combined Log Format, which adds the referrer and the user
//! agent. Apache and nginx write these formats.
//!
//! ```toml
//! [stage.settings]
//! column = "line"    # the column of lines; the default is "line"
//! keep = false       # whether to keep that column
//! ```
//!
//! | column | type | |
//! |---|---|---|
//! | `ip` | utf8 | the client, as the server wrote it: an address or a host name |
//! | `time` | timestamp-us | in UTC |
//! | `method`, `path` | utf8 | of the request; the path includes the query |
//! | `status` | int32 | 100 to 599 |
//! | `bytes` | int64 | of the response body; null for `-` |
//! | `referrer`, `user_agent` | utf8 | null for `-`, and in Common Log Format |
//!
//! Lines in another format are rejected with the code `not-a-log-line`, lines with an invalid part with `bad-time`,
//! `bad-request`, `bad-status` or `bad-bytes`. Requests that are not HTTP, as scanners send them, are `bad-request`.

mod line;

use line::{Line, Request};
use serde::Deserialize;
use witdock_etl_guest::{Columns, Error, Reject, RowTransform};

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(default = "default_column")]
    column: String,
    #[serde(default)]
    keep: bool,
}

fn default_column() -> String {
    "line".to_owned()
}

/// The transform.
#[derive(Debug)]
pub struct WebLog;

witdock_etl_guest::export!(WebLog);

impl RowTransform for WebLog {
    type Settings = Settings;
    type In = Line<'static>;
    type Out = Request<'static>;

    fn new(_: Settings) -> Result<Self, Error> {
        Ok(WebLog)
    }

    fn columns(settings: &Settings) -> Result<Columns, Error> {
        let columns = Columns::new().read("line", &settings.column);
        Ok(if settings.keep { columns } else { columns.drop("line") })
    }

    fn row<'a>(&'a mut self, line: Line<'a>) -> Result<Request<'a>, Reject> {
        line.parse()
    }
}

#[cfg(test)]
mod tests;
