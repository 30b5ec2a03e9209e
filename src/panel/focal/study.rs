//! Focal loss by p_t: its curves, and the distribution of a scene's own pixels over them.

use crate::field::{Field, Head};

/// Focal loss of one pixel as a function of p_t, the probability given to its true class; without α.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FocalCurve {
    /// γ, the focusing exponent.
    pub gamma: f64,
    /// Reduced threshold r: pixels with p_t below it keep their full weight; none for the plain focal loss.
    pub reduced_threshold: Option<f64>,
}

impl FocalCurve {
    /// Curve `(1 − p_t)^γ · −log p_t`.
    pub const fn plain(gamma: f64) -> Self {
        Self { gamma, reduced_threshold: None }
    }

    /// Exponent that acts at p_t: γ, or 0 below the reduced threshold.
    fn felt(self, p: f64) -> f64 {
        if self.reduced_threshold.is_some_and(|threshold| p < threshold) { 0.0 } else { self.gamma }
    }

    /// Modulating factor of cross-entropy, from p_t and log (1 − p_t); from 0 to 1.
    pub fn factor(self, p: f64, log_rest: f64) -> f64 {
        let gamma = self.felt(p);
        // At p_t = 1 the logarithm is infinite, and nothing to the power of 0 is 1.
        if gamma == 0.0 { 1.0 } else { (gamma * self.discounted(log_rest)).exp() }
    }

    /// Logarithm of the base that is raised to γ: log (1 − p_t), less log r with a reduced threshold.
    fn discounted(self, log_rest: f64) -> f64 {
        log_rest - self.reduced_threshold.map_or(0.0, f64::ln)
    }

    /// Loss at p_t; infinite at 0.
    pub fn loss(self, p: f64) -> f64 {
        self.factor(p, (-p).ln_1p()) * -p.ln()
    }

    /// Absolute derivative of the loss by the logit of the true class; the derivative itself is never
    /// positive.
    pub fn gradient(self, p: f64) -> f64 {
        let entropy = if p > 0.0 { -p.ln() } else { 0.0 };
        self.factor(p, (-p).ln_1p()) * self.slope(p, 1.0 - p, entropy)
    }

    /// Second factor of the gradient, beside the modulating factor: 1 − p_t + γ · p_t · entropy.
    fn slope(self, p: f64, rest: f64, entropy: f64) -> f64 {
        rest + self.felt(p) * p * entropy
    }

    /// γ with which `weight` times the curve passes through `loss` at p_t; none where γ has no effect.
    pub fn gamma_through(self, weight: f64, p: f64, loss: f64) -> Option<f64> {
        let base = self.discounted((-p).ln_1p());
        let gamma = (loss / (weight * -p.ln())).ln() / base;
        let has_say = base != 0.0 && self.reduced_threshold.is_none_or(|threshold| p >= threshold);
        (has_say && !gamma.is_nan()).then_some(gamma)
    }

    /// Weight with which the curve passes through `loss` at p_t; none where no weight does.
    pub fn weight_through(self, p: f64, loss: f64) -> Option<f64> {
        let weight = loss / self.loss(p);
        (!weight.is_nan()).then_some(weight)
    }
}

/// γ values whose losses of sorted pixels Lin et al. compare.
pub const FAMILY: [f64; 4] = [0.0, 0.5, 1.0, 2.0];

/// Number of curves measured: [`FAMILY`] and the curve in use.
pub const CURVES: usize = FAMILY.len() + 1;

/// Index of the curve in use among all [`CURVES`].
pub const IN_USE: usize = FAMILY.len();

/// Pixels of one side, foreground or background.
#[derive(Debug, Clone, PartialEq)]
pub struct SideStatistics {
    /// Histogram of p_t: number of pixels in even bins from 0 to 1.
    pub histogram: Vec<usize>,
    /// Easy pixels, with p_t of at least ½.
    pub easy: Group,
    /// Hard pixels, with p_t below ½.
    pub hard: Group,
    /// Spread of the loss over the pixels.
    pub concentration: Concentration,
}

impl SideStatistics {
    /// Number of pixels, easy and hard.
    pub fn pixels(&self) -> usize {
        self.easy.pixels + self.hard.pixels
    }
}

/// Sums over a group of pixels, without α. Gradients are by the logit of the true class.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Group {
    /// Number of pixels.
    pub pixels: usize,
    /// Σ cross-entropy.
    pub entropy: f64,
    /// Σ focal loss.
    pub focal: f64,
    /// Σ |gradient| of cross-entropy.
    pub entropy_gradient: f64,
    /// Σ |gradient| of the focal loss.
    pub focal_gradient: f64,
    /// Σ modulating factor of cross-entropy.
    pub factor: f64,
}

