//! Notes on a library's behaviour on the present field: faults and surprises that its value alone does not
//! tell.
//!
//! Every sentence was checked by running the library at the version of its table, in f32 on the CPU.

use super::{Arg, Args, Call, Facts, find};
use crate::field::{Field, Head, Task};

/// Sentences that are true of such a call on this field; often none.
pub fn notes(library: &str, function: &str, args: &Args, field: &Field<'_>) -> Vec<String> {
    let facts = Facts::of(field);
    let Some((known, declared)) = find(library).and_then(|known| Some((known, known.function(function)?)))
    else {
        return Vec::new();
    };
    let Ok(configured) = known.configure(function, args, facts.task()) else { return Vec::new() };
    // The defaults are filled in by reading the call again.
    let Ok(call) = Call::read(function.into(), declared.keywords, args, facts.task()) else {
        return Vec::new();
    };
    let about = About { library, function, call, field, facts };
    let mut notes = Vec::new();
    if facts.ignored.is_some() && configured.ignore.is_none() {
        notes.push(
            "This call leaves no pixel out. The number here leaves the ignored ones out; the library would count them \
             or fail on them."
                .into(),
        );
    }
    notes.extend(about.nothing_to_count().map(Into::into));
    notes.extend(about.focal());
    notes.extend(about.half_precision());
    notes.extend(about.other().map(Into::into));
    notes
}

struct About<'a> {
    library: &'a str,
    function: &'a str,
    call: Call<'a>,
    field: &'a Field<'a>,
    facts: Facts,
}

/// Logit from which 1 − σ(z) rounds to 0 in f32.
const SATURATED: f32 = 17.0;
/// Logit from which probabilities saturate in f32 under a softmax, and in losses that go through an
/// exponential twice: [`SATURATED`] with some room.
const SATURATED_JOINT: f32 = 18.0;
/// Logit at which Keras clips a probability: logit(1 − 1e-7).
const CLIPPED: f32 = 16.2;
/// Largest number of half precision.
const LARGEST_HALF: f64 = 65504.0;

