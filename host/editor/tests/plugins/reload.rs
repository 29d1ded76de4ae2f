//! Reloads: a plugin's source is edited while the editor runs.

use crate::author::Author;
use crate::common::docked::Docked;

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_keeps_state_and_changes_what_is_registered_and_shown() {
    let author = Author::new();
    let mut docked = Docked::new("file.txt", "abc");
    docked.load(author.folder());
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
    // The display of the old generation is removed, and the command has its new title.
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
