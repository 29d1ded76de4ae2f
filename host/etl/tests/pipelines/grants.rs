//! A plugin that tries to reach the machine, with and without each grant.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::Stdio;

use crate::project::{Project, component, eventually, sink};

/// The probe with what its manifest requests and what the pipeline grants, over a single row.
fn prober(probe: &str, request: &str, grant: &str) -> Project {
    let rest = format!(
        "[[stage]]\nname = \"probe\"\nplugin = \"probe.wasm\"\n\
         [stage.settings]\nprobe = {probe}\n[stage.grants]\n{grant}\n{}",
        sink("csv", "out.csv")
    );
    let project = Project::new(std::path::Path::new("rows.csv"), &rest);
    let write = |file: &str, bytes: &[u8]| fs::write(project.path(file), bytes).unwrap();
    write("rows.csv", b"a\n1\n");
    write("probe.wasm", &component("plugins/faults/wasi-probe"));
    write("probe.toml", format!("[plugin]\nname = \"probe\"\n[grants]\n{request}\n").as_bytes());
    fs::create_dir(project.path("shared")).unwrap();
    write("shared/hello.txt", b"hello");
    project
}

/// What the probe got.
fn got(project: &Project) -> String {
    project.run(&[]);
    let out = project.read("out.csv");
    out.trim_end().strip_prefix("a,got\n1,").unwrap().to_owned()
}

fn reach(probe: &str, request: &str, grant: &str) -> String {
    got(&prober(probe, request, grant))
}

fn refused(probe: &str, request: &str, grant: &str) -> String {
    prober(probe, request, grant).error(&["run", "pipeline.toml"])
}

#[test]
fn folders() {
    let read = "{ read-file = \"/data/hello.txt\" }";
    let write = "{ write-file = { path = \"/data/new.txt\", text = \"new\" } }";
    let read_only = "folders = [{ path = \"/data\", access = \"read-only\" }]";
    let read_write = "folders = [{ path = \"/data\", access = \"read-write\" }]";
    let shared =
        |access| format!("folders = [{{ path = \"/data\", host = \"shared\", access = \"{access}\" }}]");

    assert_eq!(reach(read, read_only, &shared("read-only")), "ok: hello");
    let denied = reach(read, "", "");
    assert!(denied.starts_with("error: "), "{denied}");

    // A plugin that asks for less than it is granted gets what it asks for.
    let project = prober(write, read_only, &shared("read-write"));
    assert!(got(&project).starts_with("error: "));
    assert!(!project.path("shared/new.txt").exists());
    let project = prober(write, read_write, &shared("read-write"));
    assert_eq!(got(&project), "ok: 3");
    assert_eq!(project.read("shared/new.txt"), "new");

    // Out of the folder, and through a link that leads out of it.
    for path in ["/data/../rows.csv", "/data/link.txt", "/etc/hostname"] {
        let project = prober(&format!("{{ read-file = \"{path}\" }}"), read_write, &shared("read-write"));
        std::os::unix::fs::symlink(project.path("rows.csv"), project.path("shared/link.txt")).unwrap();
        let denied = got(&project);
        assert!(denied.starts_with("error: "), "{path}: {denied}");
    }
}

/// What the run itself trusts or writes is in no folder that a plugin may write to: a link there would be followed by the host.
#[test]
fn folders_with_what_the_run_writes() {
    let request = "folders = [{ path = \"/data\", access = \"read-write\" }]";
    let grant = "folders = [{ path = \"/data\", host = \".\", access = \"read-write\" }]";
    let error = refused("{ read-file = \"/data/rows.csv\" }", request, grant);
    assert!(
        error.contains("`probe` would write to ") && error.contains("which the host protects"),
        "{error}"
    );
    // To read there is allowed.
    let (request, grant) =
        (request.replace("read-write", "read-only"), grant.replace("read-write", "read-only"));
    assert_eq!(reach("{ read-file = \"/data/shared/hello.txt\" }", &request, &grant), "ok: hello");
}

#[test]
fn folders_of_plugins_without_builds() {
    let rest = format!("[[stage]]\nname = \"x\"\nplugin = \"x\"\n{}", sink("csv", "out.csv"));
    let project = Project::new(std::path::Path::new("rows.csv"), &rest);
    fs::write(project.path("rows.csv"), "a\n1\n").unwrap();
    fs::create_dir(project.path("x")).unwrap();
    let manifest = "[plugin]\nname = 'x'\n[build]\ncommand = ['touch', 'ran']\noutput = 'x.wasm'\n";
    fs::write(project.path("x/plugin.toml"), manifest).unwrap();
    for command in ["run", "plan", "validate", "preview"] {
        let error = project.error(&[command, "pipeline.toml", "--no-build"]);
        assert!(error.contains("builds are switched off"), "{command}: {error}");
    }
    assert!(!project.path("x/ran").exists());
}

