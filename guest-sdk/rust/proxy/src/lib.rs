//! The guest SDK for `witdock:proxy`: implement [`HttpFilter`] to filter the requests and responses of the reverse proxy.
//!
//! ```
//! use serde::Deserialize;
//! use witdock_proxy_guest::metrics::Counter;
//! use witdock_proxy_guest::{Action, HttpFilter, Response, Result, Stream, log};
//!
//! /// Answers 404 to requests below some paths.
//! struct Hide {
//!     below: Vec<String>,
//!     hidden: Counter,
//! }
//!
//! #[derive(Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Settings {
//!     below: Vec<String>,
//! }
//!
//! impl HttpFilter for Hide {
//!     type Settings = Settings;
//!     type State = ();
//!
//!     fn configure(settings: Settings) -> Result<Self, String> {
//!         if let Some(path) = settings.below.iter().find(|path| !path.starts_with('/')) {
//!             return Err(format!("`below` has `{path}`: expected a path that begins with `/`"));
//!         }
//!         Ok(Self { below: settings.below, hidden: Counter::new("hidden") })
//!     }
//!
//!     fn on_request_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
//!         let path = stream.request().path_only();
//!         if !self.below.iter().any(|hidden| path.starts_with(hidden)) {
//!             return Ok(Action::Proceed);
//!         }
//!         log::info!("{path} is hidden");
//!         self.hidden.add(1);
//!         Ok(stream.respond(Response::new(404).body("not here\n"))?)
//!     }
//! }
//!
//! witdock_proxy_guest::export!(Hide);
//!
//! // A unit test takes requests through it: see `testing`.
//! use serde_json::json;
//! use witdock_proxy_guest::testing::{Message, Tester};
//!
//! let mut tester = Tester::<Hide>::new(json!({ "below": ["/internal"] }))?;
//! assert_eq!(tester.run(Message::get("/internal/metrics")).status(), 404);
//! assert_eq!(tester.run(Message::get("/")).status(), 200);
//! assert_eq!(tester.metric("hidden"), Some(1));
//! let refused = Tester::<Hide>::new(json!({ "below": ["internal"] })).unwrap_err();
//! assert_eq!(refused, "`below` has `internal`: expected a path that begins with `/`");
//! # Ok::<(), String>(())
//! ```
//!
//! A callback gets a [`Stream`]: the [`Exchange`], with the request, the response and their bodies, and the filter's own
//! [state](HttpFilter::State) for it. It returns an [`Action`]: proceed, or pause until something resumes. A filter
//! that has to know something first [calls](Stream::call) a cluster of the proxy, and goes on when the answer comes.
//!
//! A body comes in pieces. A filter that needs all of it returns [`Action::Hold`] for the headers and [`Action::Pause`] for the
//! pieces, up to `end_of_stream`:
//!
//! ```
//! # use witdock_proxy_guest::{Action, HttpFilter, NoSettings, Result, Stream};
//! struct Shout;
//!
//! impl HttpFilter for Shout {
//! #     type Settings = NoSettings;
//! #     type State = ();
//! #     fn configure(_: NoSettings) -> Result<Self, String> { Ok(Self) }
//!     fn on_response_headers(&mut self, _: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
//!         Ok(Action::Hold)
//!     }
//!
//!     fn on_response_body(&mut self, stream: &mut Stream<Self>, _size: u64, end_of_stream: bool) -> Result<Action> {
//!         if !end_of_stream {
//!             return Ok(Action::Pause);
//!         }
//!         let body = stream.response_body();
//!         body.replace(body.read().to_ascii_uppercase())?;
//!         Ok(Action::Proceed)
//!     }
//!     // …
//! }
//! # use witdock_proxy_guest::testing::{Message, Tester};
//! # let mut tester = Tester::<Shout>::new(serde_json::json!({})).unwrap();
//! # tester.upstream(|_| Message::response(200).pieces(["he", "llo"]));
//! # assert_eq!(tester.run(Message::get("/")).response().pieces, [b"HELLO"]);
//! ```
//!
//! A filter of connections that are not HTTP is a [`TcpFilter`](tcp::TcpFilter).
//!
//! What instances share is in [`shared_data`] and [`queues`]; [`metrics`] are shown by the proxy. [`Events`] are
//! ticks, queues and retirement.
//!
//! `plugin.toml` beside `Cargo.toml` names the plugin and requests its imports, by the name of the module:
//! `imports = ["witdock:proxy/http", "witdock:proxy/shared-data"]`. The [`log`] macros need no grant. In native unit tests there is no
//! proxy; [`testing`] has one in memory.

pub mod bindings;
mod body;
mod call;
mod error;
mod exchange;
mod export;
mod export_tcp;
mod filter;
mod headers;
mod host;
mod instance;
pub mod metrics;
pub mod properties;
pub mod queues;
mod response;
mod settings;
pub mod shared_data;
mod stream;
pub mod tcp;
#[cfg(not(target_family = "wasm"))]
pub mod testing;
pub mod timers;

pub use bindings::witdock::proxy::http::{Callbacks, Part, RespondError, Side};
pub use bindings::witdock::proxy::http_calls::CallError;
pub use bindings::witdock::proxy::types::{Action, CallFailure, EditError, Header, Outcome};
pub use body::Body;
pub use call::{Answer, Call};
pub use error::{Error, Explain, Result};
pub use exchange::Exchange;
pub use filter::{Events, HttpFilter, NoSettings};
pub use headers::{Headers, RequestView, ResponseView};
pub use instance::Instance;
pub use properties::Property;
pub use queues::Queue;
pub use response::Response;
pub use stream::Stream;
pub use witdock_guest::{self, log};

#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub use export::{Component, Exported};
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub use export_tcp::{TcpComponent, TcpExported};
