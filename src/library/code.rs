//! Python that reproduces a card: imports, and a statement that makes `loss` from `logits` and `labels`.
//!
//! For PyTorch's libraries `logits` is a tensor `[B, C, H, W]` and `labels` one of whole numbers `[B, H, W]`, of any
//! type: that of a PNG is uint8, and what a library wants instead the line says. For Keras they are `[B, H, W, C]` and
//! `[B, H, W]`. Of regions `labels` are `[B, C, H, W]`, one plane of 0 and 1 for each, 255 where a pixel is ignored.

use std::collections::{BTreeMap, BTreeSet};

use super::python::written;
use super::regions::{self, args_of_regions};
use super::versions::{ignoring, in_own_labels};
use super::{Arg, Args, Configured, Facts, Function, LIBRARIES, Library, Use, WeightedLoss};
use crate::field::Task;
use crate::loss::config::{Config, Settings};
use crate::loss::{PerTask, Spec};

/// Form of a function in Python source.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// Import statement.
    pub import: &'static str,
    /// Function or class, as the import names it.
    pub callee: &'static str,
    /// Order and form in which logits and labels are passed.
    pub calling: Calling,
    /// Expression of the target that is passed, made of `labels`.
    pub labels: PerTask<&'static str>,
}

/// Last line of Python after one of [`lines_for`]: it prints the loss, beside the value that it should have in float32.
pub fn closing(value: f64) -> String {
    // Seven digits are what float32 has.
    let rounded: f64 = format!("{value:.6e}").parse().unwrap_or(value);
    format!("print(float(loss))  # {}", Arg::from(rounded))
}

/// Order and form in which logits and labels are passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calling {
    /// `f(logits, labels, …)`
    Function,
    /// `F(…)(logits, labels)`
    Object,
    /// Object called with sigmoid probabilities: `F(…)(probabilities, labels)`.
    Probabilities,
    /// Object called in the order of Keras: `F(…)(labels, logits)`, with the `activation` put around the
    /// logits.
    Keras,
}

/// Python that reproduces a card.
#[derive(Debug, Clone)]
pub struct Line {
    /// Library of the function.
    pub library: &'static Library,
    /// Function that is called, or the functions that are added up.
    pub function: String,
    /// Source: imports and one statement.
    pub code: String,
}

/// Python for a call; none for a function that Lossfield writes no code for.
pub fn line(library: &Library, function: &str, args: &Args, facts: Facts) -> Option<String> {
    Some(Expression::new(library, library.function(function)?, args, facts)?.statement())
}

/// Loss as a Python expression, with the imports it needs.
#[derive(Debug, Clone)]
struct Expression {
    imports: Vec<&'static str>,
    text: String,
}

impl Expression {
    fn new(library: &Library, function: &Function, args: &Args, facts: Facts) -> Option<Self> {
        let code = function.code?;
        let (args, labels) = if facts.regions > 0 {
            // Planes of regions are made with 255 where a pixel is ignored.
            (args_of_regions(library, function.names[0], args)?, regions::LABELS)
        } else {
            (in_own_labels(args.clone(), facts), code.labels.of(facts.task()))
        };
        let args = &args;
        let said = written(library, function.keywords, args);
        let text = match code.calling {
            Calling::Function if said.is_empty() => format!("{}(logits, {labels})", code.callee),
            Calling::Function => format!("{}(logits, {labels}, {said})", code.callee),
            Calling::Object => format!("{}({said})(logits, {labels})", code.callee),
            Calling::Probabilities => format!("{}({said})(logits.sigmoid(), {labels})", code.callee),
            Calling::Keras => {
                let logits = match args.get("activation") {
                    Some(Arg::Text(activation)) => format!("keras.ops.{activation}(logits)"),
                    _ => "logits".into(),
                };
                format!("{}({said})({labels}, {logits})", code.callee)
            }
        };
        let mut imports = Vec::new();
        imports.extend(text.contains("torch.tensor(").then_some("import torch"));
        imports.extend(labels.starts_with("F.").then_some(FUNCTIONAL));
        imports.push(code.import);
        Some(Self { imports, text })
    }

    /// Weighted sum of several expressions.
    fn sum(terms: &[(f64, Self)]) -> Self {
        let imports = terms.iter().flat_map(|(_, term)| &term.imports).copied().collect();
        let texts = terms.iter().map(|(weight, term)| {
            if weight.to_bits() == 1f64.to_bits() {
                term.text.clone()
            } else {
                format!("{} * {}", Arg::from(*weight), term.text)
            }
        });
        Self { imports, text: texts.collect::<Vec<_>>().join(" + ") }
    }

    fn statement(&self) -> String {
        let (from, plain): (BTreeSet<_>, BTreeSet<_>) = self
            .imports
            .iter()
            .map(|import| (*import).to_owned())
            .partition(|import| import.starts_with("from "));
        let mut names = BTreeMap::<&str, Vec<&str>>::new();
        for (module, name) in from.iter().filter_map(|import| import.split_once(" import ")) {
            names.entry(module).or_default().push(name);
        }
        let last = names.iter().map(|(module, names)| format!("{module} import {}", names.join(", ")));
        let lines: Vec<_> = plain.into_iter().chain(last).collect();
        format!("{}\nloss = {}", lines.join("\n"), self.text)
    }
}

