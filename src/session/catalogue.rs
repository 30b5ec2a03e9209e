//! Catalogue that the page builds itself from: losses with their explanations and controls, and scenes.

use serde::Serialize;
use serde_json::Value;

use crate::field::IGNORE;
use crate::file;
use crate::loss::config::{Choice, Config, Domain, Kind, Param, Settings};
use crate::loss::docs::Page;
use crate::loss::{Family, LOSSES, PerTask, Spec};
use crate::panel::{AnyPanel, PANELS, Title};
use crate::scene::{Adjustment, BATCHES, BatchPreset, HEAVIEST, PRESETS, Plane, WIDEST};

/// Everything that is listed anywhere.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Catalogue {
    /// Losses in the order of the cards.
    pub losses: Vec<LossEntry>,
    /// The groups of losses, in the order of the page.
    pub families: Vec<String>,
    /// Presets in the order of the menu.
    pub presets: Vec<PresetEntry>,
    /// Several scenes together, in the order of their buttons.
    pub batches: Vec<BatchEntry>,
    /// Panels in the order of their tabs.
    pub panels: Vec<PanelEntry>,
    /// Label that counts nowhere.
    pub ignored: u8,
    /// Adjustment that leaves an image as it was painted.
    pub neutral: Adjustment,
    /// The widest soft edge of a truth, in pixels.
    pub widest_soft_edge: usize,
    /// The largest weight of a pixel that is painted.
    pub heaviest: f64,
    /// Python that writes a tensor as a file which this page reads.
    pub save: SaveReadout,
}

/// Python that writes files which are read without a question.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SaveReadout {
    /// Lines that write `labels` as a ground truth.
    pub truth: String,
    /// Lines that write `logits` as a prediction.
    pub prediction: String,
}

/// A panel that answers one question.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct PanelEntry {
    /// Stable name, as in links.
    pub id: String,
    /// Name on its tab.
    pub label: String,
    /// Question that it answers.
    pub question: String,
    /// Sentences about what is seen and how to use it.
    pub about: String,
    /// Its state at first.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "object"))]
    pub state: Value,
    /// Choices that its controls offer, of a type that its Svelte file knows.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "unknown"))]
    pub options: Value,
}

impl From<&&dyn AnyPanel> for PanelEntry {
    fn from(panel: &&dyn AnyPanel) -> Self {
        let Title { label, question, about } = panel.title();
        Self {
            id: panel.id().into(),
            label: label.into(),
            question: question.into(),
            about: about.into(),
            state: panel.default_state(),
            options: panel.options(),
        }
    }
}

/// A loss.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct LossEntry {
    /// Stable name, as in documents.
    pub id: String,
    /// Name for people, for each kind of task.
    pub name: Names,
    /// Name of the group in which the page lists it.
    pub family: String,
    /// True if its card is on the page at first.
    pub at_first: bool,
    /// True if it takes shares of classes where the truth is soft; other losses stay with the labels.
    pub takes_shares: bool,
    /// True if it multiplies the loss of each pixel by its weight, where pixels have weights; other losses know nothing of
    /// them.
    pub takes_pixel_weights: bool,
    /// Summary of what it measures.
    pub summary: String,
    /// Formulas, in the order of the page.
    pub formulas: Vec<FormulaEntry>,
    /// Sections: shapes, range, edge cases, source.
    pub sections: Vec<SectionEntry>,
    /// Controls of its parameters, in order.
    pub params: Vec<ParamEntry>,
}

/// A name for each kind of task.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Names {
    /// One logit channel.
    pub binary: String,
    /// C logit channels.
    pub multiclass: String,
}

impl From<PerTask<&str>> for Names {
    fn from(names: PerTask<&str>) -> Self {
        Self { binary: names.binary.into(), multiclass: names.multiclass.into() }
    }
}

/// A formula.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FormulaEntry {
    /// The words before it.
    pub caption: String,
    /// TeX, display style.
    pub tex: String,
}

/// A section of the explanation.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SectionEntry {
    /// Its title.
    pub title: String,
    /// Paragraphs, one a line.
    pub text: String,
}

/// A control.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ParamEntry {
    /// Stable name, as in documents.
    pub id: String,
    /// Name for people.
    pub label: String,
    /// Meaning of the parameter.
    pub meaning: String,
    /// Control that sets it, with its range or options.
    pub control: Control,
    /// True if libraries differ on it.
    pub convention: bool,
    /// Id of the flag that leaves it nothing to act on while it is on: then it has no control.
    pub moot_with: Option<String>,
}

