//! The one stateful object: takes edits, gives frames.
//!
//! A [`Session`] holds the scene with its history, the settings of every loss, and what the page shows. The page sends
//! at most one [`Edit`] an animation frame and gets a [`Frame`] with all numbers and pictures. Nothing here knows of a
//! browser; the same edits give the same frames natively.

pub mod catalogue;
pub mod edit;
pub mod frame;

mod cards;
mod deck;
mod libraries;
mod lovasz;
mod panel;
mod readout;
mod stage;
mod trail;

use std::fmt::Display;

use ndarray::Array4;

use crate::field::{Derived, Field, Head, IGNORE, Window};
use crate::file::{self, Fit};
use crate::instrument::metrics::{Stop, Valued};
use crate::laboratory::{Chosen, Header, Specimen};
use crate::library::Facts;
use crate::metric;
use crate::paint::heatmap::heatmap;
use crate::paint::picture::{Backdrop, prediction_picture, soft_truth_picture, truth_picture};
use crate::scene::{self, Change, DEFAULT_PRESET, Editor, PRESETS, Point, Preset, Rect, Scene, soft_labels};
use deck::Deck;
use edit::{Command, Edit, View};
use frame::{Frame, Notice, Pictures, SceneReadout, Staged};
use stage::Stage;
use trail::Trail;

/// The longest side of a scene: larger files are resampled to it.
pub const LONGEST_SIDE: usize = Preset::LARGEST;

/// Everything the worker holds. See the [module docs](self).
#[derive(Debug)]
pub struct Session {
    editor: Editor,
    deck: Deck,
    view: View,
    /// What the page has not been told yet of the scene it opened.
    staged: Option<Staged>,
    /// How soft the edges of the truth are, in pixels.
    soft_edges: usize,
    /// The truth with those edges, once it is asked for.
    shares: Option<Array4<f32>>,
    /// What every stroke since its opening did.
    trail: Trail,
    /// What the field of the last frame had worked out and still holds.
    derived: Derived,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            editor: Editor::new(first_preset().build(Preset::DEFAULT_SIZE)),
            deck: Deck::default(),
            view: View::default(),
            staged: None,
            soft_edges: 0,
            shares: None,
            trail: Trail::default(),
            derived: Derived::default(),
        }
    }
}

impl Session {
    /// Carries out the commands in order and says what the page shows then.
    ///
    /// A command that cannot be carried out changes nothing and leaves a notice; the others still are.
    pub fn apply(&mut self, edit: Edit) -> Frame {
        let notices = self.edit(edit);
        self.frame(notices)
    }

    /// Carries out the commands without evaluating anything, as when edits are replayed.
    pub fn edit(&mut self, edit: Edit) -> Vec<Notice> {
        let mut notices = Vec::new();
        for command in edit.commands {
            if let Err(refusal) = self.carry_out(command, &mut notices) {
                notices.push(Notice::refusal(refusal));
            }
        }
        notices
    }

    fn carry_out(&mut self, command: Command, notices: &mut Vec<Notice>) -> Result<(), String> {
        self.note(&command);
        let change = match command {
            Command::BeginStroke { ink, brush } => {
                self.editor.begin_stroke(ink, brush).map_err(sentence)?;
                None
            }
            Command::ExtendStroke { points } => {
                let (points, _) = points.as_chunks();
                let points: Vec<Point> =
                    points.iter().map(|&[x, y]| Point { x: f64::from(x), y: f64::from(y) }).collect();
                self.editor.extend_stroke(&points)
            }
            Command::EndStroke => {
                self.editor.end_stroke();
                None
            }
            Command::CancelStroke => self.editor.cancel_stroke(),
            Command::Fill { ink, x, y } => self.editor.fill(y, x, ink).map_err(sentence)?,
            Command::Clear { plane } => self.editor.clear(plane),
            Command::SetProbability { x, y, class, prob, end } => {
                let change = self.editor.set_pixel_prob(y, x, class, prob).map_err(sentence)?;
                if end {
                    self.editor.end_pixel_edit();
                }
                change
            }
            Command::Undo => self.editor.undo(),
            Command::Redo => self.editor.redo(),
            Command::OpenPreset { id, side } => {
                let preset = scene::preset(&id).ok_or_else(|| {
                    let known: Vec<_> = PRESETS.iter().map(|preset| preset.id).collect();
                    format!("There is no scene {id:?}; there are {}.", known.join(", "))
                })?;
                self.set_up(stage::stage_of(preset.id))?;
                self.editor.replace(preset.build(side))
            }
            Command::SoftenTruth { radius } => {
                self.soften(radius);
                None
            }
            Command::SetChannels { channels } => self.editor.convert(channels).map_err(sentence)?,
            Command::OpenTruth { name, bytes } => self.open_truth(&name, &bytes, notices)?,
            Command::OpenPrediction { name, bytes } => self.open_prediction(&name, &bytes, notices)?,
            Command::Adjust { adjustment } => self.editor.set_adjustment(adjustment),
            Command::SetLoss { id, settings } => {
                self.deck.set(&id, &settings)?;
                None
            }
            Command::AsIn { id, library, function } => {
                self.deck.set_as_in(
                    &id,
                    &library,
                    &function,
                    facts(self.editor.scene(), self.soft_edges > 0),
                )?;
                None
            }
            Command::Show { view } => {
                self.view = view;
                None
            }
        };
        self.forget(change);
        self.view.settle(self.editor.scene());
        Ok(())
    }

