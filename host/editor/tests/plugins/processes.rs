//! Programs that plugins run.

use std::time::{Duration, Instant};

use tempfile::TempDir;
use witdock_editor_session::host::{Consent, PluginAction};

use crate::common::docked::{Docked, repository};

async fn docked() -> Docked {
    Docked::with(&["faults/faulty-processes"], "file.txt", "text\n").await
}

/// Runs the text as a script.
async fn shell(docked: &mut Docked, script: &str) {
    docked.press("ctrl-a");
    docked.paste(script);
    docked.run("Run the text as a script").await;
}

/// Whether there is a process of this number.
fn is_alive(number: i32) -> bool {
    // A zombie has a number, and is not alive.
    std::fs::read_to_string(format!("/proc/{number}/stat"))
        .is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| !rest.trim_start().starts_with('Z')))
}

fn ends(number: i32) {
    let begun = Instant::now();
    while is_alive(number) {
        assert!(begun.elapsed() < Duration::from_secs(20), "process {number} runs on");
        std::thread::yield_now();
    }
}

/// Starts a process that starts another one, and gives the number of that.
async fn grandchild(docked: &mut Docked, folder: &TempDir) -> i32 {
    let file = folder.path().join("number");
    shell(
        docked,
        &format!("sleep 1000 & echo $! > {0}.new; mv {0}.new {0}; echo re''ady; wait", file.display()),
    )
    .await;
    docked.until("ready").await;
    let number = std::fs::read_to_string(&file).unwrap().trim().parse().unwrap();
    assert!(is_alive(number));
    number
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_runs_and_its_output_and_end_arrive() {
    let mut docked = docked().await;
    shell(&mut docked, "echo $PWD; echo oops >&2; exit 3").await;
    let root = std::env::current_dir().unwrap().canonicalize().unwrap();
    docked.until("exited with 3").await;
    let screen = docked.screen();
    assert!(
        screen.contains("oops") && screen.contains(root.file_name().unwrap().to_str().unwrap()),
        "{screen}"
    );
    docked.run("Echo through a process").await;
    docked.until("exited with 0, 11 bytes: got a line").await;
    // The environment is the named one.
    shell(&mut docked, "env | grep -c CARGO_MANIFEST_DIR; test -n \"$PATH\" && echo path").await;
    docked.until("|path").await;
    assert!(docked.screen().contains(": 0|path"), "{}", docked.screen());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_run_says_why() {
    let mut docked = docked().await;
    docked.run("Run what is not there").await;
    docked.until("a-program-that-is-not-there is not in the folders of PATH").await;
    docked.run("Run what is not granted").await;
    docked.until("the plugin may not run cat; add it to `programs`").await;
}

// attack: a plugin that starts a thousand processes
// host: starts 16
#[tokio::test(flavor = "multi_thread")]
async fn there_are_few_processes_at_a_time() {
    let mut docked = docked().await;
    docked.run("Start a thousand processes").await;
    docked.until("16 started, then Some(true)").await;
    // Revoking, stopping and reloading end them; then there is room again.
    docked.manage(PluginAction::Restart);
    docked.serves(1).await;
    docked.run("Echo through a process").await;
    docked.until("got a line").await;
}

// attack: output without end
// host: reads it as fast as the plugin takes it, and keeps at most four pieces
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_output_waits_in_the_pipe() {
    let mut docked = docked().await;
    shell(&mut docked, "head -c 20000000 /dev/zero").await;
    docked.until("exited with 0, 20000000 bytes").await;
    // Keys are answered while there is no end.
    docked.press("ctrl-a");
    docked.paste("yes");
    docked.begin("Run the text as a script");
    docked.until("bytes: y").await;
    docked.press("a b");
    assert!(docked.text().ends_with("ab"), "{}", docked.text());
}

// attack: input that nobody reads
// host: takes 8 MiB of it
#[tokio::test(flavor = "multi_thread")]
async fn input_is_bounded_and_the_plugin_hears_of_room() {
    let mut docked = docked().await;
    docked.run("Feed a process that does not read").await;
    docked.until(&format!(": {}", 8 << 20)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_traps_starts_nothing() {
    let mut docked = docked().await;
    docked.run("Start, then trap").await;
    docked.run("Echo through a process").await;
    docked.until("got a line").await;
    assert!(!std::path::Path::new("started").exists());
}

// attack: a process that starts others and goes on when its plugin is stopped
// host: ends all of them
#[tokio::test(flavor = "multi_thread")]
async fn processes_end_with_their_plugin_and_with_the_editor() {
    let folder = tempfile::tempdir().unwrap();
    let mut docked = docked().await;
    for end in [PluginAction::Restart, PluginAction::Stop] {
        let number = grandchild(&mut docked, &folder).await;
        docked.manage(end);
        match end {
            PluginAction::Stop => docked.until_off().await,
            _ => docked.serves(1).await,
        }
        docked.settle().await;
        ends(number);
    }
    docked.manage(PluginAction::Revive);
    docked.serves(1).await;
    docked.settle().await;
    let number = grandchild(&mut docked, &folder).await;
    drop(docked);
    ends(number);
}

// attack: a process that ends and leaves others behind
// host: ends them
#[tokio::test(flavor = "multi_thread")]
async fn what_a_process_leaves_behind_ends_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("number");
    let mut docked = docked().await;
    shell(&mut docked, &format!("sleep 1000 & echo $! > {}; exit 0", file.display())).await;
    docked.until("exited with 0").await;
    ends(std::fs::read_to_string(&file).unwrap().trim().parse().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_allows_the_file_that_a_program_is() {
    let state = tempfile::tempdir().unwrap();
    let answers = state.path().join("grants.toml");
    let consenting = || Docked::consenting("file.txt", "text\n", Consent::remembered(&answers).0);
    let plugin = repository().join("plugins/faults/faulty-processes");
    let mut first = consenting();
    first.load(&plugin);
    first.until("F7 answers").await;
    first.press("f7");
    let screen = first.screen();
    assert!(
        screen.contains("run the program sh (/") && screen.contains("which may do all that you may do"),
        "{screen}"
    );
    // What is not on this machine is not asked for.
    assert!(!screen.contains("a-program-that-is-not-there"), "{screen}");
    first.press("a");
    first.serves(1).await;
    drop(first);

    let mut second = consenting();
    second.load(&plugin);
    second.serves(1).await;
    second.settle().await;
    second.run("Echo through a process").await;
    second.until("got a line").await;
    second.press("f2 g");
    let screen = second.refreshed();
    assert!(screen.contains("run the program sh: used once"), "{screen}");
    drop(second);

    // Another file of that name asks again.
    let kept = std::fs::read_to_string(&answers).unwrap();
    assert!(kept.contains("sh = \"/"), "{kept}");
    std::fs::write(&answers, kept.replace("sh = \"/", "sh = \"/elsewhere/")).unwrap();
    let mut third = consenting();
    third.load(&plugin);
    third.until("F7 answers").await;
}
