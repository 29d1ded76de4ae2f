//! What a plugin uses of its grants is counted, and the least policy is learned from it.

use std::path::Path;

use witdock::grants::{AuditLog, PolicyFile, Use, learn};
use witdock::{Access, Dock, Limits, Plugin, Policy, Source};

use crate::hostile::{Attack, Hostile, failure, run};
use crate::kept::FILES;
use crate::network::looks_up;

/// Calls what the bits of its argument say: 1 the monotonic clock, 2 the wall clock, 4 random numbers, 8 the environment.
const SYSTEM: &str = r#"(component
    (import "wasi:clocks/monotonic-clock@0.2.0" (instance $monotonic (export "now" (func (result u64)))))
    (import "wasi:clocks/wall-clock@0.2.0" (instance $wall
        (type $time (record (field "seconds" u64) (field "nanoseconds" u32)))
        (export "datetime" (type $datetime (eq $time)))
        (export "now" (func (result $datetime)))))
    (import "wasi:random/random@0.2.0" (instance $random (export "get-random-u64" (func (result u64)))))
    (import "wasi:cli/environment@0.2.0" (instance $environment
        (export "get-environment" (func (result (list (tuple string string)))))))
    (core module $libc
        (memory (export "memory") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
    (core instance $libc (instantiate $libc))
    (core func $monotonic (canon lower (func $monotonic "now")))
    (core func $wall (canon lower (func $wall "now") (memory $libc "memory")))
    (core func $random (canon lower (func $random "get-random-u64")))
    (core func $environment (canon lower (func $environment "get-environment")
        (memory $libc "memory") (realloc (core func $libc "realloc"))))
    (core module $m
        (import "" "monotonic" (func $monotonic (result i64)))
        (import "" "wall" (func $wall (param i32)))
        (import "" "random" (func $random (result i64)))
        (import "" "environment" (func $environment (param i32)))
        (func (export "run") (param $n i32) (result i32)
            (if (i32.and (local.get $n) (i32.const 1)) (then (drop (call $monotonic))))
            (if (i32.and (local.get $n) (i32.const 2)) (then (call $wall (i32.const 16))))
            (if (i32.and (local.get $n) (i32.const 4)) (then (drop (call $random))))
            (if (i32.and (local.get $n) (i32.const 8)) (then (call $environment (i32.const 32))))
            (i32.const 0)))
    (core instance $i (instantiate $m (with "" (instance
        (export "monotonic" (func $monotonic)) (export "wall" (func $wall)) (export "random" (func $random))
        (export "environment" (func $environment))))))
    (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run"))))"#;

fn counts(uses: &[Use]) -> Vec<(String, u64)> {
    uses.iter().map(|one| (one.capability.to_string(), one.count)).collect()
}

fn of(uses: &[Use], capability: &str) -> u64 {
    let matching = uses.iter().filter(|one| one.capability.to_string() == capability);
    matching.map(|one| one.count).sum()
}

fn system() -> (Attack, Policy) {
    let attack = Attack::new(SYSTEM, "clocks = true\nrandom = true\nenv = ['NAME']");
    (attack, Policy::new().clocks().random().env("NAME", "value"))
}

#[tokio::test]
async fn clocks_random_numbers_and_the_environment_are_counted() {
    let (attack, policy) = system();
    let plugin = attack.load(policy, Limits::default()).await.unwrap();
    for bits in [1, 3, 4, 0] {
        run(&plugin, bits).await.unwrap();
    }
    let uses = plugin.uses();
    assert_eq!(
        counts(&uses),
        [("clocks".to_owned(), 3), ("env NAME".to_owned(), 0), ("random".to_owned(), 1)]
    );
    assert_eq!(uses[0].digest, plugin.digest());
    assert!(uses[0].first < uses[0].last && uses[1].first.is_none());
    run(&plugin, 8).await.unwrap();
    assert_eq!(of(&plugin.uses(), "env NAME"), 1);
}

#[tokio::test]
async fn folders_and_hosts_are_counted_by_the_grant_that_covers_them() {
    let attack =
        Attack::new(FILES, "folders = [{ path = '/data' }, { path = '/other', access = 'read-write' }]");
    let (data, other) = (attack.folder("data"), attack.folder("other"));
    std::fs::write(data.join("x"), "text").unwrap();
    let policy =
        Policy::new().folder("/other", other, Access::ReadWrite).folder("/data", &data, Access::ReadOnly);
    let plugin = attack.load(policy, Limits::default()).await.unwrap();
    assert_eq!(run(&plugin, 0).await.unwrap(), 0);
    assert_eq!(of(&plugin.uses(), "folder /data read-only"), 1);
    assert_eq!(of(&plugin.uses(), "folder /other read-write"), 0);
    assert_eq!(plugin.uses()[0].host.as_deref(), Some(&*data));

    // Reading in a folder that may be written to is not writing.
    let attack = Attack::new(FILES, "folders = [{ path = '/data', access = 'read-write' }]");
    let folder = attack.folder("data");
    std::fs::write(folder.join("x"), "text").unwrap();
    let policy = Policy::new().folder("/data", folder, Access::ReadWrite);
    let plugin = attack.load(policy, Limits::default()).await.unwrap();
    assert_eq!(plugin.uses()[0].wrote, None);
    assert_eq!(run(&plugin, 0).await.unwrap(), 0);
    assert_eq!(plugin.uses()[0].wrote, Some(false));

    let attack = Attack::new(&looks_up(["localhost", "x.org"]), "network = ['localhost:1', 'x.org']");
    let policy = Policy::new().network("localhost".parse().unwrap()).network("x.org".parse().unwrap());
    let plugin = attack.load(policy, Limits::default()).await.unwrap();
    assert_eq!(run(&plugin, 0).await.unwrap(), 0);
    assert_eq!(of(&plugin.uses(), "network localhost:1"), 1);
    assert_eq!(of(&plugin.uses(), "network x.org"), 0);
}

#[tokio::test]
async fn a_connection_is_a_use() {
    let (plugin, peer, call, _attack) = crate::revoking::connected().await;
    let uses = plugin.uses();
    assert_eq!((uses.len(), uses[0].count), (1, 1), "{uses:?}");
    let port = peer.local_addr().unwrap().port();
    assert_eq!(uses[0].ports.iter().copied().collect::<Vec<_>>(), [port]);
    plugin.stop();
    call.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn under_what_is_learned_a_plugin_does_what_it_did_and_no_more() {
    let (attack, policy) = system();
    let plugin = attack.load(policy, Limits::default()).await.unwrap();
    let log = AuditLog::at(attack.folder("logs").join("audit.jsonl"));
    run(&plugin, 4).await.unwrap();
    log.append(&plugin.take_uses()).unwrap();
    run(&plugin, 4).await.unwrap();
    log.append(&plugin.take_uses()).unwrap();
    drop(plugin);

    let learned = learn(&log.read().unwrap()).to_string();
    let rules = PolicyFile::parse(Path::new("learned.toml"), &learned).unwrap();
    let source = Source::open(attack.folder("logs").with_file_name("hostile.wasm")).unwrap();
    let dock = Dock::builder().without_cache().build().unwrap();
    let loaded = dock.plugin::<Hostile>(source).policy_for(move |requested| {
        // Nothing but the rules grants.
        rules.verdicts(requested).policy(Policy::new())
    });
    let plugin: Plugin<Hostile> = loaded.load(|| ()).await.unwrap();
    let granted: Vec<_> = plugin.granted().capabilities().map(ToString::to_string).collect();
    assert_eq!(granted, ["random"]);
    run(&plugin, 4).await.unwrap();
    let failure = failure(&plugin, 1).await.to_string();
    assert!(failure.contains("clocks"), "{failure}");
}
