//! The family of Dice, Jaccard and Tversky: one minus a soft overlap score, with every convention explicit.
//!
//! With TP = Σpy, FP = Σp(1−y), FN = Σ(1−p)y over a group of pixels and one class, the score is
//! `S = (TP + a) / max(TP + α·FP + β·FN + b, eps)`. Dice has α = β = ½, Jaccard α = β = 1. The smoothing terms are
//! added to TP, not to 2·TP: a Dice written with 2·TP and a smooth of `s` is this one with `s/2`.

use std::ops::Range as Span;

use super::config::{Choice, Config, Domain, Param};
use super::{Loss, Range, pull_back};
use crate::field::{Field, Head, Sums, Task};

/// What an overlap loss makes of a class that the truth of a group does not contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Its loss is 0, and it is counted in the mean.
    Zero,
    /// It is scored like any other.
    Scored,
    /// It is left out of the mean.
    Skipped,
}

/// How a score becomes a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outer {
    /// 1 − S.
    OneMinus,
    /// −log max(S, eps).
    NegLog,
}

/// A loss of the family. See the [module docs](self).
#[derive(Debug, Clone)]
pub struct Overlap {
    /// α, weight of false positives.
    pub false_positive: f64,
    /// β, weight of false negatives.
    pub false_negative: f64,
    /// a, added to the numerator.
    pub smooth_numerator: f64,
    /// b, added to the denominator.
    pub smooth_denominator: f64,
    /// The denominator, and under a logarithm the score, is at least this.
    pub eps: f64,
    /// Whether every image is scored by itself, or the batch as one.
    pub per_image: bool,
    /// Whether class 0 counts in a multi-class task.
    pub background: bool,
    /// What becomes of classes that the truth does not contain.
    pub absent: Absent,
    /// How a score becomes a loss.
    pub outer: Outer,
}

impl Overlap {
    /// The smallest denominator, that of segmentation-models-pytorch.
    pub const EPS: f64 = 1e-7;

    /// Weights α and β with everything else plain: batch-wide, all classes, absent ones 0.
    pub const fn new(false_positive: f64, false_negative: f64) -> Self {
        Self {
            false_positive,
            false_negative,
            smooth_numerator: 0.0,
            smooth_denominator: 0.0,
            eps: Self::EPS,
            per_image: false,
            background: true,
            absent: Absent::Zero,
            outer: Outer::OneMinus,
        }
    }

    /// The conventions that Dice, Jaccard and Tversky share, as set by [`SMOOTH`] and [`CONVENTIONS`].
    pub(super) fn with_conventions(self, config: &Config<'_>) -> Self {
        let smooth = config.number("smooth");
        Self {
            smooth_numerator: smooth,
            smooth_denominator: smooth,
            per_image: config.choice("over") == "image",
            background: config.flag("background"),
            absent: match config.choice("absent") {
                "scored" => Absent::Scored,
                "skipped" => Absent::Skipped,
                _ => Absent::Zero,
            },
            outer: if config.flag("log") { Outer::NegLog } else { Outer::OneMinus },
            ..self
        }
    }

    fn score(&self, sums: Sums) -> Score {
        // With FP = Σp − TP and FN = Σy − TP the denominator is (1 − α − β)·TP + α·Σp + β·Σy + b.
        let (a, b) = (self.false_positive, self.false_negative);
        let denominator =
            (1.0 - a - b) * sums.overlap + a * sums.prob + b * sums.label + self.smooth_denominator;
        let numerator = sums.overlap + self.smooth_numerator;
        let score = numerator / denominator.max(self.eps);
        // dS/dp = (y − S·dD/dp) / D with dD/dp = (1 − α − β)·y + α; where eps holds the denominator, dD/dp = 0.
        let moves = if denominator > self.eps { score } else { 0.0 };
        let held = denominator.max(self.eps);
        Score {
            value: score,
            by_background_prob: -moves * a / held,
            by_foreground_prob: (1.0 - moves * (1.0 - b)) / held,
        }
    }

