//! The one stateful object: takes edits, gives updates.
//!
//! A [`Session`] holds the [document](crate::document) with its history, and what is worked out of it. The page sends at
//! most one [`Edit`] an animation frame and gets an [`Update`] with all numbers and pictures. A command changes the
//! document; `follow` then brings everything that hangs on it in line, in one place. Nothing here knows of a
//! browser; the same edits give the same updates natively.

pub mod catalogue;
pub mod command;
pub mod preview;
pub mod provenance;
pub mod set;
pub mod update;

mod at_work;
mod batch;
mod beside;
mod bytes;
mod cards;
mod carry_out;
mod certain;
mod code;
mod losses;
mod opening;
mod preset_view;
mod readout;
mod strokes;
mod tasks;
mod text;
mod work;
mod works;

pub use at_work::panel_at_work;

use std::borrow::Cow;

use crate::document::read::Notes;
use crate::document::{Digest, Document, History, Kept, Rasters, carrier};
use crate::laboratory::{Snapshot, SnapshotHeader};
use crate::library::Facts;
use crate::loss::LOSSES;
use crate::paint::Scale;
use crate::paint::heatmap::heatmap;
use crate::paint::picture::{Backdrop, weights_picture};
use crate::panel::{self, Cache, Report, Seen};
use crate::scene::{Labelling, PixelWeighting, Scene};
use batch::{Images, Together};
use command::{Edit, Look};
use losses::LossSettings;
use provenance::Provenance;
use tasks::Tasks;
use update::{DocumentReadout, Notice, Pictures, SceneReadout, StripReadout, Update};
use work::{TruthRules, Work, chosen_task};
use works::Works;

/// Everything the worker holds. See the [module docs](self).
#[derive(Debug, Default)]
pub struct Session {
    history: History,
    /// Pixels of opened files, and those of them that are not told yet.
    rasters: Rasters,
    fresh: Vec<(Digest, Vec<u8>)>,
    look: Look,
    works: Works,
    losses: LossSettings,
    /// The images as one, while a panel looks at them.
    together: Together,
    /// Id of the open panel, and its cache from one frame to the next.
    cache: (String, Cache),
    /// Softness that is worked with, and the image that is worked on.
    followed: Followed,
    /// Notices of the opening, until they are told.
    notices: Vec<Notice>,
}

/// State of the document that all derived things are in line with, where they do not know it themselves.
#[derive(Debug, Default, PartialEq)]
struct Followed {
    soft_edges: usize,
    weighting: PixelWeighting,
    active: u32,
    cards: Vec<String>,
    /// Task that panels are about.
    task: usize,
}

impl Session {
    /// A session of what was kept, with the pixels of opened files. Parts that cannot be read are left out, which the
    /// first update tells.
    pub fn open(kept: Option<&Kept>, fragment: Option<&str>, rasters: &[Vec<u8>]) -> Self {
        let mut session = Self::default();
        let mut notes = Notes::default();
        for bytes in rasters {
            if let Err(refusal) = session.rasters.take(bytes) {
                notes.sentences.push(text::sentence(&refusal));
            }
        }
        if let Some(kept) = kept {
            session.history = History::open(kept, &mut notes);
        }
        if let Some(fragment) = fragment {
            let (document, panel) = carrier::open_link(fragment, &mut notes);
            if let Some(document) = document {
                let document = session.with_images_at_hand(document, &mut notes);
                session.history = History::new(document);
            }
            if let Some(panel) = panel {
                session.history.look(|document| document.panel = panel);
            }
        }
        session.notices.extend(notes.texts().into_iter().map(Notice::remark));
        session
    }

    /// The document without the images that cannot be built here, which are noted; the first one's place is then taken by
    /// that of a new document.
    fn with_images_at_hand(&self, mut document: Document, notes: &mut Notes) -> Document {
        document.images.retain(|image| match image.base.build(&self.rasters) {
            Ok(_) => true,
            Err(refusal) => {
                notes.sentences.push(refusal);
                false
            }
        });
        if document.images.is_empty() {
            document.images = Document::default().images;
        }
        document.active = document.active.min(document.images.len() - 1);
        document
    }

