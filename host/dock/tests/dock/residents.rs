//! Instances that their holders keep.

use std::time::Duration;

use witdock::{CallError, CallErrorKind, Event, Instances, Plugin, PluginBuilder, Policy, Resident};

use crate::guest::{Counting, Fixture, Guest, State, add, fault};
use crate::wait::{soon, until};

fn stateless() -> Guest {
    Guest { state: State::None, ..Guest::default() }
}

fn pool(fixture: &Fixture) -> PluginBuilder<Counting> {
    fixture.builder().instances(Instances::Pool(1))
}

async fn load(fixture: &Fixture) -> Plugin<Counting> {
    fixture.load_with(pool(fixture)).await
}

async fn count(resident: &mut Resident<Counting>, n: u32) -> Result<u32, CallError> {
    resident.call("add", async |guest, store| guest.test_counter_counter().call_add(store, n).await).await
}

#[tokio::test]
async fn each_keeps_what_its_guest_keeps_and_no_call_of_the_plugin_reaches_it() {
    let fixture = Fixture::new(stateless());
    let plugin = load(&fixture).await;
    let (mut one, mut other) = (plugin.resident().await.unwrap(), plugin.resident().await.unwrap());
    assert_eq!(count(&mut one, 2).await.unwrap(), 2);
    assert_eq!(count(&mut other, 10).await.unwrap(), 10);
    assert_eq!(add(&plugin, 100).await.unwrap(), 100);
    assert_eq!(count(&mut one, 3).await.unwrap(), 5);
    assert!(one.memory_bytes() > 0 && one.state().is_some());
}

#[tokio::test]
async fn a_resident_of_a_stateful_plugin_leaves_the_instance_with_the_state_alone() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    add(&plugin, 7).await.unwrap();
    let mut resident = plugin.resident().await.unwrap();
    assert_eq!(count(&mut resident, 1).await.unwrap(), 1);
    assert_eq!(add(&plugin, 1).await.unwrap(), 8);
}

#[tokio::test]
async fn it_stays_with_its_generation_which_retires_with_the_last_of_them() {
    let fixture = Fixture::new(stateless());
    let builder = pool(&fixture).probation(Duration::ZERO);
    let plugin = fixture.load_with(builder).await;
    let mut events = plugin.events();
    let (mut one, other) = (plugin.resident().await.unwrap(), plugin.resident().await.unwrap());
    count(&mut one, 1).await.unwrap();
    fixture.write(Guest { factor: 7, ..stateless() });
    plugin.reload().await.unwrap();
    assert!(one.is_alive() && !one.is_current());
    assert_eq!(count(&mut one, 1).await.unwrap(), 2, "the old generation, with what it kept");
    let mut new = plugin.resident().await.unwrap();
    assert_eq!((new.generation(), new.is_current()), (2, true));
    assert_eq!(count(&mut new, 1).await.unwrap(), 7);
    drop(other);
    let retired = |event: &Event| matches!(event, Event::Retired { generation: 1 });
    assert!(!std::iter::from_fn(|| events.try_next()).any(|event| retired(&event)));
    drop(one);
    while !retired(&soon("generation 1 retires", events.next()).await.unwrap()) {}
}

#[tokio::test]
async fn a_failure_ends_one_instance_and_rolls_a_generation_on_probation_back() {
    let fixture = Fixture::new(stateless());
    let plugin = load(&fixture).await;
    let mut old = plugin.resident().await.unwrap();
    fixture.write(Guest { factor: 7, ..stateless() });
    plugin.reload().await.unwrap();
    let (mut one, mut other) = (plugin.resident().await.unwrap(), plugin.resident().await.unwrap());
    let error = count(&mut one, fault::UNREACHABLE).await.unwrap_err();
    assert_eq!((error.generation(), error.rolled_back_to()), (2, Some(1)));
    assert!(!one.is_alive());
    let error = count(&mut one, 1).await.unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::Ended), "{error}");
    // A neighbour on the same generation ends its work there; new work goes to the one that serves again.
    assert_eq!(count(&mut other, 1).await.unwrap(), 7);
    assert!(other.is_alive() && !other.is_current() && old.is_current());
    assert_eq!(count(&mut old, 1).await.unwrap(), 1);
}

#[tokio::test]
async fn it_has_the_limits_of_a_call() {
    let fixture = Fixture::new(stateless());
    let plugin = load(&fixture).await;
    let mut resident = plugin.resident().await.unwrap();
    assert!(count(&mut resident, fault::LOOP).await.unwrap_err().is_deadline());
    let mut resident = until_resident(&plugin).await;
    assert!(count(&mut resident, fault::ALLOCATE).await.unwrap_err().is_memory());
}

