//! Converts columns of numbers between units of measure.
//!
//! ```toml
//! [stage.settings.columns]
//! distance = { from = "mi", to = "km" }
//! temp = { from = "°F", to = "°C", digits = 1 }              # decimal places; without it, no rounding
//! wind_speed = { from = "kn", to = "m/s", into = "wind" }    # a new column; without it, the column is replaced
//! ```
//!
//! | | units |
//! |---|---|
//! | length | `mm`, `cm`, `m`, `km`, `in`, `ft`, `yd`, `mi`, `nmi` |
//! | area | `m2`, `ha`, `km2`, `ft2`, `acre`, `mi2` |
//! | volume | `ml`, `l`, `m3`, `floz`, `gal` (of the United States), `ft3` |
//! | mass | `mg`, `g`, `kg`, `t`, `oz`, `lb` |
//! | temperature | `°C`, `°F`, `K` |
//! | speed | `m/s`, `km/h`, `mph`, `kn`, `ft/s` |
//! | pressure | `Pa`, `hPa`, `kPa`, `bar`, `mbar`, `atm`, `psi`, `inHg`, `mmHg` |
//! | duration | `ms`, `s`, `min`, `h`, `d`, `wk` |
//! | energy | `J`, `kJ`, `cal`, `kcal`, `Wh`, `kWh` |
//! | data | `B`, `kB`, `MB`, `GB`, `TB`, `KiB`, `MiB`, `GiB`, `TiB` |
//! | angle | `deg`, `rad` |
//!
//! Full names such as `miles`, `knots` and `celsius` work too. Factors are exact by definition, except those of `inHg` and
//! `mmHg`, which depend on a density.
//!
//! A column has numbers, or text that contains numbers; the output is `float64`. Nulls stay null, and the texts in
//! `nulls = ["", "NA"]` mean null. Text that is not a number is rejected with the code `not-a-number`.

mod unit;

use indexmap::IndexMap;
use serde::Deserialize;
use unit::Conversion;
use witdock_etl_guest::builder::Float64Builder;
use witdock_etl_guest::view::{PrimitiveView, Utf8View};
use witdock_etl_guest::{Batch, Contract, DataType, Error, Field, Output, Rows, Schema, Transform};

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    columns: IndexMap<String, ColumnSettings>,
    #[serde(default = "default_nulls")]
    nulls: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnSettings {
    from: String,
    to: String,
    into: Option<String>,
    digits: Option<u8>,
}

fn default_nulls() -> Vec<String> {
    vec![String::new(), "NA".to_owned()]
}

/// A column to convert.
#[derive(Debug)]
struct Column {
    name: String,
    into: Option<String>,
    conversion: Conversion,
    /// Ten to the power of the decimal places.
    round: Option<f64>,
}

/// The transform.
#[derive(Debug)]
pub struct Units {
    // In the order in which the contract makes them.
    columns: Vec<Column>,
    nulls: Vec<String>,
}

witdock_etl_guest::export!(Units);

const NUMBERS: [DataType; 4] = [DataType::Float64, DataType::Int64, DataType::Int32, DataType::Utf8];
/// A 64-bit floating-point number has no more.
const MOST_DIGITS: u8 = 15;

/// The columns in the output's order: replaced ones, then new ones.
fn columns(input: &Schema, settings: &Settings) -> Result<Vec<Column>, Error> {
    if settings.columns.is_empty() {
        let example =
            "`columns` must name at least one column, such as distance = { from = \"mi\", to = \"km\" }";
        return Err(Error::Settings(example.to_owned()));
    }
    let column = |(name, column): (&String, &ColumnSettings)| {
        let wrong = |problem: String| Error::Settings(format!("column `{name}`: {problem}"));
        let round = match column.digits {
            Some(digits) if digits > MOST_DIGITS => {
                return Err(wrong(format!("`digits` is {digits}; expected at most {MOST_DIGITS}")));
            }
            digits => digits.map(|digits| 10_f64.powi(digits.into())),
        };
        Ok(Column {
            name: name.clone(),
            into: column.into.clone(),
            conversion: Conversion::between(&column.from, &column.to).map_err(wrong)?,
            round,
        })
    };
    let mut columns = settings.columns.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    let place = |name: &str| input.fields().iter().position(|field| field.name == name);
    columns.sort_by_key(|column| (column.into.is_some(), place(&column.name)));
    Ok(columns)
}