    /// The document as it is.
    pub fn document(&self) -> &Document {
        self.history.document()
    }

    /// Carries out the commands in order and gives all that the page shows then.
    ///
    /// A command that cannot be carried out changes nothing and leaves a notice; the others still are.
    pub fn apply(&mut self, edit: Edit) -> Update {
        let notices = self.edit(edit);
        self.update(notices)
    }

    /// Carries out the commands without evaluating anything.
    pub fn edit(&mut self, edit: Edit) -> Vec<Notice> {
        let mut notices = std::mem::take(&mut self.notices);
        self.follow(&mut notices);
        for command in edit.commands {
            if let Err(refusal) = self.carry_out(command, &mut notices) {
                notices.push(Notice::refusal(refusal));
            }
            self.follow(&mut notices);
        }
        notices
    }

    /// The link to the document.
    pub fn link(&self) -> carrier::Link {
        carrier::link(self.history.document())
    }

    /// The document as a file.
    pub fn file(&self) -> String {
        carrier::file(self.history.document(), &self.rasters)
    }

    /// Brings all that is worked out in line with the document: the only place where it is decided what no longer holds.
    fn follow(&mut self, notices: &mut Vec<Notice>) {
        let document = self.history.document();
        let changed = self.works.follow(document, &self.rasters, notices);
        for (image, changes) in changed {
            self.together.note(image, changes);
        }
        let active = document.active_image().id;
        if document.soft_edges != self.followed.soft_edges {
            self.followed.soft_edges = document.soft_edges;
            self.works.iter_mut().for_each(Work::edges_changed);
            self.together = Together::default();
        }
        if document.weighting != self.followed.weighting {
            self.followed.weighting = document.weighting;
            self.works.iter_mut().for_each(Work::weighting_changed);
            self.together = Together::default();
            // What was seen after each stroke was with other weights.
            self.losses.version += 1;
        }
        if active != self.followed.active {
            if let Some(work) = self.works.get_mut(self.followed.active) {
                work.rest();
            }
            self.followed.active = active;
        }
        if document.cards != self.followed.cards {
            self.followed.cards.clone_from(&document.cards);
            self.losses.version += 1;
        }
        if document.panel != self.cache.0 {
            self.cache = (document.panel.clone(), Cache::default());
        }
        let Some(form) = self.works.get(active).map(Work::form) else { return };
        let (shape, labelling) = form;
        self.look.hovered = self.look.hovered.filter(|at| at.x < shape.width && at.y < shape.height);
        let mut settled = (document.view.clone(), document.tools);
        settled.0.settle(shape, labelling);
        settled.1.settle(shape, labelling, document.weighting);
        let task = chosen_task(&settled.0, form);
        if task != self.followed.task {
            self.followed.task = task;
            // What was kept for panels was of another region.
            self.together = Together::default();
            self.cache.1.clear();
            self.losses.version += 1;
        }
        if (&settled.0, settled.1) != (&document.view, document.tools) {
            self.history.look(|document| (document.view, document.tools) = settled);
        }
    }

