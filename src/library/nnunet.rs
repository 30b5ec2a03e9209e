//! nnU-Net: `nnunetv2.training.loss`.
//!
//! Its Dice is subtracted: a perfect prediction is −1. Two arguments of a call on a field are in Lossfield's
//! words: `apply_nonlin`, a callable there, names the activation of the logits, and `loss_mask='valid'` masks
//! ignored pixels. The compounds apply the activation themselves.

use super::code::multiclass;
use super::torch::CROSS_ENTROPY;
use super::{
    Arg, Args, Call, Configured, Facts, Function, Keyword, KeywordPlace, Library, Literal, Unmapped, Use,
    args, torch,
};
use crate::field::{IGNORE, Task};
use crate::loss::{cross_entropy, dice, top_k_cross_entropy};

/// Table of nnU-Net's losses.
pub const LIBRARY: Library = Library {
    id: "nnunet",
    name: "nnU-Net",
    version: "2.8.1",
    functions: &[
        Function {
            names: &["SoftDiceLoss", "MemoryEfficientSoftDiceLoss"],
            keywords: &SOFT_DICE,
            uses: &[Use {
                of: "dice",
                usual: |facts| {
                    let mut said = args([("apply_nonlin", nonlinearity(facts.task()).into())]);
                    if facts.ignored == Some(IGNORE) {
                        said.insert("loss_mask".into(), "valid".into());
                    }
                    Some(said)
                },
                invert: None,
            }],
            code: None,
            translate: soft_dice,
        },
        Function {
            names: &["RobustCrossEntropyLoss"],
            keywords: &CROSS_ENTROPY,
            uses: &[Use { of: "cross_entropy", usual: multiclass, invert: None }],
            code: None,
            translate: torch::cross_entropy,
        },
        Function {
            names: &["TopKLoss"],
            keywords: &TOP_K,
            uses: &[Use { of: "top_k_cross_entropy", usual: multiclass, invert: None }],
            code: None,
            translate: top_k,
        },
        Function {
            names: &["DC_and_CE_loss"],
            keywords: &[
                Keyword::required("soft_dice_kwargs"),
                Keyword::required("ce_kwargs"),
                WEIGHT_CE,
                WEIGHT_DICE,
                Keyword::new("ignore_label", Literal::Nothing),
                Keyword::new("dice_class", Literal::Text("SoftDiceLoss")),
            ],
            uses: &[Use {
                of: "dice_cross_entropy",
                usual: |facts| multiclass(facts).map(|_| trained("ce_kwargs", false)),
                invert: None,
            }],
            code: None,
            translate: dice_and_ce,
        },
        Function {
            names: &["DC_and_BCE_loss"],
            keywords: &[
                Keyword::required("bce_kwargs"),
                Keyword::required("soft_dice_kwargs"),
                WEIGHT_CE,
                WEIGHT_DICE,
                Keyword::new("use_ignore_label", Literal::Flag(false)),
                Keyword::new("dice_class", Literal::Text("MemoryEfficientSoftDiceLoss")),
            ],
            uses: &[Use {
                of: "dice_cross_entropy",
                usual: |facts: Facts| {
                    if facts.ignored.is_some_and(|label| label != IGNORE || facts.channels > 1) {
                        return None;
                    }
                    let mut said = trained("bce_kwargs", true);
                    said.insert("use_ignore_label".into(), facts.ignored.is_some().into());
                    Some(said)
                },
                invert: None,
            }],
            code: None,
            translate: dice_and_bce,
        },
        Function {
            names: &["DC_and_topk_loss"],
            keywords: &[
                Keyword::required("soft_dice_kwargs"),
                Keyword::required("ce_kwargs"),
                WEIGHT_CE,
                WEIGHT_DICE,
                Keyword::new("ignore_label", Literal::Nothing),
            ],
            uses: &[Use {
                of: "dice_cross_entropy",
                usual: |facts| multiclass(facts).map(|_| trained("ce_kwargs", false)),
                invert: None,
            }],
            code: None,
            translate: dice_and_top_k,
        },
    ],
};

