//! segmentation-models-pytorch: `segmentation_models_pytorch.losses`.
//!
//! All of its losses take logits and a `mode`, which has to be that of the task. Overlap losses are batch-wide, count
//! a class that the truth does not contain as 0, and add `smooth` to TP, not to 2·TP. The multi-class focal loss is a
//! mean of sigmoid ones.

use super::code::{Calling, Code, binary, labels, multiclass};
use super::configured::alpha_of;
use super::{
    Arg, Args, Call, Configured, Facts, Function, Keyword, KeywordPlace, Library, Literal, Unmapped, Use,
    args,
};
use crate::field::Task;
use crate::loss::config::Config;
use crate::loss::{
    Spec, cross_entropy, dice, focal, focal_tversky, jaccard, lovasz_hinge, lovasz_softmax, mcc, tversky,
};

/// Table of the losses of segmentation-models-pytorch.
pub const LIBRARY: Library = Library {
    id: "smp",
    name: "segmentation-models-pytorch",
    version: "0.6.0",
    functions: &[
        Function {
            names: &["DiceLoss"],
            keywords: &OVERLAP_KEYWORDS,
            uses: &[Use { of: "dice", usual: |facts| Some(in_mode(facts)), invert: Some(to_overlap) }],
            code: Some(code("from segmentation_models_pytorch.losses import DiceLoss", "DiceLoss")),
            translate: |call| overlap(call, &dice::SPEC),
        },
        Function {
            names: &["JaccardLoss"],
            keywords: &OVERLAP_KEYWORDS,
            uses: &[Use { of: "jaccard", usual: |facts| Some(in_mode(facts)), invert: Some(to_overlap) }],
            code: Some(code("from segmentation_models_pytorch.losses import JaccardLoss", "JaccardLoss")),
            translate: |call| overlap(call, &jaccard::SPEC),
        },
        Function {
            names: &["FocalLoss"],
            keywords: &[
                Keyword::required("mode"),
                Keyword::new("alpha", Literal::Nothing),
                Keyword::new("gamma", Literal::Number(2.0)),
                Keyword::new("ignore_index", Literal::Nothing),
                FROM_LOGITS,
                Keyword::new("eps", Literal::Number(1e-7)),
                Keyword::fixed("reduction", Literal::Text("mean")),
                Keyword::new("normalized", Literal::Flag(false)),
                Keyword::new("reduced_threshold", Literal::Nothing),
                Keyword::new("class_weights", Literal::Nothing),
            ],
            uses: &[Use { of: "focal", usual: |facts| Some(in_mode(facts)), invert: Some(to_focal) }],
            code: Some(code("from segmentation_models_pytorch.losses import FocalLoss", "FocalLoss")),
            translate: focal,
        },
        Function {
            names: &["LovaszLoss"],
            keywords: &[
                Keyword::required("mode"),
                Keyword::new("per_image", Literal::Flag(false)),
                Keyword::new("ignore_index", Literal::Nothing),
                // It is accepted there too, and has no effect.
                Keyword::new("from_logits", Literal::Flag(true)),
            ],
            uses: &[
                Use {
                    of: "lovasz_hinge",
                    usual: |facts| (facts.task() == Task::Binary).then(|| in_mode(facts)),
                    invert: Some(to_lovasz),
                },
                Use {
                    of: "lovasz_softmax",
                    usual: |facts| (facts.task() == Task::Multiclass).then(|| in_mode(facts)),
                    invert: Some(to_lovasz),
                },
            ],
            code: Some(code("from segmentation_models_pytorch.losses import LovaszLoss", "LovaszLoss")),
            translate: lovasz,
        },
        Function {
            names: &["TverskyLoss"],
            keywords: &TVERSKY_KEYWORDS,
            uses: &[
                Use { of: "tversky", usual: |facts| Some(in_mode(facts)), invert: Some(to_tversky) },
                Use {
                    of: "focal_tversky",
                    usual: |facts| {
                        let steep =
                            args([("alpha", 0.3.into()), ("beta", 0.7.into()), ("gamma", 0.75.into())]);
                        Some(in_mode(facts).into_iter().chain(steep).collect())
                    },
                    invert: Some(|config, facts| {
                        let mut said = to_tversky(config, facts);
                        said.insert("gamma".into(), config.number("gamma").into());
                        said
                    }),
                },
            ],
            code: Some(code("from segmentation_models_pytorch.losses import TverskyLoss", "TverskyLoss")),
            translate: tversky_loss,
        },
        Function {
            names: &["MCCLoss"],
            // The second is Lossfield's own word: what is applied to the logits before the call.
            keywords: &[
                Keyword::new("eps", Literal::Number(1e-5)),
                Keyword::new("activation", Literal::Text("sigmoid")).at(KeywordPlace::Own),
            ],
            uses: &[Use {
                of: "mcc",
                usual: binary,
                invert: Some(|config, _| args([("eps", config.number("count_eps").into())])),
            }],
            code: Some(Code {
                import: "from segmentation_models_pytorch.losses import MCCLoss",
                callee: "MCCLoss",
                calling: Calling::Probabilities,
                labels: labels::INDEX,
            }),
            translate: |call| {
                call.only_for(Task::Binary, "it knows no classes")?;
                call.exactly("activation", "sigmoid")?;
                Ok(Configured::new(&mcc::SPEC)
                    .with("count_eps", call.number("eps")?)
                    .with("root_eps", 0.0)
                    .with("perfect_is_zero", false)
                    .with("over", "batch"))
            },
        },
        Function {
            names: &["SoftCrossEntropyLoss"],
            keywords: &[
                Keyword::new("reduction", Literal::Text("mean")),
                Keyword::required("smooth_factor"),
                Keyword::new("ignore_index", Literal::Number(-100.0)),
                Keyword::fixed("dim", Literal::Number(1.0)),
            ],
            uses: &[Use {
                of: "cross_entropy",
                usual: |facts| multiclass(facts).map(|_| args([("smooth_factor", 0.1.into())])),
                invert: Some(to_soft),
            }],
            code: Some(code(
                "from segmentation_models_pytorch.losses import SoftCrossEntropyLoss",
                "SoftCrossEntropyLoss",
            )),
            translate: soft_cross_entropy,
        },
        Function {
            names: &["SoftBCEWithLogitsLoss"],
            keywords: &[
                Keyword::fixed("weight", Literal::Nothing),
                Keyword::new("ignore_index", Literal::Number(-100.0)),
                Keyword::new("reduction", Literal::Text("mean")),
                Keyword::new("smooth_factor", Literal::Nothing),
                Keyword::new("pos_weight", Literal::Nothing),
            ],
            uses: &[Use { of: "cross_entropy", usual: binary, invert: Some(to_soft) }],
            code: Some(Code {
                import: "from segmentation_models_pytorch.losses import SoftBCEWithLogitsLoss",
                callee: "SoftBCEWithLogitsLoss",
                calling: Calling::Object,
                labels: labels::ONE_HOT,
            }),
            translate: soft_binary,
        },
    ],
};

