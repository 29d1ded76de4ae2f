use std::sync::Mutex;

use tempfile::TempDir;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};
use wit_component::StringEncoding;
use wit_parser::Resolve;

use super::{folder, write};
use crate::check::check;
use crate::source::{Artifact, BuildError, BuildEvent, EncodeError, Source, SourceError};

const RUST: &[u8] = b"[plugin]\nname = 'tiny'\n[build]\nlanguage = 'rust'\n";
const PACKAGE: &[u8] = b"[package]\nname = 'tiny-one'\nversion = '0.1.0'\nedition = '2024'\n\
    [lib]\ncrate-type = ['cdylib', 'rlib']\n[profile.release]\nlto = false\n[workspace]\n";

/// Opens and builds the folder. Returns the build's events too.
async fn build(folder: &TempDir) -> (Result<Artifact, SourceError>, Vec<BuildEvent>) {
    let events = Mutex::new(Vec::new());
    let source = Source::open(folder.path()).unwrap();
    let artifact = source.artifact(|event| events.lock().unwrap().push(event)).await;
    (artifact, events.into_inner().unwrap())
}

/// A component type as a bindings generator would link it in.
fn component_type() -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package =
        resolve.push_str("tiny.wit", "package a:b; world tiny { export run: func() -> u32; }").unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    wit_component::metadata::encode(&resolve, world, StringEncoding::UTF8, None).unwrap()
}

#[tokio::test]
async fn a_rust_folder_becomes_a_component_that_runs() {
    let component_type = component_type();
    let code = format!(
        "#[unsafe(link_section = \"component-type:tiny\")]\n#[used]\n\
         static TYPE: [u8; {}] = *include_bytes!(\"../type.bin\");\n\
         #[unsafe(no_mangle)]\npub extern \"C\" fn run() -> u32 {{ 7 }}\n",
        component_type.len()
    );
    let folder = folder(&[
        ("plugin.toml", RUST),
        ("Cargo.toml", PACKAGE),
        ("type.bin", &component_type),
        ("src/lib.rs", code.as_bytes()),
    ]);
    let (artifact, events) = build(&folder).await;
    let artifact = artifact.unwrap();

    let engine = Engine::default();
    let component = Component::new(&engine, artifact.bytes()).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &component).unwrap();
    let run = instance.get_typed_func::<(), (u32,)>(&mut store, "run").unwrap();
    assert_eq!(run.call(&mut store, ()).unwrap(), (7,));

    let BuildEvent::Started { what } = &events[0] else { panic!("{events:?}") };
    assert!(what.contains("build --lib --release") && what.contains("wasm32-unknown-unknown"), "{what}");
    assert!(
        events.iter().any(
            |event| matches!(event, BuildEvent::Line(line) if line.trim_start().starts_with("Compiling tiny-one"))
        ),
        "{events:?}"
    );
    assert!(matches!(events.last(), Some(BuildEvent::Finished { .. })));

    // With the other target the compiler's own linker makes the component.
    let wasip2 = String::from_utf8_lossy(RUST) + "target = 'wasm32-wasip2'\n";
    write(folder.path(), "plugin.toml", wasip2.as_bytes());
    let other = build(&folder).await.0.unwrap();
    assert!(check(other.bytes(), &component_type, &[]).unwrap().exports("run"));
    write(folder.path(), "plugin.toml", RUST);

    // The same sources give the same identity, and a broken edit shows the compiler's own words and line.
    assert_eq!(build(&folder).await.0.unwrap().digest(), artifact.digest());
    write(folder.path(), "src/lib.rs", b"pub fn fine() {}\n\npub fn broken() -> u32 { \"text\" }\n");
    let (error, _) = build(&folder).await;
    let error = error.unwrap_err();
    assert!(
        matches!(&error, SourceError::Build(BuildError::Failed { status, .. }) if status.code() == Some(101))
    );
    let message = error.to_string();
    assert!(message.contains("error[E0308]: mismatched types\n --> src/lib.rs:3:"), "{message}");
}

#[tokio::test]
async fn reports_a_module_without_a_component_type() {
    let code = b"#[unsafe(no_mangle)]\npub extern \"C\" fn run() -> u32 { 7 }\n";
    let folder = folder(&[("plugin.toml", RUST), ("Cargo.toml", PACKAGE), ("src/lib.rs", code)]);
    let error = build(&folder).await.0.unwrap_err();
    assert!(matches!(error, SourceError::Encode { error: EncodeError::NoComponentType, .. }));
    let message = error.to_string();
    assert!(message.contains("tiny_one.wasm: "), "{message}");
    assert!(
        message.contains("without a component type. In Rust, call wit-bindgen's `generate!`"),
        "{message}"
    );
}

