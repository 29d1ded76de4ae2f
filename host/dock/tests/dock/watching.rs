//! The real watcher on the real file system.

use std::time::Duration;

use witdock::{Event, Plugin};

use crate::guest::{Counting, Fixture, Guest, add, write_file};
use crate::wait::event;

/// Waits for a change of the plugin's status that a person would see.
async fn until(plugin: &Plugin<Counting>, words: &str) {
    let mut status = plugin.status();
    let seen = status.wait_for(|status| status.to_string().contains(words));
    if tokio::time::timeout(Duration::from_secs(20), seen).await.is_err() {
        panic!("{words:?} was never seen; the status is {}", *plugin.status().borrow());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reloads_a_changed_file_and_reports_a_bad_one() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    plugin.watch().unwrap();
    add(&plugin, 5).await.unwrap();

    fixture.write(Guest { factor: 2, ..Guest::default() });
    until(&plugin, "running generation 2").await;
    assert_eq!(add(&plugin, 1).await.unwrap(), 7);

    fixture.write_bytes(b"\x7fELF and so on");
    until(&plugin, "running generation 2; generation 3 rejected").await;
    assert_eq!(add(&plugin, 1).await.unwrap(), 9);

    // Written in place this time, not renamed.
    write_file(&fixture.path(), &Guest { factor: 3, ..Guest::default() }.component());
    until(&plugin, "running generation 3").await;
    assert_eq!(add(&plugin, 1).await.unwrap(), 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waits_for_an_incomplete_file() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    let mut events = plugin.events();
    plugin.watch().unwrap();
    let component = Guest { factor: 2, ..Guest::default() }.component();
    // Each piece settles before the next one comes: a watcher that took it for the whole would reject it.
    let piece = component.len().div_ceil(12);
    for end in (piece..component.len()).step_by(piece) {
        write_file(&fixture.path(), &component[..end]);
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    write_file(&fixture.path(), &component);
    let end = |event: &Event| matches!(event, Event::Rejected { .. } | Event::Serving { generation: 2, .. });
    let event = event(&mut events, "generation 2 serves", end).await;
    assert!(matches!(event, Event::Serving { .. }), "reported a file that was being written: {event}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loads_a_change_made_while_the_plugin_was_stopped_when_it_is_revived() {
    let fixture = Fixture::new(Guest::default());
    let plugin = fixture.load().await;
    plugin.watch().unwrap();
    add(&plugin, 5).await.unwrap();
    plugin.stop();
    fixture.write(Guest { factor: 2, ..Guest::default() });
    // Long enough for the change to settle and be refused.
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(plugin.generation(), 1);
    plugin.revive();
    until(&plugin, "running generation 2").await;
    assert_eq!(add(&plugin, 1).await.unwrap(), 7);
}
