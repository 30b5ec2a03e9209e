//! kornia: `kornia.losses`.
//!
//! Its overlap losses take a softmax of two or more channels and score each image by itself. A binary task has one
//! channel here, so they are for multi-class tasks; only the Lovász hinge and the binary focal loss are for one.

use super::code::{Calling, Code, binary, labels, multiclass};
use super::{Arg, Args, Call, Configured, Facts, Function, Keyword, Library, Literal, Unmapped, Use, args};
use crate::field::Task;
use crate::loss::config::Config;
use crate::loss::{dice, focal, lovasz_hinge, lovasz_softmax, tversky};

/// Table of kornia's losses.
pub const LIBRARY: Library = Library {
    id: "kornia",
    name: "kornia",
    version: "0.9.0",
    functions: &[
        Function {
            names: &["dice_loss", "DiceLoss"],
            keywords: &[
                Keyword::new("average", Literal::Text("micro")),
                Keyword::new("eps", Literal::Number(1e-8)),
                Keyword::new("weight", Literal::Nothing),
                IGNORE_INDEX,
            ],
            uses: &[Use { of: "dice", usual: multiclass, invert: Some(to_dice) }],
            code: Some(code("from kornia.losses import dice_loss", "dice_loss")),
            translate: dice_loss,
        },
        Function {
            names: &["tversky_loss", "TverskyLoss"],
            keywords: &[
                Keyword::required("alpha"),
                Keyword::required("beta"),
                Keyword::new("eps", Literal::Number(1e-8)),
                IGNORE_INDEX,
            ],
            uses: &[Use {
                of: "tversky",
                usual: |facts| Some(multiclass(facts)?.into_iter().chain(even_weights()).collect()),
                invert: Some(to_tversky),
            }],
            code: Some(code("from kornia.losses import tversky_loss", "tversky_loss")),
            translate: tversky_loss,
        },
        Function {
            names: &["focal_loss", "FocalLoss"],
            keywords: &[
                Keyword::required("alpha"),
                Keyword::new("gamma", Literal::Number(2.0)),
                // The default is a value for each logit, which is not a loss yet.
                Keyword::new("reduction", Literal::Text("none")),
                Keyword::fixed("weight", Literal::Nothing),
                IGNORE_INDEX,
            ],
            uses: &[Use {
                of: "focal",
                usual: |facts| {
                    multiclass(facts).map(|_| args([("alpha", 0.25.into()), ("reduction", "mean".into())]))
                },
                invert: Some(to_focal),
            }],
            code: Some(code("from kornia.losses import focal_loss", "focal_loss")),
            translate: focal_loss,
        },
        Function {
            names: &["binary_focal_loss_with_logits", "BinaryFocalLossWithLogits"],
            keywords: &[
                Keyword::new("alpha", Literal::Number(0.25)),
                Keyword::new("gamma", Literal::Number(2.0)),
                Keyword::new("reduction", Literal::Text("none")),
                Keyword::fixed("pos_weight", Literal::Nothing),
                Keyword::fixed("weight", Literal::Nothing),
                IGNORE_INDEX,
            ],
            uses: &[Use {
                of: "focal",
                usual: |facts| binary(facts).map(|_| args([("reduction", "mean".into())])),
                invert: Some(to_focal),
            }],
            code: Some(Code {
                import: "from kornia.losses import binary_focal_loss_with_logits",
                callee: "binary_focal_loss_with_logits",
                calling: Calling::Function,
                labels: labels::ONE_HOT,
            }),
            translate: binary_focal_loss,
        },
        Function {
            names: &["lovasz_hinge_loss", "LovaszHingeLoss"],
            keywords: &[],
            uses: &[Use { of: "lovasz_hinge", usual: binary, invert: Some(|_, _| Args::new()) }],
            code: Some(code("from kornia.losses import lovasz_hinge_loss", "lovasz_hinge_loss")),
            translate: |call| {
                call.only_for(Task::Binary, "lovasz_softmax_loss is the multi-class one")?;
                Ok(Configured::new(&lovasz_hinge::SPEC).with("over", "image"))
            },
        },
        Function {
            names: &["lovasz_softmax_loss", "LovaszSoftmaxLoss"],
            keywords: &[Keyword::fixed("weight", Literal::Nothing)],
            uses: &[Use { of: "lovasz_softmax", usual: multiclass, invert: Some(|_, _| Args::new()) }],
            code: Some(code("from kornia.losses import lovasz_softmax_loss", "lovasz_softmax_loss")),
            translate: |call| {
                call.only_for(Task::Multiclass, "lovasz_hinge_loss is the binary one")?;
                Ok(Configured::new(&lovasz_softmax::SPEC).with("over", "image").with("classes", "all"))
            },
        },
    ],
};

