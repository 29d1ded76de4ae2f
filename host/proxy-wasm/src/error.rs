/// Why a module is not adapted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdaptError {
    /// The bytes are no valid module.
    #[error("it is not a valid WebAssembly module: {message} (at byte {offset})")]
    Invalid {
        /// What was found.
        message: String,
        /// Where, in bytes from the beginning.
        offset: usize,
    },
    /// The bytes are a component.
    #[error("it is a component already; only Proxy-Wasm modules, which are core modules, are adapted")]
    Component,
    /// It has no marker of the ABI.
    #[error(
        "it is not a Proxy-Wasm module: it exports no `proxy_abi_version_…` function. Build it with an SDK of Proxy-Wasm"
    )]
    NoMarker,
    /// It has markers of several versions.
    #[error("it exports several markers of the ABI ({}); a module has one. Build it with one version of the SDK", markers.join(", "))]
    SeveralMarkers {
        /// Their names.
        markers: Vec<String>,
    },
    /// Its version is not supported.
    #[error("its ABI is `{marker}`; supported are 0.1.0, 0.2.0 and 0.2.1")]
    UnsupportedAbi {
        /// The marker's name.
        marker: String,
    },
    /// It has no memory that a host could use.
    #[error("it exports no memory under the name `memory`, which hosts read and write")]
    NoMemory,
    /// Its memory is one that the ABI cannot address, or that is not supported.
    #[error(
        "its memory is {found}; Proxy-Wasm has 32-bit memories of one thread. Build it for wasm32 without threads"
    )]
    UnsupportedMemory {
        /// What kind it is.
        found: &'static str,
    },
    /// It has nothing that allocates memory for results.
    #[error(
        "it exports neither `proxy_on_memory_allocate` nor `malloc`, which allocate memory for what host functions return"
    )]
    NoAllocator,
    /// It imports something other than a function.
    #[error(
        "it imports the {kind} `{module}.{name}`; Proxy-Wasm modules import functions alone. Link it without `--import-{kind}`"
    )]
    ImportKind {
        /// `memory`, `table`, `global` or `tag`.
        kind: &'static str,
        /// The import's module.
        module: String,
        /// Its name.
        name: String,
    },
    /// It imports a function that Proxy-Wasm does not have.
    #[error("it imports the function `{module}.{name}`, which Proxy-Wasm does not have{}", hint.as_ref().map(|hint| format!("; did you mean `{hint}`?")).unwrap_or_default())]
    UnknownImport {
        /// The import's module.
        module: String,
        /// Its name.
        name: String,
        /// A function with a similar name.
        hint: Option<String>,
    },
    /// It imports a function as another type.
    #[error("it imports `{module}.{name}` as {found}; its type is {expected}")]
    ImportType {
        /// The import's module.
        module: String,
        /// Its name.
        name: String,
        /// The type that the module gives it.
        found: String,
        /// The type that it has.
        expected: String,
    },
    /// An export that the host calls has another type.
    #[error("it exports `{name}` as {found}; expected {expected}")]
    ExportType {
        /// The export's name.
        name: String,
        /// The type that the module gives it.
        found: String,
        /// The type that it must have.
        expected: String,
    },
    /// The merge has no valid result.
    #[error("the component cannot be encoded: {message}")]
    Encode {
        /// What the encoder says.
        message: String,
    },
}

impl From<wasmparser::BinaryReaderError> for AdaptError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::Invalid { message: error.message().to_owned(), offset: error.offset() }
    }
}

impl From<wasm_encoder::reencode::Error> for AdaptError {
    fn from(error: wasm_encoder::reencode::Error) -> Self {
        Self::Encode { message: error.to_string() }
    }
}
