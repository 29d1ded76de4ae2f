//! Compares the plugin's and the host's type of one function, part by part.

use std::collections::HashMap;

use wasmparser::component_types::{
    AliasableResourceId, ComponentDefinedType, ComponentFuncType, ComponentValType, RecordType, VariantType,
};

use super::describe::Handles;
use super::difference::{Difference, DifferenceKind, Place, Step};
use super::surface::{Shape, Surface};

/// The differences found so far.
#[derive(Default)]
pub(super) struct Found {
    pub(super) differences: Vec<Difference>,
    /// Differences inside named types: each is reported once, however often the type is used.
    inside: HashMap<(String, Vec<Step>, String, String), usize>,
}

impl Found {
    pub(super) fn add(
        &mut self,
        kind: DifferenceKind,
        at: Place,
        plugin: String,
        host: String,
        hint: Option<String>,
    ) {
        self.differences.push(Difference { kind, at, also: Vec::new(), plugin, host, hint });
    }
}

/// Compares one function of the plugin with the host's.
pub(super) struct Comparison<'a> {
    pub(super) plugin: &'a Surface,
    pub(super) host: &'a Surface,
    /// The place of the function; the path follows the comparison into its type.
    pub(super) at: Place,
    pub(super) found: &'a mut Found,
    /// The named types around the current place, with the length of the path where each begins.
    named: Vec<(usize, &'a str)>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(plugin: &'a Surface, host: &'a Surface, at: Place, found: &'a mut Found) -> Self {
        Self { plugin, host, at, found, named: Vec::new() }
    }

    pub(super) fn function(mut self, plugin: &'a ComponentFuncType, host: &'a ComponentFuncType) {
        let signatures = (self.plugin.signature(plugin), self.host.signature(host));
        if plugin.async_ != host.async_ {
            self.report(DifferenceKind::Async, signatures.clone(), None);
        }
        match parameter_lists(plugin, host) {
            Some(hint) => self.report(DifferenceKind::Parameters, signatures, Some(hint)),
            // A parameter's name is not part of the ABI: a renamed parameter still fits.
            None => {
                for ((_, plugin), (name, host)) in plugin.params.iter().zip(&host.params) {
                    self.step(Step::Parameter(name.to_string()), *plugin, *host);
                }
            }
        }
        self.optional(Step::Result, plugin.result, host.result, "no result");
    }

    fn step(&mut self, step: Step, plugin: ComponentValType, host: ComponentValType) {
        self.at.path.push(step);
        self.value(plugin, host);
        self.at.path.pop();
    }

    fn optional(
        &mut self,
        step: Step,
        plugin: Option<ComponentValType>,
        host: Option<ComponentValType>,
        none: &str,
    ) {
        match (plugin, host) {
            (Some(plugin), Some(host)) => self.step(step, plugin, host),
            (None, None) => {}
            (plugin, host) => {
                let text = |side: &Surface, ty: Option<ComponentValType>| match ty {
                    Some(ty) => side.describe(ty, Handles::Short),
                    None => none.to_owned(),
                };
                let sides = (text(self.plugin, plugin), text(self.host, host));
                self.at.path.push(step);
                self.report(DifferenceKind::Type, sides, None);
                self.at.path.pop();
            }
        }
    }

    fn value(&mut self, plugin: ComponentValType, host: ComponentValType) {
        let (p, h) = match (self.plugin.shape(plugin), self.host.shape(host)) {
            (Shape::Defined(p), Shape::Defined(h)) => (p, h),
            (Shape::Primitive(p), Shape::Primitive(h)) if p == h => return,
            _ => return self.types(plugin, host),
        };
        // A type without named parts is shown whole: `list<s64>` is clearer than "element: s64".
        if self.plugin.is_plain(plugin) || self.host.is_plain(host) {
            if !self.is_equal(plugin, host) {
                self.types(plugin, host);
            }
            return;
        }
        let name = self.host.name(host);
        if let Some(name) = name {
            self.named.push((self.at.path.len(), name));
        }
        self.defined(plugin, host, p, h);
        if name.is_some() {
            self.named.pop();
        }
    }

    fn defined(
        &mut self,
        plugin: ComponentValType,
        host: ComponentValType,
        p: &'a ComponentDefinedType,
        h: &'a ComponentDefinedType,
    ) {
        use ComponentDefinedType as Type;
        match (p, h) {
            (Type::Record(p), Type::Record(h)) => {
                self.names("field", (plugin, host), &kebab(p.fields.keys()), &kebab(h.fields.keys()));
                self.record(p, h);
            }
            (Type::Variant(p), Type::Variant(h)) => {
                self.names("case", (plugin, host), &kebab(p.cases.keys()), &kebab(h.cases.keys()));
                self.variant(p, h);
            }
            (Type::Enum(p), Type::Enum(h)) => {
                self.names("case", (plugin, host), &kebab(p.iter()), &kebab(h.iter()));
            }
            (Type::Flags(p), Type::Flags(h)) => {
                self.names("flag", (plugin, host), &kebab(p.iter()), &kebab(h.iter()));
            }
            (Type::List { element: p, .. }, Type::List { element: h, .. }) => {
                self.step(Step::Element, *p, *h)
            }
            (
                Type::FixedLengthList { element: p, length: plugin_length, .. },
                Type::FixedLengthList { element: h, length: host_length, .. },
            ) if plugin_length == host_length => self.step(Step::Element, *p, *h),
            (Type::Option { ty: p, .. }, Type::Option { ty: h, .. }) => self.step(Step::Some, *p, *h),
            (Type::Map { key: pk, value: pv, .. }, Type::Map { key: hk, value: hv, .. }) => {
                self.step(Step::Key, *pk, *hk);
                self.step(Step::Value, *pv, *hv);
            }
            (Type::Tuple(p), Type::Tuple(h)) if p.types.len() == h.types.len() => {
                for (index, (p, h)) in p.types.iter().zip(&h.types).enumerate() {
                    self.step(Step::Item(index + 1), *p, *h);
                }
            }
            (Type::Result { ok: po, err: pe, .. }, Type::Result { ok: ho, err: he, .. }) => {
                self.optional(Step::Ok, *po, *ho, "nothing");
                self.optional(Step::Error, *pe, *he, "nothing");
            }
            (Type::Future { ty: p, .. }, Type::Future { ty: h, .. })
            | (Type::Stream { ty: p, .. }, Type::Stream { ty: h, .. }) => {
                self.optional(Step::Payload, *p, *h, "nothing");
            }
            _ => self.types(plugin, host),
        }
    }

    fn record(&mut self, plugin: &'a RecordType, host: &'a RecordType) {
        for (name, host) in &host.fields {
            if let Some(plugin) = plugin.fields.get(name) {
                self.step(Step::Field(name.to_string()), *plugin, *host);
            }
        }
    }

    fn variant(&mut self, plugin: &'a VariantType, host: &'a VariantType) {
        for (name, host) in &host.cases {
            if let Some(plugin) = plugin.cases.get(name) {
                self.optional(Step::Case(name.to_string()), plugin.ty, host.ty, "no payload");
            }
        }
    }

    /// Compares the names of fields, cases or flags, and their order, which determines the layout.
    fn names(
        &mut self,
        noun: &str,
        sides: (ComponentValType, ComponentValType),
        plugin: &[&'a str],
        host: &[&'a str],
    ) {
        if plugin == host {
            return;
        }
        let types =
            (self.plugin.describe(sides.0, Handles::Short), self.host.describe(sides.1, Handles::Short));
        let only = |these: &[&'a str], those: &[&str]| -> Vec<&'a str> {
            these.iter().copied().filter(|name| !those.contains(name)).collect()
        };
        let (extra, missing) = (only(plugin, host), only(host, plugin));
        if extra.is_empty() && missing.is_empty() {
            let side = |ty, names: &[&str]| format!("{ty} with the {noun}s {}", quoted(names));
            let hint = format!("the same {noun}s in a different order");
            return self.report(
                DifferenceKind::Type,
                (side(types.0, plugin), side(types.1, host)),
                Some(hint),
            );
        }
        let side = |ty, own: &[&str], other: &[&str]| {
            let (with, names) = if own.is_empty() { ("without", other) } else { ("with", own) };
            let plural = if names.len() == 1 { "" } else { "s" };
            format!("{ty} {with} the {noun}{plural} {}", quoted(names))
        };
        let sides = (side(types.0, &extra, &missing), side(types.1, &missing, &extra));
        self.report(DifferenceKind::Type, sides, None);
    }

    /// Whether two types are the same. At least one of them has no named parts.
    fn is_equal(&self, plugin: ComponentValType, host: ComponentValType) -> bool {
        use ComponentDefinedType as Type;
        let (p, h) = match (self.plugin.shape(plugin), self.host.shape(host)) {
            (Shape::Primitive(p), Shape::Primitive(h)) => return p == h,
            (Shape::Defined(p), Shape::Defined(h)) => (p, h),
            _ => return false,
        };
        let payload = |p: &Option<ComponentValType>, h: &Option<ComponentValType>| match (p, h) {
            (Some(p), Some(h)) => self.is_equal(*p, *h),
            (p, h) => p.is_none() && h.is_none(),
        };
        match (p, h) {
            (Type::Own(p), Type::Own(h)) | (Type::Borrow(p), Type::Borrow(h)) => {
                self.is_same_resource(*p, *h)
            }
            (Type::List { element: p, .. }, Type::List { element: h, .. })
            | (Type::Option { ty: p, .. }, Type::Option { ty: h, .. }) => self.is_equal(*p, *h),
            (
                Type::FixedLengthList { element: p, length: plugin_length, .. },
                Type::FixedLengthList { element: h, length: host_length, .. },
            ) => plugin_length == host_length && self.is_equal(*p, *h),
            (Type::Map { key: pk, value: pv, .. }, Type::Map { key: hk, value: hv, .. }) => {
                self.is_equal(*pk, *hk) && self.is_equal(*pv, *hv)
            }
            (Type::Tuple(p), Type::Tuple(h)) => {
                p.types.len() == h.types.len()
                    && p.types.iter().zip(&h.types).all(|(p, h)| self.is_equal(*p, *h))
            }
            (Type::Result { ok: po, err: pe, .. }, Type::Result { ok: ho, err: he, .. }) => {
                payload(po, ho) && payload(pe, he)
            }
            (Type::Future { ty: p, .. }, Type::Future { ty: h, .. })
            | (Type::Stream { ty: p, .. }, Type::Stream { ty: h, .. }) => payload(p, h),
            _ => false,
        }
    }

    fn is_same_resource(&self, plugin: AliasableResourceId, host: AliasableResourceId) -> bool {
        let (Some(plugin), Some(host)) = (self.plugin.resource(plugin), self.host.resource(host)) else {
            return false;
        };
        plugin.direction == host.direction
            && plugin.name == host.name
            && match (&plugin.interface, &host.interface) {
                (Some(plugin), Some(host)) => plugin.is_compatible(host),
                (plugin, host) => plugin.is_none() && host.is_none(),
            }
    }

    /// Reports two types that are of different kinds.
    fn types(&mut self, plugin: ComponentValType, host: ComponentValType) {
        let describe = |handles| (self.plugin.describe(plugin, handles), self.host.describe(host, handles));
        let mut sides = describe(Handles::Short);
        if sides.0 == sides.1 {
            sides = describe(Handles::Full);
        }
        self.report(DifferenceKind::Type, sides, None);
    }

    fn report(&mut self, kind: DifferenceKind, (plugin, host): (String, String), hint: Option<String>) {
        if let Some((start, name)) = self.named.last() {
            let inner = self.at.path.get(*start..).unwrap_or_default().to_vec();
            let key = ((*name).to_owned(), inner, plugin.clone(), host.clone());
            if let Some(earlier) = self.found.inside.get(&key) {
                if let Some(difference) = self.found.differences.get_mut(*earlier) {
                    difference.also.push(self.at.clone());
                }
                return;
            }
            self.found.inside.insert(key, self.found.differences.len());
        }
        self.found.add(kind, self.at.clone(), plugin, host, hint);
    }
}

/// Describes a difference in the number or order of the parameters. `None` if at most their types differ.
fn parameter_lists(plugin: &ComponentFuncType, host: &ComponentFuncType) -> Option<String> {
    let names = |function: &'_ ComponentFuncType| -> Vec<String> {
        function.params.iter().map(|(name, _)| name.to_string()).collect()
    };
    let count = |number: usize| format!("{number} parameter{}", if number == 1 { "" } else { "s" });
    let (p, h) = (names(plugin), names(host));
    if p.len() != h.len() {
        let (more, fewer, verdict) =
            if p.len() < h.len() { (h, p, "missing") } else { (p, h, "not expected") };
        let lone: Vec<&str> = more.iter().filter(|name| !fewer.contains(name)).map(String::as_str).collect();
        return Some(match lone.as_slice() {
            // Some are renamed, so that the missing or unexpected ones are unknown.
            lone if lone.len() != more.len() - fewer.len() => {
                format!(
                    "the plugin has {} and the host {}",
                    count(plugin.params.len()),
                    count(host.params.len())
                )
            }
            [_] => format!("the parameter {} is {verdict}", quoted(&lone)),
            _ => format!("the parameters {} are {verdict}", quoted(&lone)),
        });
    }
    // Swapped parameters of one type pass every check of types, and each call would get wrong arguments.
    let moved = |(index, name): (usize, &String)| h.get(index) != Some(name) && h.contains(name);
    p.iter().enumerate().any(moved).then(|| "the same parameters in a different order".into())
}

fn kebab<'n>(names: impl Iterator<Item = &'n wasmparser::names::KebabString>) -> Vec<&'n str> {
    names.map(|name| name.as_str()).collect()
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
