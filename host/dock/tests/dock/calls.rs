//! Calls that succeed, queue, are dropped, or are stopped.

use std::time::Duration;

use witdock::{CallErrorKind, Instances};

use crate::guest::{Fixture, Guest, State, add, fault};
use crate::wait::{soon, until};

#[tokio::test]
async fn a_stateful_plugin_keeps_its_state_from_call_to_call() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    assert_eq!(add(&plugin, 2).await.unwrap(), 2);
    assert_eq!(add(&plugin, 3).await.unwrap(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_from_many_tasks_queue_and_none_is_lost() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    let calls: Vec<_> = (0..200)
        .map(|_| {
            let plugin = plugin.clone();
            tokio::spawn(async move { add(&plugin, 1).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(add(&plugin, 0).await.unwrap(), 200);
}

#[tokio::test]
async fn a_failed_call_leaves_a_fresh_instance() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    add(&plugin, 7).await.unwrap();
    add(&plugin, fault::UNREACHABLE).await.unwrap_err();
    assert_eq!(add(&plugin, 1).await.unwrap(), 1);
}

#[tokio::test]
async fn a_dropped_call_leaves_a_fresh_instance_and_does_not_count() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    add(&plugin, 7).await.unwrap();
    tokio::select! {
        _ = add(&plugin, fault::WAIT) => panic!("a call that waits forever returned"),
        () = until("the call waits", || fixture.asked() == 1) => {}
    }
    assert_eq!(add(&plugin, 1).await.unwrap(), 1);
    assert!(plugin.status().borrow().last_failure.is_none());
}

#[tokio::test]
async fn stopping_cancels_the_running_call_and_refuses_the_next_until_revived() {
    let fixture = Fixture::new(Guest::default());
    let mut limits = crate::guest::limits();
    limits.call_deadline = Duration::from_secs(60);
    let plugin = fixture.load_with(fixture.builder().limits(limits)).await;
    for hog in [fault::ASK_AND_LOOP, fault::WAIT] {
        let asked = fixture.asked();
        let running = {
            let plugin = plugin.clone();
            tokio::spawn(async move { add(&plugin, hog).await })
        };
        // The loop yields at each tick of the epoch, so that this task gets its turn.
        until("the call runs", || fixture.asked() > asked).await;
        plugin.stop();
        let error = soon("the call ends", running).await.unwrap().unwrap_err();
        assert!(matches!(error.kind(), CallErrorKind::Cancelled), "{error}");
        let error = add(&plugin, 1).await.unwrap_err();
        assert!(error.is_stopped() && matches!(error.kind(), CallErrorKind::Stopped), "{error}");
        plugin.revive();
        assert_eq!(add(&plugin, 1).await.unwrap(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_serves_a_call_while_another_waits() {
    let fixture = Fixture::new(Guest { state: State::None, ..Guest::default() });
    let plugin = fixture.load_with(fixture.builder().instances(Instances::Pool(2))).await;
    let waiting = {
        let plugin = plugin.clone();
        tokio::spawn(async move { add(&plugin, fault::WAIT).await })
    };
    until("the call waits", || fixture.asked() == 1).await;
    assert_eq!(add(&plugin, 1).await.unwrap(), 1);
    assert!(waiting.await.unwrap().unwrap_err().is_deadline());
}

#[tokio::test]
async fn calls_errors_host_time_and_memory_are_counted_by_export() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    for _ in 0..10 {
        add(&plugin, fault::ASK).await.unwrap();
    }
    add(&plugin, fault::DIVIDE).await.unwrap_err();
    let statistics = plugin.statistics();
    let export = statistics.exports["add"];
    assert_eq!((export.calls, export.errors), (11, 1));
    assert!(export.p50 <= export.p99 && export.p99 <= export.max && !export.max.is_zero());
    assert!(!export.in_host.is_zero() && export.in_host < export.total);
    assert_eq!(statistics.kept.memory_peak_bytes, 64 << 10);
    // The failed call dropped its instance.
    assert_eq!(statistics.kept.memory_bytes, 0);
    assert_eq!(statistics.last_failure.unwrap().export, "add");
}
