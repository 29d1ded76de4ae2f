use witdock::Limits;

use super::*;

/// A folder with the files that the pipelines name.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["in.csv", "table.csv", "plugin.wasm"] {
            std::fs::write(folder.path().join(name), "a\n").unwrap();
        }
        Self(folder)
    }

    fn parse(&self, text: &str) -> Result<Pipeline, PipelineError> {
        Pipeline::parse(&self.0.path().join("pipeline.toml"), text.to_owned())
    }
}

const SOURCE: &str = "[source]\nformat = \"csv\"\npath = \"in.csv\"\n";
const SINK: &str = "[[sink]]\nformat = \"parquet\"\npath = \"out/rows.parquet\"\n";

/// The error of a pipeline with this text between the source and the sink: message, the text it points at, the label, the
/// help.
fn refused(middle: &str) -> (String, String, String, String) {
    let text = format!("{SOURCE}{middle}{SINK}");
    match Folder::new().parse(&text).unwrap_err() {
        PipelineError::Invalid(invalid) => {
            let Invalid { message, span, label, help, .. } = *invalid;
            let at = text[span.offset()..span.offset() + span.len()].to_owned();
            (message, at, label, help.unwrap_or_default())
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_whole_pipeline_is_read_with_its_paths_resolved() {
    let folder = Folder::new();
    let text = format!(
        "{SOURCE}{}{SINK}",
        r#"
delimiter = ";"
null_values = ["NA"]
on_bad = "reject"
batch_rows = 4096

[[lookup]]
name = "table"
path = "table.csv"
key = ["a"]
types = { a = "utf8" }

[[stage]]
name = "one"
plugin = "plugin.wasm"
[stage.settings]
list = [1, 2.5, "x"]
day = 2013-01-01
inner = { yes = true }
[stage.grants]
imports = ["witdock:etl/lookup"]
folders = [{ path = "/data", host = "data" }]
[stage.limits]
memory_mb = 16
deadline_ms = 250
[stage.outputs]
late = "late.jsonl"
"#
    );
    let pipeline = folder.parse(&text).unwrap();
    let base = folder.0.path();
    let SourceKind::Files(files) = &pipeline.source.kind else { panic!("{:?}", pipeline.source) };
    let FileFormat::Csv(csv) = &files.format else { panic!("{:?}", files.format) };
    assert_eq!(files.paths, [SourcePath::Local(base.join("in.csv").display().to_string())]);
    assert_eq!((csv.delimiter, csv.on_bad, pipeline.source.batch_rows), (b';', OnBad::Reject, 4096));
    assert_eq!(pipeline.sinks[0].name(), base.join("out/rows.parquet").display().to_string());
    assert_eq!(pipeline.rejected.path, base.join("pipeline.rejected.jsonl"));
    let stage = pipeline.stages[0].plugin().unwrap();
    assert_eq!(stage.plugin.settings, r#"{"list":[1,2.5,"x"],"day":"2013-01-01","inner":{"yes":true}}"#);
    assert_eq!(stage.plugin.grants.folders().collect::<Vec<_>>(), [base.join("data")]);
    assert_eq!(stage.outputs["late"], base.join("late.jsonl"));
    let limits = stage.plugin.limits.limits();
    assert_eq!((limits.memory_bytes, limits.call_deadline), (16 << 20, Duration::from_millis(250)));
    assert_eq!(limits.handles, Limits::default().handles, "what is not given has the dock's default");
}

#[test]
fn a_misspelt_key_is_pointed_at_with_the_right_one() {
    let (message, at, label, help) = refused("delimeter = \";\"\n");
    assert_eq!((message.as_str(), at.as_str()), ("unknown key `delimeter`", "delimeter"));
    assert_eq!(label, "did you mean `delimiter`?");
    assert!(help.contains("null_values"), "{help}");
    let stage = "[[stage]]\nname = \"x\"\nplugin = \"plugin.wasm\"\n";
    for (text, found, meant) in [
        ("[stage.grants]\nimport = []\n", "import", "imports"),
        ("[stage.limits]\nmemory = 5\n", "memory", "memory_mb"),
        ("[stage.grants]\nfolders = [{ path = \"a\", hst = \"b\" }]\n", "hst", "host"),
    ] {
        let (_, at, label, _) = refused(&format!("{stage}{text}"));
        assert_eq!((at.as_str(), label), (found, format!("did you mean `{meant}`?")));
    }
}

#[test]
fn a_wrong_value_is_pointed_at() {
    let (message, at, label, _) = refused("on_bad = \"rejct\"\n");
    assert_eq!((message.as_str(), at.as_str()), ("unknown value `rejct`", "\"rejct\""));
    assert_eq!(label, "did you mean `reject`?");
    assert_eq!(refused("batch_rows = 0\n").1, "0");
    assert_eq!(refused("batch_rows = 1000000000\n").1, "1000000000");
    assert!(refused("batch_rows = \"x\"\n").0.contains("invalid type"));
    for delimiter in ["\"\"", "\";;\"", "\"ä\""] {
        let (message, at, ..) = refused(&format!("delimiter = {delimiter}\n"));
        assert_eq!((message.as_str(), at.as_str()), ("the delimiter must be one ASCII character", delimiter));
    }
    let settings = "[[stage]]\nname = \"x\"\nplugin = \"plugin.wasm\"\n[stage.settings]\nratio = nan\n";
    assert!(refused(settings).0.contains("the setting `ratio`"));
}

#[test]
fn what_is_missing_is_named() {
    let (message, at, _, help) = refused("[[stage]]\nname = \"x\"\n");
    assert_eq!(message, "the stage does nothing");
    assert!(at.starts_with("[[stage]]") && help.contains("`plugin`, or steps"), "{at} {help}");
    let (message, at, ..) = refused("[[stage]]\nplugin = \"plugin.wasm\"\n");
    assert_eq!(message, "the key `name` is missing");
    assert!(at.starts_with("[[stage]]"), "{at}");
    let (message, at, _, help) = refused("[[stage]]\nname = \"x\"\nplugin = \"nix.wasm\"\n");
    assert!(message.ends_with("nix.wasm does not exist"), "{message}");
    assert_eq!((at.as_str(), help.as_str()), ("\"nix.wasm\"", "paths are relative to the pipeline file"));
    let Err(PipelineError::Invalid(invalid)) = Folder::new().parse(SOURCE) else { panic!() };
    let Invalid { message, help, .. } = *invalid;
    assert_eq!(message, "the pipeline has no sink");
    assert!(help.unwrap().contains("[[sink]]"));
    assert!(Folder::new().parse(SINK).unwrap_err().to_string().contains("`source` is missing"));
}

#[test]
fn names_and_files_are_not_used_twice() {
    let stage = "[[stage]]\nname = \"x\"\nplugin = \"plugin.wasm\"\n";
    let (message, at, ..) = refused(&format!("{stage}{stage}"));
    assert_eq!((message.as_str(), at.as_str()), ("two stages have the name `x`", "\"x\""));
    let lookup = "[[lookup]]\nname = \"t\"\npath = \"table.csv\"\nkey = [\"a\"]\n";
    assert_eq!(refused(&format!("{lookup}{lookup}")).0, "two lookup tables have the name `t`");
    assert!(refused(&lookup.replace("[\"a\"]", "[]")).0.contains("has no key"));
    assert!(refused(SINK).0.ends_with("rows.parquet is written twice"));
    let table =
        |name: &str| format!("[[sink]]\nformat = \"sqlite\"\npath = \"out.db\"\ntable = \"{name}\"\n");
    assert!(refused(&[table("a"), table("b")].concat()).0.ends_with("and SQLite supports only one writer"));
    assert!(
        refused(&format!("{}plugin = \"x.wasm\"\n", table("a"))).0.ends_with("a sqlite sink has no `plugin`")
    );
    assert!(refused("[[sink]]\nformat = \"csv\"\npath = \"./in.csv\"\n").0.contains("is the source"));
    assert!(refused("[[sink]]\nformat = \"csv\"\npath = \".\"\n").0.contains("is a folder"));
    assert!(refused("[rejected]\npath = \"out/rows.parquet\"\n").0.ends_with("is written twice"));
}

#[test]
fn text_that_is_no_toml_is_pointed_at() {
    let (message, at, ..) = refused("delimiter = \n");
    assert!(!message.is_empty() && at.len() < 20, "{message} at {at}");
}

#[test]
fn keys_of_another_format_are_refused() {
    for (key, message) in [
        ("query = \"select 1\"\n", "a source of the format csv has no `query`"),
        ("infer_rows = 10\n", "a source of the format csv has no `infer_rows`"),
        ("url = \"postgres://\"\n", "a source of the format csv has no `url`"),
    ] {
        assert_eq!(refused(key).0, message);
    }
    let sink = |text: &str| refused(&format!("[[sink]]\n{text}\n"));
    assert_eq!(sink("format = \"csv\"\npath = \"a.csv\"\nmode = \"upsert\"").0, "a csv sink cannot upsert");
    assert_eq!(sink("format = \"csv\"\npath = \"a.csv\"\ntable = \"a\"").0, "a csv sink has no `table`");
    let upsert = "format = \"sqlite\"\npath = \"a.db\"\ntable = \"a\"\nmode = \"upsert\"";
    assert_eq!(sink(upsert).0, "an upsert needs a key");
    let parquet = sink("format = \"parquet\"\npath = \"a.parquet\"\nmode = \"append\"");
    assert_eq!(parquet.0, "cannot append to a Parquet file");
    assert!(sink("format = \"parquet\"\npath = \"-\"").0.contains("standard output"));
    assert!(sink("format = \"csv\"").0.contains("`path` is missing"));
}

#[test]
fn a_variable_that_is_not_set_is_pointed_at() {
    let (message, at, ..) = refused("[[sink]]\nformat = \"csv\"\npath = \"${WITDOCK_NOT_SET}/a.csv\"\n");
    assert!(message.contains("`WITDOCK_NOT_SET` is not set"), "{message}");
    assert_eq!(at, "\"${WITDOCK_NOT_SET}/a.csv\"");
}
