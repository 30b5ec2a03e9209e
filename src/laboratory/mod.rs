//! Experiments that take longer than a frame: sweeps, descents and the like, one small step at a time.
//!
//! A [`Laboratory`] works on a [`Specimen`], a copy of the scene and of the losses on show, so that painting goes on
//! meanwhile. Whoever holds it decides when to go on, and stops by letting go of it.

mod advice;
mod descent;
mod sweep;
mod vanishing;

use std::fmt::Debug;

use ndarray::{Array3, Array4};
use serde::{Deserialize, Serialize};

use crate::field::{Field, FieldError, IGNORE, Labels, Logits, Task};
use crate::instrument::{Still, TableReadout};
use crate::loss::config::{Config, Settings};
use crate::loss::{self, Loss};
use crate::paint::Theme;
use crate::paint::chart::Chart;
use crate::study::advice::Evidence;
use crate::study::descent::Rules;
use crate::study::sweep::Knob;
pub use descent::{LaneChoice, Later};
pub use sweep::AxisChoice;

/// What of a specimen is not pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Header {
    /// Logit channels: 1 for a binary task.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Light or dark, for pictures.
    pub theme: Theme,
    /// The losses on show, in their order.
    pub losses: Vec<Chosen>,
    /// Images that make a batch with this one, itself among them.
    pub images: usize,
    /// Those of them that have no foreground.
    pub empty_images: usize,
}

/// A loss with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Chosen {
    /// The loss.
    pub id: String,
    /// Its parameters; those not named have their defaults.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Setting>"))]
    pub settings: Settings,
}

/// A loss and its name for people.
pub type Named = (String, Box<dyn Loss>);

impl Chosen {
    /// Its name and the loss itself. Refuses one that does not exist.
    pub fn build(&self, task: Task) -> Result<Named, String> {
        let spec = loss::find(&self.id).ok_or_else(|| format!("There is no loss {:?}.", self.id))?;
        let config = Config::new(spec, &self.settings).map_err(|refusal| refusal.to_string())?;
        Ok((spec.name.of(task).to_owned(), (spec.build)(&config)))
    }
}

/// A copy of the scene as it is seen, and of the losses on show.
#[derive(Debug, Clone)]
pub struct Specimen {
    /// What is not pixels.
    pub header: Header,
    /// `[image, y, x]`, one image.
    pub labels: Labels,
    /// `[image, class, y, x]`, one image.
    pub logits: Logits,
    /// Shares of classes where the truth has soft edges.
    pub shares: Option<Array4<f32>>,
    /// 8-bit grey, where the scene has a photograph.
    pub photo: Option<Vec<u8>>,
}

/// The pixels of a specimen, row by row.
#[derive(Debug)]
pub struct Arrays<'s> {
    /// Labels.
    pub labels: &'s [u8],
    /// Logits.
    pub logits: &'s [f32],
    /// Shares of classes.
    pub shares: Option<&'s [f32]>,
    /// The photograph.
    pub photo: Option<&'s [u8]>,
}

impl Specimen {
    /// From rows of pixels. Refuses arrays whose lengths do not fit the header.
    pub fn new(
        header: Header,
        labels: Vec<u8>,
        logits: Vec<f32>,
        shares: Option<Vec<f32>>,
        photo: Option<Vec<u8>>,
    ) -> Result<Self, String> {
        let Header { channels, height, width, .. } = header;
        let pixels = height * width;
        let photo_length = photo.as_ref().map_or(pixels, Vec::len);
        if photo_length != pixels {
            return Err(format!(
                "The photograph has {photo_length} pixels; {height} × {width} has {pixels}."
            ));
        }
        let shape = (1, channels, height, width);
        let unfit = |what: &str| format!("The {what} do not have the size {channels} × {height} × {width}.");
        Ok(Self {
            labels: Array3::from_shape_vec((1, height, width), labels).map_err(|_| unfit("labels"))?,
            logits: Array4::from_shape_vec(shape, logits).map_err(|_| unfit("logits"))?,
            shares: shares
                .map(|shares| Array4::from_shape_vec(shape, shares))
                .transpose()
                .map_err(|_| unfit("shares"))?,
            photo,
            header,
        })
    }

