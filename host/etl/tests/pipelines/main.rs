//! Whole pipelines, run by the real program with real plugins over real flights.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod appended_files;
mod background;
mod commands;
mod commits;
mod crash;
mod database;
mod database_types;
mod ends;
mod faults;
mod flights;
mod folders;
mod grants;
mod identity;
mod kill;
mod languages;
mod new_columns;
mod object_server;
mod object_sinks;
mod objects;
mod project;
mod queries;
mod rust_plugins;
mod signals;
mod source;
mod sources;
mod steps;
mod streams;
mod tables;
mod templates;
mod types;
mod urls;
mod values;
mod watch;
mod web_server;
