//! Candidates and their rules as data; [`rule`](super::rule) has the types.
//!
//! Points are from 1 (a little) to 4 (decides), or as many below 0. The source of a rule is the paper that
//! says it, or the formula itself where that is enough.

use super::claim::Claim;
use super::rule::{AdviceRule, Candidate, ConstSetting, Only, Topic, When};

/// Place of plain cross-entropy, which others are compared with.
pub fn reference() -> usize {
    CANDIDATES.iter().position(|candidate| candidate.id == "cross_entropy").unwrap_or(0)
}

const MA: &str = "Ma et al. 2021, Medical Image Analysis 71, 102035";
const MA_TABLES: &str = "Ma et al. 2021, tables of the authors' code (SegLossOdyssey)";
const MA_FORM: &str = "Ma et al. 2021, Medical Image Analysis 71, 102035, on sums of Dice and cross-entropy; Combo is not in its tables as read";
const MILLETARI: &str = "Milletari et al. 2016 (V-Net), arXiv 1606.04797";
const BERTELS: &str = "Bertels et al. 2019, arXiv 1911.02278";
const BERTELS_FORM: &str = "Bertels et al. 2019, arXiv 1911.02278, on soft Dice, whose form this loss has";
const TILBORGHS: &str = "Tilborghs et al. 2022, MICCAI, arXiv 2207.09521";
const TILBORGHS_FORM: &str =
    "Tilborghs et al. 2022, MICCAI, arXiv 2207.09521, on Dice, whose form this loss has";
const LIN: &str = "Lin et al. 2017, ICCV, arXiv 1708.02002";
const LIU: &str = "Liu et al. 2021, arXiv 2104.08717";
const SALEHI: &str = "Salehi et al. 2017, arXiv 1706.05721";
const ABRAHAM: &str = "Abraham and Khan 2019, ISBI, arXiv 1810.07842";
const CHAROENPHAKDEE: &str = "Charoenphakdee et al. 2021, CVPR, arXiv 2011.09172";
const YEUNG: &str =
    "Yeung et al. 2022, Computerized Medical Imaging and Graphics 95, 102026, arXiv 2102.04525";
const TAGHANAKI: &str = "Taghanaki et al. 2019, arXiv 1805.02798";
const ZHU: &str = "Zhu et al. 2019 (AnatomyNet), arXiv 1808.05238";
const WU: &str = "Wu et al. 2016, arXiv 1605.06885";
const SUDRE: &str = "Sudre et al. 2017, arXiv 1707.03237";
const KERVADEC: &str = "Kervadec et al. 2019, MIDL, arXiv 1812.07032";
const KARIMI: &str = "Karimi and Salcudean 2020, IEEE TMI 39(2), arXiv 1904.10030";
const SHIT: &str = "Shit et al. 2021, CVPR, arXiv 2003.07311";
const BERMAN: &str = "Berman et al. 2018, CVPR, arXiv 1705.08790";
const BERMAN_CODE: &str = "Berman et al. 2018, and the notes on its use in the authors' code";
const DE_BRUIJNE: &str = "Kervadec and de Bruijne 2023, arXiv 2304.04319";
const FORMULA: &str = "From its formula";

const COMPOUND: &str =
    "Of 20 losses on four tasks none was best everywhere; sums like this one were the most robust.";
const KEEPS_TEACHING: &str =
    "It has a term for every pixel, so that an image without foreground teaches too.";
const SILENT: &str = "A class with nothing to overlap with has no gradient as it is set by default here: in a binary task there \
                      is none at all, with several classes that of the background is left. Sums over a batch, or \
                      smoothing, change that.";
const SNAPS: &str = "At an uncertain edge it is best off with 0 or 1, not with the probability.";
const LEANS: &str =
    "Its overlap term pulls uncertain pixels towards 0 or 1; the other term only holds against it.";

const fn rule(
    when: When,
    points: i32,
    topic: Topic,
    why: &'static str,
    source: &'static str,
    claim: Option<Claim>,
) -> AdviceRule {
    AdviceRule { when, points, topic, why, source, claim }
}

