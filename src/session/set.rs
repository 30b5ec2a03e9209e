//! Images of a set, each read, evaluated and forgotten.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::Session;
use super::cards;
use super::command::{NamedBytes, PairBytes};
use super::losses::LossSettings;
use super::opening::{self, Beside, Current, OpenedPlane};
use super::preview::{Preview, PreviewRequest, previewed};
use super::tasks::Tasks;
use super::text;
use super::work::Work;
use crate::document::{Document, Losses, OpenedFile, OpenedFiles};
use crate::field::Derived;
use crate::file::{FileChoice, Source};
use crate::loss::LOSSES;
use crate::panel::Panel;
use crate::panel::advisor::scene_facts::SceneFacts;
use crate::panel::metrics::{Metrics, MetricsState};
use crate::panel::set::{
    ImageNumbers, MeasuredLosses, RowOutcome, SetConditions, SetPanel, SetRow, metrics_of,
};
use crate::scene::{Plane, Scene};

/// Settings that all rows of a set are evaluated with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SetSettings {
    /// Settings of the losses, as in the document.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "unknown"))]
    pub losses: Losses,
    /// Ids of the losses that are evaluated.
    pub measured: Vec<String>,
    /// Settings beside.
    pub conditions: SetConditions,
}

/// Reason why a pair makes no scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unopened {
    /// It cannot be read, or does not go together.
    Refused(String),
    /// It can be read in several ways.
    Asked { plane: Plane, shape_key: String, question: String },
}

impl Unopened {
    pub(super) fn sentence(self) -> String {
        match self {
            Self::Refused(sentence) | Self::Asked { question: sentence, .. } => sentence,
        }
    }
}

impl From<String> for Unopened {
    fn from(refusal: String) -> Self {
        Self::Refused(refusal)
    }
}

impl Session {
    /// Settings with which the images of a set are evaluated now.
    pub fn set_settings(&self) -> SetSettings {
        let document = self.document();
        let metrics: MetricsState = state_of::<Metrics>(document);
        let all = state_of::<SetPanel>(document).losses == MeasuredLosses::All;
        SetSettings {
            losses: document.losses.clone(),
            measured: LOSSES
                .iter()
                .map(|spec| spec.id)
                .filter(|id| all || document.cards.iter().any(|card| card == id))
                .map(ToOwned::to_owned)
                .collect(),
            conditions: SetConditions {
                soft_edges: document.soft_edges,
                weighting: document.weighting,
                threshold: metrics.threshold,
                tolerance: metrics.tolerance,
            },
        }
    }
}

/// State of a panel in the document.
fn state_of<P: Panel>(document: &Document) -> P::State {
    let state = document.panels.get(P::ID).cloned().unwrap_or_default();
    serde_json::from_value(state).unwrap_or_default()
}

/// Evaluates the pairs of a set by the same settings, one after the other.
#[derive(Debug)]
pub struct SetEvaluator {
    settings: SetSettings,
    losses: LossSettings,
}

impl SetEvaluator {
    /// An evaluator with these settings.
    pub fn new(settings: SetSettings) -> Self {
        Self { settings, losses: LossSettings::default() }
    }

    /// Row of a pair, and the facts of its truth where it was evaluated. `remembered` are ways in which files were read
    /// before, by their shape key. A pair that cannot be read is a row that says so.
    pub fn row(
        &mut self,
        pair: &PairBytes,
        remembered: &[(String, FileChoice)],
    ) -> (SetRow, Option<SceneFacts>) {
        let (outcome, facts) = match self.measured(pair, remembered) {
            Ok((numbers, facts)) => (RowOutcome::Measured { numbers }, Some(facts)),
            Err(Unopened::Refused(reason)) => (RowOutcome::Refused { reason }, None),
            Err(Unopened::Asked { plane, shape_key, question }) => {
                (RowOutcome::Asked { plane, shape_key, question }, None)
            }
        };
        let row = SetRow {
            name: pair.name.clone(),
            truth: pair.truth.name.clone(),
            prediction: pair.prediction.name.clone(),
            outcome,
        };
        (row, facts)
    }

