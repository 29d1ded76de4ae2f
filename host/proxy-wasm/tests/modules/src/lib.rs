//! Nothing: the filters are examples.
