//! Sums of a loss accumulated in float16.
//!
//! A float16 has 11 significant bits and ends at 65504. A term under half the spacing of a sum is lost in it:
//! ones added one after the other stop at 2048. Only terms and partial sums are rounded here, each to the
//! nearest float16 with ties to even; probabilities, logarithms and the last divisions stay exact, so that
//! what goes wrong is due to the sums alone.

use std::num::FpCategory;

use half::f16;

use crate::field::{Field, Head};
use crate::loss::overlap::Overlap;
use crate::loss::{Evaluation, Spec, cross_entropy, dice};

/// Sum accumulated in three ways; all three are 0 if there are no terms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HalfSum {
    /// Sum in f64, of terms that are not rounded.
    pub exact: f64,
    /// Sum in float16, one term after the other; infinite past 65504.
    pub sequential: f64,
    /// Sum in float16, as a tree: sums of neighbours, then of neighbouring sums, as a GPU does. Infinite past
    /// 65504.
    pub pairwise: f64,
    /// Index of the term at which the sequential sum became infinite.
    pub overflows_at: Option<usize>,
    /// Index of the first term that did not change the sequential sum though it is not 0 in float16. Larger terms after
    /// it may count again; among equal terms none does.
    pub stalls_at: Option<usize>,
}

/// Named sum that a loss is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SumReport {
    /// Formula of the sum, for people.
    pub name: &'static str,
    /// Sum, accumulated in three ways.
    pub sum: HalfSum,
}

/// Loss made of sums accumulated in three ways. NaN where infinity is divided by infinity.
#[derive(Debug, Clone, Copy)]
pub struct HalfLoss {
    /// Line of the catalogue.
    pub spec: &'static Spec,
    /// Loss from f64 sums.
    pub exact: f64,
    /// Loss from float16 sums, one term after the other.
    pub sequential: f64,
    /// Loss from float16 sums, as a tree.
    pub pairwise: f64,
}

/// Damage to a gradient in float16, as numbers of elements. The last three are among the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GradientInHalf {
    /// Elements that are not 0 in f32.
    pub nonzero: usize,
    /// Elements that become 0.
    pub underflow: usize,
    /// Elements that become subnormal, under 2⁻¹⁴ ≈ 6.1·10⁻⁵, and so keep fewer than 11 bits.
    pub subnormal: usize,
    /// Elements that become infinite.
    pub overflow: usize,
}

/// Nearest float16, by way of f32 as tensors are cast. The crate's own conversion from f64 drops the last 32
/// bits before it looks for ties.
fn rounded(x: f64) -> f16 {
    f16::from_f32(x as f32)
}

/// Sum of terms, none of which may be NaN, accumulated in three ways.
pub fn half_sum(terms: impl Iterator<Item = f64>) -> HalfSum {
    let (mut exact, mut sequential) = (0.0, f16::ZERO);
    let (mut overflows_at, mut stalls_at) = (None, None);
    let mut halves = Vec::new();
    for (at, term) in terms.enumerate() {
        exact += term;
        let term = rounded(term);
        let sum = sequential + term;
        if sum.is_infinite() {
            overflows_at = overflows_at.or(Some(at));
        } else if sum == sequential && term != f16::ZERO {
            stalls_at = stalls_at.or(Some(at));
        }
        sequential = sum;
        halves.push(term);
    }
    HalfSum {
        exact,
        sequential: sequential.to_f64(),
        pairwise: tree_sum(halves).to_f64(),
        overflows_at,
        stalls_at,
    }
}

/// Sum as a tree: neighbours are summed until one sum is left; one without a neighbour waits for the next
/// round.
fn tree_sum(mut sums: Vec<f16>) -> f16 {
    while sums.len() > 1 {
        sums = sums
            .chunks(2)
            .map(|pair| pair.iter().copied().reduce(|a, b| a + b).unwrap_or_default())
            .collect();
    }
    sums.first().copied().unwrap_or_default()
}

