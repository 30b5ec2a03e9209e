//! MONAI's losses that are sums over pixels.

use super::super::{Arg, Args, Call, Configured, Facts, Function, Keyword, Literal, Unmapped, Use, args};
use super::{IGNORE_INDEX, INCLUDE_BACKGROUND, REDUCTION, TO_ONEHOT_Y, code};
use crate::field::Task;
use crate::loss::config::Config;
use crate::loss::focal;

pub(super) const FOCAL: Function = Function {
    names: &["FocalLoss"],
    keywords: &[
        INCLUDE_BACKGROUND,
        TO_ONEHOT_Y,
        Keyword::new("gamma", Literal::Number(2.0)),
        Keyword::new("alpha", Literal::Nothing),
        Keyword::fixed("weight", Literal::Nothing),
        REDUCTION,
        Keyword::new("use_softmax", Literal::Flag(false)),
        IGNORE_INDEX,
    ],
    uses: &[Use { of: "focal", usual: |facts| Some(one_hot(facts)), invert: Some(to_focal) }],
    code: Some(code("from monai.losses import FocalLoss", "FocalLoss")),
    translate: |call| {
        let activation = if call.flag("use_softmax")? { "softmax" } else { "one-vs-rest" };
        call.flag("to_onehot_y")?;
        let ignored = call.take("ignore_index");
        let configured = focal(call, activation)?;
        if ignored == Arg::Nothing {
            return Ok(configured);
        }
        // The mask has one channel, so the sum over all channels is divided by the number of pixels.
        let Arg::Number(label) = ignored else {
            return Err(call.refuse("ignore_index", &ignored, "a number"));
        };
        let label = (label.fract() == 0.0 && (0.0..=255.0).contains(&label)).then_some(label as u8);
        Ok(configured.with("mean_over", "pixels").ignoring(label))
    },
};

/// Arguments for the labels of a field: one-hot for several classes.
pub(super) fn one_hot(facts: Facts) -> Args {
    match facts.task() {
        Task::Binary => Args::new(),
        Task::Multiclass => args([("to_onehot_y", true.into())]),
    }
}

pub(super) fn to_focal(config: &Config<'_>, facts: Facts) -> Args {
    let alpha = if config.flag("balanced") { config.number("alpha").into() } else { Arg::Nothing };
    let mut said = args([("gamma", config.number("gamma").into()), ("alpha", alpha)]);
    if facts.task() == Task::Multiclass {
        said.insert("use_softmax".into(), (config.choice("activation") == "softmax").into());
    }
    said
}

/// Focal loss, by itself and in compounds. Its mean is over all logits.
pub(super) fn focal(call: &mut Call<'_>, activation: &str) -> Result<Configured, Unmapped> {
    let background = call.flag("include_background")?;
    if call.task() == Task::Multiclass && !background {
        return Err(call.refuse("include_background", &false.into(), "True: ours counts every class"));
    }
    match call.take("reduction") {
        Arg::Text(reduction) if reduction == "mean" => {}
        other => return Err(call.refuse("reduction", &other, "'mean'")),
    }
    let configured = Configured::new(&focal::SPEC)
        .with("gamma", call.number("gamma")?)
        .with("activation", activation)
        .with("mean_over", "logits");
    Ok(match call.optional_number("alpha")? {
        Some(alpha) => configured.with("balanced", true).with("alpha", alpha),
        None => configured.with("balanced", false),
    })
}
