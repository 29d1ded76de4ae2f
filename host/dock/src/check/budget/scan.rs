//! One scan over the bytes of a component.

use wasmparser::{Chunk, CompositeInnerType, FunctionBody, Parser, Payload};

use super::counts::Counts;
use super::functions;
use super::instances::{Made, Scope};
use super::limits::{Budget, OverBudget};
use super::types::{self, Ended};

/// What the scan looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Everything but the code of functions, for bytes that nobody compiles.
    Declarations,
    /// The code too.
    Code,
}

/// Compares a component with a budget. Malformed bytes end the scan without an error: the validator, which reads them in the same order,
/// reports them with their place. Bytes that are no component pass, for the same reason.
///
/// # Errors
///
/// When the component exceeds a limit, with the first one.
pub(crate) fn scan(bytes: &[u8], budget: &Budget, depth: Depth) -> Result<(), OverBudget> {
    let mut scan = Scan { counts: Counts::new(budget), depth, layers: Vec::new() };
    match scan.run(bytes) {
        Ok(()) | Err(Ended::Malformed) => Ok(()),
        Err(Ended::OverBudget(over)) => Err(over),
    }
}

struct Scan<'a> {
    counts: Counts<'a>,
    depth: Depth,
    /// The component or module that is being read, and those around it.
    layers: Vec<Layer>,
}

enum Layer {
    Component(Scope),
    Module(Module),
}

/// A core module, as far as it is read.
#[derive(Default)]
struct Module {
    made: Made,
    /// The parameters of each type; 0 if it is no function's.
    params: Vec<u64>,
    /// The type of each function that is defined.
    functions: Vec<u32>,
    /// How many bodies were read.
    bodies: usize,
}

impl Scan<'_> {
    fn run(&mut self, bytes: &[u8]) -> Result<(), Ended> {
        self.counts.bytes(bytes.len())?;
        let mut parser = Parser::new(0);
        let mut outer = Vec::new();
        let mut rest = bytes;
        loop {
            let Chunk::Parsed { consumed, payload } = parser.parse(rest, rest.is_empty())? else {
                return Err(Ended::Malformed);
            };
            rest = rest.get(consumed..).unwrap_or_default();
            match payload {
                Payload::ModuleSection { parser: inner, .. }
                | Payload::ComponentSection { parser: inner, .. } => {
                    outer.push(std::mem::replace(&mut parser, inner));
                }
                Payload::Version { encoding, .. } => {
                    self.layers.push(match encoding {
                        wasmparser::Encoding::Component => Layer::Component(Scope::default()),
                        wasmparser::Encoding::Module => Layer::Module(Module::default()),
                    });
                    self.counts.definition()?;
                    self.counts.nesting(self.layers.len())?;
                }
                Payload::End(_) => {
                    self.end();
                    match outer.pop() {
                        Some(outer) => parser = outer,
                        None => return Ok(()),
                    }
                }
                payload => self.payload(payload, bytes)?,
            }
        }
    }

    fn end(&mut self) {
        let ended = self.layers.pop();
        let Some(Layer::Component(scope)) = self.layers.last_mut() else { return };
        match ended {
            Some(Layer::Component(ended)) => scope.define_component(ended),
            Some(Layer::Module(module)) => scope.define_module(Made { instances: 1, ..module.made }),
            None => {}
        }
    }

    fn payload(&mut self, payload: Payload<'_>, bytes: &[u8]) -> Result<(), Ended> {
        let depth = self.layers.len();
        let Some((layer, outer)) = self.layers.split_last_mut() else { return Err(Ended::Malformed) };
        match layer {
            Layer::Component(scope) => component(scope, outer, depth, payload, bytes, &mut self.counts),
            Layer::Module(module) => module.payload(payload, self.depth, &mut self.counts),
        }
    }
}

fn component(
    scope: &mut Scope,
    outer: &[Layer],
    depth: usize,
    payload: Payload<'_>,
    bytes: &[u8],
    counts: &mut Counts<'_>,
) -> Result<(), Ended> {
    match payload {
        Payload::ComponentTypeSection(section) => {
            types::section(bytes.get(section.range()).unwrap_or_default(), depth, counts)?;
        }
        Payload::CoreTypeSection(section) => counts.types(u64::from(section.count()))?,
        Payload::ComponentImportSection(section) => {
            for import in section {
                let import = import?;
                counts.name(import.name.name)?;
                scope.import(import.ty);
            }
        }
        Payload::ComponentExportSection(section) => {
            for export in section {
                let export = export?;
                counts.name(export.name.name)?;
                scope.export(export.kind, export.index);
            }
        }
        Payload::ComponentAliasSection(section) => {
            let outer: Vec<&Scope> = outer
                .iter()
                .filter_map(|layer| match layer {
                    Layer::Component(scope) => Some(scope),
                    Layer::Module(_) => None,
                })
                .collect();
            for alias in section {
                scope.alias(&alias?, &outer);
            }
        }
        Payload::InstanceSection(section) => {
            for instance in section {
                scope.core_instance(&instance?, counts)?;
            }
        }
        Payload::ComponentInstanceSection(section) => {
            for instance in section {
                scope.instance(&instance?, counts)?;
            }
        }
        _ => {}
    }
    Ok(())
}

impl Module {
    fn payload(&mut self, payload: Payload<'_>, depth: Depth, counts: &mut Counts<'_>) -> Result<(), Ended> {
        let items = &mut self.made.items;
        match payload {
            Payload::TypeSection(section) => {
                counts.types(u64::from(section.count()))?;
                for group in section {
                    for ty in group?.types() {
                        self.params.push(match &ty.composite_type.inner {
                            CompositeInnerType::Func(function) => function.params().len() as u64,
                            _ => 0,
                        });
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    counts.name(import.name)?;
                    *items += 1;
                }
            }
            Payload::FunctionSection(section) => {
                *items += u64::from(section.count());
                for ty in section {
                    self.functions.push(ty?);
                }
            }
            Payload::TableSection(section) => *items += u64::from(section.count()),
            Payload::MemorySection(section) => *items += u64::from(section.count()),
            Payload::GlobalSection(section) => *items += u64::from(section.count()),
            Payload::TagSection(section) => *items += u64::from(section.count()),
            Payload::ElementSection(section) => *items += u64::from(section.count()),
            Payload::DataSection(section) => *items += u64::from(section.count()),
            Payload::ExportSection(section) => {
                for export in section {
                    counts.name(export?.name)?;
                    *items += 1;
                }
            }
            Payload::CodeSectionEntry(body) => self.body(&body, depth, counts)?,
            _ => {}
        }
        Ok(())
    }

    fn body(&mut self, body: &FunctionBody<'_>, depth: Depth, counts: &mut Counts<'_>) -> Result<(), Ended> {
        let ty = self.functions.get(self.bodies).copied().unwrap_or_default();
        self.bodies += 1;
        if depth == Depth::Code {
            let params = self.params.get(ty as usize).copied().unwrap_or_default();
            counts.function(body.range().len(), functions::work(body, params))?;
        }
        Ok(())
    }
}
