//! Steps against the columns that they get.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use witdock::nearest;
use witdock_etl_expression::{Checked, Column, Type};

use super::view::{arrow_type, columns, seen_as};
use crate::pipeline::{ColumnType, Invalid, Located, Step};
use crate::values::{can_be, type_name};

/// The steps of a stage, whose names and types are known.
#[derive(Debug)]
pub(crate) struct Steps {
    pub(super) steps: Vec<Planned>,
    schema: SchemaRef,
    read: usize,
    made: usize,
}

/// A step over the columns that it gets, with the columns that it gives.
#[derive(Debug)]
pub(super) enum Planned {
    Filter {
        condition: Checked,
        text: String,
    },
    /// These columns, in this order, perhaps with other names.
    Project {
        columns: Vec<usize>,
        schema: SchemaRef,
    },
    /// A column is made. It is put at an index, in place of the column there if there is one.
    Make {
        value: Made,
        name: String,
        index: usize,
        schema: SchemaRef,
    },
}

/// How a column is made.
#[derive(Debug)]
pub(super) enum Made {
    /// Another column as it is.
    Copy(usize),
    /// The values of an expression. The text is for messages.
    Expression { value: Checked, text: Option<String> },
    /// A column in another type, which expressions do not have.
    Exact { column: usize, to: DataType },
}

/// The columns on the way through the steps.
struct Plan {
    fields: Vec<FieldRef>,
    /// For each of them the column of the input that it is, if it is one as it was.
    from: Vec<Option<usize>>,
    read: BTreeSet<usize>,
    made: usize,
    steps: Vec<Planned>,
}

impl Steps {
    /// Checks the steps against the columns of their input.
    ///
    /// # Errors
    ///
    /// When a name or a type does not fit, with the place in the pipeline file.
    pub(crate) fn plan(steps: &[Step], input: &SchemaRef) -> Result<Self, Box<Invalid>> {
        let fields = input.fields().iter().map(Arc::clone).collect();
        let from = (0..input.fields().len()).map(Some).collect();
        let mut plan = Plan { fields, from, read: BTreeSet::new(), made: 0, steps: Vec::new() };
        for step in steps {
            plan.add(step)?;
        }
        let schema = plan.schema();
        Ok(Self { schema, read: plan.read.len(), made: plan.made, steps: plan.steps })
    }

    /// The columns that come out.
    pub(crate) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The number of input columns whose values are read.
    pub(crate) fn columns_read(&self) -> usize {
        self.read
    }

    /// The number of columns that are made.
    pub(crate) fn columns_made(&self) -> usize {
        self.made
    }
}

