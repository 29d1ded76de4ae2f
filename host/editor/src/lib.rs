//! A terminal front end for [`witdock_editor_session`]: a text editor whose plugins are sandboxed, hot-reloading
//! WebAssembly components.
//!
//! From a key to the screen: the terminal's events become [`app::Input`]s, [`app::App::update`] changes the state,
//! [`view::view`] draws it, and [`editor::Editor`] carries out the effects. Plugins are called after the frame is drawn and
//! never delay a keystroke. The state touches neither terminal nor files nor plugins, so a test is keys in and text or
//! screen out.

pub mod app;
pub mod clipboard;
pub mod config;
pub mod editor;
pub mod highlight;
pub mod layout;
mod memory;
pub mod run;
pub mod signals;
pub mod terminal;
pub mod theme;
pub mod themes;
pub mod tree_colours;
pub mod view;
pub mod viewport;
