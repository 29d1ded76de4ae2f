//! Plugins in other languages than Rust, from their sources. A machine without a language's tools passes their test over,
//! and says so, unless `WITDOCK_REQUIRE_LANGUAGES` is set. Those whose builds take long are tested with `WITDOCK_TEST_LANGUAGES=all`.

use std::process::Command;

use crate::docked::Docked;

/// Whether a program answers.
fn has(program: &str, argument: &str) -> bool {
    Command::new(program).arg(argument).output().is_ok_and(|output| output.status.success())
}

fn passes_over(language: &str, has_tools: bool) -> bool {
    if !has_tools {
        let what = format!("the {language} plugin is not tested: its tools are not installed");
        assert!(std::env::var_os("WITDOCK_REQUIRE_LANGUAGES").is_none(), "{what}");
        eprintln!("{what}");
    }
    !has_tools
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_in_javascript_converts() {
    if passes_over("JavaScript", has("node", "--version") && has("npm", "--version")) {
        return;
    }
    let mut docked = Docked::with(&["editor/convert"], "file.txt", "someHTTPServerName é").await;
    docked.run("To snake_case").await;
    assert!(docked.screen().contains("convert: nothing is selected"), "{}", docked.screen());
    docked.keys("shift-end").await;
    docked.run("To snake_case").await;
    assert_eq!(docked.text(), "some_http_server_name_é");
    docked.keys("ctrl-a").await;
    docked.run("Encode for a URL").await;
    assert_eq!(docked.text(), "some_http_server_name_%C3%A9");
    docked.keys("ctrl-a").await;
    docked.run("To decimal").await;
    assert!(docked.screen().contains("is no number with 0x"), "{}", docked.screen());
    docked.keys("ctrl-z ctrl-z").await;
    assert_eq!(docked.text(), "someHTTPServerName é");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_in_typescript_writes_types() {
    if passes_over("TypeScript", has("node", "--version") && has("npm", "--version")) {
        return;
    }
    let mut docked = Docked::with(&["editor/types-from-json"], "file.txt", "{\"é\": [1, null]}").await;
    docked.run("Types for the selected JSON").await;
    assert!(docked.screen().contains("no JSON is selected"), "{}", docked.screen());
    docked.run("Copy types for this JSON").await;
    assert_eq!(docked.copied.as_deref(), Some("export interface Root {\n    é: (number | null)[];\n}\n"));
    docked.keys("ctrl-a").await;
    docked.run("Types for the selected JSON").await;
    assert_eq!(docked.text(), "export interface Root {\n    é: (number | null)[];\n}");
    docked.keys("ctrl-a").await;
    docked.run("Types for the selected JSON").await;
    assert!(docked.screen().contains("this is no JSON"), "{}", docked.screen());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_in_python_names_characters() {
    let wanted = std::env::var("WITDOCK_TEST_LANGUAGES").unwrap_or_default();
    if wanted != "all" && !wanted.split(',').any(|one| one.trim() == "python") {
        eprintln!("Python plugins are not tested: set WITDOCK_TEST_LANGUAGES=all, it takes some minutes");
        return;
    }
    if passes_over("Python", has("python3", "--version")) {
        return;
    }
    let mut docked = Docked::with(&["editor/characters"], "file.txt", "e\u{301} p\u{430}y").await;
    docked.keys("end left left").await;
    docked.run("What is this character?").await;
    assert!(docked.screen().contains("U+0430 CYRILLIC SMALL LETTER A"), "{}", docked.screen());
    docked.run("Compose accents").await;
    assert_eq!(docked.text(), "é p\u{430}y");
    docked.keys("end").await;
    docked.run("What is this character?").await;
    assert!(docked.screen().contains("there is no character behind the cursor"), "{}", docked.screen());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_in_c_sorts() {
    let has_clang = has("clang-22", "--version") || std::env::var_os("WASM_CC").is_some();
    if passes_over("C", has("make", "--version") && has_clang) {
        return;
    }
    let mut docked = Docked::with(&["editor/sort-lines"], "file.txt", "b10\r\na\r\nb2\r\na\r\n").await;
    docked.run("Sort lines by numbers").await;
    assert_eq!(docked.text(), "a\r\na\r\nb2\r\nb10\r\n");
    docked.run("Remove lines that are there twice").await;
    assert_eq!(docked.text(), "a\r\nb2\r\nb10\r\n");
    docked.keys("ctrl-home shift-down shift-down").await;
    docked.run("Reverse lines").await;
    assert_eq!(docked.text(), "b2\r\na\r\nb10\r\n");
    docked.keys("ctrl-z ctrl-z ctrl-z").await;
    assert_eq!(docked.text(), "b10\r\na\r\nb2\r\na\r\n");
}
