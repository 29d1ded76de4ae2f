//! Keeps short links, and redirects to where they lead. `PUT` and `DELETE` need the token of the settings.

mod links;
#[cfg(target_arch = "wasm32")]
mod server;

pub use links::{Answer, Links, answer};
