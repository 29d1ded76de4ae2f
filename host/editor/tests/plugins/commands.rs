//! What the editor provides to plugins, seen in the text and on the screen.

use witdock_editor_session::host::PluginAction;

use crate::common::docked::Docked;

const FAULTY: &[&str] = &["faults/faulty-extension"];

#[tokio::test(flavor = "multi_thread")]
async fn a_command_edits_in_one_undo_step_and_a_late_or_stopped_one_not_at_all() {
    let mut docked = Docked::with(FAULTY, "file.txt", "abc").await;
    docked.run("Edit twice").await;
    assert_eq!(docked.text(), "12abc");
    docked.keys("ctrl-z").await;
    assert_eq!(docked.text(), "abc");

    docked.begin("Edit twice");
    docked.press("x");
    docked.settle().await;
    assert_eq!(docked.text(), "xabc");
    assert!(docked.screen().contains("too late"), "{}", docked.screen());

    docked.run("Edit an old revision").await;
    assert_eq!(docked.text(), "xxabc");
    assert!(docked.screen().contains("Err(EditError::Stale("), "{}", docked.screen());

    docked.manage(PluginAction::Stop);
    docked.step().await;
    docked.press("ctrl-p t w i c e");
    assert!(!docked.screen().contains("Edit twice"), "{}", docked.screen());
    docked.manage(PluginAction::Revive);
    docked.until("Edit twice").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plugin_draws_moves_with_the_text() {
    let mut docked = Docked::with(FAULTY, "file.txt", "abc").await;
    docked.run("Count, and show it").await;
    let screen = docked.screen();
    assert!(screen.contains("!  1 abc  <- count 1") && screen.contains("count 1  text"), "{screen}");
    docked.keys("home enter").await;
    let screen = docked.screen();
    assert!(screen.contains("!  2 abc  <- count 1"), "{screen}");
    docked.keys("ctrl-a delete").await;
    docked.keys("ctrl-z").await;
    assert!(docked.screen().contains("  2 abc"), "{}", docked.screen());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_asked_and_answers() {
    let mut docked = Docked::with(FAULTY, "file.txt", "abc").await;
    docked.run("Ask for a line").await;
    assert!(docked.screen().contains("Your name: no"), "{}", docked.screen());
    docked.keys("w enter").await;
    assert_eq!(docked.text(), "nowabc");

    docked.run("Ask to choose").await;
    assert!(docked.screen().contains("A colour") && docked.screen().contains("green"), "{}", docked.screen());
    docked.keys("b l enter").await;
    assert_eq!(docked.text(), "2nowabc");

    docked.run("Ask to choose").await;
    docked.keys("escape").await;
    assert_eq!(docked.text(), "cancelled2nowabc");
}

#[tokio::test(flavor = "multi_thread")]
async fn timers_and_jobs_come_back() {
    let mut docked = Docked::with(FAULTY, "file.txt", "abc").await;
    docked.run("Be told later").await;
    while docked.text() == "abc" {
        docked.step().await;
    }
    assert_eq!(docked.text(), "laterabc");

    docked.run("Run other commands").await;
    // The first command has selected all, then the plugin's own command has run, and the third is unknown.
    assert_eq!(docked.text(), "12laterabc");
    assert_eq!(docked.selected().len(), "laterabc".len());
    let screen = docked.screen();
    assert!(screen.contains("JobError::NoSuchCommand(\"editor.nonsense\")"), "{screen}");
    assert!(screen.contains("Ok(())"), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panel_leads_into_the_text_and_runs_commands() {
    let mut docked = Docked::with(FAULTY, "file.txt", "abcdef").await;
    docked.run("Show a panel").await;
    assert!(docked.screen().contains("Places"), "{}", docked.screen());
    docked.keys("f6 down enter").await;
    assert_eq!(docked.selected(), 3..3);
    docked.keys("x").await;
    assert_eq!(docked.text(), "abcxdef", "keys go to the text again");
    docked.keys("f6 end enter").await;
    assert!(docked.screen().contains("<- count 2"), "{}", docked.screen());
    docked.keys("f6 q").await;
    assert!(!docked.screen().contains("Places"), "{}", docked.screen());
    docked.keys("f6").await;
    assert!(docked.screen().contains("Places"), "{}", docked.screen());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_reads_copies_and_speaks_of_places() {
    let mut docked = Docked::with(FAULTY, "file.txt", "abc").await;
    // Tests run in the package's folder.
    docked.run("Read a file").await;
    assert!(docked.screen().contains("Ok(\"[package]\")"), "{}", docked.screen());
    docked.run("faulty copy").await;
    assert_eq!(docked.copied.as_deref(), Some("copied"));
    docked.keys("ctrl-v f4").await;
    assert_eq!(docked.text(), "copiedabc");
    assert!(docked.screen().contains("a line of 9 bytes"), "{}", docked.screen());
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_reach_a_plugin_and_new_ones_restart_it() {
    let mut docked = Docked::new("file.txt", "abc");
    docked.host().configure("faulty-extension", r#"{"greeting": "hello"}"#);
    docked.load(&crate::common::docked::repository().join("plugins/faults/faulty-extension"));
    docked.serves(1).await;
    docked.run("Greet as").await;
    assert!(docked.screen().contains("hello"), "{}", docked.screen());
    docked.host().configure("faulty-extension", r#"{"greeting": "good day"}"#);
    docked.serves(1).await;
    docked.run("Greet as").await;
    assert!(docked.screen().contains("good day"), "{}", docked.screen());
    // Invalid settings are rejected with a message, and the plugin keeps the earlier ones.
    docked.host().configure("faulty-extension", r#"{"greting": "?"}"#);
    docked.until("rejected").await;
    // F3 shows a message in full that is too long for its line.
    assert!(docked.screen().contains("… F3"), "{}", docked.screen());
    docked.press("f3");
    assert!(docked.screen().contains("unknown field `greting`"), "{}", docked.screen());
    docked.press("escape");
    docked.run("Greet as").await;
    assert!(docked.screen().contains("good day"), "{}", docked.screen());
}