const FUNCTIONAL: &str = "import torch.nn.functional as F";

/// Python that reproduces a card on such a field, one line a function; empty if no library has the loss.
///
/// Arguments are guessed from the settings and kept only if their translation is the card's own loss, so a
/// line is never nearly right. A compound that a library has no function for is added up from its terms. Soft
/// labels cannot be written as `labels`, and have no line; nor have losses that take weights of pixels where there
/// are such.
pub fn lines_for(spec: &'static Spec, settings: &Settings, facts: Facts) -> Vec<Line> {
    let takes_weights =
        || Config::new(spec, settings).is_ok_and(|config| (spec.build)(&config).takes_pixel_weights());
    if facts.soft || facts.weighted && takes_weights() {
        return Vec::new();
    }
    let card = Configured { ignore: facts.ignored, ..Configured::of(spec, settings) };
    let whole = expressions(spec, settings, &card, facts);
    let mut lines: Vec<_> = whole
        .into_iter()
        .map(|(library, function, expression)| Line {
            library,
            function: function.into(),
            code: expression.statement(),
        })
        .collect();
    for line in sums(&card, facts) {
        if lines.iter().all(|known| known.library.id != line.library.id) {
            lines.push(line);
        }
    }
    lines
}

/// Expressions of all functions that are this loss, each with its library and name.
fn expressions(
    spec: &'static Spec,
    settings: &Settings,
    card: &Configured,
    facts: Facts,
) -> Vec<(&'static Library, &'static str, Expression)> {
    let Ok(config) = Config::new(spec, settings) else { return Vec::new() };
    let mut found = Vec::new();
    for library in LIBRARIES {
        for function in library.functions {
            for one in function.uses.iter().filter(|one| one.of == spec.id) {
                let args = reproduction(library, function, one, &config, card, facts);
                let expression = args.and_then(|args| Expression::new(library, function, &args, facts));
                found.extend(expression.map(|expression| (*library, function.names[0], expression)));
            }
        }
    }
    found
}

/// Sums of a compound's terms: one for each library that has the first term, with the others from the same
/// library if it has them and from the first one that does otherwise.
fn sums(card: &Configured, facts: Facts) -> Vec<Line> {
    let counted: Vec<_> = card.terms.iter().filter(|term| term.weight != 0.0).collect();
    if card.single().is_some() || counted.is_empty() {
        return Vec::new();
    }
    let of_terms: Vec<_> = counted
        .iter()
        .map(|term| {
            let alone = WeightedLoss { weight: 1.0, ..(*term).clone() };
            let card = Configured { terms: vec![alone], ignore: card.ignore };
            expressions(term.spec, &term.settings, &card, facts)
        })
        .collect();
    let mut lines: Vec<Line> = Vec::new();
    for (library, ..) in &of_terms[0] {
        // Keras has its arrays in another order.
        let fits = |other: &Library| (other.id == "keras") == (library.id == "keras");
        let chosen: Option<Vec<_>> = of_terms
            .iter()
            .map(|found| {
                let same = found.iter().find(|(other, ..)| other.id == library.id);
                same.or_else(|| found.iter().find(|(other, ..)| fits(other)))
            })
            .collect();
        let Some(chosen) = chosen else { continue };
        if lines.iter().any(|line| line.library.id == library.id) {
            continue;
        }
        let weighted: Vec<_> = counted
            .iter()
            .zip(&chosen)
            .map(|(term, (_, _, expression))| (term.weight, expression.clone()))
            .collect();
        let names: Vec<_> = chosen.iter().map(|(_, name, _)| *name).collect();
        lines.push(Line {
            library,
            function: names.join(" + "),
            code: Expression::sum(&weighted).statement(),
        });
    }
    lines
}

/// Arguments with which a function is the card's own loss; none if there are no such arguments.
fn reproduction(
    library: &Library,
    function: &Function,
    one: &Use,
    config: &Config<'_>,
    card: &Configured,
    facts: Facts,
) -> Option<Args> {
    let mut args = (one.usual)(facts)?;
    args.extend(one.invert?(config, facts));
    let args = ignoring(function, args, facts);
    let translated = library.configure(function.names[0], &args, facts.task()).ok()?;
    let ignores = facts.ignored.is_none() || translated.ignore == card.ignore;
    (ignores && translated.is_same_loss(card, facts)).then_some(args)
}

/// Target as each PyTorch library, and Keras, expects it.
pub(super) mod labels {
    use super::PerTask;

