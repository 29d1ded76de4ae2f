//! Reload as a transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use witdock::{ContractViolation, Event, Handover, Instances, LoadError, Reload, ReloadOutcome};

use crate::guest::{Fixture, Guest, State, add, fault};
use crate::wait::{event, until};

#[tokio::test]
async fn state_is_handed_over() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    add(&plugin, 5).await.unwrap();
    fixture.write(Guest { factor: 100, ..Guest::default() });
    let reload = plugin.reload().await.unwrap();
    assert!(matches!(reload, Reload::Swapped { generation: 2, state: Handover::Kept, .. }), "{reload:?}");
    assert_eq!(add(&plugin, 1).await.unwrap(), 105);
    assert_eq!(plugin.generation(), 2);
    assert_eq!(plugin.status().borrow().to_string(), "running generation 2");
}

#[tokio::test]
async fn unchanged_bytes_make_no_new_generation() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    fixture.write(Guest::default());
    assert_eq!(plugin.reload().await.unwrap(), Reload::Unchanged);
    assert_eq!(plugin.generation(), 1);
}

#[tokio::test]
async fn the_old_generation_keeps_serving_with_its_state_after_any_failed_reload() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    add(&plugin, 5).await.unwrap();
    let good = Guest { factor: 2, ..Guest::default() };
    let bad: [(&str, Vec<u8>, &str); 6] = [
        ("empty", Vec::new(), "empty"),
        ("text", b"(component)".to_vec(), "text"),
        ("truncated", good.component()[..300].to_vec(), "300 bytes"),
        ("refused by activate", Guest { start: 3, ..good }.component(), "a fresh counter starts at 3"),
        (
            "restore refuses",
            Guest { state: State::RestoreRefuses, ..good }.component(),
            "the new generation did not restore it: too old",
        ),
        (
            "restore traps",
            Guest { state: State::RestoreTraps, ..good }.component(),
            "the new generation trapped: wasm `unreachable` instruction executed",
        ),
    ];
    for (n, (what, bytes, words)) in bad.iter().enumerate() {
        fixture.write_bytes(bytes);
        let error = plugin.reload().await.expect_err(what).to_string();
        assert!(error.contains(words), "{what}: {error}");
        assert_eq!(add(&plugin, 1).await.unwrap(), 6 + n as u32, "{what}");
        assert_eq!(plugin.generation(), 1);
        let status = plugin.status().borrow().to_string();
        assert!(status.starts_with("running generation 1; generation 2 rejected: "), "{status}");
        assert!(status.contains(words), "{what}: {status}");
    }
    // Restoring the running version clears the rejection.
    fixture.write(Guest::default());
    assert_eq!(plugin.reload().await.unwrap(), Reload::Unchanged);
    assert_eq!(plugin.status().borrow().to_string(), "running generation 1");
    // And a good one is generation 2: nothing that was rejected ever ran.
    fixture.write(good);
    plugin.reload().await.unwrap();
    assert_eq!((plugin.generation(), add(&plugin, 0).await.unwrap()), (2, 11));
}

#[tokio::test]
async fn a_missing_file_is_rejected() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    std::fs::remove_file(fixture.path()).unwrap();
    let error = plugin.reload().await.unwrap_err();
    assert!(matches!(error, LoadError::Source(_)), "{error}");
    assert!(error.to_string().contains("counter.wasm"), "{error}");
    assert_eq!(add(&plugin, 1).await.unwrap(), 1);
}

#[tokio::test]
async fn a_changed_manifest_is_a_new_generation_with_other_grants() {
    let fixture = Fixture::new(Guest::default());
    let manifest = fixture.path().with_extension("toml");
    let plugin = fixture.load().await;
    add(&plugin, 5).await.unwrap();

    for (text, words) in [
        ("[plugin]\nname = \"counter\"\n[grants]\nclocks = true\n", "clocks = true"),
        ("[plugin]\nname = \"counter\"\n[grants]\nimports = []\n", "does not request"),
        ("[plugin]\nnam = \"counter\"\n", "counter.toml:2"),
    ] {
        std::fs::write(&manifest, text).unwrap();
        let error = plugin.reload().await.unwrap_err().to_string();
        assert!(error.contains(words), "{words} is not in: {error}");
        assert_eq!((plugin.generation(), add(&plugin, 0).await.unwrap()), (1, 5));
    }
    std::fs::write(&manifest, "[plugin]\nname = \"counter\"\n[grants]\nimports = [\"test:counter/host\"]\n")
        .unwrap();
    plugin.reload().await.unwrap();
    assert_eq!((plugin.generation(), add(&plugin, 0).await.unwrap()), (2, 5));
}

#[tokio::test]
async fn a_generation_whose_save_traps_can_still_be_replaced() {
    let fixture = Fixture::new(Guest { state: State::SaveTraps, ..Guest::default() });
    let plugin = fixture.load().await;
    add(&plugin, 5).await.unwrap();
    fixture.write(Guest::default());
    let reload = plugin.reload().await.unwrap();
    assert!(matches!(reload, Reload::Swapped { state: Handover::Lost, .. }), "{reload:?}");
    assert_eq!(add(&plugin, 1).await.unwrap(), 1);
}

