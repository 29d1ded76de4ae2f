//! What follows from failures.

use std::time::Duration;

use witdock::{CallErrorKind, Event, Phase, RestartPolicy};

use crate::guest::{Fixture, Guest, add, fault};
use crate::wait::soon;

fn restarts(first_back_off: Duration) -> RestartPolicy {
    RestartPolicy { first_back_off, quarantine_after: 3, ..RestartPolicy::default() }
}

#[tokio::test]
async fn back_off_then_quarantine_then_revival() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load_with(fixture.builder().restarts(restarts(Duration::from_millis(30)))).await;
    let mut events = plugin.events();
    add(&plugin, fault::UNREACHABLE).await.unwrap_err();
    add(&plugin, fault::UNREACHABLE).await.unwrap_err();

    let refused = add(&plugin, 1).await.unwrap_err();
    let wait = refused.retry_after().expect("it is backing off");
    assert!(wait <= Duration::from_millis(30));
    assert!(matches!(plugin.status().borrow().phase, Phase::BackingOff { .. }));
    let mut status = plugin.status();
    soon("it serves", status.wait_for(|status| status.phase == Phase::Serving)).await.unwrap();
    assert_eq!(add(&plugin, 1).await.unwrap(), 1);

    add(&plugin, fault::DIVIDE).await.unwrap_err();
    let refused = add(&plugin, 1).await.unwrap_err();
    match refused.kind() {
        CallErrorKind::Quarantined { reason, .. } => assert!(reason.contains("divide by zero"), "{reason}"),
        other => panic!("not quarantined: {other}"),
    }
    let mut kinds = Vec::new();
    while let Some(event) = events.try_next() {
        kinds.push(match event {
            Event::Failed { .. } => "failed",
            Event::BackingOff { .. } => "backing off",
            Event::Quarantined { .. } => "quarantined",
            other => panic!("unexpected: {other:?}"),
        });
    }
    assert_eq!(kinds, ["failed", "failed", "backing off", "failed", "quarantined"]);

    plugin.revive();
    assert_eq!(add(&plugin, 1).await.unwrap(), 1);
}

#[tokio::test]
async fn a_new_generation_ends_the_quarantine() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load_with(fixture.builder().restarts(restarts(Duration::ZERO))).await;
    for _ in 0..3 {
        add(&plugin, fault::UNREACHABLE).await.unwrap_err();
    }
    assert!(matches!(plugin.status().borrow().phase, Phase::Quarantined { .. }));
    fixture.write(Guest { factor: 10, ..Guest::default() });
    plugin.reload().await.unwrap();
    assert_eq!(add(&plugin, 1).await.unwrap(), 10);
    assert_eq!(plugin.status().borrow().phase, Phase::Serving);
}
