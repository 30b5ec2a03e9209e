//! Metrics of a prediction after training: overlap and distances of hard masks, and calibration.
//!
//! Each is about one class of one image: the foreground of a channel against everything else. The predicted
//! mask is where the probability reaches a threshold, or in a multi-class task where the class has the
//! largest one. Ignored pixels count nowhere: they are in neither mask.
//!
//! Distances are in pixels. The surface of a mask is those of its pixels that have one of their four neighbours
//! outside it, the world beyond the border being outside. Libraries differ on the 95th percentile of the distances,
//! which is interpolated linearly: MONAI takes that of each direction by itself, and the larger of the two; medpy that
//! of the distances of both directions together. A few far points of a small mask are most of one direction and
//! nothing among both, so that the two may be 31 pixels and 0. The average is over both directions together.
//!
//! A class that neither mask has is undefined: 0 / 0. Means over classes leave it out, and are 1 if no class is left,
//! so that a perfect prediction scores 1 in every task. A class that only one of both has scores 0.

use crate::field::{Field, Head, Task, distance_transform};

/// Confusion matrix of one class: number of counted pixels by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Confusion {
    /// Foreground predicted as foreground.
    pub true_positive: usize,
    /// Background predicted as foreground.
    pub false_positive: usize,
    /// Foreground predicted as background.
    pub false_negative: usize,
    /// Background predicted as background.
    pub true_negative: usize,
}

impl Confusion {
    /// Intersection over union, from 0 to 1; none if both masks are empty.
    pub fn iou(&self) -> Option<f64> {
        ratio(self.true_positive, self.true_positive + self.false_positive + self.false_negative)
    }

    /// Dice score, twice the intersection over the sum of both areas, from 0 to 1; none if both masks are
    /// empty.
    pub fn dice(&self) -> Option<f64> {
        ratio(2 * self.true_positive, 2 * self.true_positive + self.false_positive + self.false_negative)
    }

    /// Precision TP/(TP + FP), from 0 to 1; none if nothing is predicted.
    pub fn precision(&self) -> Option<f64> {
        ratio(self.true_positive, self.true_positive + self.false_positive)
    }

    /// Recall TP/(TP + FN), from 0 to 1; none if there is nothing to find.
    pub fn recall(&self) -> Option<f64> {
        ratio(self.true_positive, self.true_positive + self.false_negative)
    }
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Distances between the surfaces of two masks, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurfaceMetrics {
    /// Hausdorff distance: the farthest that a point of either surface is from the other.
    pub hausdorff: f64,
    /// 95th-percentile Hausdorff distance of MONAI: the larger of the percentiles of the two directions.
    pub hausdorff_95_directed: f64,
    /// 95th-percentile Hausdorff distance of medpy: the percentile of the distances of both directions together.
    pub hausdorff_95_pooled: f64,
    /// Mean distance to the other surface, over the points of both.
    pub average: f64,
}

/// Metrics of one class at one threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MaskMetrics {
    /// Confusion matrix, with the scores made of it.
    pub confusion: Confusion,
    /// Surface distances; none if either mask has no surface.
    pub surface: Option<SurfaceMetrics>,
    /// Boundary F1 score, from 0 to 1; see [`boundary_f1`].
    pub boundary_f1: Option<f64>,
    /// Expected calibration error, from 0 to 1; see [`calibration_error`].
    pub calibration_error: f64,
}

/// Number of even bins of predicted probability for calibration.
pub const BINS: usize = 15;

/// All metrics of one channel of one image. `threshold` is the probability from which a pixel is predicted in
/// a binary task, `tolerance` the distance, in pixels, within which a boundary counts as found.
pub fn metrics(
    field: &Field<'_>,
    image: usize,
    channel: usize,
    threshold: f64,
    tolerance: f64,
) -> MaskMetrics {
    let truth = field.mask(image, channel);
    let predicted = predicted_mask(field, image, channel, threshold);
    let distances = SurfaceDistances::between(&truth, &predicted, field.shape().width);
    MaskMetrics {
        confusion: confusion_of(field, image, &truth, &predicted),
        surface: distances.surface(),
        boundary_f1: distances.f1(tolerance),
        calibration_error: calibration_error(field, image, channel),
    }
}

