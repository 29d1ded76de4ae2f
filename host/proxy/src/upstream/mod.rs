//! From a request and its route to a server and back.

mod cluster;
mod connect;
mod error;
mod fields;
mod forward;
mod health;
mod pool;
mod tls;

pub(crate) use self::cluster::Cluster;
pub(crate) use self::connect::{ServerStream, tcp};
pub use self::error::UpstreamError;
pub(crate) use self::fields::Forwarding;
pub(crate) use self::forward::{Forward, connect_to_one};
pub(crate) use self::health::HealthChecks;
pub(crate) use self::pool::ClusterPool;
