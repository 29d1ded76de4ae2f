//! Programs that are measured, each in a process of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The clock that the kernel counts processor time in, on every architecture that Linux has now: `sysconf(_SC_CLK_TCK)`.
const TICKS_PER_SECOND: f64 = 100.0;

/// The folder of this repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// `witdock-etl` as it is released: the program that `WITDOCK_BENCH_PROGRAM` names, or one that is built now.
pub(crate) fn witdock_etl(root: &Path) -> PathBuf {
    if let Some(given) = std::env::var_os("WITDOCK_BENCH_PROGRAM") {
        return PathBuf::from(given).canonicalize().expect("WITDOCK_BENCH_PROGRAM names a program");
    }
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "-p", "witdock-etl"])
        .current_dir(root)
        .status()
        .unwrap();
    assert!(built.success());
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    target.join("release/witdock-etl")
}

/// The Python that has the peers.
pub(crate) fn python() -> String {
    std::env::var("WITDOCK_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// The folder with these plugins as components, as they are deployed.
pub(crate) fn components(root: &Path, folder: &Path, names: &[&str]) -> PathBuf {
    let plugins = folder.join("plugins");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for name in names {
        let source = witdock::Source::open(root.join("plugins/etl").join(name)).unwrap();
        let component = runtime.block_on(source.artifact(|_| {})).unwrap();
        // A folder that has its component already: the build has nothing to do.
        fs::create_dir_all(&plugins).unwrap();
        fs::write(plugins.join(format!("{name}.wasm")), component.bytes()).unwrap();
        let manifest = fs::read_to_string(source.path().join("plugin.toml")).unwrap();
        let (before, behind) = manifest.split_once("[build]\nlanguage = \"rust\"\n").unwrap();
        fs::write(plugins.join(format!("{name}.toml")), format!("{before}{behind}")).unwrap();
    }
    plugins
}

/// What a process took.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "no benchmark shows all of it")]
pub(crate) struct Measured {
    pub(crate) elapsed: Duration,
    /// User and system, of all its threads.
    pub(crate) processor: Duration,
    /// The most memory that it had.
    pub(crate) memory_bytes: u64,
}

/// Runs a process to its end. `None` when it fails.
pub(crate) fn measure(mut command: Command) -> Option<Measured> {
    let (begun, before) = (Instant::now(), processor_of_children());
    let mut child = command.stdout(Stdio::null()).spawn().ok()?;
    let status = format!("/proc/{}/status", child.id());
    let mut memory_bytes = 0;
    // The kernel keeps the peak while the process lives, and it is gone with it.
    loop {
        let known = fs::read_to_string(&status).unwrap_or_default();
        let line = known.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line
            .and_then(|line| line.trim().strip_suffix("kB"))
            .and_then(|kib| kib.trim().parse::<u64>().ok());
        memory_bytes = memory_bytes.max(kib.unwrap_or_default() << 10);
        if let Some(ended) = child.try_wait().ok()? {
            let elapsed = begun.elapsed();
            let processor = processor_of_children().saturating_sub(before);
            return ended.success().then_some(Measured { elapsed, processor, memory_bytes });
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The processor time of all processes that this one has started and that have ended, with theirs.
fn processor_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name before the parenthesis may have spaces; `cutime` and `cstime` are the fields 16 and 17.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: u32 =
        fields.split_whitespace().skip(13).take(2).filter_map(|field| field.parse::<u32>().ok()).sum();
    Duration::from_secs_f64(f64::from(ticks) / TICKS_PER_SECOND)
}