#[tokio::test]
async fn takes_the_component_type_from_the_manifest() {
    let code = b"#[unsafe(no_mangle)]\npub extern \"C\" fn run() -> u32 { 7 }\n";
    let manifest = |more: &str| String::from_utf8_lossy(RUST).into_owned() + more;
    let folder = folder(&[
        ("plugin.toml", manifest("wit = ['../base', 'wit']\nworld = 'tiny'\n").as_bytes()),
        ("Cargo.toml", PACKAGE),
        ("src/lib.rs", code),
        ("wit/tiny.wit", b"package a:b; world tiny { include c:d/one; } world other {}"),
        ("wit/deps/base.wit", b"package c:d; world one { export run: func() -> u32; }"),
    ]);
    let missing = build(&folder).await.0.unwrap_err();
    assert!(matches!(missing, SourceError::Encode { error: EncodeError::World { .. }, .. }), "{missing}");
    assert!(
        missing.to_string().contains("[build] in plugin.toml has no valid `wit` and `world`: `../base`"),
        "{missing}"
    );

    write(folder.path(), "plugin.toml", manifest("wit = ['wit/deps/base.wit', 'wit']\n").as_bytes());
    let twice = build(&folder).await.0.unwrap_err().to_string();
    assert!(twice.contains("`wit` has the package `c:d` again"), "{twice}");

    write(folder.path(), "plugin.toml", manifest("wit = 'wit'\nworld = 'tiny'\n").as_bytes());
    let artifact = build(&folder).await.0.unwrap();
    assert!(check(artifact.bytes(), &component_type(), &[]).unwrap().exports("run"));

    write(folder.path(), "plugin.toml", manifest("wit = 'wit'\n").as_bytes());
    let ambiguous = build(&folder).await.0.unwrap_err().to_string();
    assert!(
        ambiguous.contains("has no valid `wit` and `world`: ") && ambiguous.contains("tiny"),
        "{ambiguous}"
    );

    let broken = "wit = 'wit/tiny.wit'\nworld = 'tiny'\n";
    write(folder.path(), "plugin.toml", manifest(broken).as_bytes());
    write(folder.path(), "wit/tiny.wit", b"package a:b;\nworld tiny { export run func(); }");
    let message = build(&folder).await.0.unwrap_err().to_string();
    assert!(message.contains("tiny.wit:2:25"), "{message}");
}

#[tokio::test]
async fn reports_a_package_without_a_cdylib() {
    let package = String::from_utf8_lossy(PACKAGE).replace("'cdylib', ", "");
    let folder = folder(&[("plugin.toml", RUST), ("Cargo.toml", package.as_bytes()), ("src/lib.rs", b"")]);
    let message = build(&folder).await.0.unwrap_err().to_string();
    assert!(message.contains("the library `tiny_one` is not built as a wasm module"), "{message}");
    assert!(message.contains("crate-type = [\"cdylib\"]"), "{message}");
}

#[tokio::test]
async fn reports_a_missing_package_and_an_invalid_one() {
    let bare = folder(&[("plugin.toml", RUST)]);
    let message = build(&bare).await.0.unwrap_err().to_string();
    assert!(message.contains("has no Cargo.toml"), "{message}");

    // No compiler runs here: the reason is in cargo's own output.
    let broken =
        folder(&[("plugin.toml", RUST), ("Cargo.toml", b"[package]\nnme = 'x'\n"), ("src/lib.rs", b"")]);
    let message = build(&broken).await.0.unwrap_err().to_string();
    assert!(message.contains("failed to parse manifest at"), "{message}");
}

#[cfg(unix)]
mod commands {
    use super::*;

    fn script(command: &str) -> TempDir {
        let manifest = format!(
            "[plugin]\nname = 'scripted'\n[build]\ncommand = ['sh', '-c', {command:?}]\noutput = 'out/x.wasm'\n"
        );
        folder(&[("plugin.toml", manifest.as_bytes())])
    }

