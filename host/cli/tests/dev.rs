//! `witdock dev`: it builds, checks and writes the component after each change, and only then.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a condition is looked at that tells nobody when it comes true.
const POLL: Duration = Duration::from_millis(20);

struct Dev {
    child: Child,
    lines: Receiver<String>,
}

impl Dev {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_witdock"))
            .arg("dev")
            .args(arguments)
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    /// The output up to a line that contains this.
    fn until(&self, wanted: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut said = String::new();
        while !said.contains(wanted) {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => said = said + &line + "\n",
                Err(error) => panic!("`{wanted}` was not printed, {error}: {said}"),
            }
        }
        said
    }

    /// The output of this round, which has to be the next one: a round that nothing asked for takes its number.
    fn round(&self, number: usize) -> String {
        let said = self.until("watching");
        assert_only_round(&said, number);
        said
    }

    /// Waits until the program exits.
    fn exited(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "`witdock dev` goes on");
            thread::sleep(POLL);
        }
    }
}

fn assert_only_round(said: &str, number: usize) {
    assert!(said.contains(&format!("[{number}] blur")), "{said}");
    assert!(!said.contains(&format!("[{}] blur", number + 1)), "{said}");
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn component(answer: u32) -> String {
    format!(
        r#"(component
            (core module $m (func (export "apply") (result i32) (i32.const {answer})))
            (core instance $i (instantiate $m))
            (func $apply (result u32) (canon lift (core func $i "apply")))
            (instance $filter (export "apply" (func $apply)))
            (export "photo:filters/filter" (instance $filter)))"#
    )
}

/// A plugin whose source is a .wat file, and whose build is `witdock build`.
fn plugin(folder: &Path) {
    let manifest = format!(
        "[plugin]\nname = \"blur\"\n[build]\ncommand = [\"sh\", \"-c\", \"{} build plugin.wat -o made/plugin.wasm\"]\n\
         output = \"made/plugin.wasm\"\n",
        env!("CARGO_BIN_EXE_witdock")
    );
    fs::write(folder.join("plugin.toml"), manifest).unwrap();
    fs::write(folder.join("plugin.wat"), component(1)).unwrap();
    let wit = "package photo:filters;\ninterface filter { apply: func() -> u32; }\nworld photo { export filter; }\n";
    fs::write(folder.join("photo.wit"), wit).unwrap();
}

#[test]
fn each_change_is_built_checked_and_put_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    plugin(folder);
    let component_file = folder.join("build/blur.wasm");
    let dev = Dev::start(folder, &["--interface", "photo.wit"]);
    let first = dev.round(1);
    assert!(first.contains("[1] blur: built") && first.contains("fits photo:filters/photo"), "{first}");
    let one = fs::read(&component_file).unwrap();

    // The build's own output starts no round, and neither does a file that is written with the same content.
    fs::write(folder.join("plugin.wat"), component(1)).unwrap();
    fs::write(folder.join("plugin.wat"), component(2)).unwrap();
    assert!(dev.round(2).contains("[2] blur: built"));
    let two = fs::read(&component_file).unwrap();
    assert_ne!(one, two);

    fs::write(folder.join("plugin.wat"), "(component nonsense)").unwrap();
    let broken = dev.round(3);
    assert!(broken.contains("failed") && broken.contains("nonsense"), "{broken}");
    assert!(broken.contains("the component of [2] stays in place"), "{broken}");

    fs::write(folder.join("plugin.wat"), component(3).replace("filters/filter", "filters/other")).unwrap();
    let misfit = dev.round(4);
    assert!(misfit.contains("does not fit the world photo:filters/photo"), "{misfit}");
    assert_eq!(fs::read(&component_file).unwrap(), two);
}

#[test]
fn a_host_runs_beside_it_from_the_first_good_component_on() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    plugin(folder);
    fs::write(folder.join("plugin.wat"), "(component nonsense)").unwrap();
    let host = "cat {} >/dev/null; echo host of $WITDOCK_COMPONENT";
    let dev = Dev::start(folder, &["--interface", "photo.wit", "--host", host]);
    let broken = dev.until("watching");
    assert!(!broken.contains("host of"), "{broken}");

    fs::write(folder.join("plugin.wat"), component(1)).unwrap();
    dev.until("build/blur.wasm");
    dev.until("the host has exited (exit status: 0)");
    // The next component starts it again.
    fs::write(folder.join("plugin.wat"), component(2)).unwrap();
    dev.until("build/blur.wasm");
}

#[test]
fn ctrl_c_ends_it_and_the_host() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    plugin(folder);
    let mut dev = Dev::start(folder, &["--interface", "photo.wit", "--host", "sleep 1000"]);
    dev.until("watching");
    let signalled = Command::new("kill").args(["-INT", &dev.child.id().to_string()]).status().unwrap();
    assert!(signalled.success());
    assert!(dev.exited().success());
}

#[test]
fn a_build_that_changes_its_own_source_is_told_and_not_followed_forever() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    plugin(folder);
    let manifest = fs::read_to_string(folder.join("plugin.toml")).unwrap();
    let manifest = manifest
        .replace("build plugin.wat", "build plugin.wat -o made/plugin.wasm; date +%N > stamp.txt; true");
    fs::write(folder.join("plugin.toml"), manifest).unwrap();
    let dev = Dev::start(folder, &["--interface", "photo.wit"]);
    // Once more for the change of the first build, and then no more.
    let said = dev.until("watching");
    assert!(said.contains("stamp.txt; name it in `ignore`"), "{said}");
    assert_only_round(&said, 2);
    fs::write(folder.join("plugin.wat"), component(2)).unwrap();
    let said = dev.until("watching");
    assert!(said.contains("[3] blur"), "{said}");
    assert_only_round(&said, 4);
}

#[test]
fn a_log_in_the_plugins_folder_is_no_change_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    plugin(folder);
    let log = folder.join("dev.log");
    let _dev = Dev::start(folder, &["--interface", "photo.wit", "--log", "dev.log", "--output", "blur.wasm"]);
    logged(&log, 1);
    fs::write(folder.join("plugin.wat"), component(2)).unwrap();
    // A change of the log would have started a round before.
    let said = logged(&log, 2);
    assert_only_round(&said, 2);
}

/// The log once it has said so often that it is watching.
fn logged(log: &Path, times: usize) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let said = fs::read_to_string(log).unwrap_or_default();
        if said.matches("watching").count() >= times {
            return said;
        }
        assert!(Instant::now() < deadline, "{said}");
        thread::sleep(POLL);
    }
}