const SOFT_DICE: [Keyword; 7] = [
    Keyword::required("apply_nonlin"),
    Keyword::new("batch_dice", Literal::Flag(false)),
    Keyword::new("do_bg", Literal::Flag(true)),
    Keyword::new("smooth", Literal::Number(1.0)),
    Keyword::new("ddp", Literal::Flag(true)),
    Keyword::fixed("clip_tp", Literal::Nothing),
    Keyword::new("loss_mask", Literal::Nothing).at(KeywordPlace::Own),
];
const TOP_K: [Keyword; 4] = [
    Keyword::new("weight", Literal::Nothing),
    Keyword::new("ignore_index", Literal::Number(-100.0)),
    Keyword::new("k", Literal::Number(10.0)),
    Keyword::new("label_smoothing", Literal::Number(0.0)),
];
const WEIGHT_CE: Keyword = Keyword::new("weight_ce", Literal::Number(1.0));
const WEIGHT_DICE: Keyword = Keyword::new("weight_dice", Literal::Number(1.0));

const fn nonlinearity(task: Task) -> &'static str {
    match task {
        Task::Binary => "sigmoid",
        Task::Multiclass => "softmax",
    }
}

/// Arguments of nnU-Net's own training, under a plan with `batch_dice`.
fn trained(other: &str, do_bg: bool) -> Args {
    let dice = args([
        ("batch_dice", true.into()),
        ("do_bg", do_bg.into()),
        ("smooth", 1e-5.into()),
        ("ddp", false.into()),
    ]);
    args([("soft_dice_kwargs", Arg::Dict(dice)), (other, Arg::Dict(Args::new()))])
}

fn soft_dice(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let activation = match (call.take("apply_nonlin"), call.task()) {
        (Arg::Text(name), Task::Multiclass) if name == "softmax" => "softmax",
        (Arg::Text(name), _) if name == "sigmoid" => "one-vs-rest",
        (other, _) => {
            return Err(call.refuse("apply_nonlin", &other, "'sigmoid', or 'softmax' for several classes"));
        }
    };
    let (batch, ddp) = (call.flag("batch_dice")?, call.flag("ddp")?);
    if batch && ddp {
        return Err(
            call.refuse_whole("with batch_dice=True and ddp=True it sums over processes; expected ddp=False")
        );
    }
    let background = call.flag("do_bg")?;
    if !background && call.task() == Task::Binary {
        return Err(call.refuse_whole("with do_bg=False one channel leaves no class, and the mean is NaN"));
    }
    let smooth = call.number("smooth")? / 2.0;
    let ignore = match call.take("loss_mask") {
        Arg::Nothing => None,
        Arg::Text(mask) if mask == "valid" => Some(IGNORE),
        other => return Err(call.refuse("loss_mask", &other, "'valid' or None")),
    };
    let configured = Configured::new(&dice::SPEC)
        .with("outer", "minus")
        .with("activation", activation)
        .with("over", if batch { "batch" } else { "image" })
        .with("background", background)
        .with("absent", "scored")
        .smoothed(smooth, smooth)
        .ignoring(ignore);
    // Its denominator is held at 1e-8, which is that of 2·TP.
    Ok(if smooth < 5e-9 { configured.with("eps", 5e-9) } else { configured })
}

fn top_k(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Multiclass, "its cross-entropy is one of a softmax")?;
    let configured = Configured::new(&top_k_cross_entropy::SPEC)
        .with("mode", "share")
        .with("share", call.number("k")?)
        .with("share_of", "all-pixels")
        .with("label_smoothing", call.number("label_smoothing")?);
    let configured = match call.optional_numbers("weight")? {
        Some(weights) => configured.with("class_weights", weights),
        None => configured,
    };
    Ok(configured.ignoring(call.ignore("ignore_index")?))
}

