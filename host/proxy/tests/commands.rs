//! The program: its commands, what it prints, its signals and exit codes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

fn proxy(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_witdock-proxy"));
    command.current_dir(folder).args(arguments).env("NO_COLOR", "1").env_remove("RUST_LOG");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    proxy(folder, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const ROUTES: &str = r#"
[[listener]]
address = "127.0.0.1:0"
[[route]]
host = "*.example.org"
path = "/api/*"
methods = ["GET"]
headers = { x-canary = "1" }
cluster = "api"
[[route]]
name = "old"
path = "/old/*"
redirect = "/new"
[[route]]
path = "/"
respond = { status = 200, body = "one" }
[cluster.api]
endpoints = ["http://127.0.0.1:1"]
"#;

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("proxy.toml"), text).unwrap();
    folder
}

#[test]
fn validate_shows_the_place_of_an_error() {
    let folder = folder(ROUTES);
    let output = run(folder.path(), &["validate", "proxy.toml"]);
    assert_eq!(text(&output.stdout), "proxy.toml is valid: 1 listener, 3 routes, 1 cluster\n");
    let output = run(folder.path(), &["validate", "proxy.toml", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["routes"], 3);
    std::fs::write(folder.path().join("proxy.toml"), ROUTES.replace("\"api\"\n", "\"apu\"\n")).unwrap();
    let output = run(folder.path(), &["validate", "proxy.toml"]);
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    for part in ["unknown cluster `apu`", "proxy.toml:9:11", "did you mean `api`?"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let output = run(folder.path(), &["validate", "none.toml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("cannot read the configuration file none.toml"));
    assert_eq!(run(folder.path(), &["validat", "proxy.toml"]).status.code(), Some(2));
}

#[test]
fn routes_shows_them_all_or_the_one_that_takes_a_request() {
    let folder = folder(ROUTES);
    let output = run(folder.path(), &["routes", "proxy.toml"]);
    assert_eq!(
        text(&output.stdout),
        "route-1: *.example.org/api/* GET [x-canary: 1] -> cluster api\n\
         old: */old/* -> redirect /new (308)\n\
         route-3: */ -> respond 200\n"
    );
    let ask = |request: &str, more: &[&str]| {
        let arguments = [&["routes", "proxy.toml", "--request", request], more].concat();
        let output = run(folder.path(), &arguments);
        (text(&output.stdout) + &text(&output.stderr), output.status.code())
    };
    let field = ["--header", "X-Canary: 1"];
    assert!(ask("GET http://www.example.org/api/x", &field).0.starts_with("route-1: "));
    assert!(ask("GET http://a/", &[]).0.starts_with("route-3: "));
    let (none, code) = ask("POST http://www.example.org/api/x", &field);
    assert_eq!((none.as_str(), code), ("no route: the answer is 404\n", Some(1)));
    let (json, _) = ask("GET http://a/old/x", &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["name"], &json["redirect"]), (&"old".into(), &"/new (308)".into()));
    assert!(ask("GET /path", &[]).0.contains("has no host"));
}

#[test]
fn doctor_finds_what_is_missing() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = server.local_addr().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = folder(&format!(
        "[[listener]]\naddress = \"127.0.0.1:0\"\n[[listener]]\naddress = \"{taken}\"\n\
         [cluster.a]\nendpoints = [\"http://{taken}\", \"http://{free}\"]\n"
    ));
    let output = run(folder.path(), &["doctor", "proxy.toml", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let ok: Vec<bool> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["ok"].as_bool().unwrap())
        .collect();
    assert_eq!(ok, [true, false, true, true, false]);
}

/// A proxy that runs. It is killed when the test ends.
struct Running {
    child: Child,
    stderr: BufReader<ChildStderr>,
    address: String,
}

impl Running {
    fn start(folder: &Path, more: &[&str]) -> Self {
        let mut child =
            proxy(folder, &[&["run", "proxy.toml"], more].concat()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut running = Self { child, stderr, address: String::new() };
        running.address = running.line("listening on ");
        running
    }

    /// Reads up to a line that begins so, and gives the rest of it.
    fn line(&mut self, begin: &str) -> String {
        let mut seen = String::new();
        loop {
            let mut line = String::new();
            assert!(self.stderr.read_line(&mut line).unwrap() > 0, "no `{begin}` in {seen}");
            if let Some(rest) = line.strip_prefix(begin) {
                return rest.trim().to_owned();
            }
            seen.push_str(&line);
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    fn get(&self) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn signals_stop_the_proxy_with_their_exit_codes() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let folder = folder(ROUTES);
        let mut running = Running::start(folder.path(), &[]);
        assert_eq!(running.get(), "one");
        running.signal(signal);
        running.line("stopping: ");
        assert_eq!(running.child.wait().unwrap().code(), Some(code));
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = folder(&format!(
        "drain_ms = 600000\n[[listener]]\naddress = \"127.0.0.1:0\"\n[[route]]\ncluster = \"a\"\n\
         [cluster.a]\nendpoints = [\"http://{}\"]\n",
        server.local_addr().unwrap()
    ));
    let mut running = Running::start(folder.path(), &[]);
    let mut stream = TcpStream::connect(&running.address).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let _request = server.accept().unwrap();
    running.signal(Signal::TERM);
    running.line("stopping: ");
    running.signal(Signal::INT);
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_changed_file_and_sighup_load_the_configuration_again() {
    let folder = folder(ROUTES);
    let path = folder.path().join("proxy.toml");
    for more in [&[][..], &["--no-watch"]] {
        std::fs::write(&path, ROUTES).unwrap();
        let mut running = Running::start(folder.path(), more);
        let change = |running: &Running, text: &str| {
            std::fs::write(&path, text).unwrap();
            if !more.is_empty() {
                running.signal(Signal::HUP);
            }
        };
        change(&running, &ROUTES.replace("\"one\"", "\"two\""));
        running.line("configuration loaded again");
        assert_eq!(running.get(), "two");
        change(&running, "[[listener");
        running.line("the configuration before stays in use");
        assert_eq!(running.get(), "two");
        change(&running, &ROUTES.replace("\"one\"", "\"three\""));
        running.line("configuration loaded again");
        assert_eq!(running.get(), "three");
    }
}

#[test]
fn an_address_in_use_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let holder = TcpListener::bind(taken).unwrap();
    let folder = folder(&format!("[[listener]]\naddress = \"{taken}\"\n"));
    let output = run(folder.path(), &["run", "proxy.toml"]);
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(error.contains(&format!("error: cannot listen on {taken}: ")), "{error}");
    drop(holder);
}

/// What `curl` says of a proxy that runs.
#[test]
#[ignore = "needs curl"]
fn pages_are_read_with_curl() {
    let folder = folder(ROUTES);
    let running = Running::start(folder.path(), &[]);
    for version in ["--http1.0", "--http1.1", "--http2", "--http2-prior-knowledge"] {
        let url = format!("http://{}/", running.address);
        let output = Command::new("curl").args(["-sS", version, &url]).output().unwrap();
        assert_eq!(text(&output.stdout), "one", "{version}: {}", text(&output.stderr));
    }
}

/// Many requests at a time over HTTP/2.
#[test]
#[ignore = "needs h2load"]
fn many_requests_succeed_with_h2load() {
    let folder = folder(ROUTES);
    let running = Running::start(folder.path(), &[]);
    for more in [&["-m", "20"][..], &["--h1"]] {
        let url = format!("http://{}/", running.address);
        let output =
            Command::new("h2load").args(["-n", "2000", "-c", "20"]).args(more).arg(&url).output().unwrap();
        let printed = text(&output.stdout);
        assert!(printed.contains("2000 succeeded, 0 failed, 0 errored"), "{printed}");
    }
}
