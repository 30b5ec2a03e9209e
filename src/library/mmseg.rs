//! mmsegmentation: `mmseg.models.losses`, in its 1.x and 0.x versions.
//!
//! A decode head passes `ignore_index=255` to every loss, and most of them leave ignored pixels in the
//! divisor of a mean. `target` is not an argument of the library: it says whether a one-channel Dice or focal
//! loss gets its target in the shape of the logits (`one_hot`) or as labels, which it inverts.

use super::code::multiclass;
use super::{
    Arg, Args, Call, Configured, Facts, Function, Keyword, KeywordPlace, Library, Literal, NumberOrList,
    Unmapped, Use, args,
};
use crate::field::Task;
use crate::loss::{cross_entropy, dice, focal, lovasz_hinge, lovasz_softmax, top_k_cross_entropy, tversky};

/// Table of the losses of mmsegmentation 1.x.
pub const LIBRARY: Library = Library {
    id: "mmseg",
    name: "mmsegmentation",
    version: "1.2.2",
    functions: &[
        Function {
            names: &["CrossEntropyLoss"],
            keywords: &CROSS_ENTROPY,
            uses: &[CROSS_ENTROPY_USE],
            code: None,
            translate: |call| cross_entropy(call, true),
        },
        Function {
            names: &["DiceLoss"],
            keywords: &[
                Keyword::new("use_sigmoid", Literal::Flag(true)),
                Keyword::fixed("activate", Literal::Flag(true)),
                Keyword::fixed("reduction", Literal::Text("mean")),
                Keyword::new("naive_dice", Literal::Flag(false)),
                LOSS_WEIGHT,
                Keyword::new("ignore_index", Literal::Number(255.0)),
                Keyword::new("eps", Literal::Number(1e-3)),
                TARGET,
            ],
            uses: &[Use { of: "dice", usual: without_ignored, invert: None }],
            code: None,
            translate: dice_loss,
        },
        TVERSKY,
        LOVASZ,
        Function {
            names: &["FocalLoss"],
            keywords: &[
                Keyword::fixed("use_sigmoid", Literal::Flag(true)),
                Keyword::new("gamma", Literal::Number(2.0)),
                Keyword::new("alpha", Literal::Number(0.5)),
                Keyword::fixed("reduction", Literal::Text("mean")),
                Keyword::new("class_weight", Literal::Nothing),
                LOSS_WEIGHT,
                Keyword::new("ignore_index", Literal::Nothing).at(KeywordPlace::Call),
                TARGET,
            ],
            uses: &[Use {
                of: "focal",
                usual: |facts| facts.ignored.is_none().then(|| args([("target", "one_hot".into())])),
                invert: None,
            }],
            code: None,
            translate: focal,
        },
        Function {
            names: &["OhemCrossEntropy"],
            keywords: &[
                Keyword::new("ignore_label", Literal::Number(255.0)),
                Keyword::new("thres", Literal::Number(0.7)),
                Keyword::new("min_kept", Literal::Number(100_000.0)),
                LOSS_WEIGHT,
                Keyword::new("class_weight", Literal::Nothing),
            ],
            uses: &[Use { of: "top_k_cross_entropy", usual: multiclass, invert: None }],
            code: None,
            translate: ohem,
        },
    ],
};

/// Table of the losses of mmsegmentation 0.x that differ from 1.x.
pub const LIBRARY_0: Library = Library {
    id: "mmseg0",
    name: "mmsegmentation 0.x",
    version: "0.30.0",
    functions: &[
        Function {
            names: &["CrossEntropyLoss"],
            keywords: &CROSS_ENTROPY,
            uses: &[CROSS_ENTROPY_USE],
            code: None,
            translate: |call| cross_entropy(call, false),
        },
        Function {
            names: &["DiceLoss"],
            keywords: &[
                Keyword::new("smooth", Literal::Number(1.0)),
                Keyword::new("exponent", Literal::Number(2.0)),
                Keyword::fixed("reduction", Literal::Text("mean")),
                Keyword::new("class_weight", Literal::Nothing),
                LOSS_WEIGHT,
                Keyword::new("ignore_index", Literal::Number(255.0)),
            ],
            uses: &[Use {
                of: "dice",
                usual: |facts| without_ignored(facts)?.is_empty().then(Args::new),
                invert: None,
            }],
            code: None,
            translate: dice_loss_0,
        },
    ],
};

