//! One side of the comparison: imports and exports, their types, and the names of the types.

use std::collections::HashMap;

use wasmparser::PrimitiveValType;
use wasmparser::component_types::{
    AliasableResourceId, ComponentAnyTypeId, ComponentDefinedType, ComponentEntityType, ComponentFuncTypeId,
    ComponentInstanceTypeId, ComponentValType, ResourceId,
};
use wasmparser::types::Types;

use super::difference::Direction;
use super::name::InterfaceName;

/// Imports or exports in their order.
pub(super) type Items = Vec<(InterfaceName, ComponentEntityType)>;

/// The types of a component or of a world.
pub(super) struct Surface {
    pub(super) types: Types,
    pub(super) imports: Items,
    pub(super) exports: Items,
    names: HashMap<ComponentAnyTypeId, String>,
    resources: HashMap<ResourceId, ResourceName>,
}

/// Where a resource is defined, and its name there. `interface` is `None` for one that the world itself names.
pub(super) struct ResourceName {
    /// An interface that is both imported and exported defines two separate resources.
    pub(super) direction: Direction,
    pub(super) interface: Option<InterfaceName>,
    pub(super) name: String,
}

/// A value's type, without aliases and names.
pub(super) enum Shape<'a> {
    Primitive(PrimitiveValType),
    Defined(&'a ComponentDefinedType),
}

impl Surface {
    pub(super) fn new(types: Types, imports: Items, exports: Items) -> Self {
        let mut surface = Self {
            types,
            imports: Vec::new(),
            exports: Vec::new(),
            names: HashMap::new(),
            resources: HashMap::new(),
        };
        // An interface that uses another's type comes after it, so the first to name a resource defines it.
        for (direction, items) in [(Direction::Import, &imports), (Direction::Export, &exports)] {
            for (name, item) in items {
                match *item {
                    ComponentEntityType::Instance(id) => surface.learn_instance(direction, name, id),
                    ComponentEntityType::Type { referenced, created } => {
                        surface.learn(direction, None, name.path(), referenced, created);
                    }
                    _ => {}
                }
            }
        }
        Self { imports, exports, ..surface }
    }

    fn learn_instance(
        &mut self,
        direction: Direction,
        interface: &InterfaceName,
        id: ComponentInstanceTypeId,
    ) {
        let named: Vec<_> = self.types[id]
            .exports
            .iter()
            .filter_map(|(name, item)| match item.ty {
                ComponentEntityType::Type { referenced, created } => {
                    Some((name.clone(), referenced, created))
                }
                _ => None,
            })
            .collect();
        for (name, referenced, created) in named {
            self.learn(direction, Some(interface), &name, referenced, created);
        }
    }

    fn learn(
        &mut self,
        direction: Direction,
        interface: Option<&InterfaceName>,
        name: &str,
        referenced: ComponentAnyTypeId,
        created: ComponentAnyTypeId,
    ) {
        if let ComponentAnyTypeId::Resource(id) = created {
            self.resources.entry(id.resource()).or_insert_with(|| ResourceName {
                direction,
                interface: interface.cloned(),
                name: name.to_owned(),
            });
        }
        for id in [created, referenced] {
            self.names.entry(id).or_insert_with(|| name.to_owned());
        }
    }

    /// The type's name in the interface that defines it.
    pub(super) fn name(&self, ty: ComponentValType) -> Option<&str> {
        let ComponentValType::Type(id) = ty else { return None };
        let mut id = ComponentAnyTypeId::Defined(id);
        loop {
            if let Some(name) = self.names.get(&id) {
                return Some(name);
            }
            id = self.types.peel_alias(id)?;
        }
    }

    pub(super) fn resource(&self, id: AliasableResourceId) -> Option<&ResourceName> {
        self.resources.get(&id.resource())
    }

    pub(super) fn shape(&self, ty: ComponentValType) -> Shape<'_> {
        match ty {
            ComponentValType::Primitive(primitive) => Shape::Primitive(primitive),
            ComponentValType::Type(id) => match &self.types[id] {
                ComponentDefinedType::Primitive(primitive) => Shape::Primitive(*primitive),
                defined => Shape::Defined(defined),
            },
        }
    }

    /// The functions of an instance, in their order.
    pub(super) fn functions(
        &self,
        instance: ComponentInstanceTypeId,
    ) -> impl Iterator<Item = (&str, ComponentFuncTypeId)> {
        self.types[instance].exports.iter().filter_map(|(name, item)| match item.ty {
            ComponentEntityType::Func(id) => Some((name.as_str(), id)),
            _ => None,
        })
    }

    /// The function of this name in an instance.
    pub(super) fn function(
        &self,
        instance: ComponentInstanceTypeId,
        name: &str,
    ) -> Option<ComponentFuncTypeId> {
        match self.types[instance].exports.get(name)?.ty {
            ComponentEntityType::Func(id) => Some(id),
            _ => None,
        }
    }
}

impl Surface {
    /// Whether the type has no name of its own that a message could stop at: numbers, text, handles, and lists,
    /// options, results and tuples of these.
    pub(super) fn is_plain(&self, ty: ComponentValType) -> bool {
        let plain = |ty: &Option<ComponentValType>| ty.is_none_or(|ty| self.is_plain(ty));
        let Shape::Defined(defined) = self.shape(ty) else { return true };
        match defined {
            ComponentDefinedType::Record(_)
            | ComponentDefinedType::Variant(_)
            | ComponentDefinedType::Flags(_)
            | ComponentDefinedType::Enum(_) => false,
            ComponentDefinedType::Primitive(_)
            | ComponentDefinedType::Own(_)
            | ComponentDefinedType::Borrow(_) => true,
            ComponentDefinedType::List { element, .. }
            | ComponentDefinedType::FixedLengthList { element, .. } => self.is_plain(*element),
            ComponentDefinedType::Option { ty, .. } => self.is_plain(*ty),
            ComponentDefinedType::Map { key, value, .. } => self.is_plain(*key) && self.is_plain(*value),
            ComponentDefinedType::Tuple(tuple) => tuple.types.iter().all(|ty| self.is_plain(*ty)),
            ComponentDefinedType::Result { ok, err, .. } => plain(ok) && plain(err),
            ComponentDefinedType::Future { ty, .. } | ComponentDefinedType::Stream { ty, .. } => plain(ty),
        }
    }
}
