//! Stores: granted by name, bounded, and kept.

use witdock::grants::StoreGrant;
use witdock::{Access, Limits, LoadError, Policy};
use witdock_attacks::observed;

use super::{Attempt, dock, last_line, run, uses};
use crate::hostile::peak_memory;

fn in_file(path: std::path::PathBuf) -> StoreGrant {
    StoreGrant { file: Some(path), ..StoreGrant::default() }
}

#[tokio::test]
async fn a_store_in_memory_outlives_reloads_and_belongs_to_one_plugin() {
    let attempt = Attempt::new("keyvalue = ['cache']");
    let policy = || Policy::new().keyvalue("cache", StoreGrant::default());
    let plugin = attempt.load(policy()).await;
    assert_eq!(run(&plugin, "set cache city Bern").await, "ok: ");
    assert_eq!(run(&plugin, "add cache visits 2").await, "ok: 2");
    attempt.request("keyvalue = ['cache']\nclocks = true");
    assert!(plugin.set_policy(policy().clocks()).is_none());
    plugin.reload().await.unwrap();
    assert_eq!(plugin.generation(), 2);
    assert_eq!(run(&plugin, "get cache city").await, "ok: Bern");
    assert_eq!(run(&plugin, "add cache visits 1").await, "ok: 3");
    assert_eq!(run(&plugin, "keys cache").await, "ok: city visits");
    assert_eq!(plugin.statistics().kept.store_bytes, "cityBernvisits3".len());
    assert_eq!(uses(&plugin, "keyvalue cache"), 5);

    let other = Attempt::named("other", "keyvalue = ['cache']");
    let other = other.load(policy()).await;
    assert_eq!(run(&other, "keys cache").await, "ok: ");
}

// attack: the store of another plugin, or one that is not granted
// host: answers `access-denied`, with a line in the log
#[tokio::test]
async fn only_granted_stores_are_opened() {
    let attempt = Attempt::new("keyvalue = ['cache']");
    let policy =
        Policy::new().keyvalue("cache", StoreGrant::default()).keyvalue("secret", StoreGrant::default());
    let plugin = attempt.load(policy).await;
    for other in ["secret", "", "CACHE", "../cache"] {
        assert_eq!(run(&plugin, &format!("get {other} key")).await, "error: access denied", "{other}");
        assert_eq!(last_line(&plugin), format!("the store `{other}` was not opened: it is not granted"));
    }
}

// attack: values without end in a store
// host: refuses what exceeds the store's bytes or keys
#[tokio::test]
async fn bytes_and_keys_are_bounded() {
    let attempt = Attempt::new("keyvalue = ['cache']");
    let grant = StoreGrant { max_bytes: 10_000, max_keys: 20, ..StoreGrant::default() };
    let plugin = attempt.load(Policy::new().keyvalue("cache", grant)).await;
    let full = "the store is full: it may have 10000 bytes of keys and values";
    assert_eq!(run(&plugin, "fill cache 1000000 1000").await, format!("error: after 9: {full}"));
    assert!(plugin.statistics().kept.store_bytes <= 10_000);
    assert_eq!(
        run(&plugin, "fill cache 1000000 1").await,
        "error: after 20: the store is full: it may have 20 keys"
    );
    assert_eq!(run(&plugin, "delete cache 0").await, "ok: ");
    assert_eq!(run(&plugin, "set cache new value").await, "ok: ");
}

// attack: one large value, asked for a million times in one call
// host: refuses answers that are larger than a transfer may be
#[tokio::test]
async fn one_value_does_not_multiply() {
    let attempt = Attempt::new("keyvalue = ['cache']");
    let plugin = attempt.load(Policy::new().keyvalue("cache", StoreGrant::default())).await;
    assert_eq!(run(&plugin, "fill cache 1 1000000").await, "ok: ");
    assert_eq!(run(&plugin, "many cache 0 3").await, "ok: 3");
    let got = run(&plugin, "many cache 0 1000000").await;
    assert_eq!(got, "error: the values have more than 33554432 bytes; ask for fewer");
    if let Some(peak) = peak_memory() {
        assert!(peak < 2 << 30, "{peak}");
        observed("one_value_does_not_multiply", format!("{} MiB in the whole process", peak >> 20));
    }
}

#[tokio::test]
async fn a_store_in_a_file_outlives_the_program_and_is_shared() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.kv");
    let policy = || Policy::new().keyvalue("cache", in_file(file.clone()));
    let attempt = Attempt::new("keyvalue = ['cache']");
    let plugin = attempt.load(policy()).await;
    assert_eq!(run(&plugin, "set cache city Bern").await, "ok: ");
    drop(plugin);

    let dock = dock();
    let plugin = attempt.load_in(&dock, policy(), Limits::default()).await.unwrap();
    assert_eq!(run(&plugin, "get cache city").await, "ok: Bern");
    // Under another name, and the same file.
    let other = Attempt::named("other", "keyvalue = ['shared']");
    let policy = Policy::new().keyvalue("shared", in_file(file.clone()));
    let other = other.load_in(&dock, policy, Limits::default()).await.unwrap();
    assert_eq!(run(&other, "add shared visits 1").await, "ok: 1");
    assert_eq!(run(&plugin, "add cache visits 1").await, "ok: 2");
    assert_eq!(plugin.uses()[0].host.as_deref(), Some(&*file));

    // Another program would be refused.
    let error = attempt.load(Policy::new().keyvalue("cache", StoreGrant::default())).await;
    assert_eq!(run(&error, "keys cache").await, "ok: ");
    let second = super::dock();
    let policy = Policy::new().keyvalue("cache", in_file(file));
    let error = attempt.load_in(&second, policy, Limits::default()).await.unwrap_err().to_string();
    assert!(error.contains("is in use by another program"), "{error}");
}

// attack: a read-write folder with the file of a store, to change what another plugin keeps
// host: refuses the plugin
#[tokio::test]
async fn files_of_stores_are_protected() {
    let folder = tempfile::tempdir().unwrap();
    let dock = dock();
    let attempt = Attempt::new("keyvalue = ['cache']");
    let policy = Policy::new().keyvalue("cache", in_file(folder.path().join("cache.kv")));
    let _plugin = attempt.load_in(&dock, policy, Limits::default()).await.unwrap();
    let writer = Attempt::named("writer", "folders = [{ path = '/out', access = 'read-write' }]");
    let policy = Policy::new().folder("/out", folder.path(), Access::ReadWrite);
    let error = writer.load_in(&dock, policy, Limits::default()).await.unwrap_err();
    assert!(matches!(error, LoadError::Protected { .. }), "{error}");
}
