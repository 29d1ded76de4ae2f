//! The command line and what it prints, as cases in text files: `tests/cmd/AREA/CASE.trycmd`.
//!
//! Each is run in a copy of the folder `CASE.in`, if there is one and `CASE.out` beside it; what `CASE.out` holds has to be there
//! afterwards. `[..]` stands for the rest of a line, `...` for any lines. `TRYCMD=overwrite cargo test -p witdock-cli --test commands`
//! writes what is printed into the cases: read the difference before you keep it.

#[test]
fn commands() {
    let cases = trycmd::TestCases::new();
    cases.env("NO_COLOR", "1").env("COLUMNS", "100").case("tests/cmd/**/*.trycmd");
}
