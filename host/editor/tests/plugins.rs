//! A real plugin, from its source, driving a command end to end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what is unexpected in a test may end it")]

mod common;

use std::path::Path;
use std::time::Duration;

use common::Editor;
use tokio::sync::mpsc;
use witdock_editor::app::{Effect, Input, PluginAction};
use witdock_editor::plugins::{Host, News};

/// Carries out the calls that are due, and takes the next news. A build of the plugin is the longest wait.
async fn step(editor: &mut Editor, host: &Host, news: &mut mpsc::UnboundedReceiver<News>) {
    let next = tokio::time::timeout(Duration::from_secs(300), news.recv()).await;
    editor.app.update(Input::News(next.unwrap().unwrap()));
    start_calls(editor, host);
}

fn start_calls(editor: &mut Editor, host: &Host) {
    for effect in editor.app.calls() {
        let Effect::Call { plugin, call, snapshot } = effect else { panic!("not a call: {effect:?}") };
        host.call(plugin, call, snapshot);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_edits_in_one_undo_step_and_a_late_or_stopped_one_not_at_all() {
    let (sender, mut news) = mpsc::unbounded_channel();
    let host = Host::new(sender).unwrap();
    host.load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/editor/trim-whitespace"));
    let untrimmed = "one  \ntwo \n\n\n";
    let mut editor = Editor::with_text("file.txt", untrimmed);
    step(&mut editor, &host, &mut news).await;

    editor.keys("ctrl-p t r i m enter");
    start_calls(&mut editor, &host);
    step(&mut editor, &host, &mut news).await;
    assert_eq!(editor.text(), "one\ntwo\n", "{}", editor.screen());
    editor.keys("ctrl-z");
    assert_eq!(editor.text(), untrimmed);

    editor.keys("ctrl-p t r i m enter");
    start_calls(&mut editor, &host);
    editor.keys("x");
    step(&mut editor, &host, &mut news).await;
    assert_eq!(editor.text(), format!("x{untrimmed}"));
    assert!(editor.screen().contains("was late"), "{}", editor.screen());

    host.manage(0, PluginAction::Stop);
    step(&mut editor, &host, &mut news).await;
    editor.keys("ctrl-p t r i m");
    assert!(!editor.screen().contains("Trim whitespace"), "{}", editor.screen());
    host.manage(0, PluginAction::Revive);
    step(&mut editor, &host, &mut news).await;
    assert!(editor.screen().contains("Trim whitespace"), "{}", editor.screen());
}
