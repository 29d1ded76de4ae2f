use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use toml::{Table, Value};

use super::stage::STEPS;

/// What a pipeline file says, as two digests. An interrupted run is continued only if that gives the right rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Of all that decides about rows. Comments, limits and what happens to rejected rows do not.
    pub(crate) rows: String,
    /// Of the source, the names of the stages, and the sinks.
    pub(crate) shape: String,
}

/// The keys that say how a run goes, and not what its rows are.
const CONDUCT: [(&str, &[&str]); 4] = [
    ("source", &["batch_rows", "infer_rows", "on_bad", "on_drift", "watch", "settle_ms", "limits"]),
    ("stage", &["instances", "max_failures", "limits"]),
    ("sink", &["limits", "on_new_columns"]),
    ("rejected", &["max_rows", "max_percent"]),
];

/// The keys that must be the same for positions in the source, plugins' states and sinks to be those of the same pipeline.
const SHAPE: [(&str, &[&str]); 4] = [
    ("source", &["format", "path", "store", "url", "query", "key", "plugin", "settings"]),
    ("stage", &["name", "outputs"]),
    ("sink", &["format", "path", "store", "url", "table", "mode", "key", "plugin"]),
    ("rejected", &["path"]),
];

impl Fingerprint {
    pub(super) fn of(file: &Table) -> Self {
        let file = &without_retries(file);
        let rows = select(file, |table, key| {
            !matches!(table, "checkpoint" | "test") && !listed(&CONDUCT, table, key)
        });
        let shape = select(file, |table, key| listed(&SHAPE, table, key));
        Self { rows: digest(&rows), shape: digest(&shape) }
    }
}

/// The file without what says how often requests to stores are repeated.
fn without_retries(file: &Table) -> Table {
    fn remove(value: &mut Value) {
        match value {
            Value::Array(tables) => tables.iter_mut().for_each(remove),
            Value::Table(table) => {
                if let Some(Value::Table(store)) = table.get_mut("store") {
                    store.remove("retries");
                    if store.is_empty() {
                        table.remove("store");
                    }
                }
            }
            _ => {}
        }
    }
    let mut file = file.clone();
    file.iter_mut()
        .filter(|(name, _)| matches!(name.as_str(), "source" | "sink"))
        .for_each(|(_, value)| remove(value));
    file
}

fn listed(keys: &[(&str, &[&str])], table: &str, key: &str) -> bool {
    keys.iter().any(|(name, keys)| *name == table && keys.contains(&key))
}

/// The tables of a file with the keys that are wanted.
fn select(file: &Table, wanted: impl Fn(&str, &str) -> bool) -> Value {
    let part = |name: &str, value: &Value| match value {
        Value::Table(table) => {
            let kept = table.iter().filter(|(key, _)| wanted(name, key));
            // The order of columns means something, and that of these keys does not.
            let mut kept: BTreeMap<_, _> = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
            if name == "stage" {
                steps(table, &mut kept, |key| wanted(name, key));
            }
            Value::Table(kept.into_iter().collect())
        }
        other => other.clone(),
    };
    let mut file: Vec<_> = file.iter().collect();
    file.sort_by_key(|(name, _)| *name);
    let all = file.into_iter().map(|(name, value)| {
        let value = match value {
            Value::Array(tables) => Value::Array(tables.iter().map(|table| part(name, table)).collect()),
            one => part(name, one),
        };
        (name.clone(), value)
    });
    // Without what is empty now: an absent table is the same as one with its defaults.
    Value::Table(all.filter(|(_, value)| !value.as_table().is_some_and(Table::is_empty)).collect())
}

/// What the steps of a stage mean by their order: the stage's name, if it has no other, and the rows. The order of other keys means nothing.
fn steps(table: &Table, kept: &mut BTreeMap<String, Value>, wanted: impl Fn(&str) -> bool) {
    let steps: Vec<_> = table.keys().map(String::as_str).filter(|key| STEPS.contains(key)).collect();
    if let Some(first) = steps.first().filter(|_| !table.contains_key("name")) {
        kept.insert("name".to_owned(), Value::String((*first).to_owned()));
    }
    if steps.iter().any(|step| wanted(step)) {
        kept.insert("the order of steps".to_owned(), Value::String(steps.join(", ")));
    }
}

fn digest(value: &Value) -> String {
    format!("{:x}", Sha256::digest(value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "[source]\nformat = \"csv\"\npath = \"in\"\n\
                        [[stage]]\nname = \"a\"\nplugin = \"a\"\n[stage.settings]\nmost = 3\n\
                        [[sink]]\nformat = \"csv\"\npath = \"out.csv\"\n";

    fn of(text: &str) -> Fingerprint {
        Fingerprint::of(&text.parse().unwrap())
    }

    #[test]
    fn a_run_continues_where_a_change_leaves_rows_as_they_are() {
        let before = of(FILE);
        let same = [
            FILE.replace(
                "[source]",
                "# a comment\n[source]\non_bad = \"reject\"\nbatch_rows = 7\nstore.retries = 3",
            ),
            FILE.replace("plugin = \"a\"", "plugin = \"a\"\ninstances = 2\nlimits = { deadline_ms = 3 }"),
            format!("{FILE}[rejected]\nmax_rows = 3\n[checkpoint]\nevery_ms = 3\n"),
        ];
        for text in &same {
            assert_eq!(of(text), before, "{text}");
        }
        assert_eq!(
            of(&FILE.replace("format = \"csv\"\npath = \"in\"", "path = \"in\"\nformat = \"csv\"")),
            before
        );
        let settings = of(&FILE.replace("most = 3", "most = 4"));
        assert!(settings.rows != before.rows && settings.shape == before.shape);
        for text in [
            FILE.replace("path = \"in\"", "path = \"into\""),
            FILE.replace("name = \"a\"", "name = \"b\""),
            FILE.replace("out.csv", "other.csv"),
            FILE.replace("[[sink]]", "[[sink]]\nmode = \"append\""),
        ] {
            let after = of(&text);
            assert!(after.rows != before.rows && after.shape != before.shape, "{text}");
        }
    }

    #[test]
    fn the_order_of_steps_and_columns_is_part_of_what_a_file_says() {
        let stage = "[[stage]]\nfilter = \"a = '1'\"\nselect = [\"a\"]\nderive = { b = \"a\", c = \"a\" }\n";
        let text = format!("{FILE}{stage}");
        let before = of(&text);
        let named = of(&text.replace("filter =", "name = \"filter\"\nfilter ="));
        assert_eq!(named.shape, before.shape, "it is the stage's name by default");
        for other in ["select = [\"a\"]\nfilter = \"a = '1'\"\n", "filter = \"a = '1'\"\nselect = [\"b\"]\n"]
        {
            let text = text.replace("filter = \"a = '1'\"\nselect = [\"a\"]\n", other);
            assert_ne!(of(&text).rows, before.rows, "{text}");
        }
        assert_ne!(of(&text.replace("b = \"a\", c = \"a\"", "c = \"a\", b = \"a\"")).rows, before.rows);
    }
}
