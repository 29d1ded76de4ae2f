//! Gives each request an identifier, in a header for the upstream and for the client, and as the property `request_id` for
//! other filters and the access log.
//!
//! ```toml
//! [filter.request-id.settings]
//! header = "x-request-id"   # the default
//! trust = true              # the default: a valid identifier of the client's is passed on
//! respond = true            # the default: the client gets it back
//! ```
//!
//! An identifier of the client's is valid with 1 to 128 letters, digits and `-_.:/+=`. Others are replaced, since they may be
//! meant for whoever reads the logs. Those made here have the form of a UUID of version 8: the time, and what is the proxy's own
//! number of the request. They are unique but not secret.

use serde::Deserialize;
use std::hash::{DefaultHasher, Hash, Hasher};
use witdock_proxy_guest::{Action, Callbacks, Exchange, HttpFilter, Result, Stream};

witdock_proxy_guest::export!(RequestId);

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(default = "header")]
    header: String,
    #[serde(default = "yes")]
    trust: bool,
    #[serde(default = "yes")]
    respond: bool,
}

fn header() -> String {
    "x-request-id".to_owned()
}

fn yes() -> bool {
    true
}

/// The filter.
#[derive(Debug)]
pub struct RequestId {
    settings: Settings,
    /// Requests of this instance.
    count: u64,
}

/// The longest identifier of a client's.
const LONGEST: usize = 128;

impl HttpFilter for RequestId {
    type Settings = Settings;
    type State = String;

    fn configure(mut settings: Settings) -> Result<Self, String> {
        settings.header.make_ascii_lowercase();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        match !settings.header.is_empty() && settings.header.bytes().all(is_name) {
            true => Ok(Self { settings, count: 0 }),
            false => Err(format!(
                "`header` is `{}`: expected a header's name, such as `x-request-id`",
                settings.header
            )),
        }
    }

    fn on_request_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        let header = &self.settings.header;
        let given = stream.request().get(header).filter(|id| self.settings.trust && is_valid(id));
        let id = given.unwrap_or_else(|| {
            self.count += 1;
            new_id(stream, self.count)
        });
        stream.request().set(header, &id)?;
        stream.set_property(&["request_id"], &id);
        if self.settings.respond {
            stream.state = id;
        } else {
            stream.ignore(Callbacks::RESPONSE_HEADERS);
        }
        Ok(Action::Proceed)
    }

    fn on_response_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        stream.response().set(&self.settings.header, &stream.state)?;
        Ok(Action::Proceed)
    }
}

fn is_valid(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte);
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(allowed)
}

/// An identifier in the form of RFC 9562, version 8: 48 bits of milliseconds, and 74 bits of a hash of what no other request has.
fn new_id(exchange: &Exchange, count: u64) -> String {
    let property = |path: [&str; 2]| exchange.property(&path).map(|property| format!("{property:?}"));
    let time = exchange.time();
    let hash = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        let connection = property(["connection", "id"]);
        (salt, count, time.as_nanos(), property(["request", "id"]), connection).hash(&mut hasher);
        exchange.source_address().hash(&mut hasher);
        hasher.finish()
    };
    let milliseconds = time.as_millis() & 0xffff_ffff_ffff;
    let (first, second) = (hash(1) & 0xfff, hash(2));
    let variant = 0x8000 | (second >> 48 & 0x3fff);
    let (early, late) = (milliseconds >> 16, milliseconds & 0xffff);
    format!("{early:08x}-{late:04x}-8{first:03x}-{variant:04x}-{:012x}", second & 0xffff_ffff_ffff)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::collections::HashSet;
    use witdock_proxy_guest::testing::{Message, Tester};

    fn tester(settings: Value) -> Tester<RequestId> {
        Tester::new(settings).unwrap()
    }

    #[test]
    fn each_request_gets_an_identifier_of_its_own() {
        let mut tester = tester(json!({}));
        let mut seen = HashSet::new();
        for _ in 0..1000 {
            let exchanged = tester.run(Message::get("/"));
            let id = exchanged.request().get_header("x-request-id").unwrap();
            assert_eq!(id.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{id}");
            assert_eq!(exchanged.response().get_header("x-request-id").as_deref(), Some(id.as_str()));
            assert_eq!(exchanged.property(&["request_id"]).as_deref(), Some(id.as_str()));
            assert!(is_valid(&id) && seen.insert(id));
        }
    }

    #[test]
    fn an_identifier_of_the_clients_is_passed_on_if_it_is_valid() {
        let seen = |settings: Value, id: &str| {
            let exchanged =
                tester(settings).run(Message::get("/").header("x-own", id).header("x-own", "second"));
            exchanged.request().get_all("x-own").join("|")
        };
        let own = || json!({ "header": "X-Own" });
        assert_eq!(seen(own(), "Abc-1.2"), "Abc-1.2");
        for bad in ["", "a b", "{\"a\": 1}", "é", &"x".repeat(129)] {
            let id = seen(own(), bad);
            assert_eq!((id.len(), id == bad), (36, false), "{bad}");
        }
        assert_ne!(seen(json!({ "header": "x-own", "trust": false }), "Abc"), "Abc");
    }

    #[test]
    fn the_client_gets_it_back_unless_the_settings_say_otherwise() {
        let exchanged = tester(json!({ "respond": false })).run(Message::get("/"));
        assert_eq!(exchanged.response().get_header("x-request-id"), None);
        let error = Tester::<RequestId>::new(json!({ "header": "x id" })).unwrap_err();
        assert_eq!(error, "`header` is `x id`: expected a header's name, such as `x-request-id`");
    }
}
