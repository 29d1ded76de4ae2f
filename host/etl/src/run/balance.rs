use crate::figures::SideFigures;
use crate::flow::Barrier;
use crate::rows::{SINK, SOURCE};

/// Checks that every row that was read is accounted for, from the source to the sinks. The error says where the counts differ.
pub(super) fn balance(barrier: &Barrier, rows_out: u64, side: &SideFigures) -> Result<(), String> {
    let by = |name: &str| {
        side.codes.iter().filter(|((stage, _), _)| stage == name).map(|(_, rows)| rows).sum::<u64>()
    };
    let (bad, refused) = (by(SOURCE), by(SINK));
    let late = |stage: usize| barrier.late.get(&stage).copied().unwrap_or_default();
    let elsewhere = bad + barrier.late.values().sum::<u64>();
    let Some(mut flowing) = barrier.rows_read.checked_sub(elsewhere) else {
        return Err(format!("the source gave {} rows and rejected {bad}", barrier.rows_read));
    };
    let mut rejected = bad;
    for (index, mark) in barrier.stages.iter().enumerate() {
        let tally = mark.figures.tally;
        flowing += late(index);
        if tally.rows_in != flowing {
            return Err(format!("stage {} was sent {flowing} rows and took {}", index + 1, tally.rows_in));
        }
        if !tally.balances() {
            return Err(format!("stage {}: {tally:?}", index + 1));
        }
        flowing = tally.rows_out;
        rejected += tally.rejected;
    }
    flowing += late(barrier.stages.len());
    if flowing != rows_out + refused {
        return Err(format!("the sinks were sent {flowing} rows, wrote {rows_out} and refused {refused}"));
    }
    rejected += refused;
    if rejected != side.rejected {
        return Err(format!(
            "{rejected} rows were rejected and {} rejected rows were written",
            side.rejected
        ));
    }
    Ok(())
}
