//! What the benchmark of proxies runs: a server behind them, a plain proxy of hyper's, and the configurations of the others.

pub(crate) mod contenders;
pub(crate) mod load;
pub(crate) mod plain;
pub(crate) mod server;