/// Overlap of soft Dice's form takes a probability to an end.
const SNAPS_AT_EDGES: AdviceRule =
    rule(When::Calibrated, -3, Topic::Calibration, SNAPS, BERTELS_FORM, Some(Claim::Uncalibrated));
const TEACHES_ON_EMPTY: AdviceRule =
    rule(When::Empty, 1, Topic::Empty, KEEPS_TEACHING, FORMULA, Some(Claim::TeachesEmpty));
const SILENT_ON_EMPTY: AdviceRule =
    rule(When::Empty, -3, Topic::Empty, SILENT, TILBORGHS_FORM, Some(Claim::SilentEmpty));

/// A region term and a pixel term in one.
const fn compound(points: i32) -> AdviceRule {
    rule(When::Always, points, Topic::Record, COMPOUND, MA, Some(Claim::KeepsUp))
}

/// Record of sums of Dice and cross-entropy, for one that the comparison itself does not list.
const COMPOUND_FORM: AdviceRule = rule(
    When::Always,
    1,
    Topic::Record,
    "Of 20 losses on four tasks sums of an overlap and a pixel loss were the most robust. This is such a sum, though not \
     one of the 20.",
    MA_FORM,
    Some(Claim::KeepsUp),
);

/// An overlap term that another holds against.
const fn leans(points: i32) -> AdviceRule {
    rule(When::Calibrated, points, Topic::Calibration, LEANS, BERTELS, Some(Claim::Uncalibrated))
}

const fn candidate(id: &'static str, rules: &'static [AdviceRule]) -> Candidate {
    Candidate { id, title: None, told: "", settings: &[], only: Only::Everywhere, rules }
}