/// Input of logits, which is all that a field holds.
const FROM_LOGITS: Keyword = Keyword::fixed("from_logits", Literal::Flag(true));

const OVERLAP_KEYWORDS: [Keyword; 8] = [
    Keyword::required("mode"),
    Keyword::fixed("classes", Literal::Nothing),
    Keyword::new("log_loss", Literal::Flag(false)),
    FROM_LOGITS,
    Keyword::new("smooth", Literal::Number(0.0)),
    Keyword::new("ignore_index", Literal::Nothing),
    Keyword::new("eps", Literal::Number(1e-7)),
    Keyword::new("class_weights", Literal::Nothing),
];

const fn code(import: &'static str, callee: &'static str) -> Code {
    Code { import, callee, calling: Calling::Object, labels: labels::INDEX }
}

const TVERSKY_KEYWORDS: [Keyword; 11] = [
    OVERLAP_KEYWORDS[0],
    OVERLAP_KEYWORDS[1],
    OVERLAP_KEYWORDS[2],
    OVERLAP_KEYWORDS[3],
    OVERLAP_KEYWORDS[4],
    OVERLAP_KEYWORDS[5],
    OVERLAP_KEYWORDS[6],
    Keyword::new("alpha", Literal::Number(0.5)),
    Keyword::new("beta", Literal::Number(0.5)),
    Keyword::new("gamma", Literal::Number(1.0)),
    OVERLAP_KEYWORDS[7],
];

