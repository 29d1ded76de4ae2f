//! Runs a filter natively, in a plugin's unit tests: no component, no proxy.
//!
//! A [`Tester`] is a proxy in memory with one filter. It follows the proxy's rules: what has gone cannot be changed, a pause holds
//! what comes, an answer goes through the filter's own response callbacks. A [`Message`] is a request or a response; an
//! [`Exchanged`] is what the upstream and the client saw.
//!
//! ```
//! use serde_json::json;
//! use witdock_proxy_guest::testing::{Message, Tester};
//! use witdock_proxy_guest::{Action, HttpFilter, NoSettings, Response, Result, Stream};
//!
//! /// Hides a part of a site.
//! struct Hide;
//!
//! impl HttpFilter for Hide {
//!     type Settings = NoSettings;
//!     type State = ();
//!
//!     fn configure(_: NoSettings) -> Result<Self, String> {
//!         Ok(Self)
//!     }
//!
//!     fn on_request_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
//!         if stream.request().path().starts_with("/internal") {
//!             return Ok(stream.respond(Response::new(404).body("not here\n"))?);
//!         }
//!         stream.request().set("x-seen", "yes")?;
//!         Ok(Action::Proceed)
//!     }
//! }
//!
//! let mut tester = Tester::<Hide>::new(json!({}))?;
//! tester.upstream(|request| Message::response(200).body(format!("you asked for {}", request.path())));
//!
//! let exchanged = tester.run(Message::get("/a"));
//! assert_eq!(exchanged.request().get_header("x-seen"), Some("yes".to_owned()));
//! assert_eq!(exchanged.response().text(), "you asked for /a");
//!
//! let exchanged = tester.run(Message::get("/internal/metrics"));
//! assert_eq!((exchanged.status(), exchanged.upstream_saw()), (404, None));
//! # Ok::<(), String>(())
//! ```

mod exchange;
mod fields;
pub(crate) mod host;
mod message;
mod run;
pub(crate) mod tcp;
mod tester;
mod world;

pub use message::Message;
pub use run::{End, Exchanged};
pub use tcp::{Connected, TcpTester};
pub use tester::Tester;
