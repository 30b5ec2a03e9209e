//! MONAI's sums of two losses.

use super::super::code::{Calling, Code, labels};
use super::super::configured::alpha_of;
use super::super::{
    Arg, Args, Call, Configured, Facts, Function, Keyword, KeywordPlace, Literal, Unmapped, Use, args,
};
use super::{
    BATCH, IGNORE_INDEX, INCLUDE_BACKGROUND, OTHER_ACT, REDUCTION, SIGMOID, SMOOTH_DR, SMOOTH_NR, SOFTMAX,
    TO_ONEHOT_Y, activated, class_weights, code, overlap, pixel, plain_dice, to_dice,
};
use crate::field::Task;
use crate::loss::config::Config;
use crate::loss::{cross_entropy, unified_focal};

pub(super) const DICE_CE: Function = Function {
    names: &["DiceCELoss"],
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
        Keyword::new("lambda_dice", Literal::Number(1.0)),
        Keyword::new("lambda_ce", Literal::Number(1.0)),
        Keyword::new("label_smoothing", Literal::Number(0.0)),
    ],
    uses: &[Use { of: "dice_cross_entropy", usual: |facts| Some(activated(facts)), invert: None }],
    code: Some(code("from monai.losses import DiceCELoss", "DiceCELoss")),
    translate: dice_ce,
};

/// Asymmetric unified focal loss. It takes probabilities, whatever its documentation says of logits.
pub(super) const UNIFIED_FOCAL: Function = Function {
    names: &["AsymmetricUnifiedFocalLoss"],
    keywords: &[
        TO_ONEHOT_Y,
        Keyword::fixed("num_classes", Literal::Number(2.0)),
        Keyword::new("weight", Literal::Number(0.5)),
        Keyword::new("gamma", Literal::Number(0.5)),
        Keyword::new("delta", Literal::Number(0.7)),
        Keyword::fixed("reduction", Literal::Text("mean")),
        IGNORE_INDEX,
        // Lossfield's own word: what is applied to the logits before the call.
        Keyword::required("activation").at(KeywordPlace::Own),
    ],
    uses: &[Use {
        of: "unified_focal",
        usual: |facts| (facts.task() == Task::Binary).then(|| args([("activation", "sigmoid".into())])),
        invert: Some(|config, _| {
            args([
                ("weight", config.number("weight").into()),
                ("gamma", config.number("gamma").into()),
                ("delta", config.number("delta").into()),
            ])
        }),
    }],
    code: Some(Code {
        import: "from monai.losses import AsymmetricUnifiedFocalLoss",
        callee: "AsymmetricUnifiedFocalLoss",
        calling: Calling::Probabilities,
        labels: labels::CHANNEL,
    }),
    translate: |call| {
        call.only_for(Task::Binary, "ours with several classes is not its")?;
        call.exactly("activation", "sigmoid")?;
        call.flag("to_onehot_y")?;
        Ok(Configured::new(&unified_focal::SPEC)
            .with("weight", call.number("weight")?)
            .with("gamma", call.number("gamma")?)
            .with("delta", call.number("delta")?)
            // Masked pixels stay among those that the focal term is divided by.
            .with("mean_over", "all")
            .with("clip", 1e-7)
            .ignoring(call.ignore("ignore_index")?))
    },
};

pub(super) const DICE_FOCAL: Function = Function {
    names: &["DiceFocalLoss"],
    keywords: &[
        INCLUDE_BACKGROUND,
        TO_ONEHOT_Y,
        SIGMOID,
        SOFTMAX,
        OTHER_ACT,
        Keyword::new("squared_pred", Literal::Flag(false)),
        Keyword::new("jaccard", Literal::Flag(false)),
        Keyword::new("reduction", Literal::Text("mean")),
        SMOOTH_NR,
        SMOOTH_DR,
        BATCH,
        Keyword::new("gamma", Literal::Number(2.0)),
        Keyword::new("weight", Literal::Nothing),
        Keyword::new("lambda_dice", Literal::Number(1.0)),
        Keyword::new("lambda_focal", Literal::Number(1.0)),
        Keyword::new("alpha", Literal::Nothing),
    ],
    uses: &[Use { of: "dice_focal", usual: |facts| Some(activated(facts)), invert: Some(to_dice_focal) }],
    code: Some(code("from monai.losses import DiceFocalLoss", "DiceFocalLoss")),
    translate: dice_focal,
};

