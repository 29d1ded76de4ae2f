//! The editor: from a key to the drawn frame with and without plugins, large files, and reload.
//!
//! `cargo bench -p witdock-bench --bench editor` prints the tables of `docs/benchmarks.md`, and with `-- typing`,
//! `large-file` or `reload` behind it one of them. Each figure stands beside one
//! that it can be compared with, from the same run.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what is unexpected in a benchmark may end it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use hdrhistogram::Histogram;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio::runtime::Runtime;
use witdock_editor::app::{App, Effect, Input};
use witdock_editor::config::Config;
use witdock_editor::view::view;
use witdock_editor_session::documents::file;
use witdock_editor_session::host::{Consent, News};
use witdock_editor_session::{Driver, Input as SessionInput};

/// Keys that are measured for each line of the table.
const KEYS: usize = 3_000;
/// The pace of somebody who holds a key down, three times over.
const PACE: Duration = Duration::from_millis(10);
/// Ten plugins that hear of every change.
const PLUGINS: usize = 10;
const RELOADS: usize = 20;

fn main() {
    // Cargo asks a benchmark for its tests too: there are none.
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|other| other == name);
    let runtime = Runtime::new().unwrap();
    if is_wanted("typing") {
        typing(&runtime);
    }
    if is_wanted("large-file") {
        large_file();
    }
    if is_wanted("reload") {
        reload(&runtime);
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// An editor on a screen that is drawn into memory.
struct Editor {
    app: App,
    terminal: Terminal<TestBackend>,
    plugins: Option<Driver>,
}

impl Editor {
    fn new(columns: u16, lines: u16) -> Self {
        let app = App::new(Config::read(None), columns, lines);
        Self { app, terminal: Terminal::new(TestBackend::new(columns, lines)).unwrap(), plugins: None }
    }

    fn draw(&mut self) {
        self.terminal.draw(|frame| view(&self.app, frame)).unwrap();
    }

    /// From the key to the frame that shows it, and after it, beyond what is measured, the calls: as the session does it.
    fn press(&mut self, code: KeyCode) -> Duration {
        let begun = Instant::now();
        // What plugins have sent by now is taken first: that is part of what they cost.
        self.take_news();
        self.app.update(Input::Key(KeyEvent::new(code, KeyModifiers::NONE)), Instant::now());
        self.draw();
        let took = begun.elapsed();
        self.start_calls();
        took
    }

    fn take_news(&mut self) {
        let Some(driver) = &mut self.plugins else { return };
        while let Some(input) = driver.try_next() {
            self.app.update(Input::Session(input), Instant::now());
        }
    }

    fn start_calls(&mut self) {
        let Some(driver) = &mut self.plugins else { return };
        for effect in self.app.take_calls() {
            if let Effect::Session(call) = effect {
                driver.carry_out(call);
            }
        }
    }

    fn open(&mut self, path: &Path) {
        let result = file::open(path, None);
        let opened = SessionInput::Opened { target: path.into(), result, to_front: true, opened_by: None };
        self.app.update(Input::Session(opened), Instant::now());
    }

    /// Loads so many plugins from a component that is built already, each under a name of its own.
    fn load(&mut self, runtime: &Runtime, component: &[u8], folder: &Path) {
        let mut driver = Driver::new(Consent::to_all()).unwrap();
        let _inside = runtime.enter();
        for number in 0..PLUGINS {
            let path = folder.join(format!("plugin-{number}.wasm"));
            fs::write(&path, component).unwrap();
            driver.host().load(&path);
        }
        let mut serving = 0;
        while serving < PLUGINS {
            let next = runtime.block_on(driver.next());
            match &next {
                SessionInput::News(News::Serving { .. }) => serving += 1,
                SessionInput::News(News::Message(message)) => panic!("{}", message.text),
                _ => {}
            }
            self.app.update(Input::Session(next), Instant::now());
        }
        self.plugins = Some(driver);
    }
}

/// The component of one of the repository's plugins, built by the dock.
fn component(runtime: &Runtime, plugin: &str) -> Vec<u8> {
    let source = witdock::Source::open(repository().join("plugins").join(plugin)).unwrap();
    runtime.block_on(source.artifact(|_| {})).unwrap().bytes().to_vec()
}

fn typing(runtime: &Runtime) {
    let counting = component(runtime, "editor/word-count");
    let source = repository().join("host/editor-core/src/document.rs");
    let _inside = runtime.enter();
    println!("Key to drawn frame, {KEYS} keys typed into a Rust file of 400 lines at {PACE:?} each, µs\n");
    println!("| screen | plugins | p50 | p99 | max | p99 more than without |");
    println!("|---|---|---|---|---|---|");
    for (columns, lines) in [(80, 24), (200, 60)] {
        let mut without = 0;
        for plugins in [0, PLUGINS] {
            let folder = tempfile::tempdir().unwrap();
            let mut editor = Editor::new(columns, lines);
            editor.open(&source);
            if plugins > 0 {
                editor.load(runtime, &counting, folder.path());
            }
            let mut times = Histogram::<u64>::new(3).unwrap();
            // The first keys warm caches up, and no person feels them twice.
            for key in 0..KEYS + 100 {
                let code = match key % 40 {
                    39 => KeyCode::Enter,
                    38 => KeyCode::Char(' '),
                    _ => KeyCode::Char('x'),
                };
                let took = editor.press(code);
                if key >= 100 {
                    times.record(u64::try_from(took.as_nanos()).unwrap()).unwrap();
                }
                std::thread::sleep(PACE);
            }
            let p99 = times.value_at_quantile(0.99);
            let more = if plugins == 0 {
                without = p99;
                String::new()
            } else {
                format!("{:+.0}", (p99 as f64 - without as f64) / 1e3)
            };
            let micros = |nanos: u64| format!("{:.0}", nanos as f64 / 1e3);
            println!(
                "| {columns}×{lines} | {plugins} | {} | {} | {} | {more} |",
                micros(times.value_at_quantile(0.5)),
                micros(p99),
                micros(times.max())
            );
        }
    }
    println!();
}

fn large_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.log");
    let line = "2026-01-01T00:00:00Z INFO a line of a log with words and numbers 0123456789 in it\n";
    fs::write(&path, line.repeat(100_000_000 / line.len())).unwrap();
    let begun = Instant::now();
    let bytes = fs::read(&path).unwrap();
    std::str::from_utf8(&bytes).unwrap();
    let plain = begun.elapsed();
    drop(bytes);

    let mut editor = Editor::new(200, 60);
    let begun = Instant::now();
    editor.draw();
    let first = begun.elapsed();
    let begun = Instant::now();
    editor.open(&path);
    editor.draw();
    let opened = begun.elapsed();
    let mut timed = |keys: &[KeyCode]| {
        let times: Vec<Duration> = keys.iter().map(|key| editor.press(*key)).collect();
        times.into_iter().max().unwrap_or_default()
    };
    let pages = timed(&[KeyCode::PageDown; 200]);
    let end = {
        let key = KeyEvent::new(KeyCode::End, KeyModifiers::CONTROL);
        let begun = Instant::now();
        editor.app.update(Input::Key(key), Instant::now());
        editor.draw();
        begun.elapsed()
    };
    let mut timed = |keys: &[KeyCode]| {
        let times: Vec<Duration> = keys.iter().map(|key| editor.press(*key)).collect();
        times.into_iter().max().unwrap_or_default()
    };
    let typed = timed(&[KeyCode::Char('x'); 200]);
    println!("A text of 100 MB, 200×60\n");
    println!("| what | time |");
    println!("|---|---|");
    println!("| read the file and check its UTF-8, nothing else | {plain:.1?} |");
    println!(
        "| open it, to the frame that shows it | {opened:.1?} ({:.1} times that) |",
        opened.as_secs_f64() / plain.as_secs_f64()
    );
    println!("| the first frame, before it is read | {first:.1?} |");
    println!("| a page down, the slowest of 200 | {pages:.1?} |");
    println!("| to its end | {end:.1?} |");
    println!("| a key at its end, the slowest of 200 | {typed:.1?} |");
    for (name, piece) in [("ASCII", "{\"key\": [1, 2, 3], \"other\": null}, "), ("Chinese", "漢字")] {
        fs::write(&path, piece.repeat(20_000_000 / piece.len())).unwrap();
        let mut editor = Editor::new(200, 60);
        editor.open(&path);
        editor.press(KeyCode::End);
        let keys = [KeyCode::Char('x'); 20].map(|key| editor.press(key));
        let slowest = keys.into_iter().max().unwrap_or_default();
        println!("| a key at the end of one line of 20 MB, {name}, the slowest of 20 | {slowest:.1?} |");
    }
    println!();
}