const LOSS_WEIGHT: Keyword = Keyword::new("loss_weight", Literal::Number(1.0));
/// Form of the target that is passed: an argument of Lossfield's own.
const TARGET: Keyword = Keyword::new("target", Literal::Text("label_map")).at(KeywordPlace::Own);

const CROSS_ENTROPY: [Keyword; 8] = [
    Keyword::new("use_sigmoid", Literal::Flag(false)),
    Keyword::fixed("use_mask", Literal::Flag(false)),
    Keyword::new("reduction", Literal::Text("mean")),
    Keyword::new("class_weight", Literal::Nothing),
    LOSS_WEIGHT,
    Keyword::new("avg_non_ignore", Literal::Flag(false)),
    Keyword::new("ignore_index", Literal::Number(-100.0)).at(KeywordPlace::Call),
    Keyword::fixed("loss_name", Literal::Text("loss_ce")),
];

const CROSS_ENTROPY_USE: Use = Use {
    of: "cross_entropy",
    usual: |facts| {
        Some(match facts.task() {
            Task::Binary => args([("use_sigmoid", true.into())]),
            Task::Multiclass => Args::new(),
        })
    },
    invert: None,
};

const TVERSKY: Function = Function {
    names: &["TverskyLoss"],
    keywords: &[
        Keyword::new("smooth", Literal::Number(1.0)),
        Keyword::new("class_weight", Literal::Nothing),
        LOSS_WEIGHT,
        Keyword::new("ignore_index", Literal::Number(255.0)),
        Keyword::new("alpha", Literal::Number(0.3)),
        Keyword::new("beta", Literal::Number(0.7)),
    ],
    uses: &[Use { of: "tversky", usual: multiclass, invert: None }],
    code: None,
    translate: tversky_loss,
};

const LOVASZ: Function = Function {
    names: &["LovaszLoss"],
    keywords: &[
        Keyword::new("loss_type", Literal::Text("multi_class")),
        Keyword::new("classes", Literal::Text("present")),
        Keyword::new("per_image", Literal::Flag(false)),
        Keyword::new("reduction", Literal::Text("mean")),
        Keyword::new("class_weight", Literal::Nothing),
        LOSS_WEIGHT,
        Keyword::new("ignore_index", Literal::Number(255.0)).at(KeywordPlace::Call),
    ],
    uses: &[
        Use {
            of: "lovasz_hinge",
            usual: |facts| {
                (facts.task() == Task::Binary)
                    .then(|| args([("loss_type", "binary".into()), ("reduction", "none".into())]))
            },
            invert: None,
        },
        Use {
            of: "lovasz_softmax",
            usual: |facts| (facts.task() == Task::Multiclass).then(|| args([("reduction", "none".into())])),
            invert: None,
        },
    ],
    code: None,
    translate: lovasz,
};

/// Arguments on a field without ignored pixels; none with them, because Dice counts them, which a field
/// cannot.
fn without_ignored(facts: Facts) -> Option<Args> {
    facts.ignored.is_none().then(|| match facts.task() {
        Task::Binary => args([("target", "one_hot".into())]),
        Task::Multiclass => Args::new(),
    })
}

/// Multiplies the loss by the `loss_weight` that every loss has.
fn weighted(call: &mut Call<'_>, configured: Configured) -> Result<Configured, Unmapped> {
    Ok(configured.times(call.number("loss_weight")?))
}