    fn measured(
        &mut self,
        files: &PairBytes,
        remembered: &[(String, FileChoice)],
    ) -> Result<(ImageNumbers, SceneFacts), Unopened> {
        let SetSettings { losses, measured, conditions } = &self.settings;
        let (scene, _) = pair(files, remembered)?;
        let mut work = Work::of_scene(Rc::new(scene));
        work.prepare(conditions.soft_edges, conditions.weighting);
        let scene = work.scene();
        let field = |task| {
            let field = work.pixels(task).field(Derived::default());
            field.map_err(|refusal| text::not_evaluated(&refusal.to_string()))
        };
        let tasks = Tasks {
            fields: (0..work.tasks()).map(field).collect::<Result<_, _>>()?,
            labelling: scene.labelling(),
            chosen: 0,
            logits: work.playhead.effective_logits(),
            labels: scene.labels(),
        };
        // A library that has no version for this image leaves the loss as the document has it, as on its card.
        self.losses.follow(losses, tasks.facts(scene), &mut Vec::new());
        let cards = self.losses.shown(measured);
        let by_task: Vec<Vec<f64>> = tasks.fields.iter().map(|field| cards::values(field, &cards)).collect();
        let values = (0..cards.len()).map(|card| mean(by_task.iter().map(|values| values[card])));
        let finite = |value: f64| Some(value).filter(|value| value.is_finite());
        let facts = match tasks.regions() {
            None => SceneFacts::of(tasks.field()),
            Some(_) => SceneFacts::of_regions(tasks.fields.iter().map(SceneFacts::of))
                .unwrap_or_else(|| SceneFacts::of(tasks.field())),
        };
        let shape = scene.shape();
        let numbers = ImageNumbers {
            width: shape.width,
            height: shape.height,
            classes: scene.classes(),
            shares: tasks.class_shares(),
            components: facts.objects.len(),
            empty: facts.is_empty(),
            losses: cards
                .iter()
                .zip(values)
                .map(|(card, value)| (card.spec.id.to_owned(), finite(value)))
                .collect(),
            metrics: metrics(&tasks, conditions),
        };
        Ok((numbers, facts))
    }
}

/// Metrics of an image: of several regions a pixel the mean over those regions that have the metric.
fn metrics(tasks: &Tasks<'_>, conditions: &SetConditions) -> BTreeMap<String, Option<f64>> {
    let by_task: Vec<_> = tasks.fields.iter().map(|field| metrics_of(field, conditions)).collect();
    let of_metric = |id: &String| {
        let defined: Vec<f64> = by_task.iter().filter_map(|metrics| metrics[id]).collect();
        (id.clone(), (!defined.is_empty()).then(|| mean(defined.iter().copied())))
    };
    by_task[0].keys().map(of_metric).collect()
}

fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = numbers.len() as f64;
    numbers.sum::<f64>() / count
}

/// Scene of a pair of files by themselves, and how each was read: nothing of a scene at hand plays a part.
pub(super) fn pair(
    files: &PairBytes,
    remembered: &[(String, FileChoice)],
) -> Result<(Scene, OpenedFiles), Unopened> {
    let (truth, prediction) = sources(files, remembered)?;
    let classes = classes_of(&prediction, remembered)?;
    let (truth_file, opened) = plane(Plane::Truth, &truth, Beside::Classes(classes), remembered)?;
    let of_truth = opening::scene(&files.name, opened, Beside::Nothing, &mut Vec::new())?.0;
    let beside = Beside::Scene(Current::of_truth(&of_truth));
    let (prediction_file, opened) = plane(Plane::Prediction, &prediction, beside, remembered)?;
    let scene = opening::scene(&files.prediction.name, opened, beside, &mut Vec::new())?.0;
    Ok((scene, OpenedFiles { truth: Some(truth_file), prediction: Some(prediction_file) }))
}

/// How a file of a pair would be read beside the other, with a picture of it. Refuses what cannot be read, with a sentence.
pub fn preview_in_pair(files: &PairBytes, request: &PreviewRequest) -> Result<Preview, String> {
    let PreviewRequest { remembered, .. } = request;
    let (truth, prediction) = sources(files, remembered)?;
    let classes = Beside::Classes(classes_of(&prediction, remembered)?);
    match request.plane {
        Plane::Truth => previewed(request, &files.truth.bytes, classes),
        Plane::Prediction => {
            let (_, opened) = plane(Plane::Truth, &truth, classes, remembered).map_err(Unopened::sentence)?;
            let of_truth = opening::scene(&files.name, opened, Beside::Nothing, &mut Vec::new())?.0;
            previewed(request, &files.prediction.bytes, Beside::Scene(Current::of_truth(&of_truth)))
        }
    }
}

fn sources(files: &PairBytes, remembered: &[(String, FileChoice)]) -> Result<(Source, Source), String> {
    let decoded =
        |file: &NamedBytes, plane| opening::decoded((&file.name, &file.bytes), plane, None, remembered);
    Ok((decoded(&files.truth, Plane::Truth)?, decoded(&files.prediction, Plane::Prediction)?))
}

/// Classes of a prediction by itself, with the background.
fn classes_of(prediction: &Source, remembered: &[(String, FileChoice)]) -> Result<usize, String> {
    opening::reading(prediction, Plane::Prediction, Beside::Nothing, None, remembered)
        .map(|reading| reading.classes)
}

fn plane(
    plane: Plane,
    source: &Source,
    beside: Beside<'_>,
    remembered: &[(String, FileChoice)],
) -> Result<(OpenedFile, OpenedPlane), Unopened> {
    let reading = opening::reading(source, plane, beside, None, remembered)?;
    if let Some(question) = opening::asks(&reading) {
        let question = text::read_as(source.name(), question);
        return Err(Unopened::Asked { plane, shape_key: reading.shape_key, question });
    }
    Ok(opening::applied(source, &reading, &mut Vec::new())?)
}
