//! Everything that reads foreign bytes or texts.

mod batch;
mod case_file;
mod component;
mod edits;
mod expression;
mod keymap;
mod manifest;
mod pipeline;
mod policy;
mod reader;
mod rules;
mod wave;

use std::time::Duration;

use crate::Outcome;

/// Something that reads foreign bytes or text.
#[derive(Debug)]
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// What it reads, and what it does with it.
    pub what: &'static str,
    /// Reads an input.
    pub run: fn(&[u8]) -> Outcome,
    /// The processor time that an input may take.
    pub longest: Duration,
    /// The number of inputs in the short campaign.
    pub short: u64,
}

/// The processor time of a text. A reader that is quadratic takes longer.
const TEXT: Duration = Duration::from_secs(10);
/// That of a component, apart from its worker, which has a limit of its own.
const COMPONENT: Duration = Duration::from_secs(60);

/// All targets.
pub static ALL: [Target; 11] = [
    Target {
        name: "component",
        what: "a component's bytes, through the budget, the check and the load in a worker",
        run: component::load,
        longest: COMPONENT,
        short: 60,
    },
    Target {
        name: "manifest",
        what: "a plugin's manifest",
        run: manifest::read,
        longest: TEXT,
        short: 2_000,
    },
    Target {
        name: "policy",
        what: "a policy, and a capability's line",
        run: policy::read,
        longest: TEXT,
        short: 2_000,
    },
    Target {
        name: "rules",
        what: "a file with rules for plugins",
        run: rules::read,
        longest: TEXT,
        short: 2_000,
    },
    Target { name: "pipeline", what: "a pipeline file", run: pipeline::read, longest: TEXT, short: 1_000 },
    Target {
        name: "keymap",
        what: "the editor's settings and its key map",
        run: keymap::read,
        longest: TEXT,
        short: 1_000,
    },
    Target {
        name: "batch",
        what: "a contract and an output of a pipeline's plugin",
        run: batch::apply,
        longest: TEXT,
        short: 2_000,
    },
    Target {
        name: "edits",
        what: "edits of a text, against a plain string, with undo and redo",
        run: edits::apply,
        longest: TEXT,
        short: 1_000,
    },
    Target {
        name: "expression",
        what: "an expression of a pipeline, checked and evaluated",
        run: expression::read,
        longest: TEXT,
        short: 2_000,
    },
    Target {
        name: "wave",
        what: "values in WAVE, read and printed again",
        run: wave::read,
        longest: TEXT,
        short: 2_000,
    },
    Target {
        name: "case-file",
        what: "a file with cases for `witdock test`",
        run: case_file::read,
        longest: TEXT,
        short: 1_000,
    },
];