impl Transform for Units {
    type Settings = Settings;

    fn describe(input: &Schema, settings: &Settings) -> Result<Contract, Error> {
        let columns = columns(input, settings)?;
        let mut contract = Contract::of(input);
        for column in &columns {
            contract = contract.read_one_of(&column.name, &NUMBERS);
        }
        let made = |name: &str, field: &Field| {
            let made = Field::float64(name);
            // Text may say that there is no number.
            if field.nullable || field.data_type == DataType::Utf8 { made.nullable() } else { made }
        };
        for field in input.fields() {
            let here = columns.iter().any(|column| column.name == field.name && column.into.is_none());
            contract =
                if here { contract.make(made(&field.name, field)) } else { contract.pass(&field.name) };
        }
        for column in &columns {
            if let (Some(into), Ok((_, field))) = (&column.into, input.find(&column.name)) {
                contract = contract.make(made(into, field));
            }
        }
        contract.build()
    }

    fn new(input: &Schema, settings: Settings) -> Result<Self, Error> {
        Ok(Units { columns: columns(input, &settings)?, nulls: settings.nulls })
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        let mut rows = Rows::of(&batch);
        let mut made = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let numbers = Numbers::of(&batch, &column.name)?;
            let mut converted = Float64Builder::with_capacity(batch.rows());
            for row in 0..batch.rows() {
                let number = numbers.get(row, &self.nulls).unwrap_or_else(|text| {
                    rows.reject(row, "not-a-number", format!("{}: \"{text}\" is not a number", column.name));
                    // A placeholder: the row is rejected.
                    Some(0.0)
                });
                converted.push(number.map(|number| column.convert(number)));
            }
            made.push(converted.finish());
        }
        rows.output_of_all(made)
    }
}

impl Column {
    fn convert(&self, number: f64) -> f64 {
        let converted = self.conversion.convert(number);
        match self.round {
            // A number too large for the decimal places needs no rounding.
            Some(power) if (converted * power).is_finite() => (converted * power).round() / power,
            _ => converted,
        }
    }
}

/// A column that numbers are read from.
enum Numbers<'b> {
    Real(PrimitiveView<'b, f64>),
    Long(PrimitiveView<'b, i64>),
    Short(PrimitiveView<'b, i32>),
    Text(Utf8View<'b>),
}

impl<'b> Numbers<'b> {
    fn of(batch: &'b Batch<'_>, name: &str) -> Result<Self, Error> {
        Ok(match batch.column(name)?.data_type() {
            DataType::Float64 => Self::Real(batch.float64(name)?),
            DataType::Int64 => Self::Long(batch.int64(name)?),
            DataType::Int32 => Self::Short(batch.int32(name)?),
            _ => Self::Text(batch.utf8(name)?),
        })
    }

    /// The number of a row, or the text that is not a number.
    #[allow(
        clippy::cast_precision_loss,
        reason = "a value beyond 2^53 is rounded, and the result is not a whole number anyway"
    )]
    fn get(&self, row: usize, nulls: &[String]) -> Result<Option<f64>, &'b str> {
        match self {
            Self::Real(view) => Ok(view.get(row)),
            Self::Long(view) => Ok(view.get(row).map(|number| number as f64)),
            Self::Short(view) => Ok(view.get(row).map(f64::from)),
            Self::Text(view) => match view.get(row).map(str::trim) {
                Some(text) if !nulls.iter().any(|null| null == text) => {
                    text.parse().ok().filter(|number: &f64| number.is_finite()).map(Some).ok_or(text)
                }
                _ => Ok(None),
            },
        }
    }
}

#[cfg(test)]
mod tests;
