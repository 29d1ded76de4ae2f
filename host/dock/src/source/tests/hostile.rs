//! Folders whose manifests want more than a build needs.

use std::time::{Duration, Instant};

use super::{folder, open, script};
use crate::source::{BuildError, Builds, Source, SourceError};

fn command(program: &str, output: &str, more: &str) -> String {
    format!("[plugin]\nname = 'x'\n[build]\ncommand = ['{program}']\noutput = '{output}'\n{more}\n")
}

// attack: `output = "../x"`, `watch = ["/"]`, a link as output
// host: refuses the manifest
#[test]
fn paths_that_lead_away_are_refused_before_anything_is_built() {
    for (manifest, reason) in [
        (
            command("true", "../out.wasm", ""),
            "[build]: `output` is `../out.wasm`: it must be a path below the plugin's folder",
        ),
        (command("true", "/etc/out.wasm", ""), "`output` is `/etc/out.wasm`"),
        (
            command("true", "out.wasm", "watch = ['/']"),
            "`watch` has `/`, which must be relative to the plugin's folder",
        ),
        (
            command("true", "out.wasm", "watch = ['../../../../..']"),
            "`watch` has `../../../../..`, which leads to the home",
        ),
        (
            command("true", "out.wasm", "wit = ['/etc']\nworld = 'x'"),
            "`wit` has `/etc`, which must be relative",
        ),
        (command("true", "out.wasm", "ignore = ['/']"), "`ignore` has `/`, which must be relative"),
    ] {
        let error = open(&manifest).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[tokio::test]
async fn an_output_that_is_a_link_out_of_the_folder_is_not_read() {
    let folder = folder(&[("plugin.toml", command("./build", "out.wasm", "").as_bytes())]);
    script(folder.path(), "build", "ln -s /etc/passwd out.wasm");
    let error = Source::open(folder.path()).unwrap().artifact(|_| {}).await.unwrap_err().to_string();
    assert!(error.contains("leads out of the plugin's folder"), "{error}");
    // The next time it is known before.
    assert!(Source::open(folder.path()).unwrap_err().to_string().contains("`output` is `out.wasm`"));
}

// attack: a build that never ends
// host: ends it: `BuildError::TooLong`
#[tokio::test]
async fn a_build_that_waits_forever_is_ended() {
    let folder = folder(&[("plugin.toml", command("./build", "out.wasm", "").as_bytes())]);
    script(folder.path(), "build", "exec sleep 1000");
    let source = Source::open(folder.path()).unwrap();
    let begun = Instant::now();
    let limit = Duration::from_millis(300);
    let error = source.artifact_by(Builds::Within(limit), |_| {}).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(60));
    let took = begun.elapsed().as_millis();
    witdock_attacks::observed(
        "a_build_that_waits_forever_is_ended",
        format!("{took} ms, of which 300 are allowed"),
    );
    let SourceError::Build(BuildError::TooLong { limit: reported, .. }) = &error else { panic!("{error}") };
    assert_eq!(*reported, limit);
    assert!(error.to_string().contains("the build was ended after 300ms"), "{error}");
}

#[tokio::test]
async fn a_host_that_builds_nothing_runs_nothing() {
    let folder = folder(&[("plugin.toml", command("./build", "out.wasm", "").as_bytes())]);
    script(folder.path(), "build", "touch ran");
    let source = Source::open(folder.path()).unwrap();
    let error = source.artifact_by(Builds::Refused, |event| panic!("{event}")).await.unwrap_err();
    assert!(error.to_string().contains("builds are switched off"), "{error}");
    assert!(!folder.path().join("ran").exists());
}

// attack: a build that reads the user's tokens from the environment
// host: does not pass them
#[tokio::test]
async fn a_build_sees_the_named_variables_alone() {
    let manifest = command("./build", "out.wasm", "env = { OWN = 'yes' }");
    let folder = folder(&[("plugin.toml", manifest.as_bytes())]);
    script(folder.path(), "build", "env > out.wasm");
    let source = Source::open(folder.path()).unwrap();
    let seen = source.artifact(|_| {}).await.unwrap();
    let seen = String::from_utf8_lossy(seen.bytes()).into_owned();
    let names: Vec<&str> = seen.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    assert!(names.contains(&"PATH") && names.contains(&"OWN"), "{names:?}");
    // Those that a shell sets itself.
    let allowed = |name: &&str| ["OWN", "PWD", "OLDPWD", "SHLVL", "_"].contains(name);
    let host: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
    for name in names.iter().filter(|name| !allowed(name)) {
        assert!(host.iter().any(|host| host == name), "{name}");
    }
    // This test runs under cargo, which sets these.
    assert!(host.iter().any(|name| name == "CARGO_PKG_NAME"));
    assert!(!names.contains(&"CARGO_PKG_NAME") && !names.contains(&"CARGO_MANIFEST_DIR"), "{names:?}");
}

#[tokio::test]
async fn escapes_of_tools_and_names_are_shown() {
    let folder = folder(&[("plugin.toml", command("./build", "out.wasm", "").as_bytes())]);
    script(folder.path(), "build", "printf 'one\\033[2J\\nt\\302\\233wo\\n' >&2; exit 1");
    let error = Source::open(folder.path()).unwrap().artifact(|_| {}).await.unwrap_err().to_string();
    assert!(error.ends_with("\none\\u{1b}[2J\nt\\u{9b}wo"), "{error:?}");
    let error = open("[plugin]\nname = \"x\\u001b[2J\"\n").unwrap_err().to_string();
    assert!(error.contains(r"`x\u{1b}[2J` is not a valid plugin name"), "{error:?}");
}