/// Argument `mode` for the task of the field.
fn in_mode(facts: Facts) -> Args {
    let mode = match facts.task() {
        Task::Binary => "binary",
        Task::Multiclass => "multiclass",
    };
    args([("mode", mode.into())])
}

fn to_overlap(config: &Config<'_>, facts: Facts) -> Args {
    let mut said = args([
        ("smooth", config.number("smooth").into()),
        ("log_loss", (config.choice("outer") == "log").into()),
        ("eps", config.number("eps").into()),
    ]);
    said.extend(facts.class_weights(config, "class_weights"));
    said
}

fn to_tversky(config: &Config<'_>, facts: Facts) -> Args {
    let mut said = to_overlap(config, facts);
    said.extend(args([("alpha", config.number("alpha").into()), ("beta", config.number("beta").into())]));
    said
}

fn to_focal(config: &Config<'_>, facts: Facts) -> Args {
    let threshold = config.number("reduced_threshold");
    let mut said = args([
        ("gamma", config.number("gamma").into()),
        ("alpha", alpha_of(config, facts, true)),
        ("normalized", config.flag("normalized").into()),
        ("reduced_threshold", if threshold > 0.0 { threshold.into() } else { Arg::Nothing }),
    ]);
    said.extend(facts.class_weights(config, "class_weights"));
    said
}

fn to_lovasz(config: &Config<'_>, _: Facts) -> Args {
    args([("per_image", (config.choice("over") == "image").into())])
}

/// Checks the `mode` against the task. Error if they differ; `multilabel` is no task of a field with one
/// label a pixel.
fn mode(call: &mut Call<'_>) -> Result<(), Unmapped> {
    let expected = match call.task() {
        Task::Binary => "binary",
        Task::Multiclass => "multiclass",
    };
    match call.take("mode") {
        Arg::Text(mode) if mode == expected => Ok(()),
        other => Err(call.refuse("mode", &other, &format!("'{expected}', as the task is"))),
    }
}

fn overlap(call: &mut Call<'_>, spec: &'static Spec) -> Result<Configured, Unmapped> {
    mode(call)?;
    let weights = call.optional_numbers("class_weights")?;
    let configured = Configured::new(spec)
        .with("smooth", call.number("smooth")?)
        .with("eps", call.number("eps")?)
        .with("outer", if call.flag("log_loss")? { "log" } else { "one-minus" })
        .with("over", "batch")
        .with("absent", "zero")
        .with("background", true)
        .ignoring(call.ignore("ignore_index")?);
    match (weights, call.task()) {
        (None, _) => Ok(configured),
        (Some(weights), Task::Multiclass) => {
            Ok(configured.with("class_weights", weights).with("weighted_mean", true))
        }
        (Some(_), Task::Binary) => Err(call.refuse_whole("its class_weights are for several classes")),
    }
}

/// Tversky loss, or focal Tversky for a `gamma` other than 1, with the exponent on the mean over classes.
fn tversky_loss(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let (alpha, beta, gamma) = (call.number("alpha")?, call.number("beta")?, call.number("gamma")?);
    let focal = gamma.to_bits() != 1f64.to_bits();
    let configured = overlap(call, if focal { &focal_tversky::SPEC } else { &tversky::SPEC })?;
    let configured = configured.with("alpha", alpha).with("beta", beta);
    Ok(if focal { configured.with("gamma", gamma).with("exponent_on", "mean") } else { configured })
}

