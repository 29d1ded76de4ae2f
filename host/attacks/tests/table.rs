//! The table of attacks is that of the tests.

use std::path::Path;

use witdock_attacks::{Page, rows};

#[test]
fn the_page_has_the_rows_of_the_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let differences = rows(&root).and_then(|rows| Ok(Page::read(&root)?.differences(&rows)));
    match differences {
        Ok(differences) => {
            assert!(
                differences.is_empty(),
                "run `cargo run -p witdock-attacks`:\n{}",
                differences.join("\n")
            );
        }
        Err(error) => assert!(error.to_string().is_empty(), "{error:#}"),
    }
}
