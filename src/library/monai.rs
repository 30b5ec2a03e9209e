//! MONAI: `monai.losses`.
//!
//! Its losses take logits only if they are told so: `sigmoid=True`, or `softmax=True` for two and more classes, where
//! labels become one-hot with `to_onehot_y=True`. Every image and class is scored by itself and a class is scored
//! whether the truth contains it or not; the smoothing terms stand beside 2·TP in Dice, and beside TP in Tversky.

mod boundary;
mod compound;
mod overlap;
mod pixel;

use super::code::{Calling, Code, labels};
use super::{Arg, Args, Call, Configured, Facts, Function, Keyword, Library, Literal, Unmapped, Use, args};
use crate::field::Task;
use crate::loss::config::Config;
use crate::loss::{Spec, dice, jaccard, tversky};

/// Table of MONAI's losses.
pub const LIBRARY: Library = Library {
    id: "monai",
    name: "MONAI",
    version: "1.6.1",
    functions: &[
        Function {
            names: &["DiceLoss", "MaskedDiceLoss"],
            keywords: &[
                INCLUDE_BACKGROUND,
                TO_ONEHOT_Y,
                SIGMOID,
                SOFTMAX,
                OTHER_ACT,
                Keyword::new("squared_pred", Literal::Flag(false)),
                Keyword::new("jaccard", Literal::Flag(false)),
                REDUCTION,
                SMOOTH_NR,
                SMOOTH_DR,
                BATCH,
                Keyword::new("weight", Literal::Nothing),
                Keyword::new("soft_label", Literal::Flag(false)),
                IGNORE_INDEX,
            ],
            uses: &[
                Use { of: "dice", usual: |facts| Some(activated(facts)), invert: Some(to_dice) },
                Use {
                    of: "jaccard",
                    usual: |facts| {
                        let jaccard = args([("jaccard", true.into())]);
                        Some(activated(facts).into_iter().chain(jaccard).collect())
                    },
                    invert: Some(to_dice),
                },
            ],
            code: Some(code("from monai.losses import DiceLoss", "DiceLoss")),
            translate: dice_loss,
        },
        Function {
            names: &["TverskyLoss"],
            keywords: &[
                INCLUDE_BACKGROUND,
                TO_ONEHOT_Y,
                SIGMOID,
                SOFTMAX,
                OTHER_ACT,
                Keyword::new("alpha", Literal::Number(0.5)),
                Keyword::new("beta", Literal::Number(0.5)),
                REDUCTION,
                SMOOTH_NR,
                SMOOTH_DR,
                BATCH,
                Keyword::new("soft_label", Literal::Flag(false)),
                IGNORE_INDEX,
            ],
            uses: &[Use { of: "tversky", usual: |facts| Some(activated(facts)), invert: Some(to_tversky) }],
            code: Some(code("from monai.losses import TverskyLoss", "TverskyLoss")),
            translate: tversky_loss,
        },
        overlap::GENERALIZED_DICE,
        overlap::MCC,
        overlap::GENERALIZED_WASSERSTEIN_DICE,
        pixel::FOCAL,
        compound::DICE_CE,
        compound::DICE_FOCAL,
        compound::GENERALIZED_DICE_FOCAL,
        compound::UNIFIED_FOCAL,
        boundary::BOUNDARY,
        boundary::HAUSDORFF,
        boundary::LOG_HAUSDORFF,
        boundary::SOFT_CL_DICE,
        boundary::SOFT_DICE_CL_DICE,
    ],
};

const INCLUDE_BACKGROUND: Keyword = Keyword::new("include_background", Literal::Flag(true));
const TO_ONEHOT_Y: Keyword = Keyword::new("to_onehot_y", Literal::Flag(false));
const SIGMOID: Keyword = Keyword::new("sigmoid", Literal::Flag(false));
const SOFTMAX: Keyword = Keyword::new("softmax", Literal::Flag(false));
const OTHER_ACT: Keyword = Keyword::fixed("other_act", Literal::Nothing);
const REDUCTION: Keyword = Keyword::new("reduction", Literal::Text("mean"));
const SMOOTH_NR: Keyword = Keyword::new("smooth_nr", Literal::Number(1e-5));
const SMOOTH_DR: Keyword = Keyword::new("smooth_dr", Literal::Number(1e-5));
const BATCH: Keyword = Keyword::new("batch", Literal::Flag(false));
const IGNORE_INDEX: Keyword = Keyword::new("ignore_index", Literal::Nothing);

const fn code(import: &'static str, callee: &'static str) -> Code {
    Code { import, callee, calling: Calling::Object, labels: labels::CHANNEL }
}

/// Arguments that pass the logits of such a field: the activation, and one-hot labels for several classes.
fn activated(facts: Facts) -> Args {
    match facts.task() {
        Task::Binary => args([("sigmoid", true.into())]),
        Task::Multiclass => args([("softmax", true.into()), ("to_onehot_y", true.into())]),
    }
}

/// Arguments that [`activation`] and [`shared`] read, from the settings of a card.
fn to_shared(config: &Config<'_>, facts: Facts) -> Args {
    let mut said = args([
        ("batch", (facts.images > 1 && config.choice("over") == "batch").into()),
        ("reduction", if config.flag("sum") { "sum" } else { "mean" }.into()),
    ]);
    if facts.task() == Task::Multiclass {
        let one_vs_rest = config.choice("activation") == "one-vs-rest";
        said.extend(args([
            ("softmax", (!one_vs_rest).into()),
            ("sigmoid", one_vs_rest.into()),
            ("include_background", config.flag("background").into()),
        ]));
    }
    said
}

