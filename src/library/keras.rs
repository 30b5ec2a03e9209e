//! Keras 3: `keras.losses`.
//!
//! Arrays have their channels last. Its overlap losses take probabilities and sum over everything at once, batch and
//! classes too. `activation` is not an argument of the library: it says what is applied to the logits before the call;
//! so does `sample_weight='valid'`, which is 0 on ignored pixels and 1 elsewhere.

use super::code::{Calling, Code, binary, labels, multiclass};
use super::{
    Arg, Args, Call, Configured, Facts, Function, Keyword, KeywordPlace, Library, Literal, Unmapped, Use,
    args,
};
use crate::field::{IGNORE, Task};
use crate::loss::config::Config;
use crate::loss::{cross_entropy, dice, hinge, tversky};

/// Table of Keras's losses.
pub const LIBRARY: Library = Library {
    id: "keras",
    name: "Keras",
    version: "3.15.1",
    functions: &[
        Function {
            names: &["BinaryCrossentropy"],
            keywords: &[
                FROM_LOGITS,
                LABEL_SMOOTHING,
                AXIS,
                Keyword::new("reduction", Literal::Text(MEAN)),
                ACTIVATION,
                SAMPLE_WEIGHT,
            ],
            uses: &[Use {
                of: "cross_entropy",
                usual: |facts| binary(facts).map(|_| args([("from_logits", true.into())])),
                invert: Some(to_cross_entropy),
            }],
            code: Some(code("keras.losses.BinaryCrossentropy")),
            translate: |call| {
                let (configured, _) = cross_entropy(call, "one-vs-rest")?;
                Ok(configured)
            },
        },
        Function {
            names: &["CategoricalCrossentropy"],
            keywords: &[
                FROM_LOGITS,
                LABEL_SMOOTHING,
                AXIS,
                Keyword::new("reduction", Literal::Text(MEAN)),
                ACTIVATION,
                SAMPLE_WEIGHT,
            ],
            uses: &[Use {
                of: "cross_entropy",
                usual: |facts| multiclass(facts).map(|_| args([("from_logits", true.into())])),
                invert: Some(to_cross_entropy),
            }],
            code: Some(code("keras.losses.CategoricalCrossentropy")),
            translate: |call| {
                call.only_for(Task::Multiclass, "BinaryCrossentropy is the binary one")?;
                let (configured, _) = cross_entropy(call, "softmax")?;
                Ok(configured)
            },
        },
        Function {
            names: &["SparseCategoricalCrossentropy"],
            keywords: &[
                FROM_LOGITS,
                Keyword::new("ignore_class", Literal::Nothing),
                AXIS,
                Keyword::new("reduction", Literal::Text(MEAN)),
                ACTIVATION,
            ],
            uses: &[Use {
                of: "cross_entropy",
                usual: |facts| multiclass(facts).map(|_| args([("from_logits", true.into())])),
                invert: Some(|config, _| args([reduction(config)])),
            }],
            code: Some(Code {
                import: "import keras",
                callee: "keras.losses.SparseCategoricalCrossentropy",
                calling: Calling::Keras,
                labels: labels::KERAS_INDEX,
            }),
            translate: sparse,
        },
        Function {
            names: &["Dice"],
            keywords: &[REDUCTION, Keyword::new("axis", Literal::Nothing), ACTIVATION],
            uses: &[Use { of: "dice", usual: |facts| Some(activated(facts)), invert: Some(to_overlap) }],
            code: Some(code("keras.losses.Dice")),
            translate: |call| {
                // Below the bar alone, beside a 2·Σpy.
                let configured = overlap(call, Configured::new(&dice::SPEC))?;
                Ok(configured.smoothed(0.0, EPSILON / 2.0))
            },
        },
        Function {
            names: &["Tversky"],
            keywords: &[
                Keyword::new("alpha", Literal::Number(0.5)),
                Keyword::new("beta", Literal::Number(0.5)),
                REDUCTION,
                Keyword::new("axis", Literal::Nothing),
                ACTIVATION,
            ],
            uses: &[Use { of: "tversky", usual: |facts| Some(activated(facts)), invert: Some(to_tversky) }],
            code: Some(code("keras.losses.Tversky")),
            translate: |call| {
                // Its alpha weighs false negatives, whatever its documentation says.
                let (alpha, beta) = (call.number("alpha")?, call.number("beta")?);
                let configured = overlap(call, Configured::new(&tversky::SPEC))?;
                Ok(configured.with("alpha", beta).with("beta", alpha).smoothed(0.0, EPSILON))
            },
        },
        Function {
            names: &["Hinge"],
            keywords: &[Keyword::new("reduction", Literal::Text(MEAN)), SAMPLE_WEIGHT],
            uses: &[Use {
                of: "hinge",
                usual: |facts: Facts| facts.ignored.is_none().then(Args::new),
                invert: Some(|_, _| Args::new()),
            }],
            code: Some(code("keras.losses.Hinge")),
            translate: hinge,
        },
    ],
};