/// Predicted mask of a class, `[y, x]`, without ignored pixels. In a binary task: probability at least the
/// threshold. In a multi-class task: probability larger than that of every class before it and no less than
/// that of every class after.
pub fn predicted_mask(field: &Field<'_>, image: usize, channel: usize, threshold: f64) -> Vec<bool> {
    let shape = field.shape();
    let prob = &field.probabilities(Head::Joint).prob;
    let own = &prob[shape.plane(image, channel)];
    let labels = field.labels_of(image);
    let counted = |pixel: usize| field.counts(labels[pixel]);
    if shape.task() == Task::Binary {
        return own.iter().enumerate().map(|(pixel, &p)| counted(pixel) && p >= threshold).collect();
    }
    let wins = |pixel: usize, p: f64| {
        (0..shape.channels).all(|other| {
            let q = prob[shape.plane(image, other).start + pixel];
            if other < channel { p > q } else { p >= q }
        })
    };
    own.iter().enumerate().map(|(pixel, &p)| counted(pixel) && wins(pixel, p)).collect()
}

/// Confusion matrix of one channel of one image.
pub fn confusion(field: &Field<'_>, image: usize, channel: usize, threshold: f64) -> Confusion {
    let predicted = predicted_mask(field, image, channel, threshold);
    confusion_of(field, image, &field.mask(image, channel), &predicted)
}

/// Hard IoU and Dice score of one image, from 0 to 1: each the mean over the foreground classes that the truth or the
/// prediction has, and 1 if there is none, as of an empty truth that is predicted empty. `threshold` is the probability
/// from which a pixel is predicted in a binary task.
pub fn mean_scores(field: &Field<'_>, image: usize, threshold: f64) -> (f64, f64) {
    let shape = field.shape();
    let scores: Vec<(f64, f64)> = (shape.first_channel(false)..shape.channels)
        .filter_map(|channel| {
            let counts = confusion(field, image, channel, threshold);
            counts.iou().zip(counts.dice())
        })
        .collect();
    if scores.is_empty() {
        return (1.0, 1.0);
    }
    let mean = |of: fn(&(f64, f64)) -> f64| scores.iter().map(of).sum::<f64>() / scores.len() as f64;
    (mean(|score| score.0), mean(|score| score.1))
}

/// Confusion matrices of a binary task at `steps` + 1 even thresholds from 0 to 1, in one pass.
pub fn confusions(field: &Field<'_>, image: usize, steps: usize) -> Vec<Confusion> {
    let threshold = |step: usize| step as f64 / steps as f64;
    // How many pixels of each side reach just this threshold.
    let mut reached = vec![[0usize; 2]; steps + 1];
    let prob = &field.probabilities(Head::Joint).prob[field.shape().plane(image, 0)];
    for (&p, &label) in prob.iter().zip(field.labels_of(image)) {
        if field.counts(label) {
            let mut step = ((p * steps as f64) as usize).min(steps);
            // Rounding may be one off either way.
            if step < steps && p >= threshold(step + 1) {
                step += 1;
            } else if p < threshold(step) {
                step -= 1;
            }
            reached[step][usize::from(field.is_foreground(label, 0))] += 1;
        }
    }
    let [background, foreground] =
        [0, 1].map(|side| reached.iter().map(|counts| counts[side]).sum::<usize>());
    let mut below = [0; 2];
    let counts = reached.iter().map(|counts| {
        let found = Confusion {
            true_positive: foreground - below[1],
            false_positive: background - below[0],
            false_negative: below[1],
            true_negative: below[0],
        };
        below = [below[0] + counts[0], below[1] + counts[1]];
        found
    });
    counts.collect()
}