#[tokio::test]
async fn a_trap_on_probation_brings_the_old_generation_back_with_its_state() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    let mut events = plugin.events();
    add(&plugin, 5).await.unwrap();
    fixture.write(Guest { broken: true, ..Guest::default() });
    plugin.reload().await.unwrap();
    assert_eq!(plugin.generation(), 2);

    let error = add(&plugin, 1).await.unwrap_err();
    assert_eq!((error.generation(), error.rolled_back_to()), (2, Some(1)), "{error}");
    assert_eq!(add(&plugin, 1).await.unwrap(), 6);
    let status = plugin.status().borrow().clone();
    assert!(matches!(status.last_reload.as_ref().unwrap().outcome, ReloadOutcome::RolledBack { .. }));
    let text = status.to_string();
    assert!(text.starts_with("running generation 1; generation 2 rolled back: it trapped"), "{text}");
    let rolled_back = std::iter::from_fn(|| events.try_next())
        .any(|event| matches!(event, Event::RolledBack { from: 2, to: 1, .. }));
    assert!(rolled_back);

    // The number of a generation that ran is not used again.
    fixture.write(Guest { factor: 3, ..Guest::default() });
    plugin.reload().await.unwrap();
    assert_eq!((plugin.generation(), add(&plugin, 1).await.unwrap()), (3, 9));
}

#[tokio::test]
async fn a_contract_violation_rolls_back() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    fixture.write(Guest { factor: 2, ..Guest::default() });
    plugin.reload().await.unwrap();
    let error = plugin
        .call(async |guest, store| match guest.test_counter_counter().call_add(store, 1).await? {
            1 => Ok(()),
            other => Err(ContractViolation(format!("answered {other}, and 1 + 0 is 1")).into()),
        })
        .await
        .unwrap_err();
    assert_eq!(error.rolled_back_to(), Some(1));
    assert_eq!(
        error.to_string(),
        "plugin counter, call: it answered 2, and 1 + 0 is 1; generation 1 serves again"
    );
}

#[tokio::test(start_paused = true)]
async fn a_generation_is_not_rolled_back_after_its_probation() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    let mut events = plugin.events();
    fixture.write(Guest { factor: 2, ..Guest::default() });
    plugin.reload().await.unwrap();
    // The clock is paused: it moves on when nothing else can.
    let retired = |event: &Event| matches!(event, Event::Retired { generation: 1 });
    event(&mut events, "generation 1 retires", retired).await;
    let error = add(&plugin, fault::UNREACHABLE).await.unwrap_err();
    assert_eq!(error.rolled_back_to(), None);
    assert_eq!(plugin.generation(), 2);
}

#[tokio::test]
async fn a_reload_completes_after_its_caller_is_dropped() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    add(&plugin, 5).await.unwrap();
    let mut events = plugin.events();
    fixture.write(Guest { factor: 2, ..Guest::default() });
    tokio::select! {
        biased;
        _ = plugin.reload() => panic!("a reload takes longer than a yield"),
        () = tokio::task::yield_now() => {}
    }
    let serving = |event: &Event| matches!(event, Event::Serving { generation: 2, .. });
    event(&mut events, "generation 2 serves", serving).await;
    assert_eq!(add(&plugin, 1).await.unwrap(), 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_no_call_is_lost_and_the_count_is_exact() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    let done = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let (plugin, done) = (plugin.clone(), done.clone());
            tokio::spawn(async move {
                let mut calls = 0;
                while !done.load(Ordering::Relaxed) {
                    add(&plugin, 1).await.unwrap();
                    calls += 1;
                    tokio::task::yield_now().await;
                }
                calls
            })
        })
        .collect();
    for start in 0..20 {
        // Two guests that count alike and differ in their bytes.
        fixture.write(Guest {
            state: if start % 2 == 0 { State::RestoreRefuses } else { State::Kept },
            ..Guest::default()
        });
        let _ = plugin.reload().await;
        fixture.write_bytes(&with_custom_section(&Guest::default().component(), start));
        plugin.reload().await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    let mut calls = 0;
    for caller in callers {
        calls += caller.await.unwrap();
    }
    assert!(plugin.generation() > 20);
    assert_eq!(add(&plugin, 0).await.unwrap(), calls);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_swaps_while_a_call_of_the_old_generation_runs() {
    let fixture = Fixture::new(Guest { state: State::None, ..Guest::default() });
    let plugin = fixture.load_with(fixture.builder().instances(Instances::Pool(2))).await;
    let waiting = {
        let plugin = plugin.clone();
        tokio::spawn(async move { add(&plugin, fault::WAIT).await })
    };
    until("the call waits", || fixture.asked() > 0).await;
    fixture.write(Guest { state: State::None, factor: 7, ..Guest::default() });
    plugin.reload().await.unwrap();
    assert_eq!(add(&plugin, 1).await.unwrap(), 7);
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!(error.generation(), 1);
    // The failure was the old generation's: the new one is not rolled back for it.
    assert_eq!(plugin.generation(), 2);
}

/// The same component with other bytes.
fn with_custom_section(component: &[u8], n: u8) -> Vec<u8> {
    let mut bytes = component.to_vec();
    bytes.extend_from_slice(&[0, 3, 1, b'n', n]);
    bytes
}
