//! MONAI's losses of overlap that stand beside Dice and Tversky.

use super::super::code::{Calling, Code, labels};
use super::super::{Arg, Args, Call, Configured, Facts, Function, Keyword, Literal, Unmapped, Use, args};
use super::{
    BATCH, INCLUDE_BACKGROUND, OTHER_ACT, REDUCTION, SIGMOID, SMOOTH_DR, SMOOTH_NR, SOFTMAX, TO_ONEHOT_Y,
    activated, code, shared, soft_form, sums, to_shared, to_smooth,
};
use crate::field::Task;
use crate::loss::config::Config;
use crate::loss::{generalized_dice, generalized_wasserstein_dice, mcc};

pub(super) const W_TYPE: Keyword = Keyword::new("w_type", Literal::Text("square"));

pub(super) const GENERALIZED_DICE: Function = Function {
    names: &["GeneralizedDiceLoss"],
    keywords: &[
        INCLUDE_BACKGROUND,
        TO_ONEHOT_Y,
        SIGMOID,
        SOFTMAX,
        OTHER_ACT,
        W_TYPE,
        REDUCTION,
        SMOOTH_NR,
        SMOOTH_DR,
        BATCH,
        Keyword::new("soft_label", Literal::Flag(false)),
    ],
    uses: &[Use {
        of: "generalized_dice",
        usual: |facts| Some(activated(facts)),
        invert: Some(|config, facts| {
            let mut said = to_generalized_dice(config, facts);
            let distance = facts.soft && config.choice("soft_form") == "distance";
            said.insert("soft_label".into(), distance.into());
            said
        }),
    }],
    code: Some(code("from monai.losses import GeneralizedDiceLoss", "GeneralizedDiceLoss")),
    translate: |call| {
        let soft_form = soft_form(call)?;
        Ok(generalized_dice(call)?.with("soft_form", soft_form))
    },
};

pub(super) fn to_generalized_dice(config: &Config<'_>, facts: Facts) -> Args {
    let mut said = to_shared(config, facts);
    said.extend(to_smooth(config, 2.0));
    said.insert("w_type".into(), config.choice("weights").into());
    said
}

/// Generalised Dice. A class that an image lacks has the largest weight of the others. The smoothing terms
/// stand beside twice the sums, whose own scale is that of the weights.
pub(super) fn generalized_dice(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let (numerator, denominator) = (call.number("smooth_nr")?, call.number("smooth_dr")?);
    let weights = match call.take("w_type") {
        Arg::Text(weights) if ["square", "simple", "uniform"].contains(&weights.as_str()) => weights,
        other => return Err(call.refuse("w_type", &other, "'square', 'simple' or 'uniform'")),
    };
    if denominator < numerator {
        return Err(call.refuse("smooth_dr", &denominator.into(), "at least smooth_nr"));
    }
    Ok(shared(call, &generalized_dice::SPEC)?
        .with("weights", weights.as_str())
        .with("absent", "largest")
        .smoothed(numerator / 2.0, denominator / 2.0))
}

pub(super) const MCC: Function = Function {
    names: &["MCCLoss"],
    keywords: &[
        INCLUDE_BACKGROUND,
        TO_ONEHOT_Y,
        SIGMOID,
        SOFTMAX,
        OTHER_ACT,
        REDUCTION,
        Keyword::fixed("smooth_nr", Literal::Number(0.0)),
        SMOOTH_DR,
        BATCH,
    ],
    uses: &[Use {
        of: "mcc",
        usual: |facts| Some(activated(facts)),
        invert: Some(|config, facts| {
            let mut said = to_shared(config, facts);
            // With 0 it is NaN where a class is absent; no line says that.
            let root = config.number("root_eps");
            said.extend((root > 0.0).then(|| ("smooth_dr".to_owned(), root.into())));
            said
        }),
    }],
    code: Some(code("from monai.losses import MCCLoss", "MCCLoss")),
    translate: |call| {
        let root = call.number("smooth_dr")?;
        Ok(shared(call, &mcc::SPEC)?.with("root_eps", root).with("perfect_is_zero", true))
    },
};