impl Plan {
    fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(self.fields.clone()))
    }

    fn columns(&self) -> Vec<Column> {
        columns(&Schema::new(self.fields.clone()))
    }

    fn add(&mut self, step: &Step) -> Result<(), Box<Invalid>> {
        match step {
            Step::Filter(condition) => {
                let checked = condition.value.check_condition(&self.columns());
                let checked = checked.map_err(|problem| condition.problem(&problem))?;
                self.reads(checked.columns());
                let text = condition.value.text().to_owned();
                self.steps.push(Planned::Filter { condition: checked, text });
            }
            Step::Select(names) => {
                let mut kept = Vec::with_capacity(names.len());
                for name in names {
                    let index = self.find(name)?;
                    if kept.contains(&index) {
                        let message = format!("`select` has the column `{}` twice", name.value);
                        return Err(name.invalid(message, "the second one", "remove it".to_owned()));
                    }
                    kept.push(index);
                }
                self.project(kept);
            }
            Step::Drop(names) => {
                let dropped = names.iter().map(|name| self.find(name)).collect::<Result<Vec<_>, _>>()?;
                let kept: Vec<_> = (0..self.fields.len()).filter(|index| !dropped.contains(index)).collect();
                if let (true, Some(last)) = (kept.is_empty(), names.last()) {
                    return Err(last.invalid("no column is left", "the last one", None));
                }
                self.project(kept);
            }
            Step::Rename(names) => self.rename(names)?,
            Step::Cast(casts) => {
                for (name, to) in casts {
                    self.cast(name, *to)?;
                }
            }
            Step::Derive(derived) => {
                for (name, value) in derived {
                    let checked = value.value.check(&self.columns());
                    let checked = checked.map_err(|problem| value.problem(&problem))?;
                    self.reads(checked.columns());
                    let (made, field) = match (checked.as_column(), arrow_type(checked.data_type())) {
                        (Some(column), _) => {
                            let field = self.fields.get(column).map(|field| field.as_ref().clone());
                            (Made::Copy(column), field)
                        }
                        (None, Some(data_type)) => {
                            let field = Field::new(&name.value, data_type, checked.is_nullable());
                            let text = Some(value.value.text().to_owned());
                            (Made::Expression { value: checked, text }, Some(field))
                        }
                        (None, None) => (Made::Copy(0), None),
                    };
                    let Some(field) = field else {
                        return Err(value.invalid(
                            format!("the type of the column `{}` is not known", name.value),
                            "nothing but null",
                            "write cast(null as int64), with the type that it should have".to_owned(),
                        ));
                    };
                    self.make(&name.value, field, made);
                }
            }
        }
        Ok(())
    }

    fn reads(&mut self, columns: &[usize]) {
        self.read.extend(columns.iter().filter_map(|column| self.from.get(*column).copied().flatten()));
    }

    fn find(&self, name: &Located<String>) -> Result<usize, Box<Invalid>> {
        let found = self.fields.iter().position(|field| *field.name() == name.value);
        found.ok_or_else(|| {
            let names = || self.fields.iter().map(|field| field.name().as_str());
            let label = match nearest(&name.value, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "not a column".to_owned(),
            };
            let all = names().collect::<Vec<_>>().join(", ");
            let message = format!("there is no column `{}`", name.value);
            name.invalid(message, label, format!("the columns here are {all}"))
        })
    }

    fn project(&mut self, kept: Vec<usize>) {
        self.fields = kept.iter().filter_map(|index| self.fields.get(*index).cloned()).collect();
        self.from = kept.iter().map(|index| self.from.get(*index).copied().flatten()).collect();
        self.steps.push(Planned::Project { columns: kept, schema: self.schema() });
    }

    /// All new names at once, so that two columns can swap theirs.
    fn rename(&mut self, names: &[(Located<String>, Located<String>)]) -> Result<(), Box<Invalid>> {
        let mut fields = self.fields.clone();
        for (from, to) in names {
            let index = self.find(from)?;
            if let Some(field) = fields.get_mut(index) {
                *field = Arc::new(field.as_ref().clone().with_name(&to.value));
            }
        }
        for (_, to) in names {
            if fields.iter().filter(|field| *field.name() == to.value).count() > 1 {
                let message = format!("two columns would have the name `{}`", to.value);
                return Err(to.invalid(
                    message,
                    "this name",
                    "rename or drop the other one before".to_owned(),
                ));
            }
        }
        self.fields = fields;
        let columns = (0..self.fields.len()).collect();
        self.steps.push(Planned::Project { columns, schema: self.schema() });
        Ok(())
    }

    fn cast(&mut self, name: &Located<String>, to: ColumnType) -> Result<(), Box<Invalid>> {
        let index = self.find(name)?;
        let Some(field) = self.fields.get(index).cloned() else { return Ok(()) };
        let wanted = to.data_type();
        self.reads(&[index]);
        let columns = self.columns();
        // Types that expressions see as they are: both give the same values.
        let same = seen_as(field.data_type()) == *field.data_type();
        let expression =
            columns.get(index).filter(|_| same).map(|column| Checked::cast(index, column, type_of(to)));
        let made = match expression {
            Some(Some(value)) => Some(Made::Expression { value, text: None }),
            // No value of a known type can be one of the other.
            Some(None) if columns.get(index).is_some_and(|column| column.data_type != Type::Other) => None,
            _ => {
                can_be(field.data_type(), &wanted).then(|| Made::Exact { column: index, to: wanted.clone() })
            }
        };
        let Some(made) = made else {
            let (from, to) = (type_name(field.data_type()), type_name(&wanted));
            let message = format!("the column `{}` is {from}, which cannot be cast to {to}", name.value);
            return Err(name.invalid(message, format!("this is {from}"), None));
        };
        let nullable = field.is_nullable();
        self.make(&name.value, Field::new(&name.value, wanted, nullable), made);
        Ok(())
    }

    /// A column that is made, in place of the one of its name, or after all others.
    fn make(&mut self, name: &str, field: Field, value: Made) {
        let field = Arc::new(field.with_name(name));
        let found = self.fields.iter().position(|field| field.name() == name);
        let index = found.unwrap_or(self.fields.len());
        match self.fields.get_mut(index).zip(self.from.get_mut(index)) {
            Some((place, from)) => {
                *place = field;
                *from = None;
            }
            None => {
                self.fields.push(field);
                self.from.push(None);
            }
        }
        self.made += 1;
        self.steps.push(Planned::Make { value, name: name.to_owned(), index, schema: self.schema() });
    }
}

fn type_of(column_type: ColumnType) -> Type {
    match column_type {
        ColumnType::Boolean => Type::Boolean,
        ColumnType::Int32 => Type::Int32,
        ColumnType::Int64 => Type::Int64,
        ColumnType::Float64 => Type::Float64,
        ColumnType::Date32 => Type::Date,
        ColumnType::TimestampUs => Type::Timestamp,
        ColumnType::Utf8 => Type::Text,
        ColumnType::Decimal { precision, scale } => Type::Decimal { precision, scale },
    }
}