pub(super) const GENERALIZED_DICE_FOCAL: Function = Function {
    names: &["GeneralizedDiceFocalLoss"],
    keywords: &[
        INCLUDE_BACKGROUND,
        TO_ONEHOT_Y,
        SIGMOID,
        SOFTMAX,
        OTHER_ACT,
        overlap::W_TYPE,
        Keyword::new("reduction", Literal::Text("mean")),
        SMOOTH_NR,
        SMOOTH_DR,
        BATCH,
        Keyword::new("gamma", Literal::Number(2.0)),
        Keyword::new("weight", Literal::Nothing),
        Keyword::new("lambda_gdl", Literal::Number(1.0)),
        Keyword::new("lambda_focal", Literal::Number(1.0)),
        // Its focal loss has no α; the translation of that loss asks for one.
        Keyword::new("alpha", Literal::Nothing),
    ],
    uses: &[],
    code: Some(code("from monai.losses import GeneralizedDiceFocalLoss", "GeneralizedDiceFocalLoss")),
    translate: |call| {
        let (of_gdl, of_focal) = (call.number("lambda_gdl")?, call.number("lambda_focal")?);
        let (background, reduction) = (call.peek("include_background"), call.peek("reduction"));
        let gdl = overlap::generalized_dice(call)?;
        call.put("include_background", background);
        call.put("reduction", reduction);
        let (weight, focal) = pixel::focal(call, "one-vs-rest")?;
        Ok(gdl.times(of_gdl).plus(focal.times(of_focal * weight)))
    },
};

fn to_dice_focal(config: &Config<'_>, facts: Facts) -> Args {
    let mut said = to_dice(config, facts);
    said.remove("soft_label");
    said.extend(args([
        ("gamma", config.number("gamma").into()),
        ("alpha", alpha_of(config, facts, config.flag("background"))),
        ("lambda_dice", config.number("dice_weight").into()),
        ("lambda_focal", config.number("focal_weight").into()),
    ]));
    said
}

/// Dice and cross-entropy. Cross-entropy is of the softmax for two and more classes, whatever Dice is of; for
/// one channel it is binary, and knows neither class weights nor smoothing.
fn dice_ce(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let (of_dice, of_ce) = (call.number("lambda_dice")?, call.number("lambda_ce")?);
    let smoothing = call.number("label_smoothing")?;
    let weight = call.peek("weight");
    let dice = plain_dice(call)?;
    let background = dice.says("background", true);
    // The list is of all classes here, and Dice takes what it needs.
    let weights = class_weights(call, true)?;
    let divisor = if dice.says("sum", true) { "nothing" } else { "weights" };
    let ce = Configured::new(&cross_entropy::SPEC).with("mean_over", divisor);
    let (dice, ce) = match (call.task(), weights) {
        (Task::Binary, _) => match weight {
            Arg::Nothing => (dice, ce),
            Arg::Number(x) => (dice, ce.with("pos_weight", x)),
            Arg::List(items) if matches!(items.as_slice(), [Arg::Number(_)]) => {
                let Arg::Number(x) = items[0] else { return Ok(dice) };
                (dice, ce.with("pos_weight", x))
            }
            other => return Err(call.refuse("weight", &other, "one number")),
        },
        (Task::Multiclass, None) => (dice, ce.with("label_smoothing", smoothing)),
        (Task::Multiclass, Some(weights)) => {
            let alone = !background && weights.len() == 2;
            let dice = if alone { dice } else { dice.with("class_weights", weights.clone()) };
            (dice, ce.with("label_smoothing", smoothing).with("class_weights", weights))
        }
    };
    Ok(dice.times(of_dice).plus(ce.times(of_ce)))
}

/// Dice and focal loss, which is always one of sigmoids. The background and the class weights are those of both.
fn dice_focal(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let (of_dice, of_focal) = (call.number("lambda_dice")?, call.number("lambda_focal")?);
    let (background, reduction) = (call.peek("include_background"), call.peek("reduction"));
    let weight = call.peek("weight");
    let dice = plain_dice(call)?;
    let dice = match class_weights(call, background == true.into())? {
        Some(weights) => dice.with("class_weights", weights),
        None => dice,
    };
    call.put("include_background", background);
    call.put("reduction", reduction);
    call.put("weight", weight);
    let (factor, focal) = pixel::focal(call, "one-vs-rest")?;
    Ok(dice.times(of_dice).plus(focal.times(of_focal * factor)))
}
