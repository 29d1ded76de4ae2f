//! Asks the host's policy again while a plugin runs, and ends what it no longer covers.

use std::sync::Arc;

use super::core::Core;
use super::generation::Generation;
use super::lifecycle::Input;
use super::linked::Linked;
use crate::Interface;
use crate::grants::Refused;

/// Ends each generation that the policy no longer covers, and lets the serving one go on if it is covered again. Returns what was revoked from
/// the serving one.
pub(crate) fn regrant<I: Interface>(core: &Arc<Core<I>>) -> Option<Refused> {
    loop {
        let change = core.settings.policy.next_change();
        // Not under the lock: the policy may be a function of the application.
        let (serving, behind) = core.generations();
        let refused = uncovered(core, &serving);
        let behind = behind.iter().filter_map(|generation| {
            let refused = uncovered(core, generation)?;
            Some(Input::Revoked { generation: generation.number, refused })
        });
        let serving = match refused.clone() {
            Some(refused) => Input::Revoked { generation: serving.number, refused },
            None => Input::Covered { generation: serving.number },
        };
        // An answer to an older policy must not undo that of a newer one.
        let applied = behind.chain([serving]).all(|input| core.apply_before(change, input, None).is_some());
        if applied {
            return refused;
        }
    }
}

fn uncovered<I: Interface>(core: &Core<I>, generation: &Generation<I>) -> Option<Refused> {
    let Linked { requested, granted, .. } = &generation.linked;
    core.settings.policy.covers(requested, granted).err()
}
