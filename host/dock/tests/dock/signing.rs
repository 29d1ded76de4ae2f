//! Components that somebody has to have signed.

use std::io::Cursor;
use std::path::Path;

use minisign::KeyPair;
use witdock::grants::PolicyFile;
use witdock::{LoadError, Plugin, Policy, Reload};

use crate::guest::{Counting, Fixture, Guest, add};
use crate::wait::event;

/// Signs the fixture's component as it is now.
fn sign(fixture: &Fixture, pair: &KeyPair) {
    let path = fixture.path();
    let bytes = std::fs::read(&path).unwrap();
    let signature = minisign::sign(None, &pair.sk, Cursor::new(bytes), None, None).unwrap();
    std::fs::write(path.with_extension("wasm.minisig"), signature.to_string()).unwrap();
}

async fn load(fixture: &Fixture, pair: &KeyPair) -> Result<Plugin<Counting>, LoadError> {
    let text = format!(
        "[[signer]]\nname = 'acme'\nkey = '{}'\n[[plugin]]\nname = '*'\nsigned_by = ['acme']",
        pair.pk.to_base64()
    );
    let rules = PolicyFile::parse(Path::new("grants.toml"), &text).unwrap();
    let own = Policy::new().import("test:counter/host");
    let builder =
        fixture.builder().policy_for(move |requested| rules.verdicts(requested).policy(own.clone()));
    builder.load(Default::default).await
}

#[tokio::test]
async fn what_is_unsigned_or_signed_by_others_is_not_loaded() {
    let (acme, other) =
        (KeyPair::generate_unencrypted_keypair().unwrap(), KeyPair::generate_unencrypted_keypair().unwrap());
    let fixture = Fixture::new(Guest::default());
    let error = load(&fixture, &acme).await.unwrap_err();
    assert!(matches!(error, LoadError::Refused { .. }), "{error}");
    assert!(error.to_string().contains("it must be signed by `acme` (grants.toml:6)"), "{error}");
    sign(&fixture, &other);
    load(&fixture, &acme).await.unwrap_err();
    sign(&fixture, &acme);
    let plugin = load(&fixture, &acme).await.unwrap();

    // An update has to be signed again; until then the old version serves.
    fixture.write(Guest { factor: 2, ..Guest::default() });
    let error = plugin.reload().await.unwrap_err();
    assert!(error.to_string().contains("or over other bytes"), "{error}");
    assert_eq!(add(&plugin, 1).await.unwrap(), 1);
    sign(&fixture, &acme);
    assert!(matches!(plugin.reload().await.unwrap(), Reload::Swapped { .. }));
    assert_eq!(add(&plugin, 1).await.unwrap(), 3);
}

// attack: an update that is not signed again, where a rule demands it
// host: keeps the old version, until its signature comes
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_that_comes_after_its_component_is_seen() {
    use witdock::Event;

    let acme = KeyPair::generate_unencrypted_keypair().unwrap();
    let fixture = Fixture::new(Guest::default());
    sign(&fixture, &acme);
    let plugin = load(&fixture, &acme).await.unwrap();
    let mut events = plugin.events();
    plugin.watch().unwrap();
    fixture.write(Guest { factor: 2, ..Guest::default() });
    event(&mut events, "the update is rejected", |event| matches!(event, Event::Rejected { .. })).await;
    sign(&fixture, &acme);
    event(&mut events, "the update serves", |event| matches!(event, Event::Serving { .. })).await;
    assert_eq!(add(&plugin, 1).await.unwrap(), 2);
}
