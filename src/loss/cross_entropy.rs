//! How improbable the prediction calls the truth, pixel by pixel.
//!
//! # Formula
//! Binary, with the sigmoid p = σ(z) and y = 1 on the foreground:
//! ```text
//! L = -\frac{1}{N} \sum_i \left[ w\, y_i \log p_i + (1 - y_i) \log (1 - p_i) \right]
//! ```
//! Multi-class, with the softmax p, class weights w and smoothing ε over C classes:
//! ```text
//! L = -\frac{1}{\sum_i w_{y_i}} \sum_i \sum_c w_c \left[ (1 - \varepsilon)\,[c = y_i] + \tfrac{\varepsilon}{C} \right] \log p_{ic}
//! ```
//! Where labels are shares t of the classes, with every other term as above:
//! ```text
//! L = -\frac{1}{N} \sum_i \sum_c t_{ic} \log p_{ic}
//! ```
//!
//! # Parameters
//! * `pos_weight`, w, from 0 to 1000000, default 1: multiplies the term of foreground pixels (binary). The mean is still taken
//!   over all pixels.
//! * `class_weights`, from 0 to 1000000, default 1: one weight for each class (multi-class).
//! * `label_smoothing`, ε, from 0 to 1, default 0: takes this share of each label and spreads it over all classes; a
//!   binary y becomes (1 − ε)·y + ε/2.
//! * `mean_over`, default weights of the labels: what the sum is divided by. It is the weights of the labels, as in
//!   PyTorch, which without class weights is the number of pixels; or the number of pixels that count; or that of all
//!   pixels, ignored ones too, which add nothing to the sum; or nothing; or the weights of pixels, where there are such.
//!   One class against the rest, every pixel has C binary terms, and the mean is over them too.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]` or shares `[image, class, y, x]`. The value is in nats. It is
//! a mean over the pixels of the whole batch. Ignored pixels add nothing.
//!
//! Where the field has a weight for each pixel, as U-Net has, the loss of that pixel is multiplied by it. What the sum is
//! divided by stays the same, as it does where PyTorch's loss of each pixel is multiplied and the mean taken of that, or
//! `binary_cross_entropy_with_logits` is given the weights; only a mean over the weights of pixels divides by their sum.
//!
//! # Range
//! From 0, reached in the limit of a confident and right prediction, without bound. With smoothing the confident
//! prediction is punished too and grows without bound, and on labels that are shares the least value is their entropy,
//! reached where p = t.
//!
//! # Edge cases
//! An empty mask and an absent class are nothing special. With no pixel to count, or weights that add up to 0, value
//! and gradient are 0 (PyTorch returns NaN there). On labels that are shares the weights of the labels are Σ w·t, so
//! that certain shares are the same as labels; PyTorch divides by the number of pixels there.
//!
//! # Source
//! The stable form is that of PyTorch's `binary_cross_entropy_with_logits` and `cross_entropy`. The gradient at z = 0
//! is the analytic ±½, where an implementation through |z| may give 0 or ±1. Label smoothing: Szegedy et al. 2016,
//! section 7. A mean over all pixels is that of mmsegmentation, and of segmentation-models-pytorch's soft losses.

mod terms;

use super::config::{Choice, Config, Domain, Param};
use super::docs::module_docs;
use super::overlap::{self, ACTIVATION};
use super::{Element, Family, Loss, PerTask, Range, Spec, evaluated_by_run};
use crate::field::{Field, Head, Task};
pub(super) use terms::Held;
pub use terms::Terms;

/// Catalogue line of cross-entropy.
pub const SPEC: Spec = Spec {
    id: "cross_entropy",
    name: PerTask::both("Cross-entropy"),
    family: Family::Distribution,
    at_first: true,
    takes_shares: true,
    docs: module_docs!("cross_entropy.rs"),
    params: &[
        POS_WEIGHT,
        CLASS_WEIGHTS,
        LABEL_SMOOTHING,
        ACTIVATION,
        Param::choice(
            "mean_over",
            "mean over",
            &[
                Choice { id: "weights", label: "weights of the labels" },
                Choice { id: "pixels", label: "pixels" },
                Choice { id: "all-pixels", label: "all pixels, ignored too" },
                Choice { id: "nothing", label: "nothing: the sum" },
                Choice { id: "pixel-weights", label: "weights of pixels" },
            ],
        )
        .convention(),
        CLIP,
    ],
    build: |config| Box::new(CrossEntropy::new(config)),
};

