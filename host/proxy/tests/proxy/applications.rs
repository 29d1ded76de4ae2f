//! Applications behind a route: components of `wasi:http/proxy` between real sockets.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use witdock_proxy::Proxy;
use witdock_proxy::config::Config;

use crate::support::{Client, LISTENER, Server, soon};

/// The component of a plugin of this repository, built once.
fn component(plugin: &'static str) -> Vec<u8> {
    static BUILDING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = BUILDING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins").join(plugin);
    let build = || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let source = witdock::Source::open(folder).unwrap();
        runtime.block_on(source.artifact(|_| ())).unwrap().bytes().to_vec()
    };
    std::thread::scope(|threads| threads.spawn(build).join().unwrap())
}

fn faulty() -> &'static [u8] {
    static COMPONENT: OnceLock<Vec<u8>> = OnceLock::new();
    COMPONENT.get_or_init(|| component("faults/faulty-application"))
}

/// The faulty application with another text in it.
fn version(two: &[u8; 11]) -> Vec<u8> {
    let mut bytes = faulty().to_vec();
    let at = bytes.windows(11).position(|part| part == b"version one").expect("the text is in the component");
    bytes[at..at + 11].copy_from_slice(two);
    bytes
}

/// A proxy with one application for all requests.
struct Running {
    folder: tempfile::TempDir,
    proxy: Proxy,
    address: SocketAddr,
}

impl Running {
    /// `grants` are what the component requests, `settings` are lines of `[application.a]`.
    async fn start(component: &[u8], grants: &str, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let manifest = format!("[plugin]\nname = 'a'\n[grants]\n{grants}");
        std::fs::write(folder.path().join("a.toml"), manifest).unwrap();
        write(&folder.path().join("a.wasm"), component);
        let text = format!(
            "threads = 2\n{LISTENER}[[route]]\napplication = \"a\"\n[application.a]\nplugin = \"a.wasm\"\n{settings}"
        );
        let config = Config::parse(&folder.path().join("proxy.toml"), text);
        let proxy = Proxy::start(config.unwrap_or_else(|error| panic!("{error:?}"))).await.unwrap();
        let address = proxy.addresses()[0];
        Self { folder, proxy, address }
    }

    async fn faulty(settings: &str) -> Self {
        Self::start(faulty(), "", settings).await
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let message = Client::get(self.address, path).await;
        (message.status(), message.body)
    }

    fn component(&self) -> PathBuf {
        self.folder.path().join("a.wasm")
    }
}

/// Replaces a file at once, as tools that build do.
fn write(path: &Path, bytes: &[u8]) {
    let new = path.with_extension("new");
    std::fs::write(&new, bytes).unwrap();
    std::fs::rename(&new, path).unwrap();
}

fn text(status: u16, text: &str) -> (u16, String) {
    (status, text.to_owned())
}

#[tokio::test]
async fn an_application_answers_with_a_fresh_instance_or_one_that_is_used_again() {
    let fresh = Running::faulty("").await;
    for _ in 0..3 {
        assert_eq!(fresh.get("/count").await, text(200, "1"));
    }
    let reused = Running::faulty("instances = \"reused\"\nrequests_per_instance = 3").await;
    let mut client = Client::connect(reused.address).await;
    let mut counts = Vec::new();
    for _ in 0..4 {
        client.send("GET /count HTTP/1.1\r\nhost: a\r\n\r\n").await;
        counts.push(client.response().await.body);
    }
    assert_eq!(counts, ["1", "2", "3", "1"]);
    assert_eq!(reused.get("/nothing").await.0, 404);
}

