//! `witdock adapt`.

use std::path::PathBuf;
use std::process::ExitCode;

use anstream::println;
use anyhow::Context as _;
use clap::{Args, ValueEnum};
use witdock::text;
use witdock_proxy_wasm::{Options, Semantics};

use crate::proxy_wasm;
use crate::size;
use crate::style::{bold, dim};

const EXAMPLES: &str = "\
Examples:
  witdock adapt filter.wasm
  witdock adapt filter.wasm -o filter.component.wasm
  # Where Envoy and the specification of Proxy-Wasm differ, as the specification says
  witdock adapt filter.wasm --semantics spec
  # The filter reaches no other cluster, and needs no grant for it
  witdock adapt filter.wasm --without http-calls

The component is a filter of witdock-proxy, which also takes the module itself. `witdock check filter.wasm` describes the module.";

/// The arguments of `witdock adapt`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AdaptArguments {
    /// A Proxy-Wasm module, as it runs in Envoy: .wasm or .wat
    #[arg(value_name = "MODULE")]
    module: PathBuf,
    /// Where to write the component: MODULE with the extension component.wasm by default
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Which behaviour the module gets, where Envoy and the specification differ
    #[arg(long, value_enum, default_value_t = SemanticsArgument::Envoy)]
    semantics: SemanticsArgument,
    /// A pause at the headers stops the headers alone, and the body is read: Envoy's allow_on_headers_stop_iteration
    #[arg(long)]
    headers_stop_alone: bool,
    /// Do without an interface, such as http-calls: the host functions that need it fail, and the component does not import it
    #[arg(long, value_name = "INTERFACE")]
    without: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SemanticsArgument {
    /// As Envoy does
    Envoy,
    /// As the specification says
    Spec,
}

pub(crate) fn run(arguments: AdaptArguments) -> anyhow::Result<ExitCode> {
    let shown = text::path(&arguments.module).to_string();
    let module = proxy_wasm::read(&arguments.module)?;
    let semantics = match arguments.semantics {
        SemanticsArgument::Envoy => Semantics::Envoy,
        SemanticsArgument::Spec => Semantics::Spec,
    };
    let options = Options { semantics, headers_stop_alone: arguments.headers_stop_alone };
    let adapted = proxy_wasm::adapt(&module, options, &arguments.without).with_context(|| shown.clone())?;
    let output = arguments.output.unwrap_or_else(|| arguments.module.with_extension("component.wasm"));
    let written = text::path(&output).to_string();
    std::fs::write(&output, &adapted.component).with_context(|| format!("{written} cannot be written"))?;
    println!("{}  {}", bold(written), dim(size::exact(adapted.component.len())));
    for refused in &adapted.refused {
        println!("{} fails: it needs {}", text::line(&refused.function), text::line(&refused.interface));
    }
    if adapted.lost_source_lines {
        println!("its debug information is left out: traps have the names of functions, and no source lines");
    }
    Ok(ExitCode::SUCCESS)
}
