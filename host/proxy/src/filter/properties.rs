//! Properties that filters set for an exchange.

use super::limits::MOST_PROPERTY_BYTES;

/// What filters have set for one exchange.
#[derive(Debug, Default)]
pub(crate) struct Properties {
    set: Vec<(Vec<String>, Vec<u8>)>,
    bytes: usize,
}

impl Properties {
    pub(crate) fn get(&self, path: &[String]) -> Option<&[u8]> {
        self.set.iter().find(|(own, _)| own == path).map(|(_, value)| value.as_slice())
    }

    /// Sets a property. Returns whether there was room for it.
    pub(crate) fn set(&mut self, path: Vec<String>, value: Vec<u8>) -> bool {
        let size = |path: &[String], value: &[u8]| {
            path.iter().map(|part| part.len() + 24).sum::<usize>() + value.len()
        };
        let before = self.set.iter().position(|(own, _)| *own == path);
        let freed = before.and_then(|at| self.set.get(at)).map_or(0, |(path, value)| size(path, value));
        let bytes = self.bytes - freed + size(&path, &value);
        if bytes > MOST_PROPERTY_BYTES || path.is_empty() {
            return false;
        }
        self.bytes = bytes;
        if let Some(at) = before {
            self.set.swap_remove(at);
        }
        self.set.push((path, value));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_set_again_and_their_size_is_bounded() {
        let mut properties = Properties::default();
        let path = |name: &str| vec!["my".to_owned(), name.to_owned()];
        assert!(properties.set(path("a"), vec![0; MOST_PROPERTY_BYTES - 100]));
        assert!(!properties.set(path("b"), vec![0; 100]));
        assert!(properties.set(path("a"), vec![1]));
        assert!(properties.set(path("b"), vec![0; 100]));
        assert_eq!(properties.get(&path("a")), Some([1].as_slice()));
        assert!(properties.get(&path("c")).is_none() && !properties.set(Vec::new(), Vec::new()));
    }
}
