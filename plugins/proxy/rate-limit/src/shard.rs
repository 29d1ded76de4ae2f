//! Buckets of some clients, in one entry of the shared data. Full buckets are not kept, so what is kept is bounded and ages out.

/// How many there are. Threads that change the same one at a time try again.
const SHARDS: u64 = 1024;

/// Buckets in one.
const MOST: usize = 256;

/// The key of the shard that has a client.
pub(crate) fn name(client: u64) -> String {
    format!("buckets/{}", client % SHARDS)
}

/// Clients, and when their buckets are full.
#[derive(Debug)]
pub(crate) struct Shard(Vec<(u64, u64)>);

impl Shard {
    /// Reads those whose buckets are not full now.
    pub(crate) fn read(bytes: &[u8], now: u64) -> Self {
        let (pairs, _) = bytes.as_chunks::<16>();
        let pairs = pairs.iter().map(|pair| {
            let pair = u128::from_le_bytes(*pair);
            ((pair >> 64) as u64, pair as u64)
        });
        Self(pairs.filter(|(_, full_at)| *full_at > now).collect())
    }

    pub(crate) fn get(&self, client: u64) -> Option<u64> {
        self.0.iter().find(|(own, _)| *own == client).map(|(_, full_at)| *full_at)
    }

    pub(crate) fn set(&mut self, client: u64, full_at: u64) {
        if let Some(own) = self.0.iter_mut().find(|(own, _)| *own == client) {
            own.1 = full_at;
            return;
        }
        if self.0.len() >= MOST
            && let Some(fullest) =
                (0..self.0.len()).min_by_key(|at| self.0.get(*at).map(|(_, full_at)| *full_at))
        {
            self.0.swap_remove(fullest);
        }
        self.0.push((client, full_at));
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let pair =
            |(client, full_at): &(u64, u64)| (u128::from(*client) << 64 | u128::from(*full_at)).to_le_bytes();
        self.0.iter().flat_map(pair).collect()
    }
}
