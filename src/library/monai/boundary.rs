//! MONAI's losses of distances and skeletons.

use super::super::{Args, Call, Configured, Facts, Function, Keyword, Literal, Unmapped, Use, args};
use super::{
    BATCH, INCLUDE_BACKGROUND, OTHER_ACT, REDUCTION, SIGMOID, SOFTMAX, TO_ONEHOT_Y, activated, activation,
    code, shared, sums, to_shared, to_smooth,
};
use crate::loss::config::Config;
use crate::loss::{boundary, cldice, hausdorff};

pub(super) const BOUNDARY: Function = Function {
    names: &["BoundaryLoss"],
    keywords: &[INCLUDE_BACKGROUND, TO_ONEHOT_Y, SIGMOID, SOFTMAX, OTHER_ACT, REDUCTION, BATCH],
    uses: &[Use { of: "boundary", usual: |facts| Some(activated(facts)), invert: Some(to_shared) }],
    code: Some(code("from monai.losses import BoundaryLoss", "BoundaryLoss")),
    translate: |call| Ok(shared(call, &boundary::SPEC)?.with("inside", "one-less").with("full_mask", "zero")),
};

const HAUSDORFF_KEYWORDS: [Keyword; 8] = [
    Keyword::new("alpha", Literal::Number(2.0)),
    Keyword::new("include_background", Literal::Flag(false)),
    TO_ONEHOT_Y,
    SIGMOID,
    SOFTMAX,
    OTHER_ACT,
    REDUCTION,
    BATCH,
];

pub(super) const HAUSDORFF: Function = Function {
    names: &["HausdorffDTLoss"],
    keywords: &HAUSDORFF_KEYWORDS,
    uses: &[Use { of: "hausdorff", usual: |facts| Some(activated(facts)), invert: Some(to_hausdorff) }],
    code: Some(code("from monai.losses import HausdorffDTLoss", "HausdorffDTLoss")),
    translate: |call| distance(call, false),
};

pub(super) const LOG_HAUSDORFF: Function = Function {
    names: &["LogHausdorffDTLoss"],
    keywords: &HAUSDORFF_KEYWORDS,
    uses: &[Use { of: "hausdorff", usual: |facts| Some(activated(facts)), invert: Some(to_hausdorff) }],
    code: Some(code("from monai.losses import LogHausdorffDTLoss", "LogHausdorffDTLoss")),
    translate: |call| distance(call, true),
};

fn to_hausdorff(config: &Config<'_>, facts: Facts) -> Args {
    let mut said = to_shared(config, facts);
    said.insert("alpha".into(), config.number("alpha").into());
    said
}

fn distance(call: &mut Call<'_>, log: bool) -> Result<Configured, Unmapped> {
    Ok(shared(call, &hausdorff::SPEC)?.with("alpha", call.number("alpha")?).with("log", log))
}

pub(super) const SOFT_CL_DICE: Function = Function {
    names: &["SoftclDiceLoss"],
    keywords: &[
        ITERATIONS,
        CL_SMOOTH_NR,
        CL_SMOOTH_DR,
        CL_EPS,
        INCLUDE_BACKGROUND,
        TO_ONEHOT_Y,
        SIGMOID,
        SOFTMAX,
        OTHER_ACT,
        REDUCTION,
    ],
    uses: &[Use { of: "cldice", usual: |facts| Some(activated(facts)), invert: Some(to_cldice) }],
    code: Some(code("from monai.losses import SoftclDiceLoss", "SoftclDiceLoss")),
    translate: cldice,
};

pub(super) const SOFT_DICE_CL_DICE: Function = Function {
    names: &["SoftDiceclDiceLoss"],
    keywords: &[
        ITERATIONS,
        Keyword::new("alpha", Literal::Number(0.5)),
        CL_SMOOTH_NR,
        CL_SMOOTH_DR,
        CL_EPS,
        INCLUDE_BACKGROUND,
        TO_ONEHOT_Y,
        SIGMOID,
        SOFTMAX,
        OTHER_ACT,
        REDUCTION,
    ],
    uses: &[Use {
        of: "cldice",
        usual: |facts| Some(activated(facts)),
        invert: Some(|config, facts| {
            let mut said = to_cldice(config, facts);
            said.insert("alpha".into(), (1.0 - config.number("dice_share")).into());
            said
        }),
    }],
    code: Some(code("from monai.losses import SoftDiceclDiceLoss", "SoftDiceclDiceLoss")),
    translate: |call| {
        let share = 1.0 - call.number("alpha")?;
        Ok(cldice(call)?.with("dice_share", share))
    },
};

const ITERATIONS: Keyword = Keyword::new("iter_", Literal::Number(3.0));
const CL_SMOOTH_NR: Keyword = Keyword::new("smooth_nr", Literal::Number(1.0));
const CL_SMOOTH_DR: Keyword = Keyword::new("smooth_dr", Literal::Number(1.0));
const CL_EPS: Keyword = Keyword::new("smooth", Literal::Number(1e-4));

fn to_cldice(config: &Config<'_>, facts: Facts) -> Args {
    let mut said = to_shared(config, facts);
    said.remove("batch");
    said.extend(to_smooth(config, 1.0));
    said.extend(args([
        ("iter_", config.number("iterations").into()),
        ("smooth", config.number("eps").into()),
    ]));
    said
}

fn cldice(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let (numerator, denominator) = (call.number("smooth_nr")?, call.number("smooth_dr")?);
    Ok(Configured::new(&cldice::SPEC)
        .with("iterations", call.number("iter_")?)
        .with("smooth", numerator)
        .with("smooth_below", denominator - numerator)
        .with("eps", call.number("smooth")?)
        .with("pooled", true)
        .with("over", "image")
        .with("background", call.flag("include_background")?)
        .with("activation", activation(call)?)
        .with("sum", sums(call)?))
}