    /// Which commands end a stroke, or change what values mean.
    fn note(&mut self, command: &Command) {
        match command {
            Command::EndStroke
            | Command::Fill { .. }
            | Command::Clear { .. }
            | Command::Undo
            | Command::Redo
            | Command::SetProbability { end: true, .. } => self.trail.step(),
            Command::SetLoss { .. } | Command::AsIn { .. } => self.trail.losses_changed(),
            Command::SoftenTruth { .. } | Command::Adjust { .. } => self.trail.way_changed(),
            Command::Show { view } if view.judged != self.view.judged => self.trail.way_changed(),
            Command::Show { view } if view.cards != self.view.cards => self.trail.losses_changed(),
            _ => {}
        }
    }

    /// Sets what a scene wants to be looked at with; the page is told in the next frame.
    fn set_up(&mut self, stage: Stage) -> Result<(), String> {
        for (id, settings) in &stage.settings {
            self.deck.stage(id, settings)?;
        }
        self.soften(stage.soft_edges);
        self.staged = Some(Staged {
            cards: stage.cards.map(|ids| ids.iter().map(|&id| id.into()).collect()),
            by_probability: stage.by_probability,
            shared_scale: stage.shared_scale,
        });
        Ok(())
    }

    fn soften(&mut self, radius: usize) {
        let radius = radius.min(scene::WIDEST);
        if radius != self.soft_edges {
            self.soft_edges = radius;
            self.shares = None;
            // Sums over labels are sums over shares from now on, or no longer.
            self.derived = Derived::default();
        }
    }

    /// A truth of the scene's size takes the place of the labels; one of another size makes a new scene.
    fn open_truth(
        &mut self,
        name: &str,
        bytes: &[u8],
        notices: &mut Vec<Notice>,
    ) -> Result<Option<Change>, String> {
        let shape = self.editor.scene().shape();
        let classes = shape.classes();
        let opened = file::open_truth(name, bytes, classes, Fit::Within(LONGEST_SIDE))
            .map_err(|refusal| refusal.to_string())?;
        let (height, width) = opened.content.dim();
        let same_size = (height, width) == (shape.height, shape.width);
        let scene = if same_size {
            self.editor.scene().with_truth(opened.content)
        } else {
            Scene::from_truth(name, opened.content, shape.channels)
        };
        let change = self.editor.replace(scene.map_err(sentence)?.titled(name));
        notices.extend(opened.remarks.iter().map(|remark| Notice::remark(name, remark)));
        if !same_size {
            let remark = format!("the scene is now {width} × {height}, and its prediction finds nothing yet");
            notices.push(Notice::remark(name, &remark));
        }
        Ok(change)
    }

    fn open_prediction(
        &mut self,
        name: &str,
        bytes: &[u8],
        notices: &mut Vec<Notice>,
    ) -> Result<Option<Change>, String> {
        let shape = self.editor.scene().shape();
        let fit = Fit::Exactly { width: shape.width, height: shape.height };
        let opened =
            file::open_prediction(name, bytes, shape.channels, fit).map_err(|refusal| refusal.to_string())?;
        let scene = self.editor.scene().with_prediction(&opened.content).map_err(sentence)?;
        let change = self.editor.replace(scene.titled(name));
        notices.extend(opened.remarks.iter().map(|remark| Notice::remark(name, remark)));
        Ok(change)
    }

    /// A copy of the scene as it is seen and of the losses on show, for experiments on it.
    pub fn specimen(&self) -> Specimen {
        let scene = self.editor.scene();
        let shape = scene.shape();
        let shares =
            (self.soft_edges > 0).then(|| soft_labels(scene.labels(), shape.channels, self.soft_edges));
        let on_table = self.deck.shown(&self.view.cards);
        Specimen {
            header: Header {
                channels: shape.channels,
                height: shape.height,
                width: shape.width,
                theme: self.view.theme,
                losses: on_table
                    .iter()
                    .map(|card| Chosen { id: card.spec.id.into(), settings: card.settings.clone() })
                    .collect(),
            },
            labels: scene.labels().clone(),
            logits: self.editor.effective_logits().clone(),
            shares,
            photo: scene.photo().map(<[u8]>::to_vec),
        }
    }

    /// Drops what was worked out of pixels that are no longer the same.
    fn forget(&mut self, change: Option<Change>) {
        match change {
            None => {}
            Some(Change::Truth(rect)) => {
                self.derived.labels_changed(&window(rect));
                self.shares = None;
            }
            Some(Change::Prediction(rect)) => {
                self.derived.logits_changed(self.editor.effective_logits().view(), &window(rect));
            }
            Some(Change::Scene) => {
                self.trail.restart();
                self.derived = Derived::default();
                self.shares = None;
            }
        }
    }

