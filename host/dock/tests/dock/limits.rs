//! Each limit, with a guest that exceeds it.

use std::time::Duration;

use witdock::{Dock, Failure, LoadError, Source};

use crate::guest::{Counting, Fixture, Guest, Provided, add, fault, limits};

async fn failure(n: u32) -> (Failure, String) {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    let error = add(&plugin, n).await.unwrap_err();
    let text = error.to_string();
    let failure = error.failure().expect("the call had begun").clone();
    // The plugin serves again after any failure.
    assert_eq!(add(&plugin, 1).await.unwrap(), 1);
    (failure, text)
}

#[tokio::test]
async fn a_deadline_ends_a_loop() {
    let (failure, text) = failure(fault::LOOP).await;
    assert!(matches!(failure, Failure::Deadline { limit, .. } if limit == Duration::from_secs(1)), "{text}");
    assert_eq!(text, "plugin counter, add: it took longer than its deadline of 1s");
}

#[tokio::test]
async fn a_deadline_beyond_the_clocks_range_is_ignored() {
    let fixture = Fixture::new(Guest::default());
    let mut limits = limits();
    limits.call_deadline = Duration::MAX;
    let plugin = fixture.load_with(fixture.builder().limits(limits)).await;
    assert_eq!(add(&plugin, fault::BUSY).await.unwrap(), fault::BUSY);
}

#[tokio::test]
async fn a_deadline_ends_a_host_function_that_never_returns() {
    let (failure, text) = failure(fault::WAIT).await;
    assert!(matches!(failure, Failure::Deadline { .. }), "{text}");
}

#[tokio::test]
async fn memory_is_limited() {
    let (failure, text) = failure(fault::ALLOCATE).await;
    assert!(
        matches!(failure, Failure::Memory { limit, wanted } if limit == 4 << 20 && wanted > limit),
        "{text}"
    );
    assert_eq!(text, "plugin counter, add: it needed 4.1 MiB of memory, its limit is 4.0 MiB");
}

#[tokio::test]
async fn stack_is_limited() {
    let (failure, text) = failure(fault::RECURSE).await;
    assert!(matches!(failure, Failure::Stack { .. }), "{text}");
}

#[tokio::test]
async fn handles_are_limited() {
    let (failure, text) = failure(fault::HANDLES).await;
    assert_eq!(failure, Failure::Handles { limit: 100 }, "{text}");
}

#[tokio::test]
async fn bytes_of_one_host_call_are_limited() {
    let fixture = Fixture::new(Guest::default());
    let mut limits = limits();
    limits.host_call_bytes = 65_535;
    let plugin = fixture.load_with(fixture.builder().limits(limits.clone())).await;
    let error = add(&plugin, fault::BYTES).await.unwrap_err();
    assert_eq!(error.failure(), Some(&Failure::HostCallBytes { limit: 65_535 }), "{error}");

    limits.host_call_bytes = 65_536;
    let plugin = fixture.load_with(fixture.builder().limits(limits)).await;
    add(&plugin, fault::BYTES).await.unwrap();
}

#[tokio::test]
async fn traps_show_their_cause_and_place() {
    let (trap, text) = failure(fault::DIVIDE).await;
    assert!(matches!(&trap, Failure::Trap { frames, .. } if !frames.is_empty()), "{text}");
    assert!(text.contains("integer divide by zero"), "{text}");
    let (trap, text) = failure(fault::UNREACHABLE).await;
    assert!(matches!(trap, Failure::Trap { .. }), "{text}");
}

#[tokio::test]
async fn fuel_ends_a_loop_before_the_deadline_and_is_refilled_for_each_call() {
    let fixture = Fixture::new(Guest::default());
    let dock = Dock::builder().without_cache().fuel(true).build().unwrap();
    let mut limits = limits();
    limits.fuel = Some(20_000_000);
    limits.call_deadline = Duration::from_secs(60);
    let builder = dock
        .plugin::<Counting>(Source::open(fixture.path()).unwrap())
        .policy(witdock::Policy::new().import("test:counter/host"))
        .limits(limits);
    let plugin = builder.load(Provided::default).await.unwrap();
    for _ in 0..4 {
        // About half of the fuel each.
        add(&plugin, fault::BUSY).await.unwrap();
    }
    let error = add(&plugin, fault::LOOP).await.unwrap_err();
    assert_eq!(error.failure(), Some(&Failure::Fuel { limit: 20_000_000 }), "{error}");
}

#[tokio::test]
async fn a_fuel_limit_needs_a_dock_that_meters_fuel() {
    let fixture = Fixture::new(Guest::default());
    let mut limits = limits();
    limits.fuel = Some(1);
    let error = fixture.builder().limits(limits).load(Provided::default).await.unwrap_err();
    assert!(matches!(error, LoadError::FuelNotMetered { .. }), "{error}");
}

#[tokio::test]
async fn the_initial_memory_counts() {
    let fixture = Fixture::new(Guest::default());
    let mut limits = limits();
    limits.memory_bytes = 1000;
    let error = fixture.builder().limits(limits).load(Provided::default).await.unwrap_err();
    assert!(
        matches!(error, LoadError::Start { failure: Failure::Memory { limit: 1000, wanted: 65536 }, .. }),
        "{error}"
    );
}