impl About<'_> {
    fn number(&self, name: &str) -> Option<f64> {
        if let Arg::Number(x) = self.call.peek(name) { Some(x) } else { None }
    }

    /// True if some logit that counts has at least this size; with `right`, on the side of its label.
    fn any_logit(&self, from: f32, right: bool) -> bool {
        let shape = self.field.shape();
        (0..shape.images).any(|image| {
            let labels = self.field.labels_of(image);
            (0..shape.channels).any(|channel| {
                let logits = &self.field.logits()[shape.plane(image, channel)];
                logits.iter().zip(labels).any(|(&z, &label)| {
                    let z = if right && !self.field.is_foreground(label, channel) { -z } else { z };
                    self.field.counts(label) && (if right { z } else { z.abs() }) >= from
                })
            })
        })
    }

    /// True if, at some pixel, the logit of the true class is at least this far above all others.
    fn any_margin(&self, from: f32) -> bool {
        let shape = self.field.shape();
        (0..shape.images).any(|image| {
            self.field.labels_of(image).iter().enumerate().any(|(pixel, &label)| {
                let of = |channel: usize| self.field.logits()[shape.plane(image, channel).start + pixel];
                let label = usize::from(label);
                label < shape.channels
                    && (0..shape.channels).all(|channel| channel == label || of(label) - of(channel) >= from)
            })
        })
    }

    /// Note where every pixel is ignored, on which our value is 0.
    fn nothing_to_count(&self) -> Option<&'static str> {
        let shape = self.field.shape();
        if self.field.valid_pixels(0..shape.images) > 0 {
            return None;
        }
        match (self.library, self.function) {
            ("torch", "cross_entropy") | ("nnunet", "RobustCrossEntropyLoss")
                if self.call.peek("reduction") == "mean".into() =>
            {
                Some(
                    "Every pixel is ignored: the library divides 0 by 0 and returns NaN, where the number here is 0.",
                )
            }
            ("smp", "FocalLoss") => Some(
                "Every pixel is ignored: the library takes the mean of nothing and returns NaN, where the number here is 0.",
            ),
            ("smp", "LovaszLoss") if self.facts.task() == Task::Multiclass => Some(
                "Every pixel is ignored: the library returns an empty tensor and no number, where the number here is 0.",
            ),
            _ => None,
        }
    }

    fn focal(&self) -> Option<String> {
        let gamma = self.number("gamma")?;
        let nan = |yes: bool| {
            yes.then(|| {
                "With gamma below 1 its gradient is NaN here in float32: a right and confident probability rounds to \
                 1, and 0 to the power of gamma − 1 is infinite."
                    .to_owned()
            })
        };
        let below = gamma > 0.0 && gamma < 1.0;
        match (self.library, self.function) {
            ("torchvision", _) => nan(below && self.any_logit(SATURATED, true)),
            ("smp", "FocalLoss") => nan(below && self.any_logit(SATURATED_JOINT, true)),
            ("monai", "FocalLoss") if self.call.peek("use_softmax") == Arg::Flag(true) => {
                nan(below && self.facts.task() == Task::Multiclass && self.any_margin(SATURATED_JOINT))
            }
            ("keras", "BinaryFocalCrossentropy") => nan(below && self.any_logit(SATURATED, true)).or_else(|| {
                self.any_logit(CLIPPED, false).then(|| {
                    "It clips probabilities at 1e-7, from logits too: pixels beyond a logit of ±16.1 have no gradient."
                        .into()
                })
            }),
            _ => None,
        }
    }

    /// Note on sums that overflow in half precision. kornia adds up in f32.
    fn half_precision(&self) -> Option<String> {
        if !matches!((self.library, self.function), ("monai" | "smp", "DiceLoss")) {
            return None;
        }
        let shape = self.field.shape();
        let per_image = self.library == "monai" && self.call.peek("batch") != Arg::Flag(true);
        let groups = self.field.groups(per_image);
        let largest = groups.into_iter().flat_map(|images| {
            (0..shape.channels).map(move |channel| {
                let sums = images.clone().map(|image| self.field.sums(Head::Joint, image, channel));
                sums.map(|sums| sums.prob + sums.label).sum::<f64>()
            })
        });
        let largest = largest.fold(0.0, f64::max);
        (largest > LARGEST_HALF).then(|| {
            format!(
                "On half-precision tensors it overflows here: Σp + Σy of a class is {largest:.0}, float16 ends at 65504, \
                 and the value is 1 or NaN."
            )
        })
    }

    fn other(&self) -> Option<&'static str> {
        let multiclass = self.facts.task() == Task::Multiclass;
        let ignores = self.facts.ignored.is_some();
        match (self.library, self.function) {
            ("keras", "Tversky") if self.number("alpha") != self.number("beta") => Some(
                "In 3.15.1 alpha weighs false negatives and beta false positives, the other way round than documented.",
            ),
            ("keras", "Dice" | "Tversky")
                if self.field.labels().iter().all(|&label| label == 0) && !multiclass =>
            {
                Some("Without a foreground pixel it is 1 whatever is predicted, with no gradient.")
            }
            ("monai", "FocalLoss") if multiclass && ignores => Some(
                "With ignore_index its mean is over pixels, without one over logits: setting it makes the loss as many \
                 times larger as there are classes.",
            ),
            ("lovasz_softmax", "StableBCELoss") if self.field.logits().contains(&0.0) => Some(
                "At a logit of exactly 0 its gradient is −y instead of ½ − y: it goes through the absolute value.",
            ),
            ("kornia", "focal_loss") => Some(
                "Its mean is over logits: with gamma 0 it is cross-entropy divided by the number of classes.",
            ),
            ("mmseg" | "mmseg0", "CrossEntropyLoss")
                if ignores && self.call.peek("avg_non_ignore") == Arg::Flag(false) =>
            {
                Some(
                    "Its mean divides by all pixels, the ignored ones too; avg_non_ignore=True divides by those that count.",
                )
            }
            ("mmseg", "DiceLoss") if multiclass && self.call.peek("use_sigmoid") == Arg::Flag(true) => {
                Some("By default it takes sigmoids of logits that cross-entropy takes a softmax of.")
            }
            ("mmseg", "OhemCrossEntropy")
                if self.number("min_kept").is_some_and(|kept| kept >= self.field.labels().len() as f64) =>
            {
                Some(
                    "With min_kept above the number of pixels nothing is mined: all but the most confident pixel count.",
                )
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::args;
    use super::*;
    use crate::field::{Labels, Logits};

    fn said(logit: f32, label: u8, library: &str, function: &str, args: &Args) -> Vec<String> {
        let logits = Logits::from_elem((1, 1, 2, 2), logit);
        let labels = Labels::from_elem((1, 2, 2), label);
        let field = Field::new(logits.view(), labels.view(), Some(255)).unwrap();
        notes(library, function, args, &field)
    }

    #[test]
    fn a_gradient_is_nan_only_where_a_right_probability_is_saturated() {
        let steep = args([("reduction", "mean".into()), ("gamma", 0.5.into())]);
        let nan = |logit, args: &Args| {
            said(logit, 1, "torchvision", "sigmoid_focal_loss", args).iter().any(|note| note.contains("NaN"))
        };
        assert!(nan(20.0, &steep));
        assert!(!nan(10.0, &steep), "it does not round to 1 yet");
        assert!(!nan(-20.0, &steep), "it is wrong, and has a gradient");
        assert!(!nan(20.0, &args([("reduction", "mean".into())])), "gamma is 2");
    }

    #[test]
    fn an_overflow_is_told_from_the_sums() {
        let logits = Logits::from_elem((1, 1, 256, 256), 8.0);
        let overflows = |label| {
            let labels = Labels::from_elem((1, 256, 256), label);
            let field = Field::new(logits.view(), labels.view(), None).unwrap();
            let notes = notes("monai", "DiceLoss", &args([("sigmoid", true.into())]), &field);
            notes.iter().any(|note| note.contains("float16"))
        };
        assert!(overflows(1));
        let small = said(8.0, 1, "monai", "DiceLoss", &args([("sigmoid", true.into())]));
        assert!(small.is_empty(), "{small:?}");
    }

    #[test]
    fn a_nan_of_a_library_is_told_where_nothing_counts() {
        let (logits, labels) = (Logits::zeros((1, 3, 2, 2)), Labels::from_elem((1, 2, 2), 255));
        let field = Field::new(logits.view(), labels.view(), Some(255)).unwrap();
        let ignored = || ("ignore_index", Arg::from(255.0));
        let mode = || ("mode", Arg::from("multiclass"));
        let told = |library: &str, function: &str, args: Args| {
            notes(library, function, &args, &field).iter().any(|note| note.contains("NaN"))
        };
        assert!(told("torch", "cross_entropy", args([ignored()])));
        assert!(!told("torch", "cross_entropy", args([ignored(), ("reduction", "sum".into())])));
        assert!(told("smp", "FocalLoss", args([mode(), ignored()])));
        assert!(!told("smp", "DiceLoss", args([mode(), ignored()])));
        let alpha = ("alpha", Arg::from(0.25));
        assert!(!told("kornia", "focal_loss", args([alpha, ignored(), ("reduction", "mean".into())])));
    }

    #[test]
    fn a_call_that_cannot_ignore_says_so() {
        let told = said(1.0, 255, "torchvision", "sigmoid_focal_loss", &args([("reduction", "mean".into())]));
        assert!(told[0].contains("leaves no pixel out"), "{told:?}");
        let told = said(
            1.0,
            255,
            "smp",
            "DiceLoss",
            &args([("mode", "binary".into()), ("ignore_index", 255.0.into())]),
        );
        assert!(told.is_empty(), "{told:?}");
    }
}