#[test]
fn environment() {
    let probe = "{ env = \"GREETING\" }";
    let request = "env = [\"GREETING\"]";
    assert_eq!(reach(probe, request, "env = { GREETING = \"hi\" }"), "ok: hi");
    // Granted and not requested; and what the host itself has is in no plugin's environment.
    assert!(reach(probe, "", "env = { GREETING = \"hi\" }").starts_with("error: "));
    assert!(reach("{ env = \"PATH\" }", "", "").starts_with("error: "));
}

#[test]
fn clocks_and_randomness_say_which_grant_is_missing() {
    for (probe, grant) in
        [("\"wall-clock\"", "clocks"), ("\"monotonic-clock\"", "clocks"), ("{ random = 8 }", "random")]
    {
        let granted = format!("{grant} = true");
        let got = reach(probe, &granted, &granted);
        assert!(got.starts_with("ok: "), "{probe}: {got}");
        let refused = refused(probe, "", &granted);
        assert!(refused.contains("which is not granted") && refused.contains(&granted), "{refused}");
    }
}

#[test]
fn stdout_and_stderr_are_log_lines_or_nothing() {
    for stream in ["stdout", "stderr"] {
        let probe = format!("{{ {stream} = \"a word from the plugin\" }}");
        for (allowed, lines) in [("stdio = true", 1), ("", 0)] {
            let output = prober(&probe, allowed, allowed).run(&["-vv"]);
            let log = String::from_utf8(output.stderr).unwrap();
            let said: Vec<_> = log.lines().filter(|line| line.contains("a word from the plugin")).collect();
            assert_eq!(said.len(), lines, "{log}");
            assert!(said.iter().all(|line| line.contains("probe") && line.contains(stream)), "{said:?}");
        }
    }
}

#[test]
fn network() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let probe = format!("{{ connect = \"{address}\" }}");
    let network = |host: &str| format!("network = [\"{host}\"]");

    let granted = network(&address.to_string());
    assert_eq!(reach(&probe, &granted, &granted), format!("ok: {address}"));
    let by_name = network(&format!("localhost:{}", address.port()));
    assert_eq!(reach(&probe, &by_name, &by_name), format!("ok: {address}"));

    let bare = network("localhost");
    assert_eq!(reach(&probe, &bare, &bare), format!("ok: {address}"), "a bare name means any port");

    let elsewhere = network("127.0.0.1:1");
    for (request, grant) in [("", ""), ("", &*granted), (&elsewhere, &elsewhere)] {
        let denied = reach(&probe, request, grant);
        assert!(denied.starts_with("error: "), "{request}: {denied}");
    }
}

#[test]
fn a_request_that_is_not_granted_names_the_line_to_write() {
    for (request, line) in [
        ("folders = [{ path = \"/data\", access = \"read-write\" }]", "path = \"/data\""),
        ("env = [\"GREETING\"]", "env = { GREETING = \"…\" }"),
        ("network = [\"127.0.0.1:80\"]", "network = [\"127.0.0.1:80\"]"),
        ("clocks = true", "clocks = true"),
        ("random = true", "random = true"),
        ("stdio = true", "stdio = true"),
    ] {
        let refused = refused("\"wall-clock\"", request, "");
        assert!(refused.contains("asks for more than it is granted"), "{refused}");
        assert!(refused.contains(line), "{line} is not in: {refused}");
    }
}

#[test]
fn a_manifest_with_an_unknown_key_names_file_line_and_key() {
    let refused = refused("\"wall-clock\"", "clock = true", "");
    assert!(refused.contains("probe.toml:4"), "{refused}");
    assert!(refused.contains("clock") && refused.contains("clocks"), "{refused}");
}

// attack: a link in the place of a staged file, a lock or a checkpoint
// host: does not follow it
/// Whoever may write beside a target, an earlier plugin or another program, cannot make the run write elsewhere.
#[test]
fn planted_links_are_not_followed() {
    let project = prober("{ read-file = \"/data/hello.txt\" }", "", "");
    fs::write(project.path("victim"), "precious").unwrap();
    let plant = |name: &str| std::os::unix::fs::symlink(project.path("victim"), project.path(name)).unwrap();
    plant(".out.csv.witdock-lock");
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains(".out.csv.witdock-lock is a symbolic link now"), "{error}");
    fs::remove_file(project.path(".out.csv.witdock-lock")).unwrap();
    plant("pipeline.checkpoint.json.next");
    project.run(&[]);
    assert!(project.read("out.csv").starts_with("a,got\n"));
    assert_eq!(project.read("victim"), "precious");
}