/// Partial sums for a curve: number of terms, exact sum, sequential float16 sum. They stand at about `points`
/// evenly spaced places, fewer if there are fewer terms; the last is the whole sum. Empty if there are no
/// terms.
pub fn partial_sums(terms: &[f64], points: usize) -> Vec<(usize, f64, f64)> {
    let points = points.clamp(1, terms.len().max(1));
    let mut partial = Vec::with_capacity(points);
    let (mut exact, mut sequential) = (0.0, f16::ZERO);
    for (at, &term) in terms.iter().enumerate() {
        exact += term;
        sequential += rounded(term);
        // The next place is a share of all terms. In 32 bits, which the browser has, the products overflow.
        if (at + 1) as u64 * points as u64 >= (partial.len() + 1) as u64 * terms.len() as u64 {
            partial.push((at + 1, exact, sequential.to_f64()));
        }
    }
    partial
}

/// Terms of the sums that a loss is made of, with the formula of each sum: one for each pixel that counts,
/// over the whole batch in row order.
///
/// p and y are of one channel: the only one of a binary task, channel 1 of a multi-class one. The
/// cross-entropy, in nats, is of all channels. Soft labels enter both y and the cross-entropy.
pub fn terms_of(field: &Field<'_>) -> Vec<(&'static str, Vec<f64>)> {
    let SumTerms { cross_entropy, prob, label } = SumTerms::of(field);
    let overlap = prob.iter().zip(&label).map(|(p, y)| p * y).collect();
    let squares = prob.iter().map(|p| p * p).collect();
    vec![
        ("Σ cross-entropy", cross_entropy),
        ("Σ p", prob),
        ("Σ y", label),
        ("Σ p·y", overlap),
        ("Σ p²", squares),
    ]
}

/// Sums of [`terms_of`], accumulated in three ways.
pub fn sums_of(field: &Field<'_>) -> Vec<SumReport> {
    let sum = |(name, terms): (_, Vec<f64>)| SumReport { name, sum: half_sum(terms.into_iter()) };
    terms_of(field).into_iter().map(sum).collect()
}

/// Losses from float16 sums: Dice without smoothing, 1 − 2Σpy/(Σp + Σy), of the one channel of [`terms_of`],
/// and the mean cross-entropy. An empty mask is scored as any other; with no pixel to count the cross-entropy
/// is 0.
pub fn losses_of(field: &Field<'_>) -> Vec<HalfLoss> {
    let SumTerms { cross_entropy, prob, label } = SumTerms::of(field);
    let pixels = label.len().max(1) as f64;
    let overlap = half_sum(prob.iter().zip(&label).map(|(p, y)| p * y));
    let (prob, label) = (half_sum(prob.into_iter()), half_sum(label.into_iter()));
    let cross_entropy = half_sum(cross_entropy.into_iter());
    let dice =
        |sum: fn(&HalfSum) -> f64| 1.0 - sum(&overlap) / (0.5 * (sum(&prob) + sum(&label))).max(Overlap::EPS);
    let of = |spec, loss: &dyn Fn(fn(&HalfSum) -> f64) -> f64| HalfLoss {
        spec,
        exact: loss(|sum| sum.exact),
        sequential: loss(|sum| sum.sequential),
        pairwise: loss(|sum| sum.pairwise),
    };
    vec![of(&dice::SPEC, &dice), of(&cross_entropy::SPEC, &|sum| sum(&cross_entropy) / pixels)]
}

struct SumTerms {
    cross_entropy: Vec<f64>,
    prob: Vec<f64>,
    label: Vec<f64>,
}