pub(super) const GENERALIZED_WASSERSTEIN_DICE: Function = Function {
    names: &["GeneralizedWassersteinDiceLoss"],
    keywords: &[
        Keyword::required("dist_matrix"),
        Keyword::new("weighting_mode", Literal::Text("default")),
        REDUCTION,
        SMOOTH_NR,
        SMOOTH_DR,
    ],
    uses: &[Use {
        of: "generalized_wasserstein_dice",
        usual: |facts| {
            (facts.task() == Task::Multiclass).then(|| args([("dist_matrix", matrix(facts.channels, 0.5))]))
        },
        invert: Some(|config, facts| {
            let volume = config.choice("weights") == "volume";
            let mut said = to_smooth(config, 2.0);
            said.extend(args([
                ("dist_matrix", matrix(facts.channels, config.number("near"))),
                ("weighting_mode", if volume { "GDL" } else { "default" }.into()),
                ("reduction", if config.flag("sum") { "sum" } else { "mean" }.into()),
            ]));
            said
        }),
    }],
    code: Some(Code {
        import: "from monai.losses import GeneralizedWassersteinDiceLoss",
        callee: "GeneralizedWassersteinDiceLoss",
        calling: Calling::Object,
        labels: labels::INDEX,
    }),
    translate: |call| {
        call.only_for(Task::Multiclass, "it takes a softmax of the logits")?;
        let given = call.take("dist_matrix");
        let Some(near) = near(&given) else {
            let expected = "a matrix with 0 on the diagonal, the largest distance between class 0 and all others, and one \
                            distance between these";
            return Err(call.refuse("dist_matrix", &given, expected));
        };
        let weights = match call.take("weighting_mode") {
            Arg::Text(mode) if mode == "default" => "foreground",
            Arg::Text(mode) if mode == "GDL" => "volume",
            other => return Err(call.refuse("weighting_mode", &other, "'default' or 'GDL'")),
        };
        let (numerator, denominator) = (call.number("smooth_nr")?, call.number("smooth_dr")?);
        if denominator < numerator {
            return Err(call.refuse("smooth_dr", &denominator.into(), "at least smooth_nr"));
        }
        Ok(Configured::new(&generalized_wasserstein_dice::SPEC)
            .with("near", near)
            .with("weights", weights)
            .with("over", "image")
            .with("sum", sums(call)?)
            .smoothed(numerator / 2.0, denominator / 2.0))
    },
};

/// Distance matrix of classes: 1 from the background, `near` from each other.
fn matrix(classes: usize, near: f64) -> Arg {
    let distance = |a: usize, b: usize| match (a, b) {
        _ if a == b => 0.0,
        (0, _) | (_, 0) => 1.0,
        _ => near,
    };
    let row = |a| Arg::List((0..classes).map(|b| distance(a, b).into()).collect());
    Arg::List((0..classes).map(row).collect())
}

/// Distance between foreground classes in such a matrix, which the library divides by its largest entry; none
/// for any other matrix.
fn near(given: &Arg) -> Option<f64> {
    let Arg::List(rows) = given else { return None };
    let rows: Option<Vec<Vec<f64>>> = rows
        .iter()
        .map(|row| match row {
            Arg::List(row) => {
                row.iter().map(|x| if let Arg::Number(x) = x { Some(*x) } else { None }).collect()
            }
            _ => None,
        })
        .collect();
    let rows = rows.filter(|rows| rows.len() > 1 && rows.iter().all(|row| row.len() == rows.len()))?;
    let largest = rows.iter().flatten().copied().fold(0.0, f64::max);
    let near = if rows.len() > 2 { rows[1][2] / largest } else { 1.0 };
    let expected = matrix(rows.len(), near);
    let scaled = rows.iter().map(|row| Arg::List(row.iter().map(|x| (x / largest).into()).collect()));
    (Arg::List(scaled.collect()) == expected).then_some(near)
}