    /// The loss of one class in one group, or nothing where it is left out of the mean.
    fn class_loss(&self, field: &Field<'_>, images: Span<usize>, channel: usize) -> Option<ClassLoss> {
        let sums = images.map(|image| field.sums(image, channel)).fold(Sums::default(), |a, b| a + b);
        if sums.label == 0.0 {
            match self.absent {
                Absent::Zero => return Some(ClassLoss::default()),
                Absent::Skipped => return None,
                Absent::Scored => {}
            }
        }
        let score = self.score(sums);
        let (value, by_score) = match self.outer {
            Outer::OneMinus => (1.0 - score.value, -1.0),
            Outer::NegLog if score.value > self.eps => (-score.value.ln(), -1.0 / score.value),
            Outer::NegLog => (-self.eps.ln(), 0.0),
        };
        Some(ClassLoss {
            value,
            by_background_prob: by_score * score.by_background_prob,
            by_foreground_prob: by_score * score.by_foreground_prob,
        })
    }
}

/// A score and its derivatives by the probability of a background and of a foreground pixel.
struct Score {
    value: f64,
    by_background_prob: f64,
    by_foreground_prob: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct ClassLoss {
    value: f64,
    by_background_prob: f64,
    by_foreground_prob: f64,
}

impl Loss for Overlap {
    fn evaluate(&self, field: &Field<'_>, gradient: Option<&mut [f32]>) -> f64 {
        let shape = field.shape();
        let first = usize::from(!self.background && shape.task() == Task::Multiclass);
        // What one pixel's probability does to the value depends only on its image, its channel and its side.
        let mut by_image_and_channel = vec![ClassLoss::default(); shape.images * shape.channels];
        let mut value = 0.0;
        let groups = field.groups(self.per_image);
        for images in &groups {
            let losses: Vec<(usize, ClassLoss)> = (first..shape.channels)
                .filter_map(|channel| Some((channel, self.class_loss(field, images.clone(), channel)?)))
                .collect();
            let scale = 1.0 / (groups.len() * losses.len().max(1)) as f64;
            for (channel, loss) in losses {
                value += scale * loss.value;
                for image in images.clone() {
                    by_image_and_channel[image * shape.channels + channel] = ClassLoss {
                        value: 0.0,
                        by_background_prob: scale * loss.by_background_prob,
                        by_foreground_prob: scale * loss.by_foreground_prob,
                    };
                }
            }
        }
        if let Some(gradient) = gradient {
            pull_back(field, Head::Joint, gradient, |image, channel, _, label| {
                let loss = &by_image_and_channel[image * shape.channels + channel];
                if field.is_foreground(label, channel) {
                    loss.by_foreground_prob
                } else {
                    loss.by_background_prob
                }
            });
        }
        value
    }

    fn range(&self) -> Range {
        match self.outer {
            Outer::OneMinus => Range::UNIT,
            Outer::NegLog => Range { most: -self.eps.ln(), ..Range::UNIT },
        }
    }
}

/// The slider for the smoothing term.
pub(super) const SMOOTH: Param = Param::number("smooth", "smooth", Domain::from(0.0, 10.0, 0.1, 0.0));

/// The conventions on which libraries differ.
pub(super) const CONVENTIONS: [Param; 4] = [
    Param::flag("log", "−log score", false).convention(),
    Param::choice(
        "over",
        "sums over",
        &[Choice { id: "batch", label: "the batch" }, Choice { id: "image", label: "each image" }],
    )
    .convention()
    .of_batches(),
    Param::choice(
        "absent",
        "absent class",
        &[
            Choice { id: "zero", label: "loss 0, counted" },
            Choice { id: "scored", label: "scored" },
            Choice { id: "skipped", label: "left out" },
        ],
    )
    .convention(),
    Param::flag("background", "count background", true).convention().only(Task::Multiclass),
];
