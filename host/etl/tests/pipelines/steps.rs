//! Stages without a plugin: filter, select, drop, cast, rename and derive.

use std::fs;

use serde_json::{Value, json};

use crate::project::{FLIGHTS, Project, repository, sink};

const ROWS: &str = "id,origin,miles,delay,day\n\
    1,SEA,1400,12,2013-01-31\n\
    2,SFO,2586,,2013-02-01\n\
    3,JFK,soon,99,2013-02-01\n\
    4,SEA,94,-5,2013-02-02\n";

/// A pipeline with these stages over a CSV file with these rows.
fn project(rows: &str, stages: &str) -> Project {
    let project = Project::new("in.csv".as_ref(), &format!("{stages}\n{}", sink("jsonl", "out.jsonl")));
    fs::write(project.path("in.csv"), rows).unwrap();
    project
}

fn out(rows: &str, stages: &str) -> Vec<Value> {
    let project = project(rows, stages);
    project.run(&[]);
    project.jsonl("out.jsonl")
}

/// Row, stage, code and message of each rejected row.
fn rejected(project: &Project) -> Vec<(u64, String, String, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let rows = project.jsonl("pipeline.rejected.jsonl").into_iter();
    rows.map(|row| {
        (row["row"].as_u64().unwrap(), text(&row, "stage"), text(&row, "code"), text(&row, "message"))
    })
    .collect()
}

#[test]
fn rows_are_filtered() {
    let project = project(ROWS, "[[stage]]\nfilter = \"origin in ('SEA', 'SFO') and id != '4'\"\n");
    let summary = project.summary(&[]);
    let ids: Vec<_> = project.jsonl("out.jsonl").iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids, ["1", "2"]);
    assert_eq!((&summary["dropped"], &summary["rejected"]), (&json!(2), &json!(0)));
    let stage = &summary["stages"][0];
    assert_eq!(
        (&stage["name"], &stage["plugin"], &stage["steps"]),
        (&json!("filter"), &json!(null), &json!(["filter"]))
    );
    assert_eq!(stage["rows"]["dropped"], 2);
}

#[test]
fn steps_are_taken_in_the_order_in_which_they_are_written() {
    let stages = r#"
[[stage]]
name = "prepare"
cast = { miles = "int32", delay = "int64" }
derive = { km = "miles * 1.609344", late = "coalesce(delay, 0) > 10", who = "lower(origin) || '-' || id" }
filter = "km > 200"
rename = { origin = "airport" }
select = ["who", "airport", "late", "km"]
"#;
    let project = project(ROWS, stages);
    project.run(&[]);
    assert_eq!(
        project.read("out.jsonl"),
        "{\"who\":\"sea-1\",\"airport\":\"SEA\",\"late\":true,\"km\":2253.0816}\n\
         {\"who\":\"sfo-2\",\"airport\":\"SFO\",\"late\":false,\"km\":4161.763584}\n"
    );
    let reason = "column `miles`: `soon` is not int32".to_owned();
    assert_eq!(rejected(&project), [(3, "prepare".into(), "cast".into(), reason)]);
    // The row is rejected as the stage got it, so that it can be run again.
    assert_eq!(project.jsonl("pipeline.rejected.jsonl")[0]["values"]["miles"], "soon");

    let plan = project.command(&["plan", "pipeline.toml"]).output().unwrap();
    let plan = String::from_utf8(plan.stdout).unwrap();
    let stage = "stage prepare (cast, derive, filter, rename, select): reads 4 of the columns, makes 5";
    assert!(plan.contains(stage), "{plan}");
    assert!(plan.contains("km       Float64"), "{plan}");
}

#[test]
fn columns_are_made_replaced_and_left_out() {
    let stages = r#"
[[stage]]
cast = { delay = "int32" }
[[stage]]
derive = { id = "cast(id as int32)", next = "id + 1", "the day" = "cast(day as date32)" }
[[stage]]
name = "after"
derive = { month = "month(\"the day\")" }
drop = ["day", "miles"]
"#;
    assert_eq!(
        out(ROWS, &stages.replace("[[stage]]\nderive", "[[stage]]\nname = \"more\"\nderive"))[1],
        json!({ "id": 2, "origin": "SFO", "delay": null, "next": 3, "the day": "2013-02-01", "month": 2 })
    );
    let error = project(ROWS, "[[stage]]\nfilter = \"id = '1'\"\n[[stage]]\nfilter = \"id = '2'\"\n")
        .error(&["run", "pipeline.toml"]);
    assert!(error.contains("two stages have the name `filter`"), "{error}");
}

