//! {{name}}: tidies people's names and adds their age; rejects rows without a name.
//!
//! ```toml
//! [stage.settings]
//! year = 2026
//! ```

use serde::Deserialize;
use witdock_etl_guest::{Error, Reject, Row, RowTransform, log, reject};

/// The columns that are read. All others pass by the plugin unchanged.
#[derive(Row)]
pub struct Person<'a> {
    name: Option<&'a str>,
    // Text, as in CSV, or a number.
    #[row(convert)]
    born: i32,
}

/// The columns that are made. They replace those with the same name, or are added.
#[derive(Row)]
pub struct Tidied<'a> {
    name: &'a str,
    age: i32,
}

/// The settings of the stage.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    year: i32,
}

/// The transform. Its fields are kept between rows.
#[derive(Debug)]
pub struct {{type}} {
    year: i32,
}

witdock_etl_guest::export!({{type}});

impl RowTransform for {{type}} {
    type Settings = Settings;
    type In = Person<'static>;
    type Out = Tidied<'static>;

    fn new(settings: Settings) -> Result<Self, Error> {
        log::info!("computing ages in the year {}", settings.year);
        Ok({{type}} { year: settings.year })
    }

    /// With `type Out = Option<Tidied<'static>>`, `Ok(None)` drops the row.
    fn row<'a>(&mut self, person: Person<'a>) -> Result<Tidied<'a>, Reject> {
        let name = person.name.unwrap_or_default().trim();
        if name.is_empty() {
            reject!("no-name", "`name` is empty");
        }
        Ok(Tidied { name, age: self.year - person.born })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use witdock_etl_guest::Field;
    use witdock_etl_guest::testing::{Stage, Table};

    #[test]
    fn names_are_tidied_and_rows_without_a_name_are_rejected() {
        let fields = [Field::utf8("name").nullable(), Field::utf8("born"), Field::utf8("city")];
        let people = Table::json(
            &fields,
            json!([
                { "name": " Ada ", "born": "1815", "city": "London" },
                { "name": " ", "born": "1900", "city": "Paris" },
                { "name": "Grace", "born": "long ago", "city": "New York" },
            ]),
        )
        .unwrap();
        let mut stage = Stage::<{{type}}>::open(&fields, json!({ "year": 1852 })).unwrap();
        let processed = stage.process(&people).unwrap();
        assert_eq!(processed.json(), json!([{ "name": "Ada", "born": "1815", "city": "London", "age": 37 }]));
        assert_eq!(processed.codes().len(), 2);
        assert_eq!(processed.codes()[0], (1, "no-name"));
    }

    #[test]
    fn a_row_can_be_tested_alone() {
        let mut tidy = {{type}}::new(Settings { year: 1992 }).unwrap();
        let tidied = tidy.row(Person { name: Some("Grace "), born: 1906 }).unwrap();
        assert_eq!((tidied.name, tidied.age), ("Grace", 86));
    }

    #[test]
    fn a_missing_setting_is_reported_before_the_first_row() {
        let fields = [Field::utf8("name"), Field::int32("born")];
        assert!(matches!(Stage::<{{type}}>::open(&fields, json!({})), Err(Error::Settings(_))));
    }
}