/// After a failure, the plugin backs off: no instance is started.
async fn until_resident(plugin: &Plugin<Counting>) -> Resident<Counting> {
    loop {
        match plugin.resident().await {
            Ok(resident) => return resident,
            Err(error) => tokio::time::sleep(error.retry_after().unwrap()).await,
        }
    }
}

#[tokio::test]
async fn a_healthy_resident_serves_while_the_plugin_backs_off_and_no_new_work_begins_in_quarantine() {
    let fixture = Fixture::new(stateless());
    let plugin = load(&fixture).await;
    let mut healthy = plugin.resident().await.unwrap();
    let mut failing = [plugin.resident().await.unwrap(), plugin.resident().await.unwrap()];
    let mut events = plugin.events();
    for failing in &mut failing {
        count(failing, fault::UNREACHABLE).await.unwrap_err();
    }
    let seen: Vec<_> = std::iter::from_fn(|| events.try_next()).collect();
    assert!(
        matches!(seen[..], [Event::Failed { .. }, Event::Failed { .. }, Event::BackingOff { .. }]),
        "{seen:?}"
    );
    assert!(healthy.is_current());
    assert_eq!(count(&mut healthy, 1).await.unwrap(), 1);
    while healthy.is_current() {
        let mut failing = until_resident(&plugin).await;
        count(&mut failing, fault::UNREACHABLE).await.unwrap_err();
    }
    assert!(matches!(plugin.resident().await.unwrap_err().kind(), CallErrorKind::Quarantined { .. }));
    assert_eq!(count(&mut healthy, 1).await.unwrap(), 2, "what it has begun, it ends");
}

#[tokio::test]
async fn stopping_ends_residents_with_what_they_run() {
    let fixture = Fixture::new(stateless());
    let plugin = load(&fixture).await;
    let (mut waiting, mut idle) = (plugin.resident().await.unwrap(), plugin.resident().await.unwrap());
    let call = async { count(&mut waiting, fault::WAIT).await.unwrap_err() };
    let stop = async {
        until("the call waits", || fixture.asked() == 1).await;
        plugin.stop();
    };
    let (error, ()) = soon("the call ends", async { tokio::join!(call, stop) }).await;
    assert!(error.is_stopped(), "{error}");
    assert!(!idle.is_alive());
    plugin.revive();
    let error = count(&mut idle, 1).await.unwrap_err();
    assert!(error.is_stopped(), "one that began before the stop is not used again: {error}");
    assert_eq!(count(&mut plugin.resident().await.unwrap(), 1).await.unwrap(), 1);
}

#[tokio::test]
async fn a_revocation_ends_residents() {
    let fixture = Fixture::new(stateless());
    let plugin = load(&fixture).await;
    let mut resident = plugin.resident().await.unwrap();
    plugin.set_policy(Policy::new());
    assert!(!resident.is_current());
    assert!(count(&mut resident, 1).await.unwrap_err().is_revoked());
}

#[tokio::test]
async fn their_calls_count_while_they_live_and_afterwards() {
    let fixture = Fixture::new(stateless());
    let plugin = load(&fixture).await;
    let (mut one, mut other) = (plugin.resident().await.unwrap(), plugin.resident().await.unwrap());
    for _ in 0..100 {
        count(&mut one, 1).await.unwrap();
        count(&mut other, 1).await.unwrap();
    }
    add(&plugin, 1).await.unwrap();
    let calls = || plugin.statistics().exports["add"].calls;
    assert_eq!(calls(), 201);
    drop(one);
    assert_eq!(calls(), 201);
    count(&mut other, fault::DIVIDE).await.unwrap_err();
    drop(other);
    let add = plugin.statistics().exports["add"];
    assert_eq!((add.calls, add.errors), (202, 1));
}

#[tokio::test]
async fn an_answer_that_breaks_the_interface_s_rules_ends_it() {
    let fixture = Fixture::new(stateless());
    let plugin = load(&fixture).await;
    let mut resident = plugin.resident().await.unwrap();
    let error = resident.fail("add", "answered twice".to_owned());
    assert_eq!(error.to_string(), format!("plugin {}, add: it answered twice", plugin.name()));
    assert!(!resident.is_alive());
    assert_eq!(plugin.status().borrow().last_failure.as_ref().unwrap().reason, "answered twice");
}