fn confusion_of(field: &Field<'_>, image: usize, truth: &[bool], predicted: &[bool]) -> Confusion {
    let mut counts = Confusion::default();
    for ((&label, &truth), &predicted) in field.labels_of(image).iter().zip(truth).zip(predicted) {
        if field.counts(label) {
            *match (truth, predicted) {
                (true, true) => &mut counts.true_positive,
                (false, true) => &mut counts.false_positive,
                (true, false) => &mut counts.false_negative,
                (false, false) => &mut counts.true_negative,
            } += 1;
        }
    }
    counts
}

/// Distances from each point of one surface to the nearest of the other, in pixels, ascending, for both
/// directions. Empty if either mask has no surface.
struct SurfaceDistances {
    from_truth: Vec<f64>,
    from_prediction: Vec<f64>,
    /// Number of surface points of the truth and of the prediction.
    points: [usize; 2],
}

impl SurfaceDistances {
    fn between(truth: &[bool], predicted: &[bool], width: usize) -> Self {
        let edges = [edge(truth, width), edge(predicted, width)];
        let points = [&edges[0], &edges[1]].map(|edge| edge.iter().filter(|&&on| on).count());
        let directed = |from: &[bool], to: &[bool]| {
            if points.contains(&0) {
                return Vec::new();
            }
            let off: Vec<bool> = to.iter().map(|on| !on).collect();
            let mut distances: Vec<f64> = distance_transform(&off, width)
                .into_iter()
                .zip(from)
                .filter(|(_, on)| **on)
                .map(|(d, _)| d)
                .collect();
            distances.sort_by(f64::total_cmp);
            distances
        };
        Self {
            from_truth: directed(&edges[0], &edges[1]),
            from_prediction: directed(&edges[1], &edges[0]),
            points,
        }
    }

    fn surface(&self) -> Option<SurfaceMetrics> {
        let both = [&self.from_truth, &self.from_prediction];
        let farthest =
            |share: f64| both.iter().filter_map(|sorted| percentile(sorted, share)).fold(0.0, f64::max);
        let (sum, count) =
            (both.iter().flat_map(|all| all.iter()).sum::<f64>(), both[0].len() + both[1].len());
        let mut pooled = [&self.from_truth[..], &self.from_prediction[..]].concat();
        pooled.sort_by(f64::total_cmp);
        (count > 0).then(|| SurfaceMetrics {
            hausdorff: farthest(1.0),
            hausdorff_95_directed: farthest(0.95),
            hausdorff_95_pooled: percentile(&pooled, 0.95).unwrap_or(0.0),
            average: sum / count as f64,
        })
    }

    fn f1(&self, tolerance: f64) -> Option<f64> {
        match self.points {
            [0, 0] => None,
            [0, _] | [_, 0] => Some(0.0),
            _ => {
                let within = |all: &[f64]| all.partition_point(|&d| d <= tolerance) as f64 / all.len() as f64;
                let (recall, precision) = (within(&self.from_truth), within(&self.from_prediction));
                let both = recall + precision;
                Some(if both > 0.0 { 2.0 * recall * precision / both } else { 0.0 })
            }
        }
    }
}

/// Boundary F1 score, from 0 to 1: harmonic mean of the fractions of either surface that lie within
/// `tolerance` pixels of the other (Csurka et al. 2013). None if neither mask has a surface, 0 if only one
/// has.
pub fn boundary_f1(truth: &[bool], predicted: &[bool], width: usize, tolerance: f64) -> Option<f64> {
    SurfaceDistances::between(truth, predicted, width).f1(tolerance)
}

