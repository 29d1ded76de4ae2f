//! The keys of a stage without a plugin.

use indexmap::IndexMap;
use toml::Spanned;
use witdock_etl_expression::Expression;

use super::parser::Parser;
use super::text::Text;
use crate::pipeline::place::{Located, Place};
use crate::pipeline::{ColumnType, PipelineError, Step};

/// The steps of a stage as they are written. Each key is one, and they are taken in the order of the file.
pub(super) struct StepsToml {
    pub(super) filter: Option<Spanned<Text>>,
    pub(super) select: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) drop: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) cast: Option<Spanned<IndexMap<Spanned<String>, ColumnType>>>,
    pub(super) rename: Option<Spanned<IndexMap<Spanned<String>, Spanned<String>>>>,
    pub(super) derive: Option<Spanned<IndexMap<Spanned<String>, Spanned<Text>>>>,
}

/// The names of the keys.
pub(super) const STEPS: &str = "filter, select, drop, cast, rename or derive";

impl Parser<'_> {
    /// The steps of a stage, in the order in which they are written.
    pub(super) fn steps(&self, table: StepsToml) -> Result<Vec<Step>, PipelineError> {
        let mut steps = Vec::new();
        if let Some(filter) = table.filter {
            steps.push((filter.span(), Step::Filter(self.expression(filter)?)));
        }
        if let Some(select) = table.select {
            steps.push((select.span(), Step::Select(self.columns("select", select)?)));
        }
        if let Some(drop) = table.drop {
            steps.push((drop.span(), Step::Drop(self.columns("drop", drop)?)));
        }
        if let Some(cast) = table.cast {
            let span = cast.span();
            let columns = cast.into_inner().into_iter().map(|(name, to)| (self.located(name), to));
            steps.push((span, Step::Cast(columns.collect())));
        }
        if let Some(rename) = table.rename {
            let span = rename.span();
            let names = rename.into_inner().into_iter();
            let names = names.map(|(from, to)| (self.located(from), self.located(to)));
            steps.push((span, Step::Rename(names.collect())));
        }
        if let Some(derive) = table.derive {
            let span = derive.span();
            let columns = derive.into_inner().into_iter();
            let columns = columns.map(|(name, value)| Ok((self.located(name), self.expression(value)?)));
            steps.push((span, Step::Derive(columns.collect::<Result<_, PipelineError>>()?)));
        }
        steps.sort_by_key(|(span, _)| span.start);
        Ok(steps.into_iter().map(|(_, step)| step).collect())
    }

    fn columns(
        &self,
        key: &str,
        names: Spanned<Vec<Spanned<String>>>,
    ) -> Result<Vec<Located<String>>, PipelineError> {
        if names.get_ref().is_empty() {
            let help = format!("name columns, as {key} = [\"carrier\", \"delay\"]");
            return Err(self.text.error(names.span(), format!("`{key}` has no columns"), "empty", help));
        }
        Ok(names.into_inner().into_iter().map(|name| self.located(name)).collect())
    }

    fn located(&self, name: Spanned<String>) -> Located<String> {
        let place = self.place(&name);
        Located::new(name.into_inner(), place)
    }

    fn expression(&self, text: Spanned<Text>) -> Result<Located<Expression>, PipelineError> {
        let place = self.place(&text);
        match Expression::parse(&text.get_ref().0) {
            Ok(expression) => Ok(Located::new(expression, place)),
            Err(problem) => Err(PipelineError::Invalid(place.problem(&problem))),
        }
    }

    fn place<T>(&self, value: &Spanned<T>) -> Place {
        Place { text: self.text.clone(), span: value.span() }
    }
}
