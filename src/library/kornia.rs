//! kornia: `kornia.losses`.
//!
//! Its overlap losses take a softmax of two or more channels and score each image by itself. A binary task has one
//! channel here, so they are for multi-class tasks; only the Lovász hinge and the binary focal loss are for one.

use super::code::{Calling, Code, binary, labels, multiclass};
use super::configured::alpha_of;
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
                Keyword::new("weight", Literal::Nothing),
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
                Keyword::new("pos_weight", Literal::Nothing),
                Keyword::new("weight", Literal::Nothing),
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
            keywords: &[Keyword::new("weight", Literal::Nothing)],
            uses: &[Use {
                of: "lovasz_softmax",
                usual: multiclass,
                invert: Some(|config, facts| facts.class_weights(config, "weight").into_iter().collect()),
            }],
            code: Some(code("from kornia.losses import lovasz_softmax_loss", "lovasz_softmax_loss")),
            translate: |call| {
                call.only_for(Task::Multiclass, "lovasz_hinge_loss is the binary one")?;
                let configured =
                    Configured::new(&lovasz_softmax::SPEC).with("over", "image").with("classes", "all");
                Ok(match call.optional_numbers("weight")? {
                    Some(weights) => configured.with("class_weights", weights),
                    None => configured,
                })
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

fn to_focal(config: &Config<'_>, facts: Facts) -> Args {
    let mut said = args([("alpha", alpha_of(config, facts, true)), ("gamma", config.number("gamma").into())]);
    match facts.task() {
        Task::Multiclass => said.extend(facts.class_weights(config, "weight")),
        Task::Binary => {
            let weight = config.number("pos_weight");
            if weight.to_bits() != 1f64.to_bits() {
                said.insert("pos_weight".into(), Arg::List(vec![weight.into()]));
            }
        }
    }
    said
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
    let weights = call.optional_numbers("weight")?;
    let configured = focal(call)?.with("activation", "softmax");
    Ok(match weights {
        Some(weights) => configured.with("class_weights", weights),
        None => configured,
    })
}

fn binary_focal_loss(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Binary, "focal_loss is the multi-class one")?;
    let (pos_weight, weight) = (call.one_weight("pos_weight")?, call.one_weight("weight")?);
    let configured = focal(call)?;
    let configured = match pos_weight {
        Some(weight) => configured.with("pos_weight", weight),
        None => configured,
    };
    Ok(configured.times(weight.unwrap_or(1.0)))
}

/// Focal loss of either kind. Ignored pixels stay in the divisor of its mean.
fn focal(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.exactly("reduction", "mean")?;
    let configured = Configured::new(&focal::SPEC)
        .with("gamma", call.number("gamma")?)
        .with("mean_over", "logits")
        .with("ignored_in_mean", true)
        .ignoring(call.ignore("ignore_index")?);
    Ok(match call.optional_number("alpha")? {
        Some(alpha) => configured.with("balanced", true).with("alpha", alpha),
        None => configured.with("balanced", false),
    })
}