#[tokio::test]
async fn bodies_stream_in_both_directions() {
    let running = Running::faulty("").await;
    let (status, body) = running.get("/large/3000000").await;
    assert_eq!((status, body.len()), (200, 3_000_000));
    // Each part comes back before the next one is sent.
    let mut client = Client::connect(running.address).await;
    client.send("POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n").await;
    client.send("5\r\nfirst\r\n").await;
    let begun = client.until("first").await.unwrap();
    assert!(begun.starts_with("HTTP/1.1 200"), "{begun}");
    client.send("6\r\nsecond\r\n").await;
    client.until("second").await.unwrap();
    client.send("0\r\n\r\n").await;
    client.until("0\r\n\r\n").await.unwrap();
}

// attack: requests that make an application trap, loop, or take all memory, hundreds of them
// host: answers each with 500 or 504, and the other requests as ever
#[tokio::test]
async fn a_failure_costs_its_own_request_alone() {
    let running = Running::faulty("deadline_ms = 500\nmemory_mb = 8").await;
    for _ in 0..100 {
        assert_eq!(running.get("/trap").await.0, 500);
    }
    assert_eq!(running.get("/loop").await.0, 504);
    assert_eq!(running.get("/grow").await.0, 500);
    assert_eq!(running.get("/silent").await.0, 500);
    assert_eq!(running.get("/refuse").await.0, 502);
    // The answer has begun: its end is missing, or all of it where nothing had been sent, and the client sees that.
    let mut client = Client::connect(running.address).await;
    client.send("GET /cut HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let rest = client.rest().await;
    assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 200"), "{rest}");
    assert!(!rest.ends_with("0\r\n\r\n"), "{rest}");
    assert_eq!(running.get("/version").await, text(200, "version one"));
    let other = Running::faulty("failure_status = 502").await;
    assert_eq!(other.get("/trap").await.0, 502);
}

#[tokio::test]
async fn requests_beyond_the_limit_are_refused() {
    let running = Running::faulty("requests = 1").await;
    let mut client = Client::connect(running.address).await;
    client.send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\n\r\nhalf").await;
    client.until("half").await.unwrap();
    assert_eq!(running.get("/version").await.0, 503);
    client.send("done").await;
    client.until("done").await.unwrap();
    soon(async { while running.get("/version").await.0 != 200 {} }).await;
}

// attack: an application that sends a request to a server that it is not granted
// host: refuses it
#[tokio::test]
async fn outgoing_requests_are_by_grants() {
    let (granted, other) = (Server::named("granted").await, Server::named("other").await);
    let grant = format!("http = [\"GET http://{}\"]", granted.address);
    let settings = format!("[application.a.grants]\n{grant}");
    let running = Running::start(faulty(), &grant, &settings).await;
    assert_eq!(running.get(&format!("/fetch/{}/x", granted.address)).await, text(200, "200"));
    assert_eq!(granted.last().head.lines().next(), Some("GET /x HTTP/1.1"));
    let refused = running.get(&format!("/fetch/{}/x", other.address)).await;
    assert_eq!(refused, text(200, "ErrorCode::HttpRequestDenied"));
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn what_an_application_needs_and_is_not_granted_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), "[plugin]\nname = 'a'\n[grants]\nclocks = true").unwrap();
    std::fs::write(folder.path().join("a.wasm"), faulty()).unwrap();
    let text = format!("{LISTENER}[[route]]\napplication = \"a\"\n[application.a]\nplugin = \"a.wasm\"\n");
    let config =
        Config::parse(&folder.path().join("proxy.toml"), text).unwrap_or_else(|error| panic!("{error:?}"));
    let error = Proxy::start(config).await.err().unwrap().to_string();
    assert!(
        error.contains("the application `a` cannot be started") && error.contains("clocks = true"),
        "{error}"
    );
}

