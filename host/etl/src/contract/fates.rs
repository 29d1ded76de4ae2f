use super::error::OutputError;

/// The fate of each input row in an output that is being checked.
pub(super) struct Fates {
    rows: Vec<Fate>,
    /// Rows that were given more than once.
    pub(super) repeated: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Open,
    Rejected,
    Given,
}

impl Fates {
    pub(super) fn new(rows: usize) -> Self {
        Self { rows: vec![Fate::Open; rows], repeated: 0 }
    }

    fn of(&mut self, row: u32, what: &'static str) -> Result<&mut Fate, OutputError> {
        let rows = self.rows.len();
        let index = usize::try_from(row).unwrap_or(usize::MAX);
        self.rows.get_mut(index).ok_or(OutputError::RowOutOfRange { what, row, rows })
    }

    pub(super) fn reject(&mut self, row: u32) -> Result<(), OutputError> {
        let fate = self.of(row, "rejected")?;
        if *fate == Fate::Rejected {
            return Err(OutputError::RejectedTwice { row });
        }
        *fate = Fate::Rejected;
        Ok(())
    }

    pub(super) fn give(&mut self, row: u32) -> Result<(), OutputError> {
        let fate = self.of(row, "selected")?;
        match *fate {
            Fate::Rejected => Err(OutputError::RejectedAndGiven { row }),
            Fate::Open => {
                *fate = Fate::Given;
                Ok(())
            }
            Fate::Given => {
                self.repeated += 1;
                Ok(())
            }
        }
    }
}
