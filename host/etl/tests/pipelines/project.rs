//! A folder with a pipeline, and the program run in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use witdock::Source;

/// 11,000 flights.
pub(crate) const FLIGHTS: &str = "docs/tutorial/flights/flights.csv";
pub(crate) const AIRLINES: &str = "docs/tutorial/flights/airlines.csv";

/// A file of this repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap().join(path)
}

/// Long enough for a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Waits for a condition that tells nobody when it comes true: it is asked until it gives a value.
pub(crate) fn eventually<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < deadline, "it did not come to this in {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The components that are built already, by what they are built from.
static COMPONENTS: Mutex<BTreeMap<String, Arc<OnceLock<Vec<u8>>>>> = Mutex::new(BTreeMap::new());

/// Builds a component, once for all tests.
fn once(from: &str, build: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    let built = Arc::clone(COMPONENTS.lock().unwrap().entry(from.to_owned()).or_default());
    built.get_or_init(build).clone()
}

/// The component that a plugin's folder is built into.
pub(crate) fn component(plugin: &str) -> Vec<u8> {
    once(plugin, || component_in(&repository(plugin)))
}

fn component_in(folder: &Path) -> Vec<u8> {
    let source = Source::open(folder).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(source.artifact(|_| {})).unwrap().bytes().to_vec()
}

/// The component of `count-per-key` with this text of its source replaced.
pub(crate) fn edited_counter(from: &str, to: &str) -> Vec<u8> {
    let source = fs::read_to_string(repository("plugins/etl/count-per-key/src/lib.rs")).unwrap();
    assert!(source.contains(from), "the plugin's source has no {from:?} any more");
    built("counter", &source.replacen(from, to, 1))
}

/// The component of a plugin with this source.
pub(crate) fn built(name: &str, source: &str) -> Vec<u8> {
    once(source, || built_now(name, source))
}

fn built_now(name: &str, source: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("src/lib.rs", source);
    // The versions that the repository's own plugins are built with, and what is already built of them.
    write("Cargo.lock", &fs::read_to_string(repository("plugins/Cargo.lock")).unwrap());
    write(".cargo/config.toml", &format!("[build]\ntarget-dir = {:?}\n", repository("plugins/target")));
    write("plugin.toml", &format!("[plugin]\nname = \"{name}\"\n[build]\nlanguage = \"rust\"\n"));
    write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"edited-{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             [lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n\
             [dependencies]\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
             witdock-etl-guest = {{ path = {:?} }}\n\
             [profile.release]\nopt-level = 3\nlto = true\ncodegen-units = 1\npanic = \"abort\"\n",
            repository("guest-sdk/rust/etl")
        ),
    );
    component_in(folder.path())
}

/// The same component with another digest: a custom section changes nothing that runs.
pub(crate) fn another(component: &[u8], note: &str) -> Vec<u8> {
    let mut bytes = component.to_vec();
    bytes.extend([0, u8::try_from(5 + note.len()).unwrap()]);
    bytes.extend(b"\x04note");
    bytes.extend(note.as_bytes());
    bytes
}

pub(crate) struct Project(TempDir);

impl Project {
    /// A pipeline with this text in its `[source]` table, and this text after it.
    pub(crate) fn of_source(source: &str, rest: &str) -> Self {
        let project = Self::new("unused".as_ref(), "");
        fs::write(project.path("pipeline.toml"), format!("[source]\n{source}\n{rest}")).unwrap();
        project
    }

    /// The values in a file of JSON Lines.
    pub(crate) fn jsonl(&self, name: &str) -> Vec<Value> {
        self.read(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// A pipeline over a source, with this text for all that comes after it.
    pub(crate) fn new(source: &Path, rest: &str) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        let text = format!("[source]\nformat = \"csv\"\npath = {source:?}\n{rest}");
        fs::write(project.path("pipeline.toml"), text).unwrap();
        project
    }

    /// Cuts the flights into so many files in the folder `in`.
    pub(crate) fn cut_flights(&self, files: usize) {
        let flights = fs::read_to_string(repository(FLIGHTS)).unwrap();
        let (header, rows) = flights.split_once('\n').unwrap();
        let rows: Vec<_> = rows.lines().collect();
        fs::create_dir(self.path("in")).unwrap();
        for (index, part) in rows.chunks(rows.len().div_ceil(files)).enumerate() {
            let text = format!("{header}\n{}\n", part.join("\n"));
            fs::write(self.path(&format!("in/{index:03}.csv")), text).unwrap();
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_witdock-etl"));
        command.current_dir(self.0.path()).args(arguments).env_remove("RUST_LOG");
        command
    }

    /// Runs the pipeline and expects it to succeed.
    pub(crate) fn run(&self, more: &[&str]) -> Output {
        let output = self.command(&[&["run", "pipeline.toml"], more].concat()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// The summary of a run that succeeds.
    pub(crate) fn summary(&self, more: &[&str]) -> serde_json::Value {
        serde_json::from_slice(&self.run(&[&["--json"], more].concat()).stdout).unwrap()
    }

    /// What the program says when it fails.
    pub(crate) fn error(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
        assert!(output.stdout.is_empty(), "results only on success");
        String::from_utf8(output.stderr).unwrap()
    }
}

/// A stage with a plugin of this repository.
pub(crate) fn stage(name: &str, plugin: &str, more: &str) -> String {
    format!("[[stage]]\nname = \"{name}\"\nplugin = {:?}\n{more}", repository(plugin))
}

pub(crate) fn sink(format: &str, path: &str) -> String {
    format!("[[sink]]\nformat = \"{format}\"\npath = \"{path}\"\n")
}

/// Moments, random in their order and the same in every run of the test: a linear congruential generator, with the
/// constants of Knuth's MMIX.
pub(crate) struct Moments(pub(crate) u64);

impl Moments {
    pub(crate) fn next(&mut self, most: Duration) -> Duration {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        most.mul_f64((self.0 >> 11) as f64 / (1_u64 << 53) as f64)
    }
}
