use crate::AbiVersion;

/// Which of two behaviours a module gets, where the specification and Envoy differ. `docs/proxy-wasm.md` has the differences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Semantics {
    /// As Envoy does: what most modules were tried with.
    #[default]
    Envoy,
    /// As the specification says.
    Spec,
}

/// How a module is adapted. It becomes part of the component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Options {
    /// Which of two behaviours the module gets.
    pub semantics: Semantics,
    /// A pause at the headers stops the headers alone: the body is read, with its callbacks. Envoy's `allow_on_headers_stop_iteration`.
    pub headers_stop_alone: bool,
}

impl Options {
    /// The bits that `adapter/src/semantics.rs` reads.
    pub(crate) fn bits(self, abi: AbiVersion) -> i32 {
        i32::from(self.semantics == Semantics::Spec)
            | i32::from(self.headers_stop_alone) << 1
            | i32::from(abi == AbiVersion::V0_1_0) << 2
    }
}