/// Parameter for the weight of foreground pixels in a binary task.
pub(super) const POS_WEIGHT: Param =
    Param::number("pos_weight", "w⁺", Domain::from(0.0, 20.0, 0.1, 1.0)).only(Task::Binary);

/// Parameter ε of label smoothing, from 0 to 1.
pub(super) const LABEL_SMOOTHING: Param =
    Param::number("label_smoothing", "ε", Domain::new(0.0, 1.0, 0.01, 0.0));

/// Parameter for the weights of classes.
pub(super) const CLASS_WEIGHTS: Param =
    Param::per_class("class_weights", "class weights", Domain::from(0.0, 10.0, 0.1, 1.0));

/// Parameter for the least probability under the logarithm, in libraries that take a plain logarithm of
/// probabilities.
pub(super) const CLIP: Param = Param::number("clip", "least probability", Domain::new(0.0, 1e-4, 1e-7, 0.0))
    .convention()
    .without_control()
    .about(
        "probabilities are held from this to one minus this under the logarithm, and have no gradient beyond, as in \
         libraries that take probabilities for logits; 0 holds nothing.",
    );

/// Cross-entropy; see the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
pub struct CrossEntropy {
    /// Settings of the loss of each pixel.
    pub terms: Terms,
    /// Divisor of the sum over pixels.
    pub mean_over: MeanOver,
}

/// Divisor of a sum over pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeanOver {
    /// Sum of the weights of the labels.
    Weights,
    /// Number of pixels that count.
    Pixels,
    /// Number of all pixels, ignored ones too.
    AllPixels,
    /// One: the sum is not divided.
    Nothing,
    /// Sum of the weights of pixels that count; their number where all are the same.
    PixelWeights,
}

impl Default for CrossEntropy {
    fn default() -> Self {
        Self { terms: Terms::plain(), mean_over: MeanOver::Weights }
    }
}

impl CrossEntropy {
    fn new(config: &Config<'_>) -> Self {
        Self {
            terms: Terms {
                head: overlap::head(config),
                pos_weight: config.number("pos_weight"),
                neg_weight: 1.0,
                class_weights: config.per_class("class_weights"),
                label_smoothing: config.number("label_smoothing"),
                clip: config.number("clip"),
            },
            mean_over: match config.choice("mean_over") {
                "pixels" => MeanOver::Pixels,
                "all-pixels" => MeanOver::AllPixels,
                "nothing" => MeanOver::Nothing,
                "pixel-weights" => MeanOver::PixelWeights,
                _ => MeanOver::Weights,
            },
        }
    }
}

/// Sum of the weights of the pixels that count.
fn weight_of_pixels(field: &Field<'_>) -> f64 {
    match field.pixel_weights() {
        None => field.valid_pixels(0..field.shape().images) as f64,
        Some(weights) => {
            let counted = field.labels().iter().zip(weights).filter(|(label, _)| field.counts(**label));
            counted.map(|(_, &weight)| f64::from(weight)).sum()
        }
    }
}

impl CrossEntropy {
    fn run<G: Element>(&self, field: &Field<'_>, gradient: Option<&mut [G]>) -> f64 {
        let terms = self.terms.terms_a_pixel(field);
        let divisor = match self.mean_over {
            MeanOver::Weights => self.terms.weight_of_labels(field),
            MeanOver::Pixels => (field.valid_pixels(0..field.shape().images) * terms) as f64,
            MeanOver::AllPixels => (field.labels().len() * terms) as f64,
            MeanOver::Nothing => 1.0,
            MeanOver::PixelWeights => weight_of_pixels(field) * terms as f64,
        };
        let scale = if divisor > 0.0 { 1.0 / divisor } else { 0.0 };
        match field.pixel_weights() {
            None => self.terms.evaluate(field, gradient, |_| scale),
            Some(weights) => self.terms.evaluate(field, gradient, |pixel| scale * f64::from(weights[pixel])),
        }
    }
}

impl Loss for CrossEntropy {
    evaluated_by_run!();

    fn is_one_vs_rest(&self) -> bool {
        self.terms.head == Head::OneVsRest
    }

