//! A plugin does not write to what becomes code.

use witdock::{Access, Builds, Dock, Limits, LoadError, Policy, Source};

use crate::hostile::{Attack, Hostile, run};

const PLAIN: &str = r#"(component
    (core module $m (func (export "run") (param i32) (result i32) (local.get 0)))
    (core instance $i (instantiate $m))
    (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run"))))"#;
const WRITES: &str = "folders = [{ path = '/out', access = 'read-write' }]";

fn refusal(result: Result<witdock::Plugin<Hostile>, LoadError>) -> String {
    let error = result.unwrap_err();
    assert!(matches!(error, LoadError::Protected { .. }), "{error}");
    error.to_string()
}

// attack: a read-write folder with its own source, another plugin's, the cache, or the host's grants
// host: refuses the plugin, and before its build
#[tokio::test]
async fn its_own_source_is_protected() {
    let attack = Attack::new(PLAIN, WRITES);
    let grant = |folder: &std::path::Path| Policy::new().folder("/out", folder, Access::ReadWrite);
    let beside = attack.folder("out");
    let own = beside.parent().unwrap();
    let message = refusal(attack.load(grant(own), Limits::default()).await);
    assert!(message.contains("hostile.wasm, a part of the plugin `hostile`"), "{message}");
    // The folder beside is its own only by its path.
    let plugin = attack.load(grant(&beside), Limits::default()).await.unwrap();
    assert_eq!(run(&plugin, 7).await.unwrap(), 7);
    // A grant of less lets it read its own code, which is no secret.
    let reads = Attack::new(PLAIN, "folders = [{ path = '/out' }]");
    let own = reads.folder("out").parent().unwrap().to_owned();
    reads.load(Policy::new().folder("/out", own, Access::ReadWrite), Limits::default()).await.unwrap();
}

#[tokio::test]
async fn sources_of_other_plugins_and_paths_of_the_host_are_protected() {
    let host = tempfile::tempdir().unwrap();
    let cache = tempfile::tempdir().unwrap();
    let dock =
        Dock::builder().cache_folder(cache.path()).protect(host.path().join("grants.json")).build().unwrap();
    let attack = Attack::new(PLAIN, WRITES);
    let load = async |folder: &std::path::Path| {
        attack
            .load_in(&dock, Policy::new().folder("/out", folder, Access::ReadWrite), Limits::default())
            .await
    };
    assert!(refusal(load(host.path()).await).contains("grants.json, which the host protects"));
    assert!(refusal(load(cache.path()).await).contains("which the host protects"));

    let shared = tempfile::tempdir().unwrap();
    let writer = load(shared.path()).await.unwrap();
    let victim = shared.path().join("victim");
    std::fs::create_dir(&victim).unwrap();
    let manifest = "[plugin]\nname = 'victim'\n[build]\ncommand = ['touch', 'ran']\noutput = 'out.wasm'\n";
    std::fs::write(victim.join("plugin.toml"), manifest).unwrap();
    let source = || Source::open(&victim).unwrap();
    let message = refusal(dock.plugin::<Hostile>(source()).load(|| ()).await);
    assert!(message.contains("`hostile` would write to"), "{message}");
    assert!(!victim.join("ran").exists(), "it was refused before its build");
    drop(writer);
    let error = dock.plugin::<Hostile>(source()).load(|| ()).await.unwrap_err();
    assert!(matches!(error, LoadError::Source(_)), "{error}");
    assert!(victim.join("ran").exists());
}

// attack: a read-write folder with a program that this plugin or another one runs
// host: refuses the plugin
#[tokio::test]
async fn programs_that_plugins_run_are_protected() {
    let tools = tempfile::tempdir().unwrap();
    let program = tools.path().join("tool");
    std::fs::write(&program, "").unwrap();
    let attack = Attack::new(PLAIN, &format!("{WRITES}\nprograms = ['tool']"));
    let elsewhere = tempfile::tempdir().unwrap();
    let policy = |writable: &std::path::Path, program: &std::path::Path| {
        let policy = Policy::new().folder("/out", writable, Access::ReadWrite);
        policy.program("tool", Some(program.to_owned()))
    };
    let message = refusal(attack.load(policy(tools.path(), &program), Limits::default()).await);
    assert!(message.contains("tool, a program that the plugin `hostile` runs"), "{message}");
    attack.load(policy(elsewhere.path(), &program), Limits::default()).await.unwrap();
    // A link that could be replaced is as good as the program.
    #[cfg(unix)]
    {
        let link = elsewhere.path().join("link");
        std::os::unix::fs::symlink(&program, &link).unwrap();
        refusal(attack.load(policy(elsewhere.path(), &link), Limits::default()).await);
    }
    // Without the grant, the plugin is refused; one that is not on this machine is fine.
    let none = Policy::new().folder("/out", elsewhere.path(), Access::ReadWrite);
    let refused = attack.load(none.clone(), Limits::default()).await.unwrap_err();
    assert!(refused.to_string().contains("programs = { tool"), "{refused}");
    attack.load(none.program("tool", None), Limits::default()).await.unwrap();
}

#[tokio::test]
async fn a_dock_that_builds_nothing_loads_components_alone() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = "[plugin]\nname = 'x'\n[build]\ncommand = ['touch', 'ran']\noutput = 'out.wasm'\n";
    std::fs::write(folder.path().join("plugin.toml"), manifest).unwrap();
    let dock = Dock::builder().without_cache().builds(Builds::Refused).build().unwrap();
    let error = dock.plugin::<Hostile>(Source::open(folder.path()).unwrap()).load(|| ()).await.unwrap_err();
    assert!(error.to_string().contains("builds are switched off"), "{error}");
    assert!(!folder.path().join("ran").exists());
    Attack::new(PLAIN, "").load_in(&dock, Policy::new(), Limits::default()).await.unwrap();
}