fn cross_entropy(call: &mut Call<'_>, by_weights: bool) -> Result<Configured, Unmapped> {
    let sigmoid = call.flag("use_sigmoid")?;
    if !sigmoid {
        call.only_for(Task::Multiclass, "expected use_sigmoid=True")?;
    }
    let weights = call.optional_numbers("class_weight")?;
    let valid_only = call.flag("avg_non_ignore")?;
    let ignore = call.ignore("ignore_index")?;
    let divisor = match (call.take("reduction"), &weights) {
        (Arg::Text(sum), _) if sum == "sum" => "nothing",
        (Arg::Text(mean), Some(_)) if mean == "mean" && !sigmoid && by_weights => {
            if ignore.is_some() {
                return Err(call.refuse_whole("with class_weight it fails on ignored pixels (IndexError)"));
            }
            "weights"
        }
        (Arg::Text(mean), _) if mean == "mean" => {
            if valid_only {
                "pixels"
            } else {
                "all-pixels"
            }
        }
        (other, _) => return Err(call.refuse("reduction", &other, "'mean' or 'sum'")),
    };
    let configured = Configured::new(&cross_entropy::SPEC)
        .with("mean_over", divisor)
        .with("activation", if sigmoid { "one-vs-rest" } else { "softmax" })
        .ignoring(ignore);
    let configured = match (weights, sigmoid, call.task()) {
        (None, ..) => configured,
        (Some(weights), false, _) => configured.with("class_weights", weights),
        (Some(weights), true, Task::Binary) if weights.len() == 1 => {
            configured.with("pos_weight", weights[0])
        }
        _ => {
            return Err(call
                .refuse_whole("with use_sigmoid=True its class_weight goes against the width of the image"));
        }
    };
    weighted(call, configured)
}

/// Leaves out the background's channel of a multi-class task if `ignore_index`, which means a channel here,
/// is 0. Error for values other than 0 and 255.
fn without_channel(call: &mut Call<'_>, configured: Configured) -> Result<Configured, Unmapped> {
    match call.take("ignore_index") {
        Arg::Number(255.0) => Ok(configured),
        Arg::Number(0.0) if call.task() == Task::Multiclass => Ok(configured.with("background", false)),
        other => Err(call.refuse("ignore_index", &other, "255, or 0 for the channel of the background")),
    }
}

fn dice_loss(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let sigmoid = call.flag("use_sigmoid")?;
    let target = call.take("target");
    match (call.task(), sigmoid, &target) {
        (Task::Binary, false, _) => {
            return Err(call.refuse_whole("with use_sigmoid=False one channel gets no activation"));
        }
        (Task::Binary, _, Arg::Text(target)) if target == "label_map" => {
            return Err(call.refuse_whole(
                "of one channel and a label map it takes the background for the foreground; expected target='one_hot'",
            ));
        }
        _ => {}
    }
    let (naive, eps) = (call.flag("naive_dice")?, call.number("eps")?);
    let configured = Configured::new(&dice::SPEC)
        .with("activation", if sigmoid { "one-vs-rest" } else { "softmax" })
        .with("over", "image")
        .with("pooled", true)
        .with("absent", "scored")
        .with("squared", !naive);
    // Squared, it stands below the bar alone, once for each sum.
    let configured =
        if naive { configured.smoothed(eps / 2.0, eps / 2.0) } else { configured.smoothed(0.0, eps) };
    let configured = without_channel(call, configured)?;
    weighted(call, configured)
}

fn dice_loss_0(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Multiclass, "on one channel its softmax is 1 everywhere")?;
    let smooth = call.number("smooth")? / 2.0;
    let squared = match call.number("exponent")? {
        1.0 => false,
        2.0 => true,
        other => return Err(call.refuse("exponent", &other.into(), "1 or 2")),
    };
    let mut weights = call.optional_numbers("class_weight")?;
    match call.take("ignore_index") {
        Arg::Number(255.0) => {}
        // Its term is left out, and the number of classes still divides; its pixels leave the numerators of the
        // others, where they are not.
        Arg::Number(0.0) => weights.get_or_insert_with(|| vec![1.0])[0] = 0.0,
        other => {
            return Err(call.refuse("ignore_index", &other, "255, or 0 for the class of the background"));
        }
    }
    let configured = Configured::new(&dice::SPEC)
        .with("over", "image")
        .with("absent", "scored")
        .with("squared", squared)
        .smoothed(smooth, smooth);
    let configured = match weights {
        Some(weights) => configured.with("class_weights", weights),
        None => configured,
    };
    weighted(call, configured)
}

