//! Runs the tests that make attacks, and writes the table of `docs/security.md`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use witdock_attacks::{Observations, PAGE, Page, rows, suites};

fn main() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let rows = rows(&root)?;
    let folder = tempfile::tempdir()?;
    for suite in suites(&root, &rows)? {
        // A test program with a `main` of its own takes one name.
        for test in &suite.tests {
            let output = Command::new("cargo")
                .current_dir(&root)
                .args(["test", "--locked"])
                .args(&suite.arguments)
                .args(["--", test])
                .env("WITDOCK_OBSERVED", folder.path())
                .output()
                .context("cargo cannot be started")?;
            let words = String::from_utf8_lossy(&output.stdout);
            if !output.status.success() || words.contains("running 0 tests") || !words.contains(test.as_str())
            {
                let errors = String::from_utf8_lossy(&output.stderr);
                bail!(
                    "{test} does not hold: `cargo test {} -- {test}`\n{words}\n{errors}",
                    suite.arguments.join(" ")
                );
            }
            println!("{test}");
        }
    }
    Page::read(&root)?.write(&root, &rows, &Observations::read(folder.path())?)?;
    println!("{} attacks held; {PAGE} has them", rows.len());
    Ok(())
}
