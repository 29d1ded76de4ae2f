//! The generation and hand-over that a call sees, and what listeners miss.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use witdock::{Event, Handover, Instances, Limits, LogLevel, Plugin, Reload};

use crate::guest::{Counting, Fixture, Guest, State, add, fault};
use crate::wait::soon;

/// The generation that answers, and its hand-over.
async fn answering(plugin: &Plugin<Counting>) -> (u64, Handover) {
    plugin.call(async |_, store| Ok((store.data().generation(), store.data().handover()))).await.unwrap()
}

#[tokio::test]
async fn each_call_sees_its_generation_and_hand_over() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    assert_eq!(answering(&plugin).await, (1, Handover::None));

    fixture.write(Guest { factor: 2, ..Guest::default() });
    plugin.reload().await.unwrap();
    assert_eq!(answering(&plugin).await, (2, Handover::Kept));

    // It rolls back to the standby instance.
    add(&plugin, fault::UNREACHABLE).await.unwrap_err();
    assert_eq!(answering(&plugin).await, (1, Handover::None));
    // A fresh instance of the same generation has no state.
    add(&plugin, fault::UNREACHABLE).await.unwrap_err();
    assert_eq!(answering(&plugin).await, (1, Handover::Lost));

    let saved = plugin.save().await.unwrap().unwrap();
    plugin.restart_with_state(Some(&saved)).await.unwrap();
    assert_eq!(answering(&plugin).await, (1, Handover::Kept));
    plugin.restart_with_state(None).await.unwrap();
    assert_eq!(answering(&plugin).await, (1, Handover::None));

    fixture.write(Guest { factor: 3, state: State::None, ..Guest::default() });
    plugin.reload().await.unwrap();
    assert_eq!(answering(&plugin).await, (3, Handover::Lost));
}

#[tokio::test]
async fn a_reload_after_a_failure_reports_the_loss() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    add(&plugin, fault::UNREACHABLE).await.unwrap_err();
    fixture.write(Guest { factor: 2, ..Guest::default() });
    let reload = plugin.reload().await.unwrap();
    assert!(matches!(reload, Reload::Swapped { state: Handover::Lost, .. }), "{reload:?}");
    assert_eq!(answering(&plugin).await, (2, Handover::Lost));
}

#[tokio::test]
async fn a_plugin_without_state_reports_no_loss() {
    let fixture = Fixture::new(Guest { state: State::None, ..Guest::default() });
    let plugin = fixture.load().await;
    add(&plugin, fault::UNREACHABLE).await.unwrap_err();
    assert_eq!(answering(&plugin).await, (1, Handover::None));
    add(&plugin, fault::UNREACHABLE).await.unwrap_err();
    fixture.write(Guest { factor: 2, state: State::None, ..Guest::default() });
    plugin.reload().await.unwrap();
    assert_eq!(answering(&plugin).await, (2, Handover::None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_uses_the_old_generation_after_the_status_shows_the_new_one() {
    let fixture = Fixture::new(Guest { state: State::None, ..Guest::default() });
    let plugin = fixture.load_with(fixture.builder().instances(Instances::Pool(4))).await;
    let done = Arc::new(AtomicBool::new(false));
    let listeners: Vec<_> = (0..4)
        .map(|listener| {
            let (plugin, done) = (plugin.clone(), done.clone());
            tokio::spawn(async move {
                let (status, mut events) = (plugin.status(), plugin.events());
                let mut seen = 1;
                while !done.load(Ordering::Relaxed) {
                    if listener % 2 == 0 {
                        seen = status.borrow().generation;
                    } else {
                        while let Some(event) = events.try_next() {
                            if let Event::Serving { generation, .. } = event {
                                seen = generation;
                            }
                        }
                    }
                    let (answered, _) = answering(&plugin).await;
                    assert!(answered >= seen, "generation {answered} answered after {seen} was seen");
                }
            })
        })
        .collect();
    for factor in 2..30 {
        fixture.write(Guest { factor, state: State::None, ..Guest::default() });
        plugin.reload().await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    for listener in listeners {
        soon("the listener ends", listener).await.unwrap();
    }
}

#[tokio::test]
async fn a_flood_of_log_lines_drops_no_event_and_is_reported() {
    let fixture = Fixture::new(Guest::default());
    let limits = Limits { log_lines_per_second: u32::MAX, ..crate::guest::limits() };
    let plugin = fixture.load_with(fixture.builder().limits(limits)).await;
    let (mut events, mut lines) = (plugin.events(), plugin.log_lines());
    plugin.stop();
    plugin.revive();
    add(&plugin, fault::LOG).await.unwrap();
    let seen: Vec<_> = std::iter::from_fn(|| events.try_next()).collect();
    assert!(matches!(seen[..], [Event::Stopped, Event::Revived]), "{seen:?}");

    let first = lines.try_next().unwrap();
    assert_eq!((first.level, first.target.as_str()), (LogLevel::Warn, "witdock"));
    assert_eq!(first.message, "1976 log lines missed");
    let rest = std::iter::from_fn(|| lines.try_next()).collect::<Vec<_>>();
    assert!(rest.len() == 1024 && rest.iter().all(|line| line.message == "too old"));
}

#[tokio::test]
async fn a_slow_listener_learns_how_many_events_it_missed() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    let mut events = plugin.events();
    for _ in 0..600 {
        plugin.stop();
        plugin.revive();
    }
    assert!(matches!(events.next().await, Some(Event::Missed { count: 176 })));
    assert_eq!(std::iter::from_fn(|| events.try_next()).count(), 1024);
    drop(plugin);
    assert!(matches!(events.next().await, Some(Event::Retired { generation: 1 })));
    assert!(events.next().await.is_none());
}
