use std::path::Path;

use super::*;

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(Path::new("proxy.toml"), text.to_owned()).map_err(|error| {
        let ConfigError::Invalid(invalid) = error else { panic!("{error}") };
        let start = invalid.span.offset();
        let line = text.get(..start).unwrap().matches('\n').count() + 1;
        let marked = text.get(start..start + invalid.span.len()).unwrap();
        let help = invalid.help.as_deref().unwrap_or("-");
        format!("{line} `{marked}`: {}; {}; {help}", invalid.message, invalid.label)
    })
}

const LISTENER: &str = "[[listener]]\naddress = \"127.0.0.1:0\"\n";

#[test]
fn a_whole_file_is_read() {
    let config = parse(
        r#"
        threads = 2
        drain_ms = 100
        [[listener]]
        address = "127.0.0.1:8080"
        filters = ["id"]
        connect = ["db:5432"]
        limits = { header_kb = 16, body_mb = 2 }
        [[listener]]
        address = "127.0.0.1:8081"
        protocol = "tcp"
        cluster = "api"
        [[route]]
        host = "*.example.org"
        path = "/api/*"
        methods = ["GET", "PURGE"]
        headers = { x-canary = "1" }
        cluster = "api"
        replace_prefix = "/"
        [[route]]
        redirect = "https://{host}{path}"
        [cluster.api]
        endpoints = ["http://127.0.0.1:9001", "https://[::1]:9002"]
        health = { path = "/health" }
        [filter.id]
        plugin = "src"
        [access_log]
        path = "-"
        format = "json"
        [forwarding]
        headers = "both"
        trusted_proxies = ["10.0.0.0/8"]
        "#,
    )
    .unwrap();
    assert_eq!((config.threads, config.drain), (2, Duration::from_millis(100)));
    assert_eq!(config.listeners[0].limits.header_bytes, 16 << 10);
    assert_eq!(config.listeners[0].limits.body_bytes, Some(2 << 20));
    assert_eq!(config.listeners[1].cluster.as_deref(), Some("api"));
    assert_eq!(config.routes[0].action, Action::Cluster("api".into()));
    assert_eq!(config.routes[1].name, "route-2");
    assert_eq!(config.clusters["api"].endpoints[1].to_string(), "https://[::1]:9002");
    assert_eq!(config.access_log.target, LogTarget::Stdout);
}

#[test]
fn errors_name_the_place_and_what_to_do() {
    for (rest, expected) in [
        (
            "[[route]]\ncluster = \"aip\"\n[cluster.api]\nendpoints = [\"http://a\"]",
            "4 `\"aip\"`: unknown cluster `aip`; did you mean `api`?; the file has: api",
        ),
        (
            "[[route]]\nfilters = [\"x\"]\nrespond = { status = 200 }",
            "4 `\"x\"`: unknown filter `x`; there is no `[filter.x]`; add a table `[filter.x]`",
        ),
        (
            "[[route]]\npaht = \"/\"",
            "4 `paht`: unknown key `paht`; did you mean `path`?; valid here: name, host, path, methods, headers, cluster, application, redirect, redirect_status, respond, filters, replace_prefix, timeout_ms, body_mb, upgrades",
        ),
        (
            "[[route]]\npath = \"/\"",
            "3 `[[route]]`: the route does not say what becomes of its requests; this route; add one of `cluster`, `application`, `redirect`, `respond`",
        ),
        (
            "[[route]]\npath = \"api\"\nrespond = { status = 200 }",
            "4 `\"api\"`: `api` is not a path; here; write it with / first and * only at its end, such as /health or /api/*",
        ),
        (
            "[[route]]\nredirect = \"/\"\nrespond = { status = 200 }",
            "5 `{ status = 200 }`: the route says twice what becomes of its requests; the second one; keep one of `cluster`, `application`, `redirect`, `respond`",
        ),
        (
            "[[route]]\nrespond = { status = 99 }",
            "4 `99`: the status 99 is not valid here; here; use a number from 200 to 599",
        ),
        (
            "[cluster.api]\nendpoints = []",
            "4 `[]`: a cluster needs an endpoint; here; for example endpoints = [\"http://127.0.0.1:9001\"]",
        ),
        (
            "[cluster.api]\nendpoints = [\"ftp://a\"]",
            "4 `[\"ftp://a\"]`: unknown scheme `ftp`; here; use http, https or tcp",
        ),
        (
            "[cluster.api]\n",
            "3 `[cluster.api]`: the key `endpoints` is missing; add `endpoints` to this table; -",
        ),
        ("limits = { header_kb = 1 }", "3 `1`: 1 is out of range; here; use a number from 8 to 1024"),
        (
            "tls = { certificate = \"a.pem\", key = \"a.key\" }",
            "3 `{ certificate = \"a.pem\", key = \"a.key\" }`: the certificate a.pem does not exist; no such file; paths are relative to the configuration file",
        ),
        (
            "protocol = \"tcp\"",
            "2 `\"127.0.0.1:0\"`: a tcp listener needs a cluster; add `cluster` to this table; for example cluster = \"database\", with a table [cluster.database]",
        ),
        (
            "protocol = \"udp\"",
            "3 `\"udp\"`: unknown value `udp`; not a valid value here; valid here: http, tcp",
        ),
        (
            "[forwarding]\ntrusted_proxies = [\"10.0.0.0/40\"]",
            "4 `[\"10.0.0.0/40\"]`: `10.0.0.0/40` is not an address or a range; here; write for example 10.0.0.0/8 or ::1",
        ),
    ] {
        assert_eq!(parse(&format!("{LISTENER}{rest}")).unwrap_err(), expected);
    }
    assert!(parse("threads = 0").unwrap_err().contains("no listener"));
    let twice = "[[listener]]\naddress = \"127.0.0.1:80\"\n".repeat(2);
    assert!(parse(&twice).unwrap_err().starts_with("4 `\"127.0.0.1:80\"`: two listeners"));
}
