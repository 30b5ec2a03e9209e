//! Labels that are sets of regions, and the binary task that each region is.
//!
//! Region r, from 1 to [`MAX_REGIONS`], is the bit 2^(r − 1) of a label: 0 has no region, and [`IGNORE`] is no set, since eight
//! regions would be needed for it.

use ndarray::{Array, ArrayView, ArrayView3, Dimension};

use super::{IGNORE, Labels};

/// The most regions of a field: a label is a byte, and the set of all eight would be [`IGNORE`].
pub const MAX_REGIONS: usize = 7;

/// Label that has one region alone; 0 of region 0 and of one that there cannot be.
pub fn set_of(region: u8) -> u8 {
    if (1..=MAX_REGIONS as u8).contains(&region) { 1 << (region - 1) } else { 0 }
}

/// True if a label has a region. An ignored pixel has none.
pub fn has_region(label: u8, region: u8) -> bool {
    label != IGNORE && label & set_of(region) != 0
}

/// The last region that a label has, which is drawn over the others; 0 of none, and [`IGNORE`] of an ignored pixel.
pub fn topmost(label: u8) -> u8 {
    if label == IGNORE { IGNORE } else { (u8::BITS - label.leading_zeros()) as u8 }
}

/// Regions of a label, the first first.
pub fn regions_of(label: u8) -> Vec<u8> {
    (1..=MAX_REGIONS as u8).filter(|&region| has_region(label, region)).collect()
}

/// Labels `[image, y, x]` of the binary task of a region: 1 in it, 0 outside, [`IGNORE`] where a pixel is ignored.
pub fn labels_of(sets: ArrayView3<'_, u8>, region: u8) -> Labels {
    sets.mapv(|label| if label == IGNORE { IGNORE } else { has_region(label, region).into() })
}

/// Sets of class ids: class c is region c alone, and class 0 none.
pub fn sets_of<D: Dimension>(classes: ArrayView<'_, u8, D>) -> Array<u8, D> {
    classes.mapv(|class| if class == IGNORE { IGNORE } else { set_of(class) })
}

/// Probability that a region is the last of a pixel, `[region, pixel]` flat and from region 0 on, which is none: that it is
/// there and none after it is, of probabilities `[region, pixel]` of regions that know nothing of each other.
///
/// They add up to 1 at each pixel. Seen as colours they are layers, each as opaque as it is probable.
pub fn topmost_probs(probs: &[f64], regions: usize) -> Vec<f64> {
    let pixels = probs.len() / regions.max(1);
    let mut all = vec![0.0; (regions + 1) * pixels];
    let mut left = vec![1.0; pixels];
    for region in (1..=regions).rev() {
        let own = &probs[(region - 1) * pixels..region * pixels];
        let layer = &mut all[region * pixels..(region + 1) * pixels];
        for ((layer, left), &p) in layer.iter_mut().zip(&mut left).zip(own) {
            *layer = *left * p;
            *left *= 1.0 - p;
        }
    }
    all[..pixels].copy_from_slice(&left);
    all
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_label_is_a_set_and_255_is_none() {
        let core = set_of(1) | set_of(2);
        assert_eq!((core, topmost(core), regions_of(core)), (3, 2, vec![1, 2]));
        assert!(has_region(core, 1) && has_region(core, 2) && !has_region(core, 3) && !has_region(core, 0));
        assert!((1..=7).all(|region| !has_region(IGNORE, region)));
        assert_eq!((topmost(0), topmost(IGNORE), topmost(set_of(7))), (0, IGNORE, 7));
        assert_eq!((set_of(0), set_of(8)), (0, 0));
        let all = (1..=7).map(set_of).sum::<u8>();
        assert_eq!((all, regions_of(all).len()), (127, 7), "all of them are not 255");
    }

    #[test]
    fn a_region_is_a_binary_task() {
        let sets = array![[[0, 1, 3, 7, IGNORE]]];
        assert_eq!(labels_of(sets.view(), 2), array![[[0, 0, 1, 1, IGNORE]]]);
        assert_eq!(sets_of(array![[[0, 1, 2, 3, IGNORE]]].view()), array![[[0, 1, 2, 4, IGNORE]]]);
    }

    #[test]
    fn layers_add_up_to_one_and_the_last_covers_the_others() {
        let layers = topmost_probs(&[0.5, 1.0, 0.5, 0.25], 2);
        assert_eq!(layers, [0.25, 0.0, 0.25, 0.75, 0.5, 0.25]);
    }
}
