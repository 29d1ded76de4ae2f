//! The stores of an instance.

use std::sync::Arc;

use super::store::Store;
use super::stores::OpenStores;
use crate::grants::Uses;

/// The stores that an instance may open.
pub(crate) struct KeyValue {
    pub(super) stores: Arc<OpenStores>,
    pub(super) uses: Arc<Uses>,
}

impl KeyValue {
    pub(crate) fn new(stores: Arc<OpenStores>, uses: Arc<Uses>) -> Self {
        Self { stores, uses }
    }
}

/// An open store, as the guest has it.
#[allow(unreachable_pub, reason = "the generated code re-exports it")]
pub struct Bucket {
    pub(super) name: String,
    pub(super) store: Arc<Store>,
}