impl SumTerms {
    fn of(field: &Field<'_>) -> Self {
        let shape = field.shape();
        let all = field.probabilities(Head::Joint);
        let channel = shape.first_channel(false);
        let mut terms = Self { cross_entropy: Vec::new(), prob: Vec::new(), label: Vec::new() };
        for image in 0..shape.images {
            for (pixel, &label) in field.labels_of(image).iter().enumerate() {
                if !field.counts(label) {
                    continue;
                }
                let at = |channel| shape.plane(image, channel).start + pixel;
                let i = at(channel);
                let y = field.target(i, label, channel);
                terms.cross_entropy.push(if shape.channels == 1 {
                    -y * all.log_prob[i] - (1.0 - y) * all.log_rest[i]
                } else {
                    let of = |channel| -field.target(at(channel), label, channel) * all.log_prob[at(channel)];
                    (0..shape.channels).map(of).sum()
                });
                terms.prob.push(all.prob[i]);
                terms.label.push(y);
            }
        }
        terms
    }
}

/// Number of logits whose exponential is infinite in float16, which is so above 11.09: there a softmax or
/// sigmoid by plain exponentials breaks. Only pixels that count.
pub fn exp_overflows(field: &Field<'_>) -> usize {
    let shape = field.shape();
    let in_plane = |(image, channel)| {
        let logits = field.logits()[shape.plane(image, channel)].iter().zip(field.labels_of(image));
        logits
            .filter(|&(&z, &label)| field.counts(label) && rounded(f64::from(z).exp()).is_infinite())
            .count()
    };
    (0..shape.images).flat_map(|image| (0..shape.channels).map(move |c| (image, c))).map(in_plane).sum()
}

/// The gradient by loss scale.
pub fn by_scale(evaluation: &Evaluation) -> [(f64, GradientInHalf); 3] {
    let Evaluation { gradient, unit, .. } = evaluation;
    [1.0, 1024.0, 65536.0].map(|scale| (scale, gradient_in_half(gradient, scale * unit)))
}

