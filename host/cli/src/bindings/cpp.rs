//! Bindings for C++: headers, a source, and an object file with the component type.

use wit_bindgen_core::wit_parser::{Resolve, WorldId};

use super::{File, run};

pub(super) fn generate(resolve: &mut Resolve, world: WorldId) -> anyhow::Result<Vec<File>> {
    let files = run(|| wit_bindgen_cpp::Opts::default().build(None), resolve, world)?;
    let amended = files.into_iter().map(|(name, content)| {
        let content = match &*name {
            "wit.h" => with_empty_string(&String::from_utf8_lossy(&content)).into_bytes(),
            name if name.ends_with(".cpp") => without_copies(&String::from_utf8_lossy(&content)).into_bytes(),
            name if name.ends_with("_cpp.h") => {
                with_classes_last(&String::from_utf8_lossy(&content)).into_bytes()
            }
            _ => content,
        };
        (name, content)
    });
    Ok(amended.collect())
}

/// Gives `wit::string` a default constructor, so that types which contain one have one too.
fn with_empty_string(header: &str) -> String {
    let first = "  // this constructor is helpful for creating vector<string>\n";
    header.replacen(first, &format!("  string() : data_(empty_ptr()), length(0) {{}}\n{first}"), 1)
}

/// Replaces `std::expected::value`, which requires a copyable error, with `*`. An error with a list is not copyable, and the bindings
/// have checked before that there is no error.
fn without_copies(source: &str) -> String {
    const MOVE: &str = "std::move(";
    let mut pieces = source.split(".value()").peekable();
    let mut amended = String::new();
    while let Some(piece) = pieces.next() {
        let start = piece.rfind(MOVE).filter(|start| {
            let name = piece.get(start + MOVE.len()..).and_then(|rest| rest.strip_suffix(')'));
            name.is_some_and(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        });
        match (start.and_then(|start| piece.split_at_checked(start)), pieces.peek()) {
            (_, None) => amended.push_str(piece),
            (Some((before, moved)), _) => amended.extend([before, "*", moved]),
            (None, _) => amended.extend([piece, ".value()"]),
        }
    }
    amended
}

/// Moves the classes of exported resources after the types that their methods use.
fn with_classes_last(header: &str) -> String {
    const EXPORTS: &str = "namespace exports {";
    let is_class = |line: &&str| line.starts_with("#include \"exports-");
    let classes: Vec<&str> = header.lines().filter(is_class).collect();
    let mut ordered = String::new();
    let mut is_placed = false;
    for line in header.lines().filter(|line| !is_class(line)) {
        if line == EXPORTS && !is_placed {
            is_placed = true;
            classes.iter().for_each(|class| ordered.extend([class, "\n"]));
        }
        ordered.extend([line, "\n"]);
    }
    ordered
}