/// Divisor of a smoothed loss: ignored pixels stay in the number of pixels. Error for another reduction.
fn soft_divisor(call: &mut Call<'_>) -> Result<&'static str, Unmapped> {
    match call.take("reduction") {
        Arg::Text(reduction) if reduction == "mean" => Ok("all-pixels"),
        Arg::Text(reduction) if reduction == "sum" => Ok("nothing"),
        other => Err(call.refuse("reduction", &other, "'mean' or 'sum'")),
    }
}

/// Cross-entropy with label smoothing. Error without a `smooth_factor`, for which the library itself fails at
/// this version.
fn soft_cross_entropy(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Multiclass, "SoftBCEWithLogitsLoss is the binary one")?;
    Ok(Configured::new(&cross_entropy::SPEC)
        .with("mean_over", soft_divisor(call)?)
        .with("label_smoothing", call.number("smooth_factor")?)
        .ignoring(call.ignore("ignore_index")?))
}

/// Binary cross-entropy with label smoothing. The factor is taken from each of both labels, so twice the
/// factor is spread.
fn soft_binary(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Binary, "SoftCrossEntropyLoss is the multi-class one")?;
    let factor = call.optional_number("smooth_factor")?.unwrap_or(0.0);
    let configured = Configured::new(&cross_entropy::SPEC)
        .with("mean_over", soft_divisor(call)?)
        .with("label_smoothing", 2.0 * factor)
        .ignoring(call.ignore("ignore_index")?);
    Ok(match call.optional_number("pos_weight")? {
        Some(weight) => configured.with("pos_weight", weight),
        None => configured,
    })
}

fn to_soft(config: &Config<'_>, facts: Facts) -> Args {
    let smoothing = config.number("label_smoothing");
    let reduction = if config.choice("mean_over") == "nothing" { "sum" } else { "mean" };
    let mut said = args([("reduction", reduction.into())]);
    if facts.task() == Task::Multiclass {
        said.insert("smooth_factor".into(), smoothing.into());
        return said;
    }
    if smoothing > 0.0 {
        said.insert("smooth_factor".into(), (smoothing / 2.0).into());
    }
    if config.number("pos_weight").to_bits() != 1f64.to_bits() {
        said.insert("pos_weight".into(), config.number("pos_weight").into());
    }
    said
}

fn focal(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    mode(call)?;
    // It guards the logarithm of probabilities, and logits come in here.
    call.number("eps")?;
    let mut configured = Configured::new(&focal::SPEC)
        .with("gamma", call.number("gamma")?)
        .with("activation", "one-vs-rest")
        .with("mean_over", "logits")
        .with("normalized", call.flag("normalized")?)
        .ignoring(call.ignore("ignore_index")?);
    configured = match call.optional_number("alpha")? {
        Some(alpha) => configured.with("balanced", true).with("alpha", alpha),
        None => configured.with("balanced", false),
    };
    configured = match (call.optional_numbers("class_weights")?, call.task()) {
        (None, _) => configured,
        (Some(weights), Task::Multiclass) => {
            configured.with("class_weights", weights).with("weighted_mean", true)
        }
        (Some(_), Task::Binary) => return Err(call.refuse_whole("its class_weights are for several classes")),
    };
    match call.optional_number("reduced_threshold")? {
        // Ours is off at 0, where smp divides by it.
        Some(threshold) if threshold <= 0.0 => {
            Err(call.refuse("reduced_threshold", &threshold.into(), "a number above 0 or None"))
        }
        Some(threshold) => Ok(configured.with("reduced_threshold", threshold)),
        None => Ok(configured),
    }
}

/// Lovász hinge for a binary task, Lovász-softmax over the classes present for a multi-class one.
fn lovasz(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    mode(call)?;
    call.flag("from_logits")?;
    let configured = match call.task() {
        Task::Binary => Configured::new(&lovasz_hinge::SPEC),
        Task::Multiclass => Configured::new(&lovasz_softmax::SPEC).with("classes", "present"),
    };
    Ok(configured
        .with("over", if call.flag("per_image")? { "image" } else { "batch" })
        .ignoring(call.ignore("ignore_index")?))
}
