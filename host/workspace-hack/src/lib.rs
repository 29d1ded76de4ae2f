//! Holds no code: its `Cargo.toml` selects the features of our dependencies, once for every build.