const IGNORE_INDEX: Keyword = Keyword::new("ignore_index", Literal::Number(-100.0));

const fn code(import: &'static str, callee: &'static str) -> Code {
    Code { import, callee, calling: Calling::Function, labels: labels::INDEX }
}

fn even_weights() -> Args {
    args([("alpha", 0.5.into()), ("beta", 0.5.into())])
}

fn to_dice(config: &Config<'_>, facts: Facts) -> Args {
    let below = config.number("smooth") + config.number("smooth_below");
    let average = if config.flag("pooled") { "micro" } else { "macro" };
    let mut said = args([("average", average.into()), ("eps", (2.0 * below).into())]);
    said.extend(facts.class_weights(config, "weight"));
    said
}

fn to_tversky(config: &Config<'_>, _: Facts) -> Args {
    let below = config.number("smooth") + config.number("smooth_below");
    args([
        ("alpha", config.number("alpha").into()),
        ("beta", config.number("beta").into()),
        ("eps", below.into()),
    ])
}

fn to_focal(config: &Config<'_>, _: Facts) -> Args {
    let alpha = if config.flag("balanced") { config.number("alpha").into() } else { Arg::Nothing };
    args([("alpha", alpha), ("gamma", config.number("gamma").into())])
}

fn dice_loss(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Multiclass, "on one channel its softmax is 1 everywhere")?;
    let average = call.take("average");
    let weight = call.optional_numbers("weight")?;
    let configured = Configured::new(&dice::SPEC)
        .with("over", "image")
        // It is added to 2·Σpy's own denominator.
        .smoothed(0.0, call.number("eps")? / 2.0)
        .ignoring(call.ignore("ignore_index")?);
    match (&average, weight) {
        (Arg::Text(micro), None) if micro == "micro" => {
            Ok(configured.with("pooled", true).with("absent", "scored"))
        }
        (Arg::Text(micro), Some(_)) if micro == "micro" => Err(call.refuse_whole(
            "with average='micro' its weight goes into the sums of all classes at once, and ours multiply losses",
        )),
        (Arg::Text(name), weight) if name == "macro" => {
            let configured = configured.with("absent", "skipped");
            Ok(match weight {
                Some(weight) => configured.with("class_weights", weight).with("weighted_mean", true),
                None => configured,
            })
        }
        _ => Err(call.refuse("average", &average, "'micro' or 'macro'")),
    }
}

fn tversky_loss(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Multiclass, "on one channel its softmax is 1 everywhere")?;
    Ok(Configured::new(&tversky::SPEC)
        .with("alpha", call.number("alpha")?)
        .with("beta", call.number("beta")?)
        .with("over", "image")
        .with("absent", "skipped")
        .smoothed(0.0, call.number("eps")?)
        .ignoring(call.ignore("ignore_index")?))
}

fn focal_loss(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Multiclass, "binary_focal_loss_with_logits is the binary one")?;
    Ok(focal(call)?.with("activation", "softmax"))
}

fn binary_focal_loss(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Binary, "focal_loss is the multi-class one")?;
    focal(call)
}

fn focal(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.exactly("reduction", "mean")?;
    let ignored = call.take("ignore_index");
    if ignored != Arg::Nothing && ignored != (-100.0).into() {
        return Err(call.refuse("ignore_index", &ignored, "the default: ignored pixels stay in its divisor"));
    }
    let configured =
        Configured::new(&focal::SPEC).with("gamma", call.number("gamma")?).with("mean_over", "logits");
    Ok(match call.optional_number("alpha")? {
        Some(alpha) => configured.with("balanced", true).with("alpha", alpha),
        None => configured.with("balanced", false),
    })
}
