//! The one stateful object: takes edits, gives frames.
//!
//! A [`Session`] holds up to four images, each a scene with its history, the settings of every loss, and what the page shows. The page sends
//! at most one [`Edit`] an animation frame and gets a [`Frame`] with all numbers and pictures. Nothing here knows of a
//! browser; the same edits give the same frames natively.

pub mod catalogue;
pub mod edit;
pub mod frame;

mod at_work;
mod batch;
mod cards;
mod deck;
mod image;
mod libraries;
mod lovasz;
mod open;
mod panel;
mod readout;
mod stage;
mod strip;
mod trail;

pub use at_work::panel_at_work;

use std::fmt::Display;

use crate::field::{Derived, Head, IGNORE};
use crate::instrument::metrics::{Stop, Valued};
use crate::laboratory::{Chosen, Specimen};
use crate::library::Facts;
use crate::metric;
use crate::paint::heatmap::heatmap;
use crate::paint::picture::{Backdrop, prediction_picture, soft_truth_picture, truth_picture};
use crate::scene::{self, DEFAULT_PRESET, PRESETS, Point, Preset};
use batch::Batch;
use deck::Deck;
use edit::{Command, Edit, LovaszPart, LovaszView, PanelView, View};
use frame::{Frame, Notice, Pictures, SceneReadout, Staged};
use image::Image;
use stage::Stage;
use strip::Strip;
use trail::Trail;

/// The longest side of a scene: larger files are resampled to it.
pub const LONGEST_SIDE: usize = Preset::LARGEST;

