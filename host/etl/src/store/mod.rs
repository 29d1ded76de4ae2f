//! Object stores and HTTP servers: what is addressed by a url in the place of a path.

mod client;
mod error;
mod listing;
mod object;
mod options;
mod read;
mod runtime;
mod scheme;
mod upload;
mod url;
mod version;

pub(crate) use self::client::Store;
pub use self::error::StoreError;
pub(crate) use self::object::Object;
pub use self::options::StoreOptions;
pub use self::scheme::Scheme;
pub use self::url::ObjectUrl;
pub use self::version::{Condition, Found};
