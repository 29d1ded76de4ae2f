//! A short campaign for each target, with the same inputs each time.

use libtest_mimic::{Arguments, Trial};
use witdock_fuzz::{Campaign, End, targets};

fn main() {
    witdock::worker::serve();
    let trials = targets::ALL
        .iter()
        .map(|target| {
            Trial::test(target.name, move || {
                let campaign = Campaign { target, seed: 0, end: End::Inputs(target.short), more: None };
                let report = campaign.run().map_err(|error| format!("{error:#}"))?;
                println!("{report}");
                Ok(())
            })
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
