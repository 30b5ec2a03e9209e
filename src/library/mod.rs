//! Reference libraries: a call to one as Lossfield's own configuration, and the way back.
//!
//! A [`Library`] is a table of [`Function`]s, each with its keyword arguments and their defaults as the
//! library declares them. [`configure`] fills in the defaults, hands the call to the function's translation,
//! and gets losses of the catalogue with their settings. Every argument has to be translated: one that is
//! unknown, or that has a value Lossfield cannot reproduce, is refused with a sentence and never passed over.
//!
//! The ignore index is a property of the field, not of a loss: the label that a call leaves out is given back
//! beside the settings, for the code that makes the [`Field`](crate::field::Field).
//!
//! The [`Use`]s of a function are the losses of the catalogue that it is a version of. On them stand
//! [`versions_of`], every library's version of a loss, and [`code::lines_for`], the Python that reproduces a
//! card. The way back guesses arguments and keeps them only if their translation is the card's own loss.
//!
//! To add a library: write `src/library/<id>.rs` with its table, and add its line to [`LIBRARIES`].

mod call;
mod compounds;
mod configured;
mod python;
mod regions;
mod versions;

pub mod code;
pub mod keras;
pub mod kornia;
pub mod lovasz_softmax;
pub mod mmseg;
pub mod monai;
pub mod nnunet;
pub mod notes;
pub mod smp;
pub mod torch;
pub mod torchvision;
pub mod untranslated;

use std::fmt;

use crate::field::Task;
use crate::loss::config::Config;
pub use call::{Arg, Args, Call, Keyword, KeywordPlace, Literal, NumberOrList};
pub use configured::{Configured, Facts, WeightedLoss, default_of};
pub use versions::{Version, versions_of};

/// Reference libraries, all of them.
pub const LIBRARIES: &[&Library] = &[
    &torch::LIBRARY,
    &torchvision::LIBRARY,
    &smp::LIBRARY,
    &monai::LIBRARY,
    &kornia::LIBRARY,
    &keras::LIBRARY,
    &nnunet::LIBRARY,
    &mmseg::LIBRARY,
    &mmseg::LIBRARY_0,
    &lovasz_softmax::LIBRARY,
];

/// Reference library, at the version whose numbers are reproduced.
#[derive(Debug)]
pub struct Library {
    /// Stable name, mostly that by which the library is imported.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Version whose defaults and conventions the table has.
    pub version: &'static str,
    /// Losses of the library.
    pub functions: &'static [Function],
}

impl Library {
    /// True if its tensors have the channels last.
    pub fn is_channels_last(&self) -> bool {
        let keras = |code: &code::Code| code.calling == code::Calling::Keras;
        self.functions.iter().filter_map(|function| function.code.as_ref()).any(keras)
    }
}

/// Loss function or class of a library.
#[derive(Debug)]
pub struct Function {
    /// Names of the loss: a class and a plain function may share one signature. The first is the preferred
    /// one.
    pub names: &'static [&'static str],
    /// Keyword arguments, in the library's order.
    pub keywords: &'static [Keyword],
    /// Losses of the catalogue that it is a version of; empty for a sum that has no line of its own there.
    pub uses: &'static [Use],
    /// Form in Python source; none if Lossfield writes no code for it.
    pub code: Option<code::Code>,
    /// Translation to a configuration. It has to take every argument out of the call.
    translate: fn(&mut Call<'_>) -> Result<Configured, Unmapped>,
}

/// Loss of the catalogue that a library's function is a version of.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    /// Id of the loss in the catalogue.
    pub of: &'static str,
    /// Arguments of a sensible call on such a field; none if it has no meaning there.
    pub usual: fn(Facts) -> Option<Args>,
    /// Map from settings of the loss to the closest arguments.
    pub invert: Option<Invert>,
}

/// Map from settings of the catalogue to arguments. Its result may be wrong: see [`code::lines_for`].
pub type Invert = fn(&Config<'_>, Facts) -> Args;

/// Arguments from pairs of name and value.
fn args<const N: usize>(said: [(&str, Arg); N]) -> Args {
    said.into_iter().map(|(name, arg)| (name.to_owned(), arg)).collect()
}

/// Refusal of a call: a sentence with what was found and what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmapped(String);

impl fmt::Display for Unmapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unmapped {}

/// Library of this id; none if there is no such library.
pub fn find(id: &str) -> Option<&'static Library> {
    LIBRARIES.iter().copied().find(|library| library.id == id)
}

/// Translates a call. Error for a library, loss or argument that is not known, and for values that Lossfield
/// cannot reproduce.
pub fn configure(library: &str, loss: &str, args: &Args, task: Task) -> Result<Configured, Unmapped> {
    let Some(library) = find(library) else {
        let known: Vec<_> = LIBRARIES.iter().map(|library| library.id).collect();
        return Err(Unmapped(format!(
            "the library {library:?} is not known; known are {}",
            known.join(", ")
        )));
    };
    library.configure(loss, args, task)
}

