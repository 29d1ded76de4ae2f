//! The transforms that `witdock new plugin` starts with, in languages that are compiled through C's way: built from their templates
//! and their SDKs, and run. Their compilers have to be installed, so they are ignored by default.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::project::{Project, repository, sink};

/// A project as it is scaffolded: the template's files, and the SDK in `sdk`.
fn scaffold(language: &str, folder: &Path) {
    let template = repository("host/cli/templates/plugin").join(language);
    copy(&template.join("common"), folder);
    copy(&template.join("etl"), folder);
    copy(&repository("guest-sdk").join(language).join("etl"), &folder.join("sdk"));
    // The bindings for C and Go's runtime are once in the repository, and in each project that needs them.
    let shared = match language {
        "cpp" => Some(("guest-sdk/c/etl", "sdk/c")),
        "zig" => Some(("guest-sdk/c/etl/generated", "sdk/generated")),
        "go" => Some(("guest-sdk/go/runtime", "sdk/runtime")),
        _ => None,
    };
    if let Some((from, to)) = shared {
        copy(&repository(from), &folder.join(to));
    }
    for package in ["etl", "plugin"] {
        copy(&repository("wit").join(package), &folder.join("sdk/wit").join(package));
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let to = to.join(name.strip_suffix(".template").unwrap_or(&name));
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            let content = fs::read(entry.path()).unwrap();
            let content = String::from_utf8(content).map_or_else(
                |error| error.into_bytes(),
                |text| {
                    let text = text.replace("{{name}}", "tidy-text").replace("{{module}}", "tidy_text");
                    text.replace("{{type}}", "TidyText").into_bytes()
                },
            );
            fs::write(to, content).unwrap();
        }
    }
}

const ROWS: &str = r#"{"id":1,"text":"  Grace \t Hopper\n"}
{"id":2,"text":" \n "}
{"id":3,"text":null}
{"id":4,"text":"ä  ö"}
"#;

/// The texts are cleaned, a null stays null, and an empty one is rejected.
fn cleans(language: &str) {
    let project = Project::new("unused".as_ref(), "");
    scaffold(language, &project.path("tidy-text"));
    let pipeline = |settings: &str| {
        let stage = format!("[[stage]]\nname = \"clean\"\nplugin = \"tidy-text\"\nsettings = {settings}\n");
        let text = format!(
            "[source]\nformat = \"jsonl\"\npath = \"rows.jsonl\"\n{stage}{}",
            sink("jsonl", "out.jsonl")
        );
        fs::write(project.path("pipeline.toml"), text).unwrap();
    };
    fs::write(project.path("rows.jsonl"), ROWS).unwrap();
    pipeline("{ column = \"text\" }");
    let summary = project.summary(&[]);
    assert_eq!((&summary["rows_out"], &summary["rejected"]), (&json!(3), &json!(1)), "{summary}");
    let rows: Vec<Value> =
        project.read("out.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected = [(1, Some("Grace Hopper")), (3, None), (4, Some("ä ö"))];
    assert_eq!(rows, expected.map(|(id, text)| json!({ "id": id, "text": text })));
    let rejected: Value = serde_json::from_str(&project.read("pipeline.rejected.jsonl")).unwrap();
    assert_eq!((&rejected["code"], &rejected["line"]), (&json!("empty"), &json!(2)), "{rejected}");

    for (settings, told) in [
        ("{ column = \"txet\" }", "txet"),
        ("{ column = \"id\" }", "utf8"),
        ("{ column = \"text\", colour = \"red\" }", "colour"),
        ("{ column = 3 }", "column"),
        ("{}", "column"),
    ] {
        pipeline(settings);
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains(told), "{settings}: {error}");
    }
}

#[test]
#[ignore = "needs clang-22 for wasm32 and make"]
fn c_cleans_with_clang() {
    cleans("c");
}

#[test]
#[ignore = "needs Zig and make"]
fn cpp_cleans_with_zig() {
    cleans("cpp");
}

#[test]
#[ignore = "needs Zig and make"]
fn zig_cleans_with_zig() {
    cleans("zig");
}

#[test]
#[ignore = "needs Go"]
fn go_cleans_with_go() {
    cleans("go");
}

#[test]
#[ignore = "needs Go"]
fn a_plugin_classifies_addresses_with_go() {
    let project = Project::new("unused".as_ref(), "");
    let rows = "{\"ip\":\"10.1.2.3\"}\n{\"ip\":\" ::ffff:8.8.8.8 \"}\n{\"ip\":\"2001:DB8::1\"}\n{\"ip\":null}\n{\"ip\":\"300.1.1.1\"}\n";
    fs::write(project.path("rows.jsonl"), rows).unwrap();
    let plugin = repository("plugins/etl/classify-ip");
    let text = format!(
        "[source]\nformat = \"jsonl\"\npath = \"rows.jsonl\"\n[[stage]]\nname = \"ip\"\nplugin = {plugin:?}\n\
         settings = {{ column = \"ip\", networks = {{ office = \"10.1.0.0/16\" }} }}\n{}",
        sink("jsonl", "out.jsonl")
    );
    fs::write(project.path("pipeline.toml"), text).unwrap();
    let summary = project.summary(&[]);
    assert_eq!((&summary["rows_out"], &summary["rejected"]), (&json!(4), &json!(1)), "{summary}");
    let rows: Vec<Value> =
        project.read("out.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let row = |ip, version, kind, network| json!({ "ip": ip, "ip_version": version, "ip_kind": kind, "ip_network": network });
    let null = Value::Null;
    assert_eq!(
        rows,
        [
            row(json!("10.1.2.3"), json!(4), json!("private"), json!("office")),
            row(json!("8.8.8.8"), json!(4), json!("global"), null.clone()),
            row(json!("2001:db8::1"), json!(6), json!("documentation"), null.clone()),
            row(null.clone(), null.clone(), null.clone(), null.clone()),
        ]
    );
}