/// A policy file comes before what the pipeline grants, and the audit log has what was used.
#[test]
fn rules_and_the_audit_log() {
    let read = "{ read-file = \"/data/hello.txt\" }";
    let request = "folders = [{ path = \"/data\", access = \"read-only\" }]";
    let grant = "folders = [{ path = \"/data\", host = \"shared\", access = \"read-only\" }]";
    let project = prober(read, request, grant);
    let rules = |text: &str| fs::write(project.path("rules.toml"), text).unwrap();
    rules("[[plugin]]\nname = \"*\"\ndeny = [\"folder\"]\n");
    let error = project.error(&["run", "pipeline.toml", "--policy", "rules.toml"]);
    assert!(error.contains("folder /data read-only") && error.contains("rules.toml:3"), "{error}");
    assert!(!project.path("out.csv").exists());

    // What the pipeline does not grant, the rules can.
    let project = prober(read, request, "");
    let rule = "[[plugin]]\nname = \"probe\"\n\
                allow = { folders = [{ path = \"/data\", host = \"shared\", access = \"read-only\" }] }\n";
    fs::write(project.path("rules.toml"), rule).unwrap();
    project.run(&["--policy", "rules.toml", "--audit", "audit.jsonl"]);
    assert_eq!(project.read("out.csv"), "a,got\n1,ok: hello\n");
    let audit = project.read("audit.jsonl");
    let used: serde_json::Value = serde_json::from_str(audit.lines().next().unwrap()).unwrap();
    assert_eq!((&used["plugin"], &used["capability"]), (&"probe".into(), &"folder /data read-only".into()));
    assert!(used["count"].as_u64().unwrap() > 0, "{audit}");

    fs::write(project.path("rules.toml"), "[[plugin]]\nname = \"*\"\ndeni = []\n").unwrap();
    let error = project.error(&["run", "pipeline.toml", "--policy", "rules.toml"]);
    assert!(error.contains("rules.toml:3") && error.contains("deni"), "{error}");
}

/// A rule that comes during a run ends what it denies. The rows before it are committed, and none after it is lost.
#[test]
fn a_rule_that_comes_during_a_run_takes_back_what_is_in_use() {
    let request = "folders = [{ path = \"/data\", access = \"read-only\" }]";
    let grant = "folders = [{ path = \"/data\", host = \"shared\", access = \"read-only\" }]";
    let project = prober("{ read-file = \"/data/hello.txt\" }", request, grant);
    let pipeline = project.read("pipeline.toml");
    let watched = pipeline.replace("path = \"rows.csv\"", "path = \"in\"\nwatch = true\nsettle_ms = 0");
    assert_ne!(pipeline, watched);
    let every = watched.replace("[[stage]]", "[checkpoint]\nevery_ms = 0\n[[stage]]");
    let appends = every.replace("path = \"out.csv\"\n", "path = \"out.csv\"\nmode = \"append\"\n");
    fs::write(project.path("pipeline.toml"), appends).unwrap();
    fs::create_dir(project.path("in")).unwrap();
    fs::write(project.path("in/1.csv"), "a\n1\n").unwrap();
    fs::write(project.path("rules.toml"), "").unwrap();
    let mut run = project.command(&["run", "pipeline.toml", "--policy", "rules.toml"]);
    let mut run = run.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(run.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut hears =
        |words: &str| said.by_ref().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{words}"));
    eventually("a commit", || {
        fs::read_to_string(project.path("out.csv")).ok().filter(|out| out.contains("hello"))
    });

    fs::write(project.path("rules.toml"), "[[plugin]]\nname = 1\n").unwrap();
    hears("the rules before stay in force");
    fs::write(project.path("rules.toml"), "[[plugin]]\nname = \"*\"\ndeny = [\"folder\"]\n").unwrap();
    hears("probe is stopped, since it is no longer granted");
    fs::write(project.path("in/2.csv"), "a\n2\n").unwrap();
    let error = hears("error: ");
    assert!(error.contains("revoked"), "{error}");
    assert!(!run.wait().unwrap().success());
    assert_eq!(project.read("out.csv"), "a,got\n1,ok: hello\n");
}

/// The components of the lock file run, and no others.
#[test]
fn a_lock_file_pins_the_components() {
    let project = prober("{ read-file = \"/none\" }", "", "");
    assert!(project.command(&["lock", "pipeline.toml"]).output().unwrap().status.success());
    let lock = project.read("pipeline.lock");
    assert!(lock.contains("path = \"probe.wasm\"") && lock.contains("name = \"probe\""), "{lock}");
    project.run(&[]);

    let mut bytes = fs::read(project.path("probe.wasm")).unwrap();
    // A custom section: the same program, and other bytes.
    bytes.extend([0, 2, 1, b'x']);
    fs::write(project.path("probe.wasm"), bytes).unwrap();
    let error = project.error(&["run", "pipeline.toml", "--fresh"]);
    assert!(error.contains("pinned") || error.contains("expected"), "{error}");
    assert!(project.command(&["lock", "pipeline.toml"]).output().unwrap().status.success());
    assert_ne!(project.read("pipeline.lock"), lock);
    project.run(&["--fresh"]);

    fs::write(project.path("pipeline.lock"), "").unwrap();
    let error = project.error(&["run", "pipeline.toml", "--fresh"]);
    assert!(error.contains("no entry for probe.wasm") && error.contains("witdock-etl lock"), "{error}");
    fs::write(project.path("pipeline.lock"), "[[plugin]]\npath = 1\n").unwrap();
    let error = project.error(&["run", "pipeline.toml", "--fresh"]);
    assert!(error.contains("pipeline.lock") && error.contains("writes it anew"), "{error}");
}
