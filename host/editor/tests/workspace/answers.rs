//! Answers of the small server.

use std::path::Path;

use libtest_mimic::Trial;
use witdock::grants::PolicyFile;
use witdock_editor_session::host::{Consent, PluginAction};

use crate::common::docked::{Docked, repository};
use crate::trial;

pub(crate) fn trials() -> Vec<Trial> {
    if cfg!(not(unix)) {
        return Vec::new();
    }
    vec![
        trial("errors_are_shown_and_go_when_they_are_mended", errors_are_shown_and_go_when_they_are_mended),
        trial("definitions_are_found_and_the_way_back", definitions_are_found_and_the_way_back),
        trial(
            "places_behind_an_emoji_are_right_in_both_encodings",
            places_behind_an_emoji_are_right_in_both_encodings,
        ),
        trial("a_symbol_is_renamed_in_open_and_closed_files", a_symbol_is_renamed_in_open_and_closed_files),
        trial("actions_are_chosen_from_a_menu", actions_are_chosen_from_a_menu),
        trial("words_are_completed_and_documented", words_are_completed_and_documented),
        trial("a_server_that_crashes_starts_again", a_server_that_crashes_starts_again),
        trial("a_reloaded_plugin_starts_its_server_again", a_reloaded_plugin_starts_its_server_again),
    ]
}

/// An editor with the plugin, whose program is this one. The file is in a folder of its own.
async fn docked(folder: &str, encoding: &str, text: &str) -> Docked {
    std::fs::create_dir_all(folder).unwrap();
    let path = std::env::current_dir().unwrap().join(folder).join("main.rs");
    let consent = Consent::to_all();
    let program = std::env::current_exe().unwrap();
    let rules = format!(
        "[[plugin]]\nname = \"language-server\"\nallow = {{ programs = {{ rust-analyzer = {:?} }} }}\n",
        program.to_str().unwrap()
    );
    consent.set_rules(Some(PolicyFile::parse(Path::new("/etc/policy.toml"), &rules).unwrap()));
    let mut docked = Docked::consenting(path.to_str().unwrap(), text, consent);
    let settings = format!(
        r#"{{"servers": [{{"languages": ["rust"], "command": ["rust-analyzer", "--serve", "{encoding}"], "settings": {{"toy": {{"a": 1}}}}}}]}}"#
    );
    docked.host().configure("language-server", &settings);
    docked.load(&repository().join("plugins/editor/language-server"));
    docked.serves(1).await;
    docked.until_ready().await;
    docked
}

impl Docked {
    /// Waits until the server is ready: it answers then.
    async fn until_ready(&mut self) {
        loop {
            self.settle().await;
            self.press("ctrl-k s");
            self.settle().await;
            if !self.screen().contains("no plugin lists") {
                break;
            }
            self.step().await;
        }
        self.settle().await;
        while !self.screen().contains("Symbols of") && !self.screen().contains("no symbols") {
            self.step().await;
        }
        self.press("escape escape");
    }
}

async fn errors_are_shown_and_go_when_they_are_mended() {
    let mut docked = docked("errors", "utf-16", "def a\nwrong\n").await;
    docked.until("1 error").await;
    docked.press("ctrl-k n");
    assert_eq!(docked.selected(), 6..6);
    assert!(docked.screen().contains("wrong word (toy 7)"), "{}", docked.screen());
    // It moves with the text, before the server has heard of the change.
    docked.press("ctrl-home x enter ctrl-k n");
    assert_eq!(docked.selected(), 8..8);
    docked.press("delete delete");
    docked.until_not("1 error").await;
    docked.paste("wr");
    docked.until("1 error").await;
    docked.manage(PluginAction::Stop);
    docked.until_off().await;
    assert!(!docked.screen().contains("1 error"), "it went with its plugin");
}

