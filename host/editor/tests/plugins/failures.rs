//! A plugin that fails does not change the text.

use crate::common::docked::Docked;

const FAULTY: &[&str] = &["faults/faulty-extension"];

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_traps_half_way_or_fails_has_changed_nothing() {
    let mut docked = Docked::with(FAULTY, "file.txt", "abc").await;
    docked.run("Count, and show it").await;
    docked.run("Edit, then trap").await;
    assert_eq!(docked.text(), "abc");
    assert_eq!(docked.copied, None);
    let screen = docked.screen();
    assert!(screen.contains("faulty-extension") && !screen.contains("modified"), "{screen}");
    // The instance is a new one: what the old one showed is removed, and `opened` has come again.
    assert!(!screen.contains("count 1") && !screen.contains("!  1"), "{screen}");
    docked.until("opened").await;
    docked.run("Edit, then fail").await;
    assert_eq!(docked.text(), "abc");
    assert!(docked.screen().contains("it was asked to"), "{}", docked.screen());
    docked.keys("ctrl-z").await;
    assert!(docked.screen().contains("nothing to undo"), "{}", docked.screen());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_loops_is_ended_and_typing_goes_on_meanwhile() {
    let mut docked = Docked::with(FAULTY, "file.txt", "abc").await;
    docked.begin("Loop without end");
    docked.press("x y z");
    assert_eq!(docked.text(), "xyzabc");
    assert!(docked.screen().contains("xyzabc"), "{}", docked.screen());
    docked.until("run-command").await;
    docked.until("opened").await;
    docked.run("Edit twice").await;
    assert_eq!(docked.text(), "12xyzabc");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_fails_at_every_key_comes_to_quarantine_and_the_text_is_whole() {
    let mut docked = Docked::with(FAULTY, "file.txt", "").await;
    docked.press("P O I S O N");
    let mut keys = 0;
    loop {
        docked.step().await;
        if docked.screen().contains("quarantine") {
            break;
        }
        // Failed calls, and those that wait while the plugin backs off, do not affect typing.
        docked.press("escape a");
        keys += 1;
        assert!(keys < 1000, "{}", docked.screen());
    }
    assert_eq!(docked.text(), format!("POISON{}", "a".repeat(keys)));
    docked.press("ctrl-p t w i c e");
    assert!(!docked.screen().contains("Edit twice"), "{}", docked.screen());
}