/// Candidates; of several with equal points the earlier comes first.
pub const CANDIDATES: &[Candidate] = &[
    candidate(
        "dice_cross_entropy",
        &[
            compound(2),
            rule(
                When::Imbalanced,
                1,
                Topic::Imbalance,
                "The Dice term asks for the foreground, however much background there is.",
                TAGHANAKI,
                Some(Claim::ForegroundAtStart),
            ),
            leans(-1),
            TEACHES_ON_EMPTY,
        ],
    ),
    candidate(
        "dice_focal",
        &[
            compound(2),
            rule(
                When::Imbalanced,
                1,
                Topic::Imbalance,
                "The focal term leaves easy background alone, and Dice asks for the foreground.",
                ZHU,
                Some(Claim::ForegroundNow),
            ),
            rule(
                When::Mixed,
                1,
                Topic::Imbalance,
                "A small object that is missed is made of hard pixels, which the focal term keeps.",
                ZHU,
                Some(Claim::SmallestFound),
            ),
            rule(
                When::Calibrated,
                -2,
                Topic::Calibration,
                "The optimum of neither of its terms is the probability itself.",
                CHAROENPHAKDEE,
                Some(Claim::Uncalibrated),
            ),
            TEACHES_ON_EMPTY,
        ],
    ),
    Candidate {
        title: Some("Dice + top-k cross-entropy"),
        told: "as a mixer, weights 1 and 1, with the hardest 10 % of the pixels",
        settings: &[
            ("first", ConstSetting::Choice("dice")),
            ("second", ConstSetting::Choice("top_k_cross_entropy")),
        ],
        ..candidate(
            "mixer",
            &[
                compound(2),
                rule(
                    When::Imbalanced,
                    1,
                    Topic::Imbalance,
                    "Only the hardest pixels count, so that easy background cannot drown the rest.",
                    WU,
                    Some(Claim::ForegroundNow),
                ),
                rule(
                    When::Mixed,
                    1,
                    Topic::Imbalance,
                    "A small object that is missed is among the hardest pixels.",
                    WU,
                    Some(Claim::SmallestFound),
                ),
                leans(-2),
                rule(
                    When::Empty,
                    1,
                    Topic::Empty,
                    "The hardest pixels teach, with or without foreground.",
                    FORMULA,
                    Some(Claim::TeachesEmpty),
                ),
            ],
        )
    },
    candidate(
        "unified_focal",
        &[
            rule(
                When::Always,
                1,
                Topic::Record,
                "A sum of a focal cross-entropy and a focal Tversky loss; ahead of others on the imbalanced data it was \
                 made for.",
                YEUNG,
                Some(Claim::KeepsUp),
            ),
            rule(
                When::Imbalanced,
                1,
                Topic::Imbalance,
                "It was made for imbalance: it discounts easy pixels of the background alone.",
                YEUNG,
                Some(Claim::ForegroundNow),
            ),
            rule(
                When::FalseNegatives,
                1,
                Topic::Errors,
                "With δ = 0.6 misses weigh a little more than false finds.",
                YEUNG,
                Some(Claim::MissesCostMore),
            ),
            rule(
                When::FalsePositives,
                -1,
                Topic::Errors,
                "With δ = 0.6 misses weigh more than false finds.",
                YEUNG,
                Some(Claim::MissesCostMore),
            ),
            rule(
                When::Calibrated,
                -2,
                Topic::Calibration,
                "Its focal term discounts what is likely, so that its optimum is not the probability.",
                CHAROENPHAKDEE,
                Some(Claim::Uncalibrated),
            ),
            TEACHES_ON_EMPTY,
        ],
    ),
    candidate(
        "cross_entropy",
        &[
            rule(
                When::Calibrated,
                4,
                Topic::Calibration,
                "At an uncertain edge its optimum is the probability itself.",
                BERTELS,
                Some(Claim::Calibrated),
            ),
            rule(
                When::Balanced,
                1,
                Topic::Imbalance,
                "With no rare class it does no harm that every pixel counts alike, and it aims at true proportions.",
                LIU,
                Some(Claim::KeepsUp),
            ),
            rule(
                When::Imbalanced,
                -2,
                Topic::Imbalance,
                "Every pixel counts alike, so that the many of the background outvote the few.",
                LIN,
                Some(Claim::BackgroundAtStart),
            ),
            rule(
                When::StronglyImbalanced,
                -1,
                Topic::Imbalance,
                "With less than 1 % to find, finding nothing is already a small value.",
                LIN,
                Some(Claim::FallsBehind),
            ),
            rule(When::Empty, 2, Topic::Empty, KEEPS_TEACHING, FORMULA, Some(Claim::TeachesEmpty)),
        ],
    ),
    Candidate {
        told: "γ = 2, without α, which would weaken the foreground",
        settings: &[("balanced", ConstSetting::Flag(false))],
        ..candidate(
            "focal",
            &[
                rule(
                    When::Imbalanced,
                    2,
                    Topic::Imbalance,
                    "What is already right hardly counts, so that easy background cannot drown the rest.",
                    LIN,
                    Some(Claim::ForegroundNow),
                ),
                rule(
                    When::Mixed,
                    1,
                    Topic::Imbalance,
                    "A small object that is missed is made of hard pixels, which keep their weight.",
                    LIN,
                    Some(Claim::SmallestFound),
                ),
                rule(
                    When::Calibrated,
                    -2,
                    Topic::Calibration,
                    "It is not strictly proper: its optimum is not the probability itself.",
                    CHAROENPHAKDEE,
                    Some(Claim::Uncalibrated),
                ),
                TEACHES_ON_EMPTY,
            ],
        )
    },
    candidate(
        "cross_entropy_lovasz_softmax",
        &[
            rule(
                When::Always,
                1,
                Topic::Record,
                "Cross-entropy finds the way and Lovász, a surrogate of IoU, refines it; its authors train with one after \
                 the other.",
                BERMAN,
                Some(Claim::KeepsUp),
            ),
            rule(
                When::Imbalanced,
                1,
                Topic::Imbalance,
                "The Lovász term weighs each pixel by what it costs in IoU, which is much where there is little to find.",
                BERMAN,
                Some(Claim::ForegroundAtStart),
            ),
            rule(
                When::Calibrated,
                -2,
                Topic::Calibration,
                "The Lovász term aims at a mask, not at a probability.",
                FORMULA,
                Some(Claim::Uncalibrated),
            ),
            TEACHES_ON_EMPTY,
        ],
    ),
    Candidate {
        told: "β = 0.7",
        settings: &[("beta", ConstSetting::Number(0.7))],
        ..candidate(
            "combo",
            &[
                COMPOUND_FORM,
                rule(
                    When::FalseNegatives,
                    2,
                    Topic::Errors,
                    "With β above ½ its cross-entropy makes misses dearer than false finds.",
                    TAGHANAKI,
                    Some(Claim::MissesCostMore),
                ),
                rule(
                    When::FalsePositives,
                    -3,
                    Topic::Errors,
                    "With β above ½ it makes misses dearer, not false finds.",
                    TAGHANAKI,
                    Some(Claim::MissesCostMore),
                ),
                rule(
                    When::EqualErrors,
                    -1,
                    Topic::Errors,
                    "It weighs the two errors differently, which nobody asked for.",
                    TAGHANAKI,
                    Some(Claim::MissesCostMore),
                ),
                leans(-2),
            ],
        )
    },
    Candidate {
        told: "β = 0.3",
        settings: &[("beta", ConstSetting::Number(0.3))],
        ..candidate(
            "combo",
            &[
                COMPOUND_FORM,
                rule(
                    When::FalsePositives,
                    2,
                    Topic::Errors,
                    "With β below ½ its cross-entropy makes false finds dearer than misses.",
                    TAGHANAKI,
                    Some(Claim::FalseFindsCostMore),
                ),
                rule(
                    When::FalseNegatives,
                    -3,
                    Topic::Errors,
                    "With β below ½ it makes false finds dearer, not misses.",
                    TAGHANAKI,
                    Some(Claim::FalseFindsCostMore),
                ),
                rule(
                    When::EqualErrors,
                    -1,
                    Topic::Errors,
                    "It weighs the two errors differently, which nobody asked for.",
                    TAGHANAKI,
                    Some(Claim::FalseFindsCostMore),
                ),
                leans(-2),
            ],
        )
    },
    Candidate {
        told: "α = 0.3 for false positives, β = 0.7 for false negatives",
        settings: &[("alpha", ConstSetting::Number(0.3)), ("beta", ConstSetting::Number(0.7))],
        ..candidate(
            "tversky",
            &[
                rule(
                    When::FalseNegatives,
                    3,
                    Topic::Errors,
                    "With β above α a miss costs more than a false find: it favours recall.",
                    SALEHI,
                    Some(Claim::MissesCostMore),
                ),
                rule(
                    When::FalsePositives,
                    -3,
                    Topic::Errors,
                    "With β above α it tolerates false finds to avoid misses.",
                    SALEHI,
                    Some(Claim::MissesCostMore),
                ),
                rule(
                    When::EqualErrors,
                    -1,
                    Topic::Errors,
                    "It weighs the two errors differently, which nobody asked for.",
                    SALEHI,
                    Some(Claim::MissesCostMore),
                ),
                rule(
                    When::Imbalanced,
                    1,
                    Topic::Imbalance,
                    "It was made for unbalanced data: background that is left alone is in none of its sums.",
                    SALEHI,
                    Some(Claim::ForegroundAtStart),
                ),
                SNAPS_AT_EDGES,
                SILENT_ON_EMPTY,
            ],
        )
    },
    Candidate {
        told: "α = 0.7 for false positives, β = 0.3 for false negatives",
        settings: &[("alpha", ConstSetting::Number(0.7)), ("beta", ConstSetting::Number(0.3))],
        ..candidate(
            "tversky",
            &[
                rule(
                    When::FalsePositives,
                    3,
                    Topic::Errors,
                    "With α above β a false find costs more than a miss: it favours precision.",
                    SALEHI,
                    Some(Claim::FalseFindsCostMore),
                ),
                rule(
                    When::FalseNegatives,
                    -3,
                    Topic::Errors,
                    "With α above β it tolerates misses to avoid false finds.",
                    SALEHI,
                    Some(Claim::FalseFindsCostMore),
                ),
                rule(
                    When::EqualErrors,
                    -1,
                    Topic::Errors,
                    "It weighs the two errors differently, which nobody asked for.",
                    SALEHI,
                    Some(Claim::FalseFindsCostMore),
                ),
                rule(
                    When::Imbalanced,
                    1,
                    Topic::Imbalance,
                    "It was made for unbalanced data: background that is left alone is in none of its sums.",
                    SALEHI,
                    Some(Claim::ForegroundAtStart),
                ),
                SNAPS_AT_EDGES,
                SILENT_ON_EMPTY,
            ],
        )
    },
    Candidate {
        told: "α = 0.3 for false positives, β = 0.7 for false negatives, exponent 3/4",
        settings: &[
            ("alpha", ConstSetting::Number(0.3)),
            ("beta", ConstSetting::Number(0.7)),
            ("gamma", ConstSetting::Number(0.75)),
        ],
        ..candidate(
            "focal_tversky",
            &[
                rule(
                    When::FalseNegatives,
                    2,
                    Topic::Errors,
                    "A miss costs more than a false find.",
                    ABRAHAM,
                    Some(Claim::MissesCostMore),
                ),
                rule(
                    When::FalsePositives,
                    -3,
                    Topic::Errors,
                    "It tolerates false finds to avoid misses.",
                    ABRAHAM,
                    Some(Claim::MissesCostMore),
                ),
                rule(
                    When::EqualErrors,
                    -1,
                    Topic::Errors,
                    "It weighs the two errors differently, which nobody asked for.",
                    ABRAHAM,
                    Some(Claim::MissesCostMore),
                ),
                rule(
                    When::Imbalanced,
                    2,
                    Topic::Imbalance,
                    "It was made for small lesions: 5 % of the image on average in one of its data sets.",
                    ABRAHAM,
                    Some(Claim::ForegroundAtStart),
                ),
                SNAPS_AT_EDGES,
                SILENT_ON_EMPTY,
            ],
        )
    },
    candidate(
        "dice",
        &[
            rule(
                When::Imbalanced,
                2,
                Topic::Imbalance,
                "It was made for imbalance: the foreground asks for a large share of the gradient, however small it is.",
                MILLETARI,
                Some(Claim::ForegroundAtStart),
            ),
            rule(
                When::Mixed,
                -1,
                Topic::Imbalance,
                "By the probability its gradient has one value on all foreground: a missed object weighs no more than as \
                 many pixels that are right.",
                DE_BRUIJNE,
                Some(Claim::SmallestLost),
            ),
            rule(When::Calibrated, -3, Topic::Calibration, SNAPS, BERTELS, Some(Claim::Uncalibrated)),
            rule(When::Empty, -3, Topic::Empty, SILENT, TILBORGHS, Some(Claim::SilentEmpty)),
        ],
    ),
    Candidate {
        only: Only::Multiclass,
        ..candidate(
            "generalized_dice",
            &[
                rule(
                    When::UnequalClasses,
                    3,
                    Topic::Imbalance,
                    "Each class is weighed by one over its size squared, so that a rare one counts as much as a common one.",
                    SUDRE,
                    Some(Claim::ClassesAlike),
                ),
                rule(
                    When::Always,
                    -1,
                    Topic::Record,
                    "In one comparison it failed on many organs at once, where most other losses did not.",
                    MA_TABLES,
                    Some(Claim::FallsBehind),
                ),
                SNAPS_AT_EDGES,
                rule(
                    When::Empty,
                    -2,
                    Topic::Empty,
                    "It has no class to weigh but the background, and absent ones by a convention on which libraries differ.",
                    TILBORGHS_FORM,
                    Some(Claim::SilentEmpty),
                ),
            ],
        )
    },
    Candidate {
        title: Some("Dice + boundary loss"),
        told: "as a mixer, weights 1 and 0.5; begin with less of the second and raise it as training goes on",
        settings: &[
            ("first", ConstSetting::Choice("dice")),
            ("second", ConstSetting::Choice("boundary")),
            ("second_weight", ConstSetting::Number(0.5)),
        ],
        ..candidate(
            "mixer",
            &[
                rule(
                    When::Boundaries,
                    3,
                    Topic::Shape,
                    "The boundary term weighs each pixel by its distance from the true boundary; beside it a region loss \
                     is needed.",
                    KERVADEC,
                    Some(Claim::DistanceCosts),
                ),
                rule(
                    When::FewBoundaries,
                    -1,
                    Topic::Shape,
                    "It is one more weight to set, for something that matters little here.",
                    KERVADEC,
                    None,
                ),
                compound(1),
                SNAPS_AT_EDGES,
                rule(
                    When::Empty,
                    -3,
                    Topic::Empty,
                    "Without foreground there is no boundary, and no overlap but that of the background where it counts \
                     as a class.",
                    TILBORGHS_FORM,
                    Some(Claim::SilentEmpty),
                ),
            ],
        )
    },
    Candidate {
        title: Some("Dice + Hausdorff loss"),
        told: "as a mixer, weights 1 and 0.1; choose the second so that both terms are about as large",
        settings: &[
            ("first", ConstSetting::Choice("dice")),
            ("second", ConstSetting::Choice("hausdorff")),
            ("second_weight", ConstSetting::Number(0.1)),
        ],
        ..candidate(
            "mixer",
            &[
                rule(
                    When::Boundaries,
                    2,
                    Topic::Shape,
                    "The Hausdorff term weighs each error by squared distances from both boundaries, which makes outliers \
                     dear.",
                    KARIMI,
                    Some(Claim::DistanceCosts),
                ),
                rule(
                    When::FewBoundaries,
                    -1,
                    Topic::Shape,
                    "It is one more weight to set, for something that matters little here.",
                    KARIMI,
                    None,
                ),
                compound(1),
                SNAPS_AT_EDGES,
                rule(
                    When::Empty,
                    -2,
                    Topic::Empty,
                    "Without foreground Dice has the background at most to go by, and there is no true boundary to measure \
                     from.",
                    TILBORGHS_FORM,
                    Some(Claim::SilentEmpty),
                ),
            ],
        )
    },
    Candidate {
        told: "with half of it Dice",
        settings: &[("dice_share", ConstSetting::Number(0.5))],
        only: Only::Thin,
        ..candidate(
            "cldice",
            &[
                rule(
                    When::Thin,
                    3,
                    Topic::Shape,
                    "It compares skeletons: a break in a thin structure costs more than a width that is off.",
                    SHIT,
                    Some(Claim::BreaksCost),
                ),
                SNAPS_AT_EDGES,
            ],
        )
    },
    candidate(
        "lovasz_softmax",
        &[
            rule(
                When::Always,
                -1,
                Topic::Record,
                "Its authors use it to fine-tune after cross-entropy, rather than from scratch.",
                BERMAN_CODE,
                Some(Claim::FallsBehind),
            ),
            rule(
                When::Imbalanced,
                1,
                Topic::Imbalance,
                "It weighs each pixel by what it costs in IoU, which is much where there is little to find.",
                BERMAN,
                Some(Claim::ForegroundAtStart),
            ),
            rule(
                When::Calibrated,
                -3,
                Topic::Calibration,
                "It aims at a mask, not at a probability.",
                FORMULA,
                Some(Claim::Uncalibrated),
            ),
            rule(
                When::Empty,
                -2,
                Topic::Empty,
                "Without foreground it pulls at the single worst pixel in a binary task; with several classes the \
                 background is one of them, and teaches.",
                FORMULA,
                Some(Claim::SilentEmpty),
            ),
        ],
    ),
];