    fn frame(&mut self, mut notices: Vec<Notice>) -> Frame {
        let scene = self.editor.scene();
        let replayed = self.view.replay.and_then(|replay| self.trail.moment(replay));
        let (logits, labels) = match &replayed {
            Some((logits, labels)) => (logits, labels),
            None => (self.editor.effective_logits(), scene.labels()),
        };
        // What is known of the scene does not hold of an earlier moment of it.
        let derived = if replayed.is_some() { Derived::default() } else { std::mem::take(&mut self.derived) };
        if self.soft_edges > 0 && self.shares.is_none() {
            self.shares = Some(soft_labels(labels, scene.shape().channels, self.soft_edges));
        }
        let field =
            Field::resume(logits.view(), labels.view(), Some(IGNORE), derived).and_then(|field| match &self
                .shares
            {
                Some(shares) => field.with_soft_labels(shares.view()),
                None => Ok(field),
            });
        let field = match field {
            Ok(field) => field,
            Err(refusal) => {
                // The editor only makes fields that are whole, so this is a fault of ours, to be seen and reported.
                notices.push(Notice::refusal(format!("This scene cannot be evaluated: {refusal}.")));
                let scene = SceneReadout::new(&self.editor, self.soft_edges, Vec::new());
                return Frame::empty(scene, notices);
            }
        };
        let shape = field.shape();
        let on = Backdrop {
            width: shape.width,
            photo: scene.photo().filter(|_| self.view.photo),
            theme: self.view.theme,
        };
        let versions = self.deck.follow(Facts::of(&field), &mut notices);
        let on_table = self.deck.shown(&self.view.cards);
        let evaluated = cards::evaluate(&field, &on_table, &self.view);
        let shown = cards::shown(&field, &evaluated, &self.view);
        let limits = cards::limits(&shown, &self.view);

        let mut pictures = Pictures::new(shape.pixels(), on_table.len());
        let (truth, prediction, heatmaps) = pictures.for_painting();
        match field.soft_labels() {
            None => truth_picture(field.labels(), IGNORE, on, truth),
            Some(shares) => soft_truth_picture(shares, field.labels(), IGNORE, on, truth),
        }
        prediction_picture(&field.probabilities(Head::Joint).prob, shape.channels, on, prediction);
        for ((gradient, &limit), rgba) in shown.iter().zip(&limits).zip(heatmaps) {
            heatmap(gradient, limit, self.view.scale, self.view.theme, rgba);
        }

        let cards = cards::readouts(&field, &on_table, &evaluated, &limits, &self.view);
        let pixel = readout::pixel(&field, logits, labels, &on_table, &evaluated, &self.view);
        let code = self.view.code.as_ref().and_then(|id| self.deck.find(id));
        let code = code.map(|card| libraries::code(&field, card));
        let values: Vec<(&str, f64)> = on_table
            .iter()
            .zip(&evaluated)
            .map(|(card, evaluated)| (card.spec.name.of(shape.task()), evaluated.value))
            .collect();
        let judged = panel::judged(&field, &self.view);
        if replayed.is_none() && self.trail.is_due() && !self.editor.is_stroking() {
            let iou = metric::confusion(&field, 0, judged.channel, judged.threshold).iou();
            let valued = |((name, value), card): (&(&str, f64), &&deck::Card)| Valued {
                name: (*name).to_owned(),
                made: format!("{:?}", card.loss),
                value: *value,
            };
            let losses = values.iter().zip(&on_table).map(valued).collect();
            self.trail.see(Stop { iou, losses }, logits, labels);
        }
        let shown = panel::Shown {
            field: &field,
            view: &self.view,
            deck: &self.deck,
            trail: &self.trail,
            values: &values,
        };
        let (lovasz, part) = lovasz::part(&field, &self.view).unzip();
        let panel = part.or_else(|| shown.panel());
        let comparison = shown.comparison();
        let scene = SceneReadout::new(&self.editor, self.soft_edges, frame::class_shares(&field));
        let derived = field.into_derived();
        if replayed.is_none() {
            self.derived = derived;
        }
        let settings = self.deck.moved();
        let staged = self.staged.take();
        Frame {
            scene,
            cards,
            pixel,
            lovasz,
            comparison,
            code,
            panel,
            versions,
            settings,
            staged,
            notices,
            pictures,
        }
    }
}

/// What of a scene decides how a library is called.
fn facts(scene: &Scene, soft: bool) -> Facts {
    let shape = scene.shape();
    let ignored = scene.labels().iter().any(|&label| label == IGNORE).then_some(IGNORE);
    Facts { images: shape.images, ignored, soft, ..Facts::plain(shape.channels) }
}

fn window(rect: Rect) -> Window {
    Window { rows: rect.top..rect.bottom, columns: rect.left..rect.right }
}

/// What the page opens with.
fn first_preset() -> &'static Preset {
    scene::preset(DEFAULT_PRESET).unwrap_or(&PRESETS[0])
}

/// An error as the person reads it: capitalised, with a full stop.
fn sentence(error: impl Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map_or_else(String::new, |letter| letter.to_uppercase().collect());
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}