/// Keyword arguments of one of the two losses of a compound.
fn inner(call: &mut Call<'_>, name: &str) -> Result<Args, Unmapped> {
    match call.take(name) {
        Arg::Dict(args) => Ok(args),
        other => Err(call.refuse(name, &other, "a dictionary")),
    }
}

/// Translates the call of one of the two losses of a compound.
fn nested(
    function: &str,
    keywords: &[Keyword],
    args: &Args,
    task: Task,
    translate: fn(&mut Call<'_>) -> Result<Configured, Unmapped>,
) -> Result<Configured, Unmapped> {
    let mut call = Call::read(function.into(), keywords, args, task)?;
    let configured = translate(&mut call)?;
    call.finish()?;
    Ok(configured)
}

/// Dice as the compounds call it.
fn dice_of(call: &mut Call<'_>, nonlinearity: &str, masked: bool) -> Result<Configured, Unmapped> {
    let mut args = inner(call, "soft_dice_kwargs")?;
    args.insert("apply_nonlin".into(), nonlinearity.into());
    if masked {
        args.insert("loss_mask".into(), "valid".into());
    }
    nested("nnunet.SoftDiceLoss", &SOFT_DICE, &args, call.task(), soft_dice)
}

fn dice_and_ce(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let class = call.take("dice_class");
    let known = ["SoftDiceLoss", "MemoryEfficientSoftDiceLoss"];
    if !known.iter().any(|name| class == (*name).into()) {
        return Err(call.refuse("dice_class", &class, "'SoftDiceLoss' or 'MemoryEfficientSoftDiceLoss'"));
    }
    dice_and(call, "nnunet.RobustCrossEntropyLoss", &CROSS_ENTROPY, torch::cross_entropy)
}

fn dice_and_top_k(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    dice_and(call, "nnunet.TopKLoss", &TOP_K, top_k)
}

fn dice_and(
    call: &mut Call<'_>,
    function: &str,
    keywords: &[Keyword],
    translate: fn(&mut Call<'_>) -> Result<Configured, Unmapped>,
) -> Result<Configured, Unmapped> {
    call.only_for(Task::Multiclass, "DC_and_BCE_loss is the one for one channel")?;
    let label = call.ignore("ignore_label")?;
    let mut args = inner(call, "ce_kwargs")?;
    if let Some(label) = label {
        args.insert("ignore_index".into(), f64::from(label).into());
    }
    let other = nested(function, keywords, &args, call.task(), translate)?;
    let dice = dice_of(call, "softmax", false)?;
    let (of_ce, of_dice) = (call.number("weight_ce")?, call.number("weight_dice")?);
    Ok(dice.times(of_dice).plus(other.times(of_ce)).ignoring(label))
}

fn dice_and_bce(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let class = call.take("dice_class");
    let known = ["SoftDiceLoss", "MemoryEfficientSoftDiceLoss"];
    if !known.iter().any(|name| class == (*name).into()) {
        return Err(call.refuse("dice_class", &class, "'SoftDiceLoss' or 'MemoryEfficientSoftDiceLoss'"));
    }
    let masked = call.flag("use_ignore_label")?;
    if masked && call.task() == Task::Multiclass {
        return Err(call.refuse_whole(
            "with use_ignore_label=True its cross-entropy is added up over classes, which ours takes the mean of",
        ));
    }
    let mut args = inner(call, "bce_kwargs")?;
    let pos_weight = args.remove("pos_weight");
    if let Some((name, arg)) = args.first_key_value() {
        return Err(call.refuse(name, arg, "only pos_weight among bce_kwargs"));
    }
    let bce = Configured::new(&cross_entropy::SPEC).with("activation", "one-vs-rest");
    let bce = match pos_weight {
        None => bce,
        Some(Arg::Number(x)) => bce.with("pos_weight", x),
        Some(other) => return Err(call.refuse("pos_weight", &other, "one number")),
    };
    let dice = dice_of(call, "sigmoid", masked)?;
    let (of_ce, of_dice) = (call.number("weight_ce")?, call.number("weight_dice")?);
    Ok(dice.times(of_dice).plus(bce.times(of_ce)))
}
