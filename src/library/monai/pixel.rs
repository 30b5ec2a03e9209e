//! MONAI's losses that are sums over pixels.

use super::super::configured::alpha_of;
use super::super::{
    Arg, Args, Call, Configured, Facts, Function, Keyword, Literal, NumberOrList, Unmapped, Use, args,
};
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
        Keyword::new("weight", Literal::Nothing),
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
        let (weight, configured) = focal(call, activation)?;
        let configured = if ignored == Arg::Nothing {
            configured
        } else {
            // The mask has one channel, so the sum over all channels is divided by the number of pixels.
            let Arg::Number(label) = ignored else {
                return Err(call.refuse("ignore_index", &ignored, "a number"));
            };
            let label = (label.fract() == 0.0 && (0.0..=255.0).contains(&label)).then_some(label as u8);
            configured.with("mean_over", "pixels").ignoring(label)
        };
        Ok(configured.times(weight))
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
    let background = config.flag("background");
    let mut said =
        args([("gamma", config.number("gamma").into()), ("alpha", alpha_of(config, facts, background))]);
    if facts.task() == Task::Multiclass {
        said.extend(args([
            ("use_softmax", (config.choice("activation") == "softmax").into()),
            ("include_background", background.into()),
        ]));
    }
    said.extend(class_weights_of(config, facts, background));
    said
}

/// Focal loss, by itself and in compounds, and the factor that a single number for `weight` is. Its mean is over all
/// logits that count.
pub(super) fn focal(call: &mut Call<'_>, activation: &str) -> Result<(f64, Configured), Unmapped> {
    let background = call.flag("include_background")?;
    match call.take("reduction") {
        Arg::Text(reduction) if reduction == "mean" => {}
        other => return Err(call.refuse("reduction", &other, "'mean'")),
    }
    let configured = Configured::new(&focal::SPEC)
        .with("gamma", call.number("gamma")?)
        .with("activation", activation)
        .with("background", background)
        .with("mean_over", "logits");
    let (configured, mut weights) = alpha(call, configured, background, activation)?;
    let factor = match call.number_or_list("weight")? {
        NumberOrList::Nothing => 1.0,
        NumberOrList::Number(x) => x,
        NumberOrList::List(_) if call.task() == Task::Binary => {
            return Err(call.refuse_whole("of one channel it takes no list for weight, and raises an error"));
        }
        NumberOrList::List(given) => {
            let given = of_all_classes(given, background);
            weights = Some(match weights {
                None => given,
                Some(known) => known.iter().zip(&given).map(|(a, b)| a * b).collect(),
            });
            1.0
        }
    };
    Ok((
        factor,
        match weights {
            Some(weights) => configured.with("class_weights", weights),
            None => configured,
        },
    ))
}

/// Configuration with α, and class weights where the list for α is nothing else.
fn alpha(
    call: &mut Call<'_>,
    configured: Configured,
    background: bool,
    activation: &str,
) -> Result<(Configured, Option<Vec<f64>>), Unmapped> {
    let softmax = call.task() == Task::Multiclass && activation == "softmax";
    let balanced = |alpha: f64| configured.clone().with("balanced", true).with("alpha", alpha);
    Ok(match call.number_or_list("alpha")? {
        NumberOrList::Nothing => (configured.with("balanced", false), None),
        // It leaves one number out there, with a warning.
        NumberOrList::Number(_) if softmax && !background => (configured.with("balanced", false), None),
        NumberOrList::Number(x) => (balanced(x), None),
        NumberOrList::List(xs) if call.task() == Task::Binary => match xs.as_slice() {
            // Of a list it is the weight of the foreground alone.
            [x] => (configured.with("balanced", false).with("pos_weight", *x), None),
            _ => return Err(call.refuse_whole("of one channel its list for alpha holds one number")),
        },
        NumberOrList::List(xs) => {
            let xs = of_all_classes(xs, background);
            if softmax && xs.iter().any(|x| *x > 1.0) {
                // With a softmax there is no 1 − α.
                (configured.with("balanced", false), Some(xs))
            } else {
                let of = if softmax { "classes" } else { "own" };
                (configured.with("balanced", true).with("alpha_of", of).with("alphas", xs), None)
            }
        }
    })
}

/// List of all classes from one that leaves the background out where that does not count.
fn of_all_classes(given: Vec<f64>, background: bool) -> Vec<f64> {
    if background { given } else { std::iter::once(1.0).chain(given).collect() }
}

/// Class weights of a card as the argument `weight`, without that of a background that does not count.
pub(super) fn class_weights_of(config: &Config<'_>, facts: Facts, background: bool) -> Option<(String, Arg)> {
    let (name, arg) = facts.class_weights(config, "weight")?;
    let Arg::List(mut weights) = arg else { return None };
    if !background {
        weights.remove(0);
    }
    Some((name, Arg::List(weights)))
}