/// Smoothing arguments of a loss that adds them to `scale` times TP.
fn to_smooth(config: &Config<'_>, scale: f64) -> Args {
    let smooth = config.number("smooth");
    let below = smooth + config.number("smooth_below");
    args([("smooth_nr", (scale * smooth).into()), ("smooth_dr", (scale * below).into())])
}

fn to_dice(config: &Config<'_>, facts: Facts) -> Args {
    let mut said = to_shared(config, facts);
    said.extend(to_smooth(config, 2.0));
    said.extend(args([
        ("squared_pred", config.flag("squared").into()),
        ("soft_label", (facts.soft && config.choice("soft_form") == "distance").into()),
    ]));
    said.extend(pixel::class_weights_of(config, facts, config.flag("background")));
    said
}

fn to_tversky(config: &Config<'_>, facts: Facts) -> Args {
    let mut said = to_shared(config, facts);
    said.extend(to_smooth(config, 1.0));
    said.extend(args([
        ("alpha", config.number("alpha").into()),
        ("beta", config.number("beta").into()),
        ("soft_label", (facts.soft && config.choice("soft_form") == "distance").into()),
    ]));
    said
}

/// Activation that the call applies to the logits. Error for a call that would take them for probabilities.
/// The form of the target, labels or one-hot, changes no number.
fn activation(call: &mut Call<'_>) -> Result<&'static str, Unmapped> {
    call.flag("to_onehot_y")?;
    match (call.flag("sigmoid")?, call.flag("softmax")?) {
        (true, false) => Ok("one-vs-rest"),
        (false, true) if call.task() == Task::Multiclass => Ok("softmax"),
        (true, true) => Err(call.refuse_whole("sigmoid=True and softmax=True exclude each other")),
        _ => Err(call.refuse_whole(
            "it would take the logits for probabilities; expected sigmoid=True, or softmax=True for several classes",
        )),
    }
}

/// True if the losses of images and classes are added up, false if they are averaged. Error for another
/// reduction.
fn sums(call: &mut Call<'_>) -> Result<bool, Unmapped> {
    match call.take("reduction") {
        Arg::Text(reduction) if reduction == "mean" => Ok(false),
        Arg::Text(reduction) if reduction == "sum" => Ok(true),
        other => Err(call.refuse("reduction", &other, "'mean' or 'sum'")),
    }
}

/// Configuration of the arguments that nearly all of MONAI's losses have.
fn shared(call: &mut Call<'_>, spec: &'static Spec) -> Result<Configured, Unmapped> {
    Ok(Configured::new(spec)
        .with("activation", activation(call)?)
        .with("background", call.flag("include_background")?)
        .with("sum", sums(call)?)
        .with("over", if call.flag("batch")? { "batch" } else { "image" }))
}

fn soft_form(call: &mut Call<'_>) -> Result<&'static str, Unmapped> {
    Ok(if call.flag("soft_label")? { "distance" } else { "product" })
}

/// Dice as several losses contain it, without class weights, soft labels and the ignored label.
fn plain_dice(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let spec = if call.flag("jaccard")? { &jaccard::SPEC } else { &dice::SPEC };
    let (numerator, denominator) = (call.number("smooth_nr")?, call.number("smooth_dr")?);
    Ok(shared(call, spec)?
        .with("squared", call.flag("squared_pred")?)
        .with("absent", "scored")
        .smoothed(numerator / 2.0, denominator / 2.0))
}

/// Class weights as a list of all classes; without the background the library expects one less. None if none
/// are given, and in a binary task.
fn class_weights(call: &mut Call<'_>, background: bool) -> Result<Option<Vec<f64>>, Unmapped> {
    let arg = call.take("weight");
    let given = match &arg {
        // On one channel it has no effect there.
        _ if call.task() == Task::Binary => return Ok(None),
        Arg::Nothing => return Ok(None),
        Arg::List(items) => {
            items.iter().map(|item| if let Arg::Number(x) = item { Some(*x) } else { None }).collect()
        }
        _ => None,
    };
    let given: Vec<f64> = given.ok_or_else(|| call.refuse("weight", &arg, "a list of numbers or None"))?;
    if background {
        return Ok(Some(given));
    }
    // On the one class that is left it has no effect there.
    Ok((given.len() > 1).then(|| std::iter::once(1.0).chain(given).collect()))
}

fn dice_loss(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let configured = plain_dice(call)?.with("soft_form", soft_form(call)?);
    let background = configured.says("background", true);
    let weights = class_weights(call, background)?;
    let configured = configured.ignoring(call.ignore("ignore_index")?);
    Ok(match weights {
        Some(weights) => configured.with("class_weights", weights),
        None => configured,
    })
}

fn tversky_loss(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let (numerator, denominator) = (call.number("smooth_nr")?, call.number("smooth_dr")?);
    Ok(shared(call, &tversky::SPEC)?
        .with("alpha", call.number("alpha")?)
        .with("beta", call.number("beta")?)
        .with("absent", "scored")
        .with("soft_form", soft_form(call)?)
        .smoothed(numerator, denominator)
        .ignoring(call.ignore("ignore_index")?))
}