/// Kind of a control, with its range or options.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Control {
    /// A slider.
    Number(Slider),
    /// A slider for each class.
    PerClass(Slider),
    /// A switch.
    Flag {
        /// Position at first.
        default: bool,
    },
    /// A menu; the first option is taken at first.
    Choice {
        /// Options, in the order of the menu.
        options: Vec<OptionEntry>,
    },
}

/// The ends of a slider, and those of the numbers that may be typed.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Slider {
    /// Smallest value of the slider.
    pub min: f64,
    /// Largest value of the slider.
    pub max: f64,
    /// Smallest value that is valid.
    pub least: f64,
    /// Largest value that is valid: often far beyond the slider.
    pub most: f64,
    /// Step between values of the slider. A number that is typed need not be one of them.
    pub step: f64,
    /// Value at first.
    pub default: f64,
}

impl From<Domain> for Slider {
    fn from(domain: Domain) -> Self {
        Self {
            min: domain.min,
            max: domain.slider_max,
            least: domain.min,
            most: domain.max,
            step: domain.step,
            default: domain.default,
        }
    }
}

/// An option of a menu.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct OptionEntry {
    /// The stable name.
    pub id: String,
    /// The name for people.
    pub label: String,
}

impl From<&Choice> for OptionEntry {
    fn from(choice: &Choice) -> Self {
        Self { id: choice.id.into(), label: choice.label.into() }
    }
}

/// A bundled scene.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct PresetEntry {
    /// The stable name.
    pub id: String,
    /// The name for people.
    pub title: String,
    /// Sentence on what it shows.
    pub what: String,
    /// Logit channels.
    pub channels: usize,
    /// True if it is made for one fact.
    pub fact: bool,
}

/// A bundled batch.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct BatchEntry {
    /// The stable name.
    pub id: String,
    /// The name for people.
    pub title: String,
    /// Sentence on what it shows.
    pub what: String,
}

impl From<&BatchPreset> for BatchEntry {
    fn from(batch: &BatchPreset) -> Self {
        Self { id: batch.id.into(), title: batch.title.into(), what: batch.what.into() }
    }
}

impl Catalogue {
    /// All there is.
    pub fn new() -> Self {
        Self {
            losses: LOSSES.iter().copied().map(loss_entry).collect(),
            families: Family::ALL.iter().map(|family| family.name().into()).collect(),
            presets: PRESETS
                .iter()
                .map(|preset| PresetEntry {
                    id: preset.id.into(),
                    title: preset.title.into(),
                    what: preset.what.into(),
                    channels: preset.channels,
                    fact: preset.fact,
                })
                .collect(),
            batches: BATCHES.iter().map(Into::into).collect(),
            panels: PANELS.iter().map(Into::into).collect(),
            ignored: IGNORE,
            neutral: Adjustment::default(),
            widest_soft_edge: WIDEST,
            heaviest: HEAVIEST,
            save: SaveReadout {
                truth: file::save_lines(Plane::Truth).join("\n"),
                prediction: file::save_lines(Plane::Prediction).join("\n"),
            },
        }
    }
}

impl Default for Catalogue {
    fn default() -> Self {
        Self::new()
    }
}

fn loss_entry(spec: &'static Spec) -> LossEntry {
    let page = Page::read(spec.docs);
    LossEntry {
        id: spec.id.into(),
        name: spec.name.into(),
        family: spec.family.name().into(),
        at_first: spec.at_first,
        takes_shares: spec.takes_shares,
        takes_pixel_weights: Config::new(spec, &Settings::new())
            .is_ok_and(|config| (spec.build)(&config).takes_pixel_weights()),
        params: spec
            .params
            .iter()
            .filter(|param| param.control)
            .map(|param| param_entry(param, &page))
            .collect(),
        summary: page.summary,
        formulas: page
            .formulas
            .into_iter()
            .map(|formula| FormulaEntry { caption: formula.caption, tex: formula.tex })
            .collect(),
        sections: page.sections.into_iter().map(|(title, text)| SectionEntry { title, text }).collect(),
    }
}

fn param_entry(param: &Param, page: &Page) -> ParamEntry {
    let in_docs = || page.params.iter().find(|(id, _)| id == param.id).map(|(_, text)| text.clone());
    let meaning = param.told().or_else(in_docs);
    ParamEntry {
        id: param.id.into(),
        label: param.label.into(),
        meaning: meaning.unwrap_or_default(),
        control: match param.kind {
            Kind::Number(domain) => Control::Number(domain.into()),
            Kind::PerClass(domain) => Control::PerClass(domain.into()),
            Kind::Flag { default } => Control::Flag { default },
            Kind::Choice(options) => Control::Choice { options: options.iter().map(Into::into).collect() },
        },
        convention: param.convention,
        moot_with: param.moot_with.map(Into::into),
    }
}