#[test]
fn names_can_be_swapped() {
    let rows = out("a,b\n1,2\n", "[[stage]]\nrename = { a = \"b\", b = \"a\" }\n");
    assert_eq!(rows, [json!({ "b": "1", "a": "2" })]);
}

#[test]
fn a_row_without_an_exact_value_is_rejected() {
    let rows = "a,b\n6,3\n1,0\n9223372036854775807,1\nx,1\n,0\n";
    let stages = r#"
[[stage]]
name = "numbers"
cast = { a = "int64", b = "int64" }
[[stage]]
name = "ratio"
derive = { ratio = "a / b", next = "2 * (a + 1)" }
filter = "case when b = 3 then true else 1 / (b - 1) > 0 end"
"#;
    let project = project(rows, stages);
    let summary = project.summary(&[]);
    assert_eq!(project.read("out.jsonl"), "{\"a\":6,\"b\":3,\"ratio\":2.0,\"next\":14}\n");
    assert_eq!((&summary["rejected"], &summary["dropped"]), (&json!(3), &json!(1)));
    let told = rejected(&project);
    let told: Vec<_> = told
        .iter()
        .map(|(row, stage, code, text)| (*row, stage.as_str(), code.as_str(), text.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (4, "numbers", "cast", "column `a`: `x` is not int64"),
            (2, "ratio", "division-by-zero", "column `ratio`: 1 / 0 is a division by zero"),
            (3, "ratio", "cast", "column `ratio`: `9223372036854775807` is not float64, in `a`"),
        ]
    );
}

#[test]
fn rejected_rows_run_again() {
    let stages = "[[stage]]\nname = \"km\"\nderive = { km = \"cast(miles as int64) * 2\" }\n";
    let project = project(ROWS, stages);
    let pipeline = project.read("pipeline.toml") + "mode = \"append\"\n";
    fs::write(project.path("pipeline.toml"), &pipeline).unwrap();
    assert_eq!(project.summary(&[])["rejected"], 1);
    let fixed = pipeline.replace(
        "cast(miles as int64) * 2",
        "case miles when 'soon' then 0 else cast(miles as int64) * 2 end",
    );
    fs::write(project.path("pipeline.toml"), fixed).unwrap();
    let summary = project.summary(&["--retry"]);
    assert_eq!((&summary["rows_out"], &summary["rejected"]), (&json!(1), &json!(0)));
    let rows = project.jsonl("out.jsonl");
    assert_eq!(rows.last().unwrap()["km"], 0);
    assert_eq!(rows.len(), 4);
}

#[test]
fn what_is_wrong_is_pointed_at() {
    for (stage, told) in [
        (
            "filter = \"dely > 10\"",
            &["there is no column `dely`", "did you mean `delay`?", "╰── did you"][..],
        ),
        ("filter = \"delay >\"", &["the expression ends here", "expected a column"]),
        ("filter = \"delay > 10\"", &["`>` cannot compare utf8 with int64", "in `cast` of a stage"]),
        ("filter = \"id\"", &["this is utf8; expected a condition"]),
        ("derive = { x = \"uper(id)\" }", &["there is no function `uper`", "did you mean `upper`?"]),
        ("derive = { x = \"null\" }", &["the type of the column `x` is not known", "cast(null as int64)"]),
        ("select = [\"id\", \"origni\"]", &["there is no column `origni`", "did you mean `origin`?"]),
        ("select = [\"id\", \"id\"]", &["`select` has the column `id` twice"]),
        ("select = []", &["`select` has no columns"]),
        ("drop = [\"id\", \"origin\", \"miles\", \"delay\", \"day\"]", &["no column is left"]),
        ("cast = { id = \"int23\" }", &["unknown type `int23`"]),
        ("rename = { id = \"day\" }", &["two columns would have the name `day`"]),
        ("rename = { orign = \"o\" }", &["there is no column `orign`", "did you mean `origin`?"]),
        ("name = \"nothing\"", &["the stage does nothing", "filter, select, drop, cast, rename or derive"]),
        ("filter = \"id = '1'\"\ninstances = 2", &["`instances` is for a plugin, and this stage has none"]),
        (
            "filter = \"id = '1'\"\nplugin = \".\"",
            &["the stage has a plugin and `filter`", "make two stages"],
        ),
        ("filtr = \"id = '1'\"", &["unknown key `filtr`", "did you mean `filter`?"]),
    ] {
        let error = project(ROWS, &format!("[[stage]]\n{stage}\n")).error(&["validate", "pipeline.toml"]);
        for part in told {
            assert!(error.contains(part), "{stage}: {error}");
        }
        assert!(error.contains("pipeline.toml:"), "the place in the file: {error}");
    }
}

