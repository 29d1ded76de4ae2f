//! Counts against the budget.

use super::limits::{Budget, OverBudget};

/// What a scan has found so far, over the whole component.
pub(super) struct Counts<'a> {
    budget: &'a Budget,
    definitions: u64,
    types: u64,
    functions: u64,
    work: u64,
}

impl<'a> Counts<'a> {
    pub(super) fn new(budget: &'a Budget) -> Self {
        Self { budget, definitions: 0, types: 0, functions: 0, work: 0 }
    }

    pub(super) fn budget(&self) -> &'a Budget {
        self.budget
    }

    pub(super) fn bytes(&self, bytes: usize) -> Result<(), OverBudget> {
        within(bytes as u64, self.budget.bytes, "bytes", |found| format!("it has {found} bytes"))
    }

    pub(super) fn nesting(&self, depth: usize) -> Result<(), OverBudget> {
        within(depth as u64, self.budget.nesting, "nesting", |_| {
            "its components or types are nested too deeply".to_owned()
        })
    }

    pub(super) fn definition(&mut self) -> Result<(), OverBudget> {
        self.definitions += 1;
        within(self.definitions, self.budget.definitions, "definitions", |found| {
            format!("it contains at least {found} modules and components")
        })
    }

    pub(super) fn types(&mut self, more: u64) -> Result<(), OverBudget> {
        self.types = self.types.saturating_add(more);
        within(self.types, self.budget.types, "types", |found| format!("it defines at least {found} types"))
    }

    pub(super) fn name(&self, name: &str) -> Result<(), OverBudget> {
        within(name.len() as u64, self.budget.name_bytes, "name_bytes", |found| {
            let start: String = name.chars().take(20).collect();
            format!("the name that begins with {start:?} has {found} bytes")
        })
    }

    pub(super) fn instances(&self, instances: u64) -> Result<(), OverBudget> {
        within(instances, self.budget.instances, "instances", |found| {
            format!("starting it makes {found} instances")
        })
    }

    pub(super) fn instance_items(&self, items: u64) -> Result<(), OverBudget> {
        within(items, self.budget.instance_items, "instance_items", |found| {
            format!(
                "its instances have {found} functions, globals, tables, memories, imports and exports together"
            )
        })
    }

    /// A core function with its code's length, and locals times blocks.
    pub(super) fn function(&mut self, bytes: usize, work: u64) -> Result<(), OverBudget> {
        self.functions += 1;
        self.work = self.work.saturating_add(work);
        let budget = self.budget;
        within(self.functions, budget.functions, "functions", |found| {
            format!("it has at least {found} functions")
        })?;
        within(bytes as u64, budget.function_bytes, "function_bytes", |found| {
            format!("one of its functions has {found} bytes of code")
        })?;
        within(work, budget.function_work, "function_work", |found| {
            format!("locals times blocks of one of its functions are {found}")
        })?;
        within(self.work, budget.work, "work", |found| {
            format!("locals times blocks of its functions sum up to at least {found}")
        })
    }
}

fn within(
    found: u64,
    limit: u64,
    field: &'static str,
    what: impl FnOnce(u64) -> String,
) -> Result<(), OverBudget> {
    if found <= limit { Ok(()) } else { Err(OverBudget { what: what(found), limit, field }) }
}
