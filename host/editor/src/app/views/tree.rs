//! Views side by side or above each other: where each of them is.

use ratatui::layout::Rect;

/// The number of a view. No other view gets it.
pub(in crate::app) type ViewId = u64;

/// How the views of a split lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Axis {
    /// Side by side.
    Beside,
    /// Above each other.
    Below,
}

/// Where a view is from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Toward {
    Left,
    Right,
    Up,
    Down,
}

/// A view, or several that share its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tree {
    View(ViewId),
    Split(Axis, Vec<Tree>),
}

impl Tree {
    /// All views, from left to right and from top to bottom.
    pub(super) fn views(&self) -> Vec<ViewId> {
        match self {
            Self::View(view) => vec![*view],
            Self::Split(_, parts) => parts.iter().flat_map(Self::views).collect(),
        }
    }

    /// Puts a new view beside or below another one.
    pub(super) fn split(&mut self, view: ViewId, axis: Axis, new: ViewId) {
        match self {
            Self::View(own) if *own == view => {
                *self = Self::Split(axis, vec![Self::View(view), Self::View(new)]);
            }
            Self::View(_) => {}
            Self::Split(own, parts) => {
                let place = parts.iter().position(|part| *part == Self::View(view));
                match place {
                    // Views of one direction share their place equally.
                    Some(place) if *own == axis => parts.insert(place + 1, Self::View(new)),
                    _ => parts.iter_mut().for_each(|part| part.split(view, axis, new)),
                }
            }
        }
    }

    /// Removes a view; the only one stays.
    pub(super) fn remove(&mut self, view: ViewId) {
        let Self::Split(_, parts) = self else { return };
        parts.retain(|part| *part != Self::View(view));
        parts.iter_mut().for_each(|part| part.remove(view));
        if let [_] = parts.as_slice()
            && let Some(only) = parts.pop()
        {
            *self = only;
        }
    }

    /// Where each view is. Those side by side have a column between them. A view that there is no room for has an empty area.
    pub(super) fn areas(&self, area: Rect) -> Vec<(ViewId, Rect)> {
        match self {
            Self::View(view) => vec![(*view, area)],
            Self::Split(axis, parts) => {
                let count = u16::try_from(parts.len()).unwrap_or(u16::MAX).max(1);
                let (size, between) = match axis {
                    Axis::Beside => (area.width.saturating_sub(count - 1), 1),
                    Axis::Below => (area.height, 0),
                };
                let mut start = 0;
                let mut areas = Vec::new();
                for (index, part) in (0..count).zip(parts) {
                    let share = size / count + u16::from(index < size % count);
                    areas.extend(part.areas(match axis {
                        Axis::Beside => Rect { x: (area.x + start).min(area.right()), width: share, ..area },
                        Axis::Below => Rect { y: area.y + start, height: share, ..area },
                    }));
                    start += share + between;
                }
                areas
            }
        }
    }

    /// The view next to another one, the nearest to its middle.
    pub(super) fn neighbour(&self, view: ViewId, toward: Toward, area: Rect) -> Option<ViewId> {
        let areas = self.areas(area);
        let (_, own) = areas.iter().find(|(other, _)| *other == view)?;
        let middle = |area: &Rect| (area.x + area.width / 2, area.y + area.height / 2);
        let candidates = areas.iter().filter_map(|(other, area)| {
            let distance = match toward {
                Toward::Left => own.x.checked_sub(area.right()),
                Toward::Right => area.x.checked_sub(own.right()),
                Toward::Up => own.y.checked_sub(area.bottom()),
                Toward::Down => area.y.checked_sub(own.bottom()),
            }?;
            let ((x, y), (other_x, other_y)) = (middle(own), middle(area));
            let aside = match toward {
                Toward::Left | Toward::Right => y.abs_diff(other_y),
                Toward::Up | Toward::Down => x.abs_diff(other_x),
            };
            (*other != view && !area.is_empty()).then_some((distance, aside, *other))
        });
        candidates.min().map(|(.., other)| other)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AREA: Rect = Rect { x: 0, y: 0, width: 81, height: 20 };

    #[test]
    fn views_share_their_place() {
        let mut tree = Tree::View(1);
        tree.split(1, Axis::Beside, 2);
        tree.split(2, Axis::Below, 3);
        let rect = |x, y, width, height| Rect { x, y, width, height };
        let expected = [(1, rect(0, 0, 40, 20)), (2, rect(41, 0, 40, 10)), (3, rect(41, 10, 40, 10))];
        assert_eq!(tree.areas(AREA), expected);
        let next = |view, toward| tree.neighbour(view, toward, AREA);
        assert_eq!(next(2, Toward::Left), Some(1));
        assert_eq!(next(2, Toward::Down), Some(3));
        assert_eq!(next(3, Toward::Up), Some(2));
        assert_eq!(next(1, Toward::Up), None);
        tree.remove(1);
        assert_eq!(tree.areas(AREA), [(2, rect(0, 0, 81, 10)), (3, rect(0, 10, 81, 10))]);
        tree.remove(3);
        assert_eq!(tree, Tree::View(2));
        tree.remove(2);
        assert_eq!(tree, Tree::View(2));
    }

    proptest! {
        #[test]
        fn no_two_views_share_a_cell_and_none_leaves_the_screen(
            steps in proptest::collection::vec((0..8u64, 0..3u8), 0..12),
            width in 0..40u16, height in 0..20u16,
        ) {
            let mut tree = Tree::View(0);
            for (new, (view, step)) in (1..).zip(steps) {
                match step {
                    0 => tree.split(view, Axis::Beside, new),
                    1 => tree.split(view, Axis::Below, new),
                    _ => tree.remove(view),
                }
            }
            let screen = Rect { x: 0, y: 0, width, height };
            let areas = tree.areas(screen);
            prop_assert_eq!(areas.len(), tree.views().len());
            for (index, (_, one)) in areas.iter().enumerate() {
                prop_assert!(one.is_empty() || screen.intersection(*one) == *one);
                for (_, other) in areas.iter().skip(index + 1) {
                    prop_assert!(one.intersection(*other).is_empty());
                }
            }
        }
    }
}
