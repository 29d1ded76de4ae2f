//! Stopping a plugin during calls, reloads, saves and restores.

use std::time::Duration;

use witdock::{CallErrorKind, Event, Handover, Limits, LoadError, Phase, Plugin, Reload};

use crate::guest::{Counting, Fixture, Guest, State, add};
use crate::wait::{soon, until};

/// A plugin without a practical deadline: only the stop ends its calls.
async fn patient(fixture: &Fixture) -> Plugin<Counting> {
    let limits = Limits { call_deadline: Duration::from_secs(600), ..crate::guest::limits() };
    fixture.load_with(fixture.builder().limits(limits)).await
}

fn generation_and_phase(plugin: &Plugin<Counting>) -> (u64, Phase) {
    let status = plugin.status().borrow().clone();
    (status.generation, status.phase)
}

#[tokio::test]
async fn stopping_during_a_reload_stops_the_new_generation_too() {
    let fixture = Fixture::new(Guest::default());
    let plugin = patient(&fixture).await;
    add(&plugin, 5).await.unwrap();
    fixture.write(Guest { state: State::RestoreWaits, ..Guest::default() });
    let mut events = plugin.events();
    let reload = tokio::spawn({
        let plugin = plugin.clone();
        async move { plugin.reload().await }
    });
    until("the new generation restores", || fixture.asked() == 1).await;
    plugin.stop();
    let error = soon("the reload ends", reload).await.unwrap().unwrap_err();
    assert!(matches!(error, LoadError::Stopped { .. }), "{error}");
    assert_eq!(generation_and_phase(&plugin), (1, Phase::Stopped));
    assert!(matches!(plugin.reload().await, Err(LoadError::Stopped { .. })));
    let seen: Vec<_> = std::iter::from_fn(|| events.try_next()).collect();
    assert!(matches!(seen[..], [Event::Stopped]), "{seen:?}");

    // The old instance has saved, and was put back with its state.
    plugin.revive();
    assert_eq!(add(&plugin, 1).await.unwrap(), 6);
    assert_eq!(fixture.asked(), 1);
}

// attack: `stop()` in the middle of a reload
// host: stops, and starts no code of the plugin
#[tokio::test]
async fn stopping_works_at_every_moment_of_a_reload() {
    let fixture = Fixture::new(Guest::default());
    let plugin = patient(&fixture).await;
    for turn in 0..60u32 {
        let before = plugin.generation();
        fixture.write(Guest { factor: turn + 2, ..Guest::default() });
        let reload = tokio::spawn({
            let plugin = plugin.clone();
            async move { plugin.reload().await }
        });
        for _ in 0..turn {
            tokio::task::yield_now().await;
        }
        plugin.stop();
        let reload = soon("the reload ends", reload).await.unwrap();
        let (generation, phase) = generation_and_phase(&plugin);
        assert_eq!(phase, Phase::Stopped);
        match reload {
            Ok(Reload::Swapped { generation: swapped, .. }) => assert_eq!(swapped, generation),
            Err(LoadError::Stopped { .. }) => assert_eq!(generation, before),
            other => panic!("{other:?}"),
        }
        plugin.revive();
        assert!(add(&plugin, 0).await.is_ok());
    }
}

#[tokio::test]
async fn stopping_cancels_a_save() {
    let fixture = Fixture::new(Guest { state: State::SaveWaits, ..Guest::default() });
    let plugin = patient(&fixture).await;
    let saving = tokio::spawn({
        let plugin = plugin.clone();
        async move { plugin.save().await }
    });
    until("the plugin saves", || fixture.asked() == 1).await;
    plugin.stop();
    let error = soon("the call ends", saving).await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::Cancelled), "{error}");
    assert_eq!(error.export(), "save");
}

#[tokio::test]
async fn a_stop_does_not_concern_what_begins_after_it() {
    let fixture = Fixture::new(Guest { state: State::SaveIsSlow, ..Guest::default() });
    let plugin = patient(&fixture).await;
    add(&plugin, 5).await.unwrap();
    plugin.stop();
    plugin.revive();
    fixture.write(Guest::default());
    let reload = soon("the reload ends", plugin.reload()).await.unwrap();
    assert!(matches!(reload, Reload::Swapped { state: Handover::Kept, .. }), "{reload:?}");
    assert_eq!(add(&plugin, 1).await.unwrap(), 6);
}

#[tokio::test]
async fn stopping_cancels_a_restore_and_keeps_the_running_instance() {
    let fixture = Fixture::new(Guest { state: State::RestoreWaits, ..Guest::default() });
    let plugin = patient(&fixture).await;
    add(&plugin, 5).await.unwrap();
    let restart = tokio::spawn({
        let plugin = plugin.clone();
        async move { plugin.restart_with_state(Some(&[0, 0, 0, 0])).await }
    });
    until("the plugin restores", || fixture.asked() == 1).await;
    plugin.stop();
    let error = soon("the call ends", restart).await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::Cancelled), "{error}");
    plugin.revive();
    assert_eq!(add(&plugin, 1).await.unwrap(), 6);
}

#[tokio::test]
async fn a_second_stop_and_reviving_a_serving_plugin_send_no_event() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    let mut events = plugin.events();
    plugin.stop();
    plugin.stop();
    plugin.revive();
    plugin.revive();
    let seen: Vec<_> = std::iter::from_fn(|| events.try_next()).collect();
    assert!(matches!(seen[..], [Event::Stopped, Event::Revived]), "{seen:?}");
}

#[test]
fn stopping_needs_no_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let fixture = Fixture::new(Guest::default());
    let plugin = runtime.block_on(fixture.load());
    plugin.stop();
    plugin.revive();
    assert_eq!(runtime.block_on(add(&plugin, 1)).unwrap(), 1);
}