async fn definitions_are_found_and_the_way_back() {
    let folder = "definitions";
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(format!("{folder}/far.rs"), "line\ndef far\n").unwrap();
    let mut docked = docked(folder, "utf-16", "def near\nnear far both\ndef both\ndef both\n").await;
    docked.press("down ctrl-k d");
    docked.until_at(4).await;
    docked.press("alt-left");
    assert_eq!(docked.selected(), 9..9);
    // In a file that is not open.
    docked.press("ctrl-right ctrl-right ctrl-k d");
    docked.until("far.rs").await;
    docked.until_at(9).await;
    assert_eq!(docked.text(), "line\ndef far\n");
    docked.press("alt-left end ctrl-k d");
    docked.until("Definitions (2)").await;
    docked.press("down enter");
    assert_eq!(docked.selected(), 36..36);
    docked.press("alt-left ctrl-k u");
    docked.until("Uses (3)").await;
    docked.press("escape ctrl-k s");
    docked.until("Symbols of main.rs (3)").await;
    docked.press("enter");
    assert_eq!(docked.selected(), 4..4);
    docked.press("ctrl-end ctrl-k d");
    docked.until("no definition found").await;
}

async fn places_behind_an_emoji_are_right_in_both_encodings() {
    for encoding in ["utf-16", "utf-8"] {
        let mut docked = docked(&format!("emoji-{encoding}"), encoding, "😀é def x; x\n").await;
        docked.press("end ctrl-k d");
        docked.until_at("😀é def ".len()).await;
        // What was typed before is known to the server.
        docked.press("home 😀");
        docked.press("end ctrl-k e y y enter");
        docked.until_text("😀😀é def xyy; xyy\n").await;
    }
}

async fn a_symbol_is_renamed_in_open_and_closed_files() {
    let folder = "rename";
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(format!("{folder}/far.rs"), "old and 😀 old\n").unwrap();
    let mut docked = docked(folder, "utf-16", "def old\nold\n").await;
    docked.press("end ctrl-k e backspace backspace backspace n e w enter");
    docked.until("Change 4 places in 2 files? (y/n)").await;
    docked.press("n");
    assert_eq!(docked.text(), "def old\nold\n");
    docked.press("ctrl-k e backspace backspace backspace n e w enter");
    docked.until("Change 4 places in 2 files? (y/n)").await;
    docked.press("y");
    docked.until("4 places in 2 files changed; they are not saved yet").await;
    assert_eq!(docked.text(), "def new\nnew\n");
    docked.press("ctrl-page-down");
    assert_eq!(docked.text(), "new and 😀 new\n");
    assert_eq!(std::fs::read_to_string(format!("{folder}/far.rs")).unwrap(), "old and 😀 old\n");
    // One step for each text.
    docked.press("ctrl-z");
    assert_eq!(docked.text(), "old and 😀 old\n");
    docked.press("ctrl-page-down ctrl-z");
    assert_eq!(docked.text(), "def old\nold\n");
}

async fn actions_are_chosen_from_a_menu() {
    let mut docked = docked("actions", "utf-16", "wrong wrong\n").await;
    docked.until("2 errors").await;
    docked.press("ctrl-k a");
    docked.until("What to do").await;
    let screen = docked.screen();
    assert!(screen.contains("Write `right`") && !screen.contains("Not possible"), "{screen}");
    docked.press("enter");
    docked.until_text("right wrong\n").await;
    docked.until("1 error").await;
    docked.press("end ctrl-k a");
    docked.until("Through a command").await;
    docked.press("down enter");
    docked.until_text("right right\n").await;
    docked.until_not("1 error").await;
    docked.press("ctrl-k a");
    docked.until("nothing can be done here").await;
}

async fn words_are_completed_and_documented() {
    let mut docked = docked("words", "utf-16", "def 😀 considerable\n").await;
    docked.press("ctrl-end c o n");
    docked.until("f considerable").await;
    docked.press("tab");
    assert_eq!(docked.text(), "def 😀 considerable\nconsiderable");
    docked.press("f4");
    docked.until("the word considerable").await;
}

async fn a_server_that_crashes_starts_again() {
    let mut docked = docked("crash", "utf-16", "def a\n").await;
    docked.press("ctrl-end");
    docked.paste("CRASH");
    docked.until("rust-analyzer ended with code 3: a bug in the server; it starts again in 0.5 s").await;
    docked.press("ctrl-z");
    docked.paste("wrong");
    docked.until("1 error").await;
}

async fn a_reloaded_plugin_starts_its_server_again() {
    let mut docked = docked("reload", "utf-16", "wrong\n").await;
    docked.until("1 error").await;
    docked.manage(PluginAction::Restart);
    docked.serves(1).await;
    docked.until_not("1 error").await;
    docked.until("1 error").await;
}
