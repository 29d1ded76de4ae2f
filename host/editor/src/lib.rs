//! A terminal text editor whose plugins are sandboxed, hot-reloading WebAssembly components.
//!
//! The way of a key: the terminal's events become [`app::Input`]s; [`app::App::update`] changes the state and gives
//! [`app::Effect`]s; [`view::view`] draws the state; and then the effects are carried out. The state touches neither
//! terminal nor files nor plugins, so that a test is keys in and text or screen out.

pub mod app;
pub mod buffer;
pub mod config;
pub mod decoration;
pub mod display;
pub mod file;
pub mod highlight;
pub mod language;
pub mod layout;
pub mod plugins;
pub mod session;
pub mod style;
pub mod terminal;
pub mod theme;
pub mod view;
pub mod watch;
