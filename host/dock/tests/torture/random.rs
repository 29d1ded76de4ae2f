//! Random numbers that are the same in each run.

use crate::guest::Fault;
use crate::languages::Save;
use crate::source::Write;

/// A linear congruential generator: enough to mix things up.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    /// A change of a source. Six in ten are good.
    pub fn change(&mut self) -> (Write, Fault) {
        let how = match self.below(12) {
            0..4 => Write::Renamed,
            4..7 => Write::InPlace,
            7 => Write::Half,
            8 => Write::Removed,
            9 => Write::Unreadable,
            10 => Write::BuildFails,
            _ => Write::Folder,
        };
        (how, self.fault())
    }

    /// A version of a source. Six in ten are good.
    pub fn save(&mut self) -> (Save, Fault) {
        let how = match self.below(12) {
            0..6 => Save::Renamed,
            6..9 => Save::InPlace,
            _ => Save::Unfinished,
        };
        (how, self.fault())
    }

    fn fault(&mut self) -> Fault {
        match self.below(12) {
            0 => Fault::Activate,
            1 => Fault::Restore,
            _ => Fault::None,
        }
    }
}
