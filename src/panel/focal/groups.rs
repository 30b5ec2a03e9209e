//! Easy and hard pixels of either side, and sums over them.

use super::Set;
use super::study::{Group, SideStatistics};

/// A sum over a group, from it and α_t.
pub(super) type OfGroup = fn(&Group, f64) -> f64;
pub(super) const PIXELS: OfGroup = |group, _| group.pixels as f64;
pub(super) const ENTROPY: OfGroup = |group, _| group.entropy;
pub(super) const ENTROPY_GRADIENT: OfGroup = |group, _| group.entropy_gradient;
pub(super) const FOCAL: OfGroup = |group, weight| weight * group.focal;
pub(super) const FOCAL_GRADIENT: OfGroup = |group, weight| weight * group.focal_gradient;

/// Side, whether they are hard, and their sums.
pub(super) fn groups(sides: &[SideStatistics; 2]) -> [(usize, bool, Group); 4] {
    let [foreground, background] = sides;
    [
        (0, true, foreground.hard),
        (0, false, foreground.easy),
        (1, true, background.hard),
        (1, false, background.easy),
    ]
}

/// A sum over all pixels.
pub(super) fn whole(set: &Set, sides: &[SideStatistics; 2], of: OfGroup) -> f64 {
    groups(sides).iter().map(|(side, _, group)| of(group, set.weight(*side))).sum()
}