#[tokio::test]
async fn a_reload_loses_no_request_and_ends_none() {
    let running = Running::faulty("").await;
    // One that began with the first version, and goes on.
    let mut long = Client::connect(running.address).await;
    long.send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\n\r\nhalf").await;
    long.until("half").await.unwrap();
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let load: Vec<_> = (0..4)
        .map(|_| {
            let (address, stop, done) = (running.address, stop.clone(), done.clone());
            tokio::spawn(async move {
                let mut client = Client::connect(address).await;
                while !stop.load(Ordering::Relaxed) {
                    client.send("GET /version HTTP/1.1\r\nhost: a\r\n\r\n").await;
                    let answer = client.response().await;
                    assert_eq!(answer.status(), 200);
                    assert!(["version one", "version two"].contains(&&*answer.body), "{}", answer.body);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    write(&running.component(), &version(b"version two"));
    soon(async { while running.get("/version").await.1 != "version two" {} }).await;
    // A component that is none is refused, and the version before goes on.
    write(&running.component(), b"not a component");
    let before = done.load(Ordering::Relaxed);
    soon(async {
        while done.load(Ordering::Relaxed) < before + 50 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    stop.store(true, Ordering::Relaxed);
    for task in load {
        soon(task).await.unwrap();
    }
    assert_eq!(running.get("/version").await, text(200, "version two"));
    long.send("done").await;
    long.until("done").await.unwrap();
}

#[tokio::test]
async fn another_configuration_keeps_applications_that_did_not_change() {
    let mut running = Running::faulty("instances = \"reused\"").await;
    assert_eq!(running.get("/version").await.0, 200);
    let text = format!(
        "threads = 2\n{LISTENER}[[route]]\npath = \"/version\"\napplication = \"a\"\n[application.a]\nplugin = \"a.wasm\"\n\
         instances = \"reused\""
    );

    let config = Config::parse(&running.folder.path().join("proxy.toml"), text);
    running.proxy.reload(config.unwrap_or_else(|error| panic!("{error:?}"))).await.unwrap();
    soon(async { while running.get("/count").await.0 != 404 {} }).await;
    assert_eq!(running.get("/version").await.0, 200);
}

#[tokio::test]
async fn short_links_keeps_links_over_restarts() {
    let component = component("proxy/short-links");
    let kept = tempfile::tempdir().unwrap();
    let settings = format!(
        "[application.a.grants]\nkeyvalue = {{ links = {{ file = \"{}\" }} }}\nconfig = {{ token = \"secret\" }}",
        kept.path().join("links.kv").display()
    );
    let grants = "keyvalue = ['links']\nconfig = true";
    let put = async |address: SocketAddr, token: &str| {
        let mut client = Client::connect(address).await;
        let link = "https://example.org/long";
        client
            .send(format!(
                "PUT /docs HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{link}",
                link.len()
            ))
            .await;
        client.response().await.status()
    };
    let running = Running::start(&component, grants, &settings).await;
    assert_eq!(running.get("/docs").await.0, 404);
    assert_eq!(put(running.address, "wrong").await, 401);
    assert_eq!(put(running.address, "secret").await, 204);
    soon(running.proxy.stop(std::time::Duration::from_secs(10))).await;
    let running = Running::start(&component, grants, &settings).await;
    let found = Client::get(running.address, "/docs").await;
    assert_eq!(
        (found.status(), found.header("location").as_deref()),
        (302, Some("https://example.org/long"))
    );
}

#[tokio::test]
#[ignore = "installs ComponentizeJS, and compiles 13 MB"]
async fn request_echo_says_what_arrived_with_node() {
    let component = component("proxy/request-echo");
    let grants = "clocks = true\nrandom = true\nstdio = true";
    let settings = format!("deadline_ms = 20000\n[application.a.grants]\n{grants}");
    let running = Running::start(&component, grants, &settings).await;
    let mut client = Client::connect(running.address).await;
    client
        .send("POST /a?b=c HTTP/1.1\r\nhost: example.org\r\nx-test: 1\r\ncontent-length: 5\r\n\r\nhello")
        .await;
    let answer = client.response().await;
    assert_eq!(answer.status(), 200);
    for part in ["\"method\": \"POST\"", "/a?b=c", "\"x-test\"", "\"bytes\": 5", "\"begins\": \"hello\""] {
        assert!(answer.body.contains(part), "{part}: {}", answer.body);
    }
}