/// Surface of a mask: its pixels that have one of their four neighbours outside it.
pub(crate) fn edge(mask: &[bool], width: usize) -> Vec<bool> {
    let height = mask.len() / width.max(1);
    let inside = |pixel: usize| {
        let (y, x) = (pixel / width, pixel % width);
        y > 0
            && y + 1 < height
            && x > 0
            && x + 1 < width
            && mask[pixel - 1]
            && mask[pixel + 1]
            && mask[pixel - width]
            && mask[pixel + width]
    };
    (0..mask.len()).map(|pixel| mask[pixel] && !inside(pixel)).collect()
}

/// Percentile of ascending values, `share` from 0 to 1, interpolated linearly as in `numpy.percentile`; none
/// of no values.
fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = share * last as f64;
    let (below, t) = (at.floor() as usize, at.fract());
    Some(sorted[below] + t * (sorted[(below + 1).min(last)] - sorted[below]))
}

/// Bin of a reliability diagram: the pixels whose predicted probability lies in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliabilityBin {
    /// Mean predicted probability, from 0 to 1.
    pub confidence: f64,
    /// Fraction of the bin's pixels that are foreground, from 0 to 1.
    pub frequency: f64,
    /// Fraction of all counted pixels that are in the bin, from 0 to 1.
    pub share: f64,
}

/// Reliability diagram of a channel: predicted probability against observed frequency, in [`BINS`] even bins,
/// without empty ones.
pub fn reliability(field: &Field<'_>, image: usize, channel: usize) -> Vec<ReliabilityBin> {
    let mut bins = [(0.0, 0usize, 0usize); BINS];
    let own = &field.probabilities(Head::Joint).prob[field.shape().plane(image, channel)];
    for (&p, &label) in own.iter().zip(field.labels_of(image)) {
        if field.counts(label) {
            let bin = &mut bins[((p * BINS as f64) as usize).min(BINS - 1)];
            *bin = (bin.0 + p, bin.1 + usize::from(field.is_foreground(label, channel)), bin.2 + 1);
        }
    }
    let counted = bins.iter().map(|bin| bin.2).sum::<usize>().max(1) as f64;
    let filled = bins.iter().filter(|bin| bin.2 > 0);
    filled
        .map(|&(sum, foreground, pixels)| ReliabilityBin {
            confidence: sum / pixels as f64,
            frequency: foreground as f64 / pixels as f64,
            share: pixels as f64 / counted,
        })
        .collect()
}

