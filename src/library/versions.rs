//! Versions of one loss in the reference libraries.

use super::python::{applied, written};
use super::regions::args_of_regions;
use super::{Args, Configured, Facts, Function, LIBRARIES, Library, Use, compounds};
use crate::loss;
use crate::loss::config::Settings;

/// Library's version of a loss, as a sensible call makes it.
#[derive(Debug, Clone)]
pub struct Version {
    /// Library of the version.
    pub library: &'static Library,
    /// Name of the function.
    pub function: &'static str,
    /// Arguments that differ from the library's defaults. Of regions they are those of the call for one.
    pub args: Args,
    /// True of a call for several regions.
    pub of_regions: bool,
    /// Configuration that the call computes.
    pub configured: Configured,
}

impl Version {
    /// Call as Python has it: with logits and labels only where they are not passed plainly, or with more than these.
    pub fn call(&self) -> String {
        let keywords = self.library.function(self.function).map_or(&[][..], |function| function.keywords);
        let said =
            self.of_regions.then(|| args_of_regions(self.library, self.function, &self.args)).flatten();
        let args = said.as_ref().unwrap_or(&self.args);
        let made = format!("{}({})", self.function, written(self.library, keywords, args));
        match applied(self.library, keywords, args) {
            None => made,
            Some(passed) => format!("{made}({passed})"),
        }
    }

    /// Settings of the card `id` that make it this version; none if the card has no control for it.
    pub fn settings(&self, id: &str, facts: Facts) -> Option<Settings> {
        compounds::together(loss::find(id)?, &self.configured, facts)
    }
}

/// Versions of a loss on such a field, in the order of [`LIBRARIES`].
pub fn versions_of(id: &str, facts: Facts) -> Vec<Version> {
    let mut versions = Vec::new();
    for library in LIBRARIES {
        for function in library.functions {
            let uses = function.uses.iter().filter(|one| one.of == id);
            versions.extend(uses.filter_map(|one| usual(library, function, one, facts)));
        }
    }
    versions
}

fn usual(library: &'static Library, function: &'static Function, one: &Use, facts: Facts) -> Option<Version> {
    let name = function.names[0];
    let args = ignoring(function, (one.usual)(facts)?, facts);
    let of_regions = facts.regions > 0;
    if of_regions {
        args_of_regions(library, name, &args)?;
    }
    let configured = library.configure(name, &args, facts.task()).ok()?;
    Some(Version { library, function: name, args, of_regions, configured })
}

/// Names of the arguments by which a function is told the ignored label.
const IGNORE: [&str; 4] = ["ignore_index", "ignore", "ignore_class", "ignore_label"];

/// Adds the ignored label to the arguments, if the function can be told.
pub(super) fn ignoring(function: &Function, mut args: Args, facts: Facts) -> Args {
    if let Some(label) = facts.ignored
        && let Some(keyword) =
            function.keywords.iter().find(|keyword| IGNORE.contains(&keyword.name) && !keyword.fixed)
    {
        args.entry(keyword.name.into()).or_insert_with(|| f64::from(label).into());
    }
    args
}

/// Arguments with the ignored label as the person's own labels have it.
pub(super) fn in_own_labels(mut args: Args, facts: Facts) -> Args {
    if let (Some(label), Some(own)) = (facts.ignored, facts.ignored_as) {
        for (name, arg) in &mut args {
            if IGNORE.contains(&name.as_str()) && *arg == f64::from(label).into() {
                *arg = (own as f64).into();
            }
        }
    }
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_can_be_set_to_a_version_of_its_own_loss() {
        let facts = Facts { images: 2, ..Facts::plain(3) };
        let versions = versions_of("dice", facts);
        let libraries: Vec<_> = versions.iter().map(|version| version.library.id).collect();
        for expected in ["smp", "monai", "kornia", "keras", "nnunet", "mmseg", "mmseg0"] {
            assert!(libraries.contains(&expected), "{expected} is not among {libraries:?}");
        }
        for version in &versions {
            let settings = version.settings("dice", facts).expect("it is the card's own loss");
            let card = Configured::of(loss::find("dice").expect("a loss"), &settings);
            assert!(card.is_same_loss(&version.configured, facts), "{}", version.call());
        }
    }

    #[test]
    fn a_call_names_the_label_that_is_ignored() {
        let facts = Facts { ignored: Some(255), ..Facts::plain(1) };
        let said = |library: &str| {
            let versions = versions_of("dice", facts);
            versions.iter().find(|version| version.library.id == library).map(Version::call)
        };
        assert_eq!(said("smp").as_deref(), Some("DiceLoss(mode='binary', ignore_index=255)"));
        assert_eq!(said("mmseg"), None, "it counts ignored pixels");
    }

    #[test]
    fn a_call_says_what_the_library_itself_understands() {
        let said = |loss: &str, library: &str, facts: Facts| {
            let versions = versions_of(loss, facts);
            versions.iter().find(|version| version.library.id == library).map(Version::call)
        };
        let ignored = |channels| Facts { ignored: Some(255), ..Facts::plain(channels) };
        // Its ignore_index is an argument of the call, and no target is one of the class.
        assert_eq!(
            said("lovasz_softmax", "mmseg", ignored(3)).as_deref(),
            Some("LovaszLoss(reduction='none')"),
            "255 is what it ignores by default"
        );
        assert_eq!(
            said("cross_entropy", "mmseg", ignored(3)).as_deref(),
            Some("CrossEntropyLoss()(logits, labels, ignore_index=255)")
        );
        assert_eq!(
            said("dice", "mmseg", Facts::plain(1)).as_deref(),
            Some("DiceLoss()(logits, one_hot(labels))")
        );
        assert_eq!(
            said("dice", "nnunet", ignored(1)).as_deref(),
            Some("SoftDiceLoss(apply_nonlin=torch.sigmoid)(logits, labels, loss_mask=labels != 255)")
        );
        assert_eq!(
            said("dice", "keras", Facts::plain(3)).as_deref(),
            Some("Dice()(labels, softmax(logits))")
        );
    }

    #[test]
    fn a_compound_is_set_where_the_card_has_the_controls() {
        let facts = Facts::plain(3);
        let versions = versions_of("dice_focal", facts);
        let monai = versions.iter().find(|version| version.library.id == "monai").expect("DiceFocalLoss");
        let settings = monai.settings("dice_focal", facts).expect("the card has all of Dice's controls");
        assert_eq!(settings.get("focal_activation"), Some(&"one-vs-rest".into()));
    }
}