    async fn message(command: &str) -> String {
        build(&script(command)).await.0.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn a_command_gives_its_output_file_and_its_lines() {
        let folder = script("echo one; echo two >&2; mkdir -p out; printf '(component)' > out/x.wasm");
        let (artifact, events) = build(&folder).await;
        assert_eq!(&**artifact.unwrap().bytes(), b"(component)");
        for line in ["one", "two"] {
            assert!(events.contains(&BuildEvent::Line(line.into())), "{events:?}");
        }
        let untouched = BuildEvent::Line("the command did not change out/x.wasm".into());
        assert!(!events.contains(&untouched));
    }

    #[tokio::test]
    async fn reports_an_output_that_the_command_did_not_change() {
        let folder = script("true");
        write(folder.path(), "out/x.wasm", b"old");
        let (artifact, events) = build(&folder).await;
        assert_eq!(&**artifact.unwrap().bytes(), b"old");
        assert!(
            events.contains(&BuildEvent::Line("the command did not change out/x.wasm".into())),
            "{events:?}"
        );
    }

    #[tokio::test]
    async fn each_failure_explains_what_happened() {
        let failed = message("echo 'src/main.ts:4: bad' >&2; exit 3").await;
        assert!(failed.contains("failed (exit status: 3)\nsrc/main.ts:4: bad"), "{failed}");
        assert!(
            message("true").await.contains("the output out/x.wasm is missing: correct `output` in [build]")
        );
        assert!(message("mkdir -p out; : > out/x.wasm").await.contains("out/x.wasm is empty"));
        assert!(message("mkdir -p out/x.wasm").await.contains("out/x.wasm is not a file"));

        let missing = folder(&[(
            "plugin.toml",
            b"[plugin]\nname = 'x'\n[build]\ncommand = ['no-such-tool']\noutput = 'x.wasm'",
        )]);
        let message = build(&missing).await.0.unwrap_err().to_string();
        assert!(message.contains("cannot run `no-such-tool`"), "{message}");
        assert!(message.contains("install it, or correct `command`"), "{message}");
    }

    #[tokio::test]
    async fn resolves_a_program_with_a_path_in_the_plugins_folder() {
        let manifest = b"[plugin]\nname = 'x'\n[build]\ncommand = ['./make.sh']\noutput = 'x.wasm'";
        let folder = folder(&[("plugin.toml", manifest)]);
        crate::source::tests::script(folder.path(), "make.sh", "echo here > x.wasm");
        assert_eq!(&**build(&folder).await.0.unwrap().bytes(), b"here\n");
    }

    #[tokio::test]
    async fn sets_the_environment_of_the_manifest() {
        let manifest = b"[plugin]\nname = 'x'\n[build]\ncommand = ['sh', '-c', 'echo $KIND $HOME > x.wasm']\noutput = 'x.wasm'\n\
            env = { KIND = 'wasm' }";
        let text = build(&folder(&[("plugin.toml", manifest)])).await.0.unwrap();
        let home = std::env::var("HOME").unwrap_or_default();
        assert_eq!(String::from_utf8_lossy(text.bytes()).trim_end(), format!("wasm {home}").trim_end());
    }

    /// Waits until no process of these numbers is left. One that nobody has waited for is a zombie, and has ended.
    async fn until_ended(pids: &[String]) {
        let is_alive = |pid: &String| {
            let mut ps = std::process::Command::new("ps");
            let state = ps.args(["-o", "stat=", "-p", pid]).output().unwrap().stdout;
            !String::from_utf8_lossy(&state).trim().is_empty() && !state.starts_with(b"Z")
        };
        let ended = async {
            while pids.iter().any(is_alive) {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), ended).await.unwrap();
    }

    /// A build that starts a process, which starts another one; all three say their numbers and wait forever.
    const FAMILY: &str = "echo $$; sh -c 'echo $$; sh -c \"echo \\$\\$; exec sleep 600\" & wait' & wait";

    // attack: a build whose processes start others
    // host: ends all of them
    #[tokio::test]
    async fn kills_an_abandoned_build_with_all_that_it_has_started() {
        let folder = script(FAMILY);
        let source = Source::open(folder.path()).unwrap();
        let (sender, mut lines) = tokio::sync::mpsc::unbounded_channel();
        let mut pids = Vec::new();
        {
            let build = source.artifact(|event| {
                if let BuildEvent::Line(line) = event {
                    sender.send(line).unwrap();
                }
            });
            let mut build = std::pin::pin!(build);
            while pids.len() < 3 {
                tokio::select! {
                    artifact = &mut build => panic!("{artifact:?}"),
                    pid = lines.recv() => pids.push(pid.unwrap()),
                }
            }
        }
        let dropped = std::time::Instant::now();
        until_ended(&pids).await;
        let took = dropped.elapsed().as_millis();
        witdock_attacks::observed(
            "kills_an_abandoned_build_with_all_that_it_has_started",
            format!("3 processes ended after {took} ms"),
        );
    }

    #[tokio::test]
    async fn does_not_wait_for_background_processes() {
        let folder = script("mkdir -p out; echo x > out/x.wasm; sleep 600 & echo $! > pid");
        let begin = std::time::Instant::now();
        build(&folder).await.0.unwrap();
        assert!(begin.elapsed() < std::time::Duration::from_secs(60));
        let pid = std::fs::read_to_string(folder.path().join("pid")).unwrap();
        std::process::Command::new("kill").arg(pid.trim()).status().unwrap();
    }
}