/// Expected calibration error, from 0 (calibrated) to 1: mean over pixels of |observed frequency − predicted
/// probability| by bin, for the class against all others (Naeini et al. 2015).
pub fn calibration_error(field: &Field<'_>, image: usize, channel: usize) -> f64 {
    reliability(field, image, channel)
        .iter()
        .map(|bin| bin.share * (bin.frequency - bin.confidence).abs())
        .sum()
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4, array};

    use super::*;
    use crate::field::IGNORE;

    fn square(side: usize, left: usize, size: usize) -> Vec<bool> {
        (0..side * side)
            .map(|i| (left..left + size).contains(&(i % side)) && (4..4 + size).contains(&(i / side)))
            .collect()
    }

    #[test]
    fn counts_make_the_four_ratios() {
        let logits = array![[[[2.0f32, 2.0, -2.0, -2.0, 2.0, 2.0]]]];
        let labels = array![[[1u8, 0, 1, 0, 1, IGNORE]]];
        let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
        let found = confusion(&field, 0, 0, 0.5);
        assert_eq!(
            found,
            Confusion { true_positive: 2, false_positive: 1, false_negative: 1, true_negative: 1 }
        );
        let close = |a: Option<f64>, b: f64| (a.unwrap() - b).abs() < 1e-12;
        assert!(close(found.iou(), 0.5) && close(found.dice(), 2.0 / 3.0));
        assert!(close(found.precision(), 2.0 / 3.0) && close(found.recall(), 2.0 / 3.0));
        let none = Confusion { true_negative: 9, ..Confusion::default() };
        assert_eq!((none.iou(), none.dice(), none.precision(), none.recall()), (None, None, None, None));
    }

    #[test]
    fn counting_once_gives_what_counting_at_each_threshold_does() {
        let probs = (0..=200u32).map(|i| f64::from(i) / 200.0).chain([0.29, 0.57, 0.58, 1e-9, 1.0 - 1e-9]);
        let logits: Vec<f32> = probs.map(|p| (p / (1.0 - p)).ln().clamp(-90.0, 90.0) as f32).collect();
        let pixels = logits.len();
        let logits = Array4::from_shape_vec((1, 1, 1, pixels), logits).unwrap();
        let labels =
            Array3::from_shape_fn(
                (1, 1, pixels),
                |(_, _, x)| {
                    if x % 17 == 0 { IGNORE } else { u8::from(x % 3 == 0) }
                },
            );
        let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
        for steps in [1, 7, 100] {
            for (step, found) in confusions(&field, 0, steps).into_iter().enumerate() {
                let threshold = step as f64 / steps as f64;
                assert_eq!(found, confusion(&field, 0, 0, threshold), "{threshold}");
            }
        }
    }

    #[test]
    fn of_equal_classes_the_first_wins() {
        let logits = array![[[[1.0f32, 0.0]], [[1.0, 2.0]], [[0.0, 2.0]]]];
        let labels = array![[[0u8, 1]]];
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let masks: Vec<_> = (0..3).map(|channel| predicted_mask(&field, 0, channel, 0.5)).collect();
        assert_eq!(masks, [vec![true, false], vec![false, true], vec![false, false]]);
    }

    #[test]
    fn a_shifted_square_is_as_far_as_the_shift() {
        for shift in 0..6 {
            let found = SurfaceDistances::between(&square(24, 5, 9), &square(24, 5 + shift, 9), 24);
            let surface = found.surface().unwrap();
            assert!((surface.hausdorff - shift as f64).abs() < 1e-12, "{shift}: {surface:?}");
            assert!(surface.average <= surface.hausdorff_95_directed);
            assert!(surface.hausdorff_95_pooled <= surface.hausdorff_95_directed);
            assert!(surface.hausdorff_95_directed <= surface.hausdorff);
            assert_eq!(found.f1(shift as f64), Some(1.0));
        }
        let empty = vec![false; 24 * 24];
        assert_eq!(SurfaceDistances::between(&empty, &square(24, 5, 9), 24).surface(), None);
        assert_eq!(boundary_f1(&empty, &square(24, 5, 9), 24, 2.0), Some(0.0));
        assert_eq!(boundary_f1(&empty, &empty, 24, 2.0), None);
    }

    /// Surface distances by comparing every pair of points, on masks of no particular shape.
    #[test]
    fn distances_are_those_of_all_pairs() {
        let side = 13;
        let mask = |a: usize, b: usize| -> Vec<bool> {
            (0..side * side).map(|i| (i * a + i / side * b) % 7 < 3).collect()
        };
        for (a, b) in [
            (mask(3, 5), mask(5, 2)),
            (mask(2, 1), square(side, 2, 6)),
            (vec![true; side * side], mask(4, 3)),
        ] {
            let on = |mask: &[bool]| -> Vec<(f64, f64)> {
                let edge = edge(mask, side);
                (0..edge.len()).filter(|&i| edge[i]).map(|i| ((i / side) as f64, (i % side) as f64)).collect()
            };
            let (pa, pb) = (on(&a), on(&b));
            let nearest = |from: &[(f64, f64)], to: &[(f64, f64)]| -> Vec<f64> {
                let mut all: Vec<f64> = from
                    .iter()
                    .map(|p| to.iter().map(|q| (p.0 - q.0).hypot(p.1 - q.1)).fold(f64::INFINITY, f64::min))
                    .collect();
                all.sort_by(f64::total_cmp);
                all
            };
            let (ab, ba) = (nearest(&pa, &pb), nearest(&pb, &pa));
            let found = SurfaceDistances::between(&a, &b, side);
            let surface = found.surface().unwrap();
            let most = ab[ab.len() - 1].max(ba[ba.len() - 1]);
            assert!((surface.hausdorff - most).abs() < 1e-12);
            let mean = (ab.iter().sum::<f64>() + ba.iter().sum::<f64>()) / (ab.len() + ba.len()) as f64;
            assert!((surface.average - mean).abs() < 1e-12);
            let share = |all: &[f64]| all.iter().filter(|d| **d <= 1.0).count() as f64 / all.len() as f64;
            let (r, p) = (share(&ab), share(&ba));
            assert!((found.f1(1.0).unwrap() - 2.0 * r * p / (r + p)).abs() < 1e-12);
        }
    }

    /// A square that is found, and seven pixels far from it that are not there. They are 5.7 % of the predicted surface and
    /// 2.9 % of both. Reference values: scipy 1.17.1, with surfaces by binary erosion.
    #[test]
    fn the_two_conventions_of_the_95th_percentile_differ() {
        let side = 60;
        let truth = square(side, 4, 30);
        let predicted: Vec<bool> = (0..side * side)
            .map(|i| truth[i] || (i / side == 56 && (2..30).contains(&(i % side)) && i % 4 == 2))
            .collect();
        let found = SurfaceDistances::between(&truth, &predicted, side).surface().unwrap();
        assert!((found.hausdorff_95_directed - 20.7).abs() < 1e-12, "{found:?}");
        assert!(found.hausdorff_95_pooled.abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn an_absent_class_is_left_out_and_a_perfect_prediction_scores_1() {
        let of = |labels: [u8; 4], predicted: [usize; 4]| {
            let logits = Array4::from_shape_fn(
                (1, 3, 1, 4),
                |(_, c, _, x)| if predicted[x] == c { 4.0 } else { 0.0f32 },
            );
            let labels = Array3::from_shape_vec((1, 1, 4), labels.to_vec()).unwrap();
            mean_scores(&Field::new(logits.view(), labels.view(), None).unwrap(), 0, 0.5)
        };
        assert_eq!(of([0, 0, 0, 0], [0, 0, 0, 0]), (1.0, 1.0), "nothing to find, and nothing found");
        assert_eq!(of([0, 0, 0, 0], [0, 0, 0, 2]), (0.0, 0.0));
        assert_eq!(of([0, 1, 1, 0], [0, 1, 1, 0]), (1.0, 1.0), "class 2 is in neither");
        let (iou, dice) = of([0, 1, 1, 0], [2, 1, 0, 0]);
        assert!((iou - 0.25).abs() < 1e-12 && (dice - 1.0 / 3.0).abs() < 1e-12, "{iou} {dice}");
    }

    /// Reference value: `numpy.percentile([0, 1, 2, 10], 95)` is 8.8.
    #[test]
    fn percentiles_lie_between_values_in_proportion() {
        assert!((percentile(&[0.0, 1.0, 2.0, 10.0], 0.95).unwrap() - 8.8).abs() < 1e-12);
        assert_eq!(percentile(&[], 0.95), None);
    }

    #[test]
    fn what_comes_true_as_often_as_predicted_is_calibrated() {
        let field_of = |z: f32, foreground: usize| {
            let logits = Array4::from_elem((1, 1, 10, 10), z);
            let labels = Array3::from_shape_fn((1, 10, 10), |(_, y, x)| u8::from(y * 10 + x < foreground));
            (logits, labels)
        };
        let z = (0.3f32 / 0.7).ln();
        for (foreground, error) in [(30, 0.0), (50, 0.2), (0, 0.3)] {
            let (logits, labels) = field_of(z, foreground);
            let field = Field::new(logits.view(), labels.view(), None).unwrap();
            assert!((calibration_error(&field, 0, 0) - error).abs() < 1e-6);
            assert_eq!(reliability(&field, 0, 0).len(), 1);
        }
    }
}
