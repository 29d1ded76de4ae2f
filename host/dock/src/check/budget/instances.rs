//! How many instances a component makes when it starts.
//!
//! A component is a recipe: each `instantiate` repeats all that its operand does, so that thirty components that instantiate
//! the one before twice make a thousand million instances. The sums are taken once for each definition, as it is read.

use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind, ComponentTypeRef,
    Instance,
};

use super::counts::Counts;
use super::limits::OverBudget;

/// What one instantiation of a module or component makes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Made {
    pub(super) instances: u64,
    /// Functions, globals, tables, memories, imports and exports.
    pub(super) items: u64,
}

impl Made {
    fn add(&mut self, other: Self) {
        self.instances = self.instances.saturating_add(other.instances);
        self.items = self.items.saturating_add(other.items);
    }
}

/// The modules and components that a component can instantiate, by index, and what it has made of them so far. `None` stands for
/// one that is passed to the component when it is itself instantiated.
#[derive(Debug, Default)]
pub(super) struct Scope {
    modules: Vec<Option<Made>>,
    components: Vec<Option<Made>>,
    made: Made,
}

impl Scope {
    pub(super) fn define_module(&mut self, made: Made) {
        self.modules.push(Some(made));
    }

    pub(super) fn define_component(&mut self, scope: Self) {
        self.components.push(Some(scope.made));
    }

    pub(super) fn import(&mut self, ty: ComponentTypeRef) {
        match ty {
            ComponentTypeRef::Module(_) => self.modules.push(None),
            ComponentTypeRef::Component(_) => self.components.push(None),
            _ => {}
        }
    }

    /// An export defines its item once more, under a new index.
    pub(super) fn export(&mut self, kind: ComponentExternalKind, index: u32) {
        match kind {
            ComponentExternalKind::Module => self.modules.push(get(&self.modules, index)),
            ComponentExternalKind::Component => self.components.push(get(&self.components, index)),
            _ => {}
        }
    }

    /// `outer` are the components around this one, the innermost last.
    pub(super) fn alias(&mut self, alias: &ComponentAlias<'_>, outer: &[&Self]) {
        match *alias {
            ComponentAlias::InstanceExport { kind: ComponentExternalKind::Module, .. } => {
                self.modules.push(None)
            }
            ComponentAlias::InstanceExport { kind: ComponentExternalKind::Component, .. } => {
                self.components.push(None)
            }
            ComponentAlias::Outer { kind, count, index } => {
                let scope = match (count as usize).checked_sub(1) {
                    None => Some(&*self),
                    Some(further) => outer.iter().rev().nth(further).copied(),
                };
                match kind {
                    ComponentOuterAliasKind::CoreModule => {
                        let module = scope.and_then(|scope| get(&scope.modules, index));
                        self.modules.push(module);
                    }
                    ComponentOuterAliasKind::Component => {
                        let component = scope.and_then(|scope| get(&scope.components, index));
                        self.components.push(component);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    pub(super) fn core_instance(
        &mut self,
        instance: &Instance<'_>,
        counts: &Counts<'_>,
    ) -> Result<(), OverBudget> {
        let made = match instance {
            Instance::Instantiate { module_index, .. } => get(&self.modules, *module_index),
            Instance::FromExports(exports) => Some(Made { instances: 1, items: exports.len() as u64 }),
        };
        self.make(made, counts)
    }

    pub(super) fn instance(
        &mut self,
        instance: &ComponentInstance<'_>,
        counts: &Counts<'_>,
    ) -> Result<(), OverBudget> {
        let made = match instance {
            ComponentInstance::Instantiate { component_index, .. } => get(&self.components, *component_index)
                .map(|made| Made { instances: made.instances + 1, ..made }),
            ComponentInstance::FromExports(exports) => {
                Some(Made { instances: 1, items: exports.len() as u64 })
            }
        };
        self.make(made, counts)
    }

    fn make(&mut self, made: Option<Made>, counts: &Counts<'_>) -> Result<(), OverBudget> {
        let Some(made) = made else {
            return Err(OverBudget {
                what: "starting it makes any number of instances, since it instantiates a module or component that it imports".to_owned(),
                limit: counts.budget().instances,
                field: "instances",
            });
        };
        self.made.add(made);
        counts.instances(self.made.instances)?;
        counts.instance_items(self.made.items)
    }
}

fn get(definitions: &[Option<Made>], index: u32) -> Option<Made> {
    definitions.get(index as usize).copied().flatten()
}