    /// Its pixels, to be sent elsewhere.
    pub fn arrays(&self) -> Arrays<'_> {
        Arrays {
            labels: self.labels.as_slice().unwrap_or_default(),
            logits: self.logits.as_slice().unwrap_or_default(),
            shares: self.shares.as_ref().and_then(|shares| shares.as_slice()),
            photo: self.photo.as_deref(),
        }
    }

    /// The field that the cards are about.
    pub fn field(&self) -> Result<Field<'_>, FieldError> {
        let field = Field::new(self.logits.view(), self.labels.view(), Some(IGNORE))?;
        match &self.shares {
            Some(shares) => field.with_soft_labels(shares.view()),
            None => Ok(field),
        }
    }

    /// Binary or multi-class.
    pub fn task(&self) -> Task {
        if self.header.channels == 1 { Task::Binary } else { Task::Multiclass }
    }

    /// The losses on show with their names. Refuses to measure none.
    pub fn losses(&self) -> Result<Vec<Named>, String> {
        if self.header.losses.is_empty() {
            return Err(
                "No loss has a card, so there is nothing to measure; choose one at least on the tab Losses."
                    .into(),
            );
        }
        self.header.losses.iter().map(|chosen| chosen.build(self.task())).collect()
    }
}

/// What to find out.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Request {
    /// What the advisor's rules are tested by.
    Advice,
    /// How much gradient is left where the foreground is confidently wrong.
    Vanishing,
    /// Losses side by side, each followed down its own gradient.
    Descent {
        /// What is followed.
        lanes: Vec<LaneChoice>,
        /// How.
        rules: Rules,
    },
    /// The losses on show along a knob of the scene.
    Sweep {
        /// What is changed.
        knob: Knob,
    },
    /// One loss over two parameters.
    Surface {
        /// The loss.
        loss: Chosen,
        /// From left to right.
        x: AxisChoice,
        /// Upwards.
        y: AxisChoice,
    },
}

/// What has been found so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Report {
    /// The step that it is about.
    pub step: usize,
    /// In the order of the panel.
    pub charts: Vec<Chart>,
    /// Likewise.
    pub tables: Vec<TableReadout>,
    /// Sentences for people.
    pub remarks: Vec<String>,
    /// Pictures of the scene's size.
    pub stills: Vec<Still>,
    /// What the advisor measured.
    pub advice: Option<Evidence>,
    /// RGBA of the stills, one after the other, which travels beside the numbers.
    #[serde(skip)]
    pub pixels: Vec<u8>,
}

/// Something found out in steps.
pub(crate) trait Experiment: Debug {
    /// Steps in all.
    fn total(&self) -> usize;

    /// Steps made.
    fn done(&self) -> usize;

    /// Makes one step.
    fn advance(&mut self) -> Result<(), String>;

    /// What is known after a step, or now.
    fn report(&self, step: Option<usize>) -> Report;

    /// From now on its pictures have the colours of another theme.
    fn repaint(&mut self, _: Theme) {}
}

/// One experiment under way.
#[derive(Debug)]
pub struct Laboratory {
    experiment: Box<dyn Experiment>,
}

impl Laboratory {
    /// Prepares what is asked for. Refuses what cannot be made, with a sentence.
    pub fn new(specimen: Specimen, request: Request) -> Result<Self, String> {
        let experiment: Box<dyn Experiment> = match request {
            Request::Advice => Box::new(advice::Advice::new(specimen)?),
            Request::Descent { lanes, rules } => Box::new(descent::Descent::new(specimen, &lanes, rules)?),
            Request::Sweep { knob } => Box::new(sweep::Sweep::new(specimen, knob)?),
            Request::Surface { loss, x, y } => Box::new(sweep::Grid::new(specimen, loss, x, y)?),
            Request::Vanishing => Box::new(vanishing::Vanishing::new(specimen)?),
        };
        Ok(Self { experiment })
    }

    /// Steps in all.
    pub fn total(&self) -> usize {
        self.experiment.total()
    }

    /// Steps made.
    pub fn done(&self) -> usize {
        self.experiment.done()
    }

    /// Makes one step, if any is left.
    pub fn advance(&mut self) -> Result<(), String> {
        if self.done() < self.total() { self.experiment.advance() } else { Ok(()) }
    }

    /// What is known after a step, or now.
    pub fn report(&self, step: Option<usize>) -> Report {
        self.experiment.report(step)
    }

    /// From now on its pictures have the colours of another theme.
    pub fn repaint(&mut self, theme: Theme) {
        self.experiment.repaint(theme);
    }
}
