//! Components that were built before the interface grew go on, without a new build.

use std::path::Path;

use crate::common::docked::Docked;

/// `plugins/editor/sort-lines`, built with the interface as it was before `processes`, `diagnostics` and `language` were there.
#[tokio::test(flavor = "multi_thread")]
async fn a_component_of_the_interface_before_loads_and_works() {
    let component = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plugins/built-before/sort-lines.wasm");
    let mut docked = Docked::new("file.txt", "b10\r\na\r\nb2\r\na\r\n");
    docked.load(&component);
    docked.serves(1).await;
    docked.run("Sort lines by numbers").await;
    assert_eq!(docked.text(), "a\r\na\r\nb2\r\nb10\r\n");
    docked.run("Remove duplicate lines").await;
    assert_eq!(docked.text(), "a\r\nb2\r\nb10\r\n");
    docked.keys("ctrl-z ctrl-z").await;
    assert_eq!(docked.text(), "b10\r\na\r\nb2\r\na\r\n");
}