    /// Label of each pixel.
    pub(in crate::library) const INDEX: PerTask<&str> = PerTask::both("labels.long()");
    /// One-hot target: a number for each logit.
    pub(in crate::library) const ONE_HOT: PerTask<&str> = PerTask {
        binary: "labels[:, None].float()",
        multiclass: "F.one_hot(labels.long(), logits.shape[1]).movedim(-1, 1).float()",
    };
    /// Label of each pixel, with an axis for the channel. One channel is taken as it is, and whole numbers
    /// would make distances whole too.
    pub(in crate::library) const CHANNEL: PerTask<&str> =
        PerTask { binary: "labels[:, None].float()", multiclass: "labels[:, None].long()" };
    /// Label of each pixel, as Keras takes it whatever its type.
    pub(in crate::library) const KERAS_INDEX: PerTask<&str> = PerTask::both("labels");
    /// One-hot target with the channels last.
    pub(in crate::library) const KERAS: PerTask<&str> =
        PerTask { binary: "labels[..., None]", multiclass: "keras.ops.one_hot(labels, logits.shape[-1])" };
}

/// Empty arguments for a binary task; `None` for another.
pub(super) fn binary(facts: Facts) -> Option<Args> {
    (facts.task() == Task::Binary).then(Args::new)
}

/// Empty arguments for a multi-class task; `None` for another.
pub(super) fn multiclass(facts: Facts) -> Option<Args> {
    (facts.task() == Task::Multiclass).then(Args::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss::config::Setting;
    use crate::loss::{dice, dice_cross_entropy, focal};

    fn codes(spec: &'static Spec, settings: &[(&str, Setting)], facts: Facts) -> Vec<(&'static str, String)> {
        let settings = settings.iter().map(|(id, setting)| ((*id).to_owned(), setting.clone())).collect();
        lines_for(spec, &settings, facts).into_iter().map(|line| (line.library.id, line.code)).collect()
    }

    fn of(library: &str, codes: &[(&'static str, String)]) -> Option<String> {
        codes.iter().find(|(id, _)| *id == library).map(|(_, code)| code.clone())
    }

    #[test]
    fn a_line_leaves_out_what_is_the_default() {
        let codes = codes(&dice::SPEC, &[], Facts::plain(1));
        assert_eq!(
            of("smp", &codes).unwrap(),
            "from segmentation_models_pytorch.losses import DiceLoss\nloss = DiceLoss(mode='binary')(logits, labels.long())"
        );
        assert_eq!(of("monai", &codes), None, "it has no absent class");
    }

    #[test]
    fn a_setting_without_effect_prevents_no_line() {
        let softmax =
            [("over", "image".into()), ("pooled", true.into()), ("activation", "one-vs-rest".into())];
        assert!(of("smp", &codes(&dice::SPEC, &softmax, Facts::plain(1))).is_some());
        let batch = Facts { images: 2, ..Facts::plain(1) };
        assert!(of("smp", &codes(&dice::SPEC, &softmax, batch)).is_none(), "smp sums over the batch");
    }

    #[test]
    fn an_ignored_label_is_said_or_there_is_no_line() {
        let facts = Facts { ignored: Some(255), ..Facts::plain(1) };
        let codes = codes(&focal::SPEC, &[("balanced", false.into())], facts);
        assert!(of("smp", &codes).unwrap().contains("ignore_index=255"), "{codes:?}");
        assert_eq!(of("torchvision", &codes), None, "it cannot ignore");
    }

    #[test]
    fn weights_of_pixels_leave_lines_to_losses_that_know_nothing_of_them() {
        let facts = Facts { weighted: true, ..Facts::plain(3) };
        assert!(codes(&crate::loss::cross_entropy::SPEC, &[], facts).is_empty());
        assert!(codes(&dice_cross_entropy::SPEC, &[], facts).is_empty());
        assert!(!codes(&dice::SPEC, &[], facts).is_empty());
    }

    #[test]
    fn an_ignored_label_is_said_as_the_own_file_has_it() {
        for own in [65535, -1, 0] {
            let facts = Facts { ignored: Some(255), ignored_as: Some(own), ..Facts::plain(3) };
            let code = of("torch", &codes(&crate::loss::cross_entropy::SPEC, &[], facts)).unwrap();
            assert!(code.contains(&format!("ignore_index={own})")), "{code}");
        }
        let default = Facts { ignored: Some(255), ignored_as: Some(-100), ..Facts::plain(3) };
        let code = of("torch", &codes(&crate::loss::cross_entropy::SPEC, &[], default)).unwrap();
        assert!(!code.contains("ignore_index"), "it is the default of torch: {code}");
    }

    #[test]
    fn weights_of_classes_are_a_tensor_where_they_have_to_be() {
        let weights = [("class_weights", vec![1.0, 2.0].into())];
        let code = of("torch", &codes(&crate::loss::cross_entropy::SPEC, &weights, Facts::plain(3))).unwrap();
        assert_eq!(
            code,
            "import torch\nimport torch.nn.functional as F\n\
             loss = F.cross_entropy(logits, labels.long(), weight=torch.tensor([1.0, 2.0, 1.0]))"
        );
    }

    #[test]
    fn a_compound_is_added_up() {
        let codes = codes(&dice_cross_entropy::SPEC, &[("ce_weight", 0.5.into())], Facts::plain(3));
        assert_eq!(
            of("smp", &codes).unwrap(),
            "import torch.nn.functional as F\nfrom segmentation_models_pytorch.losses import DiceLoss\n\
             loss = DiceLoss(mode='multiclass')(logits, labels.long()) + 0.5 * F.cross_entropy(logits, labels.long())"
        );
    }
}