fn reload(runtime: &Runtime) {
    let folder = tempfile::tempdir().unwrap();
    let variants = [component(runtime, "editor/word-count"), component(runtime, "editor/trim-whitespace")];
    let path = folder.path().join("plugin.wasm");
    fs::write(&path, variants.first().unwrap()).unwrap();
    let mut driver = Driver::new(Consent::to_all()).unwrap();
    {
        let _inside = runtime.enter();
        driver.host().load(&path);
    }
    wait_for_serving(runtime, &mut driver);
    let mut times = Histogram::<u64>::new(3).unwrap();
    for round in 1..=RELOADS {
        // A name section that differs each time, so that nothing comes from the cache of compiled code.
        let mut bytes = variants.get(round % 2).unwrap().clone();
        let mark = format!("round {round}, {}", std::process::id());
        bytes.extend([0, u8::try_from(mark.len() + 2).unwrap(), 1, b'x']);
        bytes.extend(mark.as_bytes());
        let staged = folder.path().join("staged");
        fs::write(&staged, &bytes).unwrap();
        let begun = Instant::now();
        fs::rename(&staged, &path).unwrap();
        wait_for_serving(runtime, &mut driver);
        times.record(u64::try_from(begun.elapsed().as_micros()).unwrap()).unwrap();
    }
    println!("Reload of a Rust plugin, from the new file in its place to the new generation serving, ms\n");
    println!("| component | rounds | median | p90 | max |");
    println!("|---|---|---|---|---|");
    let millis = |micros: u64| format!("{:.0}", micros as f64 / 1e3);
    let sizes = variants.map(|variant| variant.len() / 1000);
    println!(
        "| {} and {} kB in turn | {RELOADS} | {} | {} | {} |",
        sizes[0],
        sizes[1],
        millis(times.value_at_quantile(0.5)),
        millis(times.value_at_quantile(0.9)),
        millis(times.max())
    );
}

fn wait_for_serving(runtime: &Runtime, driver: &mut Driver) {
    loop {
        match runtime.block_on(driver.next()) {
            SessionInput::News(News::Serving { .. }) => return,
            SessionInput::News(News::Message(message)) if message.text.contains("rejected") => {
                panic!("{}", message.text)
            }
            _ => {}
        }
    }
}
