//! Plugins in other languages than Rust, built from their sources. They need the tools of their languages, so they are ignored by
//! default.

use crate::common::docked::Docked;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Node.js and npm"]
async fn a_plugin_in_javascript_converts_with_node() {
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
    assert!(docked.screen().contains("is not a number with 0x"), "{}", docked.screen());
    docked.keys("ctrl-z ctrl-z").await;
    assert_eq!(docked.text(), "someHTTPServerName é");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Node.js and npm"]
async fn a_plugin_in_typescript_writes_types_with_node() {
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
    assert!(docked.screen().contains("this is not JSON"), "{}", docked.screen());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Python, and takes minutes"]
async fn a_plugin_in_python_names_characters_with_python() {
    let mut docked = Docked::with(&["editor/characters"], "file.txt", "e\u{301} p\u{430}y").await;
    docked.keys("end left left").await;
    docked.run("What is this character?").await;
    assert!(docked.screen().contains("U+0430 CYRILLIC SMALL LETTER A"), "{}", docked.screen());
    docked.run("Compose accents").await;
    assert_eq!(docked.text(), "é p\u{430}y");
    docked.keys("end").await;
    docked.run("What is this character?").await;
    assert!(docked.screen().contains("there is no character at the cursor"), "{}", docked.screen());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs clang-22 for wasm32 and make"]
async fn a_plugin_in_c_sorts_with_clang() {
    let mut docked = Docked::with(&["editor/sort-lines"], "file.txt", "b10\r\na\r\nb2\r\na\r\n").await;
    docked.run("Sort lines by numbers").await;
    assert_eq!(docked.text(), "a\r\na\r\nb2\r\nb10\r\n");
    docked.run("Remove duplicate lines").await;
    assert_eq!(docked.text(), "a\r\nb2\r\nb10\r\n");
    docked.keys("ctrl-home shift-down shift-down").await;
    docked.run("Reverse lines").await;
    assert_eq!(docked.text(), "b2\r\na\r\nb10\r\n");
    docked.keys("ctrl-z ctrl-z ctrl-z").await;
    assert_eq!(docked.text(), "b10\r\na\r\nb2\r\na\r\n");
}