const MEAN: &str = "sum_over_batch_size";
/// Default fuzz factor, `keras.config.epsilon()`.
const EPSILON: f64 = 1e-7;
const FROM_LOGITS: Keyword = Keyword::new("from_logits", Literal::Flag(false));
const LABEL_SMOOTHING: Keyword = Keyword::new("label_smoothing", Literal::Number(0.0));
const AXIS: Keyword = Keyword::fixed("axis", Literal::Number(-1.0));
const REDUCTION: Keyword = Keyword::fixed("reduction", Literal::Text(MEAN));
/// Activation applied before the call: an argument of Lossfield's own.
const ACTIVATION: Keyword = Keyword::new("activation", Literal::Nothing).at(KeywordPlace::Own);
const SAMPLE_WEIGHT: Keyword = Keyword::new("sample_weight", Literal::Nothing).at(KeywordPlace::Own);

const fn code(callee: &'static str) -> Code {
    Code { import: "import keras", callee, calling: Calling::Keras, labels: labels::KERAS }
}

fn activated(facts: Facts) -> Args {
    let activation = match facts.task() {
        Task::Binary => "sigmoid",
        Task::Multiclass => "softmax",
    };
    args([("activation", activation.into())])
}

fn reduction(config: &Config<'_>) -> (&'static str, Arg) {
    ("reduction", if config.choice("mean_over") == "nothing" { "sum" } else { MEAN }.into())
}

fn to_cross_entropy(config: &Config<'_>, _: Facts) -> Args {
    args([reduction(config), ("label_smoothing", config.number("label_smoothing").into())])
}

fn to_overlap(config: &Config<'_>, facts: Facts) -> Args {
    let per_image = facts.images > 1 && config.choice("over") == "image";
    let pooled = facts.task() == Task::Binary || config.flag("pooled");
    let axis = |axes: &[f64]| Arg::List(axes.iter().map(|&axis| axis.into()).collect());
    let one_vs_rest = facts.task() == Task::Binary || config.choice("activation") == "one-vs-rest";
    args([
        ("activation", if one_vs_rest { "sigmoid" } else { "softmax" }.into()),
        (
            "axis",
            match (pooled, per_image) {
                (true, false) => Arg::Nothing,
                (true, true) => axis(&[1.0, 2.0, 3.0]),
                (false, false) => axis(&[0.0, 1.0, 2.0]),
                (false, true) => axis(&[1.0, 2.0]),
            },
        ),
    ])
}

fn to_tversky(config: &Config<'_>, facts: Facts) -> Args {
    let mut said = to_overlap(config, facts);
    said.extend(args([("alpha", config.number("beta").into()), ("beta", config.number("alpha").into())]));
    said
}

/// True if the call is given logits, false if it is given probabilities of this activation. Error for
/// anything else.
fn from_logits(call: &mut Call<'_>, activation: &str) -> Result<bool, Unmapped> {
    let applied = call.take("activation");
    match (call.flag("from_logits")?, applied) {
        (true, Arg::Nothing) => Ok(true),
        (false, Arg::Text(applied)) if applied == activation => Ok(false),
        _ => Err(call.refuse_whole(&format!(
            "it would take the logits for probabilities; expected from_logits=True or activation='{activation}'"
        ))),
    }
}

