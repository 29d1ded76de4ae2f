//! The proxies that are compared: how each is started, on one thread.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A proxy that runs, and is killed when this is dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Processor time of the process so far, user and system, with all its threads.
    pub(crate) fn processor(&self) -> Duration {
        // nginx works in a child of what was started.
        let children = format!("/proc/{0}/task/{0}/children", self.child.id());
        let children = fs::read_to_string(children).unwrap_or_default();
        let children = children.split_whitespace().filter_map(|id| id.parse().ok());
        std::iter::once(self.child.id()).chain(children).map(processor_of).sum()
    }

    /// The memory that it has now, bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()).unwrap_or_default()
            << 10
    }
}

/// Times of the scheduler in nanoseconds: exact, unlike the ticks of `stat`.
fn processor_of(id: u32) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let nanoseconds = tasks.filter_map(|task| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn started(child: Child, address: SocketAddr) -> Running {
    let running = Running { child, address };
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(60), "no proxy listens on {address}");
        std::thread::sleep(Duration::from_millis(20));
    }
    running
}

/// This program again, as the plain proxy.
pub(crate) fn plain(server: SocketAddr) -> Running {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["plain-proxy", &server.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    started(child, line.trim().parse().unwrap())
}

/// `witdock-proxy` with these filters, each with its plugin's path and further lines of configuration.
pub(crate) fn witdock(
    program: &Path,
    folder: &Path,
    server: SocketAddr,
    filters: &[(&str, PathBuf, &str)],
) -> Running {
    let address = free_address();
    let names: Vec<_> = filters.iter().map(|(name, ..)| format!("{name:?}")).collect();
    let mut config = format!(
        "threads = 1\n[[listener]]\naddress = \"{address}\"\n[[route]]\ncluster = \"a\"\n\
         filters = [{}]\n[cluster.a]\nendpoints = [\"http://{server}\"]\n",
        names.join(", ")
    );
    for (name, plugin, lines) in filters {
        config.push_str(&format!("[filter.{name}]\nplugin = {plugin:?}\n{lines}\n"));
    }
    let path = folder.join(format!("proxy-{}.toml", address.port()));
    fs::write(&path, config).unwrap();
    let child = Command::new(program).arg("run").arg(&path).stdout(Stdio::null()).spawn().unwrap();
    started(child, address)
}

/// nginx, if it is there.
pub(crate) fn nginx(folder: &Path, server: SocketAddr) -> Option<Running> {
    let address = free_address();
    let config = format!(
        "worker_processes 1;\ndaemon off;\npid {0}/nginx.pid;\nerror_log stderr crit;\nevents {{ worker_connections 4096; }}\n\
         http {{\n access_log off;\n keepalive_requests 100000000;\n client_body_temp_path {0}/nginx-body;\n proxy_temp_path {0}/nginx-proxy;\n\
         fastcgi_temp_path {0}/nginx-fastcgi;\n uwsgi_temp_path {0}/nginx-uwsgi;\n scgi_temp_path {0}/nginx-scgi;\n\
         upstream a {{ server {server}; keepalive 256; keepalive_requests 100000000; }}\n\
         server {{ listen {address}; location / {{ proxy_pass http://a; proxy_http_version 1.1; proxy_set_header Connection \"\"; }} }}\n}}\n",
        folder.display()
    );
    let path = folder.join("nginx.conf");
    fs::write(&path, config).unwrap();
    let child = Command::new("nginx").arg("-c").arg(&path).spawn().ok()?;
    Some(started(child, address))
}

/// haproxy, if it is there.
pub(crate) fn haproxy(folder: &Path, server: SocketAddr) -> Option<Running> {
    let address = free_address();
    let config = format!(
        "global\n nbthread 1\n maxconn 4096\ndefaults\n mode http\n timeout connect 5s\n timeout client 30s\n timeout server 30s\n\
         http-reuse always\nfrontend f\n bind {address}\n default_backend a\nbackend a\n server s {server}\n"
    );
    let path = folder.join("haproxy.cfg");
    fs::write(&path, config).unwrap();
    let child = Command::new("haproxy").arg("-f").arg(&path).stderr(Stdio::null()).spawn().ok()?;
    Some(started(child, address))
}

/// Envoy, if `WITDOCK_BENCH_ENVOY` names it.
pub(crate) fn envoy(folder: &Path, server: SocketAddr) -> Option<Running> {
    let program = std::env::var_os("WITDOCK_BENCH_ENVOY")?;
    let address = free_address();
    let config = format!(
        "static_resources:\n  listeners:\n  - address: {{ socket_address: {{ address: 127.0.0.1, port_value: {} }} }}\n    filter_chains:\n\
    - filters:\n      - name: envoy.filters.network.http_connection_manager\n        typed_config:\n\
          \"@type\": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager\n\
          stat_prefix: a\n          route_config: {{ virtual_hosts: [ {{ name: a, domains: [\"*\"], routes: [ {{ match: {{ prefix: \"/\" }}, \
    route: {{ cluster: a }} }} ] }} ] }}\n          http_filters:\n          - name: envoy.filters.http.router\n            typed_config: {{ \"@type\": \
    type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }}\n  clusters:\n  - name: a\n    type: STATIC\n    load_assignment: \
    {{ cluster_name: a, endpoints: [ {{ lb_endpoints: [ {{ endpoint: {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: {} }} }} }} }} ] }} ] }}\n",
        address.port(),
        server.port()
    );
    let path = folder.join("envoy.yaml");
    fs::write(&path, config).unwrap();
    let arguments = ["--concurrency", "1", "--log-level", "error", "--use-dynamic-base-id"];
    let child = Command::new(program).arg("-c").arg(&path).args(arguments).spawn().ok()?;
    Some(started(child, address))
}
