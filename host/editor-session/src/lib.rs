//! An editing session whose plugins are sandboxed, hot-reloading WebAssembly components, without a front end: any
//! terminal, window or test drives it.
//!
//! ```text
//!  front end ──▶ Session ──▶ Effect ──▶ Driver ──▶ files, plugins, timers
//!      ▲            │  ▲                   │
//!      └── Request ◀┘  └──────  Input ◀────┘
//! ```
//!
//! - [`Session`] is the state: [`Documents`] and [`Plugins`]. It reads no file, runs no plugin and has no clock.
//! - [`Driver`] carries out its effects, and brings the inputs that answer them.
//! - [`search`]: finding and replacing, with a count of the matches.
//! - [`display`] and [`style`] are what plugins show, in types that do not depend on the interface.
//! - [`host`] is the plugin boundary: bindings of `wit/editor`, host functions, consent, and the plugins that are loaded.
//!
//! A front end's loop:
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use witdock_editor_session::documents::Target;
//! use witdock_editor_session::host::{Consent, Visible};
//! use witdock_editor_session::{Driver, Session};
//!
//! let mut session = Session::new([]);
//! let mut driver = Driver::new(Consent::to_all())?;
//! driver.host().load_all("plugins/editor".as_ref());
//! session.open(Target::typed("README.md"));
//! loop {
//!     for effect in session.take_effects() {
//!         driver.carry_out(effect);
//!     }
//!     for request in session.take_requests() {
//!         println!("{request:?}");
//!     }
//!     for call in session.take_calls(Visible::default()) {
//!         driver.carry_out(call);
//!     }
//!     session.update(driver.next().await);
//! }
//! # }
//! ```

pub mod code;
pub mod command;
pub mod display;
pub mod documents;
pub mod host;
pub mod language;
pub mod plugins;
pub mod preference;
pub mod project;
pub mod search;
pub mod shell;
pub mod style;
pub mod syntax;

mod driver;
mod message;
mod outbox;
mod problem;
mod processes;
mod recovery;
mod session;
mod size;
mod watch;

pub use documents::Documents;
pub use driver::Driver;
pub use message::{Level, Message};
pub use outbox::{Effect, Input, Request};
pub use plugins::Plugins;
pub use problem::Problem;
pub use recovery::{Kept, Left};
pub use session::{SaveAs, Session};
