//! A plugin's source is edited while people type: what its author does all day.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::docked::{Docked, repository};

/// A plugin's project in a folder of its own, as its author would have it.
struct Author(TempDir);

impl Author {
    fn new() -> Self {
        let plugins = repository().join("plugins");
        let project = Self(tempfile::tempdir().unwrap());
        fs::create_dir(project.path("src")).unwrap();
        fs::create_dir(project.path(".cargo")).unwrap();
        fs::copy(plugins.join("faults/faulty-extension/src/lib.rs"), project.path("src/lib.rs")).unwrap();
        // The versions that the repository's own plugins are built with, and what is already built of them.
        fs::copy(plugins.join("Cargo.lock"), project.path("Cargo.lock")).unwrap();
        let target = plugins.join("target");
        project.write(".cargo/config.toml", &format!("[build]\ntarget-dir = {target:?}\n"));
        project.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"edited-extension\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                 [lib]\ncrate-type = [\"cdylib\"]\n\
                 [dependencies]\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
                 witdock-editor-guest = {{ path = {:?} }}\n\
                 [profile.release]\nopt-level = 3\nlto = true\ncodegen-units = 1\npanic = \"abort\"\n\
                 [workspace]\n",
                repository().join("guest-sdk/rust/editor")
            ),
        );
        project.write("plugin.toml", "[plugin]\nname = \"edited\"\n[build]\nlanguage = \"rust\"\n");
        project
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    /// Changes the plugin's source, by renaming as editors do.
    fn edit(&self, from: &str, to: &str) {
        let source = fs::read_to_string(self.path("src/lib.rs")).unwrap();
        assert!(source.contains(from), "{from} is not in the source");
        self.write("src/lib.rs.new", &source.replacen(from, to, 1));
        fs::rename(self.path("src/lib.rs.new"), self.path("src/lib.rs")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_keeps_state_and_changes_what_is_registered_and_shown() {
    let author = Author::new();
    let mut docked = Docked::new("file.txt", "abc");
    docked.host.load(author.0.path());
    docked.serves(1).await;
    docked.run("Count, and show it").await;
    docked.run("Count, and show it").await;
    docked.run("Show a panel").await;
    assert!(docked.screen().contains("<- count 2"), "{}", docked.screen());
    let asks = |docked: &mut Docked| {
        docked.press("ctrl-p c o u n t");
        let screen = docked.screen();
        docked.press("escape");
        screen
    };
    assert!(asks(&mut docked).contains("Count, and show it everywhere"));

    author.edit("Count, and show it everywhere", "Number, and show it everywhere");
    docked.serves(1).await;
    docked.settle().await;
    // What the old generation drew is gone, and the command has its new title.
    let screen = docked.screen();
    assert!(
        !screen.contains("<- count") && !screen.contains("Places") && !screen.contains("!  1"),
        "{screen}"
    );
    assert!(!asks(&mut docked).contains("Count, and show it everywhere"));
    docked.run("Number, and show it").await;
    assert!(docked.screen().contains("<- count 4"), "the count was handed over: {}", docked.screen());

    author.edit("fn tell(&self", "fn tell(&&self");
    docked.until("rejected").await;
    docked.run("Number, and show it").await;
    assert!(docked.screen().contains("<- count 5"), "{}", docked.screen());

    author.edit("fn tell(&&self", "fn tell(&self");
    author.edit("<- {text}", "<= {text}");
    docked.serves(1).await;
    docked.run("Number, and show it").await;
    assert!(docked.screen().contains("<= count 6"), "{}", docked.screen());
}
