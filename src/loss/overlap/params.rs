//! The conventions on which libraries differ, as parameters that all overlap losses share.

use super::{Absent, Focus, Outer, Overlap, Reduction, SoftForm};
use crate::field::{Head, Task};
use crate::loss::Range;
use crate::loss::config::{Choice, Config, Domain, Param, joined};

/// Parameter s, the smoothing term.
pub(in crate::loss) const SMOOTH: Param = Param::number(
    "smooth",
    "smooth",
    Domain::from(0.0, 10.0, 0.1, 0.0),
)
.about(
    "s, added to the true positives above and below the fraction bar, so that it counts twice beside 2·Σpy. \
         Libraries that write 2·Σpy + s mean half of it.",
);

/// Parameter for the activation: the head that makes probabilities of C logits.
pub(in crate::loss) const ACTIVATION: Param = Param::choice(
    "activation",
    "activation",
    &[
        Choice { id: "softmax", label: "softmax" },
        Choice { id: "one-vs-rest", label: "sigmoid, one vs rest" },
    ],
)
.convention()
.only(Task::Multiclass)
.about(
    "whether the probabilities of a pixel are those of a softmax, or each class has a sigmoid of its own. Sigmoids see \
     what is added to all logits of a pixel: softmax probabilities alone do not determine them.",
);

/// Parameters of the reduction over classes and groups.
pub(in crate::loss) const REDUCTION: [Param; 3] = [
    Param::per_class("class_weights", "class weights", Domain::from(0.0, 5.0, 0.1, 1.0))
        .convention()
        .moot_with("pooled")
        .about("what the loss of each class is multiplied by. Classes at once have one loss, and nothing to weigh."),
    Param::flag("weighted_mean", "divide by Σ weights", false)
        .convention()
        .only(Task::Multiclass)
        .about("whether the sum of the class weights divides, instead of the number of classes."),
    Param::flag("sum", "sum, no mean", false)
        .convention()
        .of_several()
        .about("whether the losses of classes and images are added up instead of averaged."),
];

/// Parameter for the extent of the sums: the batch or each image.
pub(in crate::loss) const OVER: Param = Param::choice(
    "over",
    "sums over",
    &[Choice { id: "batch", label: "the batch" }, Choice { id: "image", label: "each image" }],
)
.convention()
.of_batches()
.about("whether the sums run over the batch, or each image is scored and the mean taken.");

/// Parameter for counting class 0.
pub(in crate::loss) const BACKGROUND: Param = Param::flag("background", "count background", true)
    .convention()
    .only(Task::Multiclass)
    .about("whether class 0 counts in the mean (multi-class).");

/// Options for a class that the truth does not contain.
pub(in crate::loss) const ABSENT_OPTIONS: &[Choice] = &[
    Choice { id: "zero", label: "loss 0, counted" },
    Choice { id: "scored", label: "scored" },
    Choice { id: "skipped", label: "left out" },
];

/// Parameter for the form of the overlap on soft labels.
pub(in crate::loss) const SOFT_FORM: Param = Param::choice(
    "soft_form",
    "soft labels",
    &[Choice { id: "product", label: "Σpy" }, Choice { id: "distance", label: "Σ|p − y|" }],
)
.convention()
.of_soft_labels()
.about(
    "what overlap is where labels are shares: Σpy, which a perfect prediction does not make largest, or \
     (Σp + Σy − Σ|p − y|)/2, which it does. On hard labels they are the same.",
);

/// Parameter for the denominator's own smoothing beside [`SMOOTH`]; it may be below 0.
pub(in crate::loss) const SMOOTH_BELOW: Param = smooth_below(-Domain::WIDEST);

/// Parameter for the denominator's own smoothing beside [`SMOOTH`], at least `min`.
pub(in crate::loss) const fn smooth_below(min: f64) -> Param {
    Param::number("smooth_below", "smooth, below only", Domain { min, ..Domain::from(0.0, 10.0, 0.1, 0.0) })
        .convention()
        .without_control()
        .about("what the denominator gets besides s; below 0 where a library adds less there than above.")
}

/// Parameter for the map from a score S to a loss, with the options that all overlap losses have.
const OUTER: Param = Param::choice("outer", "loss of a score S", OUTER_OPTIONS)
    .convention()
    .about("1 − S; −S, which is below 0; or −log S, which is steeper where the overlap is small.");

const OUTER_OPTIONS: &[Choice] = &[
    Choice { id: "one-minus", label: "1 − S" },
    Choice { id: "minus", label: "−S" },
    Choice { id: "log", label: "−log S" },
];

/// Parameter for the map from a score S to a loss that is raised to a power, and must not be below 0.
pub(in crate::loss) const OUTER_ABOVE_ZERO: Param =
    Param::choice("outer", "loss of a score S", &const { [OUTER_OPTIONS[0], OUTER_OPTIONS[2]] })
        .convention()
        .about("1 − S, or −log S, which is steeper where the overlap is small.");

/// Parameters for the conventions on which libraries differ.
pub(in crate::loss) const CONVENTIONS: [Param; 13] =
    joined::<2, 11, 13>([OUTER, SQUARED], inner(SMOOTH_BELOW));

/// Parameters for the conventions of a Tversky score: its false positives and negatives have no squared form,
/// in which they could be below 0.
pub(in crate::loss) const TVERSKY_CONVENTIONS: [Param; 12] =
    joined::<1, 11, 12>([OUTER], inner(SMOOTH_BELOW));

