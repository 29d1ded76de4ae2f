//! Writes a line of JSON for each request, when it has ended.
//!
//! ```toml
//! [filter.access-log.settings]
//! fields = ["time", "method", "host", "path", "status", "duration_ms", "source"]
//! request_headers = ["user-agent"]
//! response_headers = ["content-type"]
//! status = [500, 599]             # only these; all unless set
//!
//! to = { cluster = "logs", path = "/ingest" }
//! ```
//!
//! Without `to`, a line goes to the proxy's log. With it, lines are posted to a service as `application/x-ndjson`: each second, in
//! requests of `batch` lines (100). A batch that the service does not take with a 2xx is sent once more, and then dropped; the number of
//! lines that are lost is logged.
//!
//! | field | what |
//! |---|---|
//! | `time` | when the request came, RFC 3339, UTC |
//! | `method`, `scheme`, `host`, `path` | what the client asked for, or an earlier filter made of it |
//! | `status` | of the response; 0 if there was none |
//! | `duration_ms` | until the exchange ended |
//! | `source` | the client's address, without its port |
//! | `request_bytes`, `response_bytes` | sizes of the bodies |
//! | `route`, `cluster`, `upstream`, `flags`, `protocol`, `tls` | what the proxy knows |
//! | `request_id` | what the filter `request-id` has set |
//!
//! A field without a value is left out.

mod batches;
mod fields;

use batches::Batches;
use fields::Field;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::time::Duration;
use witdock_proxy_guest::{Events, Exchange, Headers, HttpFilter, Instance, Result, Stream, log, timers};

witdock_proxy_guest::export!(AccessLog, events);

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(default = "Field::usual")]
    fields: Vec<Field>,
    #[serde(default)]
    request_headers: Vec<String>,
    #[serde(default)]
    response_headers: Vec<String>,
    status: Option<[u16; 2]>,
    to: Option<batches::Service>,
}

/// The filter.
#[derive(Debug)]
pub struct AccessLog {
    settings: Settings,
    batches: Option<Batches>,
}

/// How long a line waits for others.
const PERIOD: Duration = Duration::from_secs(1);

impl HttpFilter for AccessLog {
    type Settings = Settings;
    type State = ();

    fn configure(mut settings: Settings) -> Result<Self, String> {
        if let Some([from, to]) = settings.status.filter(|[from, to]| from > to) {
            return Err(format!("`status` is [{from}, {to}]: expected the lowest and the highest status"));
        }
        for name in settings.request_headers.iter_mut().chain(&mut settings.response_headers) {
            name.make_ascii_lowercase();
        }
        let batches = settings.to.take().map(Batches::new).transpose()?;
        if batches.is_some() {
            timers::set_tick(PERIOD);
        }
        Ok(Self { settings, batches })
    }

    fn log(&mut self, stream: &mut Stream<Self>) {
        let status = stream.response().status();
        if self.settings.status.is_some_and(|[from, to]| !(from..=to).contains(&status)) {
            return;
        }
        let line = Value::Object(self.line(stream)).to_string();
        match &mut self.batches {
            None => log::info!(target: "access", "{line}"),
            Some(batches) => batches.add(line),
        }
    }
}

impl Events for AccessLog {
    fn on_tick(&mut self, instance: &mut Instance<Self>) {
        if let Some(batches) = &mut self.batches {
            batches.send(instance);
        }
    }

    fn on_retire(&mut self, instance: &mut Instance<Self>) -> bool {
        self.batches.as_mut().is_none_or(|batches| batches.retire(instance))
    }
}

impl AccessLog {
    fn line(&self, exchange: &Exchange) -> Map<String, Value> {
        let mut line = Map::new();
        for field in &self.settings.fields {
            if let Some(value) = field.value(exchange) {
                line.insert(field.name().to_owned(), value);
            }
        }
        let mut headers = |name: &str, of: &[String], headers: &Headers<'_>| {
            let value = |own: &String| Some((own.clone(), Value::from(headers.get(own)?)));
            let values: Map<_, _> = of.iter().filter_map(value).collect();
            if !values.is_empty() {
                line.insert(name.to_owned(), values.into());
            }
        };
        headers("request_headers", &self.settings.request_headers, &exchange.request());
        headers("response_headers", &self.settings.response_headers, &exchange.response());
        line
    }
}

#[cfg(test)]
mod tests;