    fn range(&self) -> Range {
        self.terms.range()
    }

    fn takes_pixel_weights(&self) -> bool {
        true
    }
}

impl Terms {
    /// Range of a mean of such terms.
    pub(super) fn range(&self) -> Range {
        // What smoothing costs is bounded where probabilities are held, and depends on the classes.
        let perfect = match (self.label_smoothing > 0.0, self.clip > 0.0) {
            (_, true) => f64::NAN,
            (true, false) => f64::INFINITY,
            (false, false) => 0.0,
        };
        Range { perfect, ..Range::UNBOUNDED }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Axis;

    use super::*;
    use crate::field::{Labels, Logits, unet_weights};
    use crate::loss::config::{Setting, Settings};
    use crate::loss::dice::DICE;
    use crate::loss::{dice, dice_cross_entropy, jaccard, tversky};

    /// Two cells of class 1, one of class 2 and an ignored corner, with logits that repeat after 13 and 11 places.
    fn scene() -> (Labels, Logits, Logits) {
        let labels = Labels::from_shape_fn((1, 8, 12), |(_, y, x)| match (y, x) {
            (1..=3, 1..=3) | (1..=4, 6..=8) => 1,
            (6..=7, 2..=4) => 2,
            (0, 11) => 255,
            _ => 0,
        });
        let one =
            Logits::from_shape_fn((1, 1, 8, 12), |(.., y, x)| ((y * 7 + x * 5) % 13) as f32 / 3.0 - 2.0);
        let three = Logits::from_shape_fn((1, 3, 8, 12), |(_, c, y, x)| {
            ((y * 7 + x * 5 + c * 3) % 11) as f32 / 4.0 - 1.0
        });
        (labels, one, three)
    }

    fn built(settings: &[(&str, Setting)]) -> Box<dyn Loss> {
        let settings: Settings =
            settings.iter().map(|(id, setting)| ((*id).to_owned(), setting.clone())).collect();
        (SPEC.build)(&Config::new(&SPEC, &settings).unwrap())
    }

    /// Values of a NumPy script, with the weights of U-Net by their definition.
    #[test]
    fn each_pixel_counts_by_its_weight() {
        let (labels, one, three) = scene();
        let weights = unet_weights(labels.view(), Some(255), 10.0, 5.0).unwrap();
        let field = Field::new(three.view(), labels.view(), Some(255)).unwrap();
        let field = field.with_pixel_weights(weights.view()).unwrap();
        let over = |mean: &str| vec![("mean_over", Setting::from(mean))];
        let classes = vec![("class_weights", Setting::from(vec![1.0, 2.0, 0.5]))];
        for (settings, expected) in [
            (vec![], 6.240_598_325_629_15),
            (over("pixels"), 6.240_598_325_629_15),
            (over("pixel-weights"), 1.295_111_097_513_86),
            (classes, 5.453_120_120_541_9),
        ] {
            let found = built(&settings).evaluate(&field, None);
            assert!((found - expected).abs() < 1e-5, "{settings:?}: {found} is not {expected}");
        }
        let mut gradient = vec![0.0; field.shape().logits()];
        built(&[]).evaluate(&field, Some(&mut gradient));
        for (channel, expected) in [-0.065_551_74, 0.057_737_784, 0.007_813_959].into_iter().enumerate() {
            let found = gradient[field.shape().plane(0, channel).start + 2 * 12 + 5];
            assert!((found - expected).abs() < 1e-6, "{channel}: {found} is not {expected}");
        }

        // Of a binary task, class 1 against all else; the weights stay those of three classes.
        let binary = labels.map(|&label| if label == 2 { 0 } else { label });
        let field = Field::new(one.view(), binary.view(), Some(255)).unwrap();
        let field = field.with_pixel_weights(weights.view()).unwrap();
        for (settings, expected) in
            [(vec![], 3.865_685_071_118_36), (over("pixel-weights"), 0.802_245_453_699_234)]
        {
            let found = built(&settings).evaluate(&field, None);
            assert!((found - expected).abs() < 1e-5, "{settings:?}: {found} is not {expected}");
        }
        // The same truth and weights with other logits.
        let other = one.map(|z| -z);
        let turned = field.predicting(other.view()).unwrap();
        assert_eq!(turned.pixel_weights(), field.pixel_weights());
    }

    #[test]
    fn weights_of_one_change_nothing_and_wrong_ones_are_refused() {
        let (labels, _, three) = scene();
        let field = || Field::new(three.view(), labels.view(), Some(255)).unwrap();
        let ones = ndarray::Array3::ones((1, 8, 12));
        let weighted = field().with_pixel_weights(ones.view()).unwrap();
        for mean in ["weights", "pixels", "all-pixels", "nothing", "pixel-weights"] {
            let loss = built(&[("mean_over", mean.into())]);
            let (plain, weighted) = (loss.evaluate(&field(), None), loss.evaluate(&weighted, None));
            assert!((plain - weighted).abs() < 1e-12, "{mean}: {weighted} is not {plain}");
        }
        let refused = |weights: &ndarray::Array3<f32>| {
            field().with_pixel_weights(weights.view()).unwrap_err().to_string()
        };
        let mut bad = ones.clone();
        bad[[0, 0, 3]] = -1.0;
        assert_eq!(refused(&bad), "the weight of pixel 3 is -1; expected 0 or more");
        bad[[0, 0, 3]] = f32::INFINITY;
        assert!(refused(&bad).contains("is inf; expected 0 or more"));
        assert!(refused(&ndarray::Array3::ones((1, 12, 8))).contains("expected (1, 8, 12)"));
    }

    /// Three nested regions as planes of 0 and 1: each channel is a binary task, and the loss is the mean of theirs.
    #[test]
    fn several_labels_at_one_pixel_are_binary_tasks_side_by_side() {
        let (labels, _, three) = scene();
        let holds = |c: usize, y: usize, x: usize| y < 7 - 2 * c && x < 9 - 3 * c;
        let planes = Logits::from_shape_fn((1, 3, 8, 12), |(_, c, y, x)| f32::from(u8::from(holds(c, y, x))));
        let field = Field::new(three.view(), labels.view(), Some(255)).unwrap();
        let field = field.with_soft_labels(planes.view()).unwrap();
        for spec in [&SPEC, &dice::SPEC, &jaccard::SPEC, &tversky::SPEC] {
            let built = |settings: &[(&str, Setting)]| {
                let settings: Settings =
                    settings.iter().map(|(id, set)| ((*id).to_owned(), set.clone())).collect();
                (spec.build)(&Config::new(spec, &settings).unwrap())
            };
            let all = built(&[("activation", "one-vs-rest".into())]).evaluate(&field, None);
            let of_channel = |c: usize| {
                let logits = three.slice(ndarray::s![.., c..=c, .., ..]).to_owned();
                let own = Labels::from_shape_fn((1, 8, 12), |(_, y, x)| {
                    if labels[[0, y, x]] == 255 { 255 } else { u8::from(holds(c, y, x)) }
                });
                built(&[]).evaluate(&Field::new(logits.view(), own.view(), Some(255)).unwrap(), None)
            };
            let mean = (0..3).map(of_channel).sum::<f64>() / 3.0;
            assert!((all - mean).abs() < 1e-9, "{}: {all} is not {mean}", spec.id);
        }
    }

    #[test]
    fn a_sum_takes_weights_where_its_terms_do() {
        assert!(built(&[]).takes_pixel_weights() && !DICE.takes_pixel_weights());
        let sum = (dice_cross_entropy::SPEC.build)(
            &Config::new(&dice_cross_entropy::SPEC, &Settings::new()).unwrap(),
        );
        assert!(sum.takes_pixel_weights());
        let (labels, _, three) = scene();
        let weights = unet_weights(labels.view(), Some(255), 10.0, 5.0).unwrap();
        assert_eq!(weights.len_of(Axis(0)), 1);
        let field = Field::new(three.view(), labels.view(), Some(255)).unwrap();
        let plain = [sum.evaluate(&field, None), built(&[]).evaluate(&field, None)];
        let field = field.with_pixel_weights(weights.view()).unwrap();
        let weighted = [sum.evaluate(&field, None), built(&[]).evaluate(&field, None)];
        assert!((weighted[0] - plain[0] - (weighted[1] - plain[1])).abs() < 1e-9, "{plain:?}, {weighted:?}");
    }
}