/// Fate of a gradient that is multiplied by the loss scale and then kept in float16.
pub fn gradient_in_half(gradient: &[f32], loss_scale: f64) -> GradientInHalf {
    let mut found = GradientInHalf { nonzero: 0, underflow: 0, subnormal: 0, overflow: 0 };
    for &g in gradient.iter().filter(|&&g| g != 0.0) {
        found.nonzero += 1;
        match rounded(f64::from(g) * loss_scale).classify() {
            FpCategory::Zero => found.underflow += 1,
            FpCategory::Subnormal => found.subnormal += 1,
            FpCategory::Infinite => found.overflow += 1,
            FpCategory::Normal | FpCategory::Nan => {}
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "a float16 sum is one number and no other")]
mod tests {
    use std::iter::repeat_n;

    use ndarray::{Array3, array};

    use super::*;
    use crate::field::{IGNORE, Labels, Logits};
    use crate::loss::Loss;
    use crate::loss::cross_entropy::CrossEntropy;
    use crate::loss::dice::DICE;

    #[test]
    fn ones_stop_at_2048() {
        let sum = half_sum(repeat_n(1.0, 3000));
        assert_eq!((sum.exact, sum.sequential, sum.pairwise), (3000.0, 2048.0, 3000.0));
        assert_eq!((sum.overflows_at, sum.stalls_at), (None, Some(2048)));
        let sum = half_sum(repeat_n(1.0, 2048));
        assert_eq!((sum.sequential, sum.stalls_at), (2048.0, None));
    }

    #[test]
    fn past_65504_is_infinity() {
        // No float16 is between 65504 and infinity, and the tree gets there even with ones.
        let ones = half_sum(repeat_n(1.0, 70_000));
        assert_eq!((ones.sequential, ones.pairwise, ones.overflows_at), (2048.0, f64::INFINITY, None));
        let sum = half_sum(repeat_n(1024.0, 70));
        assert_eq!((sum.exact, sum.sequential, sum.pairwise), (71_680.0, f64::INFINITY, f64::INFINITY));
        assert_eq!((sum.overflows_at, sum.stalls_at), (Some(63), None), "the 64th makes 65536");
        assert_eq!(half_sum([65_504.0, 15.0].into_iter()).sequential, 65_504.0);
        assert_eq!(
            half_sum([65_504.0, 16.0].into_iter()).sequential,
            f64::INFINITY,
            "a tie, to the even side"
        );
    }

    /// Stall of 0.1, which is 1638/2¹⁴ in float16: half the spacing of 256 to 512 is 1/8.
    #[test]
    fn tenths_stop_at_256() {
        let sum = half_sum(repeat_n(0.1, 4096));
        assert!((sum.exact - 409.6).abs() < 1e-9);
        assert_eq!(sum.sequential, 256.0);
        assert_eq!(sum.pairwise, 4096.0 * 1638.0 / 16_384.0, "doubling is exact");
    }

    /// Terms just above half the spacing count, however little above.
    #[test]
    fn a_sum_is_rounded_once() {
        let above_half = 1.0 + f64::from(f16::EPSILON);
        assert_eq!(half_sum([2048.0, above_half].into_iter()).sequential, 2050.0);
        assert_eq!(half_sum([1.0 + 2f64.powi(-11) + 2f64.powi(-23)].into_iter()).sequential, above_half);
    }

    #[test]
    fn small_terms_are_lost_or_nothing_at_all() {
        let sum = half_sum([2048.0, 0.0, 1e-9, 1.0, 4.0].into_iter());
        assert_eq!((sum.sequential, sum.stalls_at), (2052.0, Some(3)), "1e-9 is 0 in float16");
        let none = half_sum(std::iter::empty());
        assert_eq!((none.exact, none.sequential, none.pairwise, none.stalls_at), (0.0, 0.0, 0.0, None));
        assert_eq!(half_sum([1.0, 2.0, 4.0].into_iter()).pairwise, 7.0, "the odd one out waits");
    }

    #[test]
    fn partial_sums_end_with_the_whole() {
        let found = partial_sums(&vec![1.0; 3000], 3);
        assert_eq!(found, [(1000, 1000.0, 1000.0), (2000, 2000.0, 2000.0), (3000, 3000.0, 2048.0)]);
        let places = |terms, points| -> Vec<usize> {
            partial_sums(&vec![1.0; terms], points).into_iter().map(|(count, ..)| count).collect()
        };
        assert_eq!(places(10, 4), [3, 5, 8, 10]);
        assert_eq!(places(3, 100), [1, 2, 3]);
        assert_eq!(places(3, 0), [3]);
        assert!(places(0, 5).is_empty());
    }

    /// Foreground of 4096 pixels, all with p = ½: Σy stops at 2048, and Σp and Σp·y at 1024.
    #[test]
    fn sums_and_losses_of_even_foreground() {
        let (logits, labels) = (Logits::zeros((1, 1, 64, 64)), Labels::ones((1, 64, 64)));
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let sums = sums_of(&field);
        let sequential: Vec<_> = sums.iter().map(|report| (report.name, report.sum.sequential)).collect();
        assert_eq!(
            sequential[1..],
            [("Σ p", 1024.0), ("Σ y", 2048.0), ("Σ p·y", 1024.0), ("Σ p²", 512.0)],
            "each at 2048 times its term"
        );
        assert_eq!(sums.iter().map(|report| report.sum.pairwise).skip(1).sum::<f64>(), 9216.0);
        let [dice, cross_entropy] = losses_of(&field).try_into().unwrap();
        assert_eq!(dice.sequential, 1.0 - 2.0 * 1024.0 / 3072.0);
        assert_eq!(dice.exact, dice.pairwise);
        // ln 2 is over half the spacing up to 1024 and under it from there on.
        assert_eq!(sequential[0], ("Σ cross-entropy", 2048.0));
        assert_eq!(cross_entropy.sequential, 0.5);
        assert!((cross_entropy.exact - 2f64.ln()).abs() < 1e-12);
        assert_eq!(cross_entropy.pairwise, f16::from_f32(2f32.ln()).to_f64(), "doubling is exact");
    }

    #[test]
    fn exact_losses_are_those_of_the_catalogue() {
        for channels in [1, 2, 3] {
            let logits = Logits::from_shape_fn((2, channels, 4, 5), |(image, class, y, x)| {
                ((image * 7 + class * 5 + y * 3 + x * 2) % 11) as f32 / 3.0 - 1.5
            });
            let labels = Labels::from_shape_fn((2, 4, 5), |(image, y, x)| match (image + y * 5 + x) % 6 {
                5 => IGNORE,
                at => (at % channels.max(2)) as u8,
            });
            let shares = Logits::from_elem((2, channels, 4, 5), 1.0 / channels.max(2) as f32);
            let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
            let [dice, cross_entropy] = losses_of(&field).try_into().unwrap();
            let expected = CrossEntropy::default().evaluate(&field, None);
            assert!((cross_entropy.exact - expected).abs() < 1e-12);
            let channel = usize::from(channels > 1);
            let sums = field.sums(Head::Joint, 0, channel) + field.sums(Head::Joint, 1, channel);
            let expected = 1.0 - 2.0 * sums.overlap / (sums.prob + sums.label);
            assert!((dice.exact - expected).abs() < 1e-12);
            if channels == 1 {
                assert!((dice.exact - DICE.evaluate(&field, None)).abs() < 1e-12);
            }
            let soft = field.with_soft_labels(shares.view()).unwrap();
            let expected = CrossEntropy::default().evaluate(&soft, None);
            assert!((losses_of(&soft)[1].exact - expected).abs() < 1e-6, "thirds are f32");
        }
    }

    /// Sums of the denominator that are both infinite give no loss: 1 − ∞/∞.
    #[test]
    fn infinite_sums_make_no_dice() {
        let (logits, labels) = (Logits::from_elem((1, 1, 300, 300), 40.0), Array3::ones((1, 300, 300)));
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let dice = losses_of(&field)[0];
        assert!(dice.exact.abs() < 1e-12 && dice.pairwise.is_nan());
        assert_eq!(dice.sequential, 0.0, "both sums stop at 2048: right by accident");
    }

    #[test]
    fn where_nothing_counts_losses_are_finite() {
        let (logits, labels) = (Logits::zeros((1, 1, 1, 2)), Labels::from_elem((1, 1, 2), IGNORE));
        let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
        let [dice, cross_entropy] = losses_of(&field).try_into().unwrap();
        assert_eq!((dice.exact, dice.sequential, cross_entropy.exact), (1.0, 1.0, 0.0));
    }

    /// Overflow of the exponential: ln 65520, half-way between the largest float16 and what would be next, is
    /// 11.09011.
    #[test]
    fn exponentials_overflow_above_11() {
        let logits = array![[[[11.0900f32, 11.0902, -50.0, 300.0]]]];
        let labels = array![[[0u8, 1, 0, IGNORE]]];
        let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
        assert_eq!(exp_overflows(&field), 1);
        let field = Field::new(logits.view(), labels.view(), None);
        assert!(field.is_err(), "without being ignored the label is none");
    }

    /// Underflow of float16: the least is 2⁻²⁴, and half of it rounds to 0; the least normal one is 2⁻¹⁴.
    #[test]
    fn gradients_underflow_unless_scaled() {
        let gradient = [0.0, 2f32.powi(-14), -(2f32.powi(-15)), 2f32.powi(-24), 2f32.powi(-25), -1e-30, 1.0];
        let found = gradient_in_half(&gradient, 1.0);
        assert_eq!(found, GradientInHalf { nonzero: 6, underflow: 2, subnormal: 2, overflow: 0 });
        let scaled = gradient_in_half(&gradient, 65_536.0);
        assert_eq!(scaled, GradientInHalf { nonzero: 6, underflow: 1, subnormal: 0, overflow: 1 });
    }
}
