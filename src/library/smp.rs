//! segmentation-models-pytorch: `segmentation_models_pytorch.losses`.
//!
//! All of its losses take logits and a `mode`, which has to be that of the task. Overlap losses are batch-wide, count
//! a class that the truth does not contain as 0, and add `smooth` to TP, not to 2·TP. The multi-class focal loss is a
//! mean of sigmoid ones.

use super::{Arg, Call, Configured, Function, Keyword, Library, Literal, Unmapped};
use crate::field::Task;
use crate::loss::{Spec, dice, focal, jaccard, lovasz_hinge, lovasz_softmax};

/// The table.
pub const LIBRARY: Library = Library {
    id: "smp",
    name: "segmentation-models-pytorch",
    version: "0.6.0",
    functions: &[
        Function {
            names: &["DiceLoss"],
            keywords: &OVERLAP_KEYWORDS,
            translate: |call| overlap(call, &dice::SPEC),
        },
        Function {
            names: &["JaccardLoss"],
            keywords: &OVERLAP_KEYWORDS,
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
                Keyword::fixed("class_weights", Literal::Nothing),
            ],
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
            translate: lovasz,
        },
    ],
};

/// A field holds logits.
const FROM_LOGITS: Keyword = Keyword::fixed("from_logits", Literal::Flag(true));

const OVERLAP_KEYWORDS: [Keyword; 8] = [
    Keyword::required("mode"),
    Keyword::fixed("classes", Literal::Nothing),
    Keyword::new("log_loss", Literal::Flag(false)),
    FROM_LOGITS,
    Keyword::new("smooth", Literal::Number(0.0)),
    Keyword::new("ignore_index", Literal::Nothing),
    Keyword::fixed("eps", Literal::Number(1e-7)),
    Keyword::fixed("class_weights", Literal::Nothing),
];

/// Refuses a mode that is not the task's; `multilabel` is no task of a field with one label a pixel.
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
    Ok(Configured::new(spec)
        .with("smooth", call.number("smooth")?)
        .with("outer", if call.flag("log_loss")? { "log" } else { "one-minus" })
        .with("over", "batch")
        .with("absent", "zero")
        .with("background", true)
        .ignoring(call.ignore("ignore_index")?))
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
    match call.optional_number("reduced_threshold")? {
        // Ours is off at 0, where smp divides by it.
        Some(threshold) if threshold <= 0.0 => {
            Err(call.refuse("reduced_threshold", &threshold.into(), "a number above 0 or None"))
        }
        Some(threshold) => Ok(configured.with("reduced_threshold", threshold)),
        None => Ok(configured),
    }
}

/// The hinge for a binary task, Lovász-softmax over the classes present for a multi-class one.
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