fn tversky_loss(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Multiclass, "on one channel its softmax is 1 everywhere")?;
    let smooth = call.number("smooth")?;
    let (alpha, beta) = (call.number("alpha")?, call.number("beta")?);
    if (alpha + beta).to_bits() != 1f64.to_bits() {
        return Err(call.refuse_whole("it wants alpha + beta to be 1"));
    }
    let ignore = call.ignore("ignore_index")?;
    let mut weights = call.optional_numbers("class_weight")?;
    if let Some(class @ 0..=254) = ignore {
        // The term of that class is left out too, and the number of classes still divides.
        let weights = weights.get_or_insert_with(Vec::new);
        let class = usize::from(class);
        weights.resize(weights.len().max(class + 1), 1.0);
        weights[class] = 0.0;
    }
    let configured = Configured::new(&tversky::SPEC)
        .with("alpha", alpha)
        .with("beta", beta)
        .with("over", "image")
        .with("absent", "scored")
        .smoothed(smooth, smooth)
        .ignoring(ignore);
    let configured = match weights {
        Some(weights) => configured.with("class_weights", weights),
        None => configured,
    };
    weighted(call, configured)
}

fn lovasz(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let per_image = call.flag("per_image")?;
    match (per_image, call.take("reduction")) {
        (false, Arg::Text(none)) if none == "none" => {}
        (true, Arg::Text(mean)) if mean == "mean" => {}
        (false, other) => {
            return Err(call.refuse("reduction", &other, "'none', without which it is not made"));
        }
        (true, other) => return Err(call.refuse("reduction", &other, "'mean'")),
    }
    let classes = call.take("classes");
    // Of one channel they have no effect there.
    let weights = call.optional_numbers("class_weight")?.filter(|_| call.task() == Task::Multiclass);
    let configured = match call.task() {
        Task::Binary => {
            call.exactly("loss_type", "binary")?;
            Configured::new(&lovasz_hinge::SPEC)
        }
        Task::Multiclass => {
            call.exactly("loss_type", "multi_class")?;
            match &classes {
                Arg::Text(which) if which == "present" || which == "all" => {
                    Configured::new(&lovasz_softmax::SPEC).with("classes", which.as_str())
                }
                other => return Err(call.refuse("classes", other, "'present' or 'all'")),
            }
        }
    };
    let configured = match weights {
        Some(weights) => configured.with("class_weights", weights),
        None => configured,
    };
    let configured = configured
        .with("over", if per_image { "image" } else { "batch" })
        .ignoring(call.ignore("ignore_index")?);
    weighted(call, configured)
}

fn focal(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let (target, ignored) = (call.take("target"), call.take("ignore_index"));
    if target != "one_hot".into() || ignored != Arg::Nothing {
        return Err(call.refuse(
            "target",
            &target,
            "'one_hot': of labels it fails on the CPU, and on a GPU its mean divides by ignored pixels too",
        ));
    }
    let multiclass = call.task() == Task::Multiclass;
    let configured = Configured::new(&focal::SPEC)
        .with("gamma", call.number("gamma")?)
        .with("balanced", true)
        .with("activation", "one-vs-rest")
        .with("mean_over", "logits");
    let configured = match call.number_or_list("alpha")? {
        NumberOrList::Number(alpha) => configured.with("alpha", alpha),
        NumberOrList::List(alphas) if multiclass => {
            configured.with("alpha_of", "classes").with("alphas", alphas)
        }
        NumberOrList::List(alphas) if alphas.len() == 1 => configured.with("alpha", alphas[0]),
        NumberOrList::List(_) | NumberOrList::Nothing => {
            return Err(call.refuse_whole("its alpha is a number, or a list with one for each channel"));
        }
    };
    let configured = match call.optional_numbers("class_weight")? {
        None => configured,
        Some(weights) if multiclass => configured.with("class_weights", weights),
        Some(weights) if weights.len() == 1 => configured.times(weights[0]),
        Some(_) => return Err(call.refuse_whole("its class_weight has one number for each channel")),
    };
    weighted(call, configured)
}

fn ohem(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Multiclass, "its cross-entropy is one of a softmax")?;
    let configured = Configured::new(&top_k_cross_entropy::SPEC)
        .with("mode", "threshold")
        .with("threshold", call.number("thres")?)
        .with("min_kept", call.number("min_kept")?)
        .ignoring(call.ignore("ignore_label")?);
    let configured = match call.optional_numbers("class_weight")? {
        Some(weights) => configured.with("class_weights", weights),
        None => configured,
    };
    weighted(call, configured)
}
