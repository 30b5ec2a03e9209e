//! What a call to a reference library computes, in Lossfield's own configuration.
//!
//! A [`Library`] is a table of [`Function`]s, each with its keyword arguments and their defaults as the library
//! declares them. [`configure`] fills in the defaults, hands the call to the function's translation, and gets a loss
//! of the catalogue with its settings. Every argument has to be translated: one that is unknown, or that has a value
//! Lossfield cannot reproduce, is refused with a sentence and never passed over.
//!
//! The ignore index is a property of the field, not of a loss: the label that a call leaves out is given back beside
//! the settings, for whoever makes the [`Field`](crate::field::Field).
//!
//! To add a library: write `src/library/<id>.rs` with its table, and add its line to [`LIBRARIES`].

mod call;

pub mod lovasz_softmax;
pub mod smp;
pub mod torch;
pub mod torchvision;

use std::fmt;

use crate::field::Task;
use crate::loss::config::{Config, ConfigError, Setting, Settings};
use crate::loss::{Loss, Spec};
pub use call::{Arg, Args, Call, Keyword, Literal};

/// Every reference library.
pub const LIBRARIES: &[&Library] =
    &[&torch::LIBRARY, &torchvision::LIBRARY, &smp::LIBRARY, &lovasz_softmax::LIBRARY];

/// A reference library, at the version whose numbers are reproduced.
#[derive(Debug)]
pub struct Library {
    /// The name it is imported by.
    pub id: &'static str,
    /// The name for people.
    pub name: &'static str,
    /// The version that the defaults and conventions are those of.
    pub version: &'static str,
    /// Its losses.
    pub functions: &'static [Function],
}

/// A loss of a library, as it is called there.
#[derive(Debug)]
pub struct Function {
    /// Its names: a class and a plain function may share one signature. The first is the preferred one.
    pub names: &'static [&'static str],
    /// Its keyword arguments, in the library's order.
    pub keywords: &'static [Keyword],
    /// The translation. It has to take every argument out of the call.
    translate: fn(&mut Call<'_>) -> Result<Configured, Unmapped>,
}

/// A loss of the catalogue, set up as a library's call would compute it.
#[derive(Debug, Clone)]
pub struct Configured {
    /// The catalogue line.
    pub spec: &'static Spec,
    /// The settings that differ from the catalogue's defaults, or that the call names.
    pub settings: Settings,
    /// The label that the call leaves out.
    pub ignore: Option<u8>,
}

impl Configured {
    fn new(spec: &'static Spec) -> Self {
        Self { spec, settings: Settings::new(), ignore: None }
    }

    fn with(mut self, param: &str, setting: impl Into<Setting>) -> Self {
        self.settings.insert(param.into(), setting.into());
        self
    }

    fn ignoring(self, label: Option<u8>) -> Self {
        Self { ignore: label, ..self }
    }

    /// The loss itself. Refuses settings outside the domains of its parameters.
    pub fn build(&self) -> Result<Box<dyn Loss>, ConfigError> {
        Ok((self.spec.build)(&Config::new(self.spec, &self.settings)?))
    }
}

/// Why a call was not translated: what was found, and what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmapped(String);

impl fmt::Display for Unmapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unmapped {}

/// The library imported by this name.
pub fn find(id: &str) -> Option<&'static Library> {
    LIBRARIES.iter().copied().find(|library| library.id == id)
}

/// Translates a call. Refuses libraries, losses and arguments that are not known, and values that Lossfield cannot
/// reproduce.
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
    /// The loss of this name.
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

    /// What a call needs beside its defaults.
    fn required(library: &Library, task: Task) -> Args {
        let said = match (library.id, task) {
            ("smp", Task::Binary) => vec![("mode", Arg::from("binary"))],
            ("smp", Task::Multiclass) => vec![("mode", Arg::from("multiclass"))],
            ("torchvision", _) => vec![("reduction", Arg::from("mean"))],
            ("lovasz_softmax", Task::Multiclass) => vec![("activation", Arg::from("softmax"))],
            _ => Vec::new(),
        };
        said.into_iter().map(|(name, arg)| (name.to_owned(), arg)).collect()
    }

    fn without_unknown(function: &Function, args: &Args) -> Args {
        args.iter()
            .filter(|(name, _)| function.keywords.iter().any(|keyword| keyword.name == *name))
            .map(|(name, arg)| (name.clone(), arg.clone()))
            .collect()
    }

    #[test]
    fn every_function_translates_its_defaults_for_some_task() {
        for library in LIBRARIES {
            for function in library.functions {
                for name in function.names {
                    let translated = [Task::Binary, Task::Multiclass].map(|task| {
                        let args = without_unknown(function, &required(library, task));
                        library.configure(name, &args, task)
                    });
                    assert!(translated.iter().any(Result::is_ok), "{}.{name}: {translated:?}", library.id);
                }
            }
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
