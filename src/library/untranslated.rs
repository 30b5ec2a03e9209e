//! What stays untranslated of the libraries' arguments, with the reasons: the one list of it.
//!
//! Every other value of a listed argument is refused with a sentence, and never passed over. Arguments that change no
//! value are not listed.

/// Arguments of a library that Lossfield does not reproduce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untranslated {
    /// Id of the library.
    pub library: &'static str,
    /// Function; none for every function that has the argument.
    pub function: Option<&'static str>,
    /// Name of the argument.
    pub argument: &'static str,
    /// Values that are not reproduced, in words.
    pub values: &'static str,
    /// Reason, as a sentence.
    pub why: &'static str,
}

const fn all(
    library: &'static str,
    argument: &'static str,
    values: &'static str,
    why: &'static str,
) -> Untranslated {
    Untranslated { library, function: None, argument, values, why }
}

const fn of(
    library: &'static str,
    function: &'static str,
    argument: &'static str,
    values: &'static str,
    why: &'static str,
) -> Untranslated {
    Untranslated { library, function: Some(function), argument, values, why }
}

const NO_NUMBER: &str = "Its result is a value for each element, and no loss yet.";
const OF_EACH_PIXEL: &str = "It is a weight for each pixel, which a field does not have.";

/// The list, library by library.
pub const UNTRANSLATED: &[Untranslated] = &[
    all("torch", "reduction", "'none'", NO_NUMBER),
    all("torch", "weight", "a tensor, of the binary loss", OF_EACH_PIXEL),
    all("torch", "size_average", "any", "It is deprecated for reduction, which says the same."),
    all("torch", "reduce", "any", "It is deprecated for reduction, which says the same."),
    all("torchvision", "reduction", "'none', 'sum'", "Ours is a mean."),
    all("smp", "mode", "'multilabel'", "A field has one label a pixel."),
    all("smp", "classes", "a list", "Ours counts every class, or all but the background."),
    all("smp", "from_logits", "False", "A field holds logits."),
    all("smp", "reduction", "'sum', 'none' of the focal loss", "Ours is a mean."),
    all("smp", "weight", "a tensor", OF_EACH_PIXEL),
    all("smp", "dim", "other than 1", "The classes of a field are in its second dimension."),
    all("smp", "class_weights", "a list in a binary task", "It has no effect there."),
    all("monai", "other_act", "a callable", "A field has logits of a sigmoid or a softmax."),
    all(
        "monai",
        "reduction",
        "'none'; 'sum' of the focal losses",
        "It adds up images and classes, and takes a mean over pixels.",
    ),
    of("monai", "FocalLoss", "alpha", "a list with a number above 1, of sigmoids", "Ours are from 0 to 1."),
    of("monai", "MCCLoss", "smooth_nr", "other than 0", "Ours adds nothing above the bar."),
    of(
        "monai",
        "AsymmetricUnifiedFocalLoss",
        "num_classes",
        "other than 2",
        "The library itself supports 2 alone.",
    ),
    of(
        "monai",
        "GeneralizedWassersteinDiceLoss",
        "dist_matrix",
        "other matrices",
        "Ours has one distance between foreground classes.",
    ),
    all("kornia", "reduction", "'none', 'sum'", "Ours is a mean; the default is a value for each logit."),
    of(
        "kornia",
        "dice_loss",
        "weight",
        "with average='micro'",
        "It goes into the sums of all classes at once, and ours multiply losses.",
    ),
    all("keras", "axis", "other axes", "Ours sums over images, classes and pixels as said there."),
    all("keras", "reduction", "'none'", NO_NUMBER),
    all("nnunet", "size_average", "any", "It is deprecated for reduction, which says the same."),
    all("nnunet", "reduce", "any", "It is deprecated for reduction, which says the same."),
    all("nnunet", "clip_tp", "a number", "Ours has no bound on true positives."),
    all("nnunet", "ddp", "True with batch_dice=True", "It sums over processes, of which there is one here."),
    all(
        "nnunet",
        "use_ignore_label",
        "True with several classes",
        "Its cross-entropy is then added up over classes, which ours takes the mean of.",
    ),
    all("mmseg", "reduction", "'none'; 'sum' but for cross-entropy", "Ours is a mean."),
    all("mmseg", "activate", "False", "A field holds logits."),
    all("mmseg", "use_mask", "True", "It is the loss of an instance's mask, not of a segmentation."),
    all("mmseg", "use_sigmoid", "False of the focal loss", "The library itself does not support it."),
    of("mmseg", "FocalLoss", "target", "'label_map'", "Of labels it fails on the CPU."),
    of("mmseg", "DiceLoss", "ignore_index", "other than 0 and 255", "It means a channel there, not a label."),
    all("mmseg", "loss_name", "any", "It is the name of a line in a log."),
    all("mmseg0", "reduction", "'none', 'sum'", "Ours is a mean."),
    all("mmseg0", "use_mask", "True", "It is the loss of an instance's mask, not of a segmentation."),
    all("mmseg0", "loss_name", "any", "It is the name of a line in a log."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::{LIBRARIES, find};

    #[test]
    fn every_argument_that_takes_its_default_alone_is_listed() {
        for library in LIBRARIES {
            for function in library.functions {
                for keyword in function.keywords.iter().filter(|keyword| keyword.fixed) {
                    let listed = UNTRANSLATED.iter().any(|line| {
                        line.library == library.id
                            && line.argument == keyword.name
                            && line.function.is_none_or(|name| function.names.contains(&name))
                    });
                    assert!(listed, "{}.{}({}) is not listed", library.id, function.names[0], keyword.name);
                }
            }
        }
    }

    #[test]
    fn every_line_names_an_argument_that_there_is() {
        for line in UNTRANSLATED {
            let library = find(line.library).unwrap();
            let has = library.functions.iter().any(|function| {
                line.function.is_none_or(|name| function.names.contains(&name))
                    && function.keywords.iter().any(|keyword| keyword.name == line.argument)
            });
            assert!(has, "{line:?}");
            assert!(line.why.ends_with('.') && !line.values.is_empty());
        }
    }
}