#[test]
fn the_input_of_a_stage_can_be_declared() {
    let stages = "[[stage]]\nfilter = \"miles > 100\"\n[stage.input]\non_drift = \"quarantine\"\ncolumns = { miles = \"int32\", id = \"int32\" }\n";
    let project = project(ROWS, stages);
    project.run(&[]);
    let out = project.read("out.jsonl");
    assert_eq!(out, "{\"miles\":1400,\"id\":1}\n{\"miles\":2586,\"id\":2}\n", "in the order of `columns`");
    assert_eq!(rejected(&project)[0].2, "schema");
}

#[test]
fn real_flights_are_filtered_as_by_hand() {
    let stages = "[[stage]]\nname = \"numbers\"\ncast = { distance = \"int32\", dep_delay = \"int32\" }\n\
        [[stage]]\nname = \"far\"\nfilter = \"distance > 1000 and dep_delay > 15 and carrier in ('UA', 'AA')\"\n";
    let project = Project::new(&repository(FLIGHTS), &format!("{stages}{}", sink("jsonl", "out.jsonl")));
    let summary = project.summary(&[]);
    let text = fs::read_to_string(repository(FLIGHTS)).unwrap();
    let mut records = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = records.next().unwrap();
    let column = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let (distance, delay, carrier) = (column("distance"), column("dep_delay"), column("carrier"));
    let far = records.filter(|record| {
        let above = |column: usize, most: i32| record[column].parse::<i32>().is_ok_and(|value| value > most);
        above(distance, 1000) && above(delay, 15) && ["UA", "AA"].contains(&record[carrier])
    });
    let expected = far.count();
    assert!(expected > 100, "{expected}");
    assert_eq!(summary["rows_out"], expected);
}

/// The stage that the tutorial adds, and what it says of the result.
#[test]
fn the_tutorials_stage_keeps_as_many_flights_as_it_says() {
    let readme = fs::read_to_string(repository("docs/tutorial/flights/README.md")).unwrap();
    let (_, section) = readme.split_once("## Add a stage without a plugin").unwrap();
    let (_, block) = section.split_once("```toml\n").unwrap();
    let (stage, told) = block.split_once("```\n").unwrap();
    let tutorial = fs::read_to_string(repository("docs/tutorial/flights/pipeline.toml")).unwrap();
    let folder = repository("docs/tutorial/flights");
    let plugins = repository("plugins");
    let text = tutorial
        .replace("\"../../../plugins", &format!("\"{}", plugins.display()))
        .replace("path = \"flights.csv\"", &format!("path = {:?}", folder.join("flights.csv")))
        .replace("path = \"airlines.csv\"", &format!("path = {:?}", folder.join("airlines.csv")));
    let (pipeline, _) = text.split_once("[[test]]").unwrap();
    let project = Project::of_source("unused", "");
    fs::write(project.path("pipeline.toml"), format!("{pipeline}\n{stage}")).unwrap();
    let summary = project.summary(&[]);
    assert!(told.contains(&format!("{} flights are left", summary["rows_out"])), "{summary}");
    assert!(project.jsonl("out/flights.jsonl").iter().all(|row| row["km"].as_f64().unwrap() > 0.0));
    fs::write(
        project.path("pipeline.toml"),
        format!("{pipeline}\n{}", stage.replace("dep_delay", "dep_dela")),
    )
    .unwrap();
    let error = project.error(&["run", "pipeline.toml"]);
    assert!(error.contains("did you mean `dep_delay`?"), "{error}");
}

/// The example of the reference.
#[test]
fn the_example_of_the_reference_runs() {
    let reference = fs::read_to_string(repository("docs/pipelines.md")).unwrap();
    let (_, section) = reference.split_once("### Steps").unwrap();
    let (_, block) = section.split_once("```toml\n").unwrap();
    let (stage, _) = block.split_once("```\n").unwrap();
    let rows = "carrier,dest,miles,dep_delay\nUA,IAH,1400,75\nUA,IAH,1400,2\nB6,BOS,187,99\n";
    assert_eq!(out(rows, stage), [json!({ "carrier": "UA", "airport": "IAH", "km": 2253.1, "very": true })]);
}