/// Everything the worker holds. See the [module docs](self).
#[derive(Debug)]
pub struct Session {
    strip: Strip,
    deck: Deck,
    view: View,
    /// What the page has not been told yet of the scene it opened.
    staged: Option<Staged>,
    /// How soft the edges of every truth are, in pixels.
    soft_edges: usize,
    /// The images as one, while their panel is open.
    batch: Batch,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            strip: Strip::new(first_preset().build(Preset::DEFAULT_SIZE)),
            deck: Deck::default(),
            view: View::default(),
            staged: None,
            soft_edges: 0,
            batch: Batch::default(),
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
        let editor = &mut self.strip.at_hand_mut().editor;
        let change = match command {
            Command::BeginStroke { ink, brush } => {
                editor.begin_stroke(ink, brush).map_err(sentence)?;
                None
            }
            Command::ExtendStroke { points } => {
                let (points, _) = points.as_chunks();
                let points: Vec<Point> =
                    points.iter().map(|&[x, y]| Point { x: f64::from(x), y: f64::from(y) }).collect();
                editor.extend_stroke(&points)
            }
            Command::EndStroke => {
                editor.end_stroke();
                None
            }
            Command::CancelStroke => editor.cancel_stroke(),
            Command::Fill { ink, x, y } => editor.fill(y, x, ink).map_err(sentence)?,
            Command::Clear { plane } => editor.clear(plane),
            Command::SetProbability { x, y, class, prob, end } => {
                let change = editor.set_pixel_prob(y, x, class, prob).map_err(sentence)?;
                if end {
                    editor.end_pixel_edit();
                }
                change
            }
            Command::Undo => editor.undo(),
            Command::Redo => editor.redo(),
            Command::Adjust { adjustment } => editor.set_adjustment(adjustment),
            Command::OpenTruth { name, bytes } => {
                let scene = open::truth(editor.scene(), &name, &bytes, notices)?;
                editor.replace(scene)
            }
            Command::OpenPrediction { name, bytes } => {
                let scene = open::prediction(editor.scene(), &name, &bytes, notices)?;
                editor.replace(scene)
            }
            Command::OpenPreset { id, side } => {
                let known = PRESETS.iter().map(|preset| preset.id);
                let preset = scene::preset(&id).ok_or_else(|| unknown("scene", &id, known))?;
                self.set_up(stage::stage_of(preset.id))?;
                self.strip.at_hand_mut().editor.replace(preset.build(side))
            }
            Command::SetChannels { channels } => return self.convert(channels),
            Command::AddImage { .. }
            | Command::SelectImage { .. }
            | Command::RemoveImage { .. }
            | Command::BringBack
            | Command::OpenBatch { .. } => return self.arrange(command),
            Command::SoftenTruth { radius } => {
                self.soften(radius);
                None
            }
            Command::SetLoss { id, settings } => {
                self.deck.set(&id, &settings)?;
                None
            }
            Command::AsIn { id, library, function } => {
                let facts = self.strip.at_hand().facts(self.soft_edges > 0);
                self.deck.set_as_in(&id, &library, &function, facts)?;
                None
            }
            Command::Show { view } => {
                self.view = view;
                None
            }
        };
        if let Some(change) = change {
            let image = self.strip.at_hand_mut();
            image.forget(change);
            self.batch.note(image.id, change);
        }
        self.view.settle(self.strip.at_hand().scene());
        Ok(())
    }

    /// Carries out what is about the strip and not about one of its images.
    fn arrange(&mut self, command: Command) -> Result<(), String> {
        match command {
            Command::AddImage { what } => self.strip.add(what)?,
            Command::SelectImage { image } => self.strip.select(image)?,
            Command::RemoveImage { image } => self.strip.remove(image)?,
            Command::BringBack => {
                self.strip.bring_back()?;
                // Edges and losses may have been set otherwise meanwhile.
                for image in self.strip.images_mut() {
                    image.edges_changed();
                    image.trail.way_changed();
                }
            }
            Command::OpenBatch { id, side } => {
                let known = scene::BATCHES.iter().map(|batch| batch.id);
                let batch = scene::batch(&id).ok_or_else(|| unknown("batch", &id, known))?;
                self.set_up(Stage::default())?;
                self.strip.open(batch.build(side));
            }
            _ => {}
        }
        self.view.settle(self.strip.at_hand().scene());
        Ok(())
    }

    /// Switches every image to a number of channels: each can take that back by itself.
    fn convert(&mut self, channels: usize) -> Result<(), String> {
        for image in self.strip.images_mut() {
            if let Some(change) = image.editor.convert(channels).map_err(sentence)? {
                image.forget(change);
            }
        }
        self.batch = Batch::default();
        self.view.settle(self.strip.at_hand().scene());
        Ok(())
    }

    /// Which commands end a stroke, or change what values mean.
    fn note(&mut self, command: &Command) {
        let trails = self.strip.images_mut().iter_mut().map(|image| &mut image.trail);
        match command {
            Command::EndStroke
            | Command::Fill { .. }
            | Command::Clear { .. }
            | Command::Undo
            | Command::Redo
            | Command::SetProbability { end: true, .. } => self.strip.at_hand_mut().trail.step(),
            Command::Adjust { .. } => self.strip.at_hand_mut().trail.way_changed(),
            Command::SetLoss { .. } | Command::AsIn { .. } => trails.for_each(Trail::losses_changed),
            Command::SoftenTruth { .. } => trails.for_each(Trail::way_changed),
            Command::Show { view } if view.judged != self.view.judged => trails.for_each(Trail::way_changed),
            Command::Show { view } if view.cards != self.view.cards => trails.for_each(Trail::losses_changed),
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
            self.strip.images_mut().iter_mut().for_each(Image::edges_changed);
            self.batch = Batch::default();
        }
    }

    /// A copy of the image at hand as it is seen and of the losses on show, for experiments on it.
    pub fn specimen(&self) -> Specimen {
        let on_table = self.deck.shown(&self.view.cards);
        let losses = on_table
            .iter()
            .map(|card| Chosen { id: card.spec.id.into(), settings: card.settings.clone() })
            .collect();
        let counts = self.strip.count_empty();
        self.strip.at_hand().specimen(self.soft_edges, &self.view, losses, counts)
    }

    fn frame(&mut self, mut notices: Vec<Notice>) -> Frame {
        let (strip, several) = (self.strip.readout(), self.strip.has_several());
        self.strip.at_hand_mut().soften(self.soft_edges);
        let Image { editor, trail, shares, derived, .. } = self.strip.at_hand_mut();
        let scene = editor.scene();
        let replayed = self.view.replay.and_then(|replay| trail.moment(replay));
        let (logits, labels) = match &replayed {
            Some((logits, labels)) => (logits, labels),
            None => (editor.effective_logits(), scene.labels()),
        };
        // What is known of the scene does not hold of an earlier moment of it.
        let known = if replayed.is_some() { Derived::default() } else { std::mem::take(derived) };
        let field = match image::field(logits, labels, shares.as_ref(), known) {
            Ok(field) => field,
            Err(refusal) => {
                // The editor only makes fields that are whole, so this is a fault of ours, to be seen and reported.
                notices.push(Notice::refusal(format!("This scene cannot be evaluated: {refusal}.")));
                let scene = SceneReadout::new(editor, self.soft_edges, Vec::new());
                return Frame::empty(scene, strip, notices);
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
        if replayed.is_none() && trail.is_due() && !editor.is_stroking() {
            let iou = metric::confusion(&field, 0, judged.channel, judged.threshold).iou();
            let valued = |((name, value), card): (&(&str, f64), &&deck::Card)| Valued {
                name: (*name).to_owned(),
                made: format!("{:?}", card.loss),
                value: *value,
            };
            let losses = values.iter().zip(&on_table).map(valued).collect();
            trail.see(Stop { iou, losses }, logits, labels);
        }
        let shown =
            panel::Shown { field: &field, view: &self.view, deck: &self.deck, trail, values: &values };
        let ((sorted, part), own, comparison) = at_work::during(self.view.panel.as_ref(), || {
            (lovasz::part(&field, &self.view, several).unzip(), shown.panel(), shown.comparison())
        });
        let mut panel = part.or(own);
        let scene = SceneReadout::new(editor, self.soft_edges, frame::class_shares(&field));
        let known = field.into_derived();
        if replayed.is_none() {
            *derived = known;
        }
        at_work::during(self.view.panel.as_ref(), || match &self.view.panel {
            Some(PanelView::Batch { loss }) => {
                panel = self.batch.panel(&mut self.strip, &self.deck, loss, self.soft_edges, &self.view);
            }
            Some(PanelView::Lovasz(LovaszView { part: LovaszPart::Images, .. })) if several => {
                panel = self.batch.look_at(&mut self.strip, self.soft_edges, |field, places| {
                    lovasz::images(field, places, &self.view)
                });
            }
            _ => self.batch = Batch::default(),
        });
        let settings = self.deck.moved();
        let staged = self.staged.take();
        Frame {
            scene,
            strip,
            cards,
            pixel,
            lovasz: sorted,
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

/// What the page opens with.
fn first_preset() -> &'static Preset {
    scene::preset(DEFAULT_PRESET).unwrap_or(&PRESETS[0])
}

/// What is said of an id that nothing has.
fn unknown<'k>(what: &str, id: &str, known: impl Iterator<Item = &'k str>) -> String {
    format!("There is no {what} {id:?}; there are {}.", known.collect::<Vec<_>>().join(", "))
}

/// An error as the person reads it: capitalised, with a full stop.
fn sentence(error: impl Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map_or_else(String::new, |letter| letter.to_uppercase().collect());
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}
