/// What a run does about the runs before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    /// It continues after the last commit.
    #[default]
    Continue,
    /// It takes back an interrupted run and does that one again.
    Restart,
    /// It takes back an interrupted run, and reads everything again.
    Fresh,
}