/// Spread of the loss over pixels, from the easiest, with the largest p_t, to the hardest.
///
/// Pixels are not sorted but counted in many bins, within which the cross-entropy of two differs by 2 % at
/// most. At the ends of bins the fractions are exact; in between they are taken to grow evenly.
#[derive(Debug, Clone, PartialEq)]
pub struct Concentration {
    /// Running sums at the end of each bin that holds a pixel: number of pixels, then Σ loss of each curve.
    ends: Vec<[f64; 1 + CURVES]>,
}

/// Number of bins of cross-entropy, even in its logarithm.
const FINE: usize = 2048;
/// Range of the bins, as natural logarithms of cross-entropy: less than the first adds nothing, and a logit
/// of 10⁵ is still below the last.
const FIRST: f64 = -28.0;
const LAST: f64 = 12.0;

impl Concentration {
    fn of_bins(mut bins: Vec<[f64; 1 + CURVES]>) -> Self {
        bins.retain(|bin| bin[0] > 0.0);
        let mut sums = [0.0; 1 + CURVES];
        for bin in &mut bins {
            for (sum, own) in sums.iter_mut().zip(bin) {
                *sum += *own;
                *own = *sum;
            }
        }
        Self { ends: bins }
    }

    /// Σ loss of a curve over all pixels.
    pub fn total(&self, curve: usize) -> f64 {
        self.ends.last().map_or(0.0, |end| end[1 + curve])
    }

    /// Fraction of a curve's loss in the easiest `pixels`, a fraction of all; none if the loss is 0.
    pub fn held_by_easiest(&self, curve: usize, pixels: f64) -> Option<f64> {
        self.along(0, 1 + curve, pixels)
    }

    /// Fraction of a curve's loss in the hardest `pixels`, a fraction of all; none if the loss is 0.
    pub fn held_by_hardest(&self, curve: usize, pixels: f64) -> Option<f64> {
        self.held_by_easiest(curve, 1.0 - pixels).map(|held| 1.0 - held)
    }

    /// Fraction of pixels, the hardest, that hold the fraction `loss` of a curve's loss; none if the loss is
    /// 0.
    pub fn hardest_that_hold(&self, curve: usize, loss: f64) -> Option<f64> {
        self.along(1 + curve, 0, 1.0 - loss).map(|pixels| 1.0 - pixels)
    }

    /// Fraction of the sum `asked` that is reached where the sum `known` has reached `share` of its total;
    /// none if either total is 0.
    fn along(&self, known: usize, asked: usize, share: f64) -> Option<f64> {
        let total = self.ends.last()?;
        let aim = share * total[known];
        let next = self.ends.partition_point(|end| end[known] < aim).min(self.ends.len() - 1);
        let (before, after) =
            (next.checked_sub(1).map_or([0.0; 1 + CURVES], |at| self.ends[at]), self.ends[next]);
        let step = after[known] - before[known];
        let part = if step > 0.0 { ((aim - before[known]) / step).clamp(0.0, 1.0) } else { 1.0 };
        let reached = before[asked] + part * (after[asked] - before[asked]);
        (total[known] > 0.0 && total[asked] > 0.0).then(|| reached / total[asked])
    }
}

