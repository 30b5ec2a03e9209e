//! Calls for regions: the functions whose value on C channels, each with a sigmoid, is the mean of the C binary losses.
//!
//! They are translated as the binary calls that they are on one channel; here is which of them may be said of several, and in
//! what words. Left out are functions that rank or add up all channels together (smp's `LovaszLoss`, `MCCLoss` and a
//! `normalized` `FocalLoss`, MONAI's `GeneralizedDiceLoss`), that put an exponent on the mean over channels (smp's `TverskyLoss`
//! with a `gamma`), that take a softmax of several channels (MONAI's `DiceCELoss`), sums in place of means, and libraries that are
//! not known here. Where pixels are ignored MONAI takes the 255 in a plane for a share, and smp's `FocalLoss` fails on it.

use super::{Arg, Args, Library};

/// Target of a call for regions: one plane of 0 and 1 for each.
pub(super) const LABELS: &str = "labels.float()";

/// Arguments of a binary call as they are said of several regions; none where its value would not be the mean of theirs.
pub(super) fn args_of_regions(library: &Library, function: &str, args: &Args) -> Option<Args> {
    let is = |name: &str, value: Arg| args.get(name) == Some(&value);
    let is_mean = args.get("reduction").is_none_or(|reduction| *reduction == Arg::from("mean"));
    let ignores = matches!(args.get("ignore_index"), Some(Arg::Number(_)));
    let holds = match (library.id, function) {
        ("torch", "binary_cross_entropy_with_logits")
        | ("torchvision", "sigmoid_focal_loss")
        | ("smp", "DiceLoss" | "JaccardLoss" | "SoftBCEWithLogitsLoss") => true,
        ("smp", "TverskyLoss") => args.get("gamma").is_none_or(|gamma| *gamma == Arg::from(1.0)),
        ("smp", "FocalLoss") => !ignores && !is("normalized", true.into()),
        ("monai", "DiceLoss" | "TverskyLoss" | "FocalLoss") => !ignores,
        _ => false,
    };
    (holds && is_mean).then(|| {
        let mut args = args.clone();
        if is("mode", "binary".into()) {
            args.insert("mode".into(), "multilabel".into());
        }
        args
    })
}

#[cfg(test)]
mod tests {
    use super::super::code::lines_for;
    use super::super::{Facts, versions_of};
    use crate::loss::config::{Setting, Settings};
    use crate::loss::{LOSSES, find};

    const REGIONS: Facts = Facts { regions: 3, ..Facts::plain(1) };

    fn lines(id: &str, settings: &[(&str, Setting)], facts: Facts) -> Vec<(&'static str, String)> {
        let settings: Settings =
            settings.iter().map(|(id, value)| ((*id).to_owned(), value.clone())).collect();
        let lines = lines_for(find(id).unwrap(), &settings, facts);
        lines.into_iter().map(|line| (line.library.id, line.code)).collect()
    }

    fn of(library: &str, lines: &[(&str, String)]) -> Option<String> {
        lines.iter().find(|(id, _)| *id == library).map(|(_, code)| code.clone())
    }

    #[test]
    fn a_call_of_regions_says_so() {
        assert_eq!(
            of("smp", &lines("dice", &[], REGIONS)).unwrap(),
            "from segmentation_models_pytorch.losses import DiceLoss\n\
             loss = DiceLoss(mode='multilabel')(logits, labels.float())"
        );
        assert_eq!(
            of("torch", &lines("cross_entropy", &[], REGIONS)).unwrap(),
            "import torch.nn.functional as F\nloss = F.binary_cross_entropy_with_logits(logits, labels.float())"
        );
        let monai = [("absent", "scored".into()), ("smooth", 5e-6.into()), ("over", "image".into())];
        let line = of("monai", &lines("dice", &monai, REGIONS)).expect("a line");
        assert_eq!(
            line,
            "from monai.losses import DiceLoss\nloss = DiceLoss(sigmoid=True)(logits, labels.float())"
        );
    }

    #[test]
    fn a_call_that_is_not_the_mean_of_the_regions_is_left_out() {
        assert!(of("smp", &lines("lovasz_hinge", &[], Facts::plain(1))).is_some());
        assert_eq!(of("smp", &lines("lovasz_hinge", &[], REGIONS)), None, "it ranks all channels together");
        let normalized = [("normalized", true.into()), ("balanced", false.into())];
        assert!(of("smp", &lines("focal", &normalized, Facts::plain(1))).is_some());
        assert_eq!(of("smp", &lines("focal", &normalized, REGIONS)), None);
        let ignoring = Facts { ignored: Some(255), ..REGIONS };
        assert!(of("smp", &lines("dice", &[], ignoring)).expect("a line").contains("ignore_index=255"));
        for id in ["focal", "dice", "tversky"] {
            let smoothed = [("smooth", 1e-5.into()), ("absent", "scored".into())];
            let settings = if id == "focal" { &[][..] } else { &smoothed[..] };
            assert_eq!(
                of("monai", &lines(id, settings, ignoring)),
                None,
                "{id}: a plane's 255 is a number there"
            );
        }
        assert_eq!(of("smp", &lines("focal", &[], ignoring)), None);
        assert_eq!(of("torch", &lines("cross_entropy", &[("mean_over", "nothing".into())], REGIONS)), None);
        assert!(lines("mcc", &[], REGIONS).is_empty() && lines("generalized_dice", &[], REGIONS).is_empty());
    }

    #[test]
    fn a_version_for_regions_is_called_as_one() {
        let calls = |id: &str| -> Vec<String> {
            versions_of(id, REGIONS).iter().map(super::super::Version::call).collect()
        };
        assert_eq!(calls("jaccard")[0], "JaccardLoss(mode='multilabel')");
        assert_eq!(calls("lovasz_hinge"), [""; 0]);
        for spec in LOSSES {
            assert!(calls(spec.id).iter().all(|call| !call.contains("'binary'")), "{}", spec.id);
        }
    }
}