/// Parameter for squares in the sums of the denominator.
pub(in crate::loss) const SQUARED: Param = Param::flag("squared", "squared", false)
    .convention()
    .about("whether the sums below the bar are Σp² + Σy² instead of Σp + Σy.");

/// Parameters for the conventions, without those on squares and on the map from a score to a loss.
const fn inner(smooth_below: Param) -> [Param; 11] {
    [
        ACTIVATION,
        OVER,
        Param::flag("pooled", "classes at once", false).convention().only(Task::Multiclass).about(
            "whether the sums run over all classes at once, which leaves one score and no balance between them.",
        ),
        Param::choice("absent", "absent class", ABSENT_OPTIONS).convention().about(
            "what a class does that the truth does not contain. It may count as 0 in the mean, be scored like any \
             other, or be left out of the mean.",
        ),
        BACKGROUND,
        REDUCTION[0],
        REDUCTION[1],
        REDUCTION[2],
        SOFT_FORM,
        smooth_below,
        EPS,
    ]
}

/// Parameters as of [`inner`], with no more smoothing above the bar than below it: otherwise a score could
/// pass 1, and what is raised to a power be negative.
pub(in crate::loss) const INNER_UP_TO_ONE: [Param; 11] = inner(smooth_below(0.0));

/// Parameter for the smallest denominator, which guards a division by 0.
pub(in crate::loss) const EPS: Param =
    Param::number("eps", "least denominator", Domain::new(1e-12, 1.0, 1e-7, Overlap::EPS))
        .convention()
        .without_control()
        .about("the least that the denominator, and under a logarithm the score, is taken to be.");

/// Parameter for the place of a focal loss's exponent.
pub(in crate::loss) const EXPONENT_ON: Param = Param::choice(
    "exponent_on",
    "exponent on",
    &[Choice { id: "class", label: "each class" }, Choice { id: "mean", label: "the mean" }],
)
.convention()
.only(Task::Multiclass)
.about("whether the exponent is put on the loss of each class or on the mean of all.");

impl Overlap {
    /// Loss with the settings of [`SMOOTH`] and [`CONVENTIONS`].
    pub(in crate::loss) fn with_conventions(self, config: &Config<'_>) -> Self {
        let outer = match config.choice("outer") {
            "minus" => Outer::Minus,
            "log" => Outer::NegLog,
            _ => Outer::OneMinus,
        };
        Self { outer, ..self.with_inner(config) }
    }

    /// Loss with the settings of [`SMOOTH`] and [`inner`].
    pub(in crate::loss) fn with_inner(self, config: &Config<'_>) -> Self {
        let (smooth_numerator, smooth_denominator) = smoothing(config);
        Self {
            squared: config.offers(SQUARED.id) && config.flag(SQUARED.id),
            soft_form: soft_form(config),
            smooth_numerator,
            smooth_denominator,
            eps: config.number("eps"),
            head: head(config),
            per_image: per_image(config),
            pooled: config.flag("pooled"),
            background: config.flag("background"),
            absent: absent(config),
            reduction: Reduction::new(config),
            ..self
        }
    }
}

/// Smoothing of the numerator and of the denominator, as set by [`SMOOTH`] and [`SMOOTH_BELOW`].
pub(in crate::loss) fn smoothing(config: &Config<'_>) -> (f64, f64) {
    let smooth = config.number("smooth");
    (smooth, (smooth + config.number("smooth_below")).max(0.0))
}

/// Form of the overlap on soft labels, as set by [`SOFT_FORM`].
pub(in crate::loss) fn soft_form(config: &Config<'_>) -> SoftForm {
    if config.choice("soft_form") == "distance" { SoftForm::Distance } else { SoftForm::Product }
}

/// Treatment of absent classes, as set by the choice of [`ABSENT_OPTIONS`].
pub(in crate::loss) fn absent(config: &Config<'_>) -> Absent {
    match config.choice("absent") {
        "scored" => Absent::Scored,
        "skipped" => Absent::Skipped,
        _ => Absent::Zero,
    }
}

/// Head, as set by [`ACTIVATION`].
pub(in crate::loss) fn head(config: &Config<'_>) -> Head {
    if config.choice("activation") == "one-vs-rest" { Head::OneVsRest } else { Head::Joint }
}

/// True if each image is scored by itself, as set by [`OVER`].
pub(in crate::loss) fn per_image(config: &Config<'_>) -> bool {
    config.choice("over") == "image"
}

/// Place of the exponent, as set by [`EXPONENT_ON`].
pub(in crate::loss) fn focus(config: &Config<'_>) -> Focus {
    if config.choice("exponent_on") == "mean" { Focus::Mean } else { Focus::Class }
}

impl Reduction {
    /// Reduction with the settings of [`REDUCTION`].
    pub(in crate::loss) fn new(config: &Config<'_>) -> Self {
        Self {
            weights: config.per_class("class_weights"),
            weighted_mean: config.flag("weighted_mean"),
            sum: config.flag("sum"),
        }
    }

    /// Range of the reduced value, given that of one class.
    pub(in crate::loss) fn range(&self, of_class: Range) -> Range {
        let most = if self.sum {
            f64::INFINITY
        } else if self.weighted_mean {
            1.0
        } else {
            self.weights.most()
        };
        // 0 times an infinite factor is still 0.
        let times = |bound: f64| if bound == 0.0 { 0.0 } else { bound * most };
        // Unless it is 0, what it comes to depends on which classes there are.
        let plain = self.weights.is_uniform() && !self.sum;
        let perfect = if plain || of_class.perfect == 0.0 { of_class.perfect } else { f64::NAN };
        Range { least: times(of_class.least), most: times(of_class.most), perfect }
    }
}