/// Pixels of the foreground (any class but 0) and of the background under a curve, with histograms of `bins`
/// bins.
pub fn sides(field: &Field<'_>, curve: FocalCurve, bins: usize) -> [SideStatistics; 2] {
    let shape = field.shape();
    let all = field.probabilities(Head::Joint);
    let empty = || (vec![0; bins], [Group::default(); 2], vec![[0.0; 1 + CURVES]; FINE]);
    let mut counted = [empty(), empty()];
    for image in 0..shape.images {
        for (pixel, &label) in field.labels_of(image).iter().enumerate() {
            if !field.counts(label) {
                continue;
            }
            let channel = if shape.channels == 1 { 0 } else { usize::from(label) };
            let i = shape.plane(image, channel).start + pixel;
            let (p, rest, log_p, log_rest) = if shape.channels == 1 && label == 0 {
                (all.rest[i], all.prob[i], all.log_rest[i], all.log_prob[i])
            } else {
                (all.prob[i], all.rest[i], all.log_prob[i], all.log_rest[i])
            };
            let entropy = -log_p;
            let factor = curve.factor(p, log_rest);
            let (histogram, groups, fine) = &mut counted[usize::from(label == 0)];

            histogram[((p * bins as f64) as usize).min(bins - 1)] += 1;

            let group = &mut groups[usize::from(p < 0.5)];
            group.pixels += 1;
            group.entropy += entropy;
            group.focal += factor * entropy;
            group.entropy_gradient += rest;
            group.focal_gradient += factor * curve.slope(p, rest, entropy);
            group.factor += factor;

            // What is out of the bins, as no loss at all, falls in the first or the last.
            let bin = ((entropy.ln() - FIRST) * (FINE as f64 / (LAST - FIRST))) as usize;
            let terms = [1.0, rest.sqrt(), rest, rest * rest, factor].map(|factor| factor * entropy);
            let sums = &mut fine[bin.min(FINE - 1)];
            sums[0] += 1.0;
            sums[1..].iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
        }
    }
    counted.map(|(histogram, [easy, hard], fine)| SideStatistics {
        histogram,
        easy,
        hard,
        concentration: Concentration::of_bins(fine),
    })
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4, array};

    use super::*;
    use crate::field::{Labels, Logits, sigmoid};
    use crate::loss::config::{Config, Settings};
    use crate::loss::focal::{Focal, SPEC};
    use crate::loss::{Evaluation, Loss};
    use crate::scene::random::gaussian;

    /// Background with logits around −3 and foreground around 0, with a standard deviation of 1.5 each.
    fn analogue(background: usize, foreground: usize) -> (Logits, Labels) {
        let n = background + foreground;
        let logit = |i: usize| (if i < background { -3.0 } else { 0.0 }) + 1.5 * gaussian(7, i as u64);
        let logits = Array4::from_shape_fn((1, 1, 1, n), |(.., i)| logit(i) as f32);
        (logits, Array3::from_shape_fn((1, 1, n), |(.., i)| u8::from(i >= background)))
    }

    #[test]
    fn the_curves_have_the_values_of_the_paper() {
        // Lin et al., figure 1 and section 3.2.
        let entropy = FocalCurve::plain(0.0);
        for (gamma, at_six_tenths) in
            [(0.0, 0.5108), (0.5, 0.3231), (1.0, 0.2043), (2.0, 0.0817), (5.0, 0.0052)]
        {
            assert!((FocalCurve::plain(gamma).loss(0.6) - at_six_tenths).abs() < 5e-5, "γ = {gamma}");
        }
        let times_lower = |p: f64| entropy.loss(p) / FocalCurve::plain(2.0).loss(p);
        assert!((times_lower(0.9) - 100.0).abs() < 1e-9);
        assert!((times_lower(0.968) - 976.6).abs() < 0.1);
        assert!(
            (1..=50).all(|p| times_lower(f64::from(p) / 100.0) <= 4.0 + 1e-12),
            "at most 4 where p_t ≤ ½"
        );
        for gamma in [0.0, 0.5, 2.0] {
            assert_eq!(
                (FocalCurve::plain(gamma).loss(1.0).abs(), FocalCurve::plain(gamma).gradient(1.0)),
                (0.0, 0.0)
            );
            assert!((FocalCurve::plain(gamma).gradient(0.0) - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_loss_along_the_logit() {
        for curve in [0.0, 0.5, 1.0, 2.0, 5.0, 8.0]
            .map(FocalCurve::plain)
            .into_iter()
            .chain([FocalCurve { gamma: 2.0, reduced_threshold: Some(0.4) }])
        {
            for i in -40..=40 {
                let (z, h) = (f64::from(i) / 10.0 + 0.003, 1e-5);
                let slope = (curve.loss(sigmoid(z + h)) - curve.loss(sigmoid(z - h))) / (2.0 * h);
                let exact = curve.gradient(sigmoid(z));
                assert!((exact + slope).abs() < 1e-8, "{curve:?}, z {z}: {exact} and {slope}");
            }
        }
    }

    #[test]
    fn a_point_of_a_curve_gives_back_its_gamma_and_weight() {
        for threshold in [None, Some(0.3)] {
            for gamma in [0.0, 0.7, 2.0, 5.0] {
                for (weight, p) in [(0.25, 0.35), (0.75, 0.6), (1.0, 0.9)] {
                    let curve = FocalCurve { gamma, reduced_threshold: threshold };
                    let loss = weight * curve.loss(p);
                    let found = curve.gamma_through(weight, p, loss).unwrap();
                    assert!((found - gamma).abs() < 1e-9, "{curve:?} at {p}: {found}");
                    let found = curve.weight_through(p, loss).unwrap();
                    assert!((found - weight).abs() < 1e-12, "{curve:?} at {p}: {found}");
                }
            }
        }
        let curve = FocalCurve { gamma: 2.0, reduced_threshold: Some(0.5) };
        assert_eq!(curve.gamma_through(1.0, 0.2, 0.3), None, "below r every γ has the same loss");
        assert_eq!(curve.gamma_through(1.0, 0.5, 0.3), None, "at r too");
        assert_eq!(
            FocalCurve::plain(2.0).gamma_through(1.0, 0.5, 0.0),
            Some(f64::INFINITY),
            "no γ is large enough"
        );
        assert_eq!(FocalCurve::plain(2.0).gamma_through(1.0, 0.5, -1.0), None);
        assert_eq!(FocalCurve::plain(2.0).weight_through(1.0, 0.0), None);
    }

    #[test]
    fn pixels_fall_in_the_bin_of_their_true_class() {
        // p = 0.5, nearly 1 and nearly 0 for the foreground; the last pixels are background and right, or ignored.
        let logits = array![[[[0.0f32, 9.0, -9.0, 0.0]]]];
        let labels = array![[[1u8, 1, 0, 255]]];
        let field = Field::new(logits.view(), labels.view(), Some(255)).unwrap();
        let [foreground, background] = sides(&field, FocalCurve::plain(2.0), 4);
        assert_eq!((foreground.histogram, background.histogram), (vec![0, 0, 1, 1], vec![0, 0, 0, 1]));
        assert_eq!((foreground.easy.pixels, foreground.hard.pixels), (2, 0), "½ is easy");
        assert!(
            (foreground.easy.factor - 0.25).abs() < 1e-7
                && (foreground.easy.entropy_gradient - 0.5).abs() < 1e-3
        );
    }

    /// Same terms as the loss itself adds.
    #[test]
    fn the_groups_add_up_to_the_loss_and_its_gradient() {
        let wave = |seed: usize| move |i: usize| ((i * 7919 + seed * 104_729) % 1013) as f64 / 1013.0;
        for channels in [1, 3] {
            let logits = Array4::from_shape_fn((2, channels, 9, 11), |(n, c, y, x)| {
                (8.0 * wave(3)(((n * 3 + c) * 9 + y) * 11 + x) - 4.0) as f32
            });
            let labels = Array3::from_shape_fn((2, 9, 11), |(n, y, x)| {
                if x == 5 { 255 } else { ((n + y + x / 3) % channels.max(2)) as u8 }
            });
            let field = Field::new(logits.view(), labels.view(), Some(255)).unwrap();
            for (gamma, threshold) in [(2.0, 0.0), (0.7, 0.0), (1.3, 0.35)] {
                let settings = Settings::from([
                    ("gamma".into(), gamma.into()),
                    ("reduced_threshold".into(), threshold.into()),
                    ("balanced".into(), false.into()),
                ]);
                let focal = Focal::new(&Config::new(&SPEC, &settings).unwrap());
                let curve = FocalCurve { gamma, reduced_threshold: focal.reduced_threshold };
                let found = sides(&field, curve, 10);
                let sum = |of: fn(&Group) -> f64| {
                    found.iter().map(|side| of(&side.easy) + of(&side.hard)).sum::<f64>()
                };
                let counted = field.valid_pixels(0..2) as f64;
                let Evaluation { value, gradient, .. } = Evaluation::of(&focal as &dyn Loss, &field);
                assert!((sum(|group| group.focal) / counted - value).abs() < 1e-12);
                let size: f64 = gradient.iter().map(|g| f64::from(g.abs())).sum();
                // The other logits of a softmax are pulled as hard as the true one, together.
                let pulled = if channels == 1 { 1.0 } else { 2.0 };
                let expected = pulled * sum(|group| group.focal_gradient) / counted;
                assert!((size - expected).abs() < 1e-6 * expected, "{size} is not {expected}");
                for side in &found {
                    let total = side.concentration.total(IN_USE);
                    assert!((total - side.easy.focal - side.hard.focal).abs() < 1e-9 * total);
                    let entropy = side.concentration.total(0);
                    assert!((entropy - side.easy.entropy - side.hard.entropy).abs() < 1e-9 * entropy);
                    assert_eq!(side.histogram.iter().sum::<usize>(), side.pixels());
                }
            }
        }
    }

    /// Same fractions by bins as by a sort.
    #[test]
    fn shares_of_loss_are_those_of_sorted_pixels() {
        let (logits, labels) = analogue(4000, 300);
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let in_use = FocalCurve { gamma: 3.5, reduced_threshold: None };
        let curves: Vec<FocalCurve> = FAMILY.map(FocalCurve::plain).into_iter().chain([in_use]).collect();
        for (side, label) in sides(&field, in_use, 10).iter().zip([1, 0]) {
            let mut sorted: Vec<f64> = logits
                .iter()
                .zip(&labels)
                .filter(|(_, own)| **own == label)
                .map(|(&z, _)| sigmoid(if label == 1 { f64::from(z) } else { -f64::from(z) }))
                .collect();
            sorted.sort_by(|a, b| b.total_cmp(a));
            for (at, curve) in curves.iter().enumerate() {
                let losses: Vec<f64> = sorted.iter().map(|&p| curve.loss(p)).collect();
                let total: f64 = losses.iter().sum();
                let mut held = 0.0;
                for (i, loss) in losses.iter().enumerate() {
                    held += loss / total;
                    let share = (i + 1) as f64 / losses.len() as f64;
                    let found = side.concentration.held_by_easiest(at, share).unwrap();
                    // Within a bin of 2 % in cross-entropy losses differ by at most 2 (1 + γ) %, so that a line is off
                    // by an eighth of that at most, of what a bin holds: here less than a tenth of the loss.
                    assert!(
                        (found - held).abs() < 0.1 * 0.02 * (1.0 + curve.gamma) / 8.0,
                        "{share}: {found}, {held}"
                    );
                }
            }
        }
    }

    #[test]
    fn shares_and_pixels_are_inverse_and_nothing_has_none() {
        let (logits, labels) = analogue(3000, 200);
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let [foreground, _] = sides(&field, FocalCurve::plain(5.0), 10);
        for curve in 0..CURVES {
            for share in [0.01, 0.3, 0.8] {
                let pixels = foreground.concentration.hardest_that_hold(curve, share).unwrap();
                let held = foreground.concentration.held_by_hardest(curve, pixels).unwrap();
                assert!((held - share).abs() < 1e-9);
            }
            assert!(foreground.concentration.held_by_easiest(curve, 0.0).unwrap().abs() < 1e-12);
            assert!((foreground.concentration.held_by_easiest(curve, 1.0).unwrap() - 1.0).abs() < 1e-12);
        }
        // One side has no pixel, and no pixel of the other any loss that f64 holds.
        let (logits, labels) = (Array4::from_elem((1, 1, 2, 2), -1e4), Array3::zeros((1, 2, 2)));
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        for side in sides(&field, FocalCurve::plain(2.0), 10) {
            assert_eq!(side.concentration.held_by_hardest(0, 0.2), None);
            assert_eq!(side.concentration.hardest_that_hold(IN_USE, 0.8), None);
        }
    }

    /// Figure 4 of Lin et al. in numbers, on logits like those of their detector.
    #[test]
    fn the_hardest_pixels_hold_what_they_hold_in_the_paper() {
        let (logits, labels) = analogue(100_000, 1000);
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let [foreground, background] = sides(&field, FocalCurve::plain(2.0), 10);
        // By γ, each with its standard error over draws: what the hardest 1 % of the background hold, the hardest 20 %
        // of the foreground, and the foreground of all. They were found on one other draw, so that the difference has
        // √2 such errors; five of those are allowed.
        let expected = [
            [(0.116, 0.0011), (0.486, 0.0082), (0.071, 0.0019)],
            [(0.196, 0.0021), (0.553, 0.0100), (0.111, 0.0034)],
            [(0.285, 0.0033), (0.609, 0.0115), (0.152, 0.0052)],
            [(0.458, 0.0056), (0.701, 0.0132), (0.227, 0.0086)],
        ];
        for (curve, expected) in expected.into_iter().enumerate() {
            let (own, other) = (foreground.concentration.total(curve), background.concentration.total(curve));
            let found = [
                background.concentration.held_by_hardest(curve, 0.01).unwrap(),
                foreground.concentration.held_by_hardest(curve, 0.2).unwrap(),
                own / (own + other),
            ];
            for (found, (expected, error)) in found.into_iter().zip(expected) {
                assert!((found - expected).abs() < 5.0 * 2f64.sqrt() * error, "γ {}: {found}", FAMILY[curve]);
            }
        }
    }
}
