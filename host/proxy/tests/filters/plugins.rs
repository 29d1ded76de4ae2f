//! The repository's filters as components, built once.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;
use witdock::Source;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The bytes of a filter of `plugins/`.
fn built(folder: &str) -> Vec<u8> {
    let source = Source::open(root().join("plugins").join(folder)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // Tests run inside of a runtime of their own.
    let built = std::thread::spawn(move || runtime.block_on(source.artifact(|_| {})));
    built.join().unwrap().unwrap().bytes().to_vec()
}

macro_rules! filters {
    ($($function:ident: $folder:literal),* $(,)?) => {
        $(pub(crate) fn $function() -> &'static [u8] {
            static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
            BYTES.get_or_init(|| built($folder))
        })*
    };
}

filters! {
    do_nothing: "proxy/do-nothing",
    header_rules: "proxy/header-rules",
    body_rewrite: "proxy/body-rewrite",
    faulty: "faults/faulty-filter",
    faulty_connection: "faults/faulty-connection",
}

/// A folder with components, as a person has them beside `proxy.toml`.
pub(crate) struct Components(TempDir);

impl Components {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Writes a component, whole at each moment, with its requests beside it. Gives its path.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        let next = path.with_extension("next");
        std::fs::write(&next, bytes).unwrap();
        std::fs::rename(&next, &path).unwrap();
        path
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(format!("{name}.wasm"))
    }
}

/// The same component with other bytes: another version that does the same.
pub(crate) fn version(bytes: &[u8], number: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.extend_from_slice(&[0, 3, 1, b'n', number]);
    bytes
}