    /// A copy of the active image as it is seen and of the losses, for experiments on it; of a large one a
    /// [crop](Snapshot::cropped), and of one with regions the binary task of the region that panels are about.
    pub fn snapshot(&self) -> Snapshot {
        let document = self.history.document();
        let (images, empty_images) = self.works.count_empty(document);
        let cards = self.losses.shown(&document.cards).iter().map(|card| card.spec.id.into()).collect();
        let work = self.works.get(document.active_image().id);
        let scene = work.map(Work::scene);
        let shape = scene.map(Scene::shape);
        let task = self.followed.task;
        let mut truths = Vec::new();
        if let Some(scene) = scene {
            let rules = TruthRules::of(scene, document.soft_edges, document.weighting);
            rules.complete(scene.labels(), &mut truths);
        }
        let pixels = work
            .zip(truths.get(task))
            .map(|(work, truth)| truth.pixels(task, work.playhead.effective_logits(), work.scene().labels()));
        let legend = scene.filter(|scene| scene.labelling() == Labelling::Regions);
        let legend = legend.map(|scene| scene.legend_of_region(task + 1));
        Snapshot {
            header: SnapshotHeader {
                channels: pixels.map_or(0, |pixels| pixels.logits.dim().1),
                height: shape.map_or(0, |shape| shape.height),
                width: shape.map_or(0, |shape| shape.width),
                theme: self.look.theme,
                cards,
                settings: self.losses.settings(),
                images,
                empty_images,
                class_names: match legend {
                    Some(legend) => (0..2).map(|class| legend.called(class)).collect(),
                    None => scene.map(Scene::class_names).unwrap_or_default(),
                },
                crop: None,
            },
            labels: pixels.map(|pixels| pixels.labels.to_owned()).unwrap_or_default(),
            logits: pixels.map(|pixels| pixels.logits.to_owned()).unwrap_or_default(),
            shares: pixels.and_then(|pixels| Some(pixels.soft_labels?.to_owned())),
            weights: pixels.and_then(|pixels| Some(pixels.weights?.to_owned())),
            photo: scene.and_then(|scene| scene.photo().map(<[u8]>::to_vec)),
        }
        .cropped()
    }

    /// Versions of all that an experiment on a [`Session::snapshot`] hangs on.
    pub fn provenance(&self) -> Provenance {
        Provenance::of(self.history.document(), self.followed.task)
    }

    fn update(&mut self, mut notices: Vec<Notice>) -> Update {
        let document = self.history.document();
        let (soft_edges, weighting) = (document.soft_edges, document.weighting);
        let with_panel = panel::find(&document.panel).is_ok();
        let strip = StripReadout::new(document, &self.works.of(document));
        let Some(((place, active), mut others)) = self.works.split_mut(document) else {
            unreachable!("the active image is worked on since the document was followed")
        };
        active.prepare(soft_edges, weighting);
        for (_, work) in others.iter_mut().filter(|_| with_panel) {
            work.prepare(soft_edges, weighting);
        }
        // Taken out for as long as the field borrows the image.
        let mut strokes = std::mem::take(&mut active.strokes);
        let replayed = strokes.replayed(&mut active.playhead, self.look.replay, soft_edges, weighting);
        // What was worked out is not of a moment that is played again.
        let known = active.take_derived(replayed.is_none());
        let active = &*active;
        let scene = active.scene();
        let tasks = Tasks::of(active, replayed.as_ref(), known, self.followed.task);
        let field = tasks.field();
        let (view, theme) = (&document.view, self.look.theme);
        let on = Backdrop { width: scene.shape().width, photo: scene.photo().filter(|_| view.photo), theme };
        let facts = tasks.facts(scene);
        let versions = self.losses.follow(&document.losses, facts, &mut notices);
        let concerned = versions.as_ref().map(|_| concerned(facts));
        let to_come = scene.truth_is_to_come();
        // Without a truth no loss has a value, and no panel anything to be about.
        let shown_cards = if to_come { Vec::new() } else { self.losses.shown(&document.cards) };
        let (by_task, evaluated) = tasks.evaluate(&shown_cards, view);
        let shown = cards::shown(&tasks, &evaluated, view);
        let limits = cards::limits(&shown, &evaluated, view);

        let pictures = painted(&tasks, on, &shown, &limits, (view.scale, document.tools.weighing));
        let is_adjusted = !active.playhead.adjustment().is_neutral();
        let of_image = (document.active_image(), is_adjusted);
        let cards = cards::readouts(&tasks, &shown_cards, &evaluated, &limits, view, of_image);
        let looked_at = view.pinned.or(self.look.hovered);
        let pixel =
            readout::pixel(&tasks, &shown_cards, &by_task, &evaluated, looked_at, !self.look.painting);
        let code = code::shown(
            self.look.code.as_deref().filter(|_| !to_come),
            &self.losses,
            &tasks,
            facts,
            document,
            is_adjusted,
        );
        let at = active.playhead.at();
        if replayed.is_none()
            && !to_come
            && !active.playhead.is_stroking()
            && strokes.is_due(at, self.losses.version, soft_edges)
        {
            let seen = strokes::stop(field, at, soft_edges, &shown_cards, &by_task[tasks.chosen]);
            strokes.see(at, self.losses.version, seen);
        }
        let panel = panel::find(&document.panel).ok().filter(|_| !to_come).and_then(|panel| {
            let sources = batch::sources((place, active), &others, tasks.chosen);
            let own = replayed.is_none().then_some((active.version(), field));
            let mut seen = Seen {
                field,
                regions: &tasks.named(scene),
                losses: &self.losses.sets(),
                cards: &cards::seen(&shown_cards, &by_task[tasks.chosen]),
                theme,
                scale: view.scale,
                by_probability: view.by_probability,
                photo: view.photo,
                legend: &tasks.legend(scene),
                pinned: view.pinned,
                pixel: looked_at,
                history: &strokes.along(at),
                batch: &mut Images { sources, active: own, together: &mut self.together },
                cache: &mut self.cache.1,
            };
            let state = document.panels.get(panel.id()).cloned().unwrap_or_default();
            let report = at_work::during(panel.id(), || panel.report(&state, &mut seen));
            reported(report, &mut notices)
        });
        self.together.rest();
        let scene = SceneReadout::new(scene, tasks.class_shares(), tasks.chosen);
        let document = DocumentReadout::new(&self.history, &self.losses, active);
        let (id, known) = (active.id, tasks.into_derived());
        if let Some(work) = self.works.get_mut(id) {
            work.keep(strokes, if replayed.is_none() { known } else { Vec::new() });
        }
        Update {
            document,
            provenance: Provenance::of(self.history.document(), self.followed.task),
            code_note: code.as_ref().filter(|_| scene.regions).map(|_| text::CALLS_OF_REGIONS.to_owned()),
            scene,
            strip,
            cards,
            pixel,
            code,
            panel,
            versions,
            concerned,
            kept: self.history.kept_change(),
            rasters: std::mem::take(&mut self.fresh),
            notices,
            pictures,
        }
    }
}

