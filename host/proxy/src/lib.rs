//! A reverse proxy: HTTP/1.1 and HTTP/2 in and out, plain TCP, and filters that are sandboxed plugins.
//!
//! A [`Config`](config::Config) file says what the proxy listens on, which routes requests take, and which servers they are
//! forwarded to. [`Proxy::start`] carries it out:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use witdock_proxy::Proxy;
//! use witdock_proxy::config::Config;
//!
//! let mut proxy = Proxy::start(Config::open("proxy.toml".as_ref())?).await?;
//! println!("listening on {:?}", proxy.addresses());
//! // Requests that run go on with the configuration that they began with.
//! proxy.reload(Config::open("proxy.toml".as_ref())?).await?;
//! proxy.stop(Duration::from_secs(10)).await;
//! # Ok(())
//! # }
//! ```
//!
//! A connection is accepted by a [`listener`] and stays with one worker, a thread with a runtime of its own. The `server` reads
//! its requests and checks them, a [`route`] is found, and `upstream` forwards them. What is known of a request is in its
//! [`exchange`], and [`body`] is what flows both ways.

pub mod body;
pub mod config;
pub mod exchange;
pub mod filter;
pub mod route;

mod access_log;
mod admin;
mod application;
mod copy;
mod figures;
mod filter_calls;
mod listener;
mod plan;
mod proxy;
mod running;
mod server;
mod shared;
mod tcp;
mod tunnel;
mod upstream;
mod watch;
mod worker;

pub use self::application::ApplicationError;
pub use self::listener::TlsError;
pub use self::proxy::{Proxy, StartError};
pub use self::upstream::UpstreamError;
pub use self::watch::ConfigWatch;