impl Library {
    /// Function of this name; none if the library has no such function.
    pub fn function(&self, name: &str) -> Option<&'static Function> {
        self.functions.iter().find(|function| function.names.contains(&name))
    }

    /// Translates a call to this library. Refuses what [`configure`] refuses.
    pub fn configure(&self, loss: &str, args: &Args, task: Task) -> Result<Configured, Unmapped> {
        let Some(function) = self.function(loss) else {
            let known: Vec<_> = self.functions.iter().flat_map(|function| function.names).copied().collect();
            return Err(Unmapped(format!(
                "{loss:?} of {} is not known; known are {}",
                self.id,
                known.join(", ")
            )));
        };
        let mut call = Call::read(format!("{}.{loss}", self.id), function.keywords, args, task)?;
        let configured = (function.translate)(&mut call)?;
        call.finish()?;
        configured.build().map_err(|refused| call.refuse_whole(&refused.to_string()))?;
        Ok(configured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss;

    /// Facts of one and three channels, one image and two, with ignored pixels and without.
    fn situations() -> impl Iterator<Item = Facts> {
        [1, 3].into_iter().flat_map(|channels| {
            [1, 2].into_iter().flat_map(move |images| {
                [None, Some(255)]
                    .map(|ignored| Facts { images, ignored, ..Facts::plain(channels) })
                    .into_iter()
            })
        })
    }

    #[test]
    fn every_function_is_a_version_of_some_loss() {
        for library in LIBRARIES {
            for function in library.functions {
                let name = function.names[0];
                let is_sum_without_card = name == "GeneralizedDiceFocalLoss";
                assert_eq!(function.uses.is_empty(), is_sum_without_card, "{}.{name}", library.id);
                for one in function.uses {
                    let spec = loss::find(one.of);
                    assert!(spec.is_some(), "{}.{name} is a version of {:?}", library.id, one.of);
                    let usual: Vec<_> =
                        situations().filter_map(|facts| Some((facts, (one.usual)(facts)?))).collect();
                    assert!(!usual.is_empty(), "{}.{name} is of no use", library.id);
                    for (facts, args) in usual {
                        let configured = library.configure(name, &args, facts.task());
                        assert!(configured.is_ok(), "{}.{name}: {configured:?}", library.id);
                    }
                }
            }
        }
    }

    #[test]
    fn every_name_is_unique_in_its_library() {
        for library in LIBRARIES {
            let mut names: Vec<_> = library.functions.iter().flat_map(|function| function.names).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{}", library.id);
        }
    }

    #[test]
    fn what_is_not_known_is_refused_with_what_is() {
        let refused = |library: &str, loss: &str, args: &[(&str, Arg)]| {
            let args = args.iter().map(|(name, arg)| ((*name).to_owned(), arg.clone())).collect();
            configure(library, loss, &args, Task::Binary).unwrap_err().to_string()
        };
        let mode = ("mode", Arg::from("binary"));
        assert!(refused("sklearn", "f1", &[]).contains("\"sklearn\" is not known; known are torch,"));
        assert!(
            refused("smp", "DiceLos", &[]).contains("\"DiceLos\" of smp is not known; known are DiceLoss,")
        );
        assert!(refused("smp", "DiceLoss", &[]).contains("smp.DiceLoss needs the argument mode"));
        assert_eq!(
            refused("smp", "LovaszLoss", &[mode.clone(), ("smoth", 1.0.into())]),
            "smp.LovaszLoss has no argument smoth (given as 1.0); it has mode, per_image, ignore_index, from_logits"
        );
        assert_eq!(
            refused("smp", "DiceLoss", &[mode.clone(), ("smooth", true.into())]),
            "smp.DiceLoss(smooth=True) is not supported; expected a number"
        );
        assert_eq!(
            refused("smp", "DiceLoss", &[mode.clone(), ("classes", Arg::List(vec![1.0.into(), 2.0.into()]))]),
            "smp.DiceLoss(classes=[1.0, 2.0]) is not supported; expected None"
        );
        assert_eq!(
            refused("smp", "DiceLoss", &[("mode", "multiclass".into())]),
            "smp.DiceLoss(mode='multiclass') is not supported; expected 'binary', as the task is"
        );
        assert!(
            refused("smp", "FocalLoss", &[mode, ("alpha", 1.5.into())])
                .contains("expected a number from 0 to 1")
        );
    }

    #[test]
    fn the_ignored_label_is_given_back() {
        let ignored = |label: Arg| {
            let args = Args::from([("mode".into(), "binary".into()), ("ignore_index".into(), label)]);
            configure("smp", "DiceLoss", &args, Task::Binary).map(|configured| configured.ignore)
        };
        assert_eq!(ignored(255.0.into()), Ok(Some(255)));
        assert_eq!(ignored(Arg::Nothing), Ok(None));
        assert_eq!(ignored((-100.0).into()), Ok(None), "no label is -100");
        assert!(ignored(0.5.into()).unwrap_err().to_string().contains("expected a whole number or None"));
    }
}