/// Divisor of the sum over pixels, and the label of pixels with a sample weight of 0. Error for other
/// reductions.
fn divisor(call: &mut Call<'_>) -> Result<(&'static str, Option<u8>), Unmapped> {
    let ignore = match call.take("sample_weight") {
        Arg::Nothing => None,
        Arg::Text(valid) if valid == "valid" => Some(IGNORE),
        other => return Err(call.refuse("sample_weight", &other, "'valid' or None")),
    };
    match call.take("reduction") {
        // The weights do not divide.
        Arg::Text(mean) if mean == MEAN || mean == "mean" => Ok(("all-pixels", ignore)),
        Arg::Text(mean) if mean == "mean_with_sample_weight" => Ok(("pixels", ignore)),
        Arg::Text(sum) if sum == "sum" => Ok(("nothing", ignore)),
        other => {
            Err(call.refuse("reduction", &other, &format!("'{MEAN}', 'mean_with_sample_weight' or 'sum'")))
        }
    }
}

/// Cross-entropy of a head, with the divisor of its sum.
fn cross_entropy(call: &mut Call<'_>, head: &str) -> Result<(Configured, &'static str), Unmapped> {
    let activation = if head == "softmax" { "softmax" } else { "sigmoid" };
    let clip = if from_logits(call, activation)? { 0.0 } else { EPSILON };
    let (divisor, ignore) = divisor(call)?;
    let configured = Configured::new(&cross_entropy::SPEC)
        .with("activation", head)
        .with("label_smoothing", call.number("label_smoothing")?)
        .with("clip", clip)
        .with("mean_over", as_ours(divisor, ignore))
        .ignoring(ignore);
    Ok((configured, divisor))
}

/// Divisor by Lossfield's plainest name: with no pixel ignored and no class weights three divisors are the
/// same.
fn as_ours(divisor: &'static str, ignore: Option<u8>) -> &'static str {
    if ignore.is_none() && divisor == "all-pixels" { "weights" } else { divisor }
}

fn sparse(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Multiclass, "BinaryCrossentropy is the binary one")?;
    let clip = if from_logits(call, "softmax")? { 0.0 } else { EPSILON };
    let divisor = match call.take("reduction") {
        Arg::Text(mean) if mean == MEAN || mean == "mean" => "weights",
        Arg::Text(sum) if sum == "sum" => "nothing",
        other => return Err(call.refuse("reduction", &other, &format!("'{MEAN}' or 'sum'"))),
    };
    Ok(Configured::new(&cross_entropy::SPEC)
        .with("clip", clip)
        .with("mean_over", divisor)
        .ignoring(call.ignore("ignore_class")?))
}

fn hinge(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let (divisor, ignore) = divisor(call)?;
    if divisor == "nothing" || divisor == "all-pixels" && ignore.is_some() {
        return Err(call.refuse_whole("ours is a mean over the pixels that count"));
    }
    Ok(Configured::new(&hinge::SPEC).ignoring(ignore))
}

/// Overlap loss with the activation and the axes of the call: its sums run over the batch or each image, and
/// over all classes at once or each by itself.
fn overlap(call: &mut Call<'_>, configured: Configured) -> Result<Configured, Unmapped> {
    let activation = match (call.take("activation"), call.task()) {
        (Arg::Text(name), Task::Multiclass) if name == "softmax" => "softmax",
        (Arg::Text(name), _) if name == "sigmoid" => "one-vs-rest",
        (other, _) => {
            return Err(call.refuse("activation", &other, "'sigmoid', or 'softmax' for several classes"));
        }
    };
    let axis = call.optional_numbers("axis")?;
    let (pooled, over) = match axis.as_deref() {
        None | Some([0.0, 1.0, 2.0, 3.0]) => (true, "batch"),
        Some([1.0, 2.0, 3.0]) => (true, "image"),
        Some([0.0, 1.0, 2.0]) => (false, "batch"),
        Some([1.0, 2.0]) => (false, "image"),
        Some(other) => {
            let other = Arg::List(other.iter().map(|&axis| axis.into()).collect());
            return Err(call.refuse("axis", &other, "None, (1, 2, 3), (0, 1, 2) or (1, 2)"));
        }
    };
    Ok(configured
        .with("activation", activation)
        .with("over", over)
        .with("pooled", pooled)
        .with("absent", "scored"))
}