/// Pictures of the truth (or of the weights, while these are painted), the prediction and the gradients.
fn painted(
    tasks: &Tasks<'_>,
    on: Backdrop<'_>,
    gradients: &[Cow<'_, [f32]>],
    limits: &[f32],
    (scale, weighing): (Scale, bool),
) -> Pictures {
    let mut pictures = Pictures::new(tasks.labels.len(), gradients.len());
    let (truth, prediction, heatmaps) = pictures.for_painting();
    tasks.paint(on, truth, prediction);
    if weighing {
        let equal = || Cow::Owned(vec![1.0; tasks.labels.len()]);
        let weights = tasks.field().pixel_weights().map_or_else(equal, Cow::Borrowed);
        let labels: Vec<u8> = tasks.labels.iter().copied().collect();
        weights_picture(&weights, &labels, on, truth);
    }
    for ((gradient, &limit), rgba) in gradients.iter().zip(limits).zip(heatmaps) {
        heatmap(gradient, limit, scale, on.theme, rgba);
    }
    pictures
}

/// The open panel's report. A panel that refuses leaves a notice.
fn reported(report: Result<Report, String>, notices: &mut Vec<Notice>) -> Option<Report> {
    report.map_err(|refusal| notices.push(Notice::refusal(refusal))).ok()
}

/// By loss, the parameters that have an effect on a field with these facts.
fn concerned(facts: Facts) -> std::collections::BTreeMap<String, Vec<String>> {
    let of = |spec: &crate::loss::Spec| {
        let params = spec.params.iter().filter(|param| facts.concern(param));
        params.map(|param| param.id.to_owned()).collect()
    };
    LOSSES.iter().map(|spec| (spec.id.to_owned(), of(spec))).collect()
}
